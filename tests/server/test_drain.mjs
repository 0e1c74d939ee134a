// How a server ends, with --drain and without, and how servers share an address.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { constants, openSync, readSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { newFolder, PROGRAM, run, sampleBytes, SANITIZED, start, startFor } from "./server.mjs";
import { answerOn, connect, exchange, get, post, sleep, within } from "./wire.mjs";

const READY = ["/v2/health/ready", "/v2/models/lenet5/ready"];

// Sends a signal and waits until the server has taken it.
async function drain(server, signal = "SIGTERM") {
    server.child.kill(signal);
    server.signalled = performance.now();
    assert.ok(await within(2000, () => /^draining for /m.test(server.log)), server.log);
}

const secondsSince = (server) => (performance.now() - server.signalled) / 1000;

async function ends(server, { signal = null } = {}) {
    const ended = await server.ended;
    assert.deepEqual(ended, { code: signal ? null : 0, signal }, server.log);
    return secondsSince(server);
}

// A connection that has been answered once and stays open.
async function keptAlive(server) {
    const socket = connect(server);
    socket.write(get("/v2"));
    const answer = await answerOn(socket);
    assert.equal(answer.status, 200);
    assert.notEqual(answer.headers.connection, "close");
    return socket;
}

// A request whose body is not complete; finish() sends the rest and returns the answer.
async function unfinished(server) {
    const picture = post("/v1/read", sampleBytes("plain.png"));
    const socket = connect(server);
    socket.write(picture.subarray(0, 20000));
    await sleep(100);
    socket.finish = () => (socket.write(picture.subarray(20000)), answerOn(socket));
    return socket;
}

async function isRefused(server) {
    const socket = await connect(server).reached;
    socket.destroy();
    return socket.failure === "ECONNREFUSED";
}

describe("--drain", () => {
    for (const signal of ["SIGTERM", "SIGINT"])
        test(`${signal}: not ready, but serving, until the time is over`, async () => {
            const server = await start(["--drain", "2"]);
            for (const path of READY)
                assert.equal((await exchange(server, get(path))).status, 200);
            await drain(server, signal);
            for (const path of READY) {
                const answer = await exchange(server, get(path));
                assert.equal(answer.status, 503, path);
                assert.match(answer.json().error, /ending/);
                assert.ok(Number(answer.headers["retry-after"]) >= 1);
            }
            assert.equal((await exchange(server, get("/v2/health/live"))).status, 200);
            const read = await exchange(server, post("/v1/read", sampleBytes("plain.png")));
            assert.equal(read.json()[0].string, "52981");
            assert.equal((await exchange(server, post("/v1/classify", Buffer.alloc(784)))).status, 200);
            assert.ok(secondsSince(server) < 2, "the requests took longer than the drain");
            const seconds = await ends(server);
            assert.ok(seconds > 1.9 && seconds < 4, `${seconds} s`);
        });

    test("every answer closes its connection", async () => {
        const server = await start(["--drain", "2"]);
        const old = await keptAlive(server);
        await drain(server);
        for (const path of ["/v2", "/", "/icon.svg", "/nothing", "/metrics"]) {
            const socket = connect(server);
            socket.write(get(path));
            assert.equal((await answerOn(socket)).headers.connection, "close", path);
            await socket.gone;
        }
        old.write(get("/v2"));
        const answer = await answerOn(old);
        assert.deepEqual([answer.status, answer.headers.connection], [200, "close"]);
        await old.gone;
        assert.ok(secondsSince(server) < 2, "the requests took longer than the drain");
        await ends(server);
    });

    test("idle connections stay open until the time is over, and are closed then", async () => {
        const server = await start(["--drain", "1"]);
        const idle = await Promise.all(Array.from({ length: 10 }, () => keptAlive(server)));
        await drain(server);
        await Promise.all(idle.map((socket) => socket.gone));
        assert.ok(secondsSince(server) > 0.9, `closed after ${secondsSince(server)} s`);
        idle.forEach((socket) => assert.equal(socket.got.length, 0));
        const seconds = await ends(server);
        assert.ok(seconds < 3, `${seconds} s`);
    });

    test("then no connection is accepted, and requests in flight are answered", async () => {
        const server = await start(["--drain", "0.5"]);
        const socket = await unfinished(server);
        await drain(server);
        assert.ok(!(await isRefused(server)), "refused during the drain");
        assert.ok(await within(3000, () => isRefused(server)), "still accepted");
        assert.ok(secondsSince(server) > 0.4);
        await sleep(500);
        const answer = await socket.finish();
        assert.equal(answer.json()[0].string, "52981");
        assert.equal(answer.headers.connection, "close");
        await ends(server);
    });

    test("a second signal ends the wait, a third one the server", async () => {
        const patient = await start(["--drain", "60"]);
        const socket = await unfinished(patient);
        await drain(patient);
        patient.child.kill("SIGINT");
        assert.ok(await within(3000, () => isRefused(patient)), "still accepted");
        assert.equal((await socket.finish()).json()[0].string, "52981");
        await ends(patient);

        const stuck = await start(["--drain", "60"]);
        await unfinished(stuck);
        await drain(stuck);
        stuck.child.kill("SIGTERM");
        assert.ok(await within(3000, () => isRefused(stuck)), "still accepted");
        stuck.child.kill("SIGTERM");
        await ends(stuck, { signal: "SIGTERM" });
    });

    test("SIGHUP reloads during the wait", async (t) => {
        const file = join(newFolder(t), "token");
        writeFileSync(file, "old\n");
        const server = await start(["--drain", "2", "--token-file", file]);
        await drain(server);
        writeFileSync(file, "new\n");
        server.child.kill("SIGHUP");
        assert.ok(await within(1000, () => /^reloaded /m.test(server.log)), server.log);
        assert.equal((await exchange(server, get("/v2", "Authorization: Bearer new\r\n"))).status, 200);
        assert.equal((await exchange(server, get("/v2/health/ready"))).status, 503);
        const seconds = await ends(server);
        assert.ok(seconds > 1.9, `${seconds} s`);
    });

    test("a pipe that nobody reads does not delay it", async (t) => {
        const pipe = join(newFolder(t), "stderr");
        assert.equal(spawnSync("mkfifo", [pipe]).status, 0);
        const both = openSync(pipe, constants.O_RDWR);
        const full = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
        const options = ["--listen", "127.0.0.1:0", "--drain", "0.5", ...(SANITIZED ? ["--no-sandbox"] : [])];
        const child = spawn(PROGRAM, ["serve", ...options], { stdio: ["ignore", "ignore", both] });
        t.after(() => child.kill("SIGKILL"));
        const exited = new Promise((exit) => child.on("exit", exit));
        const first = Buffer.alloc(100);
        readSync(both, first);
        assert.match(first.toString(), /^listening on /);
        fill(full);
        child.kill("SIGTERM");
        assert.equal(await Promise.race([exited, sleep(10000)]), 0);
    });

    // Writes to a pipe until no byte fits.
    function fill(pipe) {
        for (let size = 4096; size >= 1;)
            try {
                writeSync(pipe, Buffer.alloc(size));
            } catch {
                size /= 4;
            }
    }

    test("without it there is no wait", async () => {
        for (const options of [[], ["--drain", "0"]]) {
            const server = await start(options);
            await keptAlive(server);
            server.signalled = performance.now();
            server.child.kill("SIGTERM");
            const seconds = await ends(server);
            assert.ok(seconds < 1, `${seconds} s`);
            assert.doesNotMatch(server.log, /drain/);
        }
    });

    // Ends a server and sends a request on a connection opened just before; returns its age in ms and the answer.
    async function lastRequest() {
        const server = await start();
        const old = await keptAlive(server);
        const other = await unfinished(server);     // keeps the server from ending
        const fresh = connect(server), opened = performance.now();
        await fresh.reached;
        server.child.kill("SIGTERM");
        assert.ok(await within(3000, () => isRefused(server)), "still accepted");
        await sleep(120);                           // the server looks for idle connections every 100 ms
        const age = performance.now() - opened;
        fresh.write(get("/v2"));
        const answer = await answerOn(fresh, { within: 2000 });
        await old.gone;
        await other.finish();
        assert.equal((await server.ended).code, 0);
        return { age, answer };
    }

    test("a request that is on its way when the server ends is answered", async () => {
        let last = await lastRequest();
        for (let i = 0; last.age > 250 && i < 10; i++)  // the machine was too busy
            last = await lastRequest();
        assert.deepEqual([last.answer?.status, last.answer?.headers.connection], [200, "close"], `${last.age} ms`);
    });

    test("wrong values", () => {
        for (const value of ["x", "-1", "3601", ""]) {
            const { code, err } = run(["serve", "--listen", "127.0.0.1:0", "--drain", value], { timeout: 5000 });
            assert.equal(code, 2, value);
            assert.match(err, /--drain/);
        }
    });

    test("connections in the queue are answered when a server ends", async () => {
        const server = await start(["--threads", "1"]);
        server.child.kill("SIGSTOP");
        const waiting = Array.from({ length: 50 }, () => connect(server));
        await Promise.all(waiting.map((socket) => socket.reached));
        waiting.forEach((socket) => socket.write(get("/v2")));
        server.child.kill("SIGTERM");
        server.child.kill("SIGCONT");
        for (const socket of waiting)
            assert.equal((await answerOn(socket, { within: 3000 }))?.status, 200);
        assert.equal((await server.ended).code, 0);
    });
});

describe("--reuse-port", () => {
    // The servers that answer on an address, by their logs.
    async function answered(servers, count) {
        const before = servers.map((server) => server.log.length);
        for (let i = 0; i < count; i++)
            assert.equal((await exchange(servers[0], get("/v2"))).status, 200);
        const lines = () => servers.map((server, i) => server.log.slice(before[i]).split("\n").length - 1);
        await within(2000, () => lines().reduce((sum, each) => sum + each) === count);
        return lines();
    }

    test("servers share an address, and one remains", async (t) => {
        const options = ["--reuse-port", "--log", "text"];
        const one = await startFor(t, options);
        const address = `127.0.0.1:${one.port}`;
        const two = await start([...options, "--listen", address]);
        const both = await answered([one, two], 100);
        assert.equal(both[0] + both[1], 100);
        assert.ok(Math.min(...both) > 10, `they answered ${both}`);
        two.child.kill("SIGTERM");
        assert.equal((await two.ended).code, 0);
        assert.deepEqual(await answered([one], 50), [50]);
    });

    test("every one of them needs the option", async (t) => {
        const one = await startFor(t, ["--reuse-port"]);
        const alone = await startFor(t);
        for (const [server, options] of [[one, []], [alone, []], [alone, ["--reuse-port"]]]) {
            const { code, err } = run(["serve", "--listen", `127.0.0.1:${server.port}`, ...options], { timeout: 5000 });
            assert.equal(code, 1);
            assert.match(err, /in use; choose another port with --listen/);
        }
    });
});
