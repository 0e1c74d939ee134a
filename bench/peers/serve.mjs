#!/usr/bin/env node
/*
 * Node's HTTP server with ONNX Runtime, one process for each processor, for comparison with lenet5 serve.
 *
 *     node serve.mjs FILE.onnx [PROCESSES]
 *
 * FILE.onnx is of lenet5 export onnx --penalties; bench/serve writes it.
 * POST / with 784 bytes a digit returns digits and penalties as JSON. Digits of requests that arrive in the same
 * iteration of the event loop form a batch, as in lenet5 serve, because single digits are slower. Prints its URL to
 * stderr.
 */
import cluster from 'node:cluster';
import http from 'node:http';
import { availableParallelism } from 'node:os';
import { CLASSES, SIDE, createSession, load, picturesTensor } from './session.mjs';

const BATCH = 64; // digits of a call; larger batches do not fit the cache
const [path, processes = availableParallelism()] = process.argv.slice(2);

/* The penalties of pictures, one behind the other. */
async function forwardBy(ort) {
  const session = await createSession(ort, path, 1);
  return async (pictures) => {
    const penalties = new Float32Array(CLASSES * pictures.length / SIDE ** 2);
    for (let first = 0; first < pictures.length; first += BATCH * SIDE ** 2) {
      const tensor = picturesTensor(ort, pictures.subarray(first, first + BATCH * SIDE ** 2));
      penalties.set((await session.run({ pictures: tensor })).penalty.data, CLASSES * first / SIDE ** 2);
    }
    return penalties;
  };
}

function answer(penalties, first, count) {
  const results = [];
  for (let i = first; i < first + count; i++) {
    const own = penalties.subarray(CLASSES * i, CLASSES * (i + 1));
    results.push({ digit: own.indexOf(Math.min(...own)), penalties: [...own] });
  }
  return JSON.stringify({ results });
}

async function work() {
  const forward = await forwardBy(await load());
  let waiting = [];

  async function recognise() {
    const requests = waiting;
    waiting = [];
    const penalties = await forward(Buffer.concat(requests.map((request) => request.bytes)));
    let at = 0;
    for (const request of requests) {
      request.response.setHeader('Content-Type', 'application/json');
      request.response.end(answer(penalties, at, request.count));
      at += request.count;
    }
  }

  http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const bytes = Buffer.concat(parts);
      waiting.push({ bytes, response, count: bytes.length / (SIDE * SIDE) });
      if (waiting.length === 1)
        setImmediate(recognise);
    });
  }).listen(Number(process.env.PORT), '127.0.0.1');
}

function lead() {
  const probe = http.createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => {
      let ready = 0;
      for (let i = 0; i < Number(processes); i++)
        cluster.fork({ PORT: port });
      cluster.on('listening', () => {
        if (++ready === Number(processes))
          console.error(`listening on http://127.0.0.1:${port}`);
      });
      cluster.on('exit', () => process.exit(1));
    });
  });
}

if (cluster.isPrimary)
  lead();
else
  await work();
