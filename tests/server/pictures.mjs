// Digits and picture files that the tests send.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import zlib from "node:zlib";

import { run } from "./server.mjs";

// digits(COUNT): synthetic pictures of 784 bytes with their labels, and the path of their IDX file.
export function digits(t, count) {
    const folder = mkdtempSync(join(tmpdir(), "lenet5-digits-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const made = run(["synth", "--out", folder, "--count", String(count), "--seed", "7"]);
    if (made.code !== 0)
        throw new Error(made.err);
    const file = join(folder, "train-images-idx3-ubyte");
    const bytes = readFileSync(file).subarray(16);
    const labels = [...readFileSync(join(folder, "train-labels-idx1-ubyte")).subarray(8)];
    return { file, bytes, labels, picture: (i) => bytes.subarray(784 * i, 784 * (i + 1)) };
}

// padded(PICTURE): a 28x28 picture with a margin of paper, 32x32.
export function padded(picture) {
    const wide = Buffer.alloc(32 * 32);
    for (let y = 0; y < 28; y++)
        wide.set(picture.subarray(28 * y, 28 * y + 28), 32 * (y + 2) + 2);
    return wide;
}

// rows(PICTURE): the picture as an array of rows of numbers.
export function rows(picture) {
    const side = Math.sqrt(picture.length);
    return Array.from({ length: side }, (_, y) => [...picture.subarray(side * y, side * (y + 1))]);
}

// enlarged(PICTURE, TIMES, {width, height}): the picture enlarged TIMES, dark on light, on a sheet of the given size.
export function enlarged(picture, times, { width, height }) {
    const sheet = Buffer.alloc(width * height, 255);
    for (let y = 0; y < 28 * times; y++)
        for (let x = 0; x < 28 * times; x++)
            sheet[(y + 20) * width + x + 30] = 255 - picture[28 * Math.floor(y / times) + Math.floor(x / times)];
    return sheet;
}

export const pgm = (pixels, width, height) =>
    Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), pixels]);

function chunk(type, data) {
    const bytes = Buffer.alloc(data.length + 12);
    bytes.writeUInt32BE(data.length, 0);
    bytes.write(type, 4, "latin1");
    data.copy(bytes, 8);
    bytes.writeUInt32BE(checksum(bytes.subarray(4, data.length + 8)), data.length + 8);
    return bytes;
}

// zlib.crc32 is not in node 18.
function checksum(bytes) {
    if (zlib.crc32)
        return zlib.crc32(bytes);
    let sum = ~0;
    for (const byte of bytes) {
        sum ^= byte;
        for (let bit = 0; bit < 8; bit++)
            sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
    return ~sum >>> 0;
}

// png(PIXELS, WIDTH, HEIGHT): grey, 8 bits. There may be fewer pixels than the header announces.
export function png(pixels, width, height) {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 0, 0, 0, 0], 8);
    const lines = [];
    for (let at = 0; at < pixels.length; at += width)
        lines.push(Buffer.of(0), pixels.subarray(at, at + width));
    return Buffer.concat([
        Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", header),
        chunk("IDAT", zlib.deflateSync(Buffer.concat(lines))), chunk("IEND", Buffer.alloc(0)),
    ]);
}

// bmp(PIXELS, WIDTH, HEIGHT): 24 bits, from the bottom up.
export function bmp(pixels, width, height) {
    const line = Math.ceil(3 * width / 4) * 4;
    const bytes = Buffer.alloc(54 + line * height);
    bytes.write("BM", 0, "latin1");
    [[2, bytes.length], [10, 54], [14, 40], [18, width], [22, height]].forEach(([at, n]) => bytes.writeInt32LE(n, at));
    bytes.set([1, 0, 24, 0], 26);
    for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
            bytes.fill(pixels[width * (height - 1 - y) + x], 54 + line * y + 3 * x, 54 + line * y + 3 * x + 3);
    return bytes;
}

// tiff(PAGES): grey, uncompressed; pages are {pixels, width, height}. A page that claims a larger size has no pixels.
export function tiff(pages) {
    const parts = [Buffer.from("II*\0", "latin1"), Buffer.alloc(4)];
    let at = 8;
    parts[1].writeUInt32LE(at + pages[0].pixels.length);
    pages.forEach(({ pixels, width, height }, i) => {
        const entries = [[256, width], [257, height], [258, 8], [259, 1], [262, 1], [273, at], [277, 1], [278, height],
                         [279, pixels.length]];
        const directory = Buffer.alloc(2 + 12 * entries.length + 4);
        directory.writeUInt16LE(entries.length);
        entries.forEach(([tag, value], k) => {
            directory.writeUInt16LE(tag, 2 + 12 * k);
            directory.writeUInt16LE(4, 4 + 12 * k);
            directory.writeUInt32LE(1, 6 + 12 * k);
            directory.writeUInt32LE(value, 10 + 12 * k);
        });
        at += pixels.length + directory.length;
        const next = pages[i + 1];
        directory.writeUInt32LE(next ? at + next.pixels.length : 0, directory.length - 4);
        parts.push(pixels, directory);
    });
    return Buffer.concat(parts);
}

// rotated(JPEG): the same file with EXIF orientation 6 (the right side is up).
export function rotated(jpeg) {
    const entry = "011200030000000100060000";
    const exif = Buffer.from(`4578696600004d4d002a000000080001${entry}00000000`, "hex");
    const head = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
    return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
}
