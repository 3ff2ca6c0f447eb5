"""What the peers that are servers share: listening, deadlines, the end of a connection, daytime text."""
import _thread
import os
import socket
import struct
import time

import common


def bound(kind, arguments, host="0.0.0.0"):
    server = socket.socket(socket.AF_INET, kind)
    if kind == socket.SOCK_STREAM and common.fault != "cannot-restart":
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    port = common.port_number(arguments.positionals[0])
    if common.fault == "loopback-only":
        host = "127.0.0.1"
    try:
        server.bind((arguments.options.get("--host", host), port))
        if kind == socket.SOCK_STREAM:
            server.listen(1024)
    except OSError as error:
        common.fatal(f"bind port {port}", error)
    return server


def listener(arguments, host="0.0.0.0"):
    return bound(socket.SOCK_STREAM, arguments, host)


class Fragile(socket.socket):
    """A connection whose reset is the end of the program, or that its client may not end before it has sent something."""
    silent = True

    def guarded(self, method, *arguments):
        try:
            result = method(*arguments)
        except (ConnectionResetError, BrokenPipeError):
            if common.fault == "dies-by-reset":
                os._exit(1)
            raise
        if common.fault == "dies-by-empty-end" and self.silent and not result:
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
    if common.fault == "leaks-files":
        leaked.append(os.open("/dev/null", os.O_RDONLY))
    if common.fault == "asks-who-it-is":
        try:
            client.getpeername()
        except OSError as error:
            common.fatal("name the client", error)
    if common.fault in ("dies-by-reset", "dies-by-empty-end"):
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
    if common.fault == "one-by-one" and arguments:
        function(*arguments)
    else:
        _thread.start_new_thread(function, arguments)


def timeout_option(connection, name, seconds):
    connection.setsockopt(socket.SOL_SOCKET, name, struct.pack("ll", int(seconds), int(seconds % 1 * 1e6)))


def apply_options(connection, options):
    """Deadlines by the kernel, so that a read and a write have each their own."""
    if common.fault.startswith("breaks-by") and common.fault[len("breaks-by"):] in [name[1:] for name in options]:
        raise OSError("the option cannot be set")
    if common.fault == "hasty":
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
        if common.fault == "shutdown-is-fatal":
            os._exit(1)
    try:
        connection.settimeout(None if common.fault == "waits-for-client" else patience)
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
