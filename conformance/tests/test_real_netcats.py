"""Debian's netcats against the reference servers, and our nc against them and against itself."""
import os
import pathlib
import re
import socket
import subprocess

import pytest

import reference
import sockspec

OURS = str(sockspec.BIN / "nc")
HALF_CLOSING = {"openbsd": ["/usr/bin/nc.openbsd", "-N"], "ncat": ["/usr/bin/ncat"], "ours": [OURS, "-N"]}
MUCH = bytes(range(251)) * 8000


def talk(command, *arguments, text=b""):
    done = subprocess.run([*command, *map(str, arguments)], input=text, capture_output=True, check=False,
                          timeout=reference.PATIENCE_S)
    return done.stdout


@pytest.fixture(params=sorted(HALF_CLOSING))
def netcat(request):
    return HALF_CLOSING[request.param]


@pytest.fixture
def path(tmp_path):
    place = str(tmp_path / "s")
    yield place
    assert not os.path.exists(place)


class OneClientServer:
    """A running server that ends with its client; gives the port, expects exit status 0 and keeps what it printed."""

    def __init__(self, program):
        self.program = program

    def __enter__(self):
        self.port = reference.free_port()
        self.process = subprocess.Popen([sockspec.BIN / self.program, str(self.port)], stdout=subprocess.PIPE)
        # A probe by connecting would be its client.
        reference.await_true(is_listening, self.port)
        return self

    def __exit__(self, *_):
        try:
            self.output = self.process.communicate(timeout=reference.PATIENCE_S)[0]
            assert self.process.returncode == 0
        finally:
            self.process.kill()


def is_listening(port):
    tables = "".join(pathlib.Path("/proc/net", name).read_text(encoding="ascii") for name in ("tcp", "tcp6"))
    return re.search(rf":{port:04X} [0-9A-F]+:0000 0A ", tables) is not None


def answers(path):
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


# --- the servers of the documents ---


def test_the_echo_server_sends_back_what_netcat_sends(netcat):
    with OneClientServer("tcp-echo-server") as server:
        assert talk(netcat, "127.0.0.1", server.port, text=MUCH) == MUCH


def test_stop_ends_the_echo_server_and_netcat(netcat):
    with OneClientServer("tcp-echo-server") as server:
        assert talk(netcat, "127.0.0.1", server.port, text=b"STOP\n") == b""


def test_the_time_server_tells_netcat_the_time(netcat):
    with OneClientServer("tcp-time-server") as server:
        told = talk(netcat, "127.0.0.1", server.port, text=b"one\ntwo\nSTOP\n").decode().splitlines()
    assert len(told) == 2
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", line) for line in told)
    assert server.output == b"-> one\n-> two\nExiting TCP server!\n"


def test_the_counter_server_counts_netcats(netcat):
    with reference.server("tcp-counter-server") as port:
        first, second = (talk(netcat, "127.0.0.1", port, text=b"hello\n").decode() for _ in range(2))
    numbers = [int(re.fullmatch(r"Client number: (\d+)\n", answer)[1]) for answer in (first, second)]
    assert numbers[1] == numbers[0] + 1


def test_the_random_server_answers_each_line_of_netcat(netcat):
    with reference.server("tcp-random-server") as port:
        answers = talk(netcat, "127.0.0.1", port, text=b"x\n" * 100).split()
    assert len(answers) == 100
    assert all(1 <= int(answer) <= 1000 for answer in answers)


def test_the_range_server_answers_netcat_within_the_range(netcat):
    with reference.server("tcp-random-range-server") as port:
        answers = talk(netcat, "127.0.0.1", port, text=b"-3 3\n" * 50 + b"3 -3\n7 7\n").decode().splitlines()
    assert len(answers) == 52
    assert all(-3 <= int(answer) <= 3 for answer in answers[:50])
    assert answers[50].startswith("error: ")
    assert answers[51] == "7"


@pytest.mark.parametrize("command", [["/usr/bin/nc.openbsd"], ["/usr/bin/nc.traditional"], [OURS]],
                         ids=["openbsd", "traditional", "ours"])
def test_the_udp_server_answers_netcat(command):
    with reference.server("udp-random-server", kind=socket.SOCK_DGRAM) as port:
        assert 1 <= int(talk(command, "-u", "-w", "1", "127.0.0.1", port, text=b"hello")) <= 1000


def test_the_unix_server_sends_back_what_netcat_sends(netcat, path):
    with subprocess.Popen([sockspec.BIN / "unix-echo-server", path], stdout=subprocess.DEVNULL) as server:
        reference.await_true(answers, path)
        assert talk(netcat, "-U", path, text=MUCH) == MUCH
        server.terminate()
        assert server.wait(reference.PATIENCE_S) == 0


# --- one netcat against another ---

LISTENERS = {"openbsd": ["/usr/bin/nc.openbsd", "-N", "-l"], "traditional": ["/usr/bin/nc.traditional", "-l", "-p"],
             "ncat": ["/usr/bin/ncat", "-4", "-l"], "ours": [OURS, "-N", "-l"]}
PAIRS = [(listener, client) for listener in sorted(LISTENERS) for client in sorted(HALF_CLOSING)
         if "ours" in (listener, client)]


@pytest.mark.parametrize(("listener", "client"), PAIRS, ids=["-to-".join(reversed(pair)) for pair in PAIRS])
def test_our_nc_and_another_pass_a_file_from_the_client(listener, client):
    """From a client to a listener without input of its own, and nobody waits for ever."""
    port = reference.free_port()
    with subprocess.Popen([*LISTENERS[listener], str(port)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE) as process:
        reference.await_true(is_listening, port)
        with subprocess.Popen([*HALF_CLOSING[client], "127.0.0.1", str(port)], stdin=subprocess.PIPE) as sender:
            sender.stdin.write(MUCH)
            sender.stdin.close()
            assert process.stdout.read() == MUCH
            sender.wait(reference.PATIENCE_S)
        process.wait(reference.PATIENCE_S)
