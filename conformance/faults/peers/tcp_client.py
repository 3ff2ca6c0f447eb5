"""tcp-client, or by --fault a wrong one; tcp_client4.py makes tcp-client4 of it."""
import os
import sys

import common
from quick import signal, socket

FAMILIES = {"": 0, "4": socket.AF_INET, "6": socket.AF_INET6}


def network(text):
    if not text.startswith("tcp"):
        raise ValueError(text)
    return FAMILIES[text[3:]]


unseen = bytearray()


def show(data, fault):
    unseen.extend(data)
    if fault != "buffers-output":
        flush()


def flush():
    sys.stdout.buffer.write(unseen)
    sys.stdout.buffer.flush()
    unseen.clear()


def connect(peer, family, options, fault):
    """Connects to the first address that answers."""
    host, port = common.endpoint(peer)
    try:
        addresses = common.addresses(host, port, family, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        common.fatal(f"resolve {host}", error)
    for family, kind, _, _, address in addresses:
        client = socket.socket(family, kind)
        if "--keepalive" in options and fault != "no-keepalive":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if fault != "no-connect-timeout":
            client.settimeout(options.get("--connect-timeout"))
        try:
            client.connect(address)
        except OSError as error:
            failure = error
            continue
        if fault != "timeout-for-all":
            client.settimeout(None)
        return client
    return common.fatal(f"connect to {peer}", failure)


class Replies:
    """Lines from the socket. A line without a newline is the last before the end."""

    def __init__(self, client, fault):
        self.client = client
        self.fault = fault
        self.ahead = b""

    def next(self):
        if self.fault == "one-read":
            return self.client.recv(65536)
        if self.fault == "new-reader":  # the bug of doc B: what was read ahead is gone
            self.ahead = b""
        pieces = [self.ahead]
        while b"\n" not in pieces[-1]:
            pieces.append(self.client.recv(65536))
            if not pieces[-1]:
                break
        line, newline, self.ahead = b"".join(pieces).partition(b"\n")
        return (line[:1024] if self.fault == "short-reply" else line) + newline


def is_stop(line, fault):
    word = line.strip(b"\n") if fault == "exact-stop" else line.strip()
    if fault == "any-case":
        word = word.upper()
    return word.startswith(b"STOP") if fault == "stop-prefix" else word == b"STOP"


def read_line(fault):
    line = sys.stdin.buffer.readline()
    if line.endswith(b"\n") or not line:
        return line
    if fault == "drops-last-line":
        return b""
    return line if fault == "bare-last-line" else line + b"\n"


def altered(line, fault):
    if fault == "strips":
        return line.strip() + b"\n"
    if fault == "c-string" and b"\0" in line:
        return line.partition(b"\0")[0] + b"\n"
    if fault == "short-line":
        return line[:1023].rstrip(b"\n") + b"\n"
    if fault == "text":
        return line.decode("utf-8", "replace").encode()
    if fault == "carriage-return":
        return line[:-1] + b"\r\n"
    if fault == "extra-newline":  # the bug of doc B
        return line + b"\n"
    return line


def exchange(client, line, replies, fault):
    """Sends the line and prints its reply."""
    stop = is_stop(line, fault)
    if stop and fault == "stop-unsent":
        return
    client.sendall(altered(line, fault))
    if stop and fault == "stop-unanswered":
        return
    if fault == "early-prompt":
        show(b">> ", fault)
    try:
        reply = replies.next()
    except ConnectionResetError:
        if stop:
            return
        raise
    if fault == "text":
        reply = reply.decode("utf-8", "replace").encode()
    if fault == "c-string" and b"\0" in reply:
        reply = reply.partition(b"\0")[0] + b"\n"
    if not reply.endswith(b"\n") and fault not in ("one-read", "ignores-end"):
        if not stop or fault == "stop-needs-reply":
            raise ConnectionError("closed by the peer")
        reply = b""
    if reply or fault == "ignores-end":
        show(b"->:" + (b"" if fault == "no-blank" else b" ") + reply, fault)


def talk(client, fault):
    """Lines until STOP or the end of the input. Returns the exit status."""
    replies = Replies(client, fault)
    while True:
        show(b"" if fault in ("no-prompt", "early-prompt") else b">>\n" if fault == "prompt-newline" else b">> ", fault)
        line = read_line(fault)
        if not line and fault != "spins":  # the bug of doc B: an empty line is sent for ever
            return 1 if fault == "end-is-error" else 0
        if line == b"\n" and fault == "skips-empty":
            continue
        exchange(client, line or b"\n", replies, fault)
        if is_stop(line, fault):
            show(b"" if fault == "no-farewell" else b"TCP client exiting...\n", fault)
            return 0


def main(usage, networks, family_of=lambda fault: 0):
    options = {"--connect-timeout": common.duration, "--keepalive": None, **networks}
    arguments = common.Arguments(usage, options, 1)
    fault = arguments.fault
    if fault == "sigpipe":
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    family = family_of(fault)
    if fault != "ignores-network":
        family = arguments.options.get("--network", family)
    client = connect(arguments.positionals[0], family, arguments.options, fault)
    try:
        status = talk(client, fault)
    except OSError as error:
        if fault == "silent-failure":
            os._exit(1)
        common.fatal(f"talk to {arguments.positionals[0]}", error)
    flush()
    raise SystemExit(status)


if __name__ == "__main__":
    main("[--connect-timeout TIME] [--keepalive] [--network tcp|tcp4|tcp6] HOST:PORT", {"--network": network})
