"""udp-daytime-client, or by --fault a wrong one."""
import sys

import common
from quick import socket

arguments = common.Arguments("HOST:PORT", {}, 1)
fault = arguments.fault
host, port = common.endpoint(arguments.positionals[0])
family, kind, _, _, address = common.resolve(host, port, 0, socket.SOCK_DGRAM)
client = socket.socket(family, kind)
request = b"anything\n" if fault == "newline" else b"anything"
try:
    if fault == "any-sender":
        client.sendto(request, address)
        reply = client.recvfrom(512)[0]
    else:
        client.connect(address)
        client.send(request)
        if fault == "asks-twice":
            client.send(request)
        reply = client.recv(128 if fault == "short-buffer" else 512)
        if fault == "last-reply":
            client.settimeout(0.2)
            try:
                reply = client.recv(512)
            except TimeoutError:
                pass
except OSError as error:
    if fault == "silent-failure":
        raise SystemExit(1)
    common.fatal(f"ask {arguments.positionals[0]}", error)
sys.stdout.buffer.write(reply + (b"" if fault == "no-newline" else b"\n"))
