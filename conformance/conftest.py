"""The suites as pytest items: one for each case, named by its id.

`sockspec run` is started once for each program, by whichever xdist worker needs it first, for those of its cases that
were selected; its events lie in a directory that all workers share, and each item reads its own.
"""
import collections
import fcntl
import functools
import os
import pathlib
import shutil
import tempfile

import pytest

import sockspec

SUITES = pathlib.Path(__file__).resolve().parent / "suites"
SHARED = "SOCKSPEC_PYTEST_SHARED"
GOOD = {"pass", "nonstrict", "info", "xfail"}
LEFT_OUT = {"unsupported", "skip"}


def pytest_configure(config):
    problem = sockspec.missing()
    if problem:
        pytest.exit(problem, returncode=2)
    if not hasattr(config, "workerinput"):
        os.environ[SHARED] = tempfile.mkdtemp(prefix="sockspec-pytest-")


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput") and SHARED in os.environ:
        shutil.rmtree(os.environ.pop(SHARED), ignore_errors=True)


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".yaml" and SUITES in file_path.parents:
        return SuiteFile.from_parent(parent, path=file_path)
    return None


def pytest_report_teststatus(report):
    """Nonstrict and info cases pass, but are counted apart."""
    verdict = dict(report.user_properties).get("verdict")
    if report.when == "call" and report.passed and verdict in ("nonstrict", "info"):
        return verdict, verdict[0], verdict.upper()
    return None


@functools.lru_cache(maxsize=None)
def cases_by_suite():
    """{"program/topic": ids in the order of the plan}: ids begin with the names of their suite's folder and file."""
    listed = sockspec.run("list")
    if listed.returncode != 0:
        raise pytest.Collector.CollectError(listed.stderr)
    suites = collections.defaultdict(list)
    for line in listed.stdout.splitlines():
        case = line.split()[0]
        suites["/".join(case.split("/")[:2])].append(case)
    return suites


class SuiteFile(pytest.File):
    def collect(self):
        program, topic = self.path.relative_to(SUITES).with_suffix("").parts
        for case in cases_by_suite()[f"{program}/{topic}"]:
            yield SuiteCase.from_parent(self, name=case, program=program)


class SuiteCase(pytest.Item):
    def __init__(self, *, program, **rest):
        super().__init__(**rest)
        self.program = program
        self.add_marker(pytest.mark.xdist_group(program))  # with --dist loadgroup no worker waits for another's run

    def runtest(self):
        outcome = outcome_of(self.program, self.session)
        event = outcome.cases.get(self.name)
        if event is None:
            raise BadVerdict(f"`sockspec run` ended with {outcome.status} and no verdict on this case\n"
                             f"{outcome.stderr}")
        self.user_properties.append(("verdict", event["verdict"]))
        if event["verdict"] in LEFT_OUT:
            pytest.skip(f"{event['verdict']}: {event.get('why', 'no reason given')}")
        if event["verdict"] not in GOOD:
            raise BadVerdict(sockspec.describe(event))

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, BadVerdict):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, None, self.name


class BadVerdict(Exception):
    pass


def words_for(program, session):
    """What to run: the program, or some of its cases where only some were selected."""
    selected = [item.name for item in session.items if isinstance(item, SuiteCase) and item.program == program]
    everything = sum(len(cases) for suite, cases in cases_by_suite().items() if suite.split("/")[0] == program)
    return [program] if len(selected) == everything else selected


outcomes = {}


def outcome_of(program, session):
    if program not in outcomes:
        directory = pathlib.Path(os.environ[SHARED])
        with open(directory / f"{program}.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            outcomes[program] = sockspec.Outcome.load_or_run(
                directory / program, "run", "--jsonl", "-", *words_for(program, session))
    return outcomes[program]
