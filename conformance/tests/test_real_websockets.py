"""WebSocket libraries and a browser against the reference server, and the reference client against servers on libraries.

Each test is skipped where what it needs is not there: ci/install-peers installs it, ci/build-peers builds it.
"""
import contextlib
import os
import shutil
import subprocess
import sys

import pytest
import yaml

import reference
import sockspec

PEERS = sockspec.DATA / "peers"
sys.path.append(str(PEERS / "chromium"))
import browser  # noqa: E402  pylint: disable=wrong-import-position

NODE = {**os.environ, "NODE_PATH": "/usr/share/nodejs"}
PAGE_PATIENCE_S = 60

ECHO_PAGE = """
const socket = new WebSocket(parameters.url);
socket.binaryType = 'arraybuffer';
const next = (kind) => new Promise((resolve) => socket.addEventListener(kind, resolve, { once: true }));
const echoed = (message) => { const answer = next('message'); socket.send(message); return answer; };
await Promise.race([next('open'), next('error').then(() => { throw new Error('it does not open'); })]);

const text = (await echoed('κόσμε 𝄞')).data;
const binary = [...new Uint8Array((await echoed(new Uint8Array([0, 255, 128]))).data)];
const large = new Uint8Array(1 << 20).map((_, index) => index % 251);
const back = new Uint8Array((await echoed(large)).data);
const same = back.length === large.length && back.every((byte, index) => byte === large[index]);
const closed = next('close');
socket.close(4321, 'done');
const { code, wasClean } = await closed;
return { text, binary, same, code, wasClean, extensions: socket.extensions };
"""


def certificate(directory):
    """A certificate for 127.0.0.1 that nobody has signed, as arguments of the server."""
    key, cert = directory / "key.pem", directory / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2",
                    "-keyout", key, "-out", cert], check=True, capture_output=True)
    return ["--cert", str(cert), "--key", str(key)]


@pytest.mark.skipif(browser.find() is None, reason="chromium is not installed: see ci/install-peers")
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "compressed"])
@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_a_page_in_chromium_is_echoed(tmp_path, scheme, compressed):
    arguments = certificate(tmp_path) if scheme == "wss" else []
    arguments += ["--deflate"] if compressed else []
    with browser.origin() as page, reference.server("ws-echo-server", "--origin", page.url(), *arguments) as port:
        report = browser.run(page, ECHO_PAGE, PAGE_PATIENCE_S, url=f"{scheme}://127.0.0.1:{port}/ws")
    assert report.pop("extensions").startswith("permessage-deflate") == compressed
    assert report == {"text": "κόσμε 𝄞", "binary": [0, 255, 128], "same": True, "code": 4321, "wasClean": True}


@pytest.mark.skipif(browser.find() is None, reason="chromium is not installed: see ci/install-peers")
def test_a_page_of_another_origin_is_refused():
    with browser.origin() as page, reference.server("ws-echo-server", "--origin", "http://elsewhere.example") as port:
        with pytest.raises(browser.Failed, match="it does not open"):
            browser.run(page, ECHO_PAGE, PAGE_PATIENCE_S, url=f"ws://127.0.0.1:{port}/ws")


def has_npm_ws():
    return shutil.which("node") is not None and os.path.isdir("/usr/share/nodejs/ws")


@pytest.mark.skipif(not has_npm_ws(), reason="node or its ws is not installed: see ci/install-peers")
@pytest.mark.parametrize("code", [1000, 4999])
@pytest.mark.parametrize("kind", ["plain", "compressed"])
def test_npm_ws_converses(kind, code):
    with reference.server("ws-echo-server", *(["--deflate"] if kind == "compressed" else [])) as port:
        done = subprocess.run([PEERS / "npm-ws" / "converse.js", f"ws://127.0.0.1:{port}/ws", kind, str(code)],
                              check=False, capture_output=True, text=True, env=NODE, timeout=30)
    assert done.returncode == 0, done.stderr


# --- the reference client against servers of other makes ---


@contextlib.contextmanager
def echo_server(name, deflate=False):
    """The server of a profile, as it starts it, with its option for permessage-deflate or without; gives its port."""
    profile = sockspec.DATA / "profiles" / f"{name}.yaml"
    entry = yaml.safe_load(profile.read_text(encoding="utf-8"))["programs"]["ws-echo-server"]
    program = profile.parent / entry["command"][0]
    if not os.access(program, os.X_OK) or (name == "npm-ws" and not has_npm_ws()):
        pytest.skip(f"{name} is not there: see ci/install-peers and ci/build-peers")
    options = entry.get("options", {}).get("deflate", ["--deflate"]) if deflate else []
    with reference.started([program, *options], env={**os.environ, **entry.get("env", {})}) as (_, port):
        yield port


def converse(port, *options):
    lines = ["hello", "κόσμε 𝄞", "x" * 126, "", "y" * 70000, "hello", "y" * 70000]
    with subprocess.Popen([sockspec.BIN / "ws-client", *options, f"127.0.0.1:{port}", "/ws"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as client:
        for line in lines:
            client.stdin.write(line + "\n")
            client.stdin.flush()
            assert client.stdout.readline() == f"Received: {line}\n"
        client.stdin.close()
        assert client.wait(reference.PATIENCE_S) == 0


@pytest.mark.parametrize("name", ["python-websockets", "npm-ws", "gorilla", "nhooyr", "libwebsockets"])
def test_ws_client_is_echoed(name):
    with echo_server(name) as port:
        converse(port)


@pytest.mark.parametrize("offer", ["client_max_window_bits", "client_no_context_takeover", "client_max_window_bits=10",
                                   "server_no_context_takeover; client_no_context_takeover"])
@pytest.mark.parametrize("name", ["python-websockets", "npm-ws", "gorilla", "nhooyr"])
def test_ws_client_is_echoed_compressed(name, offer):
    """Whatever of the offer the server answers."""
    with echo_server(name, deflate=True) as port:
        converse(port, "--deflate-offer", offer)
