"""nc, or by --fault a wrong one."""
import itertools
import os
import select
import sys
import time

import common
from quick import signal, socket

USAGE = "usage: nc [-46lkNuUv] [-w SECONDS] [HOST] PORT|PATH"
LETTERS = "46lkNuUv"
PIECE = 65507


def parse(words):
    options = dict.fromkeys(LETTERS, 0)
    options["w"] = None
    positionals = []
    fault = ""
    words = iter(words)
    for word in words:
        if word == "--fault":
            fault = common.fault = next(words)
            if fault == "dies-by-sigpipe":
                signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            continue
        if not word.startswith("-") or word == "-":
            positionals.append(word)
            continue
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter == "w":
                options["w"] = common.duration(letters or next(words))
                letters = ""
            else:
                options[letter] += 1 if letter in LETTERS else len(options[letter])
    return fault, options, positionals


try:
    fault, options, positionals = parse(sys.argv[1:])
    if fault == "extra-arguments":
        del positionals[2:]
    if not 1 <= len(positionals) <= 2 or (len(positionals) == 1 and not options["l"] and not options["U"]):
        raise ValueError
except (ValueError, KeyError, StopIteration):
    common.usage_error(USAGE)

place = positionals[-1]
host = positionals[0] if len(positionals) == 2 else None
family = socket.AF_INET if options["4"] else socket.AF_INET6 if options["6"] else socket.AF_UNSPEC
kind = socket.SOCK_DGRAM if options["u"] else socket.SOCK_STREAM
timeout = None if fault == "no-timeout" else options["w"]
sent = received = 0


def say(text, level=1):
    if options["v"] >= level and fault != "says-nothing":
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def write_all(data):
    if fault == "newlines":
        data = data.replace(b"\r\n", b"\n")
    if fault == "c-string":
        data = data.partition(b"\0")[0]
    while data:
        data = data[os.write(1, data):]


def read_peer(peer):
    if options["u"]:
        data, sender = peer.recvfrom(512 if fault == "short-datagrams" else 65536)
        return data, sender
    return peer.recv(65536), None


class Relay:
    def __init__(self, peer, target=None):
        self.peer = peer
        self.target = target  # of a UDP socket that is connected to nobody
        self.pending = b""
        self.kept = b""       # for faults: what is held back
        self.input_ended = self.peer_ended = False

    def done(self):
        if self.pending:
            return False
        if self.input_ended and (self.peer_ended or fault == "ends-with-input"):
            return True
        return self.peer_ended and (fault == "ends-with-peer" or (options["l"] and not readable(0)))

    def take_input(self):
        data = os.read(0, PIECE)
        self.input_ended = not data
        if fault == "whole-lines" and data:
            data = self.kept + data
            end = data.rfind(b"\n") + 1
            data, self.kept = data[:end], data[end:]
        elif fault == "whole-lines":
            data, self.kept = self.kept, b""
        self.pending = data
        if fault == "blocking" and not options["u"]:
            self.peer.setblocking(True)
            self.peer.sendall(data)
            self.pending = b""

    def send(self):
        global sent
        try:
            if self.target:
                count = self.peer.sendto(self.pending, self.target)
            else:
                count = self.peer.send(self.pending)
        except BlockingIOError:
            return
        except BrokenPipeError:
            self.pending, self.input_ended = b"", True
            return
        sent += count
        self.pending = self.pending[count:]

    def receive(self):
        global received
        try:
            data, sender = read_peer(self.peer)
        except BlockingIOError:
            return
        if sender and options["k"]:
            self.target = sender
        received += len(data)
        self.peer_ended = not data and (not options["u"] or fault == "empty-ends")
        if fault == "at-the-end":
            self.kept += data
            data = self.kept if self.peer_ended else b""
        write_all(data)

    def run(self):
        shut = False
        deadline = None if timeout is None else time.monotonic() + timeout
        self.peer.setblocking(False)
        while not self.done():
            waits_for_peer = options["u"] and options["k"] and not self.target
            reads = [] if self.input_ended or self.pending or waits_for_peer else [0]
            reads += [] if self.peer_ended else [self.peer]
            left = None if deadline is None else max(0, deadline - time.monotonic())
            ready, writable, _ = select.select(reads, [self.peer] if self.pending else [], [], left)
            if not ready and not writable:
                return
            if 0 in ready:
                self.take_input()
            if self.pending and (writable or 0 in ready):
                self.send()
            if self.peer in ready:
                self.receive()
            tells = (options["N"] and fault != "never-half-closes") or fault == "always-half-closes"
            if self.input_ended and not self.pending and tells and not shut and not options["u"]:
                shut = True
                self.peer.shutdown(socket.SHUT_WR)
            if timeout is not None and fault != "total-timeout":
                deadline = time.monotonic() + timeout


def readable(descriptor):
    return bool(select.select([descriptor], [], [], 0)[0])


def converse(peer, target=None):
    Relay(peer, target).run()
    say(f"sent {sent}, received {received + (fault == 'miscounts')}", 2)


def dial():
    if options["U"]:
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(place)
        return peer
    name = f"[{host}]" if ":" in host else host
    _, port = common.endpoint(f"{name}:{place}")
    wanted = 0 if fault == "any-family" else family
    made, _, _, _, address = common.resolve(host, port, wanted, kind)
    peer = socket.socket(made, kind)
    peer.settimeout(timeout)
    if fault == "any-sender" and options["u"]:
        peer.bind(("", 0))
        converse(peer, address)
        os._exit(0)
    peer.connect(address)
    return peer


def client():
    try:
        peer = dial()
        say(f"connected to {host} {place}")
        converse(peer)
    except (OSError, ValueError) as error:
        if fault == "quiet-failure":
            os._exit(1)
        if fault == "reset-is-an-end" and isinstance(error, ConnectionResetError):
            os._exit(0)
        common.fatal("talk to the peer", error)


def listener():
    if options["U"]:
        server = socket.socket(socket.AF_UNIX, kind)
        server.bind(place)
        server.listen(64)
        return server
    port = common.port_number(place)
    if not port:
        common.fatal("listen on port 0", "not a port")
    made = family or socket.AF_INET
    server = socket.socket(made, kind)
    if fault != "no-reuse" and kind == socket.SOCK_STREAM:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((host or "", port))
    if kind == socket.SOCK_STREAM:
        server.listen(64)
    return server


def serve_datagrams(server):
    if not options["k"] and fault != "any-sender":
        _, sender = server.recvfrom(1, socket.MSG_PEEK)
        server.connect(sender)
        converse(server)
        return
    _, sender = server.recvfrom(1, socket.MSG_PEEK)
    converse(server, sender)


def serve(server):
    kept = []
    if options["u"]:
        serve_datagrams(server)
        return
    for served in itertools.count(1):
        peer = socket.socket(fileno=server._accept()[0])  # pylint: disable=protected-access
        say("connection")
        if fault == "forgets-early-input" and readable(0):
            os.read(0, PIECE)
        try:
            converse(peer)
        except OSError as error:
            if fault == "reset-exits-2":
                os._exit(2)
            if not options["k"] or fault == "reset-ends-all":
                common.fatal("talk to the client", error)
        if fault == "leaks":
            peer.shutdown(socket.SHUT_RDWR)
            kept.append(peer)
        else:
            peer.close()
        if not options["k"] or fault == "one-client" or (fault == "two-clients" and served == 2):
            return
        if fault == "silence-ends-all" and not received:
            return


def run_listener():
    if fault != "dies-by-signals":
        common.end_on_signals()
    try:
        server = listener()
        say(f"listening on {place}")
        serve(server)
    except OSError as error:
        common.fatal(f"serve at {place}", error)


if fault == "greets":
    write_all(b"Connected\n")
if options["l"]:
    run_listener()
else:
    client()
os._exit(1 if fault == "exit-1" else 0)
