"""udp-daytime-server, or by --fault a wrong one."""
import socket

import common
import serving

arguments = common.Arguments("[--host ADDRESS] PORT", {"--host": str}, 1)
fault = arguments.fault
IP_PKTINFO = 8  # a constant of Linux that Python does not name everywhere
server = serving.bound(socket.SOCK_DGRAM, arguments)
server.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
common.end_on_signals()
other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
first_sender = None
while True:
    try:
        data, path, _, sender = server.recvmsg(65536, 256)
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
    text = serving.daytime() + (b"\n" if fault == "newline" else b"")
    # Interface 0, and from the address that it was sent to.
    local = path[0][2][4:8] if path and fault != "any-address" else bytes(4)
    ancillary = [(socket.IPPROTO_IP, IP_PKTINFO, bytes(4) + local + bytes(4))]
    for _ in range(2 if fault == "two-answers" else 1):
        try:
            source.sendmsg([text], ancillary, 0, receiver)
        except OSError:
            pass
