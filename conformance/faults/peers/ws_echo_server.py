"""ws-echo-server on raw sockets, or by --fault a wrong one."""
import codecs
import os
import re
import select
import socket
import struct
import sys
import threading
import time
import zlib

import common
import serving
import ws_deflate
import ws_handshake

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
CODES = {1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)}
LEFT_OPEN_S = 15  # after which the harness has long looked
DELAY_S = 0.6  # before each frame; slow, and not wrong
SERVED = 100   # clients, and then no more
options_table = {"--host": str, "--max-message": common.size, "--handshake-timeout": common.duration,
                 "--read-timeout": common.duration, "--write-timeout": common.duration, "--keepalive": None,
                 "--origin": str, "--subprotocol": str, "--deflate": None, "--cert": str, "--key": str}
arguments = common.Arguments("[OPTION...] PORT", options_table, 1)
fault = arguments.fault
options = arguments.options
if ("--cert" in options) != ("--key" in options) or \
        not re.fullmatch(ws_handshake.TOKEN, options.get("--subprotocol", "-").encode()):
    common.usage_error("usage: [OPTION...] PORT")
largest = options.get("--max-message", 1 << 20 if fault == "stops-reading" else 16 << 20)
if fault == "no-limit":
    largest = 1 << 40
utf8 = codecs.getincrementaldecoder("utf-8")


class Failed(Exception):
    """The connection fails with this close code."""


def unmask(data, key, offset):
    shift = offset % 4
    key = key[shift:] + key[:shift]
    size = len(data)
    stream = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "little") ^ int.from_bytes(stream, "little")).to_bytes(size, "little")


class Session:
    def __init__(self, connection, reader):
        self.connection = connection
        self.reader = reader
        self.opcode = None       # of the message that is being put together
        self.fragments = []
        self.length = 0
        self.decoder = None
        self.late_pongs = []
        self.deflate = None      # where permessage-deflate was agreed on
        self.compressed = False  # the message that is being put together
        self.inflated = 0
        self.ponged = False
        self.control_buffer = b""
        self.closing = threading.Lock()
        self.closed = False      # our close frame has gone out

    def close(self, payload):
        """One close frame, whoever is first: the peer, a mistake or a signal."""
        with self.closing:
            if not self.closed:
                self.closed = True
                if fault == "reason-left-over":
                    payload = (payload + self.control_buffer[len(payload):])[:3]
                self.send(CLOSE, payload)

    def exactly(self, count):
        data = self.reader.read(count)
        if len(data) < count:
            raise EOFError
        return data

    def send(self, opcode, payload):
        if self.deflate and payload and opcode in (TEXT, BINARY):
            opcode, payload = opcode | 0x40, self.deflate.deflate(payload)
        size = len(payload)
        form = bytes([size]) if size < 126 else struct.pack(">BH", 126, size) if size < 65536 else \
            struct.pack(">BQ", 127, size)
        if fault == "masks":
            form = bytes([form[0] | 0x80]) + form[1:] + bytes(4)
        if fault == "long-lengths" and size < 126:
            form = struct.pack(">BH", 126, size)
        if fault == "late-frames":
            time.sleep(DELAY_S)
        if fault == "falls-silent" and len(served) > SERVED:
            time.sleep(3600)
        if fault == "one-record" and tls:
            payload = payload[:16384]
        if fault == "impatient" and size > 1 << 20:
            self.connection.settimeout(0.001)
        limited = tls and "--write-timeout" in options and fault != "tls-writes-forever"
        if limited:  # SSL passes over SO_SNDTIMEO
            self.connection.settimeout(options["--write-timeout"])
        self.connection.sendall(bytes([0x80 | opcode]) + form)
        self.connection.sendall(payload)
        if limited:
            self.connection.settimeout(None)

    def frame_length(self, second):
        length = second & 0x7f
        least = 0
        if length == 126:
            length, least = struct.unpack(">H", self.exactly(2))[0], 126
        elif length == 127:
            length, least = struct.unpack(">Q", self.exactly(8))[0], 65536
            if fault == "length-in-16":
                length &= 0xffff
        if length >> 63 or (length < least and fault != "long-form"):
            raise Failed(1002)
        return length

    def check_header(self, first, masked, length):
        opcode, final = first & 15, first & 0x80
        compressed = self.deflate and first & 0x70 == 0x40 and (
            opcode in (TEXT, BINARY) or opcode == CONTINUATION and fault == "deflate-any-frame")
        if first & 0x70 and not compressed and fault != "accepts-rsv":
            raise Failed(1002)
        if not masked and fault != "accepts-unmasked":
            raise Failed(1002)
        if opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG) and fault != "accepts-opcodes":
            raise Failed(1002)
        if opcode >= CLOSE and (not final and fault != "fragmented-control" or
                                length > 125 and fault != "long-control"):
            raise Failed(1002)
        if opcode == CONTINUATION and self.opcode is None and fault != "orphan-continuation":
            raise Failed(1002)
        if opcode in (TEXT, BINARY) and self.opcode is not None and fault != "interleaved":
            raise Failed(1002)
        if opcode in (TEXT, BINARY):
            self.compressed = bool(compressed)
        if opcode < CLOSE and not self.compressed and self.length + length > largest:
            raise Failed(1009)

    def payload(self, length, key, take):
        """The payload piece by piece, so that what is not UTF-8 is seen when it comes."""
        pieces = []
        done = 0
        while done < length:
            piece = self.reader.read1(min(length - done, 65536))
            if not piece:
                raise EOFError
            piece = unmask(piece, key, done + (self.length if fault == "mask-carries-on" else 0))
            done += len(piece)
            pieces.append(take(piece))
            if fault == "one-read":
                break
        return b"".join(pieces)

    def take(self, piece):
        """A piece of a message as it was meant."""
        wire = piece
        if self.compressed:
            piece = self.inflate(self.deflate.inflate, piece)
        self.watch_text(wire if fault == "deflate-checks-wire" else piece)
        return piece

    @staticmethod
    def most_inflated():
        return 1 << 28 if fault == "deflate-bomb" else largest - (fault == "deflate-one-less")

    def inflate(self, step, *data):
        try:
            piece = step(*data, self.most_inflated() - self.inflated)
        except zlib.error as error:
            raise Failed(1007) from error
        except OverflowError as error:
            raise Failed(1009) from error
        self.inflated += len(piece)
        return piece

    def watch_text(self, piece, final=False):
        if self.decoder and fault != "accepts-bad-utf8":
            try:
                self.decoder.decode(piece, final)
            except UnicodeDecodeError as error:
                raise Failed(1007) from error
            pending = self.decoder.getstate()[0]
            if pending[:1] == b"\xed" and pending[1:2] >= b"\xa0":  # a surrogate, which Python notices a byte later
                raise Failed(1007)

    def run(self):
        while True:
            if fault == "polls-the-socket":
                select.select([self.connection], [], [])
            first, second = self.exactly(2)
            length = self.frame_length(second)
            self.check_header(first, second & 0x80, length)
            key = self.exactly(4) if second & 0x80 else bytes(4)
            opcode, final = first & 15, bool(first & 0x80)
            if opcode >= CLOSE:
                if self.control(opcode, self.payload(length, key, lambda piece: piece)):
                    return
            else:
                self.data(opcode, final, length, key)

    def control(self, opcode, payload):
        """Whether the connection is over."""
        self.control_buffer = payload + self.control_buffer[len(payload):]
        if opcode == CLOSE:
            self.answer_close(payload)
            return fault != "goes-on-after-close"
        if opcode == PING and fault == "late-pong" and self.opcode is not None:
            self.late_pongs.append(payload)
        elif opcode == PING and fault == "hoards-pings":
            hoard.append(bytearray(b"x" * 4096))
            self.send(PONG, payload)
        elif opcode == PING and fault == "first-pong":
            if not self.ponged:
                self.send(PONG, payload)
            self.ponged = True
        elif opcode == PING and fault != "no-pong":
            self.send(PONG, b"pong" if fault == "other-pong" else payload)
        elif opcode == PONG and fault == "answers-pong":
            self.send(PONG, payload)
        return False

    def answer_close(self, payload):
        closes.append(1)
        if fault == "close-not-echoed" or fault == "hundred-closes" and len(closes) > 100:
            return
        if len(payload) == 1:
            raise Failed(1002)
        if payload and int.from_bytes(payload[:2], "big") not in CODES and fault != "any-code":
            raise Failed(1002)
        try:
            payload[2:].decode("utf-8", "ignore" if fault == "any-reason" else "strict")
        except UnicodeDecodeError as error:
            raise Failed(1007) from error
        self.close(struct.pack(">H", 1005) if fault == "sends-1005" and not payload else payload[:2])

    def data(self, opcode, final, length, key):
        if opcode in (TEXT, BINARY) and self.opcode is None:
            self.opcode = opcode
            self.decoder = utf8() if opcode == TEXT else None
        payload = self.payload(length, key, self.take)
        if fault == "echoes-fragments":
            self.send(self.opcode, payload)
            payload = b""
        self.fragments.append(payload)
        self.length += len(payload)
        if not final:
            return
        if self.compressed:
            rest = self.inflate(self.deflate.end)
            self.watch_text(rest)
            self.fragments.append(rest)
        self.watch_text(b"", True)
        message, opcode = b"".join(self.fragments), self.opcode
        self.opcode, self.decoder, self.fragments, self.length, self.inflated = None, None, [], 0, 0
        self.echo(opcode, message)

    def echo(self, opcode, message):
        if fault == "text-as-binary":
            opcode = BINARY
        if fault == "c-string":
            message = message.partition(b"\0")[0]
        if fault == "drops-empty" and not message:
            return
        if fault != "echoes-fragments":
            self.send(opcode or TEXT, message)
        for payload in self.late_pongs:
            self.send(PONG, payload)
        self.late_pongs.clear()


class Deadline:
    """A reader whose reads must all be done within some seconds."""

    def __init__(self, connection, seconds):
        self.connection = connection
        self.end = time.monotonic() + seconds

    def arm(self):
        self.connection.settimeout(max(self.end - time.monotonic(), 0.001))


def ended(connection):
    """Whether the client's end has come already."""
    time.sleep(0.02)
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False


def read_request(connection, reader):
    """A head comes in any pieces, but all of them within the handshake timeout."""
    deadline = Deadline(connection, options.get("--handshake-timeout", 10))
    if fault == "deadline-for-first-byte":
        deadline.arm()
        connection.recv(1, socket.MSG_PEEK)
        connection.settimeout(None)

    class Lines:
        @staticmethod
        def readline(most):
            if fault != "deadline-for-first-byte" and not (tls and fault == "tls-outlives-deadline"):
                deadline.arm()
            return reader.readline(most)

    head = ws_handshake.read_head(Lines, fault)
    connection.settimeout(None)
    if fault == "end-is-all" and ended(connection):
        return None
    return ws_handshake.Request(head, fault) if head else None


def secured(connection):
    """The connection under TLS, where that is asked for, within the handshake timeout."""
    if not tls or hasattr(connection, "unwrap"):
        return connection
    if fault != "patient-tls":
        connection.settimeout(options.get("--handshake-timeout", 10))
    connection = ws_tls_server.accept(tls, connection, fault)
    connection.settimeout(None)
    return connection


def handshake(connection, reader, session):
    """Whether it became a WebSocket."""
    try:
        request = read_request(connection, reader)
        if not request:
            return False
        answer, upgraded = ws_handshake.answer(request, options, fault)
        agreement = upgraded and ws_handshake.agreed_deflate(request, options, fault)
        if agreement:
            session.deflate = ws_deflate.Deflate(agreement[1], fault)
    except ws_handshake.Refused as refused:
        if fault == "dies-by-refusing":
            os._exit(1)
        answer, upgraded = ws_handshake.plain(refused.status, *refused.fields), False
    connection.sendall(answer)
    return upgraded


def serve(connection):
    serving.apply_options(connection, options)
    reader = connection.makefile("rb", 65536)
    session = Session(connection, reader)
    try:
        if handshake(connection, reader, session):
            if fault == "drops-early-bytes":
                session.reader = connection.makefile("rb", 65536)
            sessions.add(session)
            served.append(1)
            if fault == "hundred-clients" and len(sessions) > 100:
                return
            session.run()
            if fault == "leaves-open":
                time.sleep(LEFT_OPEN_S)
    except Failed as failure:
        if fault != "silent-failure":
            session.close(struct.pack(">H", 1002 if fault == "always-1002" else failure.args[0]))
        if fault == "lingers-after-failure":
            time.sleep(LEFT_OPEN_S)
        if fault in ("stops-reading", "forgets-the-refused"):
            connection.shutdown(socket.SHUT_WR)
            time.sleep(LEFT_OPEN_S)
    except (OSError, EOFError) as error:
        if fault == "dies-when-cut" and tls and ws_tls.was_cut(error):
            os._exit(1)
    finally:
        if fault == "chatty":
            sys.stderr.write("x" * 4095 + "\n")
        sessions.discard(session)
        if hasattr(connection, "unwrap"):
            connection = ws_tls.end(connection, fault)
        serving.finish(connection)
        session.reader.close()
        reader.close()


def guarded(connection):
    try:
        serve(secured(connection))
    except OSError:
        connection.close()


def say_goodbye():
    for session in () if fault == "leaves-silently" else tuple(sessions):
        try:
            session.close(struct.pack(">H", 1001))
        except OSError:
            pass
    deadline = time.monotonic() + 0.5
    while sessions and fault != "leaves-silently" and time.monotonic() < deadline:
        time.sleep(0.005)


def listener():
    if "--host" in options:
        return serving.listener(arguments)
    port = common.port_number(arguments.positionals[0])
    try:
        return socket.create_server(("::", port), family=socket.AF_INET6, backlog=1024, dualstack_ipv6=True)
    except OSError as error:
        common.fatal(f"bind port {port}", error)


sessions = set()
served = []                  # a mark for each client; not the session, which would live on
hoard = []
closes = []                  # a mark for each close frame that came
tls = None
if "--cert" in options:
    import ws_tls  # takes as long as all else
    import ws_tls_server
    try:
        tls = ws_tls_server.server_context(options["--cert"], options["--key"], fault)
    except OSError as mistake:
        common.fatal("certificate", mistake)
server = listener()
common.end_on_signals(say_goodbye)
for client in serving.clients(server):
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if fault == "tls-one-by-one":
        try:
            client = secured(client)
        except OSError:
            client.close()
            continue
    serving.on_a_thread(guarded, client)
