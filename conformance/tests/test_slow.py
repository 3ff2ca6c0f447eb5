"""Slow servers are reported, not failed; a server that falls silent costs seconds, and the report is whole."""
import sockspec

PROGRAM = "ws-echo-server"


def judge(fault, *words):
    return sockspec.judge(words, sockspec.peer(PROGRAM, fault), "--time-scale", "0.5", "--without", "deflate")


def test_a_server_that_delays_each_frame_is_slow_and_right(tmp_path):
    file = tmp_path / "events.jsonl"
    done = sockspec.run("run", "--time-scale", "0.5", "--without", "deflate", "--jsonl", file,
                        f"{PROGRAM}/frames/text-1", f"{PROGRAM}/control/pings-in-a-row", f"{PROGRAM}/close/normal+split",
                        f"{PROGRAM}/frames/one-after-another", "--", *sockspec.peer(PROGRAM, "late-frames"))
    outcome = sockspec.Outcome(done.returncode, file.read_text(encoding="utf-8").splitlines())
    assert set(outcome.verdicts().values()) == {"pass"}
    assert outcome.cases[f"{PROGRAM}/frames/text-1"]["waited"] >= 0.6
    assert outcome.cases[f"{PROGRAM}/control/pings-in-a-row"]["waited"] > 2.5  # longer than one answer may take
    assert outcome.cases[f"{PROGRAM}/frames/one-after-another"]["rounds_left_out"] > 0
    assert outcome.cases[f"{PROGRAM}/close/normal+split"]["cuts_left_out"] > 0
    assert "slow: 4 cases waited half a second or more for an answer, the longest" in done.stdout
    assert "slow: 2 cases left out what there was no time for" in done.stdout


def test_a_quick_server_leaves_nothing_out():
    outcome = judge(None, f"{PROGRAM}/close/normal+split", f"{PROGRAM}/frames/one-after-another")
    assert set(outcome.verdicts().values()) == {"pass"}
    assert not any({"rounds_left_out", "cuts_left_out"} & event.keys() for event in outcome.cases.values())


def test_rounds_that_are_counted_are_all_done(tmp_path):
    suite = tmp_path / "rounds.yaml"
    case = """  - id: ws-echo-server/rounds/{}
    title: Six rounds of 300 ms, where a second is enough
    checks: [rfc6455-5.5.2-pong]
    steps:
      - open
      - repeat: {{times: 6, {} steps: [{{send: {{frame: ping, payload: x}}}}, {{expect: {{frame: pong}}}}, {{pause: 300ms}}]}}
"""
    suite.write_text("suite: Rounds\nprogram: ws-echo-server\ncases:\n" + case.format("some", "") +
                     case.format("all", "all: yes,"), encoding="utf-8")
    outcome = sockspec.judge([suite], sockspec.peer(PROGRAM), "--time-scale", "0.1")
    assert set(outcome.verdicts().values()) == {"pass"}
    assert 0 < outcome.cases[f"{PROGRAM}/rounds/some"]["rounds_left_out"] < 5
    assert "rounds_left_out" not in outcome.cases[f"{PROGRAM}/rounds/all"]


def test_a_server_that_falls_silent_costs_seconds():
    outcome = judge("falls-silent", f"{PROGRAM}/frames/*", f"{PROGRAM}/utf8/*", f"{PROGRAM}/control/*")
    assert outcome.status == 1
    assert outcome.counts["pass"] > 0
    assert len(outcome.cases) == outcome.events[0]["cases"] > 400
    assert outcome.with_verdict("fail", "unresolved")
    assert outcome.events[-1]["seconds"] < 30
