"""ws-random-server on raw sockets, or by --fault a wrong one."""
import os
import random
import re
import socket
import struct

import common
import serving
import ws_handshake

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
CODES = {1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)}
MOST = 1_000_000
LARGEST = 16 << 20
PATIENCE_S = 2  # for the close frame in reply
BATCH = 1000
arguments = common.Arguments("[OPTION...] PORT", {
    "--host": str, "--max-message": int, "--handshake-timeout": common.duration, "--read-timeout": common.duration,
    "--write-timeout": common.duration, "--keepalive": None, "--origin": str, "--subprotocol": str}, 1)
fault = arguments.fault
options = arguments.options
generator = random.Random(1 if fault == "same-each-run" else None)


class Failed(Exception):
    """The connection fails with this close code."""


class Closed(Exception):
    """The client's close frame, with the payload of the answer."""


def frame(opcode, payload):
    size = len(payload)
    return bytes([0x80 | opcode]) + (bytes([size]) if size < 126 else struct.pack(">BH", 126, size)) + payload


class Session:
    def __init__(self, connection, reader):
        self.connection = connection
        self.reader = reader

    def exactly(self, count):
        data = self.reader.read(count)
        if len(data) < count:
            raise EOFError
        return data

    def next_frame(self):
        first, second = self.exactly(2)
        opcode, length, least = first & 15, second & 0x7f, 0
        if length == 126:
            length, least = struct.unpack(">H", self.exactly(2))[0], 126
        elif length == 127:
            length, least = struct.unpack(">Q", self.exactly(8))[0], 65536
        if first & 0x70 or not second & 0x80 or length < least or length >> 63 or \
                opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
            raise Failed(1002)
        if opcode >= CLOSE and (length > 125 or not first & 0x80):
            raise Failed(1002)
        if length > LARGEST:
            raise Failed(1009)
        key = self.exactly(4)
        payload = bytes(byte ^ key[i % 4] for i, byte in enumerate(self.exactly(length)))
        return opcode, first & 0x80, payload

    def message(self):
        """The first message: its opcode and payload."""
        first, fragments = None, b""
        while True:
            opcode, final, payload = self.next_frame()
            if opcode == PING:
                self.connection.sendall(frame(PONG, payload))
            elif opcode == CLOSE:
                code = int.from_bytes(payload[:2], "big")
                raise Failed(1002) if payload and code not in CODES else Closed(payload[:2])
            elif opcode != PONG:
                if (opcode == CONTINUATION) == (first is None):
                    raise Failed(1002)
                first = first or opcode
                fragments += payload
                if final or fault == "counts-fragments":
                    return first, fragments

    def count(self):
        """What was asked for, or the code of the refusal as Failed."""
        opcode, payload = self.message()
        if opcode == BINARY and fault != "takes-binary":
            raise Failed(1003)
        try:
            text = payload.decode()
        except UnicodeDecodeError as error:
            raise Failed(1007) from error
        if fault == "python-int":       # takes 1_0 and digits of any script
            good = re.fullmatch(r"\s*[+]?\w+\s*", text) and text.strip().lstrip("+").replace("_", "").isdigit()
        elif fault == "leading-digits":  # as atoi does
            text = (re.match(r"[0-9]*", text) or [""])[0]
            good = text
        else:
            good = re.fullmatch(r"[0-9]+", text, re.ASCII)
        if fault == "empty-is-zero" and not text:
            return 0
        if not good or len(text) > 4000:
            raise Failed(1008)
        number = int(text)
        if fault == "wraps":
            number &= 0xffffffff
        if number > MOST and fault != "no-limit":
            raise Failed(1008)
        return number

    def number(self):
        if fault == "biased":
            return generator.randint(1, 1000) % 999 + 1
        if fault == "to-1024":
            return generator.randint(1, 1024)
        if fault == "modulo":
            return generator.getrandbits(10) % 1000 + 1
        return generator.randint(1, 1000)

    def send_numbers(self, count):
        if fault == "same-each-connection":
            generator.seed(7)
        opcode = BINARY if fault == "binary-numbers" else TEXT
        tail = b"\n" if fault == "newline" else b""
        if fault == "one-too-few":
            count -= 1
        if fault == "one-message":
            self.connection.sendall(frame(TEXT, b" ".join(b"%d" % self.number() for _ in range(count))))
            return
        while count > 0:
            self.connection.sendall(b"".join(frame(opcode, b"%d" % self.number() + tail)
                                             for _ in range(min(count, BATCH))))
            count -= BATCH

    def run(self):
        code = 1000
        try:
            self.send_numbers(self.count())
        except Failed as failed:
            code = failed.args[0]
            if fault == "refuses-by-1002":
                code = 1002
            if fault == "refuses-by-1000":
                code = 1000
            if fault == "answers-refused":
                self.connection.sendall(frame(TEXT, b"not a count"))
        except Closed as closed:
            if fault == "no-close-reply":
                return
            self.connection.sendall(frame(CLOSE, closed.args[0]))
            return
        if fault != "no-close-frame":
            self.connection.sendall(frame(CLOSE, struct.pack(">H", code)))
        if fault == "goes-on-behind":
            self.connection.sendall(frame(TEXT, b"1"))
        if fault != "leaves-at-once":
            self.await_close()

    def await_close(self):
        self.connection.settimeout(PATIENCE_S)
        try:
            while self.next_frame()[0] != CLOSE:
                pass
        except (OSError, EOFError, Failed):
            pass


def upgraded(connection, reader):
    connection.settimeout(options.get("--handshake-timeout", 10))
    head = ws_handshake.read_head(reader)
    connection.settimeout(None)
    if not head:
        return False
    answer, became = ws_handshake.answer(ws_handshake.Request(head, fault), options, fault)
    connection.sendall(answer)
    return became


def serve(connection):
    reader = connection.makefile("rb", 65536)
    try:
        became = upgraded(connection, reader)
        serving.apply_options(connection, options)
        if became:
            Session(connection, reader).run()
    except ws_handshake.Refused as refused:
        connection.sendall(ws_handshake.plain(refused.status, *refused.fields))
    except (OSError, EOFError):
        pass
    finally:
        reader.close()
        serving.finish(connection)


def guarded(connection):
    try:
        serve(connection)
    except OSError:
        connection.close()


server = serving.listener(arguments)
common.end_on_signals(lambda: os._exit(0))
for client in serving.clients(server):
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if fault == "one-by-one":
        guarded(client)
    else:
        serving.on_a_thread(guarded, client)
