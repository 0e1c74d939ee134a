// The promises of docs/server.md about the server itself: HTTP, limits, tokens, TLS, logs, start and shutdown.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";

import { pgm } from "./pictures.mjs";
import { newFolder, PROGRAM, ROOT, run, sampleBytes, start, startFor } from "./server.mjs";
import { answerOn, connect, exchange, get, parse, post, sleep, within } from "./wire.mjs";

const GETS = ["/", "/v1/network", "/v2", "/v2/health/live", "/v2/health/ready", "/v2/models/lenet5",
              "/v2/models/lenet5/versions/1", "/v2/models/lenet5/ready", "/metrics", "/openapi.json"];
const POSTS = ["/v1/read", "/v1/classify", "/v2/models/lenet5/infer", "/v2/models/lenet5/versions/1/infer"];

let server;
before(async () => { server = await start(["--max-body", "300000"]); });
after(async () => {
    const { code, err } = await server.stop();
    assert.equal(code, 0, err);
});

function refuses(answer, status, pattern = /.../) {
    assert.ok(answer, `${status} expected, no answer`);
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.headers["content-type"] ?? "no type", /^application\/json/, answer.text);
    const error = answer.json();
    assert.deepEqual(Object.keys(error), ["error"]);
    assert.match(error.error, pattern);
}

describe("routes and methods", () => {
    test("every route answers", async () => {
        for (const path of GETS)
            assert.equal((await exchange(server, get(path))).status, 200, path);
    });

    test("404 for other paths", async () => {
        for (const path of ["/v1", "/v1/", "/v1/reader", "/index.php", "/v3", "/v1/read/", "/metrics/x", "/v1%2fread"])
            refuses(await exchange(server, get(path)), 404);
        refuses(await exchange(server, get("/%00")), 400);
        refuses(await exchange(server, post("/v1/nothing", "x")), 404);
        refuses(await exchange(server, get("/v1/training")), 404, /train --watch/);
    });

    test("405 with the allowed methods", async () => {
        for (const path of POSTS)
            for (const method of ["GET", "PUT", "DELETE", "PATCH"]) {
                const bytes = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`;
                const answer = await exchange(server, bytes);
                refuses(answer, 405);
                assert.match(answer.headers.allow, /\bPOST\b/, path);
                assert.doesNotMatch(answer.headers.allow, /\bGET\b/, path);
            }
        for (const path of GETS) {
            const answer = await exchange(server, post(path, "x"));
            refuses(answer, 405);
            assert.match(answer.headers.allow, /\bGET\b.*\bHEAD\b/, path);
            assert.doesNotMatch(answer.headers.allow, /POST/, path);
        }
    });

    test("HEAD has the headers of GET and no body", async () => {
        for (const path of GETS) {
            const socket = connect(server);
            socket.write(`HEAD ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
            const head = await answerOn(socket, { head: true });
            assert.equal(head.status, 200, path);
            socket.write(get(path));
            const whole = await answerOn(socket);
            socket.destroy();
            assert.equal(whole.status, 200, `${path}: HEAD has a body`);
            assert.equal(head.headers["content-type"], whole.headers["content-type"]);
            if (path !== "/metrics")
                assert.equal(head.headers["content-length"], String(whole.body.length), path);
        }
    });

    test("400 for an unknown option on every path", async () => {
        for (const path of GETS)
            refuses(await exchange(server, get(`${path}?nonsense=1`)), 400, /nonsense/);
        for (const path of POSTS)
            refuses(await exchange(server, post(`${path}?nonsense=1`, "x")), 400, /nonsense/);
    });

    test("415 for an encoded body", async () => {
        for (const path of POSTS)
            for (const encoding of ["gzip", "deflate", "br"])
                refuses(await exchange(server, post(path, "x", `Content-Encoding: ${encoding}\r\n`)), 415);
    });

    test("413 for a body that is too long, with Content-Length or in chunks", async () => {
        const long = Buffer.alloc(300001);
        const most = Buffer.alloc(Math.floor(300000 / 784) * 784);
        const octets = "Content-Type: application/octet-stream\r\n";
        assert.equal((await exchange(server, post("/v1/classify", most, octets))).status, 200);
        for (const path of POSTS) {
            refuses(await exchange(server, post(path, long)), 413, /--max-body/);
            const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n493e1\r\n`;
            refuses(await exchange(server, Buffer.concat([Buffer.from(head), long, Buffer.from("\r\n0\r\n\r\n")])), 413);
        }
    });

    test("413 comes before the body if its length is known", async () => {
        const early = await exchange(server, "POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300001\r\n" +
                                               "Expect: 100-continue\r\n\r\n");
        refuses(early, 413);
    });

    test("431 for long headers", async () => {
        refuses(await exchange(server, get("/v2", `X: ${"y".repeat(17000)}\r\n`)), 431);
        const fine = await exchange(server, get("/v2", `X: ${"y".repeat(8000)}\r\n`));
        assert.equal(fine.status, 200);
    });
});

describe("connections", () => {
    test("serial and pipelined requests", async () => {
        const socket = connect(server);
        socket.write(get("/v2") + get("/v2/health/live") + get("/nothing") + get("/v2"));
        const statuses = [];
        for (let i = 0; i < 4; i++)
            statuses.push((await answerOn(socket))?.status);
        assert.deepEqual(statuses, [200, 200, 404, 200]);
        socket.write(get("/v2", "Connection: close\r\n"));
        assert.equal((await answerOn(socket)).headers.connection, "close");
        await socket.gone;
    });

    test("a chunked body, and one that waits for 100 Continue", async () => {
        const digit = Buffer.alloc(784);
        const head = "POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n";
        const half = Buffer.concat([Buffer.from("188\r\n"), digit.subarray(392), Buffer.from("\r\n")]);
        const chunked = [Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n`), half, half,
                         Buffer.from("0\r\n\r\n")];
        assert.equal((await exchange(server, Buffer.concat(chunked))).status, 200);
        const socket = connect(server);
        socket.write(`${head}Content-Length: 784\r\nExpect: 100-continue\r\n\r\n`);
        assert.ok(await within(2000, () => socket.got.toString().startsWith("HTTP/1.1 100 ")), "no 100 Continue");
        socket.write(digit);
        assert.equal((await answerOn(socket)).status, 200);
        socket.destroy();
    });

    test("an HTTP/1.0 connection is answered and closed", async () => {
        const socket = connect(server);
        socket.write("GET /v2 HTTP/1.0\r\n\r\n");
        await socket.gone;
        assert.match(socket.got.toString(), /^HTTP\/1\.[01] 200 /);
    });

    test("an idle connection is closed", async (t) => {
        const impatient = await startFor(t, ["--idle-time", "1"]);
        const socket = connect(impatient);
        socket.write(get("/v2"));
        assert.equal((await answerOn(socket)).status, 200);
        const since = performance.now();
        await socket.gone;
        const seconds = (performance.now() - since) / 1000;
        assert.ok(seconds > 0.8 && seconds < 4, `after ${seconds} s`);
        assert.equal(socket.got.length, 0);
    });

    test("at most --connections-per-address from each address", async (t) => {
        const small = await startFor(t, ["--connections-per-address", "3"]);
        const held = await hold(small, 3, "127.0.0.2");
        const answer = await exchange(small, get("/v2"), { from: "127.0.0.2" });
        refuses(answer, 429);
        assert.ok(Number(answer.headers["retry-after"]) >= 1);
        assert.equal((await exchange(small, get("/v2"), { from: "127.0.0.3" })).status, 200);
        held[0].destroy();
        assert.ok(await served(small, "127.0.0.2"));
        held.forEach((socket) => socket.destroy());
    });

    test("at most --connections", async (t) => {
        const small = await startFor(t, ["--connections", "3"]);
        const held = await hold(small, 3);
        const answer = await exchange(small, get("/v2"));
        refuses(answer, 503);
        assert.ok(Number(answer.headers["retry-after"]) >= 1);
        held.forEach((socket) => socket.destroy());
        assert.ok(await served(small));
    });

    const served = (by, from) => within(2000, async () => (await exchange(by, get("/v2"), { from })).status === 200);

    // Connections that stay open after an answer.
    async function hold(to, count, from) {
        const sockets = Array.from({ length: count }, () => connect(to, { from }));
        for (const socket of sockets) {
            socket.write(get("/v2"));
            assert.equal((await answerOn(socket)).status, 200);
        }
        return sockets;
    }

    test("bodies in memory are limited to 16 of the maximal length", async (t) => {
        const LONG = 784 * 128;
        const small = await startFor(t, ["--max-body", String(LONG)]);
        const octets = "Content-Type: application/octet-stream\r\n";
        const whole = post("/v1/classify", Buffer.alloc(LONG), octets);
        const held = Array.from({ length: 24 }, () => connect(small));
        held.forEach((socket) => socket.write(whole.subarray(0, -1)));
        await sleep(500);
        held.forEach((socket) => socket.write(whole.subarray(-1)));
        const answers = await Promise.all(held.map((socket) => answerOn(socket)));
        held.forEach((socket) => socket.destroy());
        const busy = answers.filter(({ status }) => status === 503);
        busy.forEach((answer) => assert.ok(Number(answer.headers["retry-after"]) >= 1));
        assert.equal(answers.filter(({ status }) => status === 200).length + busy.length, 24);
        assert.ok(busy.length >= 8 && busy.length < 24, `${busy.length} of 24 are refused`);
        assert.equal((await exchange(small, whole)).status, 200, "afterwards all is well");
    });

    test("at most --queue pictures wait", async (t) => {
        const small = await startFor(t, ["--queue", "2", "--threads", "1"]);
        const body = post("/v1/read", sampleBytes("chalk.png"));
        const answers = await Promise.all(Array.from({ length: 24 }, () => exchange(small, body)));
        const of = (status) => answers.filter((answer) => answer.status === status);
        assert.equal(of(200).length + of(503).length, 24);
        assert.ok(of(200).length >= 2 && of(503).length >= 1, `${of(200).length} were read`);
        of(503).forEach((answer) => assert.ok(Number(answer.headers["retry-after"]) >= 1));
        of(200).forEach((answer) => assert.equal(answer.json()[0].string, "31902"));
    });
});

describe("the page", () => {
    const directive = (policy, name) =>
        policy.split(";").map((part) => part.trim().split(/\s+/)).find(([first]) => first === name)?.slice(1);

    test("its headers", async () => {
        const answer = await exchange(server, get("/"));
        assert.match(answer.headers["content-type"], /^text\/html; *charset=utf-8$/i);
        const policy = answer.headers["content-security-policy"];
        assert.doesNotMatch(policy, /unsafe-|\*|https?:/);
        assert.match(directive(policy, "default-src").join(), /^'(none|self)'$/);
        assert.deepEqual(directive(policy, "frame-ancestors"), ["'none'"]);
        for (const name of ["base-uri", "form-action"])
            assert.match(directive(policy, name)?.join() ?? "", /^'(none|self)'$/, name);
        assert.ok(["no-referrer", "same-origin"].includes(answer.headers["referrer-policy"]));
    });

    test("every answer has nosniff", async () => {
        for (const path of [...GETS, "/nothing", "/v1/read"])
            assert.equal((await exchange(server, get(path)))?.headers["x-content-type-options"], "nosniff", path);
    });

    test("its resources exist and have the right types", async () => {
        const seen = new Set();
        const wanted = ["/"];
        while (wanted.length > 0) {
            const path = wanted.pop();
            if (seen.has(path))
                continue;
            seen.add(path);
            const answer = await exchange(server, get(path));
            assert.equal(answer.status, 200, path);
            assert.match(answer.headers["content-type"], typeOf(path), path);
            wanted.push(...linksOf(path, answer.text));
        }
        assert.ok([...seen].some((path) => path.endsWith(".js")) && [...seen].some((path) => path.endsWith(".css")));
    });

    function typeOf(path) {
        if (path.endsWith(".js"))
            return /^text\/javascript/;
        if (path.endsWith(".css"))
            return /^text\/css/;
        return path.endsWith(".svg") ? /^image\/svg\+xml/ : /./;
    }

    function linksOf(path, text) {
        const pattern = path.endsWith(".js") ? /\bfrom\s*"([^"]+)"|\bimport\s*"([^"]+)"/g
                      : /\.(css|svg)$/.test(path) ? /url\(["']?([^"')]+)/g
                      : /<(?:script|link|img)\b[^>]*\b(?:src|href)="([^"]+)"/g;
        const links = [...text.matchAll(pattern)].map((match) => match[1] ?? match[2]);
        return links.map((link) => new URL(link, `http://x${path}`)).filter(({ host }) => host === "x")
                    .map(({ pathname }) => pathname);
    }

    test("the program needs no files of the build", async (t) => {
        const folder = newFolder(t);
        const program = join(folder, "lenet5");
        copyFileSync(PROGRAM, program);
        chmodSync(program, 0o755);
        const alone = await startFor(t, [], { program, cwd: folder, env: { PATH: "/usr/bin:/bin" } });
        assert.match((await exchange(alone, get("/"))).text, /<html/i);
        for (const [name, string] of [["plain.png", "52981"], ["shadow.jpg", "52981"]])
            assert.equal((await exchange(alone, post("/v1/read", sampleBytes(name)))).json()[0].string, string);
        const mapped = readFileSync(`/proc/${alone.pid}/maps`, "utf8");
        assert.ok(mapped.includes(program));
        for (const place of [ROOT, dirname(PROGRAM)])
            assert.ok(!mapped.includes(place), `it maps a file of ${place}`);
    });
});

describe("/metrics", () => {
    const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (NaN|[+-]Inf|[-+0-9.eE]+)$/;
    const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

    function labelsOf(text = "") {
        const labels = {};
        for (LABEL.lastIndex = 0; LABEL.lastIndex < text.length;) {
            const match = LABEL.exec(text);
            assert.ok(match, `labels: ${text}`);
            labels[match[1]] = match[2];
        }
        return labels;
    }

    function parseMetrics(text) {
        const metrics = { types: {}, samples: [] };
        assert.ok(text.endsWith("\n"));
        for (const line of text.trimEnd().split("\n")) {
            const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
            if (comment?.[1] === "TYPE")
                metrics.types[comment[2]] = comment[3];
            if (comment)
                continue;
            const [, name, labels, value] = SAMPLE.exec(line) ?? assert.fail(`no sample: ${line}`);
            metrics.samples.push({ name, labels: labelsOf(labels), value: Number(value) });
        }
        return metrics;
    }

    const scrape = async (from) => {
        const answer = await exchange(from, get("/metrics"));
        assert.match(answer.headers["content-type"], /^text\/plain; *version=0\.0\.4/);
        return parseMetrics(answer.text);
    };
    const total = (metrics, pattern, wanted = () => true) =>
        metrics.samples.filter(({ name, labels }) => pattern.test(name) && wanted(labels))
                       .reduce((sum, { value }) => sum + value, 0);

    test("has the text format of Prometheus, with a type for each sample", async () => {
        const { types, samples } = await scrape(server);
        assert.ok(samples.length > 5);
        for (const { name, labels, value } of samples) {
            const base = types[name] ? name : name.replace(/_(bucket|sum|count)$/, "");
            assert.match(types[base] ?? "", /^(counter|gauge|histogram)$/, name);
            assert.match(name, /^lenet5_|^process_/);
            assert.ok(Number.isFinite(value) && value >= 0, `${name} ${JSON.stringify(labels)}`);
            assert.ok(types[name] !== "counter" || name.endsWith("_total"), name);
        }
        const keys = samples.map(({ name, labels }) => name + JSON.stringify(labels));
        assert.equal(new Set(keys).size, keys.length, "a sample is printed twice");
    });

    test("counts requests and digits", async (t) => {
        const fresh = await startFor(t);
        const before = await scrape(fresh);
        const octets = "Content-Type: application/octet-stream\r\n";
        for (let i = 0; i < 3; i++)
            await exchange(fresh, post("/v1/classify", Buffer.alloc(2 * 784), octets));
        await exchange(fresh, post("/v1/read", sampleBytes("plain.png")));
        await exchange(fresh, get("/nothing"));
        await exchange(fresh, get("/nothing-else"));
        const now = await scrape(fresh);
        const grown = (pattern, wanted) => total(now, pattern, wanted) - total(before, pattern, wanted);
        const valued = (...values) => (labels) => values.every((value) => Object.values(labels).includes(value));
        assert.equal(grown(/requests_total$/, valued("404")), 2);
        assert.equal(grown(/requests_total$/, valued("/v1/classify", "200")), 3);
        assert.equal(grown(/requests_total$/, valued("/v1/read", "200")), 1);
        assert.equal(grown(/requests_total$/) - grown(/requests_total$/, valued("/metrics")), 6);
        assert.equal(grown(/^lenet5_digits_total$/), 6);
    });

    test("histograms are consistent", async () => {
        const { types, samples } = await scrape(server);
        const histograms = Object.keys(types).filter((name) => types[name] === "histogram");
        assert.ok(histograms.length >= 1);
        for (const name of histograms)
            for (const count of samples.filter((sample) => sample.name === `${name}_count`)) {
                const same = (labels) => Object.entries(count.labels).every(([key, value]) => labels[key] === value);
                const buckets = samples.filter((sample) => sample.name === `${name}_bucket` && same(sample.labels));
                const values = buckets.map(({ value }) => value);
                assert.deepEqual(values, [...values].sort((a, b) => a - b));
                assert.equal(buckets.at(-1).labels.le, "+Inf");
                assert.equal(values.at(-1), count.value);
            }
    });
});

describe("the access log", () => {
    async function logged(t, ...options) {
        const noisy = await start(options);
        await exchange(noisy, get("/v2/models/lenet5?x=\u0007"));
        await exchange(noisy, get("/v1/network"));
        await exchange(noisy, post("/v1/read", sampleBytes("plain.png")));
        await exchange(noisy, get("/no%0athing%22", "User-Agent: a\tb\r\n"));
        const { code, err } = await noisy.stop();
        assert.equal(code, 0);
        // "profiling:" begins the messages of gcov, in a build for coverage, which the sandbox keeps from its files.
        return err.split("\n").filter((line) => line && !/^listening on|^sandbox:|^profiling:/.test(line));
    }

    test("text: a line for each request", async (t) => {
        const lines = await logged(t, "--log", "text");
        assert.equal(lines.length, 4, lines.join("\n"));
        assert.match(lines[1], /"GET" "\/v1\/network" 200\b/);
        assert.match(lines[2], /"POST" "\/v1\/read" 200\b/);
        assert.match(lines[3], /\b404\b/);
        lines.forEach((line) => assert.match(line, /^[\x20-\x7e]+$/, "only printable characters"));
        lines.forEach((line) => assert.match(line, /127\.0\.0\.1/));
    });

    test("json: an object for each request", async (t) => {
        const lines = (await logged(t, "--log", "json")).map(JSON.parse);
        assert.equal(lines.length, 4);
        const values = lines.map((line) => Object.values(line));
        assert.ok(["GET", "/v1/network", 200].every((value) => values[1].includes(value)), JSON.stringify(lines[1]));
        assert.ok(["POST", "/v1/read", 200].every((value) => values[2].includes(value)), JSON.stringify(lines[2]));
        assert.ok(values[3].includes(404), JSON.stringify(lines[3]));
        assert.equal(new Set(lines.map((line) => Object.keys(line).join())).size, 1, "the members differ");
    });

    test("none: no lines", async (t) => assert.deepEqual(await logged(t, "--log", "none"), []));

    test("text is the default", async () => {
        const { code, err } = await (async () => {
            const noisy = await start(["--log", "text"]);
            await exchange(noisy, get("/v2"));
            return noisy.stop();
        })();
        assert.equal(code, 0);
        assert.match(err, /^listening on http:\/\/127\.0\.0\.1:\d+\nsandbox: .*\n.*"GET" "\/v2" 200\b/);
    });
});

describe("--token-file", () => {
    const TOKEN = "s3cret/+=token";
    let guarded, folder;
    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "lenet5-token-"));
        writeFileSync(join(folder, "token"), `${TOKEN}\nanother line\n`);
        guarded = await start(["--token-file", join(folder, "token")]);
    });
    after(async () => {
        assert.equal((await guarded.stop()).code, 0);
        rmSync(folder, { recursive: true });
    });

    const bearer = (token) => `Authorization: Bearer ${token}\r\n`;
    const basic = (user, token) => `Authorization: Basic ${Buffer.from(`${user}:${token}`).toString("base64")}\r\n`;

    test("401 without a token, with WWW-Authenticate", async () => {
        for (const path of [...GETS, "/nothing"].filter((each) => !each.startsWith("/v2/health"))) {
            const answer = await exchange(guarded, get(path));
            refuses(answer, 401);
            assert.match(answer.headers["www-authenticate"], /Basic|Bearer/);
        }
        for (const path of POSTS)
            refuses(await exchange(guarded, post(path, "x")), 401);
    });

    test("health checks need no token", async () => {
        for (const path of ["/v2/health/live", "/v2/health/ready"])
            assert.equal((await exchange(guarded, get(path))).status, 200);
    });

    test("the right token is accepted", async () => {
        for (const header of [bearer(TOKEN), basic("", TOKEN), basic("somebody", TOKEN),
                              `authorization: bearer ${TOKEN}\r\n`]) {
            assert.equal((await exchange(guarded, get("/v2", header))).status, 200, header);
            assert.equal((await exchange(guarded, get("/", header))).status, 200, header);
        }
    });

    test("no other token is accepted", async () => {
        const wrong = [bearer(""), bearer("wrong"), bearer(TOKEN.slice(0, -1)), bearer(`${TOKEN}x`),
                       bearer("another line"), bearer(TOKEN.toUpperCase()), basic(TOKEN, ""), basic("x", "wrong"),
                       "Authorization: Basic ???\r\n",
                       "Authorization: Bearer\r\n", "Authorization: \r\n", `Authorization: Digest ${TOKEN}\r\n`,
                       `Authorization: ${TOKEN}\r\n`, basic("x", `${TOKEN}\0`)];
        for (const header of wrong)
            refuses(await exchange(guarded, get("/v2", header)), 401);
        const answer = await exchange(guarded, get(`/v2?token=${encodeURIComponent(TOKEN)}`));
        assert.equal(answer.status, 401);
    });

    test("401 comes before the body", async () => {
        const head = "POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n";
        refuses(await exchange(guarded, head, { within: 2000 }), 401);
    });

    test("a missing file, or one without a token, is an error", () => {
        writeFileSync(join(folder, "empty"), "\n");
        for (const name of ["nowhere", "empty"]) {
            const { code, err } = run(["serve", "--listen", "127.0.0.1:0", "--token-file", join(folder, name)],
                                      { timeout: 5000 });
            assert.ok(code === 1 || code === 2, `${name}: ${code}`);
            assert.match(err, new RegExp(name));
        }
    });
});

describe("TLS", () => {
    const openssl = spawnSync("openssl", ["version"]).status === 0;

    function certificate(t) {
        const folder = newFolder(t);
        const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
        const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                      "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
                      cert];
        assert.equal(spawnSync("openssl", args).status, 0);
        return { cert, key };
    }

    function ask(base, path, cert, body) {
        return new Promise((done, fail) => {
            const options = { ca: readFileSync(cert), method: body ? "POST" : "GET", agent: false };
            const request = https.request(base + path, options, (answer) => {
                const parts = [];
                answer.on("data", (part) => parts.push(part));
                answer.on("end", () => done({ status: answer.statusCode, text: Buffer.concat(parts).toString(),
                                              protocol: answer.socket?.getProtocol?.() }));
            });
            request.on("error", fail);
            request.end(body);
        });
    }

    test("works with --cert and --key", { skip: openssl ? false : "openssl is not installed" }, async (t) => {
        const { cert, key } = certificate(t);
        const safe = await startFor(t, ["--cert", cert, "--key", key]);
        assert.match(safe.base, /^https:/);
        assert.equal((await ask(safe.base, "/v2", cert)).status, 200);
        const read = await ask(safe.base, "/v1/read", cert, sampleBytes("plain.png"));
        assert.equal(JSON.parse(read.text)[0].string, "52981");
        const plain = await exchange(safe, get("/v2"), { within: 3000 });
        assert.ok(plain === null || plain.status !== 200, "a plain request is answered");
        assert.equal((await ask(safe.base, "/v2", cert)).status, 200);
    });

    test("one option alone, or a broken file, is an error", { skip: openssl ? false : "openssl is not installed" }, (t) => {
        const { cert, key } = certificate(t);
        const broken = join(newFolder(t), "broken.pem");
        writeFileSync(broken, "no certificate\n");
        const wrong = [["--cert", cert], ["--key", key], ["--cert", broken, "--key", key],
                       ["--cert", cert, "--key", broken],
                       ["--cert", cert, "--key", "/nowhere.pem"]];
        for (const options of wrong) {
            const { code, err } = run(["serve", "--listen", "127.0.0.1:0", ...options], { timeout: 5000 });
            assert.ok(code === 1 || code === 2, `${options}: ${code}`);
            assert.match(err, /^lenet5: ./);
        }
    });
});

describe("shutdown", () => {
    function noise(side) {
        const pixels = Buffer.alloc(side * side);
        for (let i = 0, seed = 1; i < pixels.length; i++) {
            seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
            pixels[i] = seed >>> 24;
        }
        return pgm(pixels, side, side);
    }

    // A picture that takes about two seconds to read on any machine; sanitizers are many times slower.
    async function slowPicture(ending) {
        const side = 1000, since = performance.now();
        assert.equal((await exchange(ending, post("/v1/read", noise(side)), { within: 60000 })).status, 200);
        const times = 2000 / (performance.now() - since);
        return noise(Math.min(5000, Math.round(side * Math.sqrt(Math.max(1, times)))));
    }

    for (const signal of ["SIGTERM", "SIGINT"])
        test(`${signal}: requests in flight are finished, new ones are refused`, async () => {
            const ending = await start(["--threads", "1", "--read-timeout", "60"]); // a sanitizer needs many seconds
            const other = connect(ending);
            other.write(get("/v2/health/ready"));
            assert.equal((await answerOn(other)).status, 200);
            const slow = await slowPicture(ending);
            const reading = exchange(ending, post("/v1/read", slow), { within: 60000 });
            await sleep(300);
            ending.child.kill(signal);
            await sleep(100);
            const late = connect(ending);
            await late.reached;
            late.write(get("/v2"));
            other.write(get("/v2/health/ready"));
            const ready = await answerOn(other, { within: 2000 });
            assert.ok(ready === null || ready.status === 503, `ready: ${ready?.status}`);
            assert.equal((await answerOn(late, { within: 2000 }))?.status === 200, false);
            assert.equal((await reading)?.status, 200, "the reading was not finished");
            const { code } = await ending.ended;
            assert.equal(code, 0);
        });

    test("the server waits for the rest of a body", async () => {
        const ending = await start();
        const picture = post("/v1/read", sampleBytes("plain.png"));
        const socket = connect(ending);
        socket.write(picture.subarray(0, 20000));
        await sleep(200);
        ending.child.kill("SIGTERM");
        await sleep(200);
        socket.write(picture.subarray(20000));
        assert.equal((await answerOn(socket))?.json()[0].string, "52981");
        assert.equal((await ending.ended).code, 0);
    });

    test("idle connections do not delay it", async () => {
        const ending = await start();
        const idle = Array.from({ length: 20 }, () => connect(ending));
        await Promise.all(idle.map((socket) => socket.reached));
        const since = performance.now();
        assert.equal((await ending.stop()).code, 0);
        assert.ok(performance.now() - since < 1000, `${performance.now() - since} ms`);
    });
});

describe("start", () => {
    /* What a sanitizer slows down may take as long as reading a picture does. */
    const limit = () => {
        const since = performance.now();
        run(["read", join(ROOT, "docs/samples/plain.png")]);
        return Math.max(100, performance.now() - since);
    };

    test("takes less than 100 ms", async () => {
        const times = [];
        for (let i = 0; i < 7; i++) {
            const fresh = await start();
            times.push(fresh.milliseconds);
            await fresh.stop();
        }
        times.sort((a, b) => a - b);
        console.log(`started in ${times[3].toFixed(0)} ms`);
        assert.ok(times[3] < limit(), `${times[3]} ms`);
    });

    const refused = (code, pattern, ...options) => {
        const got = run(["serve", ...options], { timeout: 5000 });
        assert.equal(got.code, code, `${options}: ${got.err}`);
        assert.match(got.err, pattern);
    };

    test("help", () => {
        const { code, out } = run(["serve", "--help"]);
        assert.equal(code, 0);
        assert.match(out, /usage: lenet5 serve/);
        for (const option of ["listen", "threads", "model", "max-body", "request-time", "idle-time", "connections",
                              "connections-per-address", "queue", "token-file", "cert", "key", "log"])
            assert.ok(out.includes(`--${option} `), option);
    });

    test("wrong usage", () => {
        for (const place of ["nonsense", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:x", ":-1", ""])
            refused(2, /--listen/, "--listen", place);
        refused(2, /did you mean --listen/, "--lisen", "127.0.0.1:0");
        for (const option of ["--max-body", "--connections", "--connections-per-address", "--request-time",
                              "--idle-time", "--queue", "--threads"])
            for (const value of ["x", "-1", ""])
                refused(2, new RegExp(option), "--listen", "127.0.0.1:0", option, value);
        refused(2, /unknown log "loud"/, "--listen", "127.0.0.1:0", "--log", "loud");
        refused(2, /argument/, "--listen", "127.0.0.1:0", "more");
    });

    test("a missing model", () => {
        refused(1, /nowhere/, "--listen", "127.0.0.1:0", "--model", "nowhere");
    });

    test("a port in use, a foreign address", () => {
        refused(1, new RegExp(`127\\.0\\.0\\.1:${server.port}.*in use`, "i"), "--listen", `127.0.0.1:${server.port}`);
        refused(1, /192\.0\.2\.1/, "--listen", "192.0.2.1:8080");
    });

    test("localhost, whether or not it resolves", async (t) => {
        const { base } = await startFor(t, ["--listen", "localhost:0"]);
        assert.match(base, /^http:\/\/127\.0\.0\.1:/);
        const { base: other } = await startFor(t, ["--listen", "LocalHost:0"]);
        assert.match(other, /^http:\/\/127\.0\.0\.1:/);
    });

    test("a port alone means all addresses", async (t) => {
        const everywhere = await startFor(t, ["--listen", ":0"]);
        assert.match(everywhere.base, /^http:\/\/(\[::\]|0\.0\.0\.0):/);
        assert.match(everywhere.log, /--token-file/);
        const { status } = await fetch(`http://127.0.0.1:${everywhere.port}/v2/health/live`);
        assert.equal(status, 200);
    });
});
