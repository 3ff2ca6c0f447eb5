"""`sockspec audit`: what is caught, what escapes, which cases catch nothing, and mistakes in a catalogue."""
import json

import pytest

import sockspec

PEER = sockspec.PEERS / "daytime_session.py"
CATALOGUE = f"""\
program: daytime-session
command: [/usr/bin/python3, -S, {PEER}, --fault, "{{fault}}", "{{port}}"]
null-peers: [hangs-up]
faults:
  whole-buffer:
    requirement: daytime-session-5-timestamp
    run: ["timestamp/*"]
"""
MEEK = """\
  meek:
    requirement: daytime-session-5-timestamp
    run: ["timestamp/*"]
"""
LEGAL = """\
  exact-only:
    legal: a line end SHOULD be ignored
    run: ["timestamp/*"]
"""


@pytest.fixture(name="audit")
def auditor(tmp_path):
    def audit(text, *options):
        path = tmp_path / "faults.yaml"
        path.write_text(text, encoding="utf-8")
        events = tmp_path / "audit.jsonl"
        done = sockspec.run("audit", "--faults", path, "--jsonl", events, "--jobs", "4", *options)
        lines = events.read_text(encoding="utf-8").splitlines() if events.exists() else []
        return done, [json.loads(line) for line in lines]
    return audit


def test_a_fault_that_is_caught_is_told_with_the_cases_that_did(audit):
    done, events = audit(CATALOGUE + LEGAL, "--quick")
    assert (done.returncode, done.stderr) == (0, "")
    assert "daytime-session: 1 of 1 faults caught; 1 null peers" in done.stdout
    fault = next(event for event in events if event["event"] == "fault" and event["fault"] == "whole-buffer")
    assert fault["caught"] and fault["level"] == "MUST"
    cases = {event["id"]: event for event in events if event["event"] == "case"}
    assert fault["cases"] and all("whole-buffer" in cases[case]["faults"] for case in fault["cases"])
    assert {"event": "null-peer", "program": "daytime-session", "kind": "hangs-up", "passed": 0} in events


def test_a_fault_that_nobody_catches_fails_the_audit(audit):
    done, events = audit(CATALOGUE + MEEK, "--quick")  # the peer does not know that fault: it is correct
    assert done.returncode == 1
    assert "NOT CAUGHT       " in done.stdout and ":8: meek breaks daytime-session-5-timestamp (MUST)" in done.stdout
    assert [event["caught"] for event in events if event["event"] == "fault"] == [True, False]


def test_a_fault_that_is_caught_more_lightly_than_its_level_has_escaped(audit):
    done, _ = audit(CATALOGUE + MEEK.replace("meek", "exact-only"), "--quick")  # which is nonstrict
    assert done.returncode == 1
    assert "exact-only breaks daytime-session-5-timestamp (MUST), and no case says so as heavily" in done.stdout


def test_a_legal_program_that_fails_is_told(audit):
    wrong = CATALOGUE.replace("requirement: daytime-session-5-timestamp", "legal: because I say so")
    done, _ = audit(wrong, "--quick")
    assert done.returncode == 1
    assert "WRONGLY CAUGHT   " in done.stdout and "whole-buffer is legal: because I say so" in done.stdout


def test_cases_that_catch_nothing_are_told_unless_they_are_excused(audit):
    done, _ = audit(CATALOGUE)
    assert done.returncode == 1
    assert "CATCHES NOTHING  daytime-session/" in done.stdout
    assert " and 0 are excused from it" in done.stdout
    done, _ = audit(CATALOGUE + 'catches-nothing: {"*": it is only a test}\n')
    assert done.returncode == 0
    assert "CATCHES NOTHING" not in done.stdout


def test_a_right_peer_that_fails_is_told(audit):
    done, _ = audit(CATALOGUE.replace('--fault, "{fault}"', '--fault, "{fault}", --fault, whole-buffer'), "--quick")
    assert done.returncode == 1
    assert "RIGHT AND FAILS  daytime-session/timestamp/" in done.stdout


MISTAKES = {
    "unknown-requirement": (CATALOGUE.replace("5-timestamp", "5-timestmp"), "6:18: unknown requirement"),
    "neither-requirement-nor-legal": (CATALOGUE.replace("    requirement: daytime-session-5-timestamp\n", ""),
                                      "6:5: a fault has either the `requirement`"),
    "no-placeholder": (CATALOGUE.replace('"{fault}"', "x"), "2:10: the command must hold {fault}"),
    "unknown-program": (CATALOGUE.replace("program: daytime-session", "program: nonesuch"), "1:10: faults: unknown program"),
    "unknown-key": (CATALOGUE.replace("run:", "rnu:"), "7:5: unknown key `rnu` in a fault, did you mean `run`?"),
    "list-of-faults": (CATALOGUE.partition("faults:")[0] + "faults: [a]\n", "4:9: `faults` must be a map"),
}


@pytest.mark.parametrize("text, told", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_catalogue_is_named_at_its_place(audit, tmp_path, text, told):
    done, events = audit(text)
    assert (done.returncode, done.stdout, events) == (2, "", [])
    assert done.stderr.startswith(f"{tmp_path}/faults.yaml:{told}")
    assert sockspec.run("validate", tmp_path / "faults.yaml").returncode == 2


def test_nonsense_is_a_usage_error(tmp_path):
    for words, told in ((["nonesuch"], "no program is called `nonesuch`"),
                        (["--jobs", "0"], "not a number from 1 to 1024"),
                        (["--faults", tmp_path / "none.yaml"], "cannot read"),
                        (["--jsonl", tmp_path, "ip-parse"], "cannot write")):
        done = sockspec.run("audit", *words)
        assert (done.returncode, done.stdout) == (2, "") and told in done.stderr


# --- gaps ---

FOUR = """\
program: daytime-iterative
command: [/usr/bin/python3, -S, {peer}, --fault, "{{fault}}", "{{port}}"]
null-peers: [hangs-up]
faults:
  hour-off: {{requirement: common-0.9-daytime-text, run: ["greeting/text"]}}
  newline: {{requirement: common-0.9-daytime-text, run: ["greeting/text"]}}
  usage-is-silent: {{requirement: common-0.1-usage, run: ["greeting/text"]}}
  meek: {{requirement: common-0.1-usage}}
""".format(peer=sockspec.PEERS / "daytime_iterative.py")


def gaps(events):
    return {event.get("fault", event.get("id")) for event in events
            if (event["event"] == "fault" and not event["caught"]) or
            (event["event"] == "case" and not event["faults"] and "+" not in event["id"])}


def test_gaps_are_the_same_as_those_of_the_whole_matrix(audit):
    done, events = audit(FOUR)
    sooner, fewer = audit(FOUR, "--gaps")
    assert done.returncode == sooner.returncode == 1
    assert "meek" in gaps(fewer) and gaps(fewer) == gaps(events)
    catches = {event["fault"]: event["cases"] for event in fewer if event["event"] == "fault"}
    # A case that has caught one is spared, unless the catalogue names it; what is named and catches nothing spares none.
    assert catches["newline"] == ["daytime-iterative/greeting/text"]
    assert set(catches["hour-off"]) > set(catches["newline"])
    assert catches["usage-is-silent"]
