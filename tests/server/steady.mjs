// A client that sends requests at a steady rate, whether or not they are answered, and notes how each of them ends.
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

// Sends one request; resolves to {status, body}, or rejects.
function send(agent, port, { method = "POST", path, headers, body }) {
    return new Promise((resolve, reject) => {
        const request = http.request({ agent, host: "127.0.0.1", port, method, path, headers }, (answer) => {
            const parts = [];
            answer.on("data", (part) => parts.push(part));
            answer.on("end", () => resolve({ status: answer.statusCode, body: Buffer.concat(parts).toString() }));
            answer.on("error", reject);
        });
        request.on("error", reject);
        request.end(body);
    });
}

// begin(T, PORT, REQUESTS, RATE): sends RATE requests a second, REQUESTS in turn. A request is {method, path, headers,
// body, right}, where right(ANSWER) is whether the answer is right. end() waits for all answers and returns a note of
// each request: {id, started, ended, failure}, with times of performance.now() in ms; failure is "" or what went wrong.
export function begin(t, port, requests, rate) {
    const agent = new http.Agent({ keepAlive: true });
    const notes = [], pending = [];
    let going = true;

    async function one(request) {
        const note = { id: `steady-${port}-${notes.length}`, started: performance.now() };
        notes.push(note);
        const headers = { ...request.headers, "X-Request-Id": note.id };
        try {
            const answer = await send(agent, port, { ...request, headers });
            note.failure = answer.status !== 200 ? `status ${answer.status}`
                         : request.right(answer) ? "" : `wrong answer: ${answer.body}`;
        } catch (error) {
            note.failure = error.code ?? String(error);
        }
        note.ended = performance.now();
    }

    async function run() {
        for (let due = performance.now(), i = 0; going; i++, due += 1000 / rate) {
            pending.push(one(requests[i % requests.length]));
            await sleep(Math.max(0, due - performance.now()));
        }
    }

    t.after(() => { going = false; });
    const running = run();
    return {
        async end() {
            going = false;
            await running;
            await Promise.all(pending);
            agent.destroy();
            return notes;
        },
    };
}

// summary(NOTES): the number of requests, of failed ones, and percentiles of the latencies of the others.
export function summary(notes) {
    const times = notes.filter(({ failure }) => !failure).map(({ started, ended }) => ended - started)
                       .sort((a, b) => a - b);
    const at = (share) => times[Math.floor(share * (times.length - 1))]?.toFixed(1);
    return `${notes.length} requests, ${notes.length - times.length} failed, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}
