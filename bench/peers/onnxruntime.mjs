#!/usr/bin/env node
/*
 * Measures ONNX Runtime with the forward pass of LeNet-5, in batches and one picture at a time.
 *
 *     node onnxruntime.mjs FILE.onnx [--threads N] [--repeat N] [--json]
 *
 * FILE.onnx is of lenet5 export onnx --penalties; bench/compare writes it. A short trial of every batch size picks the
 * fastest, which is then measured and named as the "setting". (Ten more maps of zeros in C1, which fill the blocks of 16
 * maps of its convolutions, made batches a third to a half slower.)
 */
import { parseArgs } from 'node:util';
import { CLASSES, SIDE, createSession, fail, load, picturesTensor } from './session.mjs';

const BATCHES = [16, 32, 64, 128, 256, 1024];
const SAME_BATCH = 64;
const TRIAL_SECONDS = 0.15;
const SECONDS = 1;
const USAGE = 'usage: onnxruntime.mjs FILE.onnx [--threads N] [--repeat N] [--json]';

function options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        threads: { type: 'string', default: '1' }, repeat: { type: 'string', default: '5' },
        json: { type: 'boolean', default: false },
      },
    });
    const [threads, repeat] = [Number(values.threads), Number(values.repeat)];
    if (!(Number.isInteger(threads) && threads > 0 && Number.isInteger(repeat) && repeat > 0))
      throw new Error('--threads and --repeat take a number from 1');
    if (positionals.length !== 1) throw new Error('a file is needed');
    return { ...values, threads, repeat, path: positionals[0] };
  } catch (error) {
    return fail(`${error.message}; ${USAGE}`, 2);
  }
}

const ort = await load();
const { threads, repeat, json, path } = options();

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/* One call on a batch in memory, into memory that is already there. */
function forward(session, batch) {
  const pictures = picturesTensor(ort, Uint8Array.from({ length: batch * SIDE ** 2 }, () => Math.random() * 256));
  const penalty = new ort.Tensor('float32', new Float32Array(batch * CLASSES), [batch, CLASSES]);
  return () => session.run({ pictures }, { penalty });
}

/* Mean seconds of a call, over some time. */
async function meanSeconds(call, duration) {
  const start = performance.now();
  let calls = 0;
  for (; calls < 2 || performance.now() - start < duration * 1000; calls++) await call();
  return (performance.now() - start) / 1000 / calls;
}

/* Median seconds of a call, over some time. */
async function latency(call, duration) {
  const times = [];
  for (const end = performance.now() + duration * 1000; performance.now() < end; ) {
    const start = performance.now();
    await call();
    times.push((performance.now() - start) / 1000);
  }
  return median(times);
}

/* Least seconds of a call: what decides a trial, since nothing else that runs meanwhile can make it less. */
async function leastSeconds(call, duration) {
  let least = Infinity;
  const end = performance.now() + duration * 1000;
  for (let calls = 0; calls < 3 || performance.now() < end; calls++) {
    const start = performance.now();
    await call();
    least = Math.min(least, (performance.now() - start) / 1000);
  }
  return least;
}

/* The fastest of the candidates, after a trial of each. */
async function fastest(all) {
  for (const candidate of all)
    candidate.seconds = (await leastSeconds(candidate.call, TRIAL_SECONDS)) / candidate.batch;
  return all.reduce((best, candidate) => (candidate.seconds < best.seconds ? candidate : best));
}

async function result(name, { setting, batch, call }, measure) {
  const seconds = [];
  for (let i = 0; i < repeat; i++) seconds.push(await measure(call, SECONDS));
  const each = median(seconds);
  return { name, batch, setting, seconds: each, pictures_per_s: batch / each };
}

/* A session on this many threads; the function makes its candidate for a batch size. */
async function candidate(count) {
  const session = await createSession(ort, path, count);
  const setting = count < threads ? 'one thread' : 'all threads';
  return (batch) => ({ setting, batch, call: forward(session, batch) });
}

async function benchmark() {
  const at = await candidate(threads);
  const same = at(SAME_BATCH);
  const best = await fastest(BATCHES.map(at));
  const alone = threads > 1 ? [(await candidate(1))(1)] : [];
  const single = await fastest([at(1), ...alone]);
  const results = [await result('forward_batch', same, meanSeconds)];
  if (best.batch !== SAME_BATCH) results.push(await result('forward_batch', best, meanSeconds));
  results.push(await result('forward_single', single, latency));
  return { peer: 'onnxruntime', version: ort.env.versions.node, threads, results };
}

function print({ version, results }) {
  console.log(`ONNX Runtime ${version}, threads: ${threads}`);
  for (const { name, batch, pictures_per_s: rate, setting } of results) {
    const columns = name.padEnd(16) + String(batch).padStart(6) + Math.round(rate).toLocaleString('en').padStart(12);
    console.log(`${columns} pictures/s  ${setting}`);
  }
}

const report = await benchmark();
if (json) console.log(JSON.stringify(report));
else print(report);
