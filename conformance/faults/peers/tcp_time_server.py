"""tcp-time-server, or by --fault a wrong one."""
import os
import socket
import time

import common
import serving

arguments = common.Arguments("[--host ADDRESS] PORT", {"--host": str}, 1)
fault = arguments.fault


def listener():
    if "--host" in arguments.options or fault == "ipv4-only":
        return serving.listener(arguments)
    port = common.port_number(arguments.positionals[0])
    try:
        return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    except OSError as error:
        common.fatal(f"bind port {port}", error)


def put(text):
    if fault == "buffers-output":
        kept.append(text)
        return
    while text:
        text = text[os.write(1, text):]


def put_line(line):
    if fault == "no-arrow":
        put(line + b"\n")
    elif fault == "strips-line":
        put(b"-> " + line.strip() + b"\n")
    elif fault == "replaces-bytes":
        put(b"-> " + line.decode(errors="replace").encode() + b"\n")
    else:
        put(b"-> " + line + b"\n")


def lines(connection):
    """The lines that the client sends, without their newline."""
    pending = bytearray()
    while data := connection.recv(65536):
        pending += data
        if fault == "short-buffer" and b"\n" not in pending and len(pending) > 4096:
            yield bytes(pending)
            pending.clear()
        if b"\n" not in data:
            continue
        *complete, pending = pending.split(b"\n")
        yield from map(bytes, complete[:1] if fault == "reader-for-each-line" else complete)
        if fault == "reader-for-each-line":  # what was read ahead is lost with it
            pending = bytearray()
    if pending and fault == "answers-cut-line":
        yield bytes(pending)


def is_stop(line):
    if fault == "stop-exact":
        return line == b"STOP"
    if fault == "stop-spaces-only":
        return line.strip(b" ") == b"STOP"
    if fault == "stop-prefix":
        return line.strip().startswith(b"STOP")
    if fault == "stop-any-case":
        return line.strip().upper() == b"STOP"
    if fault == "c-string":
        return line.partition(b"\0")[0].strip() == b"STOP"
    return line.strip() == b"STOP"


def answer():
    if fault == "daytime-text":
        return serving.daytime() + b"\n"
    if fault == "time-of-start":
        moment = start
    else:
        moment = time.time() + (3600 if fault == "hour-off" else 0)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + ("" if fault == "no-zone" else "Z")
    return (text + {"no-newline": "", "crlf": "\r\n"}.get(fault, "\n")).encode()


def converse(connection):
    """Returns whether the client said STOP."""
    for line in lines(connection):
        if fault == "empty-line-ends" and not line:
            return False
        if is_stop(line):
            if fault == "answers-stop":
                connection.sendall(answer())
            return True
        put_line(line)
        connection.sendall(answer())
    return False


def end(connection, status):
    if fault != "plain-close":
        serving.finish(connection)
    connection.close()
    os.write(1, b"".join(kept))
    os._exit(status)


def take_over():
    """Another client takes the place of the one that is served."""
    other = server.accept()[0]
    client.shutdown(socket.SHUT_RDWR)
    converse(other)


start = time.time()
kept = []
common.end_on_signals()
server = listener()
client = server.accept()[0]
if fault == "takes-the-latest":
    serving.on_a_thread(take_over)
while True:
    try:
        stopped = converse(client)
    except OSError as error:
        if fault == "complains-on-reset":
            common.leave(f"exception: {error}")
        common.fatal("read from the client", error)
    if fault != "serves-again":
        break
    client.close()
    client = server.accept()[0]
if stopped and fault != "silent-exit":
    put(b"Exiting TCP server!\n")
if not stopped and fault == "prints-error-at-end":
    put(b"EOF\n")
end(client, 1 if fault == "exit-1" or (fault == "end-is-error" and not stopped) else 0)
