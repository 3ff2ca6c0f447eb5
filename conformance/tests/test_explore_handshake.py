"""`sockspec explore --handshake`: each three parts of a handshake together; what is wrong is reduced to the least."""
import re

import pytest
import yaml

import sockspec

# Faults of the Python peers, the share of the plan that is enough to find them, and the least that shows them; where a
# level is left open any will do.
FAULTS = {
    ("ws-echo-server", "wrong-accept"): ("1/20", {"plain"}),
    ("ws-echo-server", "accept-twice"): ("1/20", {"plain"}),
    ("ws-echo-server", "any-version"): ("1/20", {"version-absent", "version-12", "version-tail"}),
    ("ws-echo-server", "any-path"): ("1/20", {"target-below", "target-longer", "target-case"}),
    ("ws-echo-server", "origin-or-subprotocol"): ("1/6", {"protocol- origin-same"}),
    ("ws-echo-server", "extensions-hide-version"): ("1/6", {"version- extensions-"}),
    ("ws-client", "any-status"): ("1/20", {"status-200", "status-301"}),
    ("ws-client", "any-upgrade"): ("1/20", {"upgrade-absent", "upgrade-longer"}),
    ("ws-client", "exact-connection"): ("1/8", {"connection-lower", "connection-upper", "connection-list"}),
    ("ws-client", "accept-in-any-case"): ("1/20", {"accept-swapped-case"}),
    ("ws-client", "first-accept"): ("1/20", {"accept-twice"}),
    ("ws-client", "any-extension"): ("1/20", {"extensions-unasked", "extensions-list"}),
}


def explore(program, fault, *options):
    command = sockspec.peer(program, fault)
    return sockspec.run("explore", "--handshake", "--jobs", "2", "--time-scale", "0.4", *options, program, "--", *command)


def failures(done):
    return set(re.findall(r"^FAIL +(\S.*)$", done.stdout, re.M))


@pytest.mark.parametrize("program, fault", FAULTS)
def test_a_fault_is_found_by_the_least_that_shows_it(program, fault, tmp_path):
    share, least = FAULTS[program, fault]
    found = tmp_path / "found.yaml"
    done = explore(program, fault, "--shard", share, "--out", found)
    assert done.returncode == 1, done.stdout + done.stderr
    for parts in least:
        pattern = parts.replace("- ", "-[a-z0-9-]+ ") + "[a-z0-9-]+" * parts.endswith("-")
        assert any(re.fullmatch(pattern, failure) for failure in failures(done)), done.stdout
    cases = sockspec.judge(str(found), sockspec.peer(program, fault), "--time-scale", "0.4")
    assert cases.cases and all(case["verdict"] in ("fail", "unresolved") for case in cases.cases.values())
    reference = sockspec.Outcome.of("run", "--jsonl", "-", str(found))
    assert reference.cases and not reference.with_verdict("fail", "unresolved")


@pytest.mark.parametrize("program", ["ws-echo-server", "ws-client"])
def test_the_references_pass(program):
    done = sockspec.run("explore", program, "--handshake", "--strict")
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.search(r"^seed 1\n(\d+) factors of \d+ legal levels and \d+ that are not\n"
                     r"(\d+) handshakes have the (\d+) triples of legal levels, (\d+) the (\d+) with one that is not\n"
                     r"legal: \2 handshakes in .*\nwith a level that is not: \4 handshakes in ", done.stdout)
    assert told and int(told[1]) >= 12 and int(told[3]) > 10 * int(told[2]) and int(told[5]) > 10 * int(told[4])
    assert "\n0 deviations\n" in done.stdout


def test_correct_peers_pass():
    for program, share in {"ws-echo-server": "2/20", "ws-client": "2/20"}.items():
        done = explore(program, None, "--shard", share, "--strict")
        assert done.returncode == 0, done.stdout + done.stderr


def test_shards_together_are_the_whole(tmp_path):
    states = [tmp_path / f"{shard}.jsonl" for shard in (1, 2, 3)]
    for shard, state in enumerate(states, 1):
        done = sockspec.run("explore", "ws-echo-server", "--handshake", "--shard", f"{shard}/3", "--state", state)
        assert done.returncode == 0, done.stdout + done.stderr
    merged = sockspec.run("explore", "--merge", *states)
    assert merged.returncode == 0 and "\n0 deviations\n" in merged.stdout, merged.stdout + merged.stderr
    for done, whole in re.findall(r": (\d+) of (\d+) handshakes", merged.stdout):
        assert done == whole
    half = sockspec.run("explore", "--merge", *states[:2])
    assert half.returncode == 4 and "not all of them have been played" in half.stderr


def test_a_run_is_taken_up_again_and_a_seed_repeats_it(tmp_path):
    state = tmp_path / "state.jsonl"
    arguments = ["ws-echo-server", "--handshake", "--seed", "5", "--shard", "1/6", "--state", state]
    whole = sockspec.run("explore", *arguments)
    assert whole.returncode == 0 and whole.stdout.startswith("seed 5\n"), whole.stdout + whole.stderr
    lines = state.read_text(encoding="utf-8").splitlines(keepends=True)
    # What a killed run leaves: units that are missing, and half a line.
    kept = len(lines) // 2
    state.write_text("".join(lines[:kept]) + '{"unit":[2,', encoding="utf-8")
    again = sockspec.run("explore", *arguments)
    assert again.returncode == 0, again.stdout + again.stderr
    played = [int(number) for number in re.findall(r": (\d+) handshakes in", again.stdout)]
    earlier = [int(number) for number in re.findall(r", (\d+) played by an earlier run", again.stdout)]
    assert sum(played) == len(lines) - kept and sum(earlier) == kept - 1
    other = sockspec.run("explore", *["6" if word == "5" else word for word in arguments])
    assert other.returncode == 2 and f"{state}:1: it is of another seed" in other.stderr


def test_what_shards_find_is_merged(tmp_path):
    states = [tmp_path / f"{shard}.jsonl" for shard in (1, 2)]
    for shard, state in enumerate(states, 1):
        explore("ws-echo-server", "wrong-accept", "--shard", f"{shard}/2", "--state", state)
    merged = sockspec.run("explore", "--merge", *states)
    assert merged.returncode == 1 and failures(merged) == {"plain"}, merged.stdout + merged.stderr


def test_the_table_names_requirements_and_agrees_with_the_statuses_of_the_suite():
    lines = sockspec.run("explore", "--table", "--handshake").stdout.splitlines()
    rows = [line.split("\t") for line in lines]
    assert {len(row) for row in rows} == {7} and {row[0] for row in rows} == {"ws-echo-server", "ws-client"}
    # Each status with which a level is refused is one that a case takes for the same requirement.
    statuses = {}
    for path in (sockspec.DATA / "suites" / "ws-echo-server").glob("h*.yaml"):
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]:
            for step in case["steps"]:
                matcher = step.get("expect") if isinstance(step, dict) else None
                for choice in (matcher or {}).get("any", [matcher or {}]):
                    status = choice.get("response", {}).get("status") if isinstance(choice, dict) else None
                    if "grade" not in choice:
                        for requirement in case["checks"]:
                            statuses.setdefault(requirement, set()).update(
                                map(str, status if isinstance(status, list) else [status]))
    refused = {(row[6], status) for row in rows if row[0] == "ws-echo-server" and row[4].startswith("refused with")
               for status in re.findall(r"\d{3}", row[4].partition("(")[0])}
    assert len(refused) > 12
    assert {(requirement, status) for requirement, status in refused
            if status not in statuses.get(requirement, set())} == set()


@pytest.mark.parametrize("arguments, complaint", [
    (["daytime-session", "--handshake"], "--handshake: there is no table for daytime-session"),
    (["ws-echo-server", "--handshake", "--seed", "x"], "--seed: `x` is not a number from 0 to"),
])
def test_a_bad_command_line_is_refused(arguments, complaint):
    done = sockspec.run("explore", *arguments)
    assert done.returncode == 2 and complaint in done.stderr and done.stderr.count("\n") == 1
