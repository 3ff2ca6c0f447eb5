"""tcp-random-range-server, or by --fault a wrong one."""
import os
import random
import re
import time

import common
import serving

arguments = common.Arguments(
    "[--host ADDRESS] [--read-timeout TIME] [--write-timeout TIME] [--keepalive] PORT",
    {"--host": str, "--read-timeout": common.duration, "--write-timeout": common.duration, "--keepalive": None}, 1)
fault = arguments.fault
options = arguments.options
shared = random.Random(5 if fault == "fixed-seed" else os.urandom(16))
LEAST, GREATEST = -2**63, 2**63 - 1
last_range = [b"", b""]


def number(word):
    if fault == "python-int":  # takes underscores and the digits of all scripts
        return int(word.decode())
    if fault == "float":
        return int(float(word))
    if fault == "any-base":
        return int(word, 0)
    if fault == "digits-first":  # as strtol and atoi
        return int(re.match(rb"[+-]?\d+", word)[0])
    if fault == "no-negative" and word.startswith(b"-"):
        raise ValueError(word)
    if not re.fullmatch(rb"-?\d+", word):
        raise ValueError(word)
    value = int(word[:300])
    if fault == "wraps":
        return (value + 2**63) % 2**64 - 2**63
    if fault == "saturates":
        return max(LEAST, min(GREATEST, value))
    if fault == "any-size":
        return value
    if fault == "32-bits" and not -2**31 <= value < 2**31:
        raise ValueError(word)
    if not LEAST <= value <= GREATEST:
        raise ValueError(word)
    return value


def words_of(line):
    if fault == "c-string":
        line = line.partition(b"\0")[0]
    if fault == "single-blank":
        return line.split(b" ")
    if fault == "python-int":
        return [word.encode() for word in line.decode().split()]
    return [word for word in re.split(rb"[ \t]+", line.rstrip(b"\r")) if word]


def range_of(line):
    words = words_of(line)
    if fault == "ignores-the-rest":
        words = words[:2]
    if fault == "one-is-the-greatest" and len(words) == 1:
        words.insert(0, b"1")
    if len(words) != 2:
        raise ValueError("two numbers are wanted")
    if fault == "keeps-the-last":
        words = [kept if abs(int(word)) > GREATEST and kept else word for word, kept in zip(words, last_range)]
        last_range[:] = words
    minimum, maximum = map(number, words)
    if fault == "swaps-ends" and minimum > maximum:
        minimum, maximum = maximum, minimum
    if minimum > maximum or (fault == "refuses-same" and minimum == maximum):
        raise ValueError("MIN is above MAX")
    return minimum, maximum


def draw(generator, minimum, maximum):
    width = maximum - minimum + 1
    if fault == "remainder-of-15-bits":
        return minimum + generator.getrandbits(15) % width
    if fault == "remainder-of-31-bits":
        return minimum + generator.getrandbits(31) % width
    if fault == "remainder-of-32-bits":
        return minimum + generator.getrandbits(32) % width
    if fault == "remainder-of-63-bits":
        return minimum + generator.getrandbits(63) % width
    if fault == "remainder-of-64-bits":
        return minimum + generator.getrandbits(64) % width
    if fault == "never-the-greatest":
        return minimum + generator.randrange(width - 1 or 1)
    if fault == "never-the-least":
        return maximum - generator.randrange(width - 1 or 1)
    if fault == "rounds":  # the ends come half as often
        return minimum + round(generator.random() * (width - 1))
    if fault == "constant":
        return minimum
    return generator.randint(minimum, maximum)


def answer(generator, line):
    try:
        return b"%d\n" % draw(generator, *range_of(line))
    except (ValueError, TypeError, OverflowError):
        if fault == "bare-error":
            return b"error\n"
        if fault == "error-without-reason":
            return b"error: \n"
        if fault == "silent-errors":
            return b""
        return b"error: expected MIN MAX\n"


def take_lines(buffer):
    """The whole lines of the buffer, and what is left."""
    *lines, rest = buffer.split(b"\n")
    if fault == "first-line-of-a-read":
        return lines[:1], rest
    if fault == "lines-of-1024":  # as fgets
        pieces = [line[start:start + 1023] for line in lines for start in range(0, len(line) or 1, 1023)]
        while len(rest) >= 1023:
            pieces.append(rest[:1023])
            rest = rest[1023:]
        return pieces, rest
    return lines, rest


def send_or_die(connection, answered):
    try:
        connection.sendall(answered)
    except OSError:
        os._exit(1)


def converse(connection):
    generator = random.Random(int(time.time()) // 1000) if fault == "seeded-by-time" else shared
    buffer = b""
    while data := connection.recv(65536):
        lines, buffer = take_lines(buffer + data)
        out = []
        for line in lines:
            answered = answer(generator, line)
            if fault == "silent-on-oddities" and not re.fullmatch(rb"-?[1-9]\d* -?[1-9]\d*", line):
                continue
            if fault == "dies-by-vanishing":
                send_or_die(connection, answered)
                continue
            out.append(answered)
            if fault == "closes-after-error" and answered.startswith(b"error"):
                break
        connection.sendall(b"".join(out))
        if fault == "closes-after-error" and out and out[-1].startswith(b"error"):
            return
    if fault == "answers-a-cut-line" and buffer:
        connection.sendall(answer(generator, buffer))


def serve(connection):
    try:
        serving.apply_options(connection, options)
        converse(connection)
    except OSError:
        pass
    serving.finish(connection)


if fault == "ignores-deadlines":
    options.clear()
server = serving.listener(arguments)
common.end_on_signals()
for client in serving.clients(server):
    if fault == "one-at-a-time":
        serve(client)
    else:
        serving.on_a_thread(serve, client)
