// A server under a mixed hostile load must still answer valid requests correctly. The test takes some seconds; by hand:
//     LENET5_PROGRAM=build/asan/lenet5 node tests/attack/hostile.mjs --seconds 600 [--p99 MILLISECONDS]
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";

import { digits, pgm, png, tiff } from "../server/pictures.mjs";
import { SANITIZED, sampleBytes, start } from "../server/server.mjs";
import { answerOn, connect, get, inference, post, sleep } from "../server/wire.mjs";

const { values: options } = parseArgs({ options: { seconds: { type: "string", default: "8" }, p99: { type: "string" } } });
const SECONDS = Number(options.seconds);
const WARM_UP = Math.min(Math.max(SECONDS / 4, 3), 60); // seconds, before memory is compared
const CALM = Math.min(SECONDS / 8, 10);     // seconds before the load begins
const SAMPLE = 200;             // milliseconds between two measurements of memory
const MIB = 1 << 20;
const FLAT = 0.05;              // share by which memory may grow from the first to the last quarter
const LONG = 300;               // seconds; shorter loads are not checked for growth
const MAX_MEMORY = 512 * MIB;   // at any moment
const ASAN_OPTIONS = "quarantine_size_mb=16"; // freed memory in the quarantine must not look like a leak

const OCTETS = "Content-Type: application/octet-stream\r\n";
const JSON_TYPE = "Content-Type: application/json\r\n";
const FORM = "Content-Type: multipart/form-data; boundary=hostile\r\n";

// ---- Random numbers, the same in every run

let seed = 20250101;
function random(below) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor(seed / 2 ** 32 * below);
}
const oneOf = (list) => list[random(list.length)];

// ---- Requests

function drawn(width, height, ink) {
    const pixels = Buffer.alloc(width * height);
    for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
            pixels[y * width + x] = ink(x, y) ? 0 : 255;
    return png(pixels, width, height);
}

const crowded = [
    drawn(1600, 1600, (x, y) => x % 4 < 2 && y % 4 < 2), drawn(1600, 1600, (x, y) => x % 8 < 4 && y % 8 < 4),
    drawn(1600, 1600, (x, y) => x % 16 < 10 && y % 16 < 8), drawn(1200, 1200, (x, y) => (x ^ y) & 1),
    drawn(1200, 1200, () => random(2)), drawn(1600, 1600, (x, y) => y % 4 === 0),
    drawn(6000, 100, (x, y) => y > 20 && y < 80 && x % 16 < 3), drawn(1600, 1600, (x, y) => x % 40 < 2 || y % 40 < 2),
    drawn(800, 800, () => random(50) === 0),
];

const field = (name, value) => `--hostile\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const filed = (bytes) => Buffer.concat([
    Buffer.from('--hostile\r\nContent-Disposition: form-data; name="p"; filename="a"\r\n\r\n'), bytes,
    Buffer.from("\r\n")]);
const form = (...parts) => Buffer.concat([...parts.map((part) => Buffer.from(part)), Buffer.from("--hostile--\r\n")]);

const samples = ["plain.png", "boxes.jpg", "turned.png", "ruled-paper.jpg"].map(sampleBytes);

// Changes some bytes, and sometimes truncates.
function broken(bytes) {
    const copy = Buffer.from(bytes);
    for (let i = random(20); i >= 0; i--)
        copy[random(copy.length)] = random(256);
    return random(3) === 0 ? copy.subarray(0, random(copy.length)) : copy;
}

const pages = (count) => tiff(Array.from({ length: count }, () => ({ pixels: Buffer.alloc(10000, 255), width: 100,
                                                                     height: 100 })));
const numbers = (count) => JSON.stringify({ pictures: Array.from({ length: count }, () => Array(784).fill(7)) });

// Prepared in advance, so that the server has the load.
const made = {
    manyOutputs: inference(16, Array(5000).fill("posterior")),
    allOutputs: inference(4096, ["posterior", "penalty", "digit", "probability", "accepted"]),
    longField: post("/v1/read", form(field("list", "1,".repeat(10 * MIB)), filed(samples[0])), FORM),
    returns: post("/v1/read", form(field("list", "\r\n-".repeat(MIB)), filed(samples[0])), FORM),
    manyFields: post("/v1/read", form(...Array(20000).fill(field("n_best", "1"))), FORM),
    manyFiles: post("/v1/read", form(...Array(64).fill(filed(samples[0]))), FORM),
    codes: post("/v1/read", form(field("list", Array.from({ length: 20000 }, (_, i) => 10000 + i).join()),
                                 filed(samples[0])), FORM),
    manyPages: post("/v1/read", pages(64)),
    explainPages: post("/v1/read?explain=1&page=3", pages(64)),
    bigJson: post("/v1/classify", numbers(1000), JSON_TYPE),
    lists: post("/v1/classify", `[${"[],".repeat(MIB)}[]]`, JSON_TYPE),
    members: post("/v2/models/lenet5/infer", `{${"\"a\":1,".repeat(MIB)}"b":1}`, JSON_TYPE),
    deep: post("/v1/classify", "[".repeat(MIB), JSON_TYPE),
    hugeHeader: post("/v1/read", pgm(Buffer.alloc(10), 60000, 60000)),
};

// ---- Attacks

const seen = new Map(); // number of answers by status
const EXPECTED = [200, 400, 404, 408, 413, 415, 429, 431, 503, 504];

function note(answer, what) {
    const status = answer ? answer.status : "none";
    seen.set(status, (seen.get(status) ?? 0) + 1);
    if (answer && !EXPECTED.includes(answer.status))
        throw new Error(`${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
}

let server;
const open = () => connect(server, { from: `127.0.0.${2 + random(30)}` });

async function send(bytes, what, within = 20000) {
    const socket = open();
    socket.write(bytes);
    note(await answerOn(socket, { within }), what);
    socket.destroy();
}

// Sends one byte every 150 ms until the server disconnects.
async function drip(first, until) {
    const socket = open();
    socket.write(first);
    while (!socket.destroyed && performance.now() < until && socket.got.length === 0) {
        socket.write("x");
        await sleep(150);
    }
    socket.destroy();
}

const attacks = {
    slowHead: (until) => drip("GET /v2 HTTP/1.1\r\nHost: localhost\r\nX: ", until),
    slowBody: (until) => drip("POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n", until),
    async slowReader() {
        const socket = open();
        socket.pause();
        for (let i = 0; i < 20; i++)
            socket.write(get("/v1/network"));
        await sleep(1500);
        socket.destroy();
    },
    brokenPictures: () => send(post(oneOf(["/v1/read", "/v1/classify"]), broken(oneOf(samples)),
                                    "Content-Type: image/png\r\n"), "a broken picture"),
    brokenJson: () => send(post("/v2/models/lenet5/infer", broken(Buffer.from(numbers(2))), JSON_TYPE), "broken JSON"),
    brokenForms: () => send(post("/v1/read", broken(form(field("n_best", "2"), filed(samples[0]))), FORM),
                            "a broken form"),
    manyOutputs: () => send(made.manyOutputs, "outputs that repeat"),
    allOutputs: () => send(made.allOutputs, "all outputs of 4,096 pictures"),
    crowded: () => send(post(`/v1/read?method=${oneOf(["pieces", "sdnn"])}`, oneOf(crowded)), "a crowded picture", 60000),
    explainCrowded: () => send(post("/v1/read?explain=1", oneOf(crowded)), "a crowded picture, explained", 60000),
    explain: () => send(post("/v1/read?explain=1&n_best=10", oneOf(samples)), "an explanation"),
    forms: () => send(made[oneOf(["longField", "returns", "manyFields", "manyFiles", "codes"])], "a form", 60000),
    pages: () => send(made[oneOf(["manyPages", "explainPages", "hugeHeader"])], "pages"),
    json: () => send(made[oneOf(["bigJson", "lists", "members", "deep"])], "large JSON"),
    async halfClosed() {
        const bytes = Buffer.from(oneOf([get("/v2"), post("/v1/read", oneOf(samples)), made.allOutputs]));
        const socket = open();
        socket.end(bytes.subarray(0, random(2) ? bytes.length : random(bytes.length)));
        await Promise.race([socket.gone, sleep(5000)]);
        socket.destroy();
    },
    async leavesAtOnce() {
        const sockets = Array.from({ length: 20 }, open);
        await Promise.all(sockets.map((socket) => socket.reached));
        for (const socket of sockets) {
            socket.write(oneOf([post("/v1/read", oneOf(samples)), get("/v2"), "GET", ""]));
            random(2) ? socket.resetAndDestroy() : socket.destroy();
        }
        await sleep(100);
    },
};

async function attack(name, until) {
    while (performance.now() < until) {
        await attacks[name](until);
        await sleep(10 + random(50));
    }
}

// ---- Valid requests, from a separate thread so that the latencies measured are the server's

async function goodClient(set) {
    const worker = new Worker(fileURLToPath(new URL("./hostile_good.mjs", import.meta.url)),
                              { workerData: { port: server.port, bytes: set.bytes } });
    const failure = new Promise((_, fail) => worker.on("error", fail));
    failure.catch(() => {});
    await Promise.race([new Promise((ready) => worker.once("message", ready)), failure]);
    return {
        loadBegins: () => worker.postMessage("load"),
        async stop() {
            const report = new Promise((resolve) => worker.once("message", resolve));
            worker.postMessage("stop");
            return Promise.race([report, failure]);
        },
    };
}

const median = (list) => list.toSorted ? list.toSorted((a, b) => a - b)[list.length >> 1]
                                       : [...list].sort((a, b) => a - b)[list.length >> 1];
const mib = (bytes) => `${(bytes / MIB).toFixed(0)} MiB`;

test(`${SECONDS} seconds of a hostile load`, { timeout: 1000 * SECONDS + 120000 }, async (t) => {
    const set = digits(t, 100);
    server = await start(["--request-time", "4", "--idle-time", "5"], { env: { ASAN_OPTIONS, ...process.env } });
    t.after(() => server.stop("SIGKILL"));
    const idle = server.memory();
    const good = await goodClient(set);
    await sleep(1000 * CALM);
    good.loadBegins();
    const begin = performance.now(), until = begin + 1000 * SECONDS;
    const memory = [];
    const watch = setInterval(() => memory.push({ at: performance.now() - begin, bytes: server.memory() }), SAMPLE);
    await Promise.all(Object.keys(attacks).map((name) => attack(name, until)));
    clearInterval(watch);
    const report = await good.stop();
    await sleep(1000);
    const after = server.memory();
    const of = (from, to) => memory.filter(({ at }) => at >= 1000 * from && at < 1000 * to).map(({ bytes }) => bytes);
    const quarter = (SECONDS - WARM_UP) / 4;
    const first = median(of(WARM_UP, WARM_UP + quarter)), last = median(of(SECONDS - quarter, SECONDS));
    const most = Math.max(...memory.map(({ bytes }) => bytes));
    const growth = last / first - 1;
    t.diagnostic(`memory: ${mib(idle)} idle, at most ${mib(most)}, ${mib(after)} afterwards; median of the first ` +
                 `quarter ${mib(first)}, of the last ${mib(last)}, ${(100 * growth).toFixed(1)} % more`);
    t.diagnostic(`hostile answers: ${[...seen].map(([status, count]) => `${count} of ${status}`).join(", ")}`);
    const times = ({ p50, p99, most: longest }) =>
        `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, at most ${longest.toFixed(1)} ms`;
    t.diagnostic(`valid requests: ${report.count}, ${report.failed} failed, ${times(report)}`);
    t.diagnostic(`before the load: ${report.calm.count}, ${times(report.calm)}`);
    const { code, signal, err } = await server.stop();
    assert.equal(code, 0, `${signal} ${err}`);
    assert.doesNotMatch(err, /Sanitizer|runtime error/);
    assert.equal(report.failed, 0, report.why);
    assert.ok(report.count > 10 * SECONDS, `${report.count} valid requests`);
    assert.ok(SECONDS < LONG || growth <= FLAT, `memory grew by ${(100 * growth).toFixed(1)} %`);
    assert.ok(SANITIZED || most < MAX_MEMORY, `${mib(most)} at most`);
    if (options.p99)
        assert.ok(report.p99 <= Number(options.p99), `p99 is ${report.p99} ms`);
});
