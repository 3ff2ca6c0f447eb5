"""What the peers share: arguments, addresses, signals.

The peers are implementations in Python that the tests put before the harness: correct by default, and wrong in one
way by `--fault NAME`. They favour a short start over beauty, since hundreds of them are started.
"""
import _thread
import os
import sys

from quick import signal, socket


fault = ""  # of those that every peer can have; set by Arguments


def leave(message, status=1):
    sys.stderr.write(message + "\n")
    sys.stderr.flush()
    os._exit(status)


def fatal(action, error):
    if fault == "fatal-is-silent":
        os._exit(1)
    line = f"Fatal error: {action}: {error}"
    if fault != "breaks-lines":
        line = "".join(letter if letter.isprintable() else "?" for letter in line)
    leave(line, 0 if fault == "fatal-exits-0" else 1)


def usage_error(usage):
    if fault == "usage-is-silent":
        os._exit(1)
    leave(usage, 0 if fault == "usage-exits-0" else 1)


class Arguments:
    """`--fault` and the options of a table {name: converter or None}; positionals keep their order, and are as many as
    one of the counts."""

    def __init__(self, usage, options, *positional_counts):
        self.fault = ""
        self.options = {}
        self.positionals = []
        words = iter(sys.argv[1:])
        try:
            for word in words:
                self._take(word, words, options)
        except (StopIteration, ValueError, KeyError):
            self._usage(usage)
        if fault == "extra-arguments":
            del self.positionals[max(positional_counts):]
        if len(self.positionals) not in positional_counts:
            self._usage(usage)

    def _take(self, word, words, options):
        global fault  # pylint: disable=global-statement
        if word == "--fault":
            self.fault = fault = next(words)
            if fault == "dies-by-sigpipe":
                signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        elif not word.startswith("--"):
            self.positionals.append(word)
        elif options[word]:
            self.options[word] = options[word](next(words))
        else:
            self.options[word] = True

    @staticmethod
    def _usage(usage):
        usage_error(f"usage: {sys.argv[0]} {usage}")


def duration(text):
    """Seconds, from `500ms`, `2s`, `2m` or plain seconds."""
    if fault == "any-duration":
        return int("0" + "".join(filter(str.isdigit, text)))
    for unit, seconds in (("ms", 0.001), ("s", 1), ("m", 60), ("", 1)):
        number = text[:-len(unit)] if unit else text
        if text.endswith(unit) and number.isascii() and number.isdigit():
            return int(number) * seconds
    raise ValueError(text)


def size(text):
    if fault == "any-size":
        return int("0" + "".join(filter(str.isdigit, text)))
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text) if fault != "undecimal-size" else int(text, 11)


def port_number(text):
    if fault == "any-port":  # as strtol and a cast
        return int("0" + "".join(filter(str.isdigit, text))) % 65536
    if not (text.isascii() and text.isdigit()) or int(text) > 65535:
        fatal(f"listen on port {text!r}", "not a port")
    return int(text)


def endpoint(text):
    """Host and port of HOST:PORT, [V6]:PORT or :PORT, or a fatal error."""
    host, colon, port = text.rpartition(":")
    if fault == "any-port":
        return host.strip("[]"), int("0" + "".join(filter(str.isdigit, port))) % 65536
    if fault == "any-brackets" and text.count(":") > 1:
        return host.strip("[]"), int(port)
    bracketed = host.startswith("[") and host.endswith("]")
    if not colon or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        fatal(f"address {text!r}", "no port, or none from 1 to 65535")
    if bracketed:
        host = host[1:-1]
    if bracketed != (":" in host):
        fatal(f"address {text!r}", "brackets belong around an IPv6 address, and only there")
    return host, int(port)


def addresses(host, port, family, kind):
    """getaddrinfo; of bytes, since it would load the codec of internationalized names for text."""
    return socket.getaddrinfo((host or "localhost").encode("ascii"), port, family, kind)


def resolve(host, port, family, kind):
    try:
        return addresses(host, port, family, kind)[0]
    except (OSError, UnicodeError) as error:
        fatal(f"resolve {host}", error)


def end_on_signals(action=lambda: None):
    """On a thread that waits for them: a handler would run only after the main thread's next accept."""
    signals = {signal.SIGTERM, signal.SIGINT}
    for number, name in ((signal.SIGTERM, "ignores-term"), (signal.SIGINT, "ignores-int")):
        if fault == name:
            signals.remove(number)
            signal.signal(number, signal.SIG_IGN)

    def end():
        signal.sigwait(signals)
        action()
        os._exit(0)
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    _thread.start_new_thread(end, ())
