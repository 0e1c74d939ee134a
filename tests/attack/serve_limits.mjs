// Limits on the cost of one request or one client: answers, explanations, forms, streams, time for a page.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { describe, test } from "node:test";

import { png, tiff } from "../server/pictures.mjs";
import { newFolder, run, SANITIZED, sampleBytes, start, startFor, startTraining } from "../server/server.mjs";
import { answerOn, connect, exchange, get, inference, post, sleep, within } from "../server/wire.mjs";

const MIB = 1 << 20;
const OCTETS = "Content-Type: application/octet-stream\r\n";

function refused(answer, status, pattern) {
    assert.ok(answer, `${status} expected, no answer`);
    assert.equal(answer.status, status, answer.text.slice(0, 300));
    assert.match(answer.json().error, pattern);
}

// Specks with gaps as wide as themselves: more than any page has digits.
function specks(side, period) {
    const pixels = Buffer.alloc(side * side, 255);
    for (let y = 0; y < side; y++)
        for (let x = 0; x < side; x++)
            if (x % period < period / 2 && y % period < period / 2)
                pixels[y * side + x] = 0;
    return pixels;
}

describe("answers", () => {
    test("a repeated output is refused", async (t) => {
        const server = await startFor(t);
        assert.equal((await exchange(server, inference(2, ["digit", "posterior"]))).status, 200);
        for (const outputs of [["digit", "digit"], ["digit", "posterior", "digit"], Array(20000).fill("posterior")])
            refused(await exchange(server, inference(2, outputs)), 400, /twice/);
    });

    test("are no longer than --max-answer", async (t) => {
        const server = await startFor(t, ["--max-answer", "65536"]);
        assert.equal((await exchange(server, inference(16, ["posterior"]))).status, 200);
        refused(await exchange(server, inference(2000, ["posterior"])), 413, /--max-answer/);
        refused(await exchange(server, post("/v1/classify?maps=1", Buffer.alloc(784 * 10), OCTETS)), 413, /max-answer/);
        refused(await exchange(server, post("/v1/read?explain=1", sampleBytes("plain.png"))), 413, /max-answer/);
    });

    // A request of 50 KB whose answer has some 6 MB.
    test("count like request bodies, so that unread answers are bounded", async (t) => {
        const server = await startFor(t, ["--max-body", String(MIB)]);
        const body = post("/v1/classify?maps=1", Buffer.alloc(64 * 784), OCTETS);
        const sockets = Array.from({ length: 40 }, () => connect(server));
        for (const socket of sockets) {
            socket.pause();
            socket.write(body);
        }
        const held = async () =>
            Number(/^lenet5_body_bytes (\d+)$/m.exec((await exchange(server, get("/metrics"))).text)[1]);
        assert.ok(await within(10000, async () => await held() > 4 * MIB), "answers are counted");
        await sleep(1000);
        assert.ok(await held() < 17 * MIB, `${await held()} bytes`);
        sockets.forEach((socket) => socket.resume());
        const answers = await Promise.all(sockets.map((socket) => answerOn(socket, { within: 30000 })));
        sockets.forEach((socket) => socket.destroy());
        answers.forEach((answer) => assert.ok([200, 503].includes(answer?.status), `${answer?.status}`));
        assert.ok(answers.some(({ status }) => status === 503), "some answers are 503");
        assert.ok(await within(3000, async () => await held() < 40 * 65536), "almost nothing is counted at the end");
    });

    test("a data URL counts twice while its picture is read", async (t) => {
        const server = await startFor(t);
        const noise = Buffer.alloc(4000 * 4000, Buffer.from(Array.from({ length: 99991 }, () => Math.random() * 256)));
        const body = post("/v1/classify", `data:image/png;base64,${png(noise, 4000, 4000).toString("base64")}`);
        const held = async () =>
            Number(/^lenet5_body_bytes (\d+)$/m.exec((await exchange(server, get("/metrics"))).text)[1]);
        const socket = connect(server);
        await new Promise((written) => socket.write(body.subarray(0, -1), written));
        assert.ok(await within(5000, async () => await held() > body.length), "the body is counted");
        const before = await held();
        socket.write(body.subarray(-1));
        let peak = 0;
        while (socket.got.length === 0)
            peak = Math.max(peak, await held());
        assert.ok(peak - before >= body.length / 2, `${peak - before} of ${body.length}`);
        socket.destroy();
        assert.ok(await within(3000, async () => await held() < 2 * 65536), "almost nothing is counted at the end");
    });

    test("an explanation covers one page", async (t) => {
        const server = await startFor(t);
        const [width, height] = [1200, 1200];
        const page = { pixels: Buffer.alloc(width * height, 255), width, height };
        for (let y = 100; y < 130; y++)
            page.pixels.fill(0, y * width + 100, y * width + 106);
        const file = tiff(Array(16).fill(page));
        const answer = await exchange(server, post("/v1/read?explain=1", file), { within: 20000 });
        assert.equal(answer.status, 200);
        assert.ok(answer.body.length < 2 * MIB, `${answer.body.length} bytes`);
        assert.deepEqual([...new Set(answer.json().map((line) => line.page))], [1]);
    });
});

describe("the time for a page", () => {
    const slow = png(specks(3000, 12), 3000, 3000);

    test("ends with --read-timeout", async (t) => {
        const server = await startFor(t, ["--read-timeout", "0.1"]);
        const since = performance.now();
        const answer = await exchange(server, post("/v1/read", png(specks(5000, 40), 5000, 5000)), { within: 30000 });
        refused(answer, 504, /--read-timeout/);
        assert.ok(SANITIZED || performance.now() - since < 5000, `${performance.now() - since} ms`);
    });

    test("ends when the client has left", async (t) => {
        const server = await startFor(t, ["--threads", "1"]);
        for (let i = 0; i < 20; i++) {
            const socket = connect(server);
            socket.write(post("/v1/read", slow));
            await sleep(20);
            i % 2 ? socket.resetAndDestroy() : socket.destroy();
        }
        const since = performance.now();
        const answer = await exchange(server, post("/v1/read", sampleBytes("plain.png")), { within: 60000 });
        assert.equal(answer.status, 200);
        assert.ok(SANITIZED || performance.now() - since < 6000, `${performance.now() - since} ms`);
    });

    // 64 files of 64 small pages. The reader sorts the list again for each page.
    const part = (head, value) => Buffer.concat([
        Buffer.from(`--limits\r\nContent-Disposition: form-data; ${head}\r\n\r\n`), Buffer.from(value),
        Buffer.from("\r\n")]);
    const small = tiff(Array(64).fill({ pixels: Buffer.alloc(400, 255), width: 20, height: 20 }));
    const codes = Array.from({ length: 50000 }, (_, i) => 100000 + i * 7919 % 900000).join();
    const pages = post("/v1/read", Buffer.concat([
        part('name="list"', codes), ...Array(64).fill(part('name="picture"; filename="a"', small)),
        Buffer.from("--limits--\r\n")]), "Content-Type: multipart/form-data; boundary=limits\r\n");

    test("of all pages of a request is limited to three times that of one", async (t) => {
        const server = await startFor(t, ["--read-timeout", "0.3"]);
        const since = performance.now();
        refused(await exchange(server, pages, { within: 60000 }), 504, /--read-timeout/);
        assert.ok(SANITIZED || performance.now() - since < 4000, `${performance.now() - since} ms`);
    });

    test("ends between two pages when the client has left", async (t) => {
        const server = await startFor(t, ["--threads", "1"]);
        const socket = connect(server);
        await new Promise((written) => socket.write(pages, written));
        await sleep(300);
        socket.resetAndDestroy();
        const since = performance.now();
        const answer = await exchange(server, post("/v1/read", sampleBytes("plain.png")), { within: 120000 });
        assert.equal(answer?.status, 200);
        assert.ok(SANITIZED || performance.now() - since < 4000, `${performance.now() - since} ms`);
    });

    test("also limits all pictures of a request to /v1/classify", async (t) => {
        const server = await startFor(t, ["--read-timeout", "0.1"]);
        const pictures = Array(16).fill(`data:image/png;base64,${slow.toString("base64")}`);
        const answer = await exchange(server, post("/v1/classify", JSON.stringify({ pictures }),
                                                   "Content-Type: application/json\r\n"), { within: 60000 });
        refused(answer, 504, /--read-timeout/);
    });

    test("a client that has closed its sending side is still answered", async (t) => {
        const server = await startFor(t);
        const socket = connect(server);
        socket.end(post("/v1/read", sampleBytes("plain.png")));
        assert.equal((await answerOn(socket))?.status, 200);
    });
});

describe("addresses", () => {
    test("IPv4 clients of a listener on [::] are counted by address", async (t) => {
        const server = await start(["--listen", "[::]:0", "--connections-per-address", "2"]);
        t.after(() => server.stop());
        const port = { port: server.port };
        const held = [];
        for (const from of ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.4"]) {
            const socket = connect(port, { from });
            socket.write(`GET /v2 HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
            const answer = await answerOn(socket);
            assert.ok(answer && answer.status !== 429, `${from}: ${answer?.status}`);
            held.push(socket);
        }
        refused(await exchange(port, get("/v2"), { from: "127.0.0.4" }), 429, /address/);
        held.forEach((socket) => socket.destroy());
    });
});

describe("a training that is watched", () => {
    test("clients that never read need little memory and are disconnected", { timeout: 120000 }, async (t) => {
        const folder = newFolder(t);
        assert.equal(run(["synth", "--out", folder, "--count", "100", "--test-count", "600"]).code, 0);
        const training = await startTraining(["--data", folder, "--epochs", "1000"], { cwd: folder });
        t.after(() => training.stop("SIGKILL"));
        await sleep(1000);
        const before = training.memory();
        const sockets = [];
        while (sockets.length < 200) {
            const socket = connect(training);
            socket.pause();
            socket.write(get("/v1/training"));
            sockets.push(socket);
            await sleep(20);
        }
        const growth = training.memory() - before;
        t.diagnostic(`200 clients that never read: ${(growth / MIB).toFixed(1)} MiB more`);
        assert.ok(SANITIZED || growth < 32 * MIB, `${(growth / MIB).toFixed(1)} MiB more`);
        const late = connect(training);
        late.write(get("/v1/training"));
        assert.ok(await within(8000, () => /event: state[^]*event: [a-r]/.test(late.got.toString())),
                  "a later client gets the state and the events after it");
        sockets.forEach((socket) => socket.destroy());
        late.destroy();
        await training.stop("SIGKILL");
    });

    // With short segments and a small receive buffer the kernel takes little data, so the server has to keep the rest.
    const SLOW = `
import socket, sys, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
s.connect(("127.0.0.1", int(sys.argv[1])))
s.sendall(b"GET /v1/training HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
time.sleep(8)
got = b""
while b"event: progress" not in got:
    piece = s.recv(65536)
    if not piece:
        sys.exit("closed")
    got += piece
`;

    test("a client that does not read its state in time is disconnected", { timeout: 60000 }, async (t) => {
        const folder = newFolder(t);
        assert.equal(run(["synth", "--out", folder, "--count", "100", "--test-count", "600"]).code, 0);
        const training = await startTraining(["--data", folder, "--epochs", "1000"], { cwd: folder });
        t.after(() => training.stop("SIGKILL"));
        assert.ok(await within(20000, async () => {
            const early = connect(training);
            early.write(get("/v1/training"));
            await sleep(500);
            early.destroy();
            return early.got.toString().split("event: progress")[0].length > 120000;
        }), "a state has more than 120,000 bytes");
        const slow = spawn("python3", ["-c", SLOW, String(training.port)]);
        let printed = "";
        slow.stderr.on("data", (bytes) => { printed += bytes; });
        await new Promise((end) => slow.on("close", end));
        assert.match(printed, /^closed/);
        await training.stop("SIGKILL");
    });
});
