"""udp-daytime-server, or by --fault a wrong one."""
import socket

import common

arguments = common.Arguments("[--host ADDRESS] PORT", {"--host": str}, 1)
fault = arguments.fault
server = common.bound(socket.SOCK_DGRAM, arguments)
common.end_on_signals()
other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
first_sender = None
while True:
    try:
        data, sender = server.recvfrom(65536)
    except OSError:
        continue
    first_sender = first_sender or sender
    if fault == "ignores-empty" and not data:
        continue
    if fault == "ignores-long" and len(data) > 512:
        continue
    if fault == "dies-on-empty" and not data:
        raise SystemExit(1)
    source = other if fault == "other-port" else server
    receiver = first_sender if fault == "answers-first-sender" else sender
    text = common.daytime() + (b"\n" if fault == "newline" else b"")
    for _ in range(2 if fault == "two-answers" else 1):
        try:
            source.sendto(text, receiver)
        except OSError:
            pass
