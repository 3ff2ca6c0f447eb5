"""The suites pass what is right and catch what is wrong: peers in Python, correct and with one fault each."""
import fnmatch
import subprocess

import pytest

import sockspec

# Those without an outcome are for audits alone.
FAULTS = {program: {fault: row for fault, row in testers["faults"].items() if "fails" in row or "fails-at-least" in row}
          for program, testers in sockspec.FAULTS.items()}

ROWS = [pytest.param(program, fault, row, id=f"{program}-{fault}")
        for program, faults in FAULTS.items() for fault, row in faults.items()]


def matching(program, cases, patterns):
    found = {pattern: fnmatch.filter(cases, f"{program}/{pattern}") for pattern in patterns}
    assert all(found.values()), f"these patterns match no case: {[p for p in found if not found[p]]}"
    return {case for cases in found.values() for case in cases}


@pytest.mark.parametrize("program", FAULTS)
def test_the_correct_peer_passes_every_case(program):
    outcome = sockspec.judge(program, sockspec.peer(program), "--skip-slow")
    bad = {case: verdict for case, verdict in outcome.verdicts().items() if verdict not in ("pass", "skip")}
    assert bad == {}
    assert outcome.status == 0


@pytest.mark.parametrize("program, fault, row", ROWS)
def test_a_fault_is_caught_by_the_cases_about_it(program, fault, row):
    words = [f"{program}/{pattern}" for pattern in row["run"]] if "run" in row else program
    options = [] if row.get("slow") else ["--skip-slow"]
    options += ["--time-scale", "0.3", "--jobs", "16"] if row.get("waits") else []
    outcome = sockspec.judge(words, sockspec.peer(program, fault), *options)
    assert outcome.counts, f"no summary: sockspec ended with {outcome.status}\n{outcome.stderr}"
    caught = outcome.with_verdict("fail", "unresolved")
    if "fails-at-least" in row:
        assert matching(program, outcome.cases, row["fails-at-least"]) <= caught
    else:
        passes = matching(program, outcome.cases, row.get("passes", []))
        assert caught == matching(program, outcome.cases, row["fails"]) - passes
        assert outcome.with_verdict("nonstrict") == matching(program, outcome.cases, row.get("nonstrict", []))
    assert outcome.status == (1 if caught else 0)


@pytest.mark.parametrize("program", FAULTS)
def test_every_fault_of_a_peer_is_in_the_table(program):
    """That each fault of the table is one of the peer's shows above: a peer that does not know it behaves correctly."""
    name = program.replace("-", "_")
    sources = [sockspec.PEERS / f"{name}.py"]
    helpers = {"ws-echo-server": ["ws_handshake", "ws_deflate", "ws_tls", "ws_tls_server"],
               "ws-client": ["ws_offer", "ws_tls", "ws_tls_client"]}
    sources += [sockspec.PEERS / f"{helper}.py" for helper in helpers.get(program, [])]
    found = subprocess.run(["grep", "-ohE", r'fault [!=]= "[a-z0-9-]+"', *sources], check=True, text=True,
                           stdout=subprocess.PIPE).stdout
    named = {line.split('"')[1] for line in found.splitlines()}
    assert named - sockspec.FAULTS[program]["faults"].keys() - sockspec.FAULTS_OF_TIME == set()
