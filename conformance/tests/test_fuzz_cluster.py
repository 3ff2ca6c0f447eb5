"""The targets as OSS-Fuzz and ClusterFuzzLite build them: .clusterfuzzlite/ keeps their contract."""
import os
import subprocess

import yaml

import sockspec

CLUSTER = sockspec.ROOT / ".clusterfuzzlite"


def run(*command, **options):
    return subprocess.run(command, check=False, cwd=sockspec.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, **options)


def test_the_project_is_built_for_the_engine_and_sanitizers_that_it_is_tested_with():
    project = yaml.safe_load((CLUSTER / "project.yaml").read_text(encoding="utf-8"))
    assert project["language"] == "c"
    assert project["fuzzing_engines"] == ["libfuzzer"]
    assert project["sanitizers"] == ["address", "undefined"]


def test_without_its_variables_nothing_is_built():
    environment = {name: value for name, value in os.environ.items() if name not in ("CC", "CXX", "OUT")}
    done = run(CLUSTER / "build.sh", env={**environment, "CC": "clang"})
    assert (done.returncode, done.stdout) == (2, "build.sh: CXX is not set: see ci/fuzz-cluster\n")


def test_every_target_is_built_with_its_seeds_and_takes_them():
    done = run("ci/fuzz-cluster", "--seconds", "0", "address")
    assert done.returncode == 0, done.stdout
    out = sockspec.ROOT / "build" / "cluster" / "address" / "out"
    for source in (sockspec.ROOT / "fuzz").glob("fuzz_*.c"):
        assert os.access(out / source.stem, os.X_OK)
        assert (out / f"{source.stem}_seed_corpus.zip").exists()
        assert (out / f"{source.stem}.dict").exists() == (sockspec.ROOT / "fuzz/dict" / f"{source.stem}.dict").exists()
        assert (out / f"{source.stem}.options").exists() == source.with_suffix(".options").exists()
    # A target finds its libraries where there are none: the machine that runs it has neither.
    found = run("ldd", out / "fuzz_events").stdout
    assert f"{out}/lib/libxml2" in found and f"{out}/lib/libjansson" in found and "not found" not in found
