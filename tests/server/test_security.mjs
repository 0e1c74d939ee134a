// The promises of docs/server.md about access (origins, host names, token files, TLS versions) and about the sandbox.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import tls from "node:tls";
import { after, before, describe, test } from "node:test";

import { newFolder, run, SANITIZED, sampleBytes, start, startFor } from "./server.mjs";
import { exchange, within } from "./wire.mjs";

const DIGIT = Buffer.alloc(784);
const PAGE = "https://page.example";

let server, open, sharing;
before(async () => {
    server = await start();
    open = await start(["--listen", "0.0.0.0:0", "--host", "digits.example,other.example"]);
    sharing = await start(["--allow-origin", `${PAGE},http://second.example:8000`]);
});
after(async () => {
    for (const each of [server, open, sharing])
        assert.equal((await each.stop()).code, 0);
});

function ask(to, { method = "POST", path = "/v1/classify", host = `127.0.0.1:${to.port}`, headers = {}, body } = {}) {
    const bytes = body ?? (method === "POST" ? DIGIT : Buffer.alloc(0));
    const all = { Host: host, "Content-Length": bytes.length, ...headers };
    const lines = Object.entries(all).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}\r\n`);
    return exchange(to, Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`), bytes]));
}

async function answers(status, to, request, pattern = /./) {
    const answer = await ask(to, request);
    assert.equal(answer?.status, status, `${JSON.stringify(request)}: ${answer?.text}`);
    if (status >= 400) {
        assert.match(answer.json().error, pattern);
        assert.deepEqual(Object.keys(answer.json()), ["error"]);
    }
    return answer;
}

describe("Host", () => {
    const ours = ["127.0.0.1", "127.0.0.1:80", "localhost", "LOCALHOST:8080", "localhost:"];
    const others = ["attacker.example", "localhost.attacker.example", "127.0.0.1.attacker.example", "xlocalhost",
                    "localhost:8080x", "localhost@attacker.example", "192.168.1.7", "[::1]", "[::1", "[]", "[", ":", ":80",
                    "127.0.0.1:80:80", "::1", "digits.example", "x".repeat(3000), "2130706433", "0x7f.1", "[127.0.0.1]"];

    test("may be the address of the listener or localhost", async () => {
        for (const host of ours)
            for (const method of ["GET", "POST"])
                await answers(200, server, { method, path: method === "GET" ? "/v1/network" : "/v1/classify", host });
    });

    test("421 for any other name, on every path", async () => {
        for (const host of others)
            await answers(421, server, { host }, /--host/);
        for (const path of ["/", "/main.js", "/v1/network", "/v2/health/live", "/metrics", "/nothing"])
            await answers(421, server, { method: "GET", path, host: "attacker.example" }, /--host/);
        await answers(421, server, { method: "GET", path: "http://attacker.example/v2", host: "localhost" }, /--host/);
        await answers(200, server, { method: "GET", path: "http://localhost/v2", host: "localhost" });
    });

    test("with a wildcard listener: any address, and the names of --host", async () => {
        for (const host of ["192.168.1.7", "10.0.0.1:8080", "[2001:db8::1]:80", "localhost", "digits.example",
                            "Other.Example:8080"])
            await answers(200, open, { host });
        for (const host of ["attacker.example", "digits.example.attacker.example", "digits", "example", "",
                            "digits.example,other.example"])
            await answers(421, open, { host }, /--host/);
    });

    test("IPv6, and a listener given by name", async (t) => {
        const named = await startFor(t, ["--listen", "localhost:0"]);
        await answers(200, named, { host: "localhost" });
        const six = run(["serve", "--listen", "[::1]:0"], { timeout: SANITIZED ? 5000 : 800 }).err.includes("listening");
        if (!six)
            return t.skip("there is no IPv6 here");
        const mapped = await startFor(t, ["--listen", "[::]:0"]);
        for (const host of ["[::1]", "[fe80::1]:80", "127.0.0.1", "localhost"])
            await answers(200, mapped, { host });
        await answers(421, mapped, { host: "attacker.example" });
    });
});

describe("invalid hosts and origins", () => {
    const wrong = [["--host", "digits.example:8080"], ["--host", "http://digits.example"], ["--host", "a,,b"],
                   ["--host", "a, b"], ["--host", ""], ["--host", "*"], ["--allow-origin", "page.example"],
                   ["--allow-origin", `${PAGE}/`], ["--allow-origin", `${PAGE},`], ["--allow-origin", `*,${PAGE}`],
                   ["--allow-origin", "https://"], ["--allow-origin", "://page.example"], ["--allow-origin", "null"], ["--allow-origin", "page,a://b"]];
    for (const [option, value] of wrong)
        test(`${option} ${value}`, () => {
            const { code, err } = run(["serve", "--listen", "127.0.0.1:0", option, value], { timeout: 3000 });
            assert.equal(code, 2, err);
            assert.match(err, new RegExp(`${option} ".*": it is written as in `));
        });
});

describe("pages of other sites", () => {
    const foreign = [
        { Origin: "https://attacker.example" }, { Origin: "null" }, { Origin: "" }, { Origin: "http://127.0.0.1:1" },
        { Origin: "http://localhost" }, { "Sec-Fetch-Site": "cross-site" }, { "Sec-Fetch-Site": "same-site" },
        { Origin: PAGE, "Sec-Fetch-Site": "cross-site" }, { Origin: "file://" }, { Origin: "chrome-extension://127.0.0.1" },
    ];
    const types = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                   "application/json", "image/png", null];

    test("403 for their requests, with any Content-Type", async () => {
        for (const headers of foreign)
            for (const type of types)
                await answers(403, server, { headers: { ...headers, "Content-Type": type } }, /another site/);
        for (const path of ["/v1/read", "/v2/models/lenet5/infer", "/nothing"])
            await answers(403, server, { path, headers: foreign[0] }, /another site/);
        for (const method of ["PUT", "DELETE", "OPTIONS"])
            await answers(403, server, { method, headers: foreign[0] }, /another site/);
    });

    test("requests of our own page and of programs are answered", async () => {
        const origin = (host) => ({ host, headers: { Origin: `http://${host}`, "Sec-Fetch-Site": "same-origin" } });
        for (const host of [`127.0.0.1:${server.port}`, `localhost:${server.port}`, "localhost"])
            await answers(200, server, origin(host));
        await answers(200, server, { headers: { "Sec-Fetch-Site": "none" } });
        await answers(200, server, {});
        await answers(200, open, { host: "digits.example", headers: { Origin: "https://digits.example" } });
    });

    test("no answer has CORS headers", async () => {
        for (const headers of [...foreign, {}])
            for (const path of ["/v1/network", "/", "/nothing"]) {
                const answer = await ask(server, { method: "GET", path, headers });
                assert.ok(!Object.keys(answer.headers).some((name) => name.startsWith("access-control-")), path);
            }
        const preflight = { Origin: PAGE, "Access-Control-Request-Method": "POST" };
        assert.equal((await ask(server, { method: "OPTIONS", headers: preflight })).status, 403);
    });
});

describe("--allow-origin", () => {
    const preflight = (origin) => ({ method: "OPTIONS", path: "/v1/read?format=5", headers: {
        Origin: origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization",
        "Sec-Fetch-Site": "cross-site" } });

    test("admits the named origins", async () => {
        for (const Origin of [PAGE, "http://second.example:8000"]) {
            const { headers } = await answers(200, sharing, { headers: { Origin, "Sec-Fetch-Site": "cross-site" } });
            assert.equal(headers["access-control-allow-origin"], Origin);
            assert.match(headers.vary, /origin/i);
            assert.equal(headers["access-control-allow-credentials"], undefined);
            const wrong = await answers(400, sharing, { headers: { Origin }, body: Buffer.alloc(3) });
            assert.equal(wrong.headers["access-control-allow-origin"], Origin, "errors lack the header");
        }
    });

    test("answers their preflight requests", async () => {
        const { headers, body } = await answers(204, sharing, preflight(PAGE));
        assert.equal(body.length, 0);
        assert.equal(headers["access-control-allow-origin"], PAGE);
        assert.match(headers["access-control-allow-methods"], /\bPOST\b/);
        for (const name of ["Authorization", "Content-Type", "Inference-Header-Content-Length"])
            assert.match(headers["access-control-allow-headers"], new RegExp(`\\b${name}\\b`, "i"));
    });

    test("admits no other origins", async () => {
        for (const origin of ["https://attacker.example", "http://page.example", `${PAGE}:8443`, "https://sub.page.example",
                              "null", `${PAGE},http://second.example:8000`]) {
            await answers(403, sharing, preflight(origin));
            await answers(403, sharing, { headers: { Origin: origin } });
        }
        await answers(421, sharing, { host: "page.example", headers: { Origin: PAGE } });
        const { headers } = await answers(200, sharing, {});
        assert.match(headers.vary, /origin/i);
        assert.equal(headers["access-control-allow-origin"], undefined);
    });

    test("a preflight needs no token, but the request does", async (t) => {
        const file = join(newFolder(t), "token");
        writeFileSync(file, "secret\n");
        const guarded = await startFor(t, ["--allow-origin", "*", "--token-file", file]);
        await answers(204, guarded, preflight("https://any.example"));
        const headers = { Origin: "https://any.example" };
        const refused = await answers(401, guarded, { headers });
        assert.equal(refused.headers["access-control-allow-origin"], headers.Origin);
        await answers(200, guarded, { headers: { ...headers, Authorization: "Bearer secret" } });
    });
});

describe("token files", () => {
    const broken = [["a NUL", "sec\0ret\n", /byte 3: .*NUL/], ["a NUL later", "secret\nx\0", /NUL/],
                    ["a blank", "sec ret\n", /byte 3: .*blank/], ["a blank at the end", "secret \n", /byte 6/],
                    ["a blank at the beginning", " secret\n", /byte 0/], ["a tab", "sec\tret", /byte 3/],
                    ["an escape", "sec\x1bret", /byte 3/], ["a DEL", "secret\x7f", /byte 6/],
                    ["a carriage return within", "sec\rret\n", /byte 3/],
                    ["a byte order mark", "\ufeffsecret\n", /byte 0/], ["UTF-16", Buffer.from("secret", "utf16le"), /NUL/],
                    ["nothing", "", /no token/], ["an empty line", "\nsecret\n", /no token/]];
    for (const [what, bytes, pattern] of broken)
        test(`${what} is refused`, (t) => {
            const file = join(newFolder(t), "token");
            writeFileSync(file, bytes);
            const { code, err } = run(["serve", "--listen", "127.0.0.1:0", "--token-file", file], { timeout: 3000 });
            assert.equal(code, 1, err);
            assert.match(err, pattern);
            assert.ok(err.includes(file), err);
        });

    for (const [what, end] of [["no newline", ""], ["a newline", "\n"], ["CRLF", "\r\n"]])
        test(`a token with ${what} is accepted`, async (t) => {
            const file = join(newFolder(t), "token");
            writeFileSync(file, `s3cret/+=~${end}`);
            const guarded = await startFor(t, ["--token-file", file]);
            await answers(200, guarded, { headers: { Authorization: "Bearer s3cret/+=~" } });
        });
});

const openssl = spawnSync("openssl", ["version"]).status === 0;

describe("TLS", { skip: openssl ? false : "openssl is not installed" }, () => {
    // Writes a certificate for NAME and its key to cert.pem and key.pem in a folder, each atomically.
    function certify(folder, name, algorithm = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]) {
        const [cert, key] = ["cert", "key"].map((part) => join(folder, `${part}.pem`));
        const args = ["req", "-x509", "-newkey", ...algorithm, "-nodes", "-days", "2", "-subj", `/CN=${name}`, "-keyout",
                      `${key}.new`, "-out", `${cert}.new`];
        assert.equal(spawnSync("openssl", args).status, 0);
        renameSync(`${cert}.new`, cert);
        renameSync(`${key}.new`, key);
        return ["--cert", cert, "--key", key];
    }

    function shake(to, options = {}) {
        return new Promise((done, fail) => {
            const socket = tls.connect({ port: to.port, host: "127.0.0.1", rejectUnauthorized: false, ...options }, () => {
                done({ name: socket.getPeerCertificate().subject.CN, cipher: socket.getCipher().standardName,
                       protocol: socket.getProtocol(), socket });
                if (!options.keep)
                    socket.destroy();
            });
            socket.on("error", fail);
        });
    }

    test("1.2 and 1.3 without CBC, and no older version", async (t) => {
        for (const algorithm of [undefined, ["rsa:2048"]]) {
            const safe = await startFor(t, certify(newFolder(t), "safe", algorithm));
            assert.equal((await shake(safe)).protocol, "TLSv1.3");
            const older = await shake(safe, { maxVersion: "TLSv1.2" });
            assert.equal(older.protocol, "TLSv1.2");
            assert.match(older.cipher, /_GCM_|CHACHA20/);
            for (const ciphers of ["ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA384", "AES128-SHA",
                                   "AES128-GCM-SHA256", "CAMELLIA128-SHA"])
                await assert.rejects(shake(safe, { maxVersion: "TLSv1.2", ciphers: `${ciphers}:@SECLEVEL=0` }), ciphers);
            for (const version of ["TLSv1", "TLSv1.1"])
                await assert.rejects(shake(safe, { minVersion: "TLSv1", maxVersion: version, ciphers: "ALL:@SECLEVEL=0" }),
                                     version);
        }
    });

    async function hangUp(to, pattern) {
        const before = to.log.length;
        to.child.kill("SIGHUP");
        assert.ok(await within(3000, () => pattern.test(to.log.slice(before))), to.log);
    }

    test("SIGHUP reloads certificate, key and token, all or none", async (t) => {
        const folder = newFolder(t);
        const options = certify(folder, "first");
        const token = join(folder, "token");
        writeFileSync(token, "one\n");
        const safe = await startFor(t, [...options, "--token-file", token]);
        const held = await shake(safe, { keep: true });
        const statusOf = async (word, { socket } = held) => {
            socket.write(`GET /v2 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${word}\r\n\r\n`);
            let answer = "";
            const listen = (data) => { answer += data; };
            socket.on("data", listen);
            assert.ok(await within(3000, () => answer.endsWith("}\n")), answer);
            socket.off("data", listen);
            return Number(/^HTTP\/1.1 (\d+)/.exec(answer)[1]);
        };
        assert.equal((await shake(safe)).name, "first");
        assert.equal(await statusOf("one"), 200);

        certify(folder, "second", ["rsa:2048"]);
        writeFileSync(token, "two\n");
        await hangUp(safe, /reloaded .*token\n.*reloaded .*cert\.pem\n.*reloaded .*key\.pem\n/s);
        assert.equal((await shake(safe)).name, "second");
        assert.deepEqual([await statusOf("one"), await statusOf("two")], [401, 200], "on an open connection");

        writeFileSync(token, "three\n");
        const cert = readFileSync(join(folder, "cert.pem")), key = readFileSync(join(folder, "key.pem"));
        const breakages = [["key.pem", "broken\n", key], ["cert.pem", "broken\n", cert], ["token", "th ree\n", "two\n"]];
        for (const [name, bytes, good] of breakages) {
            writeFileSync(join(folder, name), bytes);
            await hangUp(safe, /^lenet5: .*(key|cert|token).*\nnothing is reloaded/m);
            assert.equal((await shake(safe)).name, "second");
            assert.deepEqual([await statusOf("two"), await statusOf("three")], [200, 401]);
            writeFileSync(join(folder, name), good);
        }
        unlinkSync(token);
        assert.equal(spawnSync("mkfifo", [token]).status, 0);
        await hangUp(safe, /token: is no regular file\nnothing is reloaded/);
        assert.equal(await statusOf("two"), 200);
        unlinkSync(token);
        writeFileSync(token, "two\n");
        const other = newFolder(t);
        certify(other, "other");
        writeFileSync(join(folder, "key.pem"), readFileSync(join(other, "key.pem")));
        await hangUp(safe, /the key of --key is not that of .*\nnothing is reloaded/);
        assert.equal((await shake(safe)).name, "second");
        held.socket.destroy();
    });

    test("repeated SIGHUP under load loses no connection and no memory", async (t) => {
        const folder = newFolder(t);
        const safe = await startFor(t, certify(folder, "0"));
        const round = async (count) => {
            for (let i = 0; i < count; i++) {
                safe.child.kill("SIGHUP");
                await Promise.all(Array.from({ length: 4 }, () => shake(safe)));
            }
        };
        await round(20);
        const before = safe.memory();
        await round(60);
        const mib = (safe.memory() - before) / 1048576;
        assert.ok(SANITIZED || mib < 3, `${mib} MiB more`);
    });

    test("SIGHUP without such files ends the server, as by default", async () => {
        const plain = await start();
        assert.equal((await plain.stop("SIGHUP")).signal, "SIGHUP");
    });
});

describe("the sandbox", { skip: SANITIZED ? "the sanitizers need what it blocks" : false }, () => {
    const statusOf = ({ pid }, name) =>
        new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];

    test("every thread has no_new_privs and no capabilities", async () => {
        assert.match(server.log, /^sandbox: no new privileges, no capabilities, (Landlock \d+|no Landlock)/m);
        for (const thread of threadsOf(server.pid)) {
            const text = readFileSync(`/proc/${server.pid}/task/${thread}/status`, "utf8");
            assert.match(text, /^NoNewPrivs:\s*1$/m);
            for (const set of ["CapPrm", "CapEff", "CapInh"])
                assert.match(text, new RegExp(`^${set}:\\s*0+$`, "m"));
        }
    });

    function threadsOf(pid) {
        return spawnSync("ls", [`/proc/${pid}/task`], { encoding: "utf8" }).stdout.trim().split("\n");
    }

    test("the server works inside it", async () => {
        for (const name of ["plain.png", "boxes.jpg"])
            assert.equal((await ask(server, { path: "/v1/read", body: sampleBytes(name) })).status, 200, name);
    });

    test("Landlock permits only the folders of the files that SIGHUP reloads", async (t) => {
        const folder = newFolder(t), elsewhere = newFolder(t);
        const file = join(folder, "token");
        writeFileSync(file, "one\n");
        const guarded = await startFor(t, ["--token-file", file]);
        if (!/Landlock \d/.test(guarded.log))
            return t.skip("this kernel has no Landlock");
        const reload = async () => {
            const before = guarded.log.length;
            guarded.child.kill("SIGHUP");
            await within(3000, () => /reloaded .*\n/.test(guarded.log.slice(before)));
            return guarded.log.slice(before);
        };
        writeFileSync(`${file}.new`, "two\n");
        renameSync(`${file}.new`, file);
        assert.match(await reload(), /^reloaded /m);
        writeFileSync(join(elsewhere, "token"), "three\n");
        assert.equal(spawnSync("ln", ["-sf", join(elsewhere, "token"), file]).status, 0);
        assert.match(await reload(), /cannot be opened: Permission denied\nnothing is reloaded/);
        await answers(200, guarded, { headers: { Authorization: "Bearer two" } });
    });

    test("--no-sandbox turns it off", async (t) => {
        const free = await startFor(t, ["--no-sandbox"]);
        assert.match(free.log, /^sandbox: none$/m);
        assert.equal(statusOf(free, "NoNewPrivs"), "0");
        await answers(200, free, {});
    });
});
