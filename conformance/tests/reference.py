"""Starts the reference implementations on free ports, for tests with clients of other makes."""
import contextlib
import socket
import subprocess
import time

import sockspec

PATIENCE_S = 10


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_bound(port):
    """A UDP port that somebody has cannot be bound a second time."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("0.0.0.0", port))
        except OSError:
            return True
    return False


def await_true(condition, *arguments):
    deadline = time.monotonic() + PATIENCE_S
    while not condition(*arguments):
        assert time.monotonic() < deadline, f"{condition.__name__}{arguments} did not come true"
        time.sleep(0.005)


@contextlib.contextmanager
def started(command, kind=socket.SOCK_STREAM, **options):
    """A running server, whose last argument is its port; gives the process and the port, and kills it."""
    there = listens if kind == socket.SOCK_STREAM else is_bound
    for _ in range(5):  # somebody else may take a port that was free a moment ago
        port = free_port(kind)
        process = subprocess.Popen([*command, str(port)], stdout=subprocess.DEVNULL, **options)
        await_true(lambda: process.poll() is not None or there(port))  # pylint: disable=cell-var-from-loop
        if process.poll() is None:
            break
    try:
        assert process.poll() is None, f"{command} never listened"
        yield process, port
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def server(program, *arguments, kind=socket.SOCK_STREAM):
    """A running reference server; gives its port, ends it by SIGTERM and expects exit status 0."""
    with started([sockspec.BIN / program, *arguments], kind) as (process, port):
        yield port
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
