"""Starts the program under test, `sockspec`, and reads what it reports."""
import json
import os
import pathlib
import subprocess
import sys

import yaml

TESTS = pathlib.Path(__file__).resolve().parent
DATA = TESTS.parent
ROOT = DATA.parent
BUILD = pathlib.Path(os.environ.get("SOCKSPEC_BUILD", ROOT / "build" / "dev")).resolve()
BIN = BUILD / "bin"
SOCKSPEC = BIN / "sockspec"
PATIENCE_S = 120

PROGRAMS = yaml.safe_load((DATA / "programs.yaml").read_text(encoding="utf-8"))["programs"]
# What the suites of each program are tested with: faults/README.md.
FAULTS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("faults/*.yaml"))}
PEERS = DATA / "faults" / "peers"
# Faults of time, which no single case shows: test_slow.py tries them, and no audit does.
FAULTS_OF_TIME = {"late-frames", "falls-silent"}


def missing():
    if os.access(SOCKSPEC, os.X_OK):
        return None
    return f"no sockspec at {SOCKSPEC}: build it by ci/build, or name the build directory in SOCKSPEC_BUILD"


def environment():
    return {**os.environ, "SOCKSPEC_DATA": str(DATA), "PATH": f"{BIN}:{os.environ['PATH']}"}


def run(*arguments, **options):
    options.setdefault("timeout", PATIENCE_S)
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    options.setdefault("env", environment())
    return subprocess.run([SOCKSPEC, *map(str, arguments)], check=False, text=True, **options)


def start(*arguments, **options):
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    options.setdefault("env", environment())
    return subprocess.Popen([SOCKSPEC, *map(str, arguments)], text=True, **options)


class Outcome:
    """What a run reported: its status, and the events by kind."""

    def __init__(self, status, lines, stderr=""):
        events = [json.loads(line) for line in lines]
        self.status = status
        self.stderr = stderr
        self.events = events
        self.cases = {event["id"]: event for event in events if event["event"] == "case"}
        self.counts = next((event["counts"] for event in events if event["event"] == "summary"), None)

    def verdicts(self):
        return {case: event["verdict"] for case, event in self.cases.items()}

    def with_verdict(self, *verdicts):
        return {case for case, event in self.cases.items() if event["verdict"] in verdicts}

    @classmethod
    def of(cls, *arguments, **options):
        done = run(*arguments, **options)
        return cls(done.returncode, done.stdout.splitlines(), done.stderr)

    @classmethod
    def load_or_run(cls, path, *arguments):
        """The outcome that lies at `path`, made now if it does not yet."""
        if not path.exists():
            done = run(*arguments)
            path.write_text(json.dumps([done.returncode, done.stdout, done.stderr]), encoding="utf-8")
        status, stdout, stderr = json.loads(path.read_text(encoding="utf-8"))
        return cls(status, stdout.splitlines(), stderr)


def judge(words, command, *options, **rest):
    """Runs cases against a command."""
    words = [words] if isinstance(words, str) else words
    # Few at once: the tests run side by side, and each job may start an interpreter. `options` may ask for more.
    return Outcome.of("run", "--jobs", "4", "--jsonl", "-", *options, *words, "--", *command, **rest)


def placeholders(program):
    """The words of a program's command line that the harness fills in, or that stand for all of them."""
    words = PROGRAMS[program]["arguments"]
    return words if all("{" in word for word in words) else ["{arguments}"]


def peer(program, fault=None):
    """The command of a peer in Python, correct or with a fault."""
    if fault and fault not in FAULTS[program]["faults"].keys() | FAULTS_OF_TIME:
        raise ValueError(f"{program} has no fault {fault}: see faults/{program}.yaml")
    script = PEERS / f"{program.replace('-', '_')}.py"
    return [sys.executable, "-S", str(script), *(["--fault", fault] if fault else []), *placeholders(program)]


def describe(event):
    """A failed case as a person wants to read it."""
    lines = [f"{event['verdict']}: {event['title']}"]
    lines += [f"requirement  {check['id']} ({check['level']}, section {check['section']}) {check['text']}"
              for check in event["checks"]]
    lines += [f"{key:<12} {event[key]}" for key in ("expected", "actual", "why") if key in event]
    lines.append(f"where        {event.get('step_file', event['file'])}:{event.get('step_line', event['line'])}")
    lines += ["transcript", *(f"  {line}" for line in event.get("transcript", []))]
    lines += ["stderr", *(f"  {line}" for line in event.get("stderr", "").splitlines())]
    return "\n".join([*lines, f"rerun        {event.get('rerun', '')}"])
