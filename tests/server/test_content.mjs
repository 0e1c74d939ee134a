// Bodies whose content does not match their Content-Type, or whose numbers are not grey levels from 0 to 255.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gunzipSync } from "node:zlib";

import { bmp, digits, enlarged, padded, pgm, png, rows, tiff } from "./pictures.mjs";
import { sampleBytes, start, startFor } from "./server.mjs";
import { answerOn, connect, exchange, get, post, sleep } from "./wire.mjs";

const WIDTH = 200, HEIGHT = 150;
const TYPES = ["application/octet-stream", "application/x-www-form-urlencoded", "text/plain", "application/json",
               "image/jpeg", "image/png", "nonsense", undefined];

let server, drawn, files, wanted;
before(async (t) => {
    server = await start();
    drawn = digits(t, 4096);
    const pixels = enlarged(drawn.picture(0), 4, { width: WIDTH, height: HEIGHT });
    files = { png: png(pixels, WIDTH, HEIGHT), bmp: bmp(pixels, WIDTH, HEIGHT), pgm: pgm(pixels, WIDTH, HEIGHT),
              tiff: tiff([{ pixels, width: WIDTH, height: HEIGHT }]) };
    [wanted] = await results(files.png, "image/png");
    assert.equal(wanted.digit, drawn.labels[0]);
});
after(async () => assert.equal((await server.stop()).code, 0));

async function ask(path, body, type, to = server) {
    const headers = type ? { "Content-Type": type } : {};
    const answer = await fetch(to.base + path, { method: "POST", body: typeof body === "string" ? Buffer.from(body) : body,
                                                 headers });
    return { status: answer.status, ...await answer.json() };
}

async function results(body, type, query = "") {
    const answer = await ask(`/v1/classify${query}`, body, type);
    assert.equal(answer.status, 200, answer.error);
    assert.equal(answer.notes, undefined);
    return answer.results;
}

async function bad(pattern, body, type, path = "/v1/classify") {
    const answer = await ask(path, body, type);
    assert.equal(answer.status, 400, JSON.stringify(answer).slice(0, 200));
    assert.match(answer.error, pattern);
}

const dataUrl = (bytes, type = "image/png") => `data:${type};base64,${bytes.toString("base64")}`;
const json = (value) => [JSON.stringify(value), "application/json"];

function form(parts, fields = {}) {
    const data = new FormData();
    Object.entries(fields).forEach(([name, value]) => data.append(name, value));
    parts.forEach((part, i) => typeof part === "string" ? data.append("picture", part)
                                                        : data.append("picture", new Blob([part]), `${i}.png`));
    return data;
}

describe("/v1/classify recognises a picture by its content", () => {
    test("with any Content-Type", async () => {
        for (const [kind, file] of Object.entries(files))
            for (const type of TYPES)
                assert.deepEqual(await results(file, type), [wanted], `${kind} as ${type}`);
        for (const type of TYPES)
            assert.ok((await results(sampleBytes("boxes.jpg"), type))[0].digit >= 0, `a JPEG as ${type}`);
    });

    test("grey levels are not taken for a picture file", async () => {
        for (const magic of ["BM", "P5", "P6 ", "II*", "RIFF", "\x89PNG", "data", "\xff\xd8"]) {
            const body = Buffer.from(drawn.picture(0));
            body.write(magic, 0, "latin1");
            assert.equal((await results(body)).length, 1, magic);
        }
    });

    test("a data URL, as a body and in JSON", async () => {
        for (const [kind, file] of Object.entries(files))
            for (const type of ["text/plain", undefined, "application/json"]) {
                assert.deepEqual(await results(dataUrl(file, `image/${kind}`), type), [wanted]);
                assert.deepEqual(await results(`${dataUrl(file, "")}\n`, type), [wanted]);
            }
        const one = dataUrl(files.png), levels = rows(drawn.picture(1));
        assert.deepEqual(await results(...json({ picture: one })), [wanted]);
        const three = await results(...json({ pictures: [one, levels, dataUrl(files.pgm).replace("data", "DATA")] }));
        assert.deepEqual([three[0], three[2]], [wanted, wanted]);
        assert.equal(three[1].digit, drawn.labels[1]);
    });

    // A few kilobytes with 16 million pixels each, which take tenths of a second to decode.
    test("a data URL in JSON does not delay other requests", async (t) => {
        const one = await startFor(t, ["--threads", "1"]);
        const url = dataUrl(png(Buffer.alloc(4000 * 4000, 255), 4000, 4000));
        for (const begin of ["DATA", "\\u0064ata"]) {
            const body = Buffer.from(JSON.stringify({ picture: url }).replace("data", () => begin));
            assert.ok(body.length < 65536);
            const sockets = Array.from({ length: 5 }, () => connect(one));
            sockets.forEach((socket) => socket.write(post("/v1/classify", body, "Content-Type: application/json\r\n")));
            await Promise.all(sockets.map((socket) => socket.reached));
            await sleep(50);
            const since = performance.now();
            assert.equal((await exchange(one, get("/v2/health/live"))).status, 200);
            const waited = performance.now() - since;
            for (const socket of sockets)
                assert.equal((await answerOn(socket, { within: 60000 }))?.status, 200);
            const all = performance.now() - since;
            assert.ok(waited < all / 3, `${begin}: ${waited} of ${all} ms`);
            sockets.forEach((socket) => socket.destroy());
        }
    });

    test("a form, with options", async () => {
        assert.deepEqual(await results(form([files.png])), [wanted]);
        assert.deepEqual(await results(form([files.png, dataUrl(files.bmp), files.tiff])), [wanted, wanted, wanted]);
        const [strict] = await results(form([files.png], { threshold: "1", maps: "1" }));
        assert.equal(strict.decision, "rejected");
        assert.equal(strict.maps.c1.length, 6);
    });

    test("a blank picture among others", async () => {
        const blank = sampleBytes("blank.png");
        const answered = await results(form([blank, files.png, blank]), undefined, "?maps=1");
        assert.deepEqual(answered.map(({ digit }) => digit), [null, wanted.digit, null]);
        assert.deepEqual(answered.map(({ maps }) => maps === undefined), [true, false, true]);
        assert.equal(answered[0].reason, "no ink found");
    });

    test("400 for a body that is not a picture", async () => {
        for (const url of ["data:", "data:,", "data:image/png,x", "data:image/png;base64", "data:;base64,",
                           "data:image/png;base64,?", "data:image/png;base64,AAA", "data:;base64,AAAA", ";base64,AAAA",
                           dataUrl(Buffer.from("no picture")), dataUrl(files.png).slice(0, 200)]) {
            await bad(/./, ...json({ picture: url }));
            await bad(/./, url, "text/plain");
            await bad(/./, form([url]));
        }
        await bad(/./, ...json({ pictures: [dataUrl(files.png), "seven"] }));
        await bad(/file/, form([]));
        await bad(/option/, form([files.png], { formet: "5" }));
        await bad(/./, form([drawn.picture(0)]));
        await bad(/./, "x", "multipart/form-data");
    });

    test("a form may have 64 pictures and four times the pixels of the largest one", async (t) => {
        const small = png(Buffer.alloc(100, 255), 10, 10);
        assert.equal((await results(form(Array(64).fill(small)))).length, 64);
        await bad(/64/, form(Array(65).fill(small)));
        const narrow = await startFor(t, ["--max-pixels", String(WIDTH * HEIGHT)]);
        const send = async (count) => (await ask("/v1/classify", form(Array(count).fill(files.png)), undefined, narrow)).status;
        assert.deepEqual([await send(4), await send(5)], [200, 413]);
        const large = png(Buffer.alloc(WIDTH * (HEIGHT + 1), 255), WIDTH, HEIGHT + 1);
        assert.equal((await ask("/v1/classify", large, "image/png", narrow)).status, 400);
    });
});

const HEAD = "Inference-Header-Content-Length";
const INFER = "/v2/models/lenet5/infer";

// Infers one tensor, given as JSON or as bytes after the JSON.
async function infer(shape, datatype, data) {
    const tensor = { name: "pictures", shape, datatype };
    const bytes = Buffer.isBuffer(data);
    const input = bytes ? { ...tensor, parameters: { binary_data_size: data.length } } : { ...tensor, data };
    const head = Buffer.from(JSON.stringify({ inputs: [input] }));
    const answer = await fetch(server.base + INFER, { method: "POST", body: bytes ? Buffer.concat([head, data]) : head,
                                                     headers: bytes ? { [HEAD]: String(head.length) } : {} });
    return { status: answer.status, ...await answer.json() };
}

const float32 = (values) => Buffer.from(Float32Array.from(values).buffer);
const float64 = (values) => Buffer.from(Float64Array.from(values).buffer);
const parts = (picture) => [...picture].map((level) => level / 255);
const binarised = (picture) => [...picture].map((level) => Number(level > 127));

describe("numbers from 0 to 1", () => {
    test("fractions: 400 with the remedy", async () => {
        const shares = parts(drawn.picture(0));
        await bad(/from 0 to 1.*255/, ...json({ picture: shares }));
        await bad(/from 0 to 1.*255/, ...json({ pictures: [Array(784).fill(0), shares, binarised(drawn.picture(1))] }));
        for (const [type, data] of [["FP32", shares], ["UINT8", shares], ["FP32", float32(shares)]]) {
            const { status, error } = await infer([1, 784], type, data);
            assert.equal(status, 400, type);
            assert.match(error, /from 0 to 1.*255/);
        }
    });

    test("only 0 and 1: a note", async () => {
        const ones = binarised(drawn.picture(0));
        for (const request of [json({ picture: ones }), [Buffer.from(ones)]]) {
            const answer = await ask("/v1/classify", ...request);
            assert.equal(answer.status, 200);
            assert.match(answer.notes.join(), /0 and 1.*255/);
            assert.equal(answer.results.length, 1);
        }
        for (const [type, data] of [["FP32", ones], ["UINT8", ones], ["FP32", float32(ones)], ["UINT8", Buffer.from(ones)]])
            assert.match((await infer([1, 28, 28], type, data)).parameters?.note ?? "none", /0 and 1.*255/, type);
    });

    test("no note for grey levels, blank pictures, or faint pictures among others", async () => {
        const faint = parts(drawn.picture(0));
        await results(...json({ pictures: [faint, [...drawn.picture(1)]] }));
        await results(...json({ picture: Array(784).fill(0) }));
        await results(Buffer.alloc(784));
        await results(Buffer.alloc(784, 2));
        for (const data of [[...drawn.picture(0)], Array(784).fill(0), float32(drawn.picture(0))])
            assert.equal((await infer([1, 784], "FP32", data)).parameters, undefined);
    });
});

describe("floats given as bytes", () => {
    const kinds = [["float", float32, 32], ["double", float64, 64]];
    for (const [kind, pack, bits] of kinds)
        test(`400 with the remedy: ${kind}s from 0 to 1, from 0 to 255, 0 and 1`, async () => {
            const remedy = new RegExp(`${bits} bits.*one byte`);
            for (let i = 0; i < 50; i++)
                for (const values of [parts(drawn.picture(i)), [...drawn.picture(i)], binarised(drawn.picture(i))]) {
                    await bad(remedy, pack(values), "application/octet-stream");
                    await bad(remedy, pack(values), "application/octet-stream", "/v1/classify?normalise=1&width=56");
                }
            await bad(remedy, pack(parts(padded(drawn.picture(0)))), undefined);
            const data = pack(parts(drawn.picture(0)));
            const { status, error } = await infer([bits / 8, 28, 28], "UINT8", data);
            assert.equal(status, 400);
            assert.match(error, remedy);
        });

    test("a float tensor declared as UINT8: the error names FP32", async () => {
        const { status, error } = await infer([1, 28, 28], "UINT8", float32(parts(drawn.picture(0))));
        assert.equal(status, 400);
        assert.match(error, /FP32/);
    });

    test("grey levels of digits are not taken for floats", async () => {
        for (let i = 0; i < 4096; i += 256) {
            const many = drawn.bytes.subarray(784 * i, 784 * (i + 256));
            assert.equal((await results(many, undefined, "?side=28")).length, 256);
        }
        for (const level of [2, 0x3e, 0x3f, 0x40, 0x42, 128, 255])
            await results(Buffer.alloc(784, level));
        const noise = Buffer.from(Array.from({ length: 784 }, (_, i) => 0x38 + (i * 7919) % 11));
        await results(noise);
    });

    const mnist = process.env.LENET5_DATA && join(process.env.LENET5_DATA, "t10k-images-idx3-ubyte.gz");
    test("grey levels of MNIST are not taken for floats", { skip: mnist ? false : "LENET5_DATA is not set" }, async () => {
        const bytes = gunzipSync(readFileSync(mnist)).subarray(16);
        for (let i = 0; i < 10000; i += 4)
            await results(bytes.subarray(784 * i, 784 * (i + 4)), undefined, "?side=28");
    });
});
