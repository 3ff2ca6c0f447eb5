"""Programs that do nothing pass nothing: no case of level MUST is satisfied by a peer that hangs up, stays silent,
echoes raw bytes, or prints nothing and exits 0."""
import fnmatch

import pytest

import sockspec

NULL = sockspec.BIN / "null-peer"  # peers/null.c
ROWS = [(program, kind) for program, testers in sockspec.FAULTS.items() for kind in testers["null-peers"]]

# A program that fails whatever it is asked for does what the cases about errors want. A program that is started for
# one case cannot prove first that it works, so these are what such a program passes, and nothing else may be.
ERRORS = {program: testers["errors"] for program, testers in sockspec.FAULTS.items() if "errors" in testers}


def judged(program, kind):
    command = [NULL, kind, *sockspec.placeholders(program)]
    outcome = sockspec.judge([program], command, "--level", "MUST", "--time-scale", "0.05", "--skip-slow",
                             "--keep-going", "--jobs", "32")  # many at once: they wait for deadlines
    assert outcome.counts, outcome.stderr
    return outcome, outcome.with_verdict("pass", "nonstrict", "info")


@pytest.mark.parametrize("program, kind", ROWS)
def test_a_program_that_does_nothing_passes_nothing(program, kind):
    outcome, good = judged(program, kind)
    assert good == set()
    assert outcome.with_verdict("fail")
    assert outcome.status in (1, 3)  # 3: the deadlines are so short that a busy machine may miss them at the start


@pytest.mark.parametrize("program", ERRORS)
def test_a_program_that_always_fails_passes_only_the_cases_about_errors(program):
    outcome, good = judged(program, "always-fails")
    about_errors = {case for case in outcome.cases for pattern in ERRORS[program]
                    if fnmatch.fnmatch(case, f"{program}/{pattern}")}
    assert good <= about_errors
    assert outcome.status in (1, 3)  # on a busy machine it may not even be ready
