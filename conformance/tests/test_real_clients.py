"""Clients of other makes against the reference servers, and our client against a server of another make."""
import asyncio
import concurrent.futures
import datetime
import functools
import http.server
import re
import socket
import subprocess
import threading
import time

import pytest
import websockets

import reference
import sockspec

DAYTIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} \S+")


def nc(*arguments, text=""):
    done = subprocess.run(["nc", *map(str, arguments)], input=text, capture_output=True, text=True, check=False,
                          timeout=reference.PATIENCE_S)
    return done.stdout


def curl(*arguments):
    done = subprocess.run(["curl", "--silent", "--max-time", str(reference.PATIENCE_S), *arguments],
                          capture_output=True, text=True, check=False, timeout=reference.PATIENCE_S + 5)
    return done.stdout


def assert_is_now(text):
    assert DAYTIME.fullmatch(text), text
    date, clock, offset = text.split()[:3]
    clock = clock.split(".")[0]
    told = datetime.datetime.strptime(f"{date} {clock} {offset}", "%Y-%m-%d %H:%M:%S %z").timestamp()
    assert abs(told - time.time()) < 3


# --- netcat ---


@pytest.mark.parametrize("program", ["daytime-iterative", "daytime-concurrent"])
def test_nc_is_told_the_time(program):
    with reference.server(program) as port:
        assert_is_now(nc("-d", "127.0.0.1", port))


def test_a_person_who_types_timestamp_into_nc_gets_seconds():
    with reference.server("daytime-session") as port:
        seconds = nc("-N", "127.0.0.1", port, text="timestamp\n")
        assert abs(int(seconds) - time.time()) < 3


def test_nc_gets_daytime_for_any_other_request():
    with reference.server("daytime-session") as port:
        assert_is_now(nc("-N", "127.0.0.1", port, text="hello\n"))


def test_nc_gets_one_datagram_for_one():
    with reference.server("udp-daytime-server", kind=socket.SOCK_DGRAM) as port:
        assert_is_now(nc("-u", "-W", "1", "127.0.0.1", port, text="x"))


def test_two_hundred_clients_at_once_are_told_the_time():
    def ask(port):
        with socket.create_connection(("127.0.0.1", port), timeout=reference.PATIENCE_S) as connection:
            return connection.makefile().read()

    with reference.server("daytime-concurrent") as port, concurrent.futures.ThreadPoolExecutor(200) as crowd:
        for answer in crowd.map(ask, [port] * 200):
            assert_is_now(answer)


# --- curl ---


@pytest.mark.parametrize(("path", "status"), [("/", "200"), ("/nowhere", "404"), ("/ws", "(400|426)")])
def test_curl_gets_the_status_of_each_path(path, status):
    with reference.server("ws-echo-server") as port:
        got = curl("--output", "/dev/null", "--write-out", "%{http_code}", f"http://127.0.0.1:{port}{path}")
        assert re.fullmatch(status, got)


def test_curl_is_pointed_to_the_endpoint():
    with reference.server("ws-echo-server") as port:
        assert "/ws" in curl(f"http://127.0.0.1:{port}/")


# --- python3-websockets ---


def with_websocket(conversation, *arguments, path="/ws", **options):
    async def run(port):
        async with websockets.connect(f"ws://127.0.0.1:{port}{path}", compression=None, max_size=None,
                                      **options) as connection:
            await asyncio.wait_for(conversation(connection), reference.PATIENCE_S)
            return connection

    with reference.server("ws-echo-server", *arguments) as port:
        return asyncio.run(run(port))


@pytest.mark.parametrize("message", ["", "hello", "κόσμε 𝄞", "x" * 65536, b"", bytes(range(256)), b"\0" * (1 << 20)],
                         ids=["empty", "text", "beyond-ascii", "64-bit-length", "no-bytes", "all-bytes", "1-MiB"])
def test_websockets_gets_each_message_back_with_its_type(message):
    async def echo(connection):
        await connection.send(message)
        assert await connection.recv() == message

    with_websocket(echo)


def test_websockets_gets_a_fragmented_message_back_whole():
    async def echo(connection):
        await connection.send(iter(["frag", "men", "ted"]))
        assert await connection.recv() == "fragmented"

    with_websocket(echo)


def test_websockets_gets_pongs():
    async def ping(connection):
        await (await connection.ping(b"are you there?"))

    with_websocket(ping)


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
def test_websockets_sees_its_close_code_echoed(code):
    async def close(connection):
        await connection.close(code, "done")

    connection = with_websocket(close)
    assert connection.close_rcvd.code == code
    assert connection.close_rcvd_then_sent is False


def test_websockets_agrees_on_a_subprotocol():
    async def look(connection):
        assert connection.subprotocol == "chat"

    with_websocket(look, "--subprotocol", "chat", subprotocols=["other", "chat"])


def test_websockets_is_refused_from_another_origin():
    async def never(_):
        pytest.fail("the handshake succeeded")

    with pytest.raises(websockets.InvalidStatusCode) as refused:
        with_websocket(never, origin="http://elsewhere.example")
    assert refused.value.status_code == 403


def test_websockets_is_told_that_a_message_is_too_big():
    async def send(connection):
        await connection.send("x" * 101)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await connection.recv()
        assert closed.value.rcvd.code == 1009

    with_websocket(send, "--max-message", "100")


def test_two_hundred_websockets_are_served_at_once():
    async def talk(port):
        url = f"ws://127.0.0.1:{port}/ws"
        crowd = await asyncio.gather(*(websockets.connect(url, compression=None) for _ in range(200)))
        await asyncio.gather(*(member.send(str(number)) for number, member in enumerate(crowd)))
        echoes = await asyncio.gather(*(member.recv() for member in crowd))
        assert echoes == [str(number) for number in range(200)]
        await asyncio.gather(*(member.close() for member in crowd))

    with reference.server("ws-echo-server") as port:
        asyncio.run(asyncio.wait_for(talk(port), 30))


# --- our clients against servers of other makes ---


def test_tcp_head_reads_the_head_of_pythons_web_server(tmp_path):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = subprocess.run([sockspec.BIN / "tcp-head", f"127.0.0.1:{server.server_port}"], capture_output=True,
                              check=False, timeout=reference.PATIENCE_S)
        server.shutdown()
    assert done.returncode == 0
    assert done.stdout.startswith(b"HTTP/1.0 200 OK\r\n")


def test_udp_daytime_client_prints_what_nc_answers():
    port = reference.free_port(socket.SOCK_DGRAM)
    with subprocess.Popen(["nc", "-u", "-l", "127.0.0.1", str(port)], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as listener:
        reference.await_true(reference.is_bound, port)
        with subprocess.Popen([sockspec.BIN / "udp-daytime-client", f"127.0.0.1:{port}"], stdout=subprocess.PIPE,
                              text=True) as client:
            assert listener.stdout.read(8) == b"anything"
            listener.stdin.write(b"the time")
            listener.stdin.flush()
            assert client.communicate(timeout=reference.PATIENCE_S)[0] == "the time\n"
            assert client.returncode == 0
        listener.kill()
