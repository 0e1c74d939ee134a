// The thread of hostile.mjs that sends valid requests. Each answer must be right. Reports the latencies at the end.
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

const { port, bytes } = workerData;
const CLIENTS = 3;
const PAUSE = 10;       // milliseconds between two requests of a client
const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
const digit = (i) => Buffer.from(bytes.subarray(784 * i, 784 * (i + 1)));
let times = []; // latencies in milliseconds
let calm = null;        // latencies before the load
let stopping = false, failed = 0, why = "";

function send(method, path, headers, body) {
    return new Promise((resolve, reject) => {
        const request = http.request({ agent, host: "127.0.0.1", port, method, path, headers }, (answer) => {
            const parts = [];
            answer.on("data", (part) => parts.push(part));
            answer.on("end", () => resolve({ status: answer.statusCode, body: Buffer.concat(parts) }));
            answer.on("error", reject);
        });
        request.on("error", reject);
        request.end(body);
    });
}

const classify = (i) => send("POST", "/v1/classify", { "Content-Type": "application/octet-stream" }, digit(i));
const digitOf = ({ body }) => JSON.parse(body.toString()).results[0].digit;

async function infer(i) {
    const text = JSON.stringify({
        inputs: [{ name: "pictures", datatype: "UINT8", shape: [1, 28, 28], parameters: { binary_data_size: 784 } }],
        outputs: [{ name: "digit", parameters: { binary_data: true } }],
    });
    return send("POST", "/v2/models/lenet5/infer", { "Inference-Header-Content-Length": text.length },
                Buffer.concat([Buffer.from(text), digit(i)]));
}

// Sends a request and records its latency; throws if the answer is wrong.
async function ask(i, answers) {
    const kind = i % 3;
    const since = performance.now();
    const answer = await (kind === 0 ? classify(i) : kind === 1 ? infer(i) : send("GET", "/v2/health/ready", {}));
    times.push(performance.now() - since);
    if (answer.status !== 200)
        throw new Error(`${answer.status} ${answer.body}`);
    const found = kind === 0 ? digitOf(answer) : kind === 1 ? answer.body.at(-1) : answers[i];
    if (found !== answers[i])
        throw new Error(`digit ${i} is ${found}, not ${answers[i]}`);
}

async function client(answers, first) {
    for (let i = first; !stopping; i = (i + 1) % 100) {
        try {
            await ask(i, answers);
        } catch (error) {
            failed++;
            why = error.message;
        }
        await sleep(PAUSE);
    }
}

parentPort.on("message", (message) => {
    stopping = message === "stop";
    if (!stopping)
        [calm, times] = [times, []];
});
const answers = [];
for (let i = 0; i < 100; i++)
    answers.push(digitOf(await classify(i)));
parentPort.postMessage("ready");
await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(answers, 33 * i)));
parentPort.postMessage({ ...figures(times), failed, why, calm: figures(calm) });
parentPort.close();
agent.destroy();

function figures(list) {
    const sorted = [...list].sort((a, b) => a - b);
    const share = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
    return { count: sorted.length, p50: share(0.5), p99: share(0.99), most: sorted.at(-1) };
}
