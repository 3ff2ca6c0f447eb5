"""Inputs for the fuzz targets: what cases send, byte for byte."""
import pytest

import sockspec

OK, USAGE = 0, 2
CUTS = b"\x01\x00\x07\x3f"  # before inputs that are cut; the upper two bits of each choose
MASK = b"\x37\xfa\x21\x3d"
SUITE = """
suite: Bytes
program: ws-echo-server
cases:
  - id: ws-echo-server/bytes/two-frames
    title: Two frames behind an opening handshake, and one that breaks off
    checks: [rfc6455-5.5.2-pong]
    steps:
      - open: {target: /x, without: [Upgrade]}
      - send: {frame: text, payload: "ab", fin: no}
      - repeat: {times: 3, steps: [{send: {frame: ping, payload: "p", mask: no}}]}
      - send: {frame: continuation, payload: "c", mask: "00000000"}
      - send: {frame: binary, rsv: 4, payload: {hex: "4a 04 00"}, mask: "00000000"}
      - control: main
      - send: {hex: "81 7e 00"}
  - id: ws-echo-server/bytes/the-same-again
    title: The same frames once more
    checks: [rfc6455-5.5.2-pong]
    steps:
      - connect
      - send: {concat: [{handshake: {method: PUT}}, {frame: ping, payload: "p", mask: no}]}
      - expect: {response: {status: [101, 400]}}
      - close: 1000
"""
HEAD = (b"%s HTTP/1.1\r\nHost: 127.0.0.1:1200\r\n%sConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")


def masked(payload):
    return MASK + bytes(byte ^ MASK[i % 4] for i, byte in enumerate(payload))


def files_below(directory):
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def export(directory, *arguments):
    done = sockspec.run("export-corpus", directory, *arguments)
    assert (done.returncode, done.stderr) == (OK, "")
    return files_below(directory)


def test_what_a_case_sends_is_written_byte_for_byte(tmp_path):
    suite = tmp_path / "bytes.yaml"
    suite.write_text(SUITE, encoding="utf-8")
    first, last = "ws-echo-server-bytes-two-frames", "ws-echo-server-bytes-the-same-again"
    text, ping, rest = b"\x01\x82" + masked(b"ab"), b"\x89\x01p", b"\x80\x81\0\0\0\0c"
    control = b"\x81\x85" + masked(b"hello")
    binary, cut, close = b"\xc2\x83\0\0\0\0\x4a\x04\x00", b"\x81\x7e\x00", b"\x88\x82" + masked(b"\x03\xe8")
    frames = text + ping + rest + binary + control + cut
    assert export(tmp_path / "out", suite) == {
        f"fuzz_http_head/{first}": CUTS + HEAD % (b"GET /x", b""),
        f"fuzz_http_head/{last}": CUTS + HEAD % (b"PUT /ws", b"Upgrade: websocket\r\n"),
        f"fuzz_ws_handshake/{first}": b"\x03" + HEAD % (b"GET /x", b""),
        f"fuzz_ws_handshake/{last}": b"\x03" + HEAD % (b"PUT /ws", b"Upgrade: websocket\r\n"),
        f"fuzz_ws_server/{first}": b"\xc1" + CUTS[1:] + HEAD % (b"GET /x", b"") + frames,
        f"fuzz_ws_server/{last}": b"\xc1" + CUTS[1:] + HEAD % (b"PUT /ws", b"Upgrade: websocket\r\n") + ping + close,
        f"fuzz_ws_session/{first}": CUTS + frames,
        f"fuzz_ws_session/{first}-2": b"\x81" + CUTS[1:] + frames,
        f"fuzz_ws_session/{last}": CUTS + ping + close,
        f"fuzz_ws_frame/{first}": text,
        f"fuzz_ws_frame/{first}-2": ping,
        f"fuzz_ws_frame/{first}-3": rest,
        f"fuzz_ws_frame/{first}-4": binary,
        f"fuzz_ws_frame/{first}-5": control,
        f"fuzz_ws_frame/{first}-6": cut,
        f"fuzz_ws_frame/{last}": close,
        f"fuzz_ws_close/{last}": b"\x03\xe8",
        f"fuzz_ws_message/{first}": b"\x41\x00\x47\x3f" + b"abc",
        f"fuzz_ws_message/{first}-2": b"\x41\x00\x47\x3f" + b"hello",
        f"fuzz_ws_message/{first}-3": b"\x01\x00\x07\x7f\x4a\x04\x00",
        f"fuzz_utf8/{first}": CUTS + b"abc",
        f"fuzz_utf8/{first}-2": CUTS + b"hello",
        f"fuzz_ws_deflate/{first}": b"\x07\x4a\x04\x00",
    }


def test_what_a_server_sends_is_not_masked(tmp_path):
    frames = set(export(tmp_path, "ws-client/control/*", "ws-client/messages/*").values())
    assert any(len(frame) > 2 and frame[0] == 0x89 and frame[1] == len(frame) - 2 for frame in frames)


def test_arguments_and_lines_are_inputs_too(tmp_path):
    written = export(tmp_path, "ip-parse", "tcp-client", "ws-client", "tcp-random-range-server")
    inputs = {(name.split("/")[0], content) for name, content in written.items()}
    assert ("fuzz_address", b"2002:c0e8:82e7:0:0:0:c0e8:82e7") in inputs
    assert ("fuzz_hostport", b"127.0.0.1:1200") in inputs
    assert ("fuzz_ws_url", b"ws://127.0.0.1:1200/ws") in inputs
    assert ("fuzz_ws_url", b"127.0.0.1:0 /ws") in inputs
    assert ("fuzz_range", b"1 6") in inputs


def test_the_same_cases_make_the_same_files(tmp_path):
    everything = export(tmp_path / "a")
    assert export(tmp_path / "b") == everything
    assert export(tmp_path / "a") == everything
    for folder in {name.split("/")[0] for name in everything}:
        assert (sockspec.ROOT / "fuzz" / f"{folder}.c").exists()
        contents = [content for name, content in everything.items() if name.startswith(folder + "/")]
        assert len(contents) == len(set(contents))


def test_inputs_are_cut_where_asked(tmp_path):
    case = "ws-echo-server/control/ping-126-bytes"
    name = "fuzz_ws_frame/ws-echo-server-control-ping-126-bytes-2"  # the first is the control's
    whole = export(tmp_path / "whole", case)[name]
    assert whole == b"\x89\xfe\0\x7e" + masked(b"\xfe" * 126)
    assert export(tmp_path / "cut", "--most", 20, case)[name] == whole[:20]


@pytest.mark.parametrize("arguments, told", [
    ([], "sockspec: export to which directory?"),
    (["/dev/null", "ip-parse"], "sockspec: cannot make the directory /dev/null: File exists"),
    (["{tmp}/no/such", "ip-parse"], "sockspec: cannot make the directory {tmp}/no/such: No such file or directory"),
    (["{tmp}", "ip-prase"], "sockspec: no program and no case is called `ip-prase`, did you mean `ip-parse`?"),
    (["--most", "few", "{tmp}"], "sockspec: --most needs a number of bytes, not `few`"),
])
def test_what_cannot_be_exported_is_said_in_one_line(tmp_path, arguments, told):
    done = sockspec.run("export-corpus", *(word.replace("{tmp}", str(tmp_path)) for word in arguments))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (USAGE, "", 1)
    assert done.stderr.startswith(told.replace("{tmp}", str(tmp_path)))
