"""`sockspec fuzz`: a correct server passes, a wrong one is found out, and what is printed is a case for `sockspec run`."""
import re

import pytest

import sockspec

PROGRAM = "ws-echo-server"
# What remains of a failure, for faults of the Python peer; None: one of several things.
FAULTS = {
    "accepts-unmasked": "without a mask",
    "accepts-rsv": "with RSV [124]",
    "accepts-opcodes": "reserved opcode",
    "long-control": "(ping|pong) of 126 bytes$",
    "fragmented-control": "(ping|pong) of [01] bytes? without FIN$",
    "interleaved": "a (text|binary) of [01] bytes? without FIN, then a (text|binary) of",
    "orphan-continuation": "a continuation of 0 bytes",
    "accepts-bad-utf8": "text|continuation",
    "any-code": "close of 2 bytes$",
    "sends-1005": "close of 0 bytes$",
    "text-as-binary": "a text of 0 bytes$",
    "other-pong": "a ping of 0 bytes$",
    "c-string": "of 1 byte",
    "masks": "of 0 bytes$",
    "answers-pong": "a pong of 0 bytes$",
    "late-pong": "without FIN, then a ping of 0 bytes$",
}


def fuzz(command, *options, program=PROGRAM):
    return sockspec.run("fuzz", "--jobs", "2", "--time-scale", "0.4", "--seed", "1", *options, program, "--", *command)


def line(done, name):
    found = re.search(rf"^  {name} +(.+)$", done.stdout, re.M)
    return found and found[1]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_cut_down_to_a_case_that_shows_it(fault, tmp_path):
    found = tmp_path / "found.yaml"
    command = sockspec.peer(PROGRAM, fault)
    done = fuzz(command, "--cases", "2000", "--out", found)
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(FAULTS[fault], line(done, "sent")), done.stdout
    assert found.read_text(encoding="utf-8") in done.stdout
    assert sockspec.judge(str(found), command, "--time-scale", "0.4").with_verdict("fail", "unresolved")
    reference = sockspec.Outcome.of("run", "--jsonl", "-", str(found))
    assert not reference.with_verdict("fail", "unresolved") and reference.cases


def test_a_correct_server_passes_and_the_rate_is_told():
    done = sockspec.run("fuzz", PROGRAM, "--cases", "3000", "--seed", "5")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("seed 5\n3000 sequences of ")
    assert "sequences a second" in done.stdout and "failed" not in done.stdout
    peer = fuzz(sockspec.peer(PROGRAM), "--cases", "500")
    assert peer.returncode == 0, peer.stdout + peer.stderr


def test_a_seed_repeats_a_run_whatever_the_jobs():
    command = sockspec.peer(PROGRAM, "any-code")
    ends = {re.search("sequence [0-9]+ failed", fuzz(command, "--cases", "5000", "--jobs", jobs).stdout)[0]
            for jobs in (1, 2, 3)}
    assert len(ends) == 1


def test_every_run_prints_a_seed_of_its_own():
    seeds = {sockspec.run("fuzz", PROGRAM, "--cases", "1", "--jobs", "1").stdout.splitlines()[0] for _ in range(2)}
    assert len(seeds) == 2 and all(re.fullmatch("seed [0-9]+", seed) for seed in seeds)


def test_what_is_weaker_than_best_fails_only_where_that_is_asked_for():
    command = sockspec.peer(PROGRAM, "silent-failure")
    done = fuzz(command, "--cases", "500")
    assert done.returncode == 0 and "weaker than best" in done.stdout
    assert fuzz(command, "--cases", "500", "--strict").returncode == 1


@pytest.mark.parametrize("arguments, complaint", [
    ([], "which program"),
    (["ws-echo-serve"], "no program `ws-echo-serve`"),
    ([PROGRAM, "--cases", "0"], "--cases: `0` is not a number from 1"),
    ([PROGRAM, "--seed", "x"], "--seed: `x` is not a number"),
    ([PROGRAM, "--at", "ws://127.0.0.1:1/", "--profile", "reference"], "exclude each other"),
    ([PROGRAM, "--", "./server"], "does not say where to listen"),
])
def test_a_bad_command_line_is_refused(arguments, complaint):
    done = sockspec.run("fuzz", *arguments)
    assert done.returncode == 2 and complaint in done.stderr and done.stderr.count("\n") == 1


def test_a_server_that_never_listens_is_an_error_of_its_own():
    done = fuzz(["/bin/sh", "-c", "exit 1", "{port}"], "--cases", "10")
    assert done.returncode == 3 and "never listened" in done.stderr
