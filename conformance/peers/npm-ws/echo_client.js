#!/usr/bin/env node
// Echoes on npm's ws for a fuzzing server that speaks Autobahn's protocol, case by case.
'use strict';

const WebSocket = require('ws');

if (process.argv.length !== 4) {
    console.error('usage: echo_client.js URL AGENT');
    process.exit(1);
}
const [url, name] = process.argv.slice(2);
const agent = encodeURIComponent(name);

function askHowMany(then) {
    let count = 0;
    const socket = new WebSocket(`${url}/getCaseCount`);
    socket.on('message', (data) => { count = Number(data); });
    socket.on('close', () => then(count));
}

function runCases(number, count) {
    if (number > count) {
        return new WebSocket(`${url}/updateReports?agent=${agent}`);
    }
    const socket = new WebSocket(`${url}/runCase?case=${number}&agent=${agent}`);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.on('error', () => {}); // 'close' follows
    return socket.on('close', () => setImmediate(runCases, number + 1, count));
}

askHowMany((count) => runCases(1, count));
