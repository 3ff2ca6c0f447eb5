"""ci/peers-table: the table that it prints of implementations, and when its exit status says that all is as expected."""
import os
import subprocess

import pytest
import yaml

import sockspec

TABLE = sockspec.ROOT / "ci" / "peers-table"
PROGRAM = "udp-daytime-client"
LAST_REPLY_FAILS = f"{PROGRAM}/exchange/first-reply"


def run_table(*words):
    return subprocess.run([TABLE, *map(str, words)], check=False, text=True, timeout=sockspec.PATIENCE_S,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={**os.environ, "SOCKSPEC_BUILD": str(sockspec.BUILD)})


def rows_of(printed):
    """The table: a row for each implementation and program, as a map from the heads of the columns to the cells."""
    lines = printed.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("implementation "))
    head = lines[start].split()
    rows = {}
    for line in lines[start + 1:-1]:
        cells = line.split()
        rows[tuple(cells[:-len(head) + 2])] = {name: 0 if cell == "." else float(cell)
                                               for name, cell in zip(head[2:], cells[-len(head) + 2:])}
    return rows


@pytest.fixture(name="write_profile")
def profile_writer(tmp_path):
    """Writes a profile of programs and their commands, and the expectations of the same name; gives its path."""
    def write(commands, expectations=None, packages=()):
        profile = tmp_path / "profiles" / "tiny.yaml"
        profile.parent.mkdir(exist_ok=True)
        programs = {program: {"command": command} for program, command in commands.items()}
        profile.write_text(yaml.safe_dump({"name": "tiny", "packages": list(packages), "programs": programs}),
                           encoding="utf-8")
        if expectations is not None:
            beside = tmp_path / "expectations" / "tiny.yaml"
            beside.parent.mkdir(exist_ok=True)
            beside.write_text(yaml.safe_dump({"expectations": expectations}), encoding="utf-8")
        return profile
    return write


def expected_failure(case):
    return {"case": case, "verdict": "fail", "why": "it prints the last reply"}


def test_what_passes_is_as_expected(write_profile):
    done = run_table(write_profile({PROGRAM: sockspec.peer(PROGRAM)}))
    rows = rows_of(done.stdout)
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1] == "all as expected"
    assert list(rows) == [("tiny", PROGRAM), ("all",)]
    assert rows["tiny", PROGRAM]["cases"] == rows["tiny", PROGRAM]["pass"] > 0
    assert rows["tiny", PROGRAM]["fail"] == 0


def test_a_failure_that_nobody_expects_is_shown_and_fails(write_profile):
    done = run_table(write_profile({PROGRAM: sockspec.peer(PROGRAM, "last-reply")}))
    assert done.returncode == 1
    assert rows_of(done.stdout)["tiny", PROGRAM]["fail"] == 1
    assert LAST_REPLY_FAILS in done.stdout
    assert done.stdout.splitlines()[-1] == "1 of 1 not as expected: see above the table"


def test_a_failure_that_is_expected_is_counted_as_such(write_profile):
    done = run_table(write_profile({PROGRAM: sockspec.peer(PROGRAM, "last-reply")},
                                   [expected_failure(LAST_REPLY_FAILS)]))
    row = rows_of(done.stdout)["tiny", PROGRAM]
    assert done.returncode == 0, done.stdout
    assert (row["xfail"], row["xpass"], row["fail"]) == (1, 0, 0)


def test_a_deviation_that_is_gone_fails(write_profile):
    done = run_table(write_profile({PROGRAM: sockspec.peer(PROGRAM)}, [expected_failure(LAST_REPLY_FAILS)]))
    row = rows_of(done.stdout)["tiny", PROGRAM]
    assert done.returncode == 1
    assert (row["xfail"], row["xpass"], row["fail"]) == (0, 1, 0)


def test_one_program_that_fails_does_not_keep_the_next_from_its_row(write_profile):
    done = run_table(write_profile({"daytime-iterative": ["false", "{port}"], PROGRAM: sockspec.peer(PROGRAM)},
                                   packages=["some-package"]))
    rows = rows_of(done.stdout)
    assert done.returncode == 1
    assert "daytime-iterative never became ready: it needs some-package" in done.stdout
    assert rows["tiny", PROGRAM]["pass"] == rows["tiny", PROGRAM]["cases"]
    assert rows["all",]["cases"] == rows["tiny", PROGRAM]["cases"] + rows["tiny", "daytime-iterative"]["cases"]


@pytest.mark.parametrize("command", ["no-such-program", "./no-such-program", "/no/such/program"])
def test_a_program_that_is_not_there_is_an_error_that_names_its_package(write_profile, command):
    done = run_table(write_profile({PROGRAM: [command, "{address}"]}, packages=["some-package"]))
    assert done.returncode == 2
    assert f"{PROGRAM}: {command} is not there" in done.stderr
    assert "some-package" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("word", ["no-such-profile", "no/such/profile.yaml", "--help"])
def test_an_unknown_profile_or_option_is_an_error(word):
    done = run_table(word)
    assert done.returncode == 2
    assert "profile" in done.stderr


def test_profiles_of_other_implementations_are_well_formed():
    data = sockspec.DATA
    files = sorted(data.glob("profiles/*.yaml")) + sorted(data.glob("expectations/*.yaml"))
    done = sockspec.run("validate", *files)
    assert done.returncode == 0, done.stderr
    profiles = {path.stem for path in data.glob("profiles/*.yaml")}
    # Those that come by themselves, to `sockspec serve`.
    clients = {f"{name}-client" for name in yaml.safe_load((data / "peers" / "clients.yaml").read_text("utf-8"))}
    assert {path.stem for path in data.glob("expectations/*.yaml")} <= profiles | clients
