#!/usr/bin/env node
/*
 * Node's HTTP server with ONNX Runtime, one process for each processor, for comparison with lenet5 serve.
 *
 *     node serve.mjs [PROCESSES]
 *
 * POST / with 784 bytes a digit returns digits and penalties as JSON. Digits of requests that arrive in the same
 * iteration of the event loop form a batch, as in lenet5 serve, because single digits are slower. Prints its URL to
 * stderr.
 */
import cluster from 'node:cluster';
import http from 'node:http';
import { availableParallelism } from 'node:os';
import { generator, model, parameters, variants } from './make_onnx.mjs';

const SIDE = 28;
const WHOLE = 32;
const VARIANT = Object.keys(variants)[0];
const BATCH = 64; // digits of a call; larger batches do not fit the cache

async function createSession() {
  const ort = (await import('onnxruntime-node')).default;
  const session = await ort.InferenceSession.create(model(parameters(generator()), variants[VARIANT]), {
    intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all',
  });
  return async (pictures, count) => {
    const penalties = new Float32Array(10 * count);
    for (let first = 0; first < count; first += BATCH) {
      const size = Math.min(BATCH, count - first);
      const part = pictures.subarray(first * WHOLE * WHOLE, (first + size) * WHOLE * WHOLE);
      const input = new ort.Tensor('float32', part, [size, 1, WHOLE, WHOLE]);
      penalties.set((await session.run({ input })).penalty.data, 10 * first);
    }
    return penalties;
  };
}

/* Converts bytes of digits to inputs: paper -0.1, ink 1.175, with a margin of two pixels. */
function place(to, offset, bytes, count) {
  for (let i = 0; i < count; i++)
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++)
        to[offset + i * WHOLE * WHOLE + (y + 2) * WHOLE + x + 2] =
          bytes[(i * SIDE + y) * SIDE + x] * (1.275 / 255) - 0.1;
}

function answer(penalties, first, count) {
  const results = [];
  for (let i = first; i < first + count; i++) {
    const own = penalties.subarray(10 * i, 10 * i + 10);
    results.push({ digit: own.indexOf(Math.min(...own)), penalties: [...own] });
  }
  return JSON.stringify({ results });
}

async function work() {
  const forward = await createSession();
  let waiting = [];

  async function recognise() {
    const requests = waiting;
    waiting = [];
    const count = requests.reduce((sum, request) => sum + request.count, 0);
    const pictures = new Float32Array(count * WHOLE * WHOLE).fill(-0.1);
    let at = 0;
    for (const request of requests) {
      place(pictures, at * WHOLE * WHOLE, request.bytes, request.count);
      at += request.count;
    }
    const penalties = await forward(pictures, count);
    at = 0;
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
  const processes = Number(process.argv[2] ?? availableParallelism());
  const probe = http.createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => {
      let ready = 0;
      for (let i = 0; i < processes; i++)
        cluster.fork({ PORT: port });
      cluster.on('listening', () => {
        if (++ready === processes)
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
