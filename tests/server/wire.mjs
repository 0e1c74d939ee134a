// Raw HTTP over sockets, for requests that fetch cannot send.
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export { sleep };

const CRLF2 = Buffer.from("\r\n\r\n");

// connect(SERVER, OPTIONS): a socket that collects the bytes it receives in `got`; `gone` resolves when it closes.
export function connect(server, { from } = {}) {
    const socket = net.connect({ port: server.port, host: "127.0.0.1", localAddress: from });
    socket.got = Buffer.alloc(0);
    socket.failure = null;
    socket.on("data", (bytes) => { socket.got = Buffer.concat([socket.got, bytes]); });
    socket.on("error", (error) => { socket.failure = error.code; });
    socket.gone = new Promise((closed) => socket.on("close", () => closed(socket)));
    socket.reached = new Promise((opened) => {
        socket.on("connect", () => opened(socket));
        socket.on("close", () => opened(socket));
    });
    return socket;
}

function headersOf(lines) {
    const headers = {};
    for (const line of lines) {
        const colon = line.indexOf(":");
        headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    return headers;
}

function unchunk(bytes) {
    const parts = [];
    for (let at = 0; ;) {
        const end = bytes.indexOf("\r\n", at);
        const size = end < 0 ? NaN : parseInt(bytes.subarray(at, end).toString(), 16);
        if (Number.isNaN(size) || end + 2 + size + 2 > bytes.length)
            return null;
        if (size === 0)
            return { body: Buffer.concat(parts), length: end + 4 };
        parts.push(bytes.subarray(end + 2, end + 2 + size));
        at = end + 2 + size + 2;
    }
}

function bodyOf(headers, bytes, head) {
    if (head || headers["content-length"] === "0")
        return { body: Buffer.alloc(0), length: 0 };
    if (headers["transfer-encoding"] === "chunked")
        return unchunk(bytes);
    const length = Number(headers["content-length"]);
    if (Number.isNaN(length))
        return { body: bytes, length: bytes.length };
    return bytes.length < length ? null : { body: bytes.subarray(0, length), length };
}

// parse(BYTES): the first answer in the bytes, or null if it is incomplete.
export function parse(bytes, { head = false } = {}) {
    const end = bytes.indexOf(CRLF2);
    if (end < 0)
        return null;
    const [first, ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
    const headers = headersOf(lines);
    if (status === 100)
        return parse(bytes.subarray(end + 4), { head });
    const body = bodyOf(headers, bytes.subarray(end + 4), head || status === 204 || status === 304);
    return body && {
        status, headers, body: body.body, text: body.body.toString(),
        rest: bytes.subarray(end + 4 + body.length),
        json: () => JSON.parse(body.body.toString()),
    };
}

// answerOn(SOCKET): waits for a complete answer or for the end of the connection; null without a complete answer.
export async function answerOn(socket, { within = 10000, ...options } = {}) {
    const deadline = performance.now() + within;
    let closed = false;
    socket.gone.then(() => { closed = true; });
    for (;;) {
        const answer = parse(socket.got, options);
        if (answer) {
            socket.got = answer.rest;
            return answer;
        }
        if (closed || performance.now() > deadline)
            return null;
        await sleep(5);
    }
}

// exchange(SERVER, BYTES): sends exactly these bytes on a new connection and returns the answer.
export async function exchange(server, bytes, { from, ...options } = {}) {
    const socket = connect(server, { from });
    socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
    const answer = await answerOn(socket, options);
    socket.destroy();
    return answer;
}

export const get = (path, headers = "") => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;

export function post(path, body, headers = "") {
    const bytes = Buffer.from(body);
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${bytes.length}\r\n${headers}\r\n`;
    return Buffer.concat([Buffer.from(head), bytes]);
}

// inference(COUNT, OUTPUTS): a /v2 request with COUNT pictures appended to its JSON.
export function inference(count, outputs) {
    const data = Buffer.alloc(784 * count, 77);
    const text = JSON.stringify({
        inputs: [{ name: "pictures", datatype: "UINT8", shape: [count, 784],
                   parameters: { binary_data_size: data.length } }],
        outputs: outputs.map((name) => ({ name })),
    });
    return post("/v2/models/lenet5/infer", Buffer.concat([Buffer.from(text), data]),
                `Content-Type: application/octet-stream\r\nInference-Header-Content-Length: ${text.length}\r\n`);
}

// within(MILLISECONDS, CONDITION): waits until the condition holds; returns false on timeout.
export async function within(milliseconds, condition) {
    const deadline = performance.now() + milliseconds;
    while (!(await condition())) {
        if (performance.now() > deadline)
            return false;
        await sleep(20);
    }
    return true;
}
