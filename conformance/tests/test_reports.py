"""Reports as other programs read them."""
import json

import lxml.etree
import lxml.html
import pytest
import tap.parser

import sockspec

# A server that is right about some cases, wrong about others and lacks an option: many verdicts in one run.
WORDS = ["daytime-session"]
OPTIONS = ["--without", "read-timeout", "--skip-slow"]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    directory = tmp_path_factory.mktemp("reports")
    names = {"jsonl": "events.jsonl", "tap": "results.tap", "junit": "junit.xml", "html": "report.html"}
    paths = {kind: directory / name for kind, name in names.items()}
    files = [word for kind, path in paths.items() for word in (f"--{kind}", path)]
    done = sockspec.run("run", "--quiet", *OPTIONS, *files, *WORDS, "--",
                        *sockspec.peer("daytime-session", "whole-buffer"))
    assert done.returncode == 1, done.stderr
    return paths


@pytest.fixture(scope="module")
def outcome(reports):
    return sockspec.Outcome(1, reports["jsonl"].read_text(encoding="utf-8").splitlines())


def test_events_begin_with_the_run_and_end_with_the_summary(outcome):
    kinds = [event["event"] for event in outcome.events]
    assert kinds == ["run"] + ["case"] * len(outcome.cases) + ["summary"]
    assert outcome.events[0]["cases"] == len(outcome.cases)


def test_the_summary_counts_the_verdicts(outcome):
    verdicts = list(outcome.verdicts().values())
    assert outcome.counts == {verdict: verdicts.count(verdict) for verdict in set(verdicts)}
    assert {"pass", "fail", "unsupported", "skip"} <= set(outcome.counts)


def test_events_come_in_the_order_of_the_list(outcome):
    listed = [line.split()[0] for line in sockspec.run("list", *WORDS).stdout.splitlines()]
    assert list(outcome.cases) == listed


def test_a_failure_says_what_where_and_how_to_repeat_it(outcome):
    for case in outcome.with_verdict("fail"):
        event = outcome.cases[case]
        assert event["expected"] and event["actual"] and event["transcript"]
        assert event["step_line"] > event["line"]
        assert case in event["rerun"]


def test_tap_says_the_same_as_the_events(reports, outcome):
    lines = list(tap.parser.Parser().parse_text(reports["tap"].read_text(encoding="utf-8")))
    results = [line for line in lines if line.category == "test"]
    assert next(line for line in lines if line.category == "plan").expected_tests == len(outcome.cases)
    assert [result.number for result in results] == list(range(1, len(outcome.cases) + 1))
    for result, (case, verdict) in zip(results, outcome.verdicts().items()):
        assert result.description.lstrip("- ").startswith(f"{case}: ")
        assert result.ok == (verdict not in ("fail", "unresolved", "xpass")), case
        assert bool(result.skip) == (verdict in ("skip", "unsupported")), case


def test_tap_is_of_version_14(reports):
    assert reports["tap"].read_text(encoding="utf-8").startswith("TAP version 14\n")


def test_junit_is_valid_against_its_schema(reports):
    schema = lxml.etree.XMLSchema(lxml.etree.parse(str(sockspec.TESTS / "junit.xsd")))
    schema.assertValid(lxml.etree.parse(str(reports["junit"])))


def test_junit_says_the_same_as_the_events(reports, outcome):
    cases = lxml.etree.parse(str(reports["junit"])).findall(".//testcase")
    verdicts = outcome.verdicts()
    marks = {"failure": {"fail", "xpass"}, "error": {"unresolved"}, "skipped": {"skip", "unsupported", "xfail"}}
    assert {case.get("name") for case in cases} == set(verdicts)
    for case in cases:
        for mark, members in marks.items():
            assert (case.find(mark) is not None) == (verdicts[case.get("name")] in members), case.get("name")


def test_junit_counts_its_cases(reports):
    for suite in lxml.etree.parse(str(reports["junit"])).findall(".//testsuite"):
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("errors")) == len(suite.findall("testcase/error"))


@pytest.mark.parametrize("kind", ["tap", "junit", "html", "jsonl"])
def test_a_report_made_later_is_the_same(reports, kind):
    later = sockspec.run("report", "--format", kind, reports["jsonl"])
    assert later.returncode == 0
    assert later.stdout == reports[kind].read_text(encoding="utf-8")


def test_the_page_shows_every_case_and_its_verdict(reports, outcome):
    page = lxml.html.parse(str(reports["html"]))
    rows = {row.get("id"): row.xpath("td")[1].get("class") for row in page.xpath("//tr[@id]")}
    assert rows == outcome.verdicts()


def test_runs_are_held_side_by_side(reports, tmp_path):
    other = tmp_path / "other.jsonl"
    sockspec.run("run", "--quiet", "--jsonl", other, "daytime-session/timestamp/*", "ip-parse/ipv4/*")
    page = lxml.html.fromstring(sockspec.run("report", "--format", "html", reports["jsonl"], other).stdout)
    assert {len(row.xpath("td")) for row in page.xpath("//tr[@id]")} == {3}
    assert page.xpath("//tr[starts-with(@id, 'ip-parse/')]/td[2]/@class")[0] == "absent"
    index = json.loads(sockspec.run("report", "--format", "index", reports["jsonl"], other).stdout)
    assert len(index) == 2


@pytest.mark.parametrize("kind", ["terminal", "tap", "junit", "jsonl"])
def test_other_reports_take_one_run(reports, kind):
    done = sockspec.run("report", "--format", kind, reports["jsonl"], reports["jsonl"])
    assert done.returncode == 2 and done.stdout == ""
    assert "html and index take several" in done.stderr


def test_a_run_cut_short_still_gives_a_report(reports, tmp_path):
    whole = reports["jsonl"].read_text(encoding="utf-8").splitlines(keepends=True)
    cut = tmp_path / "cut.jsonl"
    cut.write_text("".join(whole[:20]) + whole[20][:30], encoding="utf-8")
    done = sockspec.run("report", "--format", "tap", cut)
    assert done.returncode == 2
    assert done.stderr.startswith(f"{cut}:21:")
    assert "Bail out!" in done.stdout
    assert done.stdout.count("\nok ") + done.stdout.count("\nnot ok ") == 19


def test_what_a_program_prints_cannot_break_a_report(tmp_path):
    """Control characters, markup and invalid UTF-8 from the program end up in every report."""
    program = tmp_path / "hostile"
    program.write_text("#!/bin/sh\nprintf 'The \\033[31m <a>]]>&# \\377\\n\\001'; printf '\\033]0;x\\007' >&2; exit 3\n")
    program.chmod(0o755)
    files = {kind: tmp_path / kind for kind in ("jsonl", "tap", "junit", "html")}
    arguments = [word for kind, path in files.items() for word in (f"--{kind}", path)]
    done = sockspec.run("run", *arguments, "ip-parse/ipv4/*", "--", program)
    assert done.returncode == 1
    assert not set(done.stdout) & {chr(code) for code in range(32) if code != 10}
    lxml.etree.parse(str(files["junit"]))
    lxml.etree.parse(str(files["html"]))
    assert all(json.loads(line) for line in files["jsonl"].read_text(encoding="utf-8").splitlines())
