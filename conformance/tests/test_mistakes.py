"""Mistakes in files of one's own: each is named with file, line and column, and with what would be right."""
import pytest

import sockspec

SUITE = """\
suite: Of one's own
program: daytime-session
cases:
  - id: daytime-session/own/one
    title: One
    checks: [daytime-session-5-timestamp]
    steps:
      - connect
      - send: timestamp
      - expect: {unix-seconds: {skew: 2s}}
"""
CASE = SUITE[SUITE.index("  - id"):]


def changed(old, new, text=SUITE):
    assert text.count(old) == 1
    return text.replace(old, new)


def steps(*lines):
    return SUITE[:SUITE.index("      - connect")] + "".join(f"      - {line}\n" for line in lines)


# The text of the file, where the mistake is, and a part of what is said about it.
SUITES = {
    "typo-in-a-key": (changed("steps", "stpes"), "7:5", "unknown key `stpes` in a case, did you mean `steps`?"),
    "typo-in-a-step": (changed("- expect:", "- expct:"), "10:9", "did you mean `expect`?"),
    "typo-in-a-matcher": (changed("unix-seconds", "unix-second"), "10:18", "did you mean `unix-seconds`?"),
    "unknown-program": (changed("daytime-session\n", "daytime-sesion\n"), "2:10", "did you mean `daytime-session`?"),
    "unknown-requirement": (changed("5-timestamp", "5-timestmp"), "6:14", "did you mean `daytime-session-5-timestamp`"),
    "unknown-variable": (changed("send: timestamp", 'send: "{what}"'), "9:15", "`{what}` is not a variable"),
    "unknown-connection": (changed("{skew: 2s}", "{skew: 2s}, on: b"), "10:48", "no connection `b`"),
    "unknown-option": (changed("    steps:", "    options: {read-timout: 1s}\n    steps:"), "7:15",
                       "did you mean `read-timeout`?"),
    "key-twice": (changed("    title: One\n", "    title: One\n    title: Two\n"), "6:5", "`title` stands here twice"),
    "id-twice": (SUITE + CASE, "11:9", "the id `daytime-session/own/one` stands at"),
    "id-not-varied": (changed("    steps:", "    matrix: {length: [1, 2]}\n    steps:"), "4:9",
                      "put each variable into the id"),
    "id-in-capitals": (changed("own/one", "Own/one"), "4:9", "is not an id"),
    "id-of-another-suite": (changed("own/one", "timestamp/exact"), None, "stands at"),
    "text-for-a-list": (changed("    steps:\n", "    steps: connect\n").partition("      - ")[0], "7:12",
                        "must be a list, not a plain value"),
    "map-for-a-list": (changed("[daytime-session-5-timestamp]", "{a: b}"), "6:13", "must be a list, not a map"),
    "text-for-a-duration": (changed("2s}", "2sec}"), "10:39", "`2sec` is not a duration such as 500ms, 2s or 2m"),
    "half-a-byte": (changed("send: timestamp", 'send: {hex: "0"}'), "9:21", "not a whole number of bytes"),
    "regex": (changed("{unix-seconds: {skew: 2s}}", "{regex: '(a'}"), "10:25", "not a regular expression"),
    "grade-without-why": (changed("{unix-seconds: {skew: 2s}}", "{any: [{text: x, grade: info}]}"), "10:41",
                          "needs a `why`"),
    "no-row": (changed("    steps:", "    rows: []\n    steps:"), "7:11", "`rows` needs a row"),
    "no-checks": (changed("    checks: [daytime-session-5-timestamp]\n", ""), "4:5", "a case needs `checks`"),
    "checks-nothing": (steps("connect", "send: timestamp"), "8:7", "the case checks nothing"),
    "end-without-control": (steps("connect", "expect-end: fin"), "9:9", "nothing has proved before that the program"),
    "end-among-others-without-control": (steps("connect", "send: x", "expect: {any: [{text: y}, {end: any}]}"), "10:9",
                                         "nothing has proved before that the program"),
    "cut-without-tls": (steps("connect", "send: timestamp", "cut", "expect: {unix-seconds: {skew: 2s}}"), "10:9",
                        "`cut` needs TLS: the case has no `tls`"),
    "tls-in-a-step-without-tls": (steps("connect: {as: a, tls: 1.3}", "expect: x"), "8:9",
                                  "`tls` in a step needs TLS: the case has no `tls`"),
    "tls-without-options": (changed("    steps:", "    tls: yes\n    steps:"), "7:10",
                            "`daytime-session` has no options `cert` and `key`"),
    "certificate-without-tls": (changed("    steps:", '    arguments: ["{port}", "{cert}"]\n    steps:'), "4:5",
                                "{cert}, {key}, {ca} and {other-key} need a case with `tls`"),
    "unknown-certificate": (changed("    steps:", "    tls: expird\n    steps:"), "7:10", "did you mean `expired`?"),
    "empty": ("", "1:1", "the file is empty"),
    "not-yaml": ("suite: [\n", "2:1", "did not find expected node"),
    "tab": ("suite: S\n\tprogram: x\n", "2:1", "tab"),
    "second-document": (SUITE + "---\nsuite: Another\n", "11:1", "a second document"),
    "list": ("- a\n", "1:1", "a suite must be a map, not a list"),
}


@pytest.fixture(name="written")
def file_writer(tmp_path):
    def write(text, name="own.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path
    return write


def test_a_suite_of_ones_own_without_mistakes_runs(written):
    path = written(SUITE)
    assert sockspec.run("validate", path).returncode == 0
    outcome = sockspec.judge(str(path), sockspec.peer("daytime-session"))
    assert outcome.verdicts() == {"daytime-session/own/one": "pass"}
    assert outcome.status == 0


@pytest.mark.parametrize("text, place, told", SUITES.values(), ids=SUITES)
def test_a_mistake_in_a_suite_is_named_at_its_place(written, text, place, told):
    path = written(text)
    done = sockspec.run("run", path, "--", *sockspec.peer("daytime-session"))
    assert (done.returncode, done.stdout) == (2, "")
    first = done.stderr.splitlines()[0]
    assert first.startswith(f"{path}:{place or ''}")
    assert told in first


@pytest.mark.parametrize("name", [name for name in SUITES if name not in ("id-of-another-suite", "list")])
def test_validate_says_the_same(written, name):
    text, place, told = SUITES[name]
    path = written(text)
    done = sockspec.run("validate", path)
    assert done.returncode == 2
    problem = (done.stderr + done.stdout).splitlines()[0]
    assert problem.startswith(f"{path}:{place}: ") and told in problem


def test_bytes_that_are_no_utf8_are_placed(written):
    path = written(b"suite: \xff\xfe\n")
    assert sockspec.run("validate", path).stderr.startswith(f"{path}:1:8: ")


@pytest.mark.parametrize("text", ["- a\n", "hello: y\n"], ids=["list", "other-keys"])
def test_validate_says_of_a_file_of_no_kind_which_kinds_there_are(written, text):
    path = written(text)
    told = f"{path}:1:1: not a file of sockspec: it has none of the keys suite, requirements, programs, expectations, faults"
    assert sockspec.run("validate", path).stderr.startswith(told)


def test_the_mistakes_of_all_cases_are_named_at_once(written):
    path = written(changed("5-timestamp", "5-timestmp") + changed("unix-seconds", "unix-second", CASE))
    lines = sockspec.run("validate", path).stderr.splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{path}:6:14", f"{path}:17:18"]


PROFILES = {
    "unknown-program": ('daytime-sesion: {command: [./x, "{port}"]}', "3:3", "did you mean `daytime-session`?"),
    "no-placeholder": ("daytime-session: {command: [./x]}", "3:30", "must hold a placeholder such as {port}"),
    "client-without-address": ("tcp-head: {command: [./x]}", "3:23", "must hold a placeholder such as {address}"),
    "no-command": ("daytime-session: {port: 1200}", "3:20", "needs `command`"),
    "empty-command": ("ip-parse: {command: []}", "3:23", "the command is empty"),
    "unknown-option": ('tcp-head: {command: [x, "{address}"], options: {keepalife: [-k]}}', "3:51",
                       "did you mean `keepalive`?"),
    "unknown-key": ('daytime-session: {comand: [./x, "{port}"]}', "3:21", "did you mean `command`?"),
    "port-too-high": ("daytime-session: {command: [./x], port: 65536}", "3:43", "65536"),
    "capability-neither-yes-nor-no": ('daytime-session: {command: [x, "{port}"], capabilities: {keepalive: never}}', "3:71",
                                      "`never` is neither yes nor no"),
}


@pytest.mark.parametrize("row, place, told", PROFILES.values(), ids=PROFILES)
def test_a_mistake_in_a_profile_is_named_at_its_place(written, row, place, told):
    path = written(f"name: own\nprograms:\n  {row}\n")
    done = sockspec.run("run", "--profile", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{path}:{place}: ")
    assert told in done.stderr.splitlines()[0]


def test_an_unknown_capability_of_a_profile_is_a_mistake(written):
    path = written('name: own\nprograms:\n  daytime-session: {command: [x, "{port}"], capabilities: {ipv7: no}}\n')
    assert sockspec.run("validate", path).returncode == 2


EXPECTATIONS = {
    "unknown-case": ('{case: "daytime-session/nope/*", verdict: fail, why: because}', "2:5", "no case has an id like"),
    "no-reason": ('{case: "daytime-session/timestamp/*", verdict: fail}', "2:5", "needs `why`"),
    "unknown-verdict": ('{case: "daytime-session/timestamp/*", verdict: bad, why: x}', "2:52", "`bad`"),
}


@pytest.mark.parametrize("row, place, told", EXPECTATIONS.values(), ids=EXPECTATIONS)
def test_a_mistake_in_expectations_is_named_at_its_place(written, row, place, told):
    path = written(f"expectations:\n  - {row}\n")
    done = sockspec.run("run", "--expectations", path, "daytime-session/timestamp/exact")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{path}:{place}: ")
    assert told in done.stderr.splitlines()[0]
