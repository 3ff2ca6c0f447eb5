"""tcp-echo-server, or by --fault a wrong one."""
import os
import select
import socket

import common
import serving

arguments = common.Arguments("PORT", {}, 1)
fault = arguments.fault


def is_stop(text):
    if fault == "stop-exact":
        return text.rstrip(b"\n") == b"STOP"
    if fault == "stop-spaces-only":
        return text.strip(b" \n") == b"STOP"
    if fault == "stop-any-case":
        return text.strip().upper() == b"STOP"
    if fault == "stop-prefix":
        return text.strip().startswith(b"STOP")
    if fault == "c-string":
        return text.partition(b"\0")[0].strip() == b"STOP"
    return text.strip() == b"STOP"


def before_stop(begun, data):
    """What of `data` comes before STOP, and whether there is one; `begun` is what of its first line came earlier."""
    if fault != "stop-in-line-only" and is_stop(data):
        return b"", True
    if fault == "stop-in-read-only":  # what doc B does
        return data, False
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        if is_stop((begun if start == 0 and fault != "forgets-line" else b"") + data[start:end]):
            return data[:start], True
        start = end + 1
    return data, False


def reply(data):
    """What is sent back for `data`."""
    if fault == "whole-buffer":  # what doc B does
        return data + bytes(1024 - len(data))
    if fault == "c-string-echo":
        return data.partition(b"\0")[0]
    if fault == "strips":
        return data.rstrip(b"\r\n")
    if fault == "crlf":
        return data.replace(b"\n", b"\r\n")
    if fault == "partial-write":  # as a send() whose result nobody looks at
        return data[:16384]
    if fault == "decodes-utf-8":
        return data.decode(errors="replace").encode()
    return data


def whole_reads(connection):
    held = b""
    size = 1024 if fault in ("whole-buffer", "drops-rest") else 65536
    while data := latest(connection).recv(size):
        if fault == "drops-rest" and len(data) == size:
            connection.recv(1 << 20)
        if fault == "waits-for-newline":
            held += data
            cut = held.rfind(b"\n") + 1
            data, held = held[:cut], held[cut:]
        if data:
            yield data
    if held:
        yield held


def converse(connection):
    """Returns whether the client said STOP."""
    line = b""
    for data in whole_reads(connection):
        text, stopped = before_stop(line, data)
        if stopped and fault in ("echoes-stop", "echoes-behind-stop"):
            text = data if fault == "echoes-behind-stop" else text + b"STOP\n"
        connection.sendall(reply(text))
        if stopped:
            return True
        line = (line + data).rpartition(b"\n")[2][:64]
    return False


def latest(connection):
    """Whom to read from: by a fault another client, who takes the place of the one that is served as soon as he comes."""
    if fault == "takes-the-latest" and server in select.select([server, connection], [], [])[0]:
        connection.shutdown(socket.SHUT_RDWR)
        return server.accept()[0]
    return connection


common.end_on_signals()
server = serving.listener(arguments, "127.0.0.1")
client = server.accept()[0]
while True:
    try:
        stopped = converse(client)
    except OSError as error:
        if fault == "complains-on-reset":
            common.leave(f"exception: {error}")
        common.fatal("read from the client", error)
    if fault != "serves-again":
        break
    client.close()
    client = server.accept()[0]
if stopped and fault != "silent-exit":
    os.write(1, b"Exiting TCP server!\n")
if fault != "plain-close":
    serving.finish(client)
client.close()
os._exit(1 if fault == "exit-1" or (fault == "end-is-error" and not stopped) else 0)
