"""`sockspec fuzz` and `sockspec explore` of line servers and WebSocket clients, whose sequences are played as cases."""
import re

import pytest

import sockspec

PROGRAMS = ["tcp-counter-server", "daytime-session", "tcp-random-server", "tcp-random-range-server", "tcp-echo-server",
            "tcp-time-server", "unix-echo-server", "ws-client"]
# Faults of the Python peers, and the shortest sequences that show them.
FAULTS = {
    ("tcp-counter-server", "own-number"): "a:connect b:connect b:line",
    ("tcp-counter-server", "read-is-line"): "a:connect a:two",
    ("tcp-counter-server", "stop-ends-server"): "a:connect a:line a:stop",
    ("daytime-session", "one-request"): "a:connect a:timestamp a:timestamp",
    ("daytime-session", "prefix"): "a:connect a:timestamp-s",
    ("tcp-random-range-server", "swaps-ends"): "connect reversed",
    ("tcp-random-range-server", "closes-after-error"): "connect reversed range",
    ("tcp-echo-server", "stop-prefix"): "connect near-stop",
    ("unix-echo-server", "stop-ends"): "a:connect a:stop",
    ("ws-client", "no-pong"): "ping",
    ("ws-client", "accepts-masked"): "text-mask",
    ("ws-client", "orphan-continuation"): "last",
}


def play(command, program, fault, *options):
    return sockspec.run(command, "--jobs", "2", "--time-scale", "0.4", *options, program, "--",
                        *sockspec.peer(program, fault))


def failures(done):
    return re.findall(r"^FAIL +(\S.*)$", done.stdout, re.M)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_references_pass(program):
    done = sockspec.run("explore", program, "--depth", "1" if program == "ws-client" else "3")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^depth 1: [1-9]\d* sequences", done.stdout, re.M) and "\n0 deviations\n" in done.stdout
    done = sockspec.run("fuzz", program, "--cases", "40", "--seed", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("seed 2\n40 sequences in ")


@pytest.mark.parametrize("program, fault", FAULTS)
def test_a_fault_is_found_by_its_shortest_sequence(program, fault, tmp_path):
    found = tmp_path / "found.yaml"
    depth = len(FAULTS[program, fault].split())
    done = play("explore", program, fault, "--depth", depth, "--out", found)
    assert done.returncode == 1, done.stdout + done.stderr
    assert FAULTS[program, fault] in failures(done), done.stdout
    reference = sockspec.Outcome.of("run", "--jsonl", "-", str(found))
    assert reference.cases and not reference.with_verdict("fail", "unresolved")


def test_what_is_found_at_random_is_cut_down():
    done = play("fuzz", "tcp-random-range-server", "swaps-ends", "--seed", "1", "--cases", "50")
    assert done.returncode == 1, done.stdout + done.stderr
    assert failures(done) == ["connect reversed"]


def test_a_program_without_a_model_is_refused():
    for command in ("fuzz", "explore"):
        done = sockspec.run(command, "nc")
        assert done.returncode == 2 and "there is no model of nc, only of ws-echo-server, " in done.stderr
