#!/usr/bin/python3
"""Echoes in a page of a headless Chromium for a fuzzing server that speaks Autobahn's protocol, case by case."""
import sys

import browser

PATIENCE_S = 600
SCRIPT = """
const { url, agent } = parameters;

function converse(path, onMessage) {
    return new Promise((resolve) => {
        const socket = new WebSocket(url + path);
        socket.binaryType = 'arraybuffer';
        socket.onmessage = (event) => onMessage(socket, event.data);
        socket.onclose = resolve;
    });
}

let count = 0;
await converse('/getCaseCount', (_, data) => { count = Number(data); });
for (let number = 1; number <= count; number++)
    await converse(`/runCase?case=${number}&agent=${encodeURIComponent(agent)}`, (socket, data) => socket.send(data));
await converse(`/updateReports?agent=${encodeURIComponent(agent)}`, () => {});
return count;
"""

if len(sys.argv) != 3:
    sys.exit(f"usage: {sys.argv[0]} URL AGENT")
if browser.find() is None:
    sys.exit("Fatal error: chromium is not installed")
try:
    with browser.origin() as server:
        browser.run(server, SCRIPT, PATIENCE_S, url=sys.argv[1], agent=sys.argv[2])
except browser.Failed as error:
    sys.exit(f"Fatal error: {error}")
