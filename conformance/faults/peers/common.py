"""What the peers share: arguments, daytime text, the end of a connection.

The peers are implementations in Python that the tests put before the harness: correct by default, and wrong in one
way by `--fault NAME`. They favour a short start over beauty, since hundreds of them are started.
"""
import _thread
import os
import signal
import socket
import struct
import sys
import time


def leave(message):
    sys.stderr.write(message + "\n")
    sys.stderr.flush()
    os._exit(1)


def fatal(action, error):
    leave(f"Fatal error: {action}: {error}")


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
        if len(self.positionals) not in positional_counts:
            self._usage(usage)

    def _take(self, word, words, options):
        if word == "--fault":
            self.fault = next(words)
        elif not word.startswith("--"):
            self.positionals.append(word)
        elif options[word]:
            self.options[word] = options[word](next(words))
        else:
            self.options[word] = True

    @staticmethod
    def _usage(usage):
        leave(f"usage: {sys.argv[0]} {usage}")


def duration(text):
    """Seconds, from `500ms`, `2s`, `2m` or plain seconds."""
    for unit, seconds in (("ms", 0.001), ("s", 1), ("m", 60), ("", 1)):
        number = text[:-len(unit)] if unit else text
        if text.endswith(unit) and number.isascii() and number.isdigit():
            return int(number) * seconds
    raise ValueError(text)


def port_number(text):
    if not (text.isascii() and text.isdigit()) or int(text) > 65535:
        fatal(f"listen on port {text!r}", "not a port")
    return int(text)


def endpoint(text):
    """Host and port of HOST:PORT, [V6]:PORT or :PORT, or a fatal error."""
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not colon or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        fatal(f"address {text!r}", "no port, or none from 1 to 65535")
    if bracketed:
        host = host[1:-1]
    if bracketed != (":" in host):
        fatal(f"address {text!r}", "brackets belong around an IPv6 address, and only there")
    return host, int(port)


def resolve(host, port, family, kind):
    try:
        return socket.getaddrinfo(host or "localhost", port, family, kind)[0]
    except (OSError, UnicodeError) as error:
        fatal(f"resolve {host}", error)


def bound(kind, arguments, host="0.0.0.0"):
    server = socket.socket(socket.AF_INET, kind)
    if kind == socket.SOCK_STREAM:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    port = port_number(arguments.positionals[0])
    try:
        server.bind((arguments.options.get("--host", host), port))
        if kind == socket.SOCK_STREAM:
            server.listen(1024)
    except OSError as error:
        fatal(f"bind port {port}", error)
    return server


def listener(arguments, host="0.0.0.0"):
    return bound(socket.SOCK_STREAM, arguments, host)


def end_on_signals(action=lambda: None):
    """On a thread that waits for them: a handler would run only after the main thread's next accept."""
    signals = {signal.SIGTERM, signal.SIGINT}

    def end():
        signal.sigwait(signals)
        action()
        os._exit(0)
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    on_a_thread(end)


def clients(server):
    """Accepts for ever; what goes wrong with one client is not the server's end."""
    while True:
        try:
            yield server.accept()[0]
        except OSError:
            time.sleep(0.01)


def on_a_thread(function, *arguments):
    _thread.start_new_thread(function, arguments)


def timeout_option(connection, name, seconds):
    connection.setsockopt(socket.SOL_SOCKET, name, struct.pack("ll", int(seconds), int(seconds % 1 * 1e6)))


def apply_options(connection, options):
    """Deadlines by the kernel, so that a read and a write have each their own."""
    if "--read-timeout" in options:
        timeout_option(connection, socket.SO_RCVTIMEO, options["--read-timeout"])
    if "--write-timeout" in options:
        timeout_option(connection, socket.SO_SNDTIMEO, options["--write-timeout"])
    if "--keepalive" in options:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def finish(connection, patience=2, most=1 << 20):
    """Ends a connection so that the peer gets all that was written and a FIN, whatever it has sent (within bounds)."""
    try:
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(patience)
        while most > 0:
            most -= len(connection.recv(65536)) or most
    except OSError:
        pass
    connection.close()


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def daytime(shift=0, label="+0000 UTC"):
    now = time.time()
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now + shift))
    return f"{moment}.{int(now % 1 * 1e9):09d} {label}".encode()
