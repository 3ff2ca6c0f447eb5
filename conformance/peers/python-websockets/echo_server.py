#!/usr/bin/python3
"""ws-echo-server on the library websockets (Debian's python3-websockets), which is left as it is but for one limit."""
import asyncio
import http
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


async def main(port):
    async with websockets.serve(echo, None, port, process_request=answer_by_http, max_size=LARGEST_MESSAGE):
        await asyncio.Future()


if len(sys.argv) != 2:
    sys.exit(f"usage: {sys.argv[0]} PORT")
try:
    asyncio.run(main(int(sys.argv[1])))
except (ValueError, OverflowError, OSError) as error:
    sys.exit(f"Fatal error: listen on port {sys.argv[1]}: {error}")
