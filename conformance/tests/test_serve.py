"""`sockspec serve` under drivers written for the Autobahn Testsuite's fuzzing server: right ones and wrong ones."""
import asyncio
import contextlib
import json
import re
import signal
import socket
import subprocess
import time

import pytest
import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

import sockspec

AGENT = "a client"
FILE = "a_client.jsonl"
FEW = ["ws-echo-server/frames/text-[012]", "ws-echo-server/frames/text-6*", "ws-echo-server/fragmentation/*-two"]


@contextlib.contextmanager
def served(directory, *arguments):
    """A server, as (process, address). What it prints goes to a file."""
    printed = directory / "printed.txt"
    with open(printed, "w", encoding="utf-8") as out:
        process = sockspec.start("serve", "--port", "0", "--reports", directory, *arguments, stdout=out)
    try:
        while not (lines := printed.read_text(encoding="utf-8")).count("\n") and process.poll() is None:
            time.sleep(0.01)
        place = re.search(r"at (ws://[^,]*),", lines)
        assert place, process.stderr.read()
        yield process, place[1]
    finally:
        process.kill()
        process.communicate()


# --- a driver, as the libraries ship it ---


async def told(url):
    async with websockets.connect(url) as connection:
        return await connection.recv()


async def echo(connection):
    async for message in connection:
        await connection.send(message)


async def run_case(url, number, client=echo, extensions=None):
    with contextlib.suppress(Exception):  # a driver goes on with the next case, whatever its client made of this one
        async with websockets.connect(f"{url}/runCase?case={number}&agent=a%20client", max_size=2 ** 26,
                                      ping_interval=None, close_timeout=2, extensions=extensions) as connection:
            await client(connection)


async def update_reports(url):
    async with websockets.connect(f"{url}/updateReports?agent=a+client"):
        pass


async def drive(url, *settings):
    count = int(await told(f"{url}/getCaseCount"))
    for number in range(1, count + 1):
        await run_case(url, number, *settings)
    await update_reports(url)
    return count


def judged(directory, *arguments, client=echo, extensions=None):
    """What `sockspec serve --once` says of a client: its status, events and index."""
    with served(directory, "--once", *arguments) as (process, url):
        count = asyncio.run(drive(url, client, extensions))
        process.communicate(timeout=sockspec.PATIENCE_S)
    outcome = sockspec.Outcome(process.returncode, (directory / FILE).read_text(encoding="utf-8").splitlines())
    assert len(outcome.cases) == count
    index = json.loads((directory / "index.json").read_text(encoding="utf-8"))
    return outcome, index[AGENT]


# --- what is right ---


def test_a_driver_for_autobahn_judges_a_mature_client(tmp_path):
    """All cases, all numbers: what is known of that library as a server goes for it as a client."""
    outcome, index = judged(tmp_path, "--expectations", "python-websockets-client")
    assert outcome.with_verdict("fail", "unresolved", "xpass", "unsupported") == set()
    assert outcome.with_verdict("xfail")
    assert outcome.status == 0
    assert len(outcome.cases) > 900
    # Each of the 517 numbers, and cases of ours that have none.
    numbers = [key for key in index if key.replace(".", "").isdigit()]
    assert len(numbers) == 517 < len(index)
    assert {entry["behavior"] for entry in index.values()} <= {"OK", "NON-STRICT", "INFORMATIONAL"}
    assert all(entry["reportfile"] == FILE and entry["behaviorClose"] for entry in index.values())


def test_a_deviation_that_is_gone_fails(tmp_path):
    expectations = tmp_path / "gone.yaml"
    row = '{case: "*/text-1", verdict: fail, why: it was so once}'
    expectations.write_text(f"expectations:\n  - {row}\n", encoding="utf-8")
    outcome, _ = judged(tmp_path, "--expectations", expectations, "ws-echo-server/frames/text-[12]")
    assert outcome.with_verdict("xpass") == {"ws-echo-server/frames/text-1"}
    assert outcome.status == 1


class Picky(ClientPerMessageDeflateFactory):
    """Does not support what RFC 7692 7.1.2.1 lets a server answer unasked, and says so as 7.1 has it."""

    def process_response_params(self, params, accepted_extensions):
        if any(name == "server_max_window_bits" for name, _ in params):
            raise websockets.exceptions.NegotiationError("a window that was not offered")
        return super().process_response_params(params, accepted_extensions)


def test_what_a_client_need_not_support_is_no_fault_of_it(tmp_path):
    cases = ["ws-echo-server/deflate-offers/in-use-server-bits-10", "ws-echo-server/deflate-messages/text-5"]
    outcome, _ = judged(tmp_path, *cases, extensions=[Picky(client_max_window_bits=True)])
    assert outcome.with_verdict("unsupported") == {cases[0]}
    assert outcome.with_verdict("pass") == {cases[1]}
    assert outcome.status == 0


def test_a_case_can_be_asked_about(tmp_path):
    async def ask(url):
        info = json.loads(await told(f"{url}/getCaseInfo?case=1"))
        before = json.loads(await told(f"{url}/getCaseStatus?case=1&agent=a%20client"))
        await run_case(url, 1)
        return info, before, json.loads(await told(f"{url}/getCaseStatus?case=1&agent=a%20client"))

    with served(tmp_path, "ws-echo-server/frames/text-1") as (_, url):
        info, before, after = asyncio.run(ask(url))
    assert info["id"] == "ws-echo-server/frames/text-1" and info["description"]
    assert before == {"behavior": "UNIMPLEMENTED"}
    assert after == {"behavior": "OK"}


def test_a_question_waits_for_the_case_that_runs(tmp_path):
    """A client goes on once its connection ends: neither status nor reports may be without that case."""
    async def ask(url):
        answers = []

        async def ask_meanwhile(_):
            answers.append(json.loads(await told(f"{url}/getCaseStatus?case=1&agent=a%20client")))

        await run_case(url, 1, ask_meanwhile)
        return answers

    with served(tmp_path, "--time-scale", "0.1", "ws-echo-server/frames/text-1") as (_, url):
        assert asyncio.run(ask(url)) == [{"behavior": "FAILED"}]


def test_reports_are_made_from_its_events(tmp_path):
    judged(tmp_path, *FEW)
    tap = sockspec.run("report", "--format", "tap", tmp_path / FILE)
    assert tap.stdout.startswith("TAP version 14\n") and "not ok" not in tap.stdout
    index = sockspec.run("report", "--format", "index", tmp_path / FILE)
    made, written = json.loads(index.stdout)[AGENT], json.loads((tmp_path / "index.json").read_text())[AGENT]
    assert {key: entry["behavior"] for key, entry in made.items()} == {
        key: entry["behavior"] for key, entry in written.items()}


def test_agents_side_by_side_are_told_apart(tmp_path):
    async def both(url):
        async def one(name):
            for number in (1, 2):
                async with websockets.connect(f"{url}/runCase?case={number}&agent={name}") as connection:
                    await echo(connection)
            async with websockets.connect(f"{url}/updateReports?agent={name}"):
                pass
        await asyncio.gather(*map(one, ["../a", "b", "..%2Fa/b"]))

    with served(tmp_path, "ws-echo-server/frames/text-[01]") as (_, url):
        asyncio.run(both(url))
    assert {path.name for path in tmp_path.iterdir()} == {"printed.txt", "index.json", "_._a.jsonl", "b.jsonl", "_._a_b.jsonl"}
    assert json.loads((tmp_path / "index.json").read_text()).keys() == {"../a", "b", "../a/b"}


# --- what is wrong ---


async def echo_other_type(connection):
    async for message in connection:
        await connection.send(message.encode() if isinstance(message, str) else message.decode(errors="replace"))


async def echo_one_more(connection):
    async for message in connection:
        await connection.send(message)
        await connection.send(message)


async def stay_silent(connection):
    async for _ in connection:
        pass


async def hang_up(connection):
    await connection.close()


@pytest.mark.parametrize("client", [echo_other_type, echo_one_more, stay_silent, hang_up])
def test_a_wrong_client_fails(tmp_path, client):
    outcome, index = judged(tmp_path, "--time-scale", "0.1", *FEW, client=client)
    assert outcome.with_verdict("pass", "nonstrict") == set()
    assert outcome.status == 1
    assert index["1.1.1"]["behavior"] == "FAILED"


def raw_case(url, number, answer):
    """A client of bare sockets: `answer` makes its bytes of those that came."""
    host, port = re.fullmatch(r"ws://(.*):(\d+)", url).groups()
    with socket.create_connection((host, int(port))) as client:
        client.sendall(f"GET /runCase?case={number}&agent=a+client HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                       "Sec-WebSocket-Version: 13\r\n\r\n".encode())
        data = b""
        while b"\r\n\r\n" not in data:
            data += client.recv(65536)
        frames = data.partition(b"\r\n\r\n")[2]
        while not frames:
            frames = client.recv(65536)
        client.sendall(answer(frames))
        while client.recv(65536):
            pass


def test_frames_without_a_mask_are_caught(tmp_path):
    with served(tmp_path, "ws-echo-server/frames/text-1") as (process, url):
        raw_case(url, 1, lambda frame: frame)
        process.terminate()
        process.communicate(timeout=sockspec.PATIENCE_S)
    printed = (tmp_path / "printed.txt").read_text(encoding="utf-8")
    assert "FAIL        ws-echo-server/frames/text-1" in printed
    assert "mask" in printed
    assert process.returncode == 1


def test_a_stopped_server_has_reported_all_until_then(tmp_path):
    async def three(url):
        for number in (1, 2, 3):
            await run_case(url, number)

    with served(tmp_path, *FEW) as (process, url):
        asyncio.run(three(url))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=sockspec.PATIENCE_S)
    events = [json.loads(line) for line in (tmp_path / FILE).read_text(encoding="utf-8").splitlines()]
    assert [event["event"] for event in events] == ["run", "case", "case", "case"]
    assert json.loads((tmp_path / "index.json").read_text())[AGENT]
    assert process.returncode == 0


def test_a_client_that_falls_silent_costs_seconds(tmp_path):
    begin = time.monotonic()
    outcome, _ = judged(tmp_path, "ws-echo-server/frames/text-0", client=stay_silent)
    assert time.monotonic() - begin < 15
    assert outcome.with_verdict("fail", "unresolved") == outcome.cases.keys()


@pytest.mark.parametrize("request_line, answer", [
    ("GET /getCaseCount HTTP/1.1", "HTTP/1.1 400 Bad Request"),  # no WebSocket
    ("GET / HTTP/1.1", "HTTP/1.1 404 Not Found"),
    ("GET /runCase?case=2&agent=a HTTP/1.1", "HTTP/1.1 404 Not Found"),  # there is one
    ("hello", "HTTP/1.1 400 Bad Request"),
])
def test_what_is_no_request_is_refused_in_words(tmp_path, request_line, answer):
    with served(tmp_path, "ws-echo-server/frames/text-1") as (_, url):
        host, port = re.fullmatch(r"ws://(.*):(\d+)", url).groups()
        with socket.create_connection((host, int(port))) as client:
            client.sendall(f"{request_line}\r\nHost: x\r\n\r\n".encode())
            told_lines = b"".join(iter(lambda: client.recv(65536), b"")).decode().splitlines()
    assert told_lines[0] == answer
    assert told_lines[-1].strip()


@pytest.mark.parametrize("arguments, told_why", [
    (["--port", "65536"], "--port: `65536` is not a number from 0 to 65535"),
    (["--host", "localhost"], "--host: `localhost` is not an IP address"),
    (["--host", "192.0.2.1"], "cannot listen at 192.0.2.1:9001: "),
    (["--time-scale", "0"], "--time-scale: `0` is not a factor"),
    (["--reports", "/dev/null/x"], "cannot make the directory /dev/null/x: "),
    (["--expectations", "nonesuch"], "nonesuch"),
    (["daytime-session"], "none of these cases makes sense for a client"),
    (["ws-echo-server/nonsense"], "no program and no case is called `ws-echo-server/nonsense`"),
])
def test_a_mistake_is_one_line_and_status_2(tmp_path, arguments, told_why):
    done = sockspec.run("serve", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert told_why in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_port_in_use_is_said(tmp_path):
    with served(tmp_path, *FEW) as (_, url):
        done = sockspec.run("serve", "--port", url.rpartition(":")[2], "--reports", tmp_path)
    assert done.returncode == 2
    assert "Address already in use" in done.stderr


def test_nobody_came(tmp_path):
    with served(tmp_path) as (process, _):
        process.terminate()
        _, stderr = process.communicate(timeout=sockspec.PATIENCE_S)
    assert process.returncode == 2
    assert stderr == "sockspec: no case ran: no client came\n"


# --- the other direction ---


def test_a_run_writes_an_index_too(tmp_path):
    path = tmp_path / "index.json"
    done = sockspec.run("run", "--index", path, "ws-echo-server/frames/text-0", "ws-echo-server/frames/text-1")
    assert done.returncode == 0
    index = json.loads(path.read_text(encoding="utf-8"))
    assert index["reference"]["1.1.1"]["behavior"] == "OK"


def test_the_help_is_true():
    done = subprocess.run([sockspec.SOCKSPEC, "serve", "--help"], check=True, capture_output=True, text=True)
    for word in ("/getCaseCount", "--once", "--expectations", "--reports", "--port"):
        assert word in done.stdout
