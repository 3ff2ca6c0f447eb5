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


def resolve(host, port, family, kind):
    try:
        return socket.getaddrinfo(host or "localhost", port, family, kind)[0]
    except (OSError, UnicodeError) as error:
        fatal(f"resolve {host}", error)


def bound(kind, arguments, host="0.0.0.0"):
    server = socket.socket(socket.AF_INET, kind)
    if kind == socket.SOCK_STREAM and fault != "cannot-restart":
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    port = port_number(arguments.positionals[0])
    if fault == "loopback-only":
        host = "127.0.0.1"
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
    for number, name in ((signal.SIGTERM, "ignores-term"), (signal.SIGINT, "ignores-int")):
        if fault == name:
            signals.remove(number)
            signal.signal(number, signal.SIG_IGN)

    def end():
        signal.sigwait(signals)
        action()
        os._exit(0)
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    on_a_thread(end)


class Fragile(socket.socket):
    """A connection whose reset is the end of the program, or that its client may not end before it has sent something."""
    silent = True

    def guarded(self, method, *arguments):
        try:
            result = method(*arguments)
        except (ConnectionResetError, BrokenPipeError):
            if fault == "dies-by-reset":
                os._exit(1)
            raise
        if fault == "dies-by-empty-end" and self.silent and not result:
            os._exit(1)
        self.silent = False
        return result

    def recv(self, *arguments):  # pylint: disable=arguments-differ
        return self.guarded(super().recv, *arguments)

    def recv_into(self, *arguments):  # pylint: disable=arguments-differ
        return self.guarded(super().recv_into, *arguments)

    def sendall(self, *arguments):  # pylint: disable=arguments-differ
        return self.guarded(super().sendall, *arguments) or None


leaked = []


def accept(server):
    client = server.accept()[0]
    if fault == "leaks-files":
        leaked.append(os.open("/dev/null", os.O_RDONLY))
    if fault == "asks-who-it-is":
        try:
            client.getpeername()
        except OSError as error:
            fatal("name the client", error)
    if fault in ("dies-by-reset", "dies-by-empty-end"):
        return Fragile(fileno=client.detach())
    return client


def clients(server):
    """Accepts for ever; what goes wrong with one client is not the server's end."""
    while True:
        try:
            yield accept(server)
        except OSError:
            time.sleep(0.01)


def on_a_thread(function, *arguments):
    if fault == "one-by-one" and arguments:
        function(*arguments)
    else:
        _thread.start_new_thread(function, arguments)


def timeout_option(connection, name, seconds):
    connection.setsockopt(socket.SOL_SOCKET, name, struct.pack("ll", int(seconds), int(seconds % 1 * 1e6)))


def apply_options(connection, options):
    """Deadlines by the kernel, so that a read and a write have each their own."""
    if fault.startswith("breaks-by") and fault[len("breaks-by"):] in [name[1:] for name in options]:
        raise OSError("the option cannot be set")
    if fault == "hasty":
        timeout_option(connection, socket.SO_RCVTIMEO, 0.1)
    elif "--read-timeout" in options:
        timeout_option(connection, socket.SO_RCVTIMEO, options["--read-timeout"])
    if "--write-timeout" in options:
        timeout_option(connection, socket.SO_SNDTIMEO, options["--write-timeout"])
    if "--keepalive" in options:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def finish(connection, patience=2, most=1 << 20):
    """Ends a connection so that the peer gets all that was written and a FIN, whatever it has sent (within bounds)."""
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        if fault == "shutdown-is-fatal":
            os._exit(1)
    try:
        connection.settimeout(None if fault == "waits-for-client" else patience)
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
