#!/usr/bin/python3
"""Echoes on the library websockets for a fuzzing server that speaks Autobahn's protocol, case by case."""
import asyncio
import sys
import urllib.parse

import websockets

LARGEST_MESSAGE = 64 << 20  # where the library has 1 MiB


async def count_cases(url):
    async with websockets.connect(f"{url}/getCaseCount") as connection:
        return int(await connection.recv())


async def echo(url):
    try:
        async with websockets.connect(url, max_size=LARGEST_MESSAGE) as connection:
            async for message in connection:
                await connection.send(message)
    except Exception:  # pylint: disable=broad-except
        pass  # zlib's among them: whatever comes of it, the server is who judges


async def main(url, agent):
    agent = urllib.parse.quote(agent)
    for number in range(1, await count_cases(url) + 1):
        await echo(f"{url}/runCase?case={number}&agent={agent}")
    await echo(f"{url}/updateReports?agent={agent}")


if len(sys.argv) != 3:
    sys.exit(f"usage: {sys.argv[0]} URL AGENT")
asyncio.run(main(*sys.argv[1:]))
