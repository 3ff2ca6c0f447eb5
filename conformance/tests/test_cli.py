"""The command line: help, usage, what is selected, and every exit status."""
import shutil
import socket
import subprocess

import pytest

import sockspec

OK, FAILED, USAGE, NOT_READY, HARNESS = 0, 1, 2, 3, 4
ONE = "daytime-session/timestamp/exact"
SESSION = sockspec.peer("daytime-session")
COMMANDS = ["run", "list", "explain", "coverage", "validate", "report", "export-corpus", "skeleton", "audit"]


# --- help ---


def test_help_names_every_command():
    done = sockspec.run("--help")
    assert done.returncode == OK
    assert all(f"  {command} " in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_says_how_it_is_used(command):
    done = sockspec.run(command, "--help")
    assert (done.returncode, done.stderr) == (OK, "")
    assert done.stdout.startswith(f"usage: sockspec {command} ")


def test_version_is_one_line():
    done = sockspec.run("--version")
    assert done.returncode == OK
    assert done.stdout.startswith("sockspec ") and done.stdout.count("\n") == 1


def test_without_a_command_help_goes_to_standard_error():
    done = sockspec.run()
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert done.stderr.startswith("usage: sockspec COMMAND")


# --- usage ---

NONSENSE = {
    "unknown-command": (["rnu"], "did you mean `run`?"),
    "unknown-option": (["run", "--nonsense"], "--nonsense"),
    "missing-value": (["run", "--jobs"], "--jobs"),
    "unknown-program": (["run", "daytime-sesion"], "`daytime-sesion`"),
    "unknown-case": (["run", ONE[:-2] + "t"], f"did you mean `{ONE}`?"),
    "pattern-without-match": (["run", "daytime-session/nope/*"], "`daytime-session/nope/*`"),
    "no-jobs": (["run", "-j", "0"], "--jobs: `0`"),
    "jobs-not-a-number": (["run", "--jobs=many"], "--jobs: `many`"),
    "too-many-jobs": (["run", "-j", "1025"], "--jobs: `1025`"),
    "scale-zero": (["run", "--time-scale", "0"], "--time-scale: `0`"),
    "scale-negative": (["run", "--time-scale", "-1"], "--time-scale: `-1`"),
    "scale-not-a-number": (["run", "--time-scale", "nan"], "--time-scale: `nan`"),
    "scale-infinite": (["run", "--time-scale", "inf"], "--time-scale: `inf`"),
    "scale-with-tail": (["run", "--time-scale", "2x"], "--time-scale: `2x`"),
    "seed": (["run", "--seed", "-1"], "--seed: `-1`"),
    "level": (["run", "--level", "MUSTY"], "MAY, SHOULD, MUST"),
    "sandbox": (["run", "--sandbox", "chroot"], "auto, namespaces, none"),
    "color": (["run", "--color", "maybe"], "auto, always, never"),
    "report-file": (["run", ONE, "--jsonl", "/nowhere/x"], "/nowhere/x: No such file"),
    "two-reports-to-stdout": (["run", ONE, "--jsonl", "-", "--tap", "-"], "standard output"),
    "data": (["run", "--data", "/nowhere"], "/nowhere: no conformance data"),
    "profile": (["run", "--profile", "nonesuch"], "nonesuch.yaml: cannot read"),
    "requirement": (["run", "--requirement", "nope"], "no case fits"),
    "nothing-in-common": (["run", "tcp-head", "--requirement", "daytime*"], "no case fits"),
    "no-command": (["run", "daytime-session", "--"], "no command behind --"),
    "command-of-what": (["run", "--", "./x", "{port}"], "which program is it?"),
    "command-without-port": (["run", "daytime-session", "--", "./x"], "{port}"),
    "command-for-two": (["run", "daytime-session", "tcp-head", "--", "./x", "{port}"], "several programs"),
    "at-nonsense": (["run", ONE, "--at", "nonsense"], "--at nonsense: not a URL"),
    "at-and-profile": (["run", ONE, "--at", "tcp://127.0.0.1:1", "-p", "x"], "exclude each other"),
    "at-what": (["run", "--at", "tcp://127.0.0.1:1"], "which program is it?"),
    "report-without-file": (["report"], "one file"),
    "report-of-nothing": (["report", "/nowhere"], "/nowhere: No such file"),
    "report-format": (["report", "--format", "nope", "/dev/null"], "terminal, jsonl, tap, junit"),
    "explain-nothing": (["explain"], "which case?"),
    "explain-unknown": (["explain", "nope"], "`nope`"),
    "list-unknown": (["list", "nope"], "`nope`"),
    "coverage-unknown": (["coverage", "nope"], "`nope`"),
    "validate-missing": (["validate", "/nowhere.yaml"], "/nowhere.yaml: cannot read"),
}


@pytest.mark.parametrize("arguments, told", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_a_usage_error_that_names_what_is_wrong(arguments, told):
    done = sockspec.run(*arguments)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert told in done.stderr


def test_a_capability_that_does_not_exist_is_a_usage_error():
    assert sockspec.judge(ONE, SESSION, "--without", "keepalife").status == USAGE


# --- exit statuses of runs ---

RUNS = {
    "as-expected": (OK, ONE, SESSION, []),
    "nonstrict": (OK, "daytime-session/timestamp/line-end-lf", sockspec.peer("daytime-session", "exact-only"), []),
    "nonstrict-when-strict": (FAILED, "daytime-session/timestamp/line-end-lf",
                              sockspec.peer("daytime-session", "exact-only"), ["--strict"]),
    "a-case-failed": (FAILED, ONE, sockspec.peer("daytime-session", "whole-buffer"), []),
    "all-unsupported": (USAGE, "daytime-session/connection/keepalive", SESSION, ["--without", "keepalive"]),
    "all-skipped": (USAGE, "daytime-session/timestamp/clock", SESSION, ["--skip-slow"]),
    "exits-at-once": (NOT_READY, ONE, ["false", "{port}"], []),
    "never-listens": (NOT_READY, ONE, ["sleep", "100", "{port}"], ["--time-scale", "0.1"]),
    "no-such-command": (NOT_READY, ONE, ["/nowhere/server", "{port}"], []),
    "no-such-client": (NOT_READY, "ip-parse/ipv4/loopback", ["/nowhere/client"], []),
    "not-executable": (NOT_READY, ONE, ["/dev/null", "{port}"], []),
}


@pytest.mark.parametrize("status, words, command, options", RUNS.values(), ids=RUNS)
def test_the_exit_status_says_how_a_run_went(status, words, command, options):
    assert sockspec.judge(words, command, *options).status == status


def test_a_program_that_never_listens_in_a_whole_suite_was_never_ready():
    assert sockspec.judge("daytime-session/lifecycle/*", ["false", "{port}"]).status == NOT_READY


# --- what is selected ---


def selected(*arguments):
    outcome = sockspec.judge(arguments[-1], SESSION, *arguments[:-1])
    return outcome, list(outcome.cases)


def test_a_requirement_selects_the_cases_that_check_it():
    outcome, cases = selected("--requirement", "daytime-session-5.1-line-end", "daytime-session")
    assert cases == [f"daytime-session/timestamp/line-end-{end}" for end in ("lf", "cr", "crlf")]
    assert all("daytime-session-5.1-line-end" in [check["id"] for check in event["checks"]]
               for event in outcome.cases.values())


@pytest.mark.parametrize("level, words", [("MUST", "daytime-session/timestamp/*"), ("MAY", "daytime-session"),
                                          ("SHOULD", "daytime-session/timestamp/*")])
def test_a_level_selects_the_cases_of_that_level(level, words):
    outcome, cases = selected("--level", level, words)
    assert cases == [case for case in cases if outcome.cases[case]["level"] == level] != []


# How many cases each section of the Autobahn Testsuite has: 517 in all, counted in its sources.
AUTOBAHN = {
    "1.1": 8, "1.2": 8, "2": 11, "3": 7, "4.1": 5, "4.2": 5, "5": 20, "6.1": 3, "6.2": 4, "6.3": 2, "6.4": 4, "6.5": 5,
    "6.6": 11, "6.7": 4, "6.8": 2, "6.9": 4, "6.10": 3, "6.11": 5, "6.12": 8, "6.13": 5, "6.14": 10, "6.15": 1,
    "6.16": 3, "6.17": 5, "6.18": 5, "6.19": 5, "6.20": 7, "6.21": 8, "6.22": 34, "6.23": 7, "7.1": 6, "7.3": 6,
    "7.5": 1, "7.7": 13, "7.9": 9, "7.13": 2, "9.1": 6, "9.2": 6, "9.3": 9, "9.4": 9, "9.5": 6, "9.6": 6, "9.7": 6,
    "9.8": 6, "10.1": 1, **{f"12.{kind}": 18 for kind in range(1, 6)}, **{f"13.{offer}": 18 for offer in range(1, 8)}}


def test_every_case_of_autobahn_has_an_equivalent():
    numbers = {f"{section}.{case}" for section, count in AUTOBAHN.items() for case in range(1, count + 1)}
    done = sockspec.run("explain", "ws-echo-server/*", "ws-client/*")
    words = (line.split(None, 1) for line in done.stdout.splitlines())
    found = {number for label, *rest in filter(None, words) if label == "autobahn" for number in rest[0].split(", ")}
    assert (len(numbers), found) == (517, numbers)


@pytest.mark.parametrize("pattern, some", [("5.18", 5), ("6.4.*", 11), ("12.1.*", 18)])
def test_a_number_of_autobahn_selects_its_equivalents(pattern, some):
    listed = sockspec.run("list", "--ids", "--autobahn", pattern).stdout.split()
    assert len(listed) == some
    outcome = sockspec.Outcome.of("run", "--jsonl", "-", "--autobahn", pattern)
    assert set(listed) <= outcome.cases.keys()
    assert all(any(number.startswith(pattern.rstrip("*")) for number in event["autobahn"])
               for event in outcome.cases.values())
    assert outcome.status == OK


def test_a_thorough_run_repeats_more(tmp_path):
    suite = tmp_path / "own.yaml"
    suite.write_text("suite: Own\nprogram: ws-echo-server\ncases:\n"
                     "  - id: ws-echo-server/own/often\n    title: t\n    checks: rfc6455-5.5.2-pong\n    steps:\n"
                     "      - open: a\n      - control: a\n"
                     "      - repeat: {times: 1, thorough: 40, steps: [{send: {frame: ping, payload: x}}]}\n"
                     "      - expect: {frame: pong, payload: x}\n      - expect: {frame: text}\n", encoding="utf-8")
    pongs = []
    for options in [], ["--thorough"]:
        outcome = sockspec.Outcome.of("run", "--jsonl", "-", "--time-scale", "0.1", *options, suite)
        event = outcome.cases["ws-echo-server/own/often"]
        assert event["verdict"] == "fail"
        assert ("--thorough" in event["rerun"]) == bool(options)
        pongs.append(sum(" > " in line and "ping frame" in line for line in event["transcript"]))
    assert pongs[0] < pongs[1]


def test_a_pattern_selects_by_id():
    _, cases = selected("daytime-session/timestamp/near-*-behind")
    assert cases == ["daytime-session/timestamp/near-blank-behind", "daytime-session/timestamp/near-nul-behind"]


@pytest.mark.parametrize("pattern, count", [("", 30), (":daytime-session/timestamp/line-end-*", 3)],
                         ids=["whole", "some"])
def test_a_suite_file_selects_its_cases(pattern, count):
    path = sockspec.DATA / "suites/daytime-session/timestamp.yaml"
    _, cases = selected("--skip-slow", f"{path}{pattern}")
    assert len(cases) == count
    assert all(case.startswith("daytime-session/timestamp/") for case in cases)


def test_a_case_that_is_named_twice_runs_once():
    outcome = sockspec.judge([ONE, ONE, "daytime-session/timestamp/ex*"], SESSION)
    assert list(outcome.cases) == [ONE]


def test_slow_cases_are_skipped_on_request_and_counted():
    outcome, _ = selected("--skip-slow", "daytime-session/timestamp/*")
    assert outcome.with_verdict("skip") == {"daytime-session/timestamp/clock"}
    assert outcome.counts["skip"] == 1


# --- how it is run ---


def verdicts(*options):
    return list(sockspec.judge("daytime-session/[tr]*/[a-r]*", sockspec.peer("daytime-session", "prefix"),
                               "--skip-slow", *options).verdicts().items())


@pytest.mark.parametrize("options", [["-j", "1"], ["-j", "3"], ["--sandbox", "none"], ["--sandbox", "namespaces"],
                                     ["--time-scale", "3"], ["--seed", "7"], ["--sandbox", "none", "-j", "1"]], ids=" ".join)
def test_how_it_is_run_changes_no_verdict_and_no_order(options):
    assert verdicts(*options) == verdicts("-j", "32")


@pytest.mark.parametrize("scale, least, most", [("0.1", 0.2, 2), ("0.5", 1, 4)])
def test_the_time_scale_stretches_deadlines(scale, least, most):
    event = sockspec.judge("daytime-concurrent/greeting/text", sockspec.peer("daytime-concurrent", "asks-first"),
                           "--time-scale", scale).cases["daytime-concurrent/greeting/text"]
    assert event["verdict"] == "fail"
    assert least < event["seconds"] < most


@pytest.mark.parametrize("fault, verdict, least, most", [("", "pass", 1, 2.5), ("ignores-deadline", "fail", 3, 5)])
def test_the_time_scale_does_not_shorten_what_a_requirement_grants(fault, verdict, least, most):
    case = "daytime-session/deadline/written-in-seconds"
    event = sockspec.judge(case, sockspec.peer("daytime-session", fault), "--time-scale", "0.1").cases[case]
    assert event["verdict"] == verdict
    assert least < event["seconds"] < most


@pytest.fixture(name="running")
def running_server():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(port) if word == "{port}" else word for word in SESSION]
    with subprocess.Popen(command) as server:
        connected = False
        for _ in range(1000):
            with socket.socket() as probe:
                probe.settimeout(0.01)
                connected = probe.connect_ex(("127.0.0.1", port)) == 0
            if connected:
                break
            try:
                server.wait(0.01)
            except subprocess.TimeoutExpired:
                continue
        assert connected
        yield port
        server.terminate()


def test_a_server_that_runs_already_is_judged_and_left_alone(running):
    url = f"tcp://127.0.0.1:{running}"
    outcome = sockspec.Outcome.of("run", "--jsonl", "-", "--skip-slow", "--at", url, "daytime-session/[rt]*/*")
    assert outcome.status == OK
    assert outcome.counts["pass"] > 40
    left_out = outcome.with_verdict("unsupported")
    assert {"daytime-session/requests/host-option", "daytime-session/resources/served"} <= left_out
    with socket.create_connection(("127.0.0.1", running), timeout=5) as connection:
        connection.sendall(b"timestamp")
        assert connection.recv(64).isdigit()


def test_nobody_at_the_address_is_no_pass():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
        outcome = sockspec.Outcome.of("run", "--jsonl", "-", "--at", url, ONE)
    assert outcome.status in (FAILED, NOT_READY)
    assert not outcome.with_verdict("pass")


# --- coverage ---

def coverage_rows(text):
    """The numbers of the table's lines by name."""
    rows = [line.replace("/", " ").split() for line in text.splitlines() if line.count("/") == 6 and line[-1].isdigit()]
    return {" ".join(row[:-9]): list(map(int, row[-9:])) for row in rows}


def test_the_sections_of_a_source_add_up_to_it():
    done = sockspec.run("coverage", "rfc6455")
    assert done.returncode == OK
    rows = coverage_rows(done.stdout)
    total = rows.pop("rfc6455")
    assert {"section 4.1", "section 5.5.1"} <= rows.keys()
    assert list(rows) == sorted(rows, key=lambda name: [int(part) for part in name.split()[1].split(".")])
    assert [sum(column) for column in zip(*rows.values())] == total


def test_a_requirement_with_neither_a_case_nor_a_reason_fails_coverage(tmp_path):
    shutil.copytree(sockspec.DATA / "requirements", tmp_path / "requirements")
    (tmp_path / "programs.yaml").write_text((sockspec.DATA / "programs.yaml").read_text(encoding="utf-8"))
    (tmp_path / "suites").mkdir()
    done = sockspec.run("coverage", "--data", tmp_path, "ip-parse")
    assert done.returncode == FAILED
    assert "MISSING" in done.stdout
    assert coverage_rows(done.stdout)["ip-parse"][2] > 0
