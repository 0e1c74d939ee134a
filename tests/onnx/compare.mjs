#!/usr/bin/env node
/*
 * Runs an exported network in ONNX Runtime, and compares its answers with those of lenet5 classify.
 *
 *     node compare.mjs FILE.onnx IMAGES ANSWERS.jsonl CHANGES TOLERANCE
 *
 * IMAGES is an IDX file (with .gz), ANSWERS has a line of lenet5 classify --json for each picture. Fails if more than
 * CHANGES digits differ, or if a probability differs by more than TOLERANCE; with TOLERANCE, every decision has to be
 * the same too. Prints the number of changed digits and the greatest differences.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';

const SKIPPED = 77;
const SIDE = 28;
const BATCH = 500;
const CLASSES = 10;

function runtime() {
  try {
    return createRequire(new URL('../../bench/peers/', import.meta.url))('onnxruntime-node');
  } catch (error) {
    console.log(`skipped: ${error.message.split('\n')[0]}; scripts/setup runtimes installs it`);
    return process.exit(SKIPPED);
  }
}

function readPictures(path) {
  const raw = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(raw) : raw).subarray(16);
}

async function run(session, ort, pictures) {
  const answers = [];
  for (let first = 0; first < pictures.length / SIDE ** 2; first += BATCH) {
    const part = Uint8Array.from(pictures.subarray(first * SIDE ** 2, (first + BATCH) * SIDE ** 2));
    const n = part.length / SIDE ** 2;
    const out = await session.run({ pictures: new ort.Tensor('uint8', part, [n, SIDE, SIDE]) });
    for (let i = 0; i < n; i++)
      answers.push({
        digit: out.digit.data[i], probability: out.probability.data[i], accepted: out.accepted.data[i] === 1,
        posterior: [...out.posterior.data.subarray((CLASSES + 1) * i, (CLASSES + 1) * (i + 1))],
        penalties: [...out.penalty.data.subarray(CLASSES * i, CLASSES * (i + 1))],
      });
  }
  return answers;
}

const greatest = (ours, theirs) => Math.max(...ours.map((value, i) => Math.abs(value - theirs[i])));

function compare(ours, theirs) {
  const result = { digits: 0, decisions: 0, posterior: 0, penalty: 0 };
  ours.forEach((own, i) => {
    const other = theirs[i];
    result.digits += own.digit !== other.digit;
    result.decisions += (own.decision === 'accepted') !== other.accepted;
    const posterior = [own.probability, ...own.posterior, own.rubbish];
    result.posterior = Math.max(result.posterior, greatest(posterior, [other.probability, ...other.posterior]));
    result.penalty = Math.max(result.penalty, greatest(own.penalties, other.penalties));
  });
  return result;
}

const [path, images, expected, changes, tolerance] = process.argv.slice(2);
const ort = runtime();
const session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
const ours = readFileSync(expected, 'utf8').trim().split('\n').map(JSON.parse);
const theirs = await run(session, ort, readPictures(images));
const result = compare(ours, theirs);
console.log(`${theirs.length} pictures, changed: ${result.digits} digits, ${result.decisions} decisions; greatest ` +
  `difference of a probability ${result.posterior.toExponential(1)}, of a penalty ${result.penalty.toExponential(1)}`);
const close = tolerance === undefined || (result.decisions === 0 && result.posterior <= Number(tolerance));
process.exit(ours.length === theirs.length && result.digits <= Number(changes) && close ? 0 : 1);
