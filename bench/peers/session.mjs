/* Sessions of ONNX Runtime with a file that lenet5 export onnx --penalties has written. */
const NOT_INSTALLED = 69;

export const SIDE = 28;
export const CLASSES = 10;

/* Prints the reason and ends with a code. */
export function fail(text, code) {
  console.error(`onnxruntime: ${text}`);
  process.exit(code);
}

export async function load() {
  try {
    return (await import('onnxruntime-node')).default;
  } catch (error) {
    return fail(`${error.message.split('\n')[0]}; install it with: npm --prefix bench/peers ci`, NOT_INSTALLED);
  }
}

export const createSession = (ort, path, intraOpNumThreads) =>
  ort.InferenceSession.create(path, {
    intraOpNumThreads, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all',
    extra: { session: { set_denormal_as_zero: '1' } },
  });

/* A tensor of pictures from their bytes. */
export const picturesTensor = (ort, bytes) => new ort.Tensor('uint8', bytes, [bytes.length / SIDE ** 2, SIDE, SIDE]);
