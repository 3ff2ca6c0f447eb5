#!/usr/bin/python3
"""ws-echo-server on the library websockets (Debian's python3-websockets), which is left as it is but for one limit."""
import argparse
import asyncio
import http
import ssl
import sys
import urllib.parse

import websockets

LARGEST_MESSAGE = 16 << 20  # where the library has 1 MiB


async def answer_by_http(target, _headers):
    """Answers what is not for /ws; None goes on with the handshake."""
    path = urllib.parse.urlsplit(target).path
    if path == "/":
        return http.HTTPStatus.OK, [("Content-Type", "text/plain")], b"A WebSocket that echoes is at /ws\n"
    if path != "/ws":
        return http.HTTPStatus.NOT_FOUND, [], b"not found\n"
    return None


async def echo(connection):
    async for message in connection:
        await connection.send(message)


def tls_context(certificate, key):
    if not certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def main(port, tls):
    async with websockets.serve(echo, None, port, process_request=answer_by_http, max_size=LARGEST_MESSAGE, ssl=tls):
        await asyncio.Future()


parser = argparse.ArgumentParser()
parser.add_argument("--cert")
parser.add_argument("--key")
parser.add_argument("port")
arguments = parser.parse_args()
try:
    asyncio.run(main(int(arguments.port), tls_context(arguments.cert, arguments.key)))
except (ValueError, OverflowError, OSError) as mistake:
    sys.exit(f"Fatal error: listen on port {arguments.port}: {mistake}")
