"""Programs that do nothing of what is asked of them: null.py KIND [PORT|PATH]. A word with a slash is a Unix socket's path."""
import base64
import hashlib
import socket
import sys
import threading


def hang_up(client):
    client.close()


def stay_silent(client):
    while client.recv(65536):
        pass


def echo(client):
    while data := client.recv(65536):
        client.sendall(data)


def upgrade_and_hang_up(client):
    head = b""
    while b"\r\n\r\n" not in head:
        data = client.recv(65536)
        if not data:
            return
        head += data
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
    raw = next((line.split(b":", 1)[1].strip() for line in head.split(b"\r\n")
                if line.lower().startswith(b"sec-websocket-key:")), b"")
    if b"upgrade" in fields:
        digest = hashlib.sha1(raw + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        client.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n")


def say_a_fixed_time(client):
    client.sendall(b"2009-11-10 23:00:00 +0000 UTC m=+0.000000001")


CLIENTS = {"hangs-up": hang_up, "says-a-fixed-time": say_a_fixed_time, "silent": stay_silent,
           "echoes": echo, "upgrades-and-hangs-up": upgrade_and_hang_up}


def serve(handler, client):
    try:
        with client:
            handler(client)
    except OSError:
        pass


def listener_at(place):
    if "/" not in place:
        return socket.create_server(("0.0.0.0", int(place)), backlog=256)
    server = socket.socket(socket.AF_UNIX)
    server.bind(place)
    server.listen(256)
    return server


def serve_streams(kind, place):
    with listener_at(place) as listener:
        while True:
            client, _ = listener.accept()
            threading.Thread(target=serve, args=(CLIENTS[kind], client), daemon=True).start()


def serve_udp(kind, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as endpoint:
        endpoint.bind(("0.0.0.0", port))
        while True:
            data, peer = endpoint.recvfrom(65536)
            if kind == "udp-echoes":
                endpoint.sendto(data, peer)


def main():
    kind = sys.argv[1]
    if kind == "says-nothing":
        return
    if kind == "always-fails":
        sys.exit("Fatal error: x")
    if kind.startswith("udp-"):
        serve_udp(kind, int(sys.argv[2]))
    serve_streams(kind, sys.argv[2])


main()
