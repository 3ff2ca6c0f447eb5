"""ws-client on raw sockets, or by --fault a wrong one."""
import codecs
import os
import select
import struct
import sys
import time
import zlib
from _sha1 import sha1  # hashlib loads OpenSSL
from binascii import b2a_base64

import common
import ws_deflate
import ws_offer
from quick import signal, socket

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
CODES = {1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)}
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
DIGITS = [b"%d" % digit for digit in range(1, 10)]
MOST_HEAD = 65536
MOST_MESSAGE = 1 << 26
USAGE = "[--connect-timeout TIME] [--idle-timeout TIME] [--keepalive] [--ca FILE] [--insecure] [--deflate] " \
    "[--deflate-offer PARAMETERS] HOST:PORT PATH | ws[s]://HOST:PORT/PATH"
arguments = common.Arguments(USAGE, {"--connect-timeout": common.duration, "--idle-timeout": common.duration,
                                     "--keepalive": None, "--ca": str, "--insecure": None, "--deflate": None,
                                     "--deflate-offer": str}, 1, 2)
fault = arguments.fault
options = arguments.options
if "--deflate-offer" in options and ws_deflate.parameters(ws_offer.text(options["--deflate-offer"]), fault) is None:
    common.usage_error(f"usage: {sys.argv[0]} {USAGE}")


class Failed(Exception):
    """The server broke the protocol: a close frame with this code says so."""


def output(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def xor(data, key):
    stream = (key * (len(data) // 4 + 1))[:len(data)]
    return (int.from_bytes(data, "little") ^ int.from_bytes(stream, "little")).to_bytes(len(data), "little")


def place(words):
    """Host and port, the Host field, the target, and whether under TLS."""
    secure = False
    if len(words) == 2:
        address, target = words
    else:
        import re  # takes as long as all else
        match = re.fullmatch(r"wss?://([^/?#]+)([/?][^#]*)?", words[0], re.IGNORECASE)
        if fault == "any-scheme":
            match = re.fullmatch(r".*:/+([^/?#]+)([/?][^#]*)?", words[0])
        if fault == "any-path":
            match = match or re.fullmatch(r"([^/]+)()", words[0])
        if not match and "://" not in words[0]:
            common.usage_error(f"usage: {sys.argv[0]} {USAGE}")
        if not match:
            common.fatal(f"URL {words[0]!r}", "not a WebSocket URL")
        address, target, secure = match[1], match[2] or "/", words[0].lower().startswith("wss:")
    if not all("!" <= letter <= "~" for letter in target) and fault != "any-target":
        common.fatal(f"path {target!r}", "not printable ASCII")
    field = "localhost" + address if address.startswith(":") else address
    if fault == "fixed-path":
        target = "/ws"
    return common.endpoint(address), field, target if target.startswith("/") else "/" + target, secure


class Client:
    def __init__(self, connection):
        self.connection = connection
        self.buffer = b""
        self.opcode = None       # of the message that is being put together
        self.fragments = b""
        self.deflate = None      # where permessage-deflate was agreed on
        self.compressed = False  # the message that is being put together
        self.closing = False     # our close frame has gone out
        self.counter = 0
        self.messages = 0
        self.cut = False         # TLS was, without close_notify

    # --- the opening handshake ---

    def open(self, host, target):
        key = b"dGhlIHNhbXBsZSBub25jZQ==" if fault == "constant-key" else b2a_base64(os.urandom(16), newline=False)
        if fault == "few-keys":
            key = b2a_base64(sha1(bytes([os.urandom(1)[0] % 32])).digest()[:16], newline=False)
        if fault == "short-key":
            key = b2a_base64(os.urandom(8), newline=False)
        lines = [f"GET {target} HTTP/1.1".encode(), b"Host: " + host.encode(), b"Upgrade: websocket",
                 b"Connection: Upgrade", b"Sec-WebSocket-Key: " + key, b"Sec-WebSocket-Version: 13"]
        if fault == "no-version":
            lines.pop()
        asked, text = ws_offer.offer(options, fault)
        if text:
            lines.append(b"Sec-WebSocket-Extensions: " + text)
        if fault == "bare-host":
            lines[1] = lines[1].rpartition(b":")[0]
        request = b"\r\n".join(lines) + b"\r\n\r\n"
        if fault == "hasty":
            request += b"\x81\x80abcd"
        self.connection.sendall(request)
        while b"\r\n\r\n" not in self.buffer:
            if len(self.buffer) > MOST_HEAD and fault != "endless-head":
                raise OSError("the head is too long")
            if not self.read():
                raise OSError("the connection ended")
            if fault == "endless-head":
                self.buffer = self.buffer[:1024]
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        if fault == "drops-early-frames":
            self.buffer = b""
        self.check(head, key, asked)

    def check(self, head, key, asked):
        status, *lines = head.split(b"\r\n")
        fields = {}
        for line in lines:
            name, _, value = line.partition(b":")
            fields.setdefault(name.lower(), []).append(value.strip(b" \t"))
        version, code = status[:8], status[9:12]
        if fault == "any-version" and version[5:6].isdigit() and version[7:].isdigit():
            version = b"HTTP/1.1"
        if version[:7] != b"HTTP/1." or version[7:8] not in DIGITS or status[8:9] != b" " or b"\n" in status or \
                status[12:13] not in (b"", b" ") or code != b"101" and (fault != "any-status" or not code.isdigit()):
            raise OSError("the server did not switch protocols")

        def text(name):
            return b",".join(fields.get(name, []))
        if text(b"upgrade").lower() != b"websocket" and fault != "any-upgrade":
            raise OSError("Upgrade")
        tokens = [token.strip(b" \t").lower() for token in text(b"connection").split(b",")]
        if b"upgrade" not in tokens and fault != "any-connection":
            raise OSError("Connection")
        if fault == "exact-connection" and text(b"connection") != b"Upgrade":
            raise OSError("Connection")
        accept = b2a_base64(sha1(key + GUID).digest(), newline=False)
        given = text(b"sec-websocket-accept")
        if fault == "first-accept":
            given = given.partition(b",")[0]
        if fault == "accept-in-any-case":
            accept, given = accept.lower(), given.lower()
        if given != accept and fault != "any-accept":
            raise OSError("Sec-WebSocket-Accept")
        answers = [answer.strip(b" \t") for answer in text(b"sec-websocket-extensions").split(b",")]
        try:
            agreed = ws_offer.agree(asked, [answer for answer in answers if answer], fault)
        except ValueError as error:
            raise OSError("Sec-WebSocket-Extensions") from error
        self.deflate = None if agreed is None else ws_deflate.Deflate(agreed, fault, client=True)
        if b"sec-websocket-protocol" in fields and fault != "any-subprotocol":
            raise OSError("Sec-WebSocket-Protocol")

    # --- frames ---

    def read(self):
        try:
            data = self.connection.recv(8 if fault == "polls-the-socket" else 65536)
        except OSError as error:
            self.cut = fault == "cut-is-fine" and "UNEXPECTED_EOF" in str(error)
            if not self.cut:
                raise
            data = b""
        self.buffer += data
        return data

    def has_more(self):
        """Whether TLS has decrypted more than has been read."""
        pending = getattr(self.connection, "pending", None)
        return pending and fault != "polls-the-socket" and pending() > 0

    def mask(self):
        self.counter += 1
        return {"constant-mask": b"\x37\xfa\x21\x3d", "zero-mask": bytes(4),
                "counting-mask": struct.pack(">I", self.counter)}.get(fault) or os.urandom(4)

    def send(self, opcode, payload):
        if self.deflate and (opcode in (TEXT, BINARY) or fault == "deflate-control-frames"):
            payload = self.deflate.deflate(payload) if payload else b"\0"
            if fault == "deflate-rsv1-again":
                self.frame(opcode | 0x40, payload[:1], 0)
                opcode, payload = CONTINUATION, payload[1:]
            opcode |= 0x40
        self.frame(opcode, payload)

    def frame(self, opcode, payload, final=0x80):
        size = len(payload)
        length = struct.pack(">B", size) if size < 126 else struct.pack(">BH", 126, size) if size < 65536 else \
            struct.pack(">BQ", 127, size)
        if fault == "unmasked":
            self.connection.sendall(bytes([final | opcode]) + length + payload)
            return
        if fault == "long-lengths" and size < 126:
            length = struct.pack(">BH", 126, size)
        key = self.mask()
        header = bytes([final | opcode, length[0] | 0x80]) + length[1:] + key
        self.connection.sendall(header + xor(payload, key))

    def close(self, payload):
        if not self.closing:
            self.closing = True
            self.send(CLOSE, payload)

    def frames(self):
        """The frames that are there, as opcode, FIN and payload."""
        while len(self.buffer) >= 2:
            first, second = self.buffer[:2]
            opcode, length, start, least = first & 15, second & 0x7f, 2, 0
            if length == 126:
                start, least = 4, 126
            elif length == 127:
                start, least = 10, 65536
            self.check_header(first, second)
            if len(self.buffer) < start:
                return
            if start > 2:
                length = int.from_bytes(self.buffer[2:start], "big")
            if length >> 63 or length < least and fault != "long-form":
                raise Failed(1002)
            if length > 1 << 30:
                raise Failed(1009)
            start += 4 if second & 0x80 else 0
            if len(self.buffer) < start + length:
                return
            payload = self.buffer[start:start + length]
            if second & 0x80:
                payload = xor(payload, self.buffer[start - 4:start])
            self.buffer = self.buffer[start + length:]
            yield opcode, first & 0x80, payload

    def check_header(self, first, second):
        opcode, final = first & 15, first & 0x80
        compressed = self.deflate and first & 0x70 == 0x40 and (
            opcode in (TEXT, BINARY) or opcode == CONTINUATION and fault == "deflate-any-frame")
        if first & 0x70 and not compressed and fault != "accepts-rsv" or second & 0x80 and fault != "accepts-masked":
            raise Failed(1002)
        if opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG) and fault != "accepts-opcodes":
            raise Failed(1002)
        if opcode >= CLOSE and (not final or second & 0x7f > 125) and fault != "any-control":
            raise Failed(1002)
        if opcode == CONTINUATION and self.opcode is None and fault != "orphan-continuation":
            raise Failed(1002)
        if opcode in (TEXT, BINARY) and self.opcode is not None and fault != "interleaved":
            raise Failed(1002)
        if opcode in (TEXT, BINARY):
            self.compressed = bool(compressed)

    def inflate(self, step, *data):
        try:
            return step(*data, (1 << 30 if fault == "deflate-bomb" else MOST_MESSAGE) - len(self.fragments))
        except zlib.error as error:
            if fault == "deflate-any-stream":
                return b""
            raise Failed(1007) from error
        except OverflowError as error:
            raise Failed(1009) from error

    def take(self):
        """Deals with the frames that are there; the code of the server's close frame, or None."""
        for opcode, final, payload in self.frames():
            if opcode == CLOSE:
                return self.closed(payload)
            if opcode == PING and not self.closing and fault != "no-pong":
                self.send(PONG, b"" if fault == "empty-pong" else payload)
            if opcode < CLOSE:
                self.data(opcode, final, payload)
        return None

    def data(self, opcode, final, payload):
        self.messages += 1
        if fault == "ten-messages" and self.messages > 10:
            raise Failed(1000)
        self.opcode = opcode or self.opcode
        if fault == "deflate-checks-wire" and self.compressed and opcode == TEXT and final:
            self.check_text(payload)
        self.fragments += self.inflate(self.deflate.inflate, payload) if self.compressed else payload
        if not final and fault != "prints-fragments":
            return
        if self.compressed:
            self.fragments += self.inflate(self.deflate.end)
        message, opcode = self.fragments, self.opcode
        self.opcode, self.fragments = None, b""
        if fault == "prints-fragments" and not final:
            self.opcode = opcode
        if opcode == TEXT and fault not in ("accepts-bad-utf8", "deflate-checks-wire"):
            self.check_text(message)
        if fault == "drops-empty" and not message:
            return
        if fault == "c-string":
            message = message.partition(b"\0")[0]
        output(b"Received: " + message + (b"" if fault == "no-line-end" else b"\n"))

    @staticmethod
    def check_text(message):
        try:
            codecs.utf_8_decode(message, "strict", True)
        except UnicodeDecodeError as error:
            raise Failed(1007) from error

    def closed(self, payload):
        if fault == "close-not-answered":
            return 1000
        if len(payload) == 1:
            raise Failed(1002)
        code = int.from_bytes(payload[:2], "big") if payload else 1005
        if payload and code not in CODES and fault != "any-code":
            raise Failed(1002)
        try:
            payload[2:].decode("utf-8", "ignore" if fault == "any-reason" else "strict")
        except UnicodeDecodeError as error:
            raise Failed(1007) from error
        if fault == "shows-reason":
            output(payload[2:] + b"\n")
        self.close(struct.pack(">H", 1000) if fault == "always-1000" else payload[:2])
        return code


class Conversation:
    def __init__(self, client, wakeup):
        self.client = client
        self.wakeup = wakeup
        self.idle = options.get("--idle-timeout", 4)
        self.line = b""
        self.prompts = 0
        self.input = True
        self.deadline = time.monotonic() + self.idle

    def leave(self):
        if not self.client.closing:
            self.deadline = time.monotonic() + (20 if fault == "waits-for-ever" else 2)
            if fault != "just-leaves":
                self.client.close(struct.pack(">H", 1001 if fault == "leaves-by-1001" else 1000))
            if fault in ("just-leaves", "waits-for-nobody"):
                os._exit(0)

    def send_line(self, line):
        try:
            line.decode()
        except UnicodeDecodeError as error:
            if fault != "sends-bad-utf8":
                raise OSError("input is not UTF-8") from error
        if fault == "strips":
            line = line.strip()
        if fault == "skips-empty" and not line:
            return
        if fault == "short-lines":
            line = line[:4096]
        self.client.send(BINARY if fault == "binary" else TEXT, line + (b"\n" if fault == "with-newline" else b""))

    def take_input(self):
        data = os.read(0, 65536)
        if fault != "prompts-go-on":
            self.prompts = 0
        self.deadline = time.monotonic() + self.idle
        *lines, self.line = (self.line + data).split(b"\n")
        for line in lines[:1] if fault == "one-line-a-read" else lines:
            self.send_line(line)
        if not data:
            self.input = False
            if self.line:
                self.send_line(self.line)
            self.leave()

    def prompt(self):
        self.prompts += 1
        output(b"Please give me input! %d\n" % self.prompts)
        self.deadline = time.monotonic() + self.idle
        if self.prompts == (4 if fault == "four-prompts" else 5):
            self.leave()

    def run(self):
        """The code of the server's close frame, or None when it did not come in time."""
        while True:
            code = self.client.take()
            if code is not None:
                return code
            closing = self.client.closing
            sources = [self.client.connection]
            if not closing:
                sources += [self.wakeup] + ([0] if self.input else [])
            if self.client.has_more():
                self.client.read()
                continue
            ready = select.select(sources, [], [], max(self.deadline - time.monotonic(), 0))[0]
            if self.wakeup in ready:
                os.read(self.wakeup, 16)
                self.leave()
            elif 0 in ready:
                self.take_input()
            elif self.client.connection in ready:
                if not self.client.read():
                    if fault == "end-is-fine" or self.client.cut:
                        return 1000
                    raise OSError("the connection ended without a close frame")
            elif closing:
                return None
            elif fault != "never-prompts":
                self.prompt()
            else:
                self.deadline += 60


def catch_signals():
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in (signal.SIGINT, signal.SIGTERM):
        if fault != "dies-by-signal":
            signal.signal(number, lambda *_: None)
        else:
            signal.signal(number, signal.SIG_DFL)
    return reader


def end(client):
    """Leaves it to the server to close the connection."""
    if fault == "ends-by-reset":
        client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if fault != "closes-first":
        client.connection.settimeout(2)
        try:
            while client.connection.recv(65536):
                pass
        except OSError:
            pass
    if hasattr(client.connection, "unwrap"):
        import ws_tls
        ws_tls.end(client.connection, fault).close()


def main():
    (host, port), field, target, secure = place(arguments.positionals)
    family, kind, _, _, address = common.resolve(host, port, 0, socket.SOCK_STREAM)
    wakeup = catch_signals()
    client = Client(socket.socket(family, kind))
    if "--keepalive" in options:
        client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    try:
        client.connection.settimeout(options.get("--connect-timeout"))
        client.connection.connect(address)
        client.connection.settimeout(None)
        if secure:
            import ws_tls_client  # takes as long as all else
            client.connection = ws_tls_client.connect(client.connection, host or "localhost", options, fault)
        client.open(field, target)
        code = Conversation(client, wakeup).run()
    except Failed as failed:
        if fault != "silent-failure":
            try:
                client.close(struct.pack(">H", 1002 if fault == "always-1002" else failed.args[0]))
            except OSError:
                pass
        end(client)
        if fault == "exit-0":
            os._exit(0)
        common.fatal("read", f"the server broke the protocol ({failed.args[0]})")
    except OSError as error:
        if fault == "exit-0":
            os._exit(0)
        common.fatal(f"talk to {field}", error)
    if code is not None:
        end(client)
    if code not in (None, 1000, 1001, 1005):
        common.fatal("read", f"closed by the server with code {code}")
    os._exit(0)


main()
