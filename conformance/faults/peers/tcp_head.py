"""tcp-head, or by --fault a wrong one."""
import sys

import common
from quick import socket

arguments = common.Arguments("[--connect-timeout TIME] [--keepalive] HOST:PORT",
                             {"--connect-timeout": common.duration, "--keepalive": None}, 1)
fault = arguments.fault
family = 0 if fault == "any-family" else socket.AF_INET
host, port = common.endpoint(arguments.positionals[0])
family, kind, _, _, address = common.resolve(host, port, family, socket.SOCK_STREAM)
client = socket.socket(family, kind)
if "--keepalive" in arguments.options:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
if fault != "no-connect-timeout":
    client.settimeout(arguments.options.get("--connect-timeout"))

REQUESTS = {"extra-byte": b"HEAD / HTTP/1.0\r\n\r\n\n", "get": b"GET / HTTP/1.0\r\n\r\n",
            "bare-lf": b"HEAD / HTTP/1.0\n\n", "host-header": b"HEAD / HTTP/1.0\r\nHost: a\r\n\r\n"}


def read_reply():
    reply = b""
    while True:
        try:
            piece = client.recv(65536)
        except ConnectionResetError:
            if fault != "ignores-reset":
                raise
            piece = b""
        reply += piece
        if not piece or fault == "one-read" or (fault == "short-buffer" and len(reply) >= 4096):
            return reply[:4096] if fault == "short-buffer" else reply


try:
    client.connect(address)
    client.settimeout(None)
    client.sendall(REQUESTS.get(fault, b"HEAD / HTTP/1.0\r\n\r\n"))
    reply = read_reply()
except OSError as error:
    common.fatal(f"talk to {arguments.positionals[0]}", error)
if fault == "stops-at-nul":
    reply = reply.partition(b"\0")[0]
if fault == "universal-newlines":
    reply = reply.replace(b"\r\n", b"\n")
sys.stdout.buffer.write(reply + (b"" if fault == "no-newline" else b"\n"))
sys.stdout.buffer.flush()
raise SystemExit(1 if fault == "exit-1" else 0)
