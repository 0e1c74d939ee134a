#!/usr/bin/env node
/*
 * Writes LeNet-5 as an ONNX model. The format is a protobuf; a few of its messages suffice, so they are encoded here.
 *
 *     node make_onnx.mjs lenet5.onnx [VARIANT]
 *
 * The network is that of network.json. The squashing function f(a) = A tanh(S a) becomes tanh: S moves into the weights
 * before it, A into those after it, which changes no value. Table I is a mask of zeros over dense kernels.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const network = JSON.parse(readFileSync(new URL('network.json', import.meta.url)));

/*
 * Equivalent forms of the network; onnxruntime.mjs tries all and keeps the fastest. (Ten more maps of zeros in C1,
 * which fill the blocks of 16 maps of its convolutions, made batches a third to a half slower.)
 */
export const variants = {
  'S2 and S4 as convolutions, C5 as matrix product': {},
  'S2, S4 and C5 as convolutions': { c5: 'Conv' },
  'S2 and S4 as AveragePool, C5 as matrix product': { pool: 'AveragePool' },
};

/* ---- Numbers ----------------------------------------------------------------------------------------------------- */

const product = (shape) => shape.reduce((a, b) => a * b, 1);

/* The generator of tests/golden/golden.py: the same weights and the same input everywhere. */
export function generator() {
  let state = 12345;
  return (count, bound) =>
    Float32Array.from({ length: count }, () => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state / 2 ** 30 - 1) * bound;
    });
}

export function parameters(take) {
  const entry = ({ name, shape, bound }) => [name, take(product(shape), bound)];
  return Object.fromEntries(network.parameters.map(entry));
}

/* The ten codes of 84 numbers +1 and -1; a byte is a row of seven. */
function codes() {
  const row = (byte) => [...byte.toString(2).padStart(7, '0')].map((bit) => (bit === '1' ? 1 : -1));
  return network.codes.map((code) => [...Buffer.from(code, 'hex')].flatMap(row));
}

/* The 60 kernels of C3 among those of all 16 x 6 pairs. */
function dense(kernels) {
  const weight = new Float32Array(16 * 6 * 25);
  let kernel = 0;
  for (let map = 0; map < 16; map++)
    for (let input = 0; input < 6; input++)
      if (network.table[input][map] === 'X') {
        weight.set(kernels.subarray(kernel * 25, kernel * 25 + 25), (map * 6 + input) * 25);
        kernel++;
      }
  return weight;
}

const times = (values, factor) => values.map((value) => value * factor);
const repeat = (values, count) => [...values].flatMap((value) => Array(count).fill(value));

/* ---- Protobuf ---------------------------------------------------------------------------------------------------- */

function varint(value) {
  const bytes = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 127n) | 128);
  }
}

const integer = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);

function bytes(field, value) {
  const content = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
}

const message = (field, ...parts) => bytes(field, Buffer.concat(parts));

/* ---- ONNX: the numbers are the fields of onnx.proto -------------------------------------------------------------- */

const FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

function attribute(name, value) {
  if (Array.isArray(value))
    return message(5, bytes(1, name), ...value.map((v) => integer(8, v)), integer(20, ATTRIBUTE_INTS));
  return message(5, bytes(1, name), integer(3, value), integer(20, ATTRIBUTE_INT));
}

function valueInfo(field, name, shape) {
  const dimension = (d) => message(1, typeof d === 'string' ? bytes(2, d) : integer(1, d));
  const type = message(1, integer(1, FLOAT), message(2, ...shape.map(dimension)));
  return message(field, bytes(1, name), message(2, type));
}

/* A graph that grows node by node; every node has one output, named after itself. */
class Graph {
  nodes = [];
  tensors = [];

  node(type, name, inputs, attributes = {}) {
    const from = inputs.map((input) => bytes(1, input));
    const all = Object.entries(attributes).map(([key, value]) => attribute(key, value));
    this.nodes.push(message(1, ...from, bytes(2, name), bytes(3, name), bytes(4, type), ...all));
    return name;
  }

  tensor(name, shape, values) {
    const data = Buffer.from(Float32Array.from(values).buffer);
    const dimensions = shape.map((d) => integer(1, d));
    this.tensors.push(message(5, ...dimensions, integer(2, FLOAT), bytes(8, name), bytes(9, data)));
    return name;
  }

  model(input, output) {
    const graph = message(7, ...this.nodes, bytes(2, 'lenet5'), ...this.tensors, input, output);
    return Buffer.concat([integer(1, 8), graph, message(8, bytes(1, ''), integer(2, 17))]);
  }
}

/* ---- The network ------------------------------------------------------------------------------------------------- */

/* Up to the tanh of F6, which is its state but for the factor A. */
function layers(graph, p, { pool = 'Conv', c5 = 'Gemm' }) {
  const { a: A, s: S } = network;
  const tanh = (name) => graph.node('Tanh', `${name}.tanh`, [name]);

  const convolution = (name, input, shape, weight, bias) =>
    tanh(graph.node('Conv', name, [
      input, graph.tensor(`${name}.w`, shape, weight), graph.tensor(`${name}.b`, [shape[0]], bias),
    ], { kernel_shape: shape.slice(2) }));

  const fully = (name, input, units, inputs, weight, bias) =>
    tanh(graph.node('Gemm', name, [
      input, graph.tensor(`${name}.w`, [units, inputs], weight), graph.tensor(`${name}.b`, [units], bias),
    ], { transB: 1 }));

  /* S (coefficient * the sum of four A tanh + bias). */
  const subsampling = (name, input, maps, coefficient, bias) => {
    const weight = times(coefficient, A * S);
    const offset = times(bias, S);
    const window = { kernel_shape: [2, 2], strides: [2, 2] };
    if (pool === 'Conv')
      return tanh(graph.node('Conv', name, [
        input, graph.tensor(`${name}.w`, [maps, 1, 2, 2], repeat(weight, 4)), graph.tensor(`${name}.b`, [maps], offset),
      ], { ...window, group: maps }));
    const mean = graph.node('AveragePool', `${name}.mean`, [input], window);
    const four = graph.tensor(`${name}.w`, [maps, 1, 1], times(weight, 4));
    const scaled = graph.node('Mul', `${name}.scaled`, [mean, four]);
    return tanh(graph.node('Add', name, [scaled, graph.tensor(`${name}.b`, [maps, 1, 1], offset)]));
  };

  let x = convolution('c1', 'input', [6, 1, 5, 5], times(p['c1.weight'], S), times(p['c1.bias'], S));
  x = subsampling('s2', x, 6, p['s2.coefficient'], p['s2.bias']);
  x = convolution('c3', x, [16, 6, 5, 5], times(dense(p['c3.weight']), A * S), times(p['c3.bias'], S));
  x = subsampling('s4', x, 16, p['s4.coefficient'], p['s4.bias']);
  const c5Weight = times(p['c5.weight'], A * S);
  const c5Bias = times(p['c5.bias'], S);
  if (c5 === 'Conv') x = graph.node('Flatten', 'flat', [convolution('c5', x, [120, 16, 5, 5], c5Weight, c5Bias)]);
  else x = fully('c5', graph.node('Flatten', 'flat', [x]), 120, 400, c5Weight, c5Bias);
  return fully('f6', x, 84, 120, times(p['f6.weight'], A * S), times(p['f6.bias'], S));
}

/* y_i = sum over j of (x_j - w_ij)2 = |x|2 - 2 x.w_i + 84, for x = A tanh. */
function output(graph, x) {
  const A = network.a;
  const weight = graph.tensor('codes', [10, 84], codes().flat().map((code) => -2 * A * code));
  const near = graph.node('Gemm', 'near', [x, weight, graph.tensor('ones', [10], Array(10).fill(84))], { transB: 1 });
  const square = graph.node('Mul', 'square', [x, x]);
  const length = graph.tensor('length', [84, 10], Array(840).fill(A * A));
  return graph.node('Gemm', 'penalty', [square, length, near]);
}

export function model(values, options = {}) {
  const graph = new Graph();
  output(graph, layers(graph, values, options));
  return graph.model(valueInfo(11, 'input', ['batch', 1, 32, 32]), valueInfo(12, 'penalty', ['batch', 10]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path, variant = Object.keys(variants)[0]] = process.argv.slice(2);
  if (!path || !variants[variant]) {
    console.error(`usage: make_onnx.mjs FILE [VARIANT]\nvariants: ${Object.keys(variants).join('; ')}`);
    process.exit(2);
  }
  writeFileSync(path, model(parameters(generator()), variants[variant]));
}
