#!/bin/bash -eu
# Build the fuzz targets into $OUT as OSS-Fuzz and ClusterFuzzLite have it: CC, CXX, CFLAGS, CXXFLAGS,
# LIB_FUZZING_ENGINE, SRC, OUT and WORK come from there. Beside each target are its seeds, dictionary and options, and
# in $OUT/lib the shared libraries that the machine on which targets run does not have.

for name in CC CXX LIB_FUZZING_ENGINE SRC OUT WORK; do
    [ -n "${!name:-}" ] || { echo "build.sh: $name is not set: see ci/fuzz-cluster" >&2; exit 2; }
done

fuzz=$SRC/sockspec/fuzz
build=$WORK/sockspec

# RPATH, not RUNPATH, since libraries of libraries have to be found too.
cmake -S "$SRC/sockspec" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" \
    -DCMAKE_C_FLAGS="${CFLAGS:-}" -DCMAKE_CXX_FLAGS="${CXXFLAGS:-}" \
    -DCMAKE_EXE_LINKER_FLAGS=-Wl,--disable-new-dtags -DCMAKE_BUILD_RPATH="\$ORIGIN/lib" \
    -DSOCKSPEC_FUZZ=ON -DSOCKSPEC_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" -DSOCKSPEC_WERROR=OFF
cmake --build "$build" --target fuzzers

mkdir -p "$OUT/lib"
for source in "$fuzz"/fuzz_*.c; do
    target=$(basename "$source" .c)
    cp "$build/bin/$target" "$OUT/"
    for seeds in "$fuzz/corpus/$target" "$fuzz/regress/$target"; do
        [ ! -d "$seeds" ] || find "$seeds" -type f
    done | sort | xargs -d '\n' python3 -m zipfile -c "$OUT/${target}_seed_corpus.zip"
    [ ! -e "$fuzz/dict/$target.dict" ] || cp "$fuzz/dict/$target.dict" "$OUT/"
    [ ! -e "$fuzz/$target.options" ] || cp "$fuzz/$target.options" "$OUT/"
    ldd "$build/bin/$target" | awk '$2 == "=>" { print $3 }' |
        grep -vE '/(libc|libm|libdl|librt|libpthread|libresolv|libgcc_s|libstdc\+\+)\.so' |
        xargs -r cp --dereference --update --target-directory "$OUT/lib"
done
