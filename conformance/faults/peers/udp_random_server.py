"""udp-random-server, or by --fault a wrong one."""
import os
import random
import socket

import common
import serving

arguments = common.Arguments("[--host ADDRESS] PORT", {"--host": str}, 1)
fault = arguments.fault
common.end_on_signals()
server = serving.bound(socket.SOCK_DGRAM, arguments)
other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
generator = random.Random(5 if fault == "fixed-seed" else os.urandom(16))
drawn = 0
kept = []
first_sender = None


def put(text):
    if fault == "buffers-output":
        kept.append(text)
        return
    while text:
        text = text[os.write(1, text):]


def draw():
    if fault == "modulo-bias":
        return generator.randrange(1500) % 1000 + 1
    if fault == "from-zero":
        return generator.randrange(1000)
    if fault == "never-the-greatest":
        return generator.randrange(1, 1000)
    if fault == "counts":
        return drawn % 1000 + 1
    if fault == "same-number":
        return 7
    return generator.randint(1, 1000)


def is_stop(data):
    if fault == "stop-exact":
        return data == b"STOP"
    if fault == "stop-spaces-only":
        return data.strip(b" \n") == b"STOP"
    if fault == "stop-prefix":
        return data.strip().startswith(b"STOP")
    if fault == "stop-any-case":
        return data.strip().upper() == b"STOP"
    if fault == "c-string":
        return data.partition(b"\0")[0].strip() == b"STOP"
    return data.strip() == b"STOP"


def shown(data):
    if fault == "cuts-last-byte":  # what doc B does, for the newline that its client sends
        return data[:-1]
    if fault == "prints-repr":
        return repr(data).encode()
    return data


def number_text(number):
    if fault == "newline":
        return f"{number}\n"
    if fault == "padded":
        return f"{number:4}"
    return str(number)


while True:
    try:
        data, sender = server.recvfrom(1024 if fault == "short-buffer" else 65536)
    except OSError:
        continue
    first_sender = first_sender or sender
    if fault == "dies-on-empty" and not data:  # what doc B does
        raise SystemExit(2)
    if fault == "ignores-empty" and not data:
        continue
    if fault == "ignores-long" and len(data) > 512:
        continue
    if fault == "decodes-utf-8":
        try:
            data.decode()
        except UnicodeError:
            continue
    drawn += 1
    if fault != "prints-no-text":
        put(b"-> " + shown(data) + b"\n")
    if is_stop(data):
        if fault == "answers-stop":
            server.sendto(b"1", sender)
        if fault == "ignores-stop":
            continue
        if fault != "silent-exit":
            put(b"Exiting UDP server!\n")
        os.write(1, b"".join(kept))
        os._exit(1 if fault == "exit-1" else 0)
    number = draw()
    if fault != "prints-no-data":
        put(b"data: %d\n" % (draw() if fault == "prints-another" else number))
    source = other if fault == "other-port" else server
    receiver = first_sender if fault == "answers-first-sender" else sender
    for _ in range(2 if fault == "two-answers" else 1):
        try:
            source.sendto(number_text(number).encode(), receiver)
        except OSError:
            pass
