"""unix-random-client, or by --fault a wrong one."""
import os
import re
import sys

import common
from quick import socket

arguments = common.Arguments("PATH", {}, 1)
fault = arguments.fault
path = arguments.positionals[0]
QUESTIONS = {"asks-twice": b"\n\n", "no-question-end": b"random", "says-nothing": b""}


def read_line():
    if fault == "one-read":
        return client.recv(65536).partition(b"\n")[0]
    line = bytearray()
    while b"\n" not in line:
        data = client.recv(65536)
        if not data:
            if fault in ("ignores-end", "cut-is-complete") and (line or fault == "ignores-end"):
                return bytes(line)
            raise ConnectionError("closed by the peer")
        line += data
    return bytes(line) if fault == "prints-all" else bytes(line.partition(b"\n")[0])


def is_number(text):
    if fault in ("any-answer", "one-read", "ignores-end", "prints-all"):
        return True
    if fault == "leading-number":
        return bool(re.match(rb"-?[0-9]+", text))
    if not re.fullmatch(rb"-?[0-9]{1,20}", text):
        return False
    bits = 31 if fault == "32-bits" else 63
    return fault == "any-size" or -(1 << bits) <= int(text) < 1 << bits


client = socket.socket(socket.AF_UNIX)
try:
    if not path:
        raise ValueError("empty path")
    if fault == "asks-input":
        sys.stdin.buffer.readline()
    client.connect(path)
    client.sendall(QUESTIONS.get(fault, b"\n"))
    number = read_line()
    if not is_number(number):
        raise ValueError("not a number")
except (OSError, ValueError) as error:
    if fault == "silent-failure":
        os._exit(1)
    common.fatal(f"ask {path}", error)
label = b"Read: " if fault == "label" else b""
sys.stdout.buffer.write(label + number + (b"" if fault == "no-newline" else b"\n"))
sys.stdout.buffer.flush()
if fault == "stays":
    client.recv(1)
raise SystemExit(1 if fault == "exit-1" else 0)
