#!/usr/bin/python3
"""ws-echo-server on the library websockets (Debian's python3-websockets), with the library's own defaults."""
import asyncio
import http
import sys

import websockets


async def answer_by_http(path, headers):
    """Answers what is not for /ws; None goes on with the handshake."""
    if path == "/":
        return http.HTTPStatus.OK, [("Content-Type", "text/plain")], b"A WebSocket that echoes is at /ws\n"
    if path != "/ws":
        return http.HTTPStatus.NOT_FOUND, [], b"not found\n"
    return None


async def echo(connection):
    async for message in connection:
        await connection.send(message)


async def main(port):
    async with websockets.serve(echo, None, port, process_request=answer_by_http):
        await asyncio.Future()


if len(sys.argv) != 2:
    sys.exit(f"usage: {sys.argv[0]} PORT")
asyncio.run(main(int(sys.argv[1])))
