"""Over TLS: servers that run already are judged at wss://, and clients by `sockspec serve --cert --key`."""
import asyncio
import contextlib
import re
import ssl
import subprocess
import time

import pytest
import websockets

import reference
import sockspec

PROGRAM = "ws-echo-server"


@pytest.fixture(scope="module", name="files")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody has signed, and its key."""
    directory = tmp_path_factory.mktemp("certificate")
    key, cert = directory / "key.pem", directory / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2",
                    "-keyout", key, "-out", cert], check=True, capture_output=True)
    return ["--cert", str(cert), "--key", str(key)]


def judge_at(url, *words):
    return sockspec.Outcome.of("run", "--jsonl", "-", "--quiet", "--at", url, *words)


# --- servers ---


@pytest.mark.parametrize("host, words", [("127.0.0.1", ["frames/*", "close/*", "large/*", "fragmentation/text-two*"]),
                                         ("localhost", ["frames/text-[0-9]"])])
def test_the_reference_passes_over_tls(files, host, words):
    with reference.server(PROGRAM, *files) as port:
        outcome = judge_at(f"wss://{host}:{port}/ws", *(f"{PROGRAM}/{word}" for word in words))
    assert outcome.status == 0, outcome.stderr
    assert outcome.with_verdict("pass") and not outcome.with_verdict("fail", "unresolved", "nonstrict")


def test_the_transcript_says_that_it_was_tls(files):
    with reference.server(PROGRAM, "--max-message", "10", *files) as port:
        outcome = judge_at(f"wss://127.0.0.1:{port}/ws", f"{PROGRAM}/frames/text-125")
    [case] = outcome.cases.values()
    assert case["verdict"] == "fail"
    assert any("TLSv1.3" in line for line in case["transcript"])
    assert any('"GET /ws HTTP/1.1' in line for line in case["transcript"])  # plain bytes


def test_a_server_without_tls_fails_the_handshake():
    with reference.server(PROGRAM) as port:
        outcome = judge_at(f"wss://127.0.0.1:{port}/ws", f"{PROGRAM}/frames/text-1")
    [case] = outcome.cases.values()
    assert outcome.status == 1
    assert case["expected"] == "a TLS handshake" and case["actual"]


# --- clients ---


@contextlib.contextmanager
def served(directory, files):
    printed = directory / "printed.txt"
    with open(printed, "w", encoding="utf-8") as out:
        process = sockspec.start("serve", "--port", "0", "--once", "--reports", directory, *files,
                                 f"{PROGRAM}/frames/text-[0-9]", f"{PROGRAM}/fragmentation/*-two", stdout=out)
    try:
        while not (lines := printed.read_text(encoding="utf-8")).count("\n") and process.poll() is None:
            time.sleep(0.01)
        yield process, re.search(r"at (wss://[^,]*),", lines)[1]
    finally:
        process.kill()
        process.communicate()


async def drive(url, trust, answer):
    async with websockets.connect(f"{url}/getCaseCount", ssl=trust) as connection:
        count = int(await connection.recv())
    for number in range(1, count + 1):
        with contextlib.suppress(websockets.WebSocketException):
            async with websockets.connect(f"{url}/runCase?case={number}&agent=a", ssl=trust) as connection:
                async for message in connection:
                    await connection.send(answer(message))
    async with websockets.connect(f"{url}/updateReports?agent=a", ssl=trust):
        return count


@pytest.mark.parametrize("answer, status", [(lambda message: message, 0), (lambda message: message * 2, 1)],
                         ids=["right", "wrong"])
def test_a_client_is_judged_over_tls(tmp_path, files, answer, status):
    trust = ssl.create_default_context(cafile=files[1])
    with served(tmp_path, files) as (process, url):
        count = asyncio.run(drive(url, trust, answer))
        process.communicate(timeout=sockspec.PATIENCE_S)
    outcome = sockspec.Outcome(process.returncode, (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines())
    assert outcome.status == status
    assert len(outcome.cases) == count
    assert bool(outcome.with_verdict("fail")) == bool(status)


def test_wrong_files_are_named_in_a_line(files):
    cases = {
        ("--cert", files[1]): "--cert and --key belong together",
        ("--cert", "/nonexistent", "--key", files[3]): "cannot use the certificate /nonexistent: ",
        ("--cert", files[1], "--key", files[1]): f"cannot use the key {files[1]}: ",
    }
    for arguments, message in cases.items():
        done = sockspec.run("serve", "--port", "0", *arguments)
        assert done.returncode == 2
        assert done.stderr.startswith(f"sockspec: {message}") and done.stderr.count("\n") == 1
