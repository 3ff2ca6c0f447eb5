"""unix-random-server, or by --fault a wrong one."""
import os
import random
import re
import socket
import stat
import sys
import time

import common
import serving

USAGE = "PATH [MIN MAX]"
arguments = common.Arguments(USAGE, {}, 1, 3)
fault = arguments.fault
path = arguments.positionals[0]


def integer(word):
    if fault == "any-range":  # as atoi
        return int(re.match(r"-?\d+|", word)[0] or 0)
    if word.removeprefix("-").isdigit() and word.isascii() and -2**63 <= int(word) < 2**63:
        return int(word)
    raise ValueError(word)


try:
    least, greatest = map(integer, arguments.positionals[1:] or ("1", "1000"))
    if least > greatest and fault == "any-range":
        least, greatest = greatest, least
    if least > greatest:
        raise ValueError("MIN is above MAX")
except ValueError:
    common.usage_error(f"usage: {sys.argv[0]} {USAGE}")

process_generator = random.Random(5 if fault == "fixed-seed" else os.urandom(16))


def somebody_answers():
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


def is_socket():
    return os.path.exists(path) and stat.S_ISSOCK(os.stat(path).st_mode)


def listen():
    if not path:
        common.fatal("bind", "an empty path")
    server = socket.socket(socket.AF_UNIX)
    try:
        if fault == "deletes-whatever-is-there" and os.path.lexists(path):
            os.unlink(path)
        elif fault != "keeps-stale-socket" and is_socket() and not somebody_answers():
            os.unlink(path)
        server.bind(path)
        server.listen(1024)
    except OSError as error:
        common.fatal(f"bind {path}", error)
    return server


def remove():
    if fault != "leaves-path":
        os.unlink(path)


def generator_of_a_connection():
    if fault == "seeded-by-time":
        return random.Random(int(time.time()) // 1000)
    if fault == "forks":  # each child goes on from the parent's state
        copy = random.Random()
        copy.setstate(process_generator.getstate())
        return copy
    return process_generator


def draw(generator):
    width = greatest - least + 1
    if fault == "never-the-greatest":
        return least + generator.randrange(width - 1 or 1)
    if fault == "from-zero":
        return least - 1 + generator.randrange(width)
    if fault == "remainder-of-a-byte":
        return least + generator.getrandbits(8) % width
    if fault == "shuffled-deck":  # each number once before any comes again
        if not deck:
            deck.extend(generator.sample(range(least, greatest + 1), width))
        return deck.pop()
    return generator.randint(least, greatest)


def converse(connection):
    generator = generator_of_a_connection()
    if fault == "unasked":
        connection.sendall(b"%d\n" % draw(generator))
    rest = b""
    while data := connection.recv(65536):
        *lines, rest = (rest + data).split(b"\n")
        if fault == "answers-each-read":
            lines, rest = [data], b""
        for _ in lines:
            connection.sendall(b"%d" % draw(generator) + (b"" if fault == "no-newline" else b"\n"))
            if fault == "one-answer":
                return
    if rest and fault == "dies-by-cut-line":
        os._exit(1)


def serve(connection):
    try:
        converse(connection)
    except OSError:
        pass
    if fault == "leaks":
        leaked.append(connection)
        connection.shutdown(socket.SHUT_RDWR)
        return
    serving.finish(connection)


deck = []
leaked = []
listener = listen()
common.end_on_signals(remove)
for client in serving.clients(listener):
    if fault == "one-at-a-time":
        serve(client)
    else:
        serving.on_a_thread(serve, client)
