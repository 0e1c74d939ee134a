#!/usr/bin/env node
/*
 * Measures ONNX Runtime with the forward pass of LeNet-5, in batches and one picture at a time.
 *
 *     node onnxruntime.mjs [--threads N] [--repeat N] [--json] [--check]
 *
 * A short trial of every variant of make_onnx.mjs at every batch size picks the fastest, which is then measured and
 * named as the "setting". --check compares the penalties with tests/golden, as the tests do with the C code.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { generator, model, parameters, variants } from './make_onnx.mjs';

const BATCHES = [16, 32, 64, 128, 256, 1024];
const SAME_BATCH = 64;
const TRIAL_SECONDS = 0.15;
const SECONDS = 1;
const TOLERANCE = 1e-4;
const NOT_INSTALLED = 69;

function fail(text, code) {
  console.error(`onnxruntime: ${text}`);
  process.exit(code);
}

async function load() {
  try {
    return (await import('onnxruntime-node')).default;
  } catch (error) {
    return fail(`${error.message.split('\n')[0]}; install it with: npm --prefix bench/peers ci`, NOT_INSTALLED);
  }
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        threads: { type: 'string', default: '1' }, repeat: { type: 'string', default: '5' },
        json: { type: 'boolean', default: false }, check: { type: 'boolean', default: false },
      },
    });
    const [threads, repeat] = [Number(values.threads), Number(values.repeat)];
    if (!(Number.isInteger(threads) && threads > 0 && Number.isInteger(repeat) && repeat > 0))
      throw new Error('--threads and --repeat take a number from 1');
    return { ...values, threads, repeat };
  } catch (error) {
    return fail(`${error.message}; usage: onnxruntime.mjs [--threads N] [--repeat N] [--json] [--check]`, 2);
  }
}

const ort = await load();
const { threads, repeat, json, check } = options();

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const createSession = (variant, values, intraOpNumThreads) =>
  ort.InferenceSession.create(model(values, variants[variant]), {
    intraOpNumThreads, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all',
    extra: { session: { set_denormal_as_zero: '1' } },
  });

/* One call on a batch in memory, into memory that is already there. */
function forward(session, batch) {
  const pictures = Float32Array.from({ length: batch * 1024 }, () => Math.random() * 1.275 - 0.1);
  const input = new ort.Tensor('float32', pictures, [batch, 1, 32, 32]);
  const penalty = new ort.Tensor('float32', new Float32Array(batch * 10), [batch, 10]);
  return () => session.run({ input }, { penalty });
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

/* All variants, each a session on this many threads; the function makes their candidates for a batch size. */
async function candidates(values, count) {
  const sessions = [];
  for (const variant of Object.keys(variants)) sessions.push([variant, await createSession(variant, values, count)]);
  const suffix = count < threads ? ', one thread' : '';
  return (batch) =>
    sessions.map(([variant, session]) => ({ setting: variant + suffix, batch, call: forward(session, batch) }));
}

async function benchmark() {
  const values = parameters(generator());
  const at = await candidates(values, threads);
  const same = await fastest(at(SAME_BATCH));
  const best = await fastest(BATCHES.flatMap(at));
  const alone = threads > 1 ? (await candidates(values, 1))(1) : [];
  const single = await fastest([...at(1), ...alone]);
  const results = [await result('forward_batch', same, meanSeconds)];
  if (best.batch !== SAME_BATCH) results.push(await result('forward_batch', best, meanSeconds));
  results.push(await result('forward_single', single, latency));
  return { peer: 'onnxruntime', version: ort.env.versions.node, threads, results };
}

/* The penalties of tests/golden: a line of the name, then one of the numbers. */
function goldenPenalties() {
  const lines = readFileSync(new URL('../../tests/golden/golden.txt', import.meta.url), 'utf8').split('\n');
  return lines[lines.findIndex((line) => line.startsWith('penalty ')) + 1].split(' ').map(Number);
}

async function agreement() {
  const take = generator();
  const values = parameters(take);
  const input = new ort.Tensor('float32', take(1024, 1), [1, 1, 32, 32]);
  const golden = goldenPenalties();
  let agreed = true;
  for (const variant of Object.keys(variants)) {
    const { penalty } = await (await createSession(variant, values, threads)).run({ input });
    const error = Math.max(...golden.map((y, i) => Math.abs(penalty.data[i] / y - 1)));
    agreed &&= error < TOLERANCE;
    console.log(`onnxruntime: penalties, ${variant}: greatest relative error ${error.toExponential(1)}`);
  }
  if (!agreed) fail(`the network differs from tests/golden: an error above ${TOLERANCE}`, 1);
}

function print({ version, results }) {
  console.log(`ONNX Runtime ${version}, threads: ${threads}`);
  for (const { name, batch, pictures_per_s: rate, setting } of results) {
    const columns = name.padEnd(16) + String(batch).padStart(6) + Math.round(rate).toLocaleString('en').padStart(12);
    console.log(`${columns} pictures/s  ${setting}`);
  }
}

if (check) await agreement();
else {
  const report = await benchmark();
  if (json) console.log(JSON.stringify(report));
  else print(report);
}
