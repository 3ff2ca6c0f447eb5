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
def server(program, *arguments, kind=socket.SOCK_STREAM):
    """A running reference server; gives its port, ends it by SIGTERM and expects exit status 0."""
    port = free_port(kind)
    process = subprocess.Popen([sockspec.BIN / program, *arguments, str(port)], stdout=subprocess.DEVNULL)
    try:
        await_true(listens if kind == socket.SOCK_STREAM else is_bound, port)
        yield port
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
