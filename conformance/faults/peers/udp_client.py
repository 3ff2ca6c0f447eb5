"""udp-client, or by --fault a wrong one."""
import os
import sys

import common
from quick import socket

FAMILIES = {"udp": 0, "udp4": socket.AF_INET, "udp6": socket.AF_INET6}
arguments = common.Arguments("[--network udp|udp4|udp6] HOST:PORT", {"--network": FAMILIES.__getitem__}, 1)
fault = arguments.fault
unseen = bytearray()
last_reply = b""


def show(data):
    unseen.extend(data)
    if fault != "buffers-output":
        flush()


def flush():
    sys.stdout.buffer.write(unseen)
    sys.stdout.buffer.flush()
    unseen.clear()


def dial():
    host, port = common.endpoint(arguments.positionals[0])
    family = 0 if fault == "ignores-network" else arguments.options.get("--network", 0)
    if not family and not host.count(":"):
        family = socket.AF_INET
    family, kind, _, _, address = common.resolve(host, port, family, socket.SOCK_DGRAM)
    client = socket.socket(family, kind)
    if fault != "any-sender":
        client.connect(address)
    return client, address


def name_of():
    host = f"[{address[0]}]" if ":" in address[0] and fault != "no-brackets" else address[0]
    if fault == "names-argument":
        return arguments.positionals[0]
    return f"{host}" if fault == "names-host" else f"{host}:{address[1]}"


def is_stop(line):
    word = line.strip(b"\n") if fault == "exact-stop" else line.strip()
    if fault == "any-case":
        word = word.upper()
    return word.startswith(b"STOP") if fault == "stop-prefix" else word == b"STOP"


def read_line():
    line = sys.stdin.buffer.readline()
    return b"" if fault == "drops-last-line" and not line.endswith(b"\n") else line


def datagrams(line):
    """What is sent for the line."""
    text = line.rstrip(b"\n")
    if fault == "c-string":
        text = text.partition(b"\0")[0] or text
    if fault == "text":
        text = text.decode("utf-8", "replace").encode()
    if fault == "strips":
        text = text.strip()
    if fault == "two-datagrams":
        return [text, b"\n"]
    if fault == "by-512":
        return [text[at:at + 512] for at in range(0, len(text) or 1, 512)]
    if fault == "cuts-line":
        return [text[:1024]]
    if fault == "nul-behind":
        return [text + b"\0"]
    return [text + b"\n" if fault == "with-newline" else text]


def receive():
    """The next reply."""
    global last_reply
    reply = client.recv({"first-1024": 1024, "first-512": 512}.get(fault, 65536))
    if fault == "stale-buffer":  # the end of a longer reply before stays behind this one
        reply += last_reply[len(reply):]
        last_reply = reply
    if fault == "c-string":
        reply = reply.partition(b"\0")[0]
    if fault == "text":
        reply = reply.decode("utf-8", "replace").encode()
    if fault == "empty-is-end" and not reply:
        raise ConnectionError("closed by the peer")
    return reply


def exchange(line):
    stop = is_stop(line)
    if stop and fault == "stop-unsent":
        return
    for text in datagrams(line):
        if fault == "any-sender":
            client.sendto(text, address)
        else:
            client.send(text)
    if stop and fault != "stop-answered":
        return
    try:
        reply = receive()
    except ConnectionRefusedError:
        if fault != "ignores-refusal":
            raise
        reply = b""
    show(b"Reply: " + reply + (b"" if fault == "no-newline" else b"\n"))
    if fault == "prints-all":
        client.settimeout(0.1)
        try:
            show(b"Reply: " + client.recv(65536) + b"\n")
        except TimeoutError:
            pass
        client.settimeout(None)


def talk():
    """Lines until STOP or the end of the input."""
    while True:
        show(b"" if fault == "no-prompt" else b">> ")
        line = read_line()
        if not line and fault != "spins":  # the bug of doc B: an empty datagram is sent again and again
            return
        if line == b"\n" and fault == "skips-empty":
            continue
        exchange(line)
        if is_stop(line):
            show(b"" if fault == "no-farewell" else b"Exiting UDP client!\n")
            return


try:
    client, address = dial()
    if fault != "no-server":
        show(b"The UDP server is " + name_of().encode() + b"\n")
    talk()
except OSError as error:
    if fault == "silent-failure":
        os._exit(1)
    common.fatal(f"talk to {arguments.positionals[0]}", error)
flush()
