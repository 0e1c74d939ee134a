// Request ids and W3C Trace Context, in answers and in the access log.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { start, startFor } from "./server.mjs";
import { answerOn, connect, exchange, get, post, within } from "./wire.mjs";

const GENERATED = /^[0-9a-f]{32}$/;
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736", PARENT = "00f067aa0ba902b7";
const TRACEPARENT = `traceparent: 00-${TRACE}-${PARENT}-01\r\n`;
const PAGE = "https://page.example";

const named = (id) => `X-Request-Id: ${id}\r\n`;
const idOf = (answer) => answer.headers["x-request-id"];

let server;
before(async () => {
    server = await start(["--log", "json", "--max-body", "2000", "--request-time", "1", "--allow-origin", PAGE]);
});
after(async () => assert.equal((await server.stop()).code, 0));

// The line of the access log with an id.
async function lineOf(id, of = server) {
    const find = () => of.log.split("\n").slice(0, -1).filter((line) => line.startsWith("{")).map(JSON.parse)
                         .find((line) => line.request_id === id);
    assert.ok(await within(2000, find), `no line has the id ${id}`);
    return find();
}

describe("request ids", () => {
    test("a generated id is in the answer and in the log, new for each request", async () => {
        const socket = connect(server), seen = new Set();
        for (let i = 0; i < 20; i++) {
            socket.write(get("/v2"));
            const id = idOf(await answerOn(socket));
            assert.match(id, GENERATED);
            assert.equal((await lineOf(id)).path, "/v2");
            seen.add(id);
        }
        socket.destroy();
        assert.equal(seen.size, 20);
    });

    test("two servers do not generate the same ids", async (t) => {
        const other = await startFor(t);
        assert.notEqual(idOf(await exchange(other, get("/v2"))), idOf(await exchange(other, get("/v2"))));
        const [one, two] = await Promise.all([startFor(t, ["--threads", "1"]), startFor(t, ["--threads", "1"])]);
        assert.notEqual(idOf(await exchange(one, get("/v2"))), idOf(await exchange(two, get("/v2"))));
    });

    test("a client's id is taken over", async () => {
        for (const id of ["a", "3f2b7c1e-6f1d-4c3e-9a54-5d2f6b1f0c11", "Root=1-67891233-abc;Self=x", "\"quoted\\\"",
                          "x".repeat(128)]) {
            assert.equal(idOf(await exchange(server, get("/v2", named(id)))), id);
            assert.equal((await lineOf(id)).status, 200);
        }
    });

    test("another id is replaced", async () => {
        for (const id of ["", "a b", "x".repeat(129), "\u00e4", "a\tb", "a\x7f"])
            assert.match(idOf(await exchange(server, get("/v2", named(id)))), GENERATED, id);
        assert.match(idOf(await exchange(server, get("/v2", named("one") + named("two")))), GENERATED);
    });

    const headers = (...lines) => lines.map((line) => `${line}\r\n`).join("");
    const requests = [
        [200, (id) => get("/", id)],
        [200, (id) => `HEAD /v2 HTTP/1.1\r\nHost: localhost\r\n${id}\r\n`],
        [200, (id) => post("/v1/classify", Buffer.alloc(784, 7), id + headers("Content-Type: application/octet-stream"))],
        [204, (id) => `OPTIONS /v1/read HTTP/1.1\r\nHost: localhost\r\n${id}${headers(`Origin: ${PAGE}`,
            "Access-Control-Request-Method: POST")}\r\n`],
        [400, (id) => get("/v2?nonsense=1", id)],
        [400, (id) => post("/v1/read", "no picture", id)],
        [400, (id) => `GET /v2 HTTP/1.1\r\n${id}\r\n`],
        [403, (id) => post("/v1/read", "x", id + headers("Origin: https://attacker.example"))],
        [404, (id) => get("/nothing", id)],
        [405, (id) => post("/v2", "x", id)],
        [408, (id) => post("/v1/read", "abc", id).subarray(0, -1)],
        [413, (id) => post("/v1/read", Buffer.alloc(2001), id)],
        [415, (id) => post("/v1/read", "x", id + headers("Content-Encoding: gzip"))],
        [421, (id) => `GET /v2 HTTP/1.1\r\nHost: attacker.example\r\n${id}\r\n`],
        [431, (id) => get("/v2", id + headers(`X: ${"y".repeat(17000)}`))],
    ];
    for (const [status, request] of requests)
        test(`${status}: ${request("").toString().split("\r\n")[0]}`, async () => {
            const id = `status-${status}-${Math.random()}`;
            const answer = await exchange(server, request(named(id)), { head: request("").toString().startsWith("HEAD") });
            assert.equal(answer.status, status, answer.text);
            assert.equal(idOf(answer), id);
            assert.equal((await lineOf(id)).status, status);
        });

    test("304", async () => {
        const { headers: { etag } } = await exchange(server, get("/"));
        const answer = await exchange(server, get("/", `If-None-Match: ${etag}\r\n${named("a-copy")}`));
        assert.equal(answer.status, 304);
        assert.equal(idOf(answer), "a-copy");
    });

    test("an answer before a request is read has a generated id", async (t) => {
        const silent = connect(server);
        const late = await answerOn(silent);
        assert.equal(late.status, 408);
        assert.match(idOf(late), GENERATED);
        const small = await startFor(t, ["--connections", "1"]);
        const held = connect(small);
        held.write(get("/v2"));
        assert.equal((await answerOn(held)).status, 200);
        const busy = await exchange(small, get("/v2", named("unread")));
        assert.equal(busy.status, 503);
        assert.match(idOf(busy), GENERATED);
        held.destroy();
    });

    test("pages of other sites may send and read it", async () => {
        const origin = `Origin: ${PAGE}\r\n`;
        const asked = `OPTIONS /v1/read HTTP/1.1\r\nHost: localhost\r\n${origin}Access-Control-Request-Method: POST\r\n\r\n`;
        const { headers: allowed } = await exchange(server, asked);
        for (const name of ["X-Request-Id", "traceparent", "tracestate"])
            assert.match(allowed["access-control-allow-headers"], new RegExp(`\\b${name}\\b`));
        const { headers: exposed } = await exchange(server, get("/v2", origin));
        assert.match(exposed["access-control-expose-headers"], /\bX-Request-Id\b/);
    });
});

describe("traces", () => {
    const logged = async (id, lines) => {
        assert.equal((await exchange(server, get("/v2", named(id) + lines))).status, 200);
        return lineOf(id);
    };

    test("the log has trace, parent and a new span", async () => {
        const spans = new Set();
        for (let i = 0; i < 10; i++) {
            const line = await logged(`traced-${i}`, `${TRACEPARENT}tracestate: vendor=1\r\n`);
            assert.equal(line.trace_id, TRACE);
            assert.equal(line.parent_id, PARENT);
            assert.match(line.span_id, /^(?!0{16})[0-9a-f]{16}$/);
            spans.add(line.span_id);
        }
        assert.equal(spans.size, 10);
        assert.ok(!spans.has(PARENT));
    });

    test("a later version may have more fields; blanks around the value do not count", async () => {
        const lines = [`traceparent: 42-${TRACE}-${PARENT}-01-more\r\n`, `Traceparent:\t 00-${TRACE}-${PARENT}-00 \t\r\n`];
        for (const [i, line] of lines.entries())
            assert.equal((await logged(`later-${i}`, line)).trace_id, TRACE);
    });

    test("an invalid traceparent, or two, is ignored", async () => {
        const invalid = ["", "00", `00-${TRACE}-${PARENT}`, `00-${TRACE}-${PARENT}-01-more`, `ff-${TRACE}-${PARENT}-01`,
                         `00-${TRACE.toUpperCase()}-${PARENT}-01`, `00-${"0".repeat(32)}-${PARENT}-01`,
                         `00-${TRACE}-${"0".repeat(16)}-01`, `00-${TRACE}\\n-${PARENT}-01`];
        const lines = [...invalid.map((value) => `traceparent: ${value}\r\n`), TRACEPARENT + TRACEPARENT, ""];
        for (const [i, line] of lines.entries())
            for (const member of ["trace_id", "span_id", "parent_id"])
                assert.equal((await logged(`untraced-${i}`, line))[member], undefined, line);
    });

    test("the text format has the same ids", async (t) => {
        const noisy = await startFor(t, ["--log", "text"]);
        await exchange(noisy, get("/v2", named("a\"b") + TRACEPARENT));
        await exchange(noisy, get("/v2"));
        assert.ok(await within(2000, () => noisy.log.trimEnd().split("\n").length === 4), noisy.log);
        const [traced, other] = noisy.log.split("\n").slice(2);
        assert.match(traced, new RegExp(` ms request_id="a\\\\"b" trace_id="${TRACE}" span_id="[0-9a-f]{16}" ` +
                                        `parent_id="${PARENT}"$`));
        assert.match(other, / ms request_id="[0-9a-f]{32}"$/);
    });
});
