"""daytime-session, or by --fault a wrong one."""
import time

import common
import serving

arguments = common.Arguments(
    "[--host ADDRESS] [--read-timeout TIME] [--write-timeout TIME] [--keepalive] PORT",
    {"--host": str, "--read-timeout": common.duration, "--write-timeout": common.duration, "--keepalive": None}, 1)
fault = arguments.fault
options = arguments.options
options.setdefault("--read-timeout", 120)


def is_timestamp(request):
    if fault == "whole-buffer":
        return request + bytes(128 - len(request)) == b"timestamp"
    if fault == "prefix":
        return request.startswith(b"timestamp")
    if fault == "any-case":
        return request.lower().rstrip(b"\r\n") == b"timestamp"
    if fault == "strips-blanks":
        return request.strip() == b"timestamp"
    if fault == "c-string":
        return request.partition(b"\0")[0].rstrip(b"\r\n") == b"timestamp"
    if fault == "exact-only":
        return request == b"timestamp"
    return request in (b"timestamp", b"timestamp\n", b"timestamp\r", b"timestamp\r\n")


def answer(request):
    if not is_timestamp(request):
        return serving.daytime()
    if fault == "milliseconds":
        return str(int(time.time() * 1000)).encode()
    return str(int(time.time())).encode()


def converse(connection):
    while True:
        request = connection.recv(128)
        if not request or (fault == "full-buffer-ends" and len(request) == 128):
            return
        if fault == "silent-timestamp" and is_timestamp(request):
            continue
        connection.sendall(answer(request))
        if fault == "one-request":
            return
        if fault == "answers-twice":
            connection.sendall(answer(request))


def serve(connection):
    try:
        serving.apply_options(connection, options)
        converse(connection)
    except BlockingIOError:
        at_the_deadline(connection)
    except OSError:
        pass
    serving.finish(connection)


def at_the_deadline(connection):
    if fault == "says-goodbye":
        connection.sendall(b"timeout")
    if fault == "deadline-resets":
        serving.reset(connection)


if fault == "ignores-deadline":
    options["--read-timeout"] = 120
if fault == "plain-seconds-only" and options["--read-timeout"] < 1:
    options["--read-timeout"] *= 1000
if fault == "no-keepalive":
    options.pop("--keepalive", None)
server = serving.listener(arguments)
common.end_on_signals()
for client in serving.clients(server):
    if fault == "one-at-a-time":
        serve(client)
    else:
        serving.on_a_thread(serve, client)
