// Many concurrent clients of every kind: each answer is right and no memory is lost. Also runs under the sanitizers.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import http from "node:http";

import { digits, padded } from "./pictures.mjs";
import { SANITIZED, sampleBytes, start } from "./server.mjs";

const CLIENTS = 24;
const SECONDS = 4;
const SETTLED = 16 * 1024 * 1024; // bytes by which memory may grow after a warm-up

const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
after(() => agent.destroy());

function send(server, method, path, headers, body, by = agent) {
    return new Promise((resolve, reject) => {
        const place = { agent: by, host: "127.0.0.1", port: server.port, method, path, headers };
        const request = http.request(place, (answer) => {
            const parts = [];
            answer.on("data", (part) => parts.push(part));
            answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers,
                                             body: Buffer.concat(parts) }));
            answer.on("error", reject);
        });
        request.on("error", reject);
        request.end(body);
    });
}

const json = (answer) => JSON.parse(answer.body.toString());
const digitsOf = (answer) => json(answer).results.map(({ digit }) => digit).join("");

function inference(picture) {
    const asked = JSON.stringify({
        inputs: [{ name: "pictures", datatype: "UINT8", shape: [1, 28, 28], parameters: { binary_data_size: 784 } }],
        outputs: [{ name: "digit", parameters: { binary_data: true } }],
    });
    const headers = { "Inference-Header-Content-Length": asked.length };
    return { headers, body: Buffer.concat([Buffer.from(asked), picture]) };
}

// The requests of the clients, each with a check of its answer.
function kinds(server, set) {
    const octets = { "Content-Type": "application/octet-stream" };
    const at = () => Math.floor(Math.random() * 500);
    const classify = async (bytes, expected, options = "") => {
        const answer = await send(server, "POST", `/v1/classify${options}`, octets, bytes);
        assert.equal(answer.status, 200);
        assert.equal(digitsOf(answer), expected);
    };
    return [
        async (i = at()) => classify(set.picture(i), set.answers[i]),
        async (i = at()) => classify(padded(set.picture(i)), set.answers[i], "?side=32"),
        async (i = at()) => classify(set.picture(i), set.answers[i], "?maps=1"),
        async () => classify(set.bytes, set.answers),
        async (i = at()) => {
            const answer = await send(server, "POST", "/v1/classify", { "Content-Type": "application/json" },
                                      JSON.stringify({ picture: [...set.picture(i)] }));
            assert.equal(digitsOf(answer), set.answers[i]);
        },
        async (i = at()) => {
            const { headers, body } = inference(set.picture(i));
            const answer = await send(server, "POST", "/v2/models/lenet5/infer", headers, body);
            assert.equal(answer.status, 200);
            assert.equal(String(answer.body.at(-1)), set.answers[i]);
        },
        async () => {
            const answer = await send(server, "POST", "/v1/read?format=zip5&explain=1",
                                      { "Content-Type": "image/jpeg" }, sampleBytes("ruled-paper.jpg"));
            assert.equal(answer.status, 200);
            assert.equal(json(answer)[0].string, "31902");
        },
        async () => assert.equal((await send(server, "POST", "/v1/read", {}, "no picture")).status, 400),
        async () => assert.equal((await send(server, "POST", "/v1/classify", {}, "{")).status, 400),
        async () => assert.equal((await send(server, "GET", "/nowhere")).status, 404),
        async () => assert.equal((await send(server, "GET", "/")).status, 200),
        async () => assert.match((await send(server, "GET", "/metrics")).body.toString(), /lenet5_requests_total/),
    ];
}

async function crowd(todo, seconds) {
    const end = performance.now() + 1000 * seconds;
    let done = 0;
    const client = async () => {
        for (; performance.now() < end; done++)
            await todo[Math.floor(Math.random() * todo.length)]();
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    return done;
}

const metric = async (server, name) =>
    Number(new RegExp(`^${name} (\\S+)`, "m").exec((await send(server, "GET", "/metrics")).body)[1]);

test("many clients of every kind", async (t) => {
    const set = digits(t, 500);
    const server = await start();
    set.answers = digitsOf(await send(server, "POST", "/v1/classify", {}, set.bytes));
    const todo = kinds(server, set);
    await crowd(todo, 2);
    const before = server.memory();
    const done = await crowd(todo, SECONDS);
    const grown = server.memory() - before;
    t.diagnostic(`${done} requests, ${(grown / 1024).toFixed(0)} KiB more memory`);
    assert.ok(done > 50);
    assert.equal(await metric(server, "lenet5_requests_in_flight"), 1); // this request itself
    assert.ok(await metric(server, "lenet5_body_bytes") < CLIENTS * 8192);
    assert.ok(SANITIZED || grown < SETTLED, `${grown} bytes more memory`);
    const { code, err } = await server.stop();
    assert.equal(code, 0, err);
    assert.doesNotMatch(err, /Sanitizer/);
});

test("concurrent digits are batched, with the same results", async (t) => {
    const set = digits(t, 64);
    const server = await start(["--threads", "1"]);
    const octets = { "Content-Type": "application/octet-stream" };
    const ask = (i, by) => send(server, "POST", "/v1/classify", octets, set.picture(i), by);
    const alone = [];
    for (let i = 0; i < 64; i++)
        alone.push(json(await ask(i)).results[0]);
    assert.equal(await metric(server, "lenet5_digits_together_total"), 0);
    const wide = new http.Agent({ keepAlive: true, maxSockets: 64 });
    for (let round = 0; round < 20; round++) {
        const answers = await Promise.all(alone.map((_, i) => ask(i, wide)));
        answers.forEach((answer, i) => {
            const { penalties, digit } = json(answer).results[0];
            assert.equal(digit, alone[i].digit);
            penalties.forEach((penalty, k) => assert.ok(Math.abs(penalty - alone[i].penalties[k]) < 0.01));
        });
    }
    assert.ok(await metric(server, "lenet5_digits_together_total") > 100);
    wide.destroy();
    assert.equal((await server.stop()).code, 0);
});
