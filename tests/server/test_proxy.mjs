// packaging/haproxy.cfg in front of three servers that are killed and restarted under load. LENET5_PROXY_SECONDS is the
// time of all tests together.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { test } from "node:test";

import { newFolder, ROOT, sampleBytes, start } from "./server.mjs";
import { begin, summary } from "./steady.mjs";
import { sleep, within } from "./wire.mjs";

const SECONDS = Number(process.env.LENET5_PROXY_SECONDS ?? 20) / 3; // of each test; a rolling restart may take longer
const RATE = 120;           // requests a second, of which one in 24 reads a picture
const BETWEEN_KILLS = 2000; // ms
const STOPPED = 100;        // ms before a kill
const NOTICED = 100;        // ms after the end of a process, within which proxy and client notice it
const EXAMPLE = readFileSync(join(ROOT, "packaging/haproxy.cfg"), "utf8");
const EXAMPLE_PORTS = [8081, 8082, 8083];

// The seven of the description's example.
const SEVEN = JSON.parse(readFileSync(join(ROOT, "web/openapi.json"), "utf8"))
    .components.requestBodies.Infer.content["application/json"].examples.seven.value.inputs[0].data;
const DIGIT = Buffer.from(SEVEN.flat());

// The server's options as the example gives them.
const OPTIONS = /lenet5 serve --listen 127\.0\.0\.1:8081 (.*)/.exec(EXAMPLE)[1].split(" ");

// A free port below those that the system gives to connections, so that it is still free after a restart.
async function freePort() {
    for (;;) {
        const port = 15000 + Math.floor(Math.random() * 15000);
        const probe = net.createServer().listen(port, "127.0.0.1");
        const free = await new Promise((done) => probe.on("listening", () => done(true)).on("error", () => done(false)));
        probe.close();
        if (free)
            return port;
    }
}

// replaced(TEXT, PAIRS): each part has to be there.
function replaced(text, pairs) {
    return pairs.reduce((all, [from, to]) => {
        assert.ok(all.includes(from), `the example lacks "${from}"`);
        return all.replace(from, to);
    }, text);
}

class Proxy {
    constructor(t, port, configuration) {
        const file = join(newFolder(t), "haproxy.cfg");
        writeFileSync(file, configuration);
        this.port = port;
        this.log = "";
        this.child = spawn("haproxy", ["-db", "-f", file], { stdio: ["ignore", "pipe", "pipe"] });
        for (const stream of [this.child.stdout, this.child.stderr])
            stream.setEncoding("utf8").on("data", (text) => { this.log += text; });
        this.ended = new Promise((end) => this.child.on("close", end));
        t.after(() => this.child.kill("SIGKILL") && this.ended);
    }

    async answers() {
        const live = () => fetch(`http://127.0.0.1:${this.port}/v2/health/live`).catch(() => null);
        assert.ok(await within(10000, async () => (await live())?.status === 200), this.log);
    }
}

class Fleet {
    static async start(t, changes = []) {
        const fleet = new Fleet();
        fleet.ports = await Promise.all(EXAMPLE_PORTS.map(freePort));
        fleet.servers = await Promise.all(fleet.ports.map((port) => fleet.launch(port)));
        t.after(() => Promise.all(fleet.servers.map((server) => server.stop("SIGKILL"))));
        const port = await freePort();
        const ports = EXAMPLE_PORTS.map((each, i) => [`127.0.0.1:${each}\n`, `127.0.0.1:${fleet.ports[i]}\n`]);
        const wanted = EXAMPLE.slice(EXAMPLE.indexOf("global"));
        fleet.proxy = new Proxy(t, port, replaced(wanted, [["bind :8080", `bind 127.0.0.1:${port}`], ...ports, ...changes]));
        await fleet.proxy.answers();
        return fleet;
    }

    launch(port) {
        return start(["--listen", `127.0.0.1:${port}`, "--threads", "1", ...OPTIONS]);
    }

    name(i) {
        return `lenet5/lenet5-${i + 1}`;
    }

    async start(i) {
        this.servers[i] = await this.launch(this.ports[i]);
    }

    // Kills a server that has requests, because it was stopped for a moment. Returns its name and when that was.
    async kill(i) {
        const began = performance.now();
        this.servers[i].child.kill("SIGSTOP");
        await sleep(STOPPED);
        await this.servers[i].stop("SIGKILL");
        return { server: this.name(i), began, ended: performance.now() };
    }

    // Ends a server and starts it again when its requests are answered. Returns when the proxy sends it requests.
    async restart(i) {
        const from = this.proxy.log.length;
        const says = (state) => this.proxy.log.slice(from).includes(`Server ${this.name(i)} is ${state}`);
        assert.equal((await this.servers[i].stop("SIGTERM")).code, 0);
        assert.ok(says("DOWN"), `the proxy has not noticed that ${this.name(i)} drains`);
        await this.start(i);
        assert.ok(await within(20000, () => says("UP")), `${this.name(i)} is not up`);
    }

    load(t) {
        const headers = { Host: "reader.example.com" };
        const digit = { path: "/v1/classify", headers, body: DIGIT,
                        right: ({ body }) => JSON.parse(body).results[0].digit === 7 };
        const picture = { path: "/v1/read?format=5", headers, body: sampleBytes("plain.png"),
                          right: ({ body }) => JSON.parse(body)[0].string === "52981" };
        return begin(t, this.proxy.port, [picture, ...Array(23).fill(digit)], RATE);
    }

    // Kills a server every two seconds and starts it again, under load. Returns the notes of the requests and the kills.
    async killed(t) {
        const load = this.load(t), kills = [];
        for (const end = performance.now() + 1000 * SECONDS; performance.now() < end;) {
            const i = kills.length % this.servers.length, next = sleep(BETWEEN_KILLS);
            await sleep(BETWEEN_KILLS / 2 * Math.random());
            kills.push(await this.kill(i));
            await this.start(i);
            await next;
        }
        return { notes: await load.end(), kills };
    }

    // What the proxy has logged of a request: its server, and how often it was repeated. It logs nothing of a request on
    // a connection that has had others, if it closes that connection for the client to repeat the request.
    logged(id) {
        const line = this.proxy.log.split("\n").find((each) => each.includes(`{${id}} "`));
        const [, server, retries] = / (lenet5\/\S+) .*\/\+?(\d+) \d+\/\d+ \{/.exec(line) ?? [];
        return { server, retries: Number(retries ?? 0), line };
    }
}

function fails(notes) {
    return notes.filter(({ failure }) => failure).map(({ id, failure }) => `${id}: ${failure}`).slice(0, 20);
}

test("killed servers: no request fails", async (t) => {
    const fleet = await Fleet.start(t);
    const { notes, kills } = await fleet.killed(t);
    t.diagnostic(`${kills.length} kills, repeated: ${summary(notes)}`);
    assert.ok(kills.length >= 2);
    assert.deepEqual(fails(notes), []);
    const repeated = notes.filter(({ id }) => fleet.logged(id).retries > 0);
    assert.ok(repeated.length >= kills.length, `${repeated.length} requests were repeated`);
});

test("killed servers, requests not repeated: those in flight there fail", async (t) => {
    const fleet = await Fleet.start(t, [["    retry-on conn-failure empty-response 503\n", ""]]);
    const { notes, kills } = await fleet.killed(t);
    t.diagnostic(`${kills.length} kills, not repeated: ${summary(notes)}`);
    const failed = notes.filter(({ failure }) => failure);
    assert.ok(failed.length >= kills.length, "there were none in flight");
    for (const note of failed) {
        const { server, line } = fleet.logged(note.id);
        const kill = kills.find(({ began, ended }) => note.started < ended + NOTICED && note.ended > began);
        assert.ok(kill && (!line || server === kill.server), `${JSON.stringify(note)}: ${line}`);
    }
});

test("a rolling restart: no request fails, though none is repeated", async (t) => {
    const fleet = await Fleet.start(t, [["    retry-on conn-failure empty-response 503\n", ""],
                                        ["    option redispatch 1\n", ""], ["    retries 3\n", "    retries 0\n"]]);
    const load = fleet.load(t);
    const end = performance.now() + 1000 * SECONDS;
    let restarts = 0;
    for (; restarts < 3 || performance.now() < end; restarts++)
        await fleet.restart(restarts % 3);
    const notes = await load.end();
    t.diagnostic(`${restarts} restarts: ${summary(notes)}`);
    assert.deepEqual(fails(notes), []);
});
