"""permessage-deflate (RFC 7692) for ws_echo_server.py and ws_client.py: offers, and messages on Python's zlib."""
import zlib

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
BITS = {b"%d" % bits for bits in range(8, 16)}
FLAGS = (b"server_no_context_takeover", b"client_no_context_takeover")
SIZES = (b"server_max_window_bits", b"client_max_window_bits")
TAIL = b"\x00\x00\xff\xff"
LAST = b"\x01\x00\x00\xff\xff"  # an empty block with BFINAL
WINDOW = 32768


def unquoted(text):
    """The text of a quoted string, each byte behind a backslash as it is."""
    out = b""
    while text:
        before, backslash, after = text.partition(b"\\")
        out += before + (after[:1] or backslash)
        text = after[1:]
    return out


def parameters(offer, fault, answer=False):
    """What an offer asks for, or what an answer says; None where it must be declined."""
    name, *rest = [part.strip(b" \t") for part in offer.split(b";")]
    if name != b"permessage-deflate":
        return None
    found = {}
    for part in rest:
        key, equals, value = part.partition(b"=")
        if value.startswith(b'"') != value.endswith(b'"') or len(value) == 1 and value == b'"':
            return None
        value = unquoted(value[1:-1]) if value.startswith(b'"') else value
        if fault == "deflate-any-parameter" and key not in FLAGS + SIZES:
            continue
        if key in found and fault != "deflate-repeated" or key not in FLAGS + SIZES or \
                key in FLAGS and equals and fault != "deflate-flag-values":
            return None
        if fault == "deflate-any-value":
            value = b"%d" % min(max(int(bytes(filter(b"0123456789".__contains__, value)) or 15), 8), 15)
        if key in SIZES and value not in BITS and (equals or answer or key == SIZES[0]):
            return None
        found[key] = value
    return found


def negotiate(offers, fault):
    """The answer to the first good offer and what it agrees on, or None."""
    for offer in offers:
        agreed = parameters(offer, fault)
        if agreed is None:
            continue
        if fault == "deflate-client-bits":
            agreed[SIZES[1]] = b"15"
        words = [b"permessage-deflate"] + [flag for flag in FLAGS if flag in agreed]
        words += [size + b"=" + agreed[size] for size in SIZES if agreed.get(size)]
        return b"; ".join(words), agreed
    return None


class Deflate:
    """One connection's. Raises zlib.error for what does not inflate and OverflowError for what inflates to too much."""

    def __init__(self, agreed, fault, client=False):
        self.fault = fault
        self.bits = int(agreed.get(SIZES[client]) or 15)
        if fault == "deflate-any-window":
            self.bits = 15
        self.forgets_own = FLAGS[client] in agreed and fault != "deflate-keeps-context"
        self.forgets_theirs = FLAGS[not client] in agreed or fault == "deflate-forgets"
        self.deflater = None
        self.begin_inflating()

    def begin_inflating(self, window=b""):
        self.window = window
        self.inflater = zlib.decompressobj(-15, window)

    def inflate(self, data, room):
        """What a piece of a message inflates to. Behind a block with BFINAL the stream goes on."""
        out = b""
        while data:
            piece = self.inflater.decompress(data, room - len(out) + 1)
            out += piece
            if len(out) > room:
                raise OverflowError
            self.window = (self.window + piece)[-WINDOW:]
            data = self.inflater.unconsumed_tail
            if self.inflater.eof:
                data = self.inflater.unused_data
                if self.fault == "deflate-stops-at-final":
                    return out
                self.begin_inflating(self.window)
        return out

    def end(self, room):
        """The last of a message, which must end between two blocks."""
        out = self.inflate(TAIL, room)
        after = self.inflater.copy()
        after.decompress(LAST)
        if not after.eof and self.fault != "deflate-stops-at-final":
            raise zlib.error
        if self.forgets_theirs:
            self.begin_inflating()
        return out

    def deflate(self, message):
        if self.forgets_own or self.deflater is None:  # zlib has no window of 8 bits, but runs need none
            self.deflater = zlib.compressobj(1, zlib.DEFLATED, -max(self.bits, 9), 8,
                                             zlib.Z_RLE if self.bits == 8 else zlib.Z_DEFAULT_STRATEGY)
        data = self.deflater.compress(message) + self.deflater.flush(zlib.Z_SYNC_FLUSH)
        return data if self.fault == "deflate-leaves-tail" else data[:-len(TAIL)]
