"""tcp-counter-server, or by --fault a wrong one."""
import os
import signal
import socket
import threading
import time

import common
import serving

arguments = common.Arguments(
    "[--host ADDRESS] [--read-timeout TIME] [--write-timeout TIME] [--keepalive] PORT",
    {"--host": str, "--read-timeout": common.duration, "--write-timeout": common.duration, "--keepalive": None}, 1)
fault = arguments.fault
options = arguments.options
SIGNALS = {signal.SIGTERM, signal.SIGINT}
accepted = 0
answered = 0
open_clients = set()
printed = []
printing = threading.Lock()


def put(text):
    with printing:
        if fault == "buffers-output":
            printed.append(text)
            return
        while text:
            text = text[os.write(1, text):]


def put_line(text):
    if fault == "prints-in-pieces":
        for byte in text + b"\n":
            put(bytes([byte]))
            time.sleep(0.00001)
    elif fault == "prints-repr":
        put(repr(text).encode() + b"\n")
    elif fault != "prints-no-line":
        put(text + b"\n")


def lines(connection):
    """The lines that the client sends, without their newline."""
    pending = bytearray()
    while data := connection.recv(65536):
        if fault in ("exits-at-once", "drops-received"):
            time.sleep(0.03)
        if fault == "read-is-line":
            yield data.rstrip(b"\n")
            continue
        pending += data
        if fault == "short-buffer" and b"\n" not in pending and len(pending) > 4096:
            yield bytes(pending)
            pending.clear()
        if b"\n" not in data:
            continue
        *complete, pending = pending.split(b"\n")
        yield from map(bytes, complete[:1] if fault == "reader-for-each-line" else complete)
        if fault == "reader-for-each-line":  # what was read ahead is lost with it
            pending = bytearray()
    if pending and fault == "answers-cut-line":
        yield bytes(pending)


def is_stop(line):
    if fault == "stop-exact":
        return line == b"STOP"
    if fault == "stop-spaces-only":
        return line.strip(b" ") == b"STOP"
    if fault == "stop-prefix":
        return line.strip().startswith(b"STOP")
    if fault == "stop-any-case":
        return line.strip().upper() == b"STOP"
    if fault == "c-string":
        return line.partition(b"\0")[0].strip() == b"STOP"
    return line.strip() == b"STOP"


def number(own):
    if fault == "own-number":
        return own
    if fault == "counts-late":
        return accepted - 1
    if fault == "counts-open":
        return len(open_clients)
    if fault == "counts-answers":
        return answered
    return accepted


def answer(own):
    text = f"Client number: {number(own)}"
    return (text + {"no-newline": "", "crlf": "\r\n"}.get(fault, "\n")).encode()


def converse(connection, own):
    global answered
    for line in lines(connection):
        if fault == "empty-line-ends" and not line:
            return
        if fault == "decodes-utf-8":
            line.decode()
        if is_stop(line):
            if fault == "stop-ends-server":
                os._exit(0)
            if fault == "answers-stop":
                connection.sendall(answer(own))
            return
        answered += 1
        put_line(line)
        connection.sendall(answer(own))


def serve(connection, own):
    if fault != "no-dot":
        put(b".")
    try:
        serving.apply_options(connection, options)
        converse(connection, own)
    except (OSError, UnicodeError):
        if fault == "leaks-on-error":
            return
    if fault == "plain-close":
        connection.close()
    elif fault != "never-closes":
        serving.finish(connection)
    open_clients.discard(connection)


def accept_clients():
    global accepted
    while True:
        try:
            connection = serving.accept(server)
        except OSError:
            return
        accepted += 1
        open_clients.add(connection)
        if fault == "one-at-a-time":
            serve(connection, accepted)
        else:
            thread = threading.Thread(target=serve, args=(connection, accepted), daemon=True)
            thread.start()


def wait_for_clients(seconds):
    deadline = time.monotonic() + seconds
    while open_clients and time.monotonic() < deadline:
        time.sleep(0.002)


def shut_down_clients(how):
    for connection in list(open_clients):
        try:
            connection.shutdown(how)
        except OSError:
            pass


def stop(accepting):
    if fault == "exits-at-once":
        os._exit(0)
    server.shutdown(socket.SHUT_RDWR)
    accepting.join(0.2)
    if fault == "resets-at-end":
        for connection in list(open_clients):
            serving.reset(connection)
        os._exit(0)
    if fault == "waits-for-clients":
        wait_for_clients(3600)
    if fault == "drops-received":
        shut_down_clients(socket.SHUT_RDWR)
    shut_down_clients(socket.SHUT_RD)
    wait_for_clients(0.7)
    shut_down_clients(socket.SHUT_RDWR)
    wait_for_clients(0.2)
    os.write(1, b"".join(printed))
    os._exit(1 if fault == "exit-1" else 0)


if fault == "no-keepalive":
    options.pop("--keepalive", None)
if fault == "no-write-timeout":
    options.pop("--write-timeout", None)
if fault == "no-read-timeout":
    options.pop("--read-timeout", None)
if fault == "dies-by-sigint":
    SIGNALS = {signal.SIGTERM}
    signal.signal(signal.SIGINT, signal.SIG_DFL)
server = serving.listener(arguments)
signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
acceptor = threading.Thread(target=accept_clients, daemon=True)
acceptor.start()
signal.sigwait(SIGNALS)
stop(acceptor)
