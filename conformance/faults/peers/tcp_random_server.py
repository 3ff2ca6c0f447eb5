"""tcp-random-server, or by --fault a wrong one."""
import itertools
import os
import random
import re
import socket
import sys
import time

import common
import serving

drawn = itertools.count(1)
USAGE = "[--host ADDRESS] [--read-timeout TIME] [--write-timeout TIME] [--keepalive] PORT [MIN MAX]"
OPTIONS = {"--host": str, "--read-timeout": common.duration, "--write-timeout": common.duration, "--keepalive": None}
arguments = common.Arguments(USAGE, OPTIONS, 1, 3)
fault = arguments.fault
options = arguments.options


def integer(text):
    if fault == "any-range":  # as atoi
        return int(re.match(r"-?\d+|", text)[0] or 0)
    if text.removeprefix("-").isdigit() and text.isascii() and -2**63 <= int(text) < 2**63:
        return int(text)
    raise ValueError(text)


try:
    minimum, maximum = map(integer, arguments.positionals[1:] or ("1", "1000"))
except ValueError:
    common.usage_error(f"usage: {sys.argv[0]} {USAGE}")
if fault in ("swaps-ends", "any-range") and minimum > maximum:
    minimum, maximum = maximum, minimum
if fault == "ignores-range":
    minimum, maximum = 1, 1000
if minimum > maximum:
    common.usage_error(f"usage: {sys.argv[0]} {USAGE}")
width = maximum - minimum + 1
shared = random.Random(5 if fault == "fixed-seed" else os.urandom(16))


def generator_of_a_connection():
    if fault == "seeded-by-connection":  # each the same
        return random.Random(5)
    if fault == "seeded-by-time":
        return random.Random(int(time.time()) // 1000)
    return shared


def draw(generator):
    if fault == "remainder-of-10-bits":
        return minimum + generator.getrandbits(10) % width
    if fault == "remainder-of-15-bits":
        return minimum + generator.getrandbits(15) % width
    if fault == "remainder-of-31-bits":
        return minimum + generator.getrandbits(31) % width
    if fault == "never-the-greatest":
        return minimum + generator.randrange(width - 1 or 1)
    if fault == "never-the-least":
        return maximum - generator.randrange(width - 1 or 1)
    if fault == "from-zero":
        return minimum - 1 + generator.randrange(width)
    if fault == "bell":
        return minimum + (generator.randrange(width) + generator.randrange(width)) // 2
    if fault == "constant":
        return minimum + width * 2 // 5
    if fault == "counter":
        return minimum + next(drawn) % width
    if fault == "shared-per-second":
        return random.Random(int(time.time())).randint(minimum, maximum)
    return generator.randint(minimum, maximum)


def end_of_line():
    if fault == "no-newline":
        return b""
    if fault == "crlf":
        return b"\r\n"
    if fault == "two-newlines":
        return b"\n\n"
    return b"\n"


def answer(connection, generator, line):
    if fault == "skips-empty-lines" and not line.strip():
        return
    if fault == "seeded-by-line":
        generator = random.Random(line)
    connection.sendall(str(draw(generator)).encode() + end_of_line())


def take_lines(buffer):
    """The whole lines of the buffer, and what is left."""
    if fault == "answers-each-read":
        return [buffer], b""
    if fault == "first-line-of-a-read" and b"\n" in buffer:
        return [buffer.split(b"\n")[0]], b""
    *lines, rest = buffer.split(b"\n")
    if fault == "lines-of-4096" and len(rest) > 4096:
        return lines + [rest], b""
    return lines, rest


def converse(connection):
    generator = generator_of_a_connection()
    buffer = b""
    while data := connection.recv(65536):
        if fault == "c-string":
            data = data.partition(b"\0")[0]
        lines, buffer = take_lines(buffer + data)
        for line in lines:
            if fault == "stop-closes" and line == b"STOP":
                return
            answer(connection, generator, line)
            if fault == "one-answer":
                return
    if fault == "answers-a-cut-line" and buffer:
        answer(connection, generator, buffer)


def serve(connection):
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        serving.apply_options(connection, options)
        converse(connection)
    except OSError:
        pass
    if fault == "resets":
        serving.reset(connection)
        return
    if fault == "leaks":
        leaked.append(connection)
        connection.shutdown(socket.SHUT_RDWR)
        return
    serving.finish(connection)


leaked = []
if fault == "ignores-deadlines":
    options.pop("--read-timeout", None)
    options.pop("--write-timeout", None)
if fault == "no-keepalive":
    options.pop("--keepalive", None)
server = serving.listener(arguments)
common.end_on_signals()
for client in serving.clients(server):
    if fault == "one-at-a-time":
        serve(client)
    else:
        serving.on_a_thread(serve, client)
