"""unix-client, or by --fault a wrong one."""
import os
import sys

import common
from quick import signal, socket

FAREWELL = b"Exiting UNIX domain socket client!\n"
arguments = common.Arguments("PATH", {}, 1)
fault = arguments.fault
path = arguments.positionals[0]
unseen = bytearray()


def show(data):
    unseen.extend(data)
    if fault != "buffers-output":
        flush()


def flush():
    sys.stdout.buffer.write(unseen)
    sys.stdout.buffer.flush()
    unseen.clear()


def is_stop(line):
    word = line.strip(b"\n") if fault == "exact-stop" else line.strip()
    if fault == "any-case":
        word = word.upper()
    return word.startswith(b"STOP") if fault == "stop-prefix" else word == b"STOP"


def read_line():
    line = sys.stdin.buffer.readline()
    if fault == "drops-last-line" and not line.endswith(b"\n"):
        return b""
    return line + b"\n" if line and not line.endswith(b"\n") else line


def altered(line):
    if fault == "no-newline":
        return line[:-1]
    if fault == "extra-newline":
        return line + b"\n"
    if fault == "strips":
        return line.strip() + b"\n"
    if fault == "c-string" and b"\0" in line:
        return line.partition(b"\0")[0] + b"\n"
    if fault == "text":
        return line.decode("utf-8", "replace").encode()
    if fault == "short-line":
        return line[:1023].rstrip(b"\n") + b"\n"
    return line


def read_reply():
    """What one read brings; nothing at the end."""
    if fault == "by-line":
        return os.fdopen(os.dup(client.fileno()), "rb").readline()
    reply = client.recv({"long-reply": 4096, "short-reply": 128}.get(fault, 256))
    if fault == "c-string":
        reply = reply.partition(b"\0")[0] or reply
    if fault == "text":
        reply = reply.decode("utf-8", "replace").encode()
    if fault == "drains":
        client.setblocking(False)
        try:
            client.recv(65536)
        except BlockingIOError:
            pass
        client.setblocking(True)
    return reply


def exchange(line):
    stop = is_stop(line)
    if stop and fault == "stop-unsent":
        return
    client.sendall(altered(line))
    if stop and fault == "stop-unanswered":
        return
    reply = read_reply()
    if not reply and (not stop or fault == "stop-needs-reply") and fault != "ignores-end":
        raise ConnectionError("closed by the peer")
    if reply or fault == "ignores-end":
        show((b"Read:" if fault == "no-blank" else b"Read: ") + reply)


def talk():
    """Lines until STOP or the end of the input."""
    while True:
        show(b"" if fault == "no-prompt" else b">> ")
        line = read_line()
        if not line and fault != "spins":  # the bug of doc B: it reads and sends nothing for ever
            return
        if line == b"\n" and fault == "skips-empty":
            continue
        exchange(line)
        if is_stop(line):
            show(b"" if fault == "no-farewell" else FAREWELL)
            return


if fault == "sigpipe":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
client = socket.socket(socket.AF_UNIX)
try:
    if not path:
        raise ValueError("empty path")
    client.connect(path)
    talk()
except (OSError, ValueError) as error:
    if fault == "silent-failure":
        os._exit(1)
    common.fatal(f"talk to {path}", error)
flush()
