// Runs the program named by LENET5_PROGRAM, as a command or as a server on a free port.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
export const ROOT = resolve(here, "../..");
export const SAMPLES = join(ROOT, "docs/samples");
export const PROGRAM = resolve(process.env.LENET5_PROGRAM ?? join(ROOT, "build/release/lenet5"));

// Sanitizers keep freed memory in quarantine and need files at exit that the sandbox blocks.
export const SANITIZED = PROGRAM.includes("san/");

const READY = /\bon (https?:\/\/\S+)/;

// Running processes, which are killed if a test fails.
const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

export const sample = (name) => join(SAMPLES, name);
export const sampleBytes = (name) => readFileSync(sample(name));

export function newFolder(t) {
    const folder = mkdtempSync(join(tmpdir(), "lenet5-test-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
}

// run(ARGUMENTS, OPTIONS): runs a command to its end; returns exit code, stdout and stderr.
export function run(args, { program = PROGRAM, ...options } = {}) {
    const done = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
    return { code: done.status, out: done.stdout, err: done.stderr };
}

class Server {
    constructor(child, started) {
        this.child = child;
        this.pid = child.pid;
        this.log = "";
        this.ended = new Promise((end) => child.on("close", (code, signal) => end({ code, signal })));
        this.ready = new Promise((ready, fail) => {
            child.on("error", fail);
            child.on("close", () => fail(new Error(`the server ended: ${this.log}`)));
            child.stderr.setEncoding("utf8").on("data", (text) => {
                this.log += text;
                const found = READY.exec(this.log);
                if (!found || this.base || !this.log.slice(found.index).includes("\n"))
                    return;
                this.milliseconds = performance.now() - started;
                this.base = new URL(found[1]).origin;
                this.port = Number(new URL(this.base).port);
                ready(this);
            });
        });
    }

    // Current private memory in bytes.
    memory() {
        return 1024 * Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, "utf8"))[1]);
    }

    async stop(signal = "SIGTERM") {
        this.child.kill(signal);
        return { ...(await this.ended), err: this.log };
    }
}

function launch(args, { program = PROGRAM, ...options }) {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], ...options });
    running.add(child);
    child.on("close", () => running.delete(child));
    return child;
}

// start(OPTIONS, SPAWN_OPTIONS): starts lenet5 serve on a free port and waits until it listens.
export function start(args = [], options = {}) {
    const started = performance.now();
    const log = args.includes("--log") ? [] : ["--log", "none"];
    const free = SANITIZED && !args.includes("--no-sandbox") ? ["--no-sandbox"] : [];
    return new Server(launch(["serve", "--listen", "127.0.0.1:0", ...log, ...free, ...args], options), started).ready;
}

// startTraining(OPTIONS, SPAWN_OPTIONS): starts lenet5 train --watch and waits until it listens.
export function startTraining(args, options = {}) {
    const command = ["train", "--watch", "127.0.0.1:0", ...args];
    return new Server(launch(command, options), performance.now()).ready;
}

// startFor(T, OPTIONS, ...): starts a server for one test; at the end of the test it must exit with code 0.
export async function startFor(t, args, options) {
    const server = await start(args, options);
    t.after(async () => {
        const { code, signal, err } = await server.stop();
        if (code !== 0)
            throw new Error(`the server ended with ${code ?? signal}: ${err}`);
    });
    return server;
}
