/* IDX files, the format of MNIST: a magic number, the sizes as big-endian 32-bit numbers, and bytes. */

const BYTES = 0x08; /* the type of the numbers */

function idx(sizes, bytes) {
    const header = new DataView(new ArrayBuffer(4 * (1 + sizes.length)));
    header.setUint32(0, BYTES << 8 | sizes.length);
    sizes.forEach((size, i) => header.setUint32(4 * (1 + i), size));
    return new Blob([header, ...bytes], { type: 'application/octet-stream' });
}

/** An IDX file of pictures, each side x side bytes. */
export const idxImages = (pictures, side) => idx([pictures.length, side, side], pictures);

/** An IDX file of labels, 0 to 9. */
export const idxLabels = (labels) => idx([labels.length], [Uint8Array.from(labels)]);

/** Downloads a file. */
export function download(name, blob) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
