"""Runs as a whole: what they leave behind, how they are interrupted, profiles, expectations, rerun lines."""
import json
import re
import shlex
import signal
import subprocess
import sys
import time
import uuid

import lxml.etree
import pytest

import processes
import sockspec

ONE = "daytime-session/timestamp/exact"
SANDBOXES = ["namespaces", "none"]


# --- nothing stays behind ---


@pytest.fixture(name="mark")
def unique_mark():
    """A number that no other command line holds, to be slept for."""
    mark = f"{10 ** 9 + uuid.uuid4().int % 10 ** 9}"
    yield mark
    assert processes.await_none(mark) == []


def with_daemon(mark, program="daytime-session", fault=None):
    """A server that leaves a daemon in a session of its own, and a child that ignores signals."""
    server = shlex.join(sockspec.peer(program, fault)[:-1])
    return ["sh", "-c", f"setsid -f sleep {mark}; (trap '' TERM INT HUP; sleep {mark}) & exec {server} $0", "{port}"]


@pytest.mark.parametrize("sandbox", SANDBOXES)
def test_daemons_of_a_program_end_with_the_run(mark, sandbox):
    outcome = sockspec.judge([ONE, "daytime-session/lifecycle/restart-killed"], with_daemon(mark), "--sandbox", sandbox)
    assert processes.marked(mark) == []
    assert outcome.with_verdict("pass") == {ONE, "daytime-session/lifecycle/restart-killed"}


def events_in(path, kind="case"):
    try:
        return path.read_text(encoding="utf-8").count(f'"event":"{kind}"')
    except FileNotFoundError:
        return 0


def await_events(path, count, patience_s=60):
    deadline = time.monotonic() + patience_s
    while events_in(path) < count:
        assert time.monotonic() < deadline, f"no {count} events in {path}"
        time.sleep(0.01)


@pytest.fixture(name="midway")
def run_that_takes_long(mark, tmp_path):
    """Starts a run whose first cases are quick and whose others wait to their deadline; gives it when one has ended."""
    def begin(sandbox):
        files = {kind: tmp_path / kind for kind in ("jsonl", "tap", "junit")}
        reports = [word for kind, path in files.items() for word in (f"--{kind}", path)]
        quick = ["daytime-session/requests/daytime", "daytime-session/requests/ipv4"]
        stuck = "daytime-session/timestamp/*"
        process = sockspec.start("run", "-q", "-j", "2", "--sandbox", sandbox, *reports, *quick,
                                 stuck, "--", *with_daemon(mark, fault="silent-timestamp"))
        runs.append(process)
        await_events(files["jsonl"], 1)
        return process, files
    runs = []
    yield begin
    for process in runs:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("sandbox", SANDBOXES)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_reports_all_its_cases(midway, mark, sandbox, number):
    process, files = midway(sandbox)
    process.send_signal(number)
    assert process.wait(30) == 130
    assert processes.marked(mark) == []
    outcome = sockspec.Outcome(130, files["jsonl"].read_text(encoding="utf-8").splitlines())
    assert len(outcome.cases) == outcome.events[0]["cases"] == sum(outcome.counts.values())
    assert outcome.counts["skip"] > 0
    assert outcome.events[-1]["exit"] == 130
    assert len(lxml.etree.parse(str(files["junit"])).findall(".//testcase")) == len(outcome.cases)
    assert f"1..{len(outcome.cases)}" in files["tap"].read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("sandbox", SANDBOXES)
def test_a_killed_run_leaves_nothing_behind(midway, mark, sandbox):
    process, files = midway(sandbox)
    assert processes.marked(mark)
    process.kill()
    process.wait(10)
    assert processes.await_none(mark) == []
    assert all(json.loads(line) for line in files["jsonl"].read_text(encoding="utf-8").splitlines())


# --- chance ---

# Answers every line with 1 in the first process that finds no mark, and with a die in all later ones.
LUCKLESS = """
import os, random, socket, sys
fair = os.path.exists(sys.argv[2])
open(sys.argv[2], "w").close()
listener = socket.create_server(("0.0.0.0", int(sys.argv[1])))
while True:
    connection, _ = listener.accept()
    for _ in connection.makefile("rb"):
        connection.sendall(b"%d\\n" % (random.randint(1, 6) if fair else 1))
    connection.close()
"""

DICE = """
suite: Dice
program: tcp-random-range-server
cases:
  - id: tcp-random-range-server/dice/fair
    title: The die is fair
    checks: [tcp-random-range-server-22-answer]
    liveness: no
    steps:
      - connect
      - repeat: {times: 300, steps: [{send: "1 6\\n"}, {expect: {integer: {min: 1, max: 6, then: "\\n", sample: a}}}]}
      - expect-uniform: {sample: a, min: 1, max: 6}
"""


def test_one_unlucky_sample_does_not_fail_a_program(tmp_path):
    (tmp_path / "luckless.py").write_text(LUCKLESS, encoding="utf-8")
    (tmp_path / "dice.yaml").write_text(DICE, encoding="utf-8")
    command = [sys.executable, "-S", tmp_path / "luckless.py", "{port}", tmp_path / "mark"]
    outcome = sockspec.judge([tmp_path / "dice.yaml"], command)
    assert outcome.verdicts() == {"tcp-random-range-server/dice/fair": "pass"}, outcome.stderr
    assert outcome.status == 0


# --- where reports go ---


@pytest.mark.parametrize("kind", ["jsonl", "tap", "junit"])
def test_a_full_disk_is_an_error_of_the_harness(kind):
    done = sockspec.run("run", "-q", f"--{kind}", "/dev/full", "ip-parse/usage/*", "--", *sockspec.peer("ip-parse"))
    assert done.returncode == 4
    assert done.stderr == "sockspec: cannot write a report: No space left on device\n"


def test_a_reader_that_leaves_is_an_error_of_the_harness():
    command = shlex.join([str(sockspec.SOCKSPEC), "run", "-v", "ip-parse", "--", *sockspec.peer("ip-parse")])
    done = subprocess.run(["bash", "-c", f"{command} | head -n 1 >/dev/null; exit ${{PIPESTATUS[0]}}"], check=False,
                          env=sockspec.environment(), stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 4
    assert done.stderr == "sockspec: cannot write a report: Broken pipe\n"


def test_a_list_that_cannot_be_written_is_an_error():
    with open("/dev/full", "w", encoding="utf-8") as full:
        assert sockspec.run("list", stdout=full).returncode != 0


# --- profiles ---


@pytest.fixture(name="profile")
def profile_writer(tmp_path):
    """A directory with a server and a profile whose rows are given."""
    server = tmp_path / "bin" / "server"
    server.parent.mkdir()
    server.write_text(f"#!/bin/sh\nexec {shlex.join(sockspec.peer('daytime-session')[:-1])} \"$@\"\n")
    server.chmod(0o755)

    def write(*rows):
        path = tmp_path / "own.yaml"
        path.write_text("name: own\nprograms:\n" + "".join(f"  {row}\n" for row in rows), encoding="utf-8")
        return path
    return write


def run_profile(path, *words):
    return sockspec.Outcome.of("run", "--jsonl", "-", "--skip-slow", "--profile", path, *words, cwd="/")


def test_a_command_is_relative_to_its_profile(profile):
    outcome = run_profile(profile('daytime-session: {command: [bin/server, "{port}"]}'), ONE)
    assert (outcome.status, outcome.events[0]["profile"]) == (0, "own")


def test_a_profile_runs_only_the_programs_that_it_has(profile):
    path = profile('daytime-session: {command: [bin/server, "{port}"]}')
    assert {event["program"] for event in run_profile(path, "--level", "MAY").cases.values()} == {"daytime-session"}
    missing = sockspec.run("run", "--profile", path, "ip-parse")
    assert missing.returncode == 2
    assert "the profile own has no program `ip-parse`" in missing.stderr


def test_a_fixed_port_serves_many_cases_at_once(profile):
    server = shlex.join(sockspec.peer("daytime-session")[:-1])
    outcome = run_profile(profile(f"daytime-session: {{command: [sh, -c, '{server} 7777'], port: 7777}}"),
                          "daytime-session/timestamp/*")
    assert outcome.status == 0


def test_the_environment_of_a_profile_reaches_the_program(profile):
    server = shlex.join(sockspec.peer("daytime-session")[:-1])
    row = f"daytime-session: {{command: [sh, -c, 'exec {server} $PORT'], port: 7778, env: {{PORT: 7778}}}}"
    assert run_profile(profile(row), ONE).status == 0


def test_a_capability_that_is_declared_absent_leaves_its_cases_out(profile):
    outcome = run_profile(profile('daytime-session: {command: [bin/server, "{port}"], capabilities: '
                                  '{read-timeout: no, keepalive: no, host: yes}}'),
                          "daytime-session/*/keepalive*", "daytime-session/deadline/after*", "daytime-session/*/host*")
    left_out = outcome.with_verdict("unsupported")
    assert "daytime-session/connection/keepalive" in left_out
    assert "daytime-session/deadline/after-request" in left_out
    assert outcome.verdicts()["daytime-session/requests/host-option"] == "pass"
    assert outcome.status == 0


def test_a_profile_says_how_an_option_is_given(profile):
    server = shlex.join(sockspec.peer("daytime-session")[:-1])
    row = (f"daytime-session: {{command: [sh, -c, 'exec {server} ${{2:+--read-timeout ${{2#-t}}}} $1', x, \"{{port}}\"], "
           'options: {read-timeout: ["-t{value}"]}}')
    outcome = run_profile(profile(row), "daytime-session/deadline/after-request")
    assert outcome.with_verdict("pass")


# --- expectations ---


def with_expectation(tmp_path, verdict, fault, case="daytime-session/timestamp/near-capital"):
    path = tmp_path / "expectations.yaml"
    path.write_text(f"expectations:\n  - {{case: {case}, verdict: {verdict}, why: it is known}}\n", encoding="utf-8")
    return sockspec.judge("daytime-session/timestamp/near-*", sockspec.peer("daytime-session", fault), "--expectations",
                          path)


def test_a_known_failure_is_as_expected(tmp_path):
    outcome = with_expectation(tmp_path, "fail", "any-case")
    assert outcome.with_verdict("xfail") == {"daytime-session/timestamp/near-capital"}
    assert outcome.cases["daytime-session/timestamp/near-capital"]["why"] == "it is known"
    assert outcome.with_verdict("fail") == {"daytime-session/timestamp/near-upper-case"}
    assert outcome.status == 1


def test_only_known_failures_are_a_success(tmp_path):
    outcome = with_expectation(tmp_path, "fail", "any-case", "'daytime-session/timestamp/near-[cu][ap]p*'")
    assert set(outcome.counts) == {"pass", "xfail"}
    assert outcome.status == 0


def test_a_known_failure_that_is_gone_is_a_failure(tmp_path):
    outcome = with_expectation(tmp_path, "fail", None)
    assert outcome.with_verdict("xpass") == {"daytime-session/timestamp/near-capital"}
    assert outcome.status == 1


@pytest.mark.parametrize("fault, verdict", [("any-case", "xfail"), (None, "pass")])
def test_a_case_whose_verdict_varies_may_fail_or_pass(tmp_path, fault, verdict):
    outcome = with_expectation(tmp_path, "varies", fault)
    assert outcome.verdicts()["daytime-session/timestamp/near-capital"] == verdict
    assert outcome.with_verdict("xpass") == set()


def test_another_verdict_than_the_known_one_is_told(tmp_path):
    outcome = with_expectation(tmp_path, "nonstrict", "any-case")
    assert "daytime-session/timestamp/near-capital" in outcome.with_verdict("fail")


# --- rerun lines ---


def rerun_of(outcome, case):
    line = outcome.cases[case]["rerun"]
    return subprocess.run(["bash", "-c", line], check=False, env=sockspec.environment(), capture_output=True, text=True,
                          timeout=60)


@pytest.mark.parametrize("options", [[], ["--sandbox", "none"], ["--time-scale=0.5", "--without", "keepalive"]],
                         ids=["plain", "sandbox", "attached"])
def test_a_rerun_line_works_in_a_shell(options):
    case = "daytime-session/timestamp/near-nul-behind"
    outcome = sockspec.judge("daytime-session/timestamp/*", sockspec.peer("daytime-session", "c-string"), "--skip-slow",
                             *options)
    done = rerun_of(outcome, case)
    assert done.returncode == 1
    assert re.search(rf"^FAIL +{case}: ", done.stdout, re.MULTILINE)
    assert "1 case: 1 fail" in done.stdout


def test_a_rerun_line_quotes_what_the_shell_would_take_apart(tmp_path):
    program = tmp_path / "it's a $(program) & more"
    program.write_text("#!/bin/sh\necho wrong\n")
    program.chmod(0o755)
    case = "ip-parse/ipv4/loopback"
    done = rerun_of(sockspec.judge(case, [str(program), "*"]), case)
    assert "1 case: 1 fail" in done.stdout


def test_a_rerun_line_of_a_suite_of_ones_own_names_its_file(tmp_path):
    path = tmp_path / "of one's own.yaml"
    path.write_text("suite: Own\nprogram: ip-parse\ncases:\n  - id: ip-parse/own/one\n    title: One\n"
                    "    checks: [ip-parse-1-address]\n    arguments: [x]\n    steps:\n"
                    "      - expect-stdout: {text: y}\n", encoding="utf-8")
    done = rerun_of(sockspec.judge(str(path), sockspec.peer("ip-parse")), "ip-parse/own/one")
    assert "1 case: 1 fail" in done.stdout


def test_a_rerun_line_of_a_transform_reruns_the_transform():
    case = "daytime-concurrent/misbehaving/unread-request+bytewise"
    done = rerun_of(sockspec.judge(case, sockspec.peer("daytime-concurrent", "plain-close")), case)
    assert re.search(rf"^FAIL +{re.escape(case)}: ", done.stdout, re.MULTILINE)


def test_a_program_is_read_while_its_resources_are_watched(tmp_path):
    """It prints 4 KiB for each client that leaves, which fills its pipe; unread, it would give nothing back."""
    suite = tmp_path / "own.yaml"
    suite.write_text("suite: Own\nprogram: ws-echo-server\ncases:\n"
                     "  - id: ws-echo-server/own/leave\n    title: t\n    checks: common-0.4-descriptors\n"
                     "    fresh: yes\n    steps:\n      - control\n      - resources: before\n"
                     "      - connect: {as: all, count: 200}\n      - send: {handshake: {}, on: all}\n"
                     "      - expect: {response: {status: 101}, on: all}\n      - close: all\n"
                     "      - expect-resources: {since: before, descriptors: 4}\n", encoding="utf-8")
    outcome = sockspec.judge(str(suite), sockspec.peer("ws-echo-server", "chatty"))
    assert outcome.verdicts() == {"ws-echo-server/own/leave": "pass"}


def test_a_run_that_fails_fast_leaves_out_what_comes_behind():
    words = ["daytime-session/requests/daytime", "daytime-session/timestamp/*"]
    outcome = sockspec.judge(words, sockspec.peer("daytime-session", "silent-timestamp"), "--fail-fast", "--jobs", "1",
                             "--skip-slow", "--time-scale", "0.2")
    assert outcome.status == 1
    verdicts = list(outcome.verdicts().values())
    first = verdicts.index("fail")
    assert len(verdicts) > 5 and set(verdicts[:first]) == {"pass"}
    # One more may have begun before it was told.
    assert set(verdicts[first + 2:]) == {"skip"}
    assert "the run ended before it" in {event.get("why") for event in outcome.cases.values()}


# --- chance ---

def seeded(*options):
    """The seed, the keys of the cases that failed, and all cases."""
    done = sockspec.run("run", "--jsonl", "-", *options, "ws-echo-server/control/ping-*", "--",
                        *sockspec.peer("ws-echo-server", "other-pong"))
    events = [json.loads(line) for line in done.stdout.splitlines()]
    cases = [event for event in events if event["event"] == "case"]
    keys = [re.findall(r"Sec-WebSocket-Key: (\S{22}==)", "".join(event.get("transcript", []))) for event in cases]
    return events[0]["seed"], keys, cases


def test_every_run_has_a_seed_of_its_own_that_repeats_its_keys():
    first, keys, _ = seeded()
    assert len({key for each in keys for key in each}) > 5
    other, others, _ = seeded()
    assert first != other and keys != others
    assert seeded("--seed", str(first), "--jobs", "1")[:2] == (first, keys)


def test_a_rerun_line_repeats_the_keys_where_there_are_any():
    seed, _, cases = seeded()
    reruns = [event["rerun"] for event in cases if "rerun" in event]
    assert reruns and all(f"--seed {seed} " in rerun for rerun in reruns)
    outcome = sockspec.judge("ip-parse/ipv4/loopback", ["echo", "*"])
    assert "--seed" not in outcome.cases["ip-parse/ipv4/loopback"]["rerun"]
    assert re.search(r", seed \d+\n", sockspec.run("run", "ip-parse/ipv4/loopback").stdout)


# --- the positive control ---


@pytest.mark.parametrize("case, command, verdict, why", [
    ("misbehaving/silent", sockspec.peer("daytime-session", "one-by-one"), "fail", "started anew the program works"),
    ("deadline/keepalive-option", sockspec.peer("daytime-session", "breaks-by-keepalive"), "fail", "without the options"),
    ("misbehaving/silent", [sockspec.BIN / "null-peer", "silent", "{port}"], "unresolved", "does not work to begin")],
    ids=["one-by-one", "breaks-by-keepalive", "silent"])
def test_a_control_that_fails_tells_who_is_to_blame(case, command, verdict, why):
    event = sockspec.judge(f"daytime-session/{case}", command, "--time-scale", "0.3").cases[f"daytime-session/{case}"]
    assert event["verdict"] == verdict and why in event["why"]
