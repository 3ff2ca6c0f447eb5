#!/usr/bin/env node
// ws-echo-server on npm's ws: each option is one of the library's own, and all else but one limit is left as it is.
'use strict';

const fs = require('fs');
const http = require('http');
const https = require('https');
const { parseArgs } = require('util');
const { WebSocketServer } = require('ws');

const LARGEST_MESSAGE = 16 << 20; // where the library has 100 MiB
const USAGE = 'usage: echo_server.js [--host ADDRESS] [--deflate] [--max-message BYTES] [--origin ORIGIN]' +
    ' [--subprotocol NAME] [--cert FILE --key FILE] PORT';

function misused() {
    console.error(USAGE);
    process.exit(1);
}

function parseCommandLine() {
    const text = { type: 'string' };
    try {
        const { values, positionals } = parseArgs({
            allowPositionals: true,
            options: {
                host: text, deflate: { type: 'boolean' }, 'max-message': text, origin: text, subprotocol: text,
                cert: text, key: text,
            },
        });
        return positionals.length === 1 ? { ...values, port: positionals[0] } : misused();
    } catch {
        return misused();
    }
}

function parsePort(text) {
    if (!/^\d+$/.test(text) || Number(text) > 65535) {
        console.error(`Fatal error: ${text}: not a port`);
        process.exit(1);
    }
    return Number(text);
}

function answerByHttp(request, response) {
    const path = request.url.split('?')[0];
    if (path === '/ws') {
        response.writeHead(426, { Upgrade: 'websocket', Connection: 'Upgrade' }).end('this is a WebSocket\n');
    } else if (path === '/') {
        response.end('A WebSocket that echoes is at /ws\n');
    } else {
        response.writeHead(404).end('not found\n');
    }
}

function createServer({ cert, key }) {
    if (!cert) {
        return http.createServer(answerByHttp);
    }
    try {
        return https.createServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) }, answerByHttp);
    } catch (error) {
        console.error(`Fatal error: certificate: ${error.message}`);
        return process.exit(1);
    }
}

const options = parseCommandLine();
const server = createServer(options);
const sockets = new WebSocketServer({
    server,
    path: '/ws',
    perMessageDeflate: Boolean(options.deflate),
    maxPayload: Number(options['max-message'] ?? LARGEST_MESSAGE),
    ...(options.origin && { verifyClient: ({ origin }) => origin === undefined || origin === options.origin }),
    ...(options.subprotocol && { handleProtocols: (offered) => offered.has(options.subprotocol) && options.subprotocol }),
});

sockets.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.on('error', () => {}); // the library has failed the connection; nothing is left to do
});
for (const emitter of [server, sockets]) {
    emitter.on('error', (error) => {
        console.error(`Fatal error: listen on port ${options.port}: ${error.message}`);
        process.exit(1);
    });
}
server.listen(parsePort(options.port), options.host);
