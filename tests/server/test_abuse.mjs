// Abusive clients: slow ones, too many of them, malformed requests. All on the loopback interface.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, describe, test } from "node:test";

import { bmp, pgm, png, tiff } from "./pictures.mjs";
import { SANITIZED, run, sample, sampleBytes, start, startFor } from "./server.mjs";
import { answerOn, connect, exchange, get, post, sleep, within } from "./wire.mjs";

const OCTETS = "Content-Type: application/octet-stream\r\n";
const JSON_TYPE = "Content-Type: application/json\r\n";
const DIGIT = Buffer.alloc(784);
const MIB = 1 << 20;

let server;
before(async () => { server = await start(["--request-time", "2", "--max-body", String(MIB), "--threads", "2"]); });
after(async () => {
    const { code, err } = await server.stop();
    assert.equal(code, 0, err);
});

// Checks that every thread still answers, with more concurrent requests of each kind than there are threads.
async function assertHealthy(to = server) {
    const picture = post("/v1/read", sampleBytes("plain.png"));
    const requests = [get("/v2"), post("/v1/classify", DIGIT, OCTETS), picture, picture, picture, picture];
    const answers = await Promise.all(requests.map((bytes) => exchange(to, bytes, { within: 5000 })));
    assert.deepEqual(answers.map((answer) => answer?.status), requests.map(() => 200));
    assert.deepEqual(answers.slice(2).map((answer) => answer.json()[0].string), Array(4).fill("52981"));
}
afterEach(() => assertHealthy());

function refused(answer, statuses, what) {
    assert.ok(answer, `${what}: no answer`);
    assert.ok(statuses.includes(answer.status), `${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
    return answer;
}

function refusedWithMessage(answer, statuses, what) {
    const error = refused(answer, statuses, what).json();
    assert.deepEqual(Object.keys(error), ["error"], what);
    assert.match(error.error, /.../, what);
}

describe("slow clients", () => {
    // drip(BYTES): sends a byte every 100 ms. Returns the answer, its time and whether the connection was closed.
    async function drip(bytes, first = "") {
        const socket = connect(server);
        const since = performance.now();
        socket.write(first);
        for (const byte of bytes) {
            if (socket.got.length > 0 || socket.destroyed || performance.now() - since > 6000)
                break;
            socket.write(Buffer.of(byte));
            await sleep(100);
        }
        const answer = await answerOn(socket, { within: 4000 });
        const seconds = (performance.now() - since) / 1000;
        const closed = await Promise.race([socket.gone.then(() => true), sleep(1000, false)]);
        socket.destroy();
        return { answer, seconds, closed };
    }

    function cutOff({ answer, seconds, closed }, what) {
        refusedWithMessage(answer, [408], what);
        assert.ok(seconds > 1.5 && seconds < 5, `${what}: after ${seconds} s`);
        assert.ok(closed, `${what}: the connection is still open`);
    }

    test("are disconnected", async () => {
        const long = Buffer.alloc(200, "x");
        const head = post("/v1/classify", DIGIT, OCTETS).subarray(0, -784).toString();
        const chunked = head.replace(/Content-Length: \d+/, "Transfer-Encoding: chunked");
        const [headers, body, chunks, silent, half] = await Promise.all([
            drip(long, "GET /v2 HTTP/1.1\r\nX: "), drip(long, head), drip(long, `${chunked}310\r\n`), drip([]),
            drip([], `${head}half`),
        ]);
        cutOff(headers, "headers byte by byte");
        cutOff(body, "a body byte by byte");
        cutOff(chunks, "a chunk byte by byte");
        cutOff(half, "half of a body");
        assert.ok(silent.closed && silent.seconds < 5, "a silent client is still connected");
    });

    test("a slow reader does not delay other clients", async () => {
        const sockets = Array.from({ length: 8 }, () => connect(server));
        for (const socket of sockets) {
            socket.pause();
            for (let i = 0; i < 20; i++)
                socket.write(get("/v1/network"));
        }
        await sleep(300);
        await assertHealthy();
        sockets.forEach((socket) => socket.destroy());
    });
});

describe("many connections", () => {
    const limit = Number(/Max open files\s+(\d+)/.exec(readFileSync("/proc/self/limits", "utf8"))[1]);
    const MANY = Math.min(10000, limit - 1000);
    const skip = MANY < 5000 && `ulimit -n is ${limit}; 11000 and more are needed`;
    const CHUNK = 500;

    // COUNT connections, from the addresses in turn.
    async function crowd(to, count, addresses) {
        const sockets = [];
        while (sockets.length < count) {
            const some = Array.from({ length: Math.min(CHUNK, count - sockets.length) }, (_, i) =>
                connect(to, { from: addresses[(sockets.length + i) % addresses.length] }));
            await Promise.all(some.map((socket) => socket.reached));
            sockets.push(...some);
        }
        return sockets;
    }

    const turnedAway = (sockets, status) =>
        sockets.filter(({ got }) => got.toString().startsWith(`HTTP/1.1 ${status} `));
    const served = (by, from) => within(3000, async () => (await exchange(by, get("/v2"), { from }))?.status === 200);

    async function leave(sockets) {
        sockets.forEach((socket) => socket.destroy());
        await Promise.all(sockets.map((socket) => socket.gone));
    }

    // Checks that the server closes its side of every connection; the one that asks stays. Not a number while too many
    // are open for another one to be admitted.
    async function assertNoneStays() {
        const gauge = /^lenet5_connections (\d+)$/m;
        const open = async () => Number(gauge.exec((await exchange(server, get("/metrics")))?.text)?.[1]);
        assert.ok(await within(5000, async () => await open() === 1), `${await open()} connections are still open`);
    }

    test("from one address: 429, other addresses are served", { skip }, async (t) => {
        const open = await startFor(t);
        const sockets = await crowd(open, MANY, ["127.0.0.2"]);
        assert.ok(await within(5000, () => turnedAway(sockets, 429).length >= MANY - 256),
                  `${turnedAway(sockets, 429).length} of ${MANY} were turned away`);
        assert.equal(turnedAway(sockets, 429).length, MANY - 256);
        await assertHealthy(open);
        refusedWithMessage(await exchange(open, get("/v2"), { from: "127.0.0.2" }), [429], "one more");
        await leave(sockets);
        assert.ok(await served(open, "127.0.0.2"));
    });

    test("from many addresses: 503 until some of them close", { skip }, async (t) => {
        const open = await startFor(t);
        const addresses = Array.from({ length: 50 }, (_, i) => `127.0.1.${i + 1}`);
        const before = open.memory();
        const sockets = await crowd(open, MANY, addresses);
        assert.ok(await within(5000, () => turnedAway(sockets, 503).length >= MANY - 4096),
                  `${turnedAway(sockets, 503).length} of ${MANY} were turned away`);
        const stay = sockets.filter((socket) => !socket.destroyed && socket.got.length === 0);
        assert.equal(stay.length, 4096);
        assert.ok(open.memory() - before < 4096 * 16384, `${(open.memory() - before) / MIB} MiB for 4096`);
        stay[17].write(get("/v2"));
        assert.equal((await answerOn(stay[17]))?.status, 200, "admitted clients are served");
        refusedWithMessage(await exchange(open, get("/v2")), [503], "one more");
        await leave(sockets);
        assert.ok(await served(open));
        await assertHealthy(open);
    });

    test("that close at once", async () => {
        for (let round = 0; round < 10; round++) {
            const sockets = Array.from({ length: 100 }, () => connect(server));
            await Promise.all(sockets.map((socket) => socket.reached));
            sockets.forEach((socket, i) => i % 2 ? socket.resetAndDestroy() : socket.destroy());
        }
        await assertNoneStays();
    });

    test("that close in the middle of a request", async () => {
        const picture = post("/v1/read", sampleBytes("plain.png"));
        const halves = [picture.subarray(0, 10), picture.subarray(0, 200), picture.subarray(0, 30000), picture];
        for (const half of halves)
            for (let i = 0; i < 20; i++) {
                const socket = connect(server);
                socket.write(half);
                await sleep(i % 4);
                i % 2 ? socket.resetAndDestroy() : socket.destroy();
            }
        const { code } = run(["version"]);
        assert.equal(code, 0);
    });

    test("that stop in the middle of a request", async () => {
        const picture = post("/v1/read", sampleBytes("plain.png"));
        for (const length of [1, 20, 500, 40000, picture.length - 1]) {
            const socket = connect(server);
            socket.end(picture.subarray(0, length));
            await Promise.race([socket.gone, sleep(4000)]);
            assert.ok(socket.destroyed, `${length} bytes: the connection is still open`);
            assert.doesNotMatch(socket.got.toString(), /^HTTP\/1\.1 200/);
        }
    });

    test("that close their sending side after a request do not stay open", async () => {
        const requests = [get("/v2"), post("/v1/classify", DIGIT, OCTETS), post("/v1/read", sampleBytes("plain.png")),
                          "GET"];
        for (const bytes of requests)
            for (let i = 0; i < 25; i++) {
                connect(server).end(bytes);
                await sleep(3);
            }
        await assertNoneStays();
    });
});

describe("malformed requests", () => {
    const body = DIGIT.toString("latin1");
    const classify = (headers, content = body) =>
        `POST /v1/classify HTTP/1.1\r\nHost: localhost\r\n${OCTETS}${headers}\r\n\r\n${content}`;
    const chunked = (content) => classify("Transfer-Encoding: chunked", content);

    const lengths = [
        ["-1", "Content-Length: -1"], ["huge", "Content-Length: 99999999999999999999999"],
        ["hexadecimal", "Content-Length: 0x310"], ["empty", "Content-Length: "], ["text", "Content-Length: many"],
        ["with a sign", "Content-Length: +784"], ["two numbers", "Content-Length: 784, 785"],
        ["two different ones", "Content-Length: 784\r\nContent-Length: 10"],
        ["with chunks", "Content-Length: 784\r\nTransfer-Encoding: chunked"],
        ["chunks with one", "Transfer-Encoding: chunked\r\nContent-Length: 784"],
    ];
    for (const [what, headers] of lengths)
        test(`a Content-Length ${what}`, async () => {
            refused(await exchange(server, classify(headers), { within: 4000 }), [400, 413], what);
        });

    const codings = ["gzip", "chunked, gzip", "identity, chunked, chunked", "xchunked",
                     "chunked\r\nTransfer-Encoding: chunked", "chunked\u000b", "\"chunked\""];
    test("a Transfer-Encoding that is not chunked alone", async () => {
        await Promise.all(codings.map(async (coding) => {
            const bytes = classify(`Transfer-Encoding: ${coding}`, `310\r\n${body}\r\n0\r\n\r\n`);
            refused(await exchange(server, bytes, { within: 4000 }), [400, 415, 501], JSON.stringify(coding));
        }));
    });

    const chunks = [
        ["without a number", "xyz\r\n"], ["of negative size", "-5\r\nhello\r\n0\r\n\r\n"],
        ["of huge size", "fffffffffffffffff\r\nx"],
        ["longer than its size", `5\r\nhello and more\r\n0\r\n\r\n`], ["without an end", `310\r\n${body}0\r\n\r\n`],
        ["with a sign", `+5\r\nhello\r\n0\r\n\r\n`], ["with a space", ` 5\r\nhello\r\n0\r\n\r\n`],
        ["with 0x", `0x5\r\nhello\r\n0\r\n\r\n`],
        ["with an endless extension", `5;${"x".repeat(40000)}\r\nhello\r\n0\r\n\r\n`],
    ];
    for (const [what, content] of chunks)
        test(`a chunk ${what}`, async () => {
            refused(await exchange(server, chunked(content), { within: 4000 }), [400, 408, 413, 431], what);
        });

    test("no request is smuggled behind another", async () => {
        const inner = get("/v2/health/live");
        const requests = [
            classify(`Content-Length: 784\r\nTransfer-Encoding: chunked`, `0\r\n\r\n${inner}`),
            classify(`Content-Length: 0\r\nContent-Length: ${inner.length}`, inner),
            classify(`Content-Length : ${inner.length}`, inner),
            classify(`X: y\r\n Content-Length: ${inner.length}`, inner),
        ];
        for (const bytes of requests) {
            const socket = connect(server);
            socket.write(bytes);
            await sleep(300);
            const answers = socket.got.toString().match(/HTTP\/1\.1 \d{3}/g) ?? [];
            assert.ok(!answers.includes("HTTP/1.1 200"), `${JSON.stringify(bytes.slice(0, 150))}: ${answers}`);
            socket.destroy();
        }
    });

    const bombs = [
        ["a long header", `X: ${"y".repeat(100000)}\r\n`], ["many headers", "X: y\r\n".repeat(20000)],
        ["a long name", `${"X".repeat(100000)}: y\r\n`], ["an endless header", `X: ${"y".repeat(100000)}`],
    ];
    for (const [what, headers] of bombs)
        test(`${what}: 431`, async () => refused(await exchange(server, get("/v2", headers)), [431], what));

    const broken = [
        "GET\r\n\r\n", "GET /v2\r\n\r\n", "GET /v2 HTTP/9.9\r\nHost: localhost\r\n\r\n", "GET /v2 HTTX/1.1\r\nHost: localhost\r\n\r\n",
        "\0\0\0\0\r\n\r\n", "GET /v2 HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
        "GET /v2 HTTP/1.1\r\nHost: localhost\r\nX\0Y: z\r\n\r\n",
        "GET /v2 HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nOrigin: http://other.example\r\n\r\n",
        "GET /v2 HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\n\r\n",
        "GET /v2 HTTP/1.1\r\nHost : x\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "GET /v2 HTTP/1.1\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "G\xcbT /v2 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ];
    for (const line of broken)
        test(`${JSON.stringify(line)} is refused`, async () => {
            const text = await sendAndClose(line);
            assert.match(text, /^(HTTP\/1\.[01] (400|405|408|431|501|505) [\s\S]*)?$/);
            assert.equal((text.match(/HTTP\/1\.[01] \d{3} /g) ?? []).length, text ? 1 : 0, text);
        });

    // The server may ignore these faults but must not answer twice.
    const odd = [
        "GET  /v2 HTTP/1.1\r\nHost: localhost\r\n\r\n", "/v2 GET HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /v2\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /v2 HTTP/1.1\r\nHost: localhost\r\n: no name\r\n\r\n",
        "GET /v2 HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n", "GET /?\0 HTTP/1.1\r\nHost: localhost\r\n\r\n", "\r\n\r\nGET /v2 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ];
    for (const line of odd)
        test(`${JSON.stringify(line)} gets at most one answer`, async () => {
            assert.ok(((await sendAndClose(line)).match(/HTTP\/1\.[01] \d{3} /g) ?? []).length <= 1);
        });

    // Sends the bytes and closes the sending side. The server must close the connection; returns what it sent.
    async function sendAndClose(line) {
        const socket = connect(server);
        socket.end(Buffer.from(line, "latin1"));
        await Promise.race([socket.gone, sleep(4000)]);
        assert.ok(socket.destroyed, "the connection is still open");
        return socket.got.toString();
    }

    test("headers just below and above the limit are answered", async () => {
        for (let length = 15600; length < 16800; length += 40) {
            const header = `X: ${"y".repeat(length)}\r\n`;
            for (const bytes of [get("/v2", header), post("/v1/classify", DIGIT, OCTETS + header)])
                refused(await exchange(server, bytes, { within: 4000 }), [200, 431], `${length} bytes`);
        }
    });
});

describe("paths", () => {
    const paths = [
        "/../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "//v2",
        "/..\\..\\etc\\passwd",
        "/\\etc\\passwd", "/%5c..%5cetc", "/%00", "/v2%00", "/v2/%2e%2e/v2", "/v2/../v2", "/./v2",
        "/%c0%ae%c0%ae/etc/passwd",
        "/%", "/%f", "/%zz", "/~root", "/.git/config", "/proc/self/environ", "/main.js/../../etc/passwd", "/%2fv2",
        "/v2%20",
        "/watch.html/", `/${"a".repeat(8000)}`, `/${"../".repeat(2000)}etc/passwd`,
        `/${"%2e%2e%2f".repeat(500)}etc/passwd`,
        "/index.html%00.png", "http://127.0.0.1/etc/passwd", "*",
    ];
    for (const path of paths)
        test(JSON.stringify(path.slice(0, 60)), async () => {
            const answer = refused(await exchange(server, get(path)), [400, 404, 405], path);
            assert.doesNotMatch(answer.text, /root:|HOME=/);
        });

    test("a path that is too long", async () => {
        refused(await exchange(server, get(`/${"a".repeat(100000)}`)), [400, 404, 414, 431], "100000 bytes");
    });

    test("many, long and malformed options", async () => {
        const queries = ["a=1&".repeat(3000), `format=${"d".repeat(9000)}`, "format=%00", "=", "&&&&", "format", "%=1",
                         "format=%ff%fe",
                         `list=${"1,".repeat(3000)}`, "n_best=99999999999999999999", "threshold=nan", "threshold=inf",
                         "threshold=1e999", "n_best=1%00", "threshold=0.5x", "n_best= 1", "explain=1&explain=1"];
        for (const query of queries) {
            const answer = await exchange(server, post(`/v1/read?${query}`, sampleBytes("word.png")));
            refused(answer, /^(&&&&|list=)/.test(query) ? [200, 400] : [400], query.slice(0, 60));
        }
    });
});

describe("broken pictures", () => {
    // For truncated pictures the server gives the same results as the command.
    for (const name of ["plain.png", "boxes.jpg"])
        test(`${name}, truncated`, async () => {
            const whole = sampleBytes(name);
            for (const share of [0, 0.0001, 0.001, 0.01, 0.03, 0.1, 0.4, 0.7, 0.95, 0.999]) {
                const cut = whole.subarray(0, Math.floor(share * whole.length));
                const { code } = run(["read", "-"], { input: cut });
                const answer = refused(await exchange(server, post("/v1/read", cut)), [200, 400],
                                       `${name} to ${share}`);
                assert.equal(answer.status, code === 1 ? 400 : 200, `${name} to ${share}: the command exits with ${code}`);
            }
        });

    test("changed bytes", async () => {
        for (const name of ["plain.png", "boxes.jpg"])
            for (let i = 0; i < 20; i++) {
                const changed = Buffer.from(sampleBytes(name));
                for (let at = i; at < changed.length; at += 97 * (i + 1))
                    changed[at] ^= 1 << (i % 8);
                refused(await exchange(server, post("/v1/read", changed)), [200, 400], `${name}, ${i}`);
            }
    });

    test("headers that announce huge pictures", async () => {
        const before = server.memory();
        const pictures = [
            png(Buffer.alloc(0), 60000, 60000), png(Buffer.alloc(60000), 60000, 60000),
            png(Buffer.alloc(9), 0x7fffffff, 1),
            png(Buffer.alloc(0), 0, 0), png(Buffer.alloc(0), 0x7fffffff, 0x7fffffff),
            Buffer.from("P5\n60000 60000\n255\nx"), Buffer.from("P5\n99999999999 1\n255\nx"),
            Buffer.from("P5\n0 0\n255\n"),
            Buffer.from("P5\n-1 -1\n255\nx"), Buffer.from("P6\n60000 60000\n255\nx"),
            hugeBmp(60000, 60000), hugeBmp(-5, 5), tiff([{ pixels: Buffer.alloc(9), width: 60000, height: 60000 }]),
        ];
        for (const picture of pictures)
            for (const path of ["/v1/read", "/v1/classify"])
                refusedWithMessage(await exchange(server, post(path, picture, "Content-Type: image/png\r\n")), [400],
                               `${path}: ${picture.subarray(0, 30).toString("latin1")}`);
        assert.ok(server.memory() - before < 100 * MIB, `${(server.memory() - before) / MIB} MiB`);
    });

    function hugeBmp(width, height) {
        const file = bmp(Buffer.alloc(1), 1, 1);
        file.writeInt32LE(width, 18);
        file.writeInt32LE(height, 22);
        return file;
    }
});

describe("broken forms", () => {
    const type = "Content-Type: multipart/form-data; boundary=b\r\n";
    const part = 'Content-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n';
    const forms = [
        ["no end", `--b\r\n${part}x`], ["no part", "--b--\r\n"], ["no headers", "--b\r\nx\r\n--b--\r\n"],
        ["no disposition", "--b\r\nX: y\r\n\r\nx\r\n--b--\r\n"], ["another boundary", `--c\r\n${part}x\r\n--c--\r\n`],
        ["a long header", `--b\r\nX: ${"y".repeat(200000)}\r\n\r\nx\r\n--b--\r\n`],
        ["many parts", `--b\r\nContent-Disposition: form-data; name="n_best"\r\n\r\n1\r\n`.repeat(5000) + "--b--\r\n"],
        ["a name without an end", '--b\r\nContent-Disposition: form-data; name="pict\r\n\r\nx\r\n--b--\r\n'],
        ["nothing in the file", `--b\r\n${part}\r\n--b--\r\n`],
    ];
    for (const [what, body] of forms)
        test(what, async () => refusedWithMessage(await exchange(server, post("/v1/read", body, type)), [400, 413], what));

    for (const header of ["multipart/form-data", "multipart/form-data; boundary=",
                          `multipart/form-data; boundary=${"b".repeat(5000)}`])
        test(header.slice(0, 50), async () => {
            const body = `--b\r\n${part}x\r\n--b--\r\n`;
            refusedWithMessage(await exchange(server, post("/v1/read", body, `Content-Type: ${header}\r\n`)), [400],
                           header);
        });

    test("a long field is parsed in linear time", async (t) => {
        const open = await startFor(t, []);
        const type = "Content-Type: multipart/form-data; boundary=a-boundary\r\n";
        const head = '--a-boundary\r\nContent-Disposition: form-data; name="list"\r\n\r\n';
        const values = ["1", "\r", "\r\n-", "\r\n--", "1,"].map((piece) => Buffer.alloc(31 * MIB, piece));
        const timed = async (path, body, headers) => {
            const since = performance.now();
            refusedWithMessage(await exchange(open, post(path, body, headers), { within: 60000 }), [400], path);
            return performance.now() - since;
        };
        for (const value of values) {
            const body = Buffer.concat([Buffer.from(head), value, Buffer.from("\r\n--a-boundary--\r\n")]);
            const plain = await timed("/v1/classify", body, OCTETS), took = await timed("/v1/read", body, type);
            assert.ok(took < 10 * plain + 500, `${took} ms for ${value.length} bytes that take ${plain} ms to send`);
        }
    });

    test("any file name is returned as a string", async () => {
        for (const name of ['<img src=x onerror="1">', "\u0000\u0001\u001b[2J", "../../etc/passwd", "\u00fc\u2603",
                            "a".repeat(3000)]) {
            const escaped = name.replaceAll('"', '\\"');
            const head = `--b\r\nContent-Disposition: form-data; name="picture"; filename="${escaped}"\r\n\r\n`;
            const body = Buffer.concat([Buffer.from(head), sampleBytes("plain.png"), Buffer.from("\r\n--b--\r\n")]);
            const answer = refused(await exchange(server, post("/v1/read", body, type)), [200, 400], name);
            if (answer.status === 200)
                assert.equal(typeof answer.json()[0].file, "string");
            assert.match(answer.headers["content-type"], /^application\/json/);
        }
    });
});

describe("broken JSON", () => {
    const numbers = Array(784).fill(1);
    const fine = JSON.stringify({ picture: numbers });
    const texts = [
        ...[0, 1, 5, 12, 100, fine.length - 2, fine.length - 1].map((length) => fine.slice(0, length)),
        `${fine}x`, `${fine}${fine}`, "[".repeat(100000), '{"a":'.repeat(50000), `{"picture":${"[".repeat(3000)}`,
        `{"picture":${"[".repeat(500)}1${"]".repeat(500)}}`, fine.replace("1", "1e999"),
        fine.replace("1", "9".repeat(400)),
        fine.replace("1", "NaN"), fine.replace("1", "01"), fine.replace("1", "1."), fine.replace("1", "-"),
        fine.replace("1", "0x1"),
        fine.replace("{", '{"picture":[],'),
        `{"picture":${JSON.stringify(numbers)},"picture":${JSON.stringify(numbers)}}`,
        '{"picture":"\ud800"}', '{"pic\\u0000ture":1}', '"text"', "null", "1", "{}", "[]", "\ufeff",
        fine.replaceAll(",", ",,"),
        fine.replace(/]/, ",]"), `/* c */${fine}`, '{"picture":{"0":1}}', '{"picture":null}', '{"pictures":[[]]}',
        '{"pictures":[null]}',
    ];
    const notText = [
        Buffer.from([0xff, 0xfe, 0x7b, 0x00]), Buffer.from('{"pict\xffure":[]}', "latin1"),
        Buffer.from('{"a":"\xc0\x80"}', "latin1"), Buffer.alloc(1000), Buffer.alloc(500000, "["),
    ];
    for (const path of ["/v1/classify", "/v2/models/lenet5/infer"])
        test(path, async () => {
            for (const text of [...texts, ...notText])
                refusedWithMessage(await exchange(server, post(path, text, JSON_TYPE)), [400],
                               `${path}: ${text.toString("latin1").slice(0, 60)} … of ${text.length}`);
        });

    test("pictures of many pixels, one after the other", async (t) => {
        const narrow = await startFor(t, ["--max-pixels", "20000"]);
        const head = "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
        const part = (width) => [Buffer.from(head), pgm(Buffer.alloc(width * 100, 255), width, 100),
                                 Buffer.from("\r\n")];
        const form = (count, width) =>
            Buffer.concat([...Array(count).fill(part(width)).flat(), Buffer.from("--xx--\r\n")]);
        const type = "Content-Type: multipart/form-data; boundary=xx\r\n";
        const send = (count, width) => exchange(narrow, post("/v1/read", form(count, width), type));
        for (const width of [196, 200]) { // with width 200 the limit is reached after four
            const fine = await send(4, width);
            assert.equal(fine.status, 200, fine.text);
            refusedWithMessage(await send(5, width), [413], `five pictures, ${width} pixels wide`);
        }
    });

    test("a request with megabytes of JSON", async (t) => {
        const open = await startFor(t, []);
        const before = open.memory();
        const bodies = [`[${"[],".repeat(300000)}[]]`, `{${'"a":1,'.repeat(150000)}"b":1}`,
                        `[${"1,".repeat(500000)}1]`, `[${"[],".repeat(8000000)}[]]`, `[${"1,".repeat(12000000)}1]`];
        for (const body of bodies)
            refusedWithMessage(await exchange(open, post("/v1/classify", body, JSON_TYPE)), [400], body.slice(0, 20));
        assert.ok(SANITIZED || open.memory() - before < 200 * MIB, `${(open.memory() - before) / MIB} MiB`);
    });
});

describe("endless bodies", () => {
    const plain = (piece) => piece;
    const PIECE = Buffer.alloc(MIB / 4, "x");

    // Sends up to SIZE bytes as fast as the server accepts them; returns the server's peak memory.
    async function pour(to, head, size, frame) {
        const socket = connect(to);
        let peak = 0, sent = 0;
        socket.write(head);
        while (sent < size && !socket.destroyed && socket.writable) {
            sent += PIECE.length;
            if (!socket.write(frame(PIECE)))
                await Promise.race([new Promise((drained) => socket.once("drain", drained)), socket.gone,
                                    sleep(1000)]);
            peak = Math.max(peak, to.memory());
            if (socket.got.length > 0)
                break;
        }
        if (frame !== plain && !socket.destroyed)
            socket.write("0\r\n\r\n");
        const answer = await answerOn(socket, { within: 3000 });
        socket.destroy();
        return { answer, peak };
    }

    const chunk = (piece) =>
        Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")]);
    const cases = [
        ["1 GB, announced", 1024, `Content-Length: ${1024 * MIB}\r\n`, plain],
        ["128 MB in chunks", 128, "Transfer-Encoding: chunked\r\n", chunk],
    ];
    for (const [what, mebibytes, headers, frame] of cases)
        for (const path of ["/v1/read", "/v1/classify"])
            test(`${what}, ${path}`, async () => {
                const before = server.memory();
                const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${OCTETS}${headers}\r\n`;
                const { answer, peak } = await pour(server, head, mebibytes * MIB, frame);
                refusedWithMessage(answer, [413], what);
                assert.ok(peak - before < 12 * MIB, `${(peak - before) / MIB} MiB more`);
            });

    test("from many clients at once", async (t) => {
        const open = await startFor(t, ["--max-body", String(4 * MIB)]);
        const before = open.memory();
        const head = `POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${4 * MIB}\r\n\r\n`;
        const sockets = Array.from({ length: 60 }, () => connect(open));
        sockets.forEach((socket) => { socket.write(head); socket.write(Buffer.alloc(4 * MIB - 1)); });
        await within(4000, () => sockets.filter(({ got }) => got.length > 0).length >= 40);
        const more = (open.memory() - before) / MIB;
        assert.ok(SANITIZED || more < 16 * 4 + 48, `${more} MiB more`);
        sockets.forEach((socket) => socket.destroy());
        assert.ok(await within(4000, async () => (await exchange(open, get("/v2")))?.status === 200));
        await assertHealthy(open);
    });
});
