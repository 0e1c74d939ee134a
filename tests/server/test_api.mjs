// The promises of docs/server.md about /v1 and /v2, compared with the output of the commands.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { bmp, digits, enlarged, padded, pgm, png, rotated, rows, tiff } from "./pictures.mjs";
import { newFolder, run, sample, sampleBytes, start, startFor } from "./server.mjs";

const PICTURES = ["plain.png", "boxes.jpg", "word.png", "blank.png", "turned.png", "shadow.jpg"];
const FILE = /^\{"file":"[^"]*"/;

let server;
before(async () => { server = await start(); });
after(async () => {
    const { code, err } = await server.stop();
    assert.equal(code, 0, err);
});

async function ask(path, body, headers = {}, method = body === undefined ? "GET" : "POST") {
    const answer = await fetch(server.base + path, { method, body, headers });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { status: answer.status, headers: answer.headers, bytes, text: bytes.toString(),
             json: () => JSON.parse(bytes.toString()) };
}

async function good(path, body, headers) {
    const answer = await ask(path, body, headers);
    assert.equal(answer.status, 200, `${path}: ${answer.text.slice(0, 300)}`);
    return answer;
}

// bad(STATUS, PATTERN, REQUEST): checks that the request is refused with an error that matches.
async function bad(status, pattern, ...request) {
    const answer = await ask(...request);
    assert.equal(answer.status, status, `${request[0]}: ${answer.text.slice(0, 300)}`);
    const printed = answer.json();
    assert.deepEqual(Object.keys(printed), ["error"]);
    assert.match(printed.error, pattern, request[0]);
    return answer;
}

const json = (value) => [JSON.stringify(value), { "Content-Type": "application/json" }];
const bytesOf = (picture) => [picture, { "Content-Type": "application/octet-stream" }];

function command(...args) {
    const { code, out, err } = run(args);
    assert.ok(code === 0 || code === 3, err);
    return out;
}

const readLines = (name, ...options) => command("read", "--json", sample(name), ...options);
const unnamed = (lines) => lines.split("\n").map((line) => line.replace(FILE, '{"file":""')).join("\n");

function form(files, fields = {}) {
    const data = new FormData();
    for (const [name, value] of Object.entries(fields))
        data.append(name, value);
    for (const name of files)
        data.append("picture", new Blob([sampleBytes(name)]), sample(name));
    return data;
}

describe("/v1/read", () => {
    const NDJSON = { Accept: "application/x-ndjson" };

    for (const name of PICTURES)
        test(`${name} gives the output of the command`, async () => {
            const wanted = unnamed(readLines(name));
            const answer = await good("/v1/read", sampleBytes(name), NDJSON);
            assert.equal(answer.headers.get("content-type"), "application/x-ndjson");
            assert.equal(answer.text, wanted);
            const list = await good("/v1/read", sampleBytes(name));
            assert.match(list.headers.get("content-type"), /^application\/json/);
            assert.deepEqual(list.json(), wanted.trim().split("\n").map(JSON.parse));
        });

    test("several files of a form give the output of the command", async () => {
        const answer = await good("/v1/read", form(PICTURES), NDJSON);
        assert.equal(answer.text, PICTURES.map((name) => readLines(name)).join(""));
    });

    test("the type of the body may be missing or wrong", async () => {
        for (const type of ["image/jpeg", "application/octet-stream", "image/png"]) {
            const lines = (await good("/v1/read", sampleBytes("plain.png"), { "Content-Type": type })).json();
            assert.equal(lines[0].string, "52981", type);
        }
    });

    const cases = [
        ["card.png", "format=16&check=luhn", ["--format", "16", "--check", "luhn"]],
        ["boxes.jpg", "format=zip5&n_best=10", ["--format", "zip5", "--n-best", "10"]],
        ["plain.png", "format=4-6&threshold=0.99", ["--format", "4-6", "--threshold", "0.99"]],
        ["plain.png", "format=dd-ddd", ["--format", "dd-ddd"]],
        ["plain.png", "max_error=1%25", ["--max-error", "1%"]],
        ["plain.png", "max_error=0.01", ["--max-error", "0.01"]],
        ["turned.png", "method=sdnn", ["--method", "sdnn"]],
        ["touching.png", "check=mod11", ["--check", "mod11"]],
    ];
    for (const [name, query, options] of cases)
        test(`${name} with ${query}`, async () => {
            const wanted = unnamed(readLines(name, ...options));
            assert.equal((await good(`/v1/read?${query}`, sampleBytes(name), NDJSON)).text, wanted);
            const fields = Object.fromEntries(new URLSearchParams(query));
            assert.equal(unnamed((await good("/v1/read", form([name], fields), NDJSON)).text), wanted);
        });

    test("each option has an effect", async () => {
        const first = async (name, query) => (await good(`/v1/read?${query}`, sampleBytes(name))).json()[0];
        assert.equal((await first("plain.png", "threshold=1")).decision, "unsure");
        assert.equal((await first("plain.png", "list=11111,52982")).string === "52981", false);
        assert.equal((await first("plain.png", "list=11111,52981")).string, "52981");
        assert.equal((await first("plain.png", "format=dd-ddd")).string, "52-981");
        assert.equal((await first("word.png", "n_best=4")).n_best.length, 4);
        assert.notDeepEqual(await first("turned.png", "method=sdnn"), await first("turned.png", "method=pieces"));
    });

    test("explain gives the stages of a reading", async () => {
        for (const name of ["plain.png", "turned.png"])
            for (const line of (await good("/v1/read?explain=1", form([name]))).json()) {
                const { explanation, digits: found, ...rest } = line;
                assert.ok(explanation, Object.keys(rest).join());
                checkStages(explanation);
                checkCandidates(explanation, found);
            }
        const plain = (await good("/v1/read?explain=1", sampleBytes("plain.png"))).json()[0].explanation;
        assert.deepEqual([plain.width, plain.height, plain.more_pages], [578, 247, false]);
    });

    test("explain accepts one file only", async () => {
        for (const query of ["explain=1", "page=1"])
            await bad(400, /one file/, `/v1/read?${query}`, form(["plain.png", "turned.png"]));
    });

    function checkStages({ stages }) {
        assert.ok(stages.some((stage) => stage.name === "ink" && stage.line === 0));
        assert.ok(stages.some((stage) => stage.line === 1));
        for (const { name, width, height, png: picture } of stages) {
            const bytes = Buffer.from(picture, "base64");
            assert.equal(bytes.subarray(1, 4).toString(), "PNG", name);
            assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [width, height], name);
        }
        const ink = Buffer.from(stages.find((stage) => stage.name === "ink").png, "base64");
        assert.ok(ink.length > 1000, "the ink has one colour only");
    }

    function checkCandidates({ candidates }, found) {
        const chosen = candidates.filter((candidate) => candidate.chosen);
        const likeliest = (shares) => shares.indexOf(Math.max(...shares));
        const answers = chosen.map(({ posterior }) => likeliest(posterior.slice(0, 10)));
        assert.deepEqual(answers, found.map(({ digit }) => digit));
        assert.ok(candidates.length > chosen.length);
        for (const { first, last, picture, posterior, prior } of candidates) {
            assert.ok(first < last && prior >= 0 && prior <= 1);
            assert.equal(Buffer.from(picture, "base64").length, 784);
            assert.equal(posterior.length, 11);
            assert.ok(Math.abs(posterior.reduce((a, b) => a + b) - 1) < 1e-4);
        }
    }

    test("a blank picture has an explanation of the whole picture", async () => {
        const [line] = (await good("/v1/read?explain=1", sampleBytes("blank.png"))).json();
        assert.equal(line.decision, "empty");
        assert.deepEqual([line.explanation.width, line.explanation.height], [300, 120]);
        assert.deepEqual(line.explanation.candidates, []);
    });

    test("every file format gives the same answer", async () => {
        const { pixels, width, height } = stacked();
        const wanted = (await good("/v1/read", pgm(pixels, width, height))).json();
        assert.deepEqual(wanted.map(({ line }) => line), [1, 2]);
        for (const [kind, file] of [["png", png(pixels, width, height)], ["bmp", bmp(pixels, width, height)],
                                    ["tiff", tiff([{ pixels, width, height }])]])
            for (const type of [`image/${kind}`, "application/octet-stream"])
                assert.deepEqual((await good("/v1/read", file, { "Content-Type": type })).json(), wanted, type);
    });

    test("the pages of a TIFF", async () => {
        const { pixels, width, height } = stacked();
        const half = { pixels: pixels.subarray(0, width * 200), width, height: 200 };
        const lines = (await good("/v1/read", tiff([half, { pixels, width, height }, half]))).json();
        assert.deepEqual(lines.map(({ page, line }) => [page, line]), [[1, 1], [2, 1], [2, 2], [3, 1]]);
    });

    test("one page of a TIFF, with its explanation", async () => {
        const { pixels, width, height } = stacked();
        const half = { pixels: pixels.subarray(0, width * 200), width, height: 200 };
        const file = tiff([half, { pixels, width, height }, half]);
        const all = (await good("/v1/read", file)).json();
        for (const page of [1, 2, 3]) {
            const wanted = all.filter((line) => line.page === page);
            assert.deepEqual((await good(`/v1/read?page=${page}`, file)).json(), wanted);
            const explained = (await good(`/v1/read?explain=1&page=${page}`, file)).json();
            assert.deepEqual(explained.map(({ explanation, ...line }) => line), wanted);
            explained.forEach(({ explanation }) => assert.equal(explanation.more_pages, page < 3));
            checkStages(explained[0].explanation);
        }
        assert.deepEqual((await good("/v1/read?explain=1", file)).json().map(({ page }) => page), [1]);
        await bad(400, /no page 4; there are 3/, "/v1/read?page=4", file);
        for (const page of ["0", "65", "x", "1.5"])
            await bad(400, /page/, `/v1/read?page=${page}`, file);
    });

    test("a photo is rotated upright", async () => {
        const [line] = (await good("/v1/read?explain=1", rotated(sampleBytes("boxes.jpg")))).json();
        assert.deepEqual([line.explanation.width, line.explanation.height], [302, 515]);
    });

    test("stages of the whole picture are in one object", async () => {
        const { pixels, width, height } = stacked();
        const twice = pgm(pixels, width, height);
        const lines = (await good("/v1/read?explain=1", twice)).json();
        assert.equal(lines.length, 2);
        assert.ok(lines[0].explanation.stages.some(({ line }) => line === 0));
        assert.ok(lines[1].explanation.stages.length > 0);
        assert.ok(lines[1].explanation.stages.every(({ line }) => line === 2));
    });

    // A picture with two lines of synthetic digits.
    function stacked() {
        const { picture } = drawn;
        const width = 500, height = 500;
        const sheet = Buffer.alloc(width * height, 255);
        for (let i = 0; i < 6; i++) {
            const one = enlarged(picture(i), 3, { width, height });
            const shift = (i % 3) * 130 + (i < 3 ? 0 : 250) * width;
            for (let at = 0; at + shift < sheet.length; at++)
                sheet[at + shift] = Math.min(sheet[at + shift], one[at]);
        }
        return { pixels: sheet, width, height };
    }

    const wrong = [
        ["format=five", /format/], ["format=ddddd%ff", /UTF-8/], ["format=d%1b", /UTF-8/], ["format=0", /format/], ["format=", /format/], ["threshold=2", /threshold/],
        ["threshold=x", /threshold/], ["max_error=x", /max_error/], ["max_error=1", /1% or 0.01/], ["max_error=0.0000001", /error/],
        ["n_best=0", /n_best/], ["n_best=11", /n_best/], ["n_best=1.5", /n_best/], ["check=lunh", /luhn/],
        ["method=other", /method/], ["list=", /list/], ["explain=2", /explain/], ["explian=1", /explian/],
        ["format=5&format=6", /format/], ["format=%zz", /./],
    ];
    for (const [query, pattern] of wrong)
        test(`400 for ${query}`, () => bad(400, pattern, `/v1/read?${query}`, sampleBytes("plain.png")));

    test("400 for a file that is not a picture", async () => {
        await bad(400, /./, "/v1/read", Buffer.from("no picture"));
        await bad(400, /./, "/v1/read", Buffer.alloc(0));
        await bad(400, /./, "/v1/read", form([]));
        await bad(400, /./, "/v1/read", form(["plain.png"], { formet: "5" }));
        await bad(400, /./, "/v1/read", "--x\r\n", { "Content-Type": "multipart/form-data" });
        await bad(400, /./, "/v1/read", "--y\r\n\r\n", { "Content-Type": "multipart/form-data; boundary=x" });
    });
});

let drawn;
before((t) => { drawn = digits(t, 4097); });

// The results of the command for the digits with these indices.
function commandResults(numbers, ...options) {
    const lines = command("classify", "--json", "--pick", numbers.join(), drawn.file, ...options);
    return lines.trim().split("\n").map((line) => {
        const { file, ...result } = JSON.parse(line);
        assert.ok(file);
        return result;
    });
}

// Compares members and values. Numbers may differ in the last digits, because the size of a batch changes rounding.
function alike(got, wanted, what = "") {
    if (typeof wanted === "number") {
        const last = Math.abs(wanted) > 1 ? 1e-4 : 1e-7; // the last decimal
        assert.ok(Math.abs(got - wanted) <= 2e-6 * (1 + Math.abs(wanted)) + last, `${what}: ${got}, not ${wanted}`);
    } else if (wanted === null || typeof wanted !== "object") {
        assert.equal(got, wanted, what);
    } else {
        assert.deepEqual(Object.keys(got), Object.keys(wanted), what);
        Object.keys(wanted).forEach((key) => alike(got[key], wanted[key], `${what}.${key}`));
    }
}

const results = async (...request) => (await good(...request)).json().results;
const FORTY = Array.from({ length: 40 }, (_, i) => i);

describe("/v1/classify", () => {
    test("raw bytes give the results of the command", async () => {
        const got = await results("/v1/classify", ...bytesOf(drawn.bytes.subarray(0, 40 * 784)));
        alike(got, commandResults(FORTY));
        const right = got.filter(({ digit }, i) => digit === drawn.labels[i]).length;
        assert.ok(right >= 36, `${right} of 40 are right`);
    });

    test("several models given by --model form a committee", async (t) => {
        const folder = newFolder(t);
        command("synth", "--out", folder, "--count", "2000", "--test-count", "100");
        const models = ["5", "6"].map((seed) => {
            const out = join(folder, `${seed}.safetensors`);
            command("train", "--data", folder, "--epochs", "1", "--seed", seed, "--quiet", "--out", out);
            return out;
        }).join();
        const own = await startFor(t, ["--model", models]);
        const answer = await fetch(`${own.base}/v1/classify`, { method: "POST", body: drawn.bytes.subarray(0, 40 * 784) });
        alike((await answer.json()).results, commandResults(FORTY, "--model", models));
    });

    test("every format of the body gives the same results", async () => {
        const wanted = commandResults([0, 1, 2]);
        const pictures = [0, 1, 2].map(drawn.picture);
        const forms = [
            ["/v1/classify", ...json({ pictures: pictures.map((p) => [...p]) })],
            ["/v1/classify", ...json({ pictures: pictures.map(rows) })],
            ["/v1/classify", ...json({ pictures: pictures.map((p) => [...padded(p)]) })],
            ["/v1/classify", ...json({ pictures: pictures.map((p) => rows(padded(p))) })],
            ["/v1/classify?side=28", ...bytesOf(Buffer.concat(pictures))],
            ["/v1/classify?side=32", ...bytesOf(Buffer.concat(pictures.map(padded)))],
            ["/v1/classify", ...bytesOf(Buffer.concat(pictures.map(padded)))],
        ];
        for (const request of forms)
            alike(await results(...request), wanted, JSON.stringify(request).slice(0, 80));
        alike(await results("/v1/classify", ...json({ picture: rows(pictures[0]) })), wanted.slice(0, 1));
        alike(await results("/v1/classify", ...json({ picture: [...pictures[0]] })), wanted.slice(0, 1));
    });

    test("side defaults to 28 where 28 and 32 are both possible", async () => {
        const both = Buffer.alloc(784 * 64);        // 64 of 28x28, 49 of 32x32
        drawn.bytes.copy(both, 0, 0, both.length);
        assert.equal((await results("/v1/classify", ...bytesOf(both))).length, 64);
        assert.equal((await results("/v1/classify?side=32", ...bytesOf(both))).length, 49);
    });

    test("at most 4,096 pictures", async () => {
        const many = await results("/v1/classify", ...bytesOf(drawn.bytes.subarray(0, 4096 * 784)));
        assert.equal(many.length, 4096);
        const some = [0, 1, 1000, 4095];
        alike(some.map((i) => many[i]), commandResults(some));
        await bad(400, /4,?096/, "/v1/classify", ...bytesOf(drawn.bytes));
    });

    test("a picture of any size is normalised as by the command", async () => {
        for (const [i, size] of [[0, { width: 200, height: 150 }], [3, { width: 180, height: 180 }]]) {
            const pixels = enlarged(drawn.picture(i), 4, size);
            const [wanted] = commandOn(pgm(pixels, size.width, size.height));
            assert.equal(wanted.digit, drawn.labels[i]);
            const raw = await results(`/v1/classify?normalise=1&width=${size.width}`, ...bytesOf(pixels));
            alike(raw, [wanted]);
            const file = png(pixels, size.width, size.height);
            alike(await results("/v1/classify", file, { "Content-Type": "image/png" }), [wanted]);
            const inverse = pixels.map((level) => 255 - level);
            const other = await results(`/v1/classify?normalise=1&width=${size.width}`, ...bytesOf(inverse));
            assert.equal(other[0].digit, wanted.digit);
        }
        const square = enlarged(drawn.picture(3), 4, { width: 180, height: 180 });
        assert.equal((await results("/v1/classify?normalise=1", ...bytesOf(square)))[0].digit, drawn.labels[3]);
    });

    function commandOn(file) {
        const { out } = run(["classify", "--json", "-"], { input: file });
        return out.trim().split("\n").map((line) => {
            const { file: name, ...result } = JSON.parse(line);
            assert.equal(typeof name, "string");
            return result;
        });
    }

    test("a JPEG", async () => {
        const [result] = await results("/v1/classify", sampleBytes("boxes.jpg"), { "Content-Type": "image/jpeg" });
        assert.ok(result.digit >= 0 && result.digit <= 9);
    });

    test("a picture without ink", async () => {
        const nothing = { digit: null, probability: 0, rubbish: 1, decision: "rejected", reason: "no ink found" };
        const requests = [
            ["/v1/classify?normalise=1", ...bytesOf(Buffer.alloc(900, 255))],
            ["/v1/classify", png(Buffer.alloc(900, 255), 30, 30), { "Content-Type": "image/png" }],
            ["/v1/classify", sampleBytes("blank.png"), { "Content-Type": "image/png" }],
        ];
        for (const request of requests) {
            const [{ posterior, ...result }] = await results(...request);
            assert.deepEqual(result, nothing);
            assert.deepEqual(posterior, Array(10).fill(0));
        }
    });

    test("threshold and max_error", async () => {
        const body = bytesOf(drawn.bytes.subarray(0, 40 * 784));
        for (const value of ["0.99", "0.5", "0"])
            alike(await results(`/v1/classify?threshold=${value}`, ...body),
                             commandResults(FORTY, "--threshold", value));
        for (const value of ["1%", "0.01", "0.1%"])
            alike(await results(`/v1/classify?max_error=${encodeURIComponent(value)}`, ...body),
                             commandResults(FORTY, "--max-error", value));
        const strict = await results("/v1/classify?threshold=1", ...body);
        assert.ok(strict.every(({ decision }) => decision === "rejected"));
    });

    test("maps: the states of all units", async () => {
        const body = bytesOf(drawn.bytes.subarray(0, 64 * 784));
        const got = await results("/v1/classify?maps=1", ...body);
        assert.equal(got.length, 64);
        got.forEach((result, i) => checkMaps(result, drawn.picture(i)));
        await bad(400, /64/, "/v1/classify?maps=1", ...bytesOf(drawn.bytes.subarray(0, 65 * 784)));
        assert.equal((await results("/v1/classify?maps=0", ...body))[0].maps, undefined);
    });

    const SHAPES = { input: [32, 32], c1: [6, 28, 28], s2: [6, 14, 14], c3: [16, 10, 10], s4: [16, 5, 5], c5: [120],
                     f6: [84], penalties: [10] };

    function shapeOf(value) {
        if (!Array.isArray(value))
            return [];
        const shapes = value.map(shapeOf);
        shapes.forEach((shape) => assert.deepEqual(shape, shapes[0]));
        return [value.length, ...shapes[0]];
    }

    function checkMaps({ maps, penalties }, picture) {
        assert.deepEqual(Object.fromEntries(Object.entries(maps).map(([k, v]) => [k, shapeOf(v)])), SHAPES);
        const wide = padded(picture);
        maps.input.flat().forEach((level, at) =>
            assert.ok(Math.abs(level - (-0.1 + 1.275 * wide[at] / 255)) < 1e-5, `${level} of ${wide[at]}`));
        for (const layer of ["c1", "s2", "c3", "s4", "c5", "f6"]) {
            const states = maps[layer].flat(3);
            assert.ok(states.every((state) => Math.abs(state) <= 1.716), layer);
            assert.ok(Math.max(...states) - Math.min(...states) > 0.1, `${layer} is constant`);
        }
        maps.penalties.forEach((penalty, i) => assert.ok(Math.abs(penalty - penalties[i]) < 0.01));
    }

    const picture = Array(784).fill(0);
    const wrong = [
        ["a length that fits no number of pictures", "", bytesOf(Buffer.alloc(783))],
        ["an empty body", "", bytesOf(Buffer.alloc(0))],
        ["the other side", "?side=32", bytesOf(Buffer.alloc(784))],
        ["a side other than 28 and 32", "?side=30", bytesOf(Buffer.alloc(900))],
        ["a width that does not divide", "?normalise=1&width=31", bytesOf(Buffer.alloc(900, 255))],
        ["pixels that form no square", "?normalise=1", bytesOf(Buffer.alloc(901, 255))],
        ["a width of 0", "?normalise=1&width=0", bytesOf(Buffer.alloc(900, 255))],
        ["an unknown option", "?normalize=1", bytesOf(Buffer.alloc(784))],
        ["a threshold beyond 1", "?threshold=1.1", bytesOf(Buffer.alloc(784))],
        ["an error below what calibration supports", "?max_error=0.0000001", bytesOf(Buffer.alloc(784))],
        ["a broken picture", "", [Buffer.from("P5\n9 9\n255\n"), { "Content-Type": "image/png" }]],
        ["truncated JSON", "", ['{"pictures": [[1, 2', { "Content-Type": "application/json" }]],
        ["a list without an object", "", json([picture])],
        ["no picture", "", json({ pictures: [] })],
        ["both members", "", json({ pictures: [picture], picture })],
        ["neither member", "", json({ image: picture })],
        ["783 numbers", "", json({ picture: picture.slice(1) })],
        ["a level beyond 255", "", json({ picture: [...picture.slice(1), 256] })],
        ["a level below 0", "", json({ picture: [...picture.slice(1), -1] })],
        ["a level of text", "", json({ picture: [...picture.slice(1), "9"] })],
        ["rows of 27", "", json({ picture: Array(28).fill(Array(27).fill(0)) })],
        ["4,097 pictures", "", json({ pictures: Array(4097).fill(picture) })],
    ];
    for (const [what, query, request] of wrong)
        test(`400 for ${what}`, () => bad(400, /.../, `/v1/classify${query}`, ...request));
});

describe("/v1/network", () => {
    const shape = (value) => Array.isArray(value) ? [value.length, ...shape(value[0])] : [];

    test("layers and metadata equal those of inspect", async () => {
        const network = (await good("/v1/network")).json();
        const printed = JSON.parse(command("inspect", "--json"));
        assert.deepEqual(network.layers, printed.layers);
        assert.equal(network.parameters, 60000);
        assert.equal(network.connections, 340908);
        assert.equal(network.metadata.recipe, "hands");
    });

    test("Table I and the codes", async () => {
        const { table, codes } = (await good("/v1/network")).json();
        assert.deepEqual(shape(table), [6, 16]);
        assert.equal(table.flat().filter((there) => there === true).length, 60);
        const column = (x) => table.map((row) => row[x]);
        assert.deepEqual(column(0), [true, true, true, false, false, false]);
        assert.deepEqual(column(15), Array(6).fill(true));
        assert.deepEqual(shape(codes), [10, 12, 7]);
        assert.ok(codes.flat(2).every((cell) => cell === 1 || cell === -1));
        assert.equal(new Set(codes.map(String)).size, 10);
    });

    test("the weights reproduce the maps", async () => {
        const { weights } = (await good("/v1/network")).json();
        assert.deepEqual(Object.keys(weights), ["c1", "s2", "c3", "s4"]);
        assert.deepEqual(shape(weights.c1.weight), [6, 5, 5]);
        assert.deepEqual(shape(weights.c3.weight), [60, 5, 5]);
        for (const [layer, maps] of [["c1", 6], ["s2", 6], ["c3", 16], ["s4", 16]])
            assert.deepEqual(shape(weights[layer].bias), [maps]);
        const [{ maps }] = await results("/v1/classify?maps=1", ...bytesOf(drawn.picture(0)));
        assert.ok(Math.abs(unit(maps.input, weights.c1, 2, 9, 13) - maps.c1[2][9][13]) < 1e-4);
        assert.ok(Math.abs(unit(maps.input, weights.c1, 5, 20, 4) - maps.c1[5][20][4]) < 1e-4);
    });

    function unit(input, { weight, bias }, map, y, x) {
        let sum = bias[map];
        for (let i = 0; i < 5; i++)
            for (let j = 0; j < 5; j++)
                sum += weight[map][i][j] * input[y + i][x + j];
        return 1.7159 * Math.tanh(2 / 3 * sum);
    }
});

const INFER = ["/v2/models/lenet5/infer", "/v2/models/lenet5/versions/1/infer"];
const ALL = ["digit", "probability", "posterior", "penalty", "accepted"];
const WIDTHS = { digit: 1, probability: 4, posterior: 44, penalty: 40, accepted: 1 };

const input = (shape, datatype, data) => ({ name: "pictures", shape, datatype, data });
const infer = async (request) => (await good(INFER[0], ...json(request))).json();
const tensor = (answer, name) => answer.outputs.find((output) => output.name === name);

// A request in the format of tritonclient: JSON, then the tensors.
function binary(request, ...tensors) {
    const head = Buffer.from(JSON.stringify(request));
    return [Buffer.concat([head, ...tensors]), { "Inference-Header-Content-Length": String(head.length) }];
}

function binaryInput(shape, datatype, size) {
    return { name: "pictures", shape, datatype, parameters: { binary_data_size: size } };
}

// Splits a binary answer into its JSON and its tensors.
function split(answer) {
    const length = Number(answer.headers.get("inference-header-content-length"));
    assert.ok(length > 0 && length <= answer.bytes.length);
    assert.equal(answer.headers.get("content-type"), "application/octet-stream");
    const head = JSON.parse(answer.bytes.subarray(0, length).toString());
    let at = length;
    const tensors = {};
    for (const { name, parameters } of head.outputs.filter((output) => output.parameters?.binary_data_size)) {
        tensors[name] = answer.bytes.subarray(at, at += parameters.binary_data_size);
    }
    assert.equal(at, answer.bytes.length, "bytes follow the last tensor");
    return { head, tensors };
}

const floats = (bytes) => Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
const near = (a, b) => a.length === b.length && a.every((x, i) => Math.abs(x - b[i]) <= 1e-4 * (1 + Math.abs(x)));

describe("/v2", () => {
    test("metadata", async () => {
        const about = (await good("/v2")).json();
        assert.equal(about.name, "lenet5");
        assert.match(run(["version"]).out, new RegExp(about.version.replaceAll(".", "\\.")));
        assert.ok(about.extensions.includes("binary_tensor_data"));
        assert.equal((await good("/v2/health/live")).status, 200);
        assert.equal((await good("/v2/health/ready")).status, 200);
        assert.equal((await good("/v2/models/lenet5/ready")).status, 200);
        for (const path of ["/v2/models/lenet5", "/v2/models/lenet5/versions/1"]) {
            const model = (await good(path)).json();
            assert.equal(model.name, "lenet5");
            assert.deepEqual(model.versions, ["1"]);
            assert.ok(model.inputs.length >= 1 && model.inputs.every(({ name }) => name === "pictures"));
            assert.deepEqual(model.outputs.map(({ name }) => name), ALL);
            assert.deepEqual(model.outputs.map(({ datatype }) => datatype), ["UINT8", "FP32", "FP32", "FP32", "BOOL"]);
            assert.deepEqual(model.outputs.map(({ shape }) => shape), [[-1], [-1], [-1, 11], [-1, 10], [-1]]);
        }
        for (const path of ["/v2/models/other", "/v2/models/lenet5/versions/2", "/v2/models/other/ready"])
            await bad(404, /./, path);
        await bad(404, /./, "/v2/models/lenet5/versions/2/infer", ...json({}));
    });

    test("all outputs equal those of classify", async () => {
        const pictures = [0, 1, 2].map(drawn.picture);
        const wanted = commandResults([0, 1, 2]);
        for (const path of INFER) {
            const request = { id: "a b \u00fc", inputs: [input([3, 784], "UINT8", [...Buffer.concat(pictures)])] };
            const answer = (await good(path, ...json(request))).json();
            assert.equal(answer.model_name, "lenet5");
            assert.equal(answer.model_version, "1");
            assert.equal(answer.id, "a b \u00fc");
            checkTensors(answer, wanted);
        }
    });

    function checkTensors(answer, wanted) {
        const n = wanted.length;
        assert.deepEqual(answer.outputs.map(({ name }) => name), ALL);
        assert.deepEqual(answer.outputs.map(({ datatype }) => datatype), ["UINT8", "FP32", "FP32", "FP32", "BOOL"]);
        assert.deepEqual(answer.outputs.map(({ shape }) => shape), [[n], [n], [n, 11], [n, 10], [n]]);
        const data = (name) => tensor(answer, name).data;
        assert.deepEqual(data("digit"), wanted.map(({ digit }) => digit));
        assert.deepEqual(data("accepted"), wanted.map(({ decision }) => decision === "accepted"));
        assert.ok(near(data("probability"), wanted.map(({ probability }) => probability)));
        assert.ok(near(data("posterior"), wanted.flatMap(({ posterior, rubbish }) => [...posterior, rubbish])));
        assert.ok(near(data("penalty"), wanted.flatMap(({ penalties }) => penalties)));
    }

    test("every shape, flat and nested, integers and reals", async () => {
        const two = [0, 1].map(drawn.picture);
        const [small, large] = [two.map(rows), two.map((p) => rows(padded(p)))];
        const shapes = [
            [[2, 28, 28], small], [[2, 1, 28, 28], small.map((p) => [p])], [[2, 784], small.map((p) => p.flat())],
            [[2, 32, 32], large], [[2, 1, 32, 32], large.map((p) => [p])], [[2, 1024], large.map((p) => p.flat())],
        ];
        const wanted = (await infer({ inputs: [input([2, 28, 28], "UINT8", small)] })).outputs;
        assert.deepEqual(tensor({ outputs: wanted }, "digit").data, commandResults([0, 1]).map(({ digit }) => digit));
        for (const [shape, nested] of shapes)
            for (const datatype of ["UINT8", "FP32"])
                for (const data of [nested, nested.flat(3)])
                    assert.deepEqual((await infer({ inputs: [input(shape, datatype, data)] })).outputs, wanted,
                                     `${shape} ${datatype}`);
        const between = small.flat(2).map((level) => Math.min(255, level + 0.3));
        assert.deepEqual((await infer({ inputs: [input([2, 784], "FP32", between)] })).outputs, wanted, "rounded");
    });

    test("outputs come in the requested order", async () => {
        const request = { inputs: [input([1, 784], "UINT8", [...drawn.picture(0)])],
                          outputs: [{ name: "penalty" }, { name: "digit" }] };
        const answer = await infer(request);
        assert.deepEqual(answer.outputs.map(({ name }) => name), ["penalty", "digit"]);
        assert.equal("id" in answer, false);
    });

    test("threshold and max_error", async () => {
        const inputs = [input([40, 784], "UINT8", [...drawn.bytes.subarray(0, 40 * 784)])];
        const accepted = async (parameters) =>
            tensor(await infer({ inputs, parameters, outputs: [{ name: "accepted" }] }), "accepted").data;
        const printed = (...options) => commandResults(FORTY, ...options).map(({ decision }) => decision === "accepted");
        assert.deepEqual(await accepted({ threshold: 1 }), Array(40).fill(false));
        assert.deepEqual(await accepted({ threshold: 0.99 }), printed("--threshold", "0.99"));
        assert.deepEqual(await accepted({ max_error: 0.01 }), printed("--max-error", "0.01"));
        assert.deepEqual(await accepted({ max_error: "0.1%" }), printed("--max-error", "0.1%"));
    });

    test("the format of tritonclient: tensors after the JSON, in request and answer", async () => {
        const bytes = drawn.bytes.subarray(0, 2 * 784);
        const wanted = commandResults([0, 1]);
        const request = { id: "7", inputs: [binaryInput([2, 1, 28, 28], "UINT8", bytes.length)],
                          parameters: { binary_data_output: true } };
        const { head, tensors } = split(await good(INFER[0], ...binary(request, bytes)));
        assert.equal(head.id, "7");
        assert.deepEqual(head.outputs.map(({ name }) => name), ALL);
        for (const output of head.outputs) {
            assert.equal(output.data, undefined);
            assert.equal(output.parameters.binary_data_size, 2 * WIDTHS[output.name]);
        }
        assert.deepEqual([...tensors.digit], wanted.map(({ digit }) => digit));
        assert.deepEqual([...tensors.accepted], wanted.map(({ decision }) => Number(decision === "accepted")));
        assert.ok(near(floats(tensors.probability), wanted.map(({ probability }) => probability)));
        assert.ok(near(floats(tensors.posterior), wanted.flatMap((r) => [...r.posterior, r.rubbish])));
        assert.ok(near(floats(tensors.penalty), wanted.flatMap(({ penalties }) => penalties)));
    });

    test("real tensors after the JSON", async () => {
        const levels = Buffer.alloc(4 * 784);
        drawn.picture(5).forEach((level, i) => levels.writeFloatLE(level, 4 * i));
        const request = { inputs: [binaryInput([1, 784], "FP32", levels.length)] };
        const answer = (await good(INFER[0], ...binary(request, levels))).json();
        assert.deepEqual(tensor(answer, "digit").data, [commandResults([5])[0].digit]);
    });

    test("binary_data of an output overrides binary_data_output", async () => {
        const inputs = [input([1, 784], "UINT8", [...drawn.picture(0)])];
        const mixed = { inputs, outputs: [{ name: "digit" }, { name: "penalty", parameters: { binary_data: true } },
                                          { name: "accepted", parameters: { binary_data: true } }] };
        const { head, tensors } = split(await good(INFER[0], ...json(mixed)));
        assert.deepEqual(Object.keys(tensors), ["penalty", "accepted"]);
        assert.deepEqual(tensor(head, "digit").data, [commandResults([0])[0].digit]);
        const other = { inputs, parameters: { binary_data_output: true },
                        outputs: [{ name: "digit", parameters: { binary_data: false } }, { name: "probability" }] };
        const second = split(await good(INFER[0], ...json(other)));
        assert.deepEqual(Object.keys(second.tensors), ["probability"]);
        assert.equal(tensor(second.head, "digit").data.length, 1);
    });

    test("at most 4,096 pictures", async () => {
        const most = drawn.bytes.subarray(0, 4096 * 784);
        const request = (n) => ({ inputs: [binaryInput([n, 784], "UINT8", n * 784)], outputs: [{ name: "digit" }] });
        const answer = (await good(INFER[0], ...binary(request(4096), most))).json();
        const right = tensor(answer, "digit").data.filter((digit, i) => digit === drawn.labels[i]).length;
        assert.ok(right > 3800, `${right} of 4096 are right`);
        await bad(400, /4,?096/, INFER[0], ...binary(request(4097), drawn.bytes));
    });

    const levels = Array(784).fill(0);
    const fine = input([1, 784], "UINT8", levels);
    const wrong = [
        ["nothing", {}], ["no input", { inputs: [] }], ["two inputs", { inputs: [fine, fine] }],
        ["another name", { inputs: [{ ...fine, name: "images" }] }],
        ["another datatype", { inputs: [{ ...fine, datatype: "INT32" }] }],
        ["no datatype", { inputs: [{ ...fine, datatype: undefined }] }],
        ["no shape", { inputs: [{ ...fine, shape: undefined }] }],
        ["no data", { inputs: [{ ...fine, data: undefined }] }],
        ["a shape of one number", { inputs: [{ ...fine, shape: [784] }] }],
        ["an unsupported shape", { inputs: [{ ...fine, shape: [1, 14, 56] }] }],
        ["no pictures", { inputs: [{ ...fine, shape: [0, 784], data: [] }] }],
        ["a negative shape", { inputs: [{ ...fine, shape: [-1, 784] }] }],
        ["a shape of text", { inputs: [{ ...fine, shape: ["1", 784] }] }],
        ["a fractional shape", { inputs: [{ ...fine, shape: [1.5, 784] }] }],
        ["a huge shape", { inputs: [{ ...fine, shape: [4294967297, 784] }] }],
        ["fewer data than the shape needs", { inputs: [{ ...fine, data: levels.slice(1) }] }],
        ["more data than the shape needs", { inputs: [{ ...fine, data: [...levels, 0] }] }],
        ["data of text", { inputs: [{ ...fine, data: [...levels.slice(1), "0"] }] }],
        ["a level beyond 255", { inputs: [{ ...fine, data: [...levels.slice(1), 256] }] }],
        ["a level below 0", { inputs: [{ ...fine, data: [...levels.slice(1), -1] }] }],
        ["an unknown output", { inputs: [fine], outputs: [{ name: "digits" }] }],
        ["an output without a name", { inputs: [fine], outputs: [{}] }],
        ["a threshold beyond 1", { inputs: [fine], parameters: { threshold: 2 } }],
        ["a threshold of text", { inputs: [fine], parameters: { threshold: "x" } }],
        ["an error below what calibration supports", { inputs: [fine], parameters: { max_error: 1e-9 } }],
        ["an error of 1 without %", { inputs: [fine], parameters: { max_error: 1 } }],
        ["an id that is not a string", { id: 7, inputs: [fine] }],
        ["missing binary data", { inputs: [binaryInput([1, 784], "UINT8", 784)] }],
    ];
    for (const [what, request] of wrong)
        test(`400 for ${what}`, () => bad(400, /.../, INFER[0], ...json(request)));

    const picture = Buffer.alloc(784);
    const real = { inputs: [binaryInput([1, 784], "FP32", 4 * 784)] };
    const whole = JSON.stringify({ inputs: [fine] });
    const broken = Buffer.alloc(4 * 784);
    broken.writeFloatLE(NaN, 400);
    const wrongBytes = [
        ["fewer bytes than announced", binary({ inputs: [binaryInput([1, 784], "UINT8", 784)] }, picture.subarray(1))],
        ["more bytes than announced", binary({ inputs: [binaryInput([1, 784], "UINT8", 784)] }, picture, Buffer.of(0))],
        ["a size that does not match the shape", binary({ inputs: [binaryInput([2, 784], "UINT8", 784)] }, picture)],
        ["a negative size", binary({ inputs: [binaryInput([1, 784], "UINT8", -784)] }, picture)],
        ["a level that is NaN", binary(real, broken)],
        ["a JSON longer than the body", [whole, { "Inference-Header-Content-Length": "99999" }]],
        ["a length that is not a number", [whole, { "Inference-Header-Content-Length": "x" }]],
        ["a negative length", [whole, { "Inference-Header-Content-Length": "-1" }]],
        ["data and bytes", binary({ inputs: [{ ...binaryInput([1, 784], "UINT8", 784), data: levels }] }, picture)],
        ["truncated JSON", ['{"inputs": [', { "Content-Type": "application/json" }]],
        ["no JSON", [Buffer.from([0, 1, 2]), {}]],
    ];
    for (const [what, request] of wrongBytes)
        test(`400 for ${what}`, () => bad(400, /.../, INFER[0], ...request));
});
