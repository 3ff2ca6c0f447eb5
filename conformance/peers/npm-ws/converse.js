#!/usr/bin/env node
// Talks with an echo server as npm's ws does: text, binary, 1 MiB, fragments, a ping, a close. Fails at what is not right.
'use strict';

const assert = require('assert');
const { once } = require('events');
const WebSocket = require('ws');

async function receive(socket) {
    const [data, isBinary] = await once(socket, 'message');
    return isBinary ? data : data.toString();
}

async function converse(url, compressed, code) {
    const socket = new WebSocket(url, { perMessageDeflate: compressed && { threshold: 0 } });
    await once(socket, 'open');
    assert.strictEqual(socket.extensions.startsWith('permessage-deflate'), compressed);
    const large = Buffer.alloc(1 << 20, 'sixteen times 4,');
    for (const message of ['', 'hello', 'κόσμε 𝄞', Buffer.from([0, 255, 128]), large.toString(), large]) {
        socket.send(message);
        assert.deepStrictEqual(await receive(socket), message);
    }
    socket.send('frag', { fin: false });
    socket.ping('between');
    const [pong] = await once(socket, 'pong');
    assert.strictEqual(pong.toString(), 'between');
    socket.send('ment', { fin: true });
    assert.strictEqual(await receive(socket), 'fragment');
    socket.close(code, 'done');
    const [answered] = await once(socket, 'close');
    assert.strictEqual(answered, code);
}

if (process.argv.length !== 5) {
    console.error('usage: converse.js URL plain|compressed CODE');
    process.exit(1);
}
const [url, kind, code] = process.argv.slice(2);
converse(url, kind === 'compressed', Number(code)).catch((error) => {
    console.error(error);
    process.exit(1);
});
