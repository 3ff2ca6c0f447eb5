"""The tables that ci/peers-table and ci/peers-clients print: implementations against what came of their cases."""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(os.environ.get("SOCKSPEC_BUILD", ROOT / "build" / "dev")).resolve() / "bin"
SURPRISES = ["xpass", "fail", "unresolved"]
VERDICTS = ["pass", "nonstrict", "info", "unsupported", "xfail", "xpass", "fail", "unresolved"]


def misused(message):
    print(message, file=sys.stderr)
    sys.exit(2)


class Row:
    """What came of the cases of one program, or of several."""

    def __init__(self, name, program, counts, seconds):
        self.name = name
        self.program = program
        self.counts = counts
        self.seconds = seconds

    def cells(self):
        numbers = [sum(self.counts.values()), *(self.counts.get(verdict, 0) for verdict in VERDICTS)]
        return [self.name, self.program, *(str(number or ".") for number in numbers), f"{self.seconds:.1f}"]


def total(rows):
    counts = {verdict: sum(row.counts.get(verdict, 0) for row in rows) for verdict in VERDICTS}
    return Row("all", "", counts, sum(row.seconds for row in rows))


def count_verdicts(cases):
    counts = {}
    for case in cases:
        counts[case["verdict"]] = counts.get(case["verdict"], 0) + 1
    return counts


def show_surprises(cases):
    """Prints the cases that did not come out as expected, as `sockspec run` would."""
    lines = "".join(json.dumps(case) + "\n" for case in cases if case["verdict"] in SURPRISES)
    if lines:
        subprocess.run([BIN / "sockspec", "report", "-"], check=False, input=lines, text=True)


def read_cases(path):
    """The cases among the events in a file, as maps; none where it is not there."""
    events = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    return [event for event in events if event["event"] == "case"]


def print_table(rows):
    """Prints a line for each row, and one for all of them."""
    table = [["implementation", "program", "cases", *VERDICTS, "seconds"], *(row.cells() for row in [*rows, total(rows)])]
    widths = [max(map(len, column)) for column in zip(*table)]
    for line in table:
        words = [cell.ljust(width) for cell, width in zip(line[:2], widths)]
        words += [cell.rjust(width) for cell, width in zip(line[2:], widths[2:])]
        print("  ".join(words))


def conclude(statuses):
    """The line below the table. Returns the exit status: 1 when one of these is not 0."""
    surprised = sum(status != 0 for status in statuses)
    print("all as expected" if not surprised else f"{surprised} of {len(statuses)} not as expected: see above the table")
    return 1 if surprised else 0
