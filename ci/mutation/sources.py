"""The mutants of impl/, from the syntax tree that clang makes of it: all of them in one copy, compiled once."""
import collections
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "mutants"
SOURCES = BUILD / "src"
PROGRAMS = BUILD / "programs"
MOST = 1 << 16      # as in mutant.c
SWAPS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "+": "-", "-": "+", "*": "/", "/": "*",
         "%": "*", "&": "|", "|": "&", "<<": ">>", ">>": "<<", "&&": "||", "||": "&&"}


class Mutant:
    """`name` is the function, what stands there and what it becomes: it outlives changes elsewhere in the file."""

    def __init__(self, number, path, line, function, name):
        self.number = number
        self.path = path
        self.line = line
        self.function = function
        self.name = name

    def __str__(self):
        return f"{self.path}:{self.line}: {self.name}"


class Mutator:
    """One file: the text with all its mutants written into it."""

    def __init__(self, cindex, path, mutants):
        self.kinds = cindex.CursorKind
        self.types = cindex.TypeKind
        self.path = path
        self.relative = str(path.relative_to(ROOT))
        self.text = path.read_bytes()
        self.mutants = mutants
        self.function = ""
        self.names = collections.Counter()
        self.unit = cindex.Index.create().parse(str(path), args=["-std=c17", "-D_GNU_SOURCE", f"-I{ROOT / 'impl'}",
                                                                 f"-I{builtin_headers()}"])
        errors = [error for error in self.unit.diagnostics if error.severity >= 3]
        if errors:
            sys.exit(f"ci/mutants: {errors[0]}")

    def mutated(self):
        edits = []
        for cursor in self.unit.cursor.get_children():
            if cursor.kind == self.kinds.FUNCTION_DECL and self.is_ours(cursor) and cursor.is_definition():
                self.function = cursor.spelling
                edits += [(part, self.render(part)) for part in cursor.get_children()
                          if part.kind == self.kinds.COMPOUND_STMT]
        text = self.text
        for cursor, new in sorted(edits, key=lambda edit: -edit[0].extent.start.offset):
            text = text[:cursor.extent.start.offset] + new + text[cursor.extent.end.offset:]
        return b'#include "mutant.h"\n#line 1\n' + text

    def is_ours(self, cursor):
        return cursor.location.file and cursor.location.file.name == str(self.path)

    def source(self, cursor):
        return self.text[cursor.extent.start.offset:cursor.extent.end.offset]

    def add(self, cursor, becomes):
        number = len(self.mutants) + 1
        was = " ".join(self.source(cursor).decode().split())
        name = f"{self.function}: {was[:70]}{'…' if len(was) > 70 else ''} -> {becomes}"
        self.names[name] += 1
        if self.names[name] > 1:
            name += f" ({self.names[name]})"
        self.mutants.append(Mutant(number, self.relative, cursor.extent.start.line, self.function, name))
        return str(number).encode()

    def render(self, cursor, position=""):
        """The text of a part of the tree with the mutants within it."""
        children = list(cursor.get_children())
        if not self.is_whole(cursor) or self.is_constant(cursor):
            return self.source(cursor)
        own = self.render_own(cursor, children, position)
        return own if own is not None else self.splice(cursor, children)

    def is_whole(self, cursor):
        """Not of a macro, which has its text elsewhere."""
        start, end = cursor.extent.start, cursor.extent.end
        return start.file and start.file.name == str(self.path) and start.offset < end.offset

    def is_constant(self, cursor):
        static = cursor.kind == self.kinds.VAR_DECL and cursor.storage_class.name == "STATIC"
        return static or cursor.kind in (self.kinds.CXX_UNARY_EXPR, self.kinds.TYPE_REF, self.kinds.DECL_REF_EXPR)

    def splice(self, cursor, children):
        text, at = b"", cursor.extent.start.offset
        array = cursor.kind == self.kinds.VAR_DECL and cursor.type.kind == self.types.CONSTANTARRAY
        for number, child in enumerate(children):
            start, end = child.extent.start.offset, child.extent.end.offset
            label = cursor.kind == self.kinds.CASE_STMT and number == 0
            size = array and child.kind == self.kinds.INTEGER_LITERAL
            if not self.is_whole(child) or start < at or end > cursor.extent.end.offset or label or size:
                continue
            position = "statement" if cursor.kind == self.kinds.COMPOUND_STMT else \
                "condition" if number == 0 and cursor.kind in (self.kinds.IF_STMT, self.kinds.WHILE_STMT) else ""
            text += self.text[at:start] + self.render(child, position)
            at = end
        return text + self.text[at:cursor.extent.end.offset]

    def render_own(self, cursor, children, position):
        kinds = self.kinds
        if cursor.kind == kinds.BINARY_OPERATOR:
            return self.render_binary(cursor, *children)
        if cursor.kind == kinds.INTEGER_LITERAL and re.fullmatch(rb"\d+|0x[0-9a-fA-F]+", self.source(cursor)):
            number = self.source(cursor).decode()
            return b"MUTANT_NUMBER(" + self.add(cursor, f"{number} + 1") + b", " + self.source(cursor) + b")"
        if cursor.kind == kinds.CALL_EXPR and position == "statement":
            if not re.match(rb"(va_|__)", self.source(cursor)):
                number = self.add(cursor, "nothing")
                return b"MUTANT_CALL(" + number + b", (" + self.splice(cursor, children) + b"))"
        if cursor.kind in (kinds.CALL_EXPR, kinds.UNARY_OPERATOR) and position == "condition":
            return b"MUTANT_TRUTH(" + self.add(cursor, "its contrary") + b", (" + self.splice(cursor, children) + b"))"
        if cursor.kind == kinds.RETURN_STMT and children and self.is_number(children[0]):
            number = self.add(cursor, "return 0")
            return b"return MUTANT_RETURN(" + number + b", (" + self.render(children[0]) + b"))"
        return None

    def is_number(self, cursor):
        kind = cursor.type.get_canonical().kind
        plain = kind in (self.types.INT, self.types.BOOL, self.types.LONG, self.types.ULONG, self.types.UINT)
        return plain and self.source(cursor) != b"0" and self.is_whole(cursor)

    def render_binary(self, cursor, left, right):
        if not self.is_whole(left) or not self.is_whole(right):
            return None
        operator = self.text[left.extent.end.offset:right.extent.start.offset].strip().decode()
        pointers = [side.type.get_canonical().kind == self.types.POINTER or "[" in side.type.spelling
                    for side in (left, right)]
        if operator not in SWAPS or (operator in "+-" and pointers[1]):
            return None
        number = self.add(cursor, SWAPS[operator])
        arguments = number + b", (" + self.render(left) + b"), (" + self.render(right) + b")"
        if operator in ("&&", "||"):
            acts = b", 1)" if self.acts(right) else b", 0)"
            return (b"MUTANT_AND(" if operator == "&&" else b"MUTANT_OR(") + arguments + acts
        macro = b"MUTANT_DIVISION(" if operator == "*" else b"MUTANT_BINARY("
        return macro + arguments + b", " + operator.encode() + b", " + SWAPS[operator].encode() + b")"


    def acts(self, cursor):
        """Whether evaluating it may change anything."""
        kinds = (self.kinds.CALL_EXPR, self.kinds.UNARY_OPERATOR, self.kinds.COMPOUND_ASSIGNMENT_OPERATOR)
        assigns = cursor.kind == self.kinds.BINARY_OPERATOR and re.search(rb"[^=!<>]=[^=]", self.source(cursor))
        return cursor.kind in kinds or bool(assigns) or any(self.acts(child) for child in cursor.get_children())


def clang_version():
    return re.search(r"version (\d+)", subprocess.run(["clang", "--version"], check=True, stdout=subprocess.PIPE,
                                                      text=True).stdout)[1]


def builtin_headers():
    return subprocess.run(["clang", "-print-resource-dir"], check=True, stdout=subprocess.PIPE,
                          text=True).stdout.strip() + "/include"


def load_cindex():
    subprocess.run([ROOT / "ci" / "install-packages", f"python3-clang-{clang_version()}"], check=True)
    import clang.cindex  # pylint: disable=import-outside-toplevel
    return clang.cindex


# --- the copy ---

def write_copy(paths):
    """All mutants, written into a copy of impl/."""
    cindex = load_cindex()
    mutants = []
    shutil.rmtree(SOURCES, ignore_errors=True)
    shutil.copytree(ROOT / "impl", SOURCES)
    for path in paths:
        (SOURCES / path.relative_to(ROOT / "impl")).write_bytes(Mutator(cindex, path, mutants).mutated())
    if len(mutants) >= MOST:
        sys.exit(f"ci/mutants: {len(mutants)} mutants are more than the {MOST} that there is room for")
    # `return false` becomes the same; its number stays unused.
    return [mutant for mutant in mutants if ": return false -> return 0" not in mutant.name]


def compile_copy():
    """Programs and unit tests, by one compiler run each; what a mutant makes of types is not warned about."""
    PROGRAMS.mkdir(parents=True, exist_ok=True)
    compiler = ["clang", "-std=gnu17", "-D_GNU_SOURCE", "-O1", "-g", "-w", f"-I{SOURCES}", f"-I{HERE}"]
    library = BUILD / "library.o"
    objects = []
    units = [*sorted((SOURCES / "lib").glob("*.c")), HERE / "mutant.c"]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for source in units:
            objects.append(BUILD / f"{source.stem}.o")
            pool.submit(compile_one, [*compiler, "-c", source, "-o", objects[-1]])
    subprocess.run(["ld", "-r", "-o", library, *objects], check=True)
    libraries = ["-lssl", "-lcrypto", "-lz", "-lpthread"]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for source in (SOURCES / "programs").glob("*.c"):
            pool.submit(compile_one, [*compiler, source, library, "-o", PROGRAMS / source.stem, *libraries])
        for source in (SOURCES / "tests").glob("test_*.c"):
            pool.submit(compile_one, [*compiler, source, library, "-o", PROGRAMS / source.stem, *libraries, "-lcmocka"])
    if not list(PROGRAMS.glob("*")):
        sys.exit("ci/mutants: nothing was built")


def compile_one(command):
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        print(done.stdout[:2000], file=sys.stderr)
        os._exit(2)
