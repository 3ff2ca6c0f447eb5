"""The head of a request and the answer to it, for ws_echo.py: strict where HTTP and RFC 6455 let a server be."""
import hashlib
import os
from binascii import b2a_base64
import re
import time

import ws_deflate

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
REQUEST_LINE = re.compile(rb"(" + TOKEN + rb") ([\x21-\x7e]+) HTTP/([0-9])\.([0-9])")
FIELD = re.compile(rb"(" + TOKEN + rb"):[ \t]*((?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)[ \t]*")
EXTENSION = TOKEN + rb"(?:[ \t]*;[ \t]*" + TOKEN + rb"(?:=(?:" + TOKEN + rb'|"(?:\\?' + TOKEN + rb')+"))?)*'
EXTENSIONS = re.compile(rb"[ \t,]*(?:" + EXTENSION + rb"[ \t]*(?:,[ \t,]*|$))*")
TARGET = re.compile(rb"(?:http://([^/?#]*))?(/[^?#]*)?(?:\?.*)?", re.IGNORECASE)
AUTHORITY = re.compile(rb"[A-Za-z0-9._~!$&'()*+,;=%:\[\]-]*")
KEY = re.compile(rb"[A-Za-z0-9+/]{22}==")
LAX_FIELD = re.compile(rb"[ \t]*([^:]*?)[ \t]*(?::[ \t]*(.*?)[ \t]*)?", re.DOTALL)
ODDITY = re.compile(rb"^[^ :]{50}|^[^A-Za-z]+:|[^\0-\x7f]")
LARGEST_HEAD = 32768


class Refused(Exception):
    """A status line and the fields that belong to it."""

    def __init__(self, status, *fields):
        super().__init__(status)
        self.status = status
        self.fields = fields


def read_head(reader, fault=""):
    """The head without its empty line, b"" where the client left before it was complete."""
    head = b""
    most = 512 if fault == "small-head" else 1 << 24 if fault == "endless-head" else LARGEST_HEAD
    while not head.endswith(b"\r\n\r\n"):
        line = reader.readline(most)
        if head and not line.endswith(b"\n") and fault == "dies-by-half-a-head":
            os._exit(1)
        head += b"" if not head and line == b"\r\n" and fault != "no-blank-line-first" else line
        if fault == "waits-out-oddities" and (not (head or line) or ODDITY.search(line)):
            time.sleep(3600)
        if not line:
            return b""
        if len(head) > most:
            raise Refused("431 Request Header Fields Too Large")
        if not line.endswith(b"\r\n"):
            raise Refused("400 Bad Request")
    return head[:-4]


class Request:
    def __init__(self, head, fault):
        first, *lines = head.split(b"\r\n")
        match = REQUEST_LINE.fullmatch(lax_request_line(first) if fault == "lax-request-line" else first)
        field = LAX_FIELD if fault == "lax-fields" else FIELD
        fields = [field.fullmatch(line.partition(b"\0")[0] if fault == "c-string-fields" else line) for line in lines]
        if not match or not all(fields):
            raise Refused("400 Bad Request")
        self.method, target, major, self.minor = match.groups()
        self.fields = [(field[1].lower(), field[2] or b"") for field in fields]
        if fault == "any-http-version":
            major, self.minor = b"1", b"1"
        if fault == "ponders-versions" and (major, self.minor) > (b"1", b"1"):
            time.sleep(60)
        if fault == "any-method" and self.method != b"HEAD":
            self.method = b"GET"
        if major != b"1":
            raise Refused("505 HTTP Version Not Supported")
        hosts = self.all(b"host")
        if fault == "any-hosts":
            hosts = hosts[:1] or [b"localhost"]
        parts = TARGET.fullmatch(target)
        if not parts or len(hosts) > 1 or not hosts and self.minor != b"0" or parts[1] is None and not parts[2]:
            raise Refused("400 Bad Request")
        self.host = b"".join(hosts) if parts[1] is None or fault == "field-before-target" else parts[1]
        self.path = parts[2] or b"/"
        legal = all(AUTHORITY.fullmatch(host) for host in [*hosts, self.host]) and parts[1] != b""
        if not legal and fault != "any-host":
            raise Refused("400 Bad Request")
        if fault == "few-letters" and re.search(rb"[|~Zz]", lines[-1].split(b":")[0]):
            raise Refused("400 Bad Request")

    def all(self, name):
        return [value for field, value in self.fields if field == name]

    def words(self, name):
        return [word.strip(b" \t") for word in b",".join(self.all(name)).split(b",")]


def check_origin(request, allowed):
    for origin in request.all(b"origin"):
        host = request.host.lower()
        same = origin.lower() in (b"http://" + host, b"https://" + host)
        if origin != allowed.encode() if allowed else not same:
            raise Refused("403 Forbidden")


def has_word(request, field, word, fault):
    """Whether a list has a word, in any letter case."""
    if fault == f"any-{field.decode()}":
        return True
    value = b",".join(request.all(field)).lower()
    if fault == f"part-of-{field.decode()}":
        return word in value
    if fault == f"whole-{field.decode()}":
        return value == word
    return word in map(bytes.lower, request.words(field))


def lax_request_line(line):
    """What a reader takes who only looks for words."""
    method, target, version, *_ = [*line.upper().split(), b"", b"", b""]
    return b"%s %s HTTP/1.1" % (method or b"GET", b"/ws" if target in (b"", b"/WS") or version else target)


def check_upgrade(request, options, fault):
    if request.method != b"GET":
        raise Refused("405 Method Not Allowed", b"Allow: GET")
    if request.minor == b"0":
        raise Refused("505 HTTP Version Not Supported")
    body = request.all(b"transfer-encoding") or request.all(b"content-length") not in ([], [b"0"])
    if body and fault != "takes-a-body":
        raise Refused("400 Bad Request")
    if not has_word(request, b"upgrade", b"websocket", fault) or not has_word(request, b"connection", b"upgrade", fault):
        raise Refused("426 Upgrade Required", b"Upgrade: websocket")
    unseen = fault == "any-version" or \
        fault == "extensions-hide-version" and request.all(b"sec-websocket-extensions")
    if request.all(b"sec-websocket-version") != [b"13"] and not unseen:
        raise Refused("426 Upgrade Required", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13")
    keys = request.all(b"sec-websocket-key")
    if fault == "first-key":
        keys = keys[:1]
    if fault == "any-key" and len(keys) < 2:
        keys = [b"A" * 22 + b"=="]
    if len(keys) != 1 or not KEY.fullmatch(keys[0]) and (fault != "any-key-letters" or len(keys[0]) != 24):
        raise Refused("400 Bad Request")
    offers = request.all(b"sec-websocket-extensions")
    if offers and not EXTENSIONS.fullmatch(b",".join(offers)) and fault != "any-extensions":
        raise Refused("400 Bad Request")
    if fault == "origin-or-subprotocol" and request.all(b"origin") and request.all(b"sec-websocket-protocol"):
        raise Refused("403 Forbidden")
    if fault != "any-origin":
        check_origin(request, options.get("--origin"))


def agreed_deflate(request, options, fault):
    """What the answer says of permessage-deflate and what that agrees on, or None."""
    offers = [offer for offer in request.words(b"sec-websocket-extensions") if offer]
    return ws_deflate.negotiate(offers, fault) if "--deflate" in options or fault == "deflates-unasked" else None


def accept(request, options, fault):
    """The 101 for a request that is an opening handshake; Refused for any other."""
    check_upgrade(request, options, fault)
    guid = GUID.lower() if fault == "wrong-accept" else GUID
    digest = hashlib.sha1((request.all(b"sec-websocket-key") or [b""])[0] + guid).digest()
    lines = [b"HTTP/1.1 101 Switching Protocols", b"Upgrade: websocket", b"Connection: Upgrade",
             b"Sec-WebSocket-Accept: " + b2a_base64(digest, newline=False)]
    if fault == "accept-twice":
        lines.append(lines[-1])
    subprotocol = options.get("--subprotocol", "").encode()
    offered = request.words(b"sec-websocket-protocol")
    if fault == "any-case-subprotocol":
        offered = [word.lower() for word in offered]
    if subprotocol and (subprotocol in offered or fault == "names-subprotocol"):
        lines.append(b"Sec-WebSocket-Protocol: " + subprotocol)
    agreement = agreed_deflate(request, options, fault)
    if agreement:
        lines.append(b"Sec-WebSocket-Extensions: " + agreement[0])
    return b"\r\n".join(lines) + b"\r\n\r\n"


def plain(status, *fields, text=b"\n"):
    lines = [b"HTTP/1.1 " + status.encode(), b"Content-Type: text/plain", b"Connection: close",
             b"Content-Length: %d" % len(text), *fields]
    return b"\r\n".join(lines) + b"\r\n\r\n" + text


def answer(request, options, fault):
    """The answer, and whether the connection is a WebSocket now."""
    if request.path == b"/ws" or fault == "any-path":
        return accept(request, options, fault), True
    if request.path != b"/":
        raise Refused("404 Not Found")
    if request.method not in (b"GET", b"HEAD"):
        raise Refused("405 Method Not Allowed", b"Allow: GET, HEAD")
    return plain("200 OK", text=b"The WebSocket is at /ws\n"), False
