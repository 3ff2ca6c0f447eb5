"""unix-echo-server, or by --fault a wrong one."""
import os
import socket
import stat
import sys

import common
import serving

arguments = common.Arguments("[--read-timeout TIME] [--write-timeout TIME] PATH",
                             {"--read-timeout": common.duration, "--write-timeout": common.duration}, 1)
fault = arguments.fault
options = arguments.options
path = arguments.positionals[0]
if fault == "ignores-deadlines":
    options.clear()


def answers(place):
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(place)
        except OSError:
            return False
    return True


def is_stale(place):
    try:
        return stat.S_ISSOCK(os.stat(place).st_mode) and (fault == "replaces-live-socket" or not answers(place))
    except OSError:
        return False


def clear(place):
    if fault == "keeps-stale-socket":
        return
    if fault == "deletes-whatever-is-there":
        if os.path.lexists(place):
            os.unlink(place)
    elif is_stale(place):
        os.unlink(place)


def listen():
    place = path
    if fault == "cuts-path":
        place = path[:107]
    if not place:
        common.fatal("bind", "an empty path")
    server = socket.socket(socket.AF_UNIX)
    try:
        clear(place)
        server.bind(place)
        server.listen(1024)
    except OSError as error:
        common.fatal(f"bind {place}", error)
    return server


def remove():
    if fault != "leaves-path":
        os.unlink(path)


def print_received(data):
    if fault == "prints-nothing":
        return
    if fault == "prints-escapes":
        text = repr(data)[2:-1].encode()
    elif fault == "prints-replacements":
        text = data.decode(errors="replace").encode()
    elif fault == "prints-c-string":
        text = data.partition(b"\0")[0]
    else:
        text = data
    printed.append(b"Server got: " + text + (b"" if data.endswith(b"\n") else b"\n"))
    if fault == "prints-late" and len(printed) < 1000:
        return
    sys.stdout.buffer.write(b"".join(printed))
    sys.stdout.buffer.flush()
    printed.clear()


def echo_of(data):
    if fault == "whole-buffer":
        return data + bytes(64 - len(data) % 64)
    if fault == "c-string":
        return data.partition(b"\0")[0]
    if fault == "strips":
        return data.strip() or data
    if fault == "adds-newline" and not data.endswith(b"\n"):
        return data + b"\n"
    if fault == "text-only":
        return data.decode().encode()
    if fault == "at-most-4096":
        return data[:4096]
    return data


def converse(connection):
    data = b" "
    line = b""
    while data:
        data = connection.recv(65536)
        if fault == "prints-the-end" or data:
            print_received(data)
        if not data or (fault == "stop-ends" and data.strip() == b"STOP"):
            return
        if fault == "waits-for-newline":
            line += data
            whole, newline, line = line.rpartition(b"\n")
            data = whole + newline or b" "
            if newline:
                connection.sendall(data)
            continue
        if fault == "one-echo":
            connection.sendall(data)
            return
        connection.sendall(echo_of(data))


def serve(connection):
    try:
        serving.apply_options(connection, options)
        converse(connection)
    except (OSError, UnicodeError):
        pass
    if fault == "leaks":
        leaked.append(connection)
        connection.shutdown(socket.SHUT_RDWR)
        return
    serving.finish(connection)


leaked = []
printed = []
listener = listen()
common.end_on_signals(remove)
for client in serving.clients(listener):
    if fault == "one-at-a-time":
        serve(client)
    else:
        serving.on_a_thread(serve, client)
