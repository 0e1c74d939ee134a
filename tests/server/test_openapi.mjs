// The server's OpenAPI description: it is valid, it matches the answers, and a client can be generated from it.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Validator } from "@seriousme/openapi-schema-validator";
import { OpenAPIClientAxios } from "openapi-client-axios";

import { describe as described } from "./description.mjs";
import { digits, padded, png, rows } from "./pictures.mjs";
import { newFolder, ROOT, run, sampleBytes, start, startFor, startTraining } from "./server.mjs";
import { answerOn, connect, exchange, get, post, within } from "./wire.mjs";

const JSON_TYPE = "Content-Type: application/json\r\n";
const OCTETS = "Content-Type: application/octet-stream\r\n";
const WATCHED = ["watchTraining", "getWatchPage"];     // only in lenet5 train --watch

let server, api, seven;
before(async () => {
    server = await start(["--max-body", "200000"]);
    api = await described(server.base);
    seven = api.document.components.requestBodies.Infer.content["application/json"].examples.seven.value.inputs[0].data;
});
after(async () => assert.equal((await server.stop()).code, 0));

// The answers seen so far, as "operation status"; at the end every described answer must be among them.
const seen = new Set();

function conforms(id, answer) {
    assert.ok(answer, `${id} has no answer`);
    api.answers(id, answer);
    seen.add(`${id} ${answer.status}`);
    return answer;
}

const bytes = (text) => Buffer.from(text);

// A request for the operation, as bytes.
function request({ path, method }, { query = "", body = "x", headers = "" } = {}) {
    return method === "get" ? get(path + query, headers) : post(path + query, body, headers);
}

async function ask(id, status, options, to = server) {
    const answer = conforms(id, await exchange(to, request(api.operation(id), options)));
    assert.equal(answer.status, status, `${id}: ${answer.text.slice(0, 300)}`);
    return answer;
}

const served = () => api.operations().filter(({ operationId }) => !WATCHED.includes(operationId));

describe("the document", () => {
    test("equals web/openapi.json and is valid", async () => {
        assert.deepEqual(api.document, JSON.parse(readFileSync(join(ROOT, "web/openapi.json"), "utf8")));
        const { valid, errors } = await new Validator().validate(structuredClone(api.document));
        assert.ok(valid, JSON.stringify(errors));
        assert.equal(api.document.openapi, "3.1.0");
        assert.ok(run(["version"]).out.includes(api.document.info.version));
    });

    test("the validator finds a fault", async () => {
        const broken = structuredClone(api.document);
        delete broken.paths["/v1/read"].post.responses["200"].description;
        assert.equal((await new Validator().validate(broken)).valid, false);
    });

    test("each operation has a unique id and a summary", () => {
        const ids = api.operations().map(({ operationId }) => operationId);
        assert.equal(new Set(ids).size, ids.length);
        api.operations().forEach(({ summary, path }) => assert.ok(summary, path));
    });

    test("every component is used", () => {
        const text = JSON.stringify(api.document);
        for (const kind of ["parameters", "responses", "schemas", "requestBodies", "headers"])
            for (const name of Object.keys(api.document.components[kind]))
                if (!/^Training(State|Progress|Pass|Kernels|Misread|End)$/.test(name))
                    assert.ok(text.includes(`"#/components/${kind}/${name}"`), `${kind}/${name}`);
    });

    test("every response has a request id", () => {
        for (const { operationId, responses } of api.operations())
            for (const [status, response] of Object.entries(responses))
                assert.ok(api.resolve(api.resolve(response).headers?.["X-Request-Id"] ?? {}).required,
                          `${operationId} ${status}`);
    });

    test("every example conforms to its schema", () => {
        let count = 0;
        const visit = (part, place) => {
            if (part === null || typeof part !== "object")
                return;
            const examples = Object.values(part.examples ?? {}).map(({ value }) => value);
            for (const value of [...examples, ...("example" in part ? [part.example] : [])])
                api.conforms(part.schema, value, place), count++;
            for (const [name, inner] of Object.entries(part).filter(([key]) => key !== "examples"))
                visit(inner, `${place}/${name}`);
        };
        visit(api.document.paths, "paths");
        visit({ ...api.document.components, schemas: {} }, "components");
        assert.ok(count >= 8, `${count} examples`);
    });

    test("every route of the source is described", () => {
        const source = readFileSync(join(ROOT, "src/serve/answers/routes.c"), "utf8");
        const version = source.match(/#define VERSION_1 "(.*)"/)[1];
        const routes = [...source.matchAll(/^ *\{(GET|POST), (VERSION_1)? ?(?:"(.*?)")?,/gm)]
            .map(([, method, prefix, path]) => `${method.toLowerCase()} ${prefix ? version : ""}${path ?? ""}`)
            .filter((route) => route !== "get page");           // the files of web/
        const described = api.operations().map(({ method, path }) => `${method} ${path}`);
        assert.ok(routes.length >= 15, routes.join(", "));
        assert.deepEqual(routes.filter((route) => !described.includes(route)), []);
    });

    test("described paths exist, and others do not", async () => {
        for (const { path, method } of served()) {
            const answer = await exchange(server, request({ path, method }));
            assert.ok(![404, 405].includes(answer.status), `${method} ${path}: ${answer.status}`);
        }
        const others = ["/v1", "/v2/models", "/v2/models/lenet5/versions", "/v2/health", "/v2/repository/index",
                        "/v2/models/lenet5/stats", "/v2/models/lenet5/config", "/v2/models/lenet5/versions/1/config",
                        "/v2/models/lenet5/generate", "/v2/logging", "/health", "/healthz", "/ready", "/status",
                        "/debug", "/docs", "/v1/explain", "/v1/models", "/openapi.yaml", "/swagger.json"];
        for (const path of others)
            for (const bytes of [get(path), post(path, "{}", JSON_TYPE)])
                assert.equal((await exchange(server, bytes)).status, 404, path);
    });
});

describe("answers of every operation", () => {
    test("GET", async () => {
        for (const { operationId } of served().filter(({ method }) => method === "get"))
            await ask(operationId, 200);
    });

    test("readPicture", async () => {
        for (const name of ["plain.png", "word.png", "blank.png", "ruled-paper.jpg"])
            for (const query of ["", "?explain=1", "?n_best=10&format=4-6", "?method=sdnn&explain=1", "?list=1,2",
                                 "?page=1"])
                await ask("readPicture", 200, { query, body: sampleBytes(name) });
        const body = sampleBytes("plain.png");
        const { text } = await ask("readPicture", 200, { body, headers: "Accept: application/x-ndjson\r\n" });
        text.trim().split("\n").forEach((line) => api.conformsTo("Line", JSON.parse(line)));
    });

    test("classify", async () => {
        const json = (value) => ({ body: JSON.stringify(value), headers: JSON_TYPE });
        await ask("classify", 200, json({ picture: seven }));
        await ask("classify", 200, json({ pictures: [seven, seven.flat()] }));
        await ask("classify", 200, { ...json({ picture: seven }), query: "?maps=1" });
        await ask("classify", 200, { body: Buffer.alloc(784), headers: OCTETS, query: "?threshold=0.9&side=28" });
        await ask("classify", 200, { body: Buffer.alloc(900), headers: OCTETS, query: "?normalise=1&width=30" });
        await ask("classify", 200, { body: sampleBytes("blank.png"), headers: "Content-Type: image/png\r\n",
                                     query: "?maps=1" });
        await ask("classify", 200, json({ pictures: [seven.flat().map((level) => Number(level > 127))] }));
        await ask("classify", 200, json({ picture: `data:image/png;base64,${sampleBytes("blank.png").toString("base64")}` }));
        await ask("classify", 200, { body: sampleBytes("boxes.jpg"), headers: "Content-Type: image/jpeg\r\n",
                                     query: "?maps=1" });
    });

    for (const id of ["v2Infer", "v2InferVersion"])
        test(id, async () => {
            const inputs = [{ name: "pictures", shape: [1, 28, 28], datatype: "UINT8", data: seven }];
            const send = (value) => ask(id, 200, { body: JSON.stringify(value), headers: JSON_TYPE });
            for (const parameters of [{ threshold: 0.9 }, { max_error: "1%" }, { max_error: 0.01 }]) {
                api.conformsTo("V2Request", { id: "x", inputs, parameters });
                await send({ id: "x", inputs, parameters });
            }
            await send({ inputs, outputs: [{ name: "digit" }] });
            await send({ inputs: [{ ...inputs[0], data: Array(784).fill(1) }] });
            const asBytes = { name: "penalty", parameters: { binary_data: true } };
            const mixed = { inputs, outputs: [{ name: "digit" }, asBytes] };
            const { headers, body } = await send(mixed);
            const length = Number(headers["inference-header-content-length"]);
            api.conformsTo("V2Answer", JSON.parse(body.subarray(0, length).toString()));
        });

    test("304: a resource that the client has already", async () => {
        for (const { operationId, responses } of served())
            if (responses[304]) {
                const { headers } = await ask(operationId, 200);
                await ask(operationId, 304, { headers: `If-None-Match: ${headers.etag}\r\n` });
                await ask(operationId, 200, { headers: 'If-None-Match: "another"\r\n' });
            }
    });

    test("400: an unknown option", async () => {
        for (const { operationId } of served())
            await ask(operationId, 400, { query: "?nonsense=1" });
    });

    test("405: another method", async () => {
        for (const { operationId, path } of served())
            conforms(operationId, await exchange(server, `BREW ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)) &&
                assert.ok(seen.has(`${operationId} 405`), path);
    });

    test("403 and 421: a foreign origin or host", async () => {
        for (const { operationId, method } of served()) {
            if (method === "post")
                await ask(operationId, 403, { headers: "Origin: https://attacker.example\r\n" });
            const { path } = api.operation(operationId);
            const other = `${method.toUpperCase()} ${path} HTTP/1.1\r\nHost: attacker.example\r\n\r\n`;
            assert.equal(conforms(operationId, await exchange(server, other)).status, 421);
        }
    });

    test("413 and 415: long and encoded bodies", async () => {
        for (const { operationId } of served().filter(({ method }) => method === "post")) {
            await ask(operationId, 413, { body: Buffer.alloc(200001) });
            await ask(operationId, 415, { headers: "Content-Encoding: gzip\r\n" });
        }
    });

    test("431: long headers", async () => {
        for (const { operationId } of served())
            await ask(operationId, 431, { headers: `X: ${"y".repeat(20000)}\r\n` });
    });

    test("401: no token", async (t) => {
        const file = join(newFolder(t), "token");
        writeFileSync(file, "secret\n");
        const guarded = await startFor(t, ["--token-file", file]);
        for (const { operationId, security } of served())
            if (!security)
                await ask(operationId, 401, {}, guarded);
            else
                await ask(operationId, 200, {}, guarded);
    });

    test("504: a page, or pictures, that take too long", async (t) => {
        const impatient = await startFor(t, ["--read-timeout", "0.1"]);
        const specks = Buffer.alloc(5000 * 5000, 255);
        for (let at = 0; at < specks.length; at++)
            if (at % 40 < 20 && Math.floor(at / 5000) % 40 < 20)
                specks[at] = 0;
        const page = png(specks, 5000, 5000);
        await ask("readPicture", 504, { body: page }, impatient);
        const pictures = Array(4).fill(`data:image/png;base64,${page.toString("base64")}`);
        await ask("classify", 504, { body: JSON.stringify({ pictures }), headers: JSON_TYPE }, impatient);
    });

    test("408: a request that does not end", async (t) => {
        const impatient = await startFor(t, ["--request-time", "1"]);
        await Promise.all(served().map(async ({ operationId, path, method }) => {
            const socket = connect(impatient);
            socket.write(`${method.toUpperCase()} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n`);
            const answer = conforms(operationId, await answerOn(socket, { within: 6000 }));
            assert.equal(answer.status, 408);
        }));
    });

    test("429 and 503: too many connections", async (t) => {
        for (const [status, option] of [[429, "--connections-per-address"], [503, "--connections"]]) {
            const small = await startFor(t, [option, "1"]);
            const held = connect(small);
            held.write(get("/v2"));
            assert.equal((await answerOn(held)).status, 200);
            for (const { operationId } of served())
                await ask(operationId, status, {}, small);
            held.destroy();
        }
    });

    test("404: paths that only a training has", async () => {
        for (const id of WATCHED)
            await ask(id, 404);
    });

    test("every described answer was seen", () => {
        const all = served().flatMap(({ operationId, responses }) =>
            Object.keys(responses).map((status) => `${operationId} ${status}`));
        assert.deepEqual(all.filter((each) => !seen.has(each)), []);
    });
});

describe("a generated client", () => {
    let client;
    before(async () => {
        const maker = new OpenAPIClientAxios({
            definition: `${server.base}/openapi.json`, axiosConfigDefaults: { baseURL: server.base },
        });
        client = await maker.init();
        client.defaults.baseURL = server.base;
    });

    const typed = (type) => ({ headers: { "Content-Type": type } });

    test("readPicture", async () => {
        const options = { format: "5", n_best: 2 };
        const { status, data } = await client.readPicture(options, sampleBytes("plain.png"), typed("image/png"));
        assert.equal(status, 200);
        assert.equal(data[0].string, "52981");
        assert.equal(data[0].decision, "accepted");
    });

    test("readPicture, a form", async () => {
        const form = new FormData();
        form.append("picture", new Blob([sampleBytes("plain.png")]), "a.png");
        form.append("picture", new Blob([sampleBytes("boxes.jpg")]), "b.jpg");
        const { data } = await client.readPicture(null, form);
        assert.deepEqual(data.map(({ file, string }) => [file, string]), [["a.png", "52981"], ["b.jpg", "84657"]]);
    });

    test("classify", async () => {
        const { data } = await client.classify({ maps: 1 }, { pictures: [seven] });
        assert.equal(data.results[0].digit, 7);
        assert.equal(data.results[0].maps.c1.length, 6);
        await assert.rejects(client.classify({ maps: 2 }, { pictures: [seven] }),
                             ({ response }) => response.status === 400);
    });

    test("v2Infer", async () => {
        const input = { name: "pictures", shape: [1, 28, 28], datatype: "UINT8", data: seven };
        const { data } = await client.v2Infer(null, { id: "client", inputs: [input], outputs: [{ name: "digit" }] });
        assert.equal(data.id, "client");
        assert.deepEqual(data.outputs[0].data, [7]);
    });

    test("the other operations", async () => {
        assert.equal((await client.getNetwork()).data.layers.length, 7);
        assert.equal((await client.v2Model()).data.name, "lenet5");
        assert.equal((await client.v2Ready()).status, 200);
    });
});

describe("a training that is watched", () => {
    const NAMES = { state: "TrainingState", progress: "TrainingProgress", pass: "TrainingPass",
                    kernels: "TrainingKernels",
                    misread: "TrainingMisread", end: "TrainingEnd" };

    // The events in the body, without the framing of the chunks.
    const unchunked = (text) => text.replace(/^[\s\S]*?\r\n\r\n/, "\r\n").replace(/\r\n[0-9a-f]+\r\n/g, "");

    function eventsOf(text) {
        return text.split("\n\n").filter((block) => /^event:/m.test(block)).map((block) => ({
            event: /^event: ?(.*)$/m.exec(block)[1],
            data: JSON.parse([...block.matchAll(/^data: ?(.*)$/gm)].map((match) => match[1]).join("\n")),
        }));
    }

    test("sends its progress as events", async (t) => {
        const folder = newFolder(t);
        assert.equal(run(["synth", "--out", folder, "--count", "12000", "--test-count", "1000"]).code, 0);
        const training = await startTraining(["--data", folder, "--epochs", "3"], { cwd: folder });
        t.after(() => training.stop());
        conforms("getWatchPage", await exchange(training, get("/watch.html")));
        const socket = connect(training);
        socket.write(get("/v1/training"));
        await within(60000, () => /event: ?end\n/.test(socket.got.toString()));
        checkStream(socket.got.toString());
        socket.destroy();
        const events = eventsOf(unchunked(socket.got.toString()));
        events.forEach(({ event, data }) => api.conformsTo(NAMES[event], data, event));
        checkEvents(events);
    });

    function checkStream(text) {
        assert.match(text, /^HTTP\/1\.1 200 /);
        assert.match(text, /^content-type: text\/event-stream/im);
        seen.add("watchTraining 200");
    }

    function checkEvents(events) {
        const of = (name) => events.filter(({ event }) => event === name).map(({ data }) => data);
        assert.equal(events[0].event, "state");
        assert.deepEqual([events[0].data.passes, events[0].data.pictures, events[0].data.recipe], [3, 12000, "fast"]);
        const passes = [...events[0].data.history, ...of("pass")];
        assert.deepEqual([...new Set(passes.map(({ pass }) => pass))], [1, 2, 3]);     // one may be sent twice
        assert.ok(passes.at(-1).loss < passes[0].loss);
        const { errors, of: all, digits: wrong } = of("misread").at(-1);
        assert.equal(all, 1000);
        assert.equal(wrong.length, Math.min(errors, 60));
        wrong.forEach(({ truth, answer }) => assert.notEqual(truth, answer));
        assert.ok(of("progress").length >= 1 && of("kernels").length >= 2);
        of("progress").forEach((progress) => assert.ok(progress.loss > 0, JSON.stringify(progress)));
        assert.deepEqual(of("end"), [{ finished: true }]);
        assert.equal(events.at(-1).event, "end");
    }
});
