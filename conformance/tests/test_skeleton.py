"""A case out of what a fuzzer found: it loads, and sends the same bytes."""
import re

import pytest

import sockspec

OK, USAGE = 0, 2
CORPUS = sockspec.ROOT / "fuzz" / "corpus"
# Three read files; fuzz_ws_offer is both ends of a handshake at once.
NOTHING_SENT = {"fuzz_catalog", "fuzz_events", "fuzz_steps", "fuzz_ws_offer"}
WHOLE = {"fuzz_address", "fuzz_hostport", "fuzz_range", "fuzz_ws_close", "fuzz_ws_frame", "fuzz_ws_url"}
# Behind how many bytes there is what a program is sent; 4 where it is not said here.
BEHIND = {target: 0 for target in WHOLE} | {"fuzz_ws_deflate": 1, "fuzz_ws_handshake": 1}


def known_targets():
    done = sockspec.run("skeleton", "fuzz_events", "/dev/null")
    assert (done.returncode, done.stdout) == (USAGE, "")
    return re.search(r"can send the inputs of (.*); others", done.stderr)[1].split(", ")


def skeleton(directory, target, content, name="found"):
    """Returns the suite of the case."""
    found, suite = directory / name, directory / f"{name}.yaml"
    found.write_bytes(content)
    done = sockspec.run("skeleton", "--suite", target, found)
    assert (done.returncode, done.stderr) == (OK, "")
    suite.write_text(done.stdout, encoding="utf-8")
    return suite


def first_seed(target):
    return sorted((CORPUS / target).glob("*"))[0].read_bytes()


def test_every_target_has_a_skeleton_or_is_sent_to_no_program():
    targets = {path.stem for path in (sockspec.ROOT / "fuzz").glob("fuzz_*.c")}
    assert targets - set(known_targets()) == NOTHING_SENT


def test_the_first_seed_of_each_target_makes_a_case_that_loads_and_runs(tmp_path):
    suites = [skeleton(tmp_path, target, first_seed(target), target) for target in known_targets()]
    done = sockspec.run("validate", *suites)
    assert (done.returncode, done.stderr) == (OK, "")
    done = sockspec.run("run", *suites)
    assert done.returncode == OK and f"{len(suites)} cases: {len(suites)} pass" in done.stdout, done.stdout


@pytest.mark.parametrize("target, content", [
    ("fuzz_address", b"::ffff:1.2.3.4"),
    ("fuzz_address", "{é\x01\"\\}{{portal}".encode()),
    ("fuzz_hostport", b"a b:{port"),
    ("fuzz_ws_url", b"ws://[::1"),
    ("fuzz_ws_url", b"[::1]:0 /a b"),
    ("fuzz_http_head", b"\0\1\2\3GET /{ws} HTTP/1.1\r\nHost: \"a\\\"\r\n\r\n"),
    ("fuzz_http_head", b"\0\1\2\3\xff\xfe" * 40),
    ("fuzz_utf8", b"\0\1\2\3" + "κόσμε".encode() + b"\xed\xa0\x80"),
    ("fuzz_ws_deflate", b"\x07\xf2\x48\xcd\xc9\xc9\x07\0"),
    ("fuzz_ws_session", b"\0\1\2\3"
     b"\x01\x83\1\2\3\4aaa"  # a fragment
     b"\x89\x02hi"  # not masked
     b"\xf3\x81\0\0\0\0\0"  # reserved bits and opcode
     b"\x80\xfe\0\x02\0\0\0\0{x"  # a longer form of the length than is needed
     b"\x82\xff\0\0\0\0\0\1\0\0\0\0\0\0" + b"z" * 65536 +  # a long fill
     b"\x82\xff\xff\0\0\0\0\0\0\7\1\2\3\4abc"),  # says more than it has
    ("fuzz_ws_session", b"\0\1\2\3\x8a\x80\1\2\3\4\x81\xfe\0"),  # breaks off in a header
    ("fuzz_ws_session", b"\x40\1\2\3\x81\2hi\x89\x80\1\2\3\4"),  # what a server sends
    ("fuzz_ws_session", b"\x80\1\2\3\xc1\x87\0\0\0\0\xf2\x48\xcd\xc9\xc9\x07\0"),  # compressed
    ("fuzz_ws_close", b"\x03\xe8bye"),
    ("fuzz_ws_handshake", b"\3GET /ws HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("fuzz_http_response", b"\0\1\2\3HTTP/1.1 404 \r\n\r\n"),
    ("fuzz_ws_message", b"\x40\0\x40\0" + "κόσμε".encode()),
    ("fuzz_ws_message", b"\x40\0\0\0\xf2\x48\xcd\xc9\xc9\x07\0"),
    ("fuzz_ws_server", b"\xc1\0\7?GET /ws HTTP/1.1\r\nHost: a\r\n\r\n\x81\x81\1\2\3\4a"),
    ("fuzz_ws_server", b"\xc1\0\7?GE\0"),
    ("fuzz_ws_client", b"\0\1\2\3HTTP/1.1 200 OK\r\n\r\n\x81\1a"),
    ("fuzz_ws_client", b"\1\0\7?HTTP/1.1 101 Yes\r\nSec-WebSocket-Accept: 9twnCz4Oi2Q3EuDqLAETCuip07c=\r\n"
     b"upgrade: websocket\r\nX: {y}\r\n\r\n\x81\1a"),  # what the key of the target's client demands
])
def test_a_case_sends_what_was_found(tmp_path, target, content):
    suite = skeleton(tmp_path, target, content)
    done = sockspec.run("export-corpus", "--most", 100000, tmp_path / "out", suite)
    assert (done.returncode, done.stderr) == (OK, "")
    behind = BEHIND.get(target, 4)
    written = [path.read_bytes()[behind:] for path in (tmp_path / "out" / target).glob("*")]
    assert set(written) == {content[behind:]}


def test_frames_are_decoded_and_the_case_is_named_after_the_file(tmp_path):
    text = skeleton(tmp_path, "fuzz_ws_frame", b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "Crash_1").read_text()
    assert '- send: {frame: text, mask: "37fa213d", payload: {text: "Hello"}}' in text
    assert "- id: ws-echo-server/fuzz/crash-1" in text


def test_without_a_suite_around_it_a_case_goes_into_one(tmp_path):
    case = sockspec.run("skeleton", "fuzz_range", CORPUS / "fuzz_range" / "die").stdout
    suite = skeleton(tmp_path, "fuzz_range", b"1 6")
    suite.write_text(suite.read_text(encoding="utf-8") + case, encoding="utf-8")
    done = sockspec.run("run", suite)
    assert done.returncode == OK and "2 cases: 2 pass" in done.stdout


@pytest.mark.parametrize("arguments, told", [
    ([], "sockspec: skeleton needs a target and a file"),
    (["fuzz_address"], "sockspec: skeleton needs a target and a file"),
    (["fuzz_address", "/no/such"], "sockspec: cannot read /no/such: No such file or directory"),
    (["fuzz_address", "/"], "sockspec: cannot read /: Is a directory"),
    (["fuzz_nothing", "/dev/null"], "sockspec: /dev/null for fuzz_nothing: no program is sent what this target reads"),
    (["fuzz_utf8", "/dev/null"], "sockspec: /dev/null for fuzz_utf8: the input is too short"),
    (["fuzz_address", "{not-utf8}"], "sockspec: {not-utf8} for fuzz_address: an argument of a case is UTF-8"),
    (["fuzz_address", "{late}"], "sockspec: {late} for fuzz_address: an argument of a case is UTF-8 without NUL, and"),
])
def test_what_makes_no_case_is_said_in_one_line(tmp_path, arguments, told):
    files = {"{not-utf8}": b"\xff\xfe", "{late}": b"a:{port}"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    done = sockspec.run("skeleton", *(tmp_path / word if word in files else word for word in arguments))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (USAGE, "", 1)
    assert done.stderr.replace(f"{tmp_path}/", "").startswith(told)
