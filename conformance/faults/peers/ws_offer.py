"""permessage-deflate (RFC 7692) for ws_client.py: what it offers, and what it makes of the answer."""
import ws_deflate
from ws_deflate import FLAGS, SIZES


def text(words):
    return b"permessage-deflate" + b"; " * bool(words) + words.encode()


def offer(options, fault):
    """What a client's options have it offer, and its text; None for nothing."""
    words = options.get("--deflate-offer")
    if words is None:
        words = "client_max_window_bits" if "--deflate" in options else None
    if words is None or fault == "deflate-never-offers":
        return None, b""
    if fault == "deflate-bad-offer":
        return {}, b"permessage-deflate; client_max_window_bits=16"
    return ws_deflate.parameters(text(words), fault), text(words)


def agree(asked, answers, fault):
    """What holds after the answer to an offer, None where nothing was accepted; ValueError where the client must not go
    on."""
    if not answers:
        return asked if fault == "deflate-though-declined" else None
    if fault == "any-extension":
        answers = [answer for answer in answers if answer.split(b";")[0].strip() == b"permessage-deflate"]
    if fault == "deflate-first-answer":
        del answers[1:]
    if not answers and fault == "any-extension":
        return None
    if asked is None or len(answers) > 1:
        raise ValueError
    agreed = ws_deflate.parameters(answers[0], fault, True)
    if agreed is None:
        raise ValueError
    if fault == "deflate-refuses-unasked" and set(agreed) - set(asked):
        raise ValueError
    if fault != "deflate-any-answer":
        check(asked, agreed)
    if FLAGS[1] in asked:
        agreed[FLAGS[1]] = b""
    if asked.get(SIZES[1]):
        agreed.setdefault(SIZES[1], asked[SIZES[1]])
    return agreed


def check(asked, agreed):
    """The server must have taken the offer, and must not limit a client that did not let it."""
    if FLAGS[0] in asked and FLAGS[0] not in agreed or SIZES[1] in agreed and SIZES[1] not in asked:
        raise ValueError
    for size in SIZES:
        if asked.get(size) and int(agreed.get(size) or (16 if size == SIZES[0] else 8)) > int(asked[size]):
            raise ValueError
