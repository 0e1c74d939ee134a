#!/usr/bin/env python3
"""Measures the time and memory for pictures that are small as files and expensive to read.

usage: worst_pictures.py [--count N] [--pixels N] [--seconds S] [--megabytes M] [--seed N] [--keep FOLDER] PROGRAM

Each picture is of a random kind and size: specks, checkerboards, noise, stripes, rules, rows of figures, combs, nested
frames, spirals, mazes, scribbles, long strips. No file exceeds a megabyte. A reading fails if it exceeds --seconds or
--megabytes, if a signal ends it, or if SIGTERM does not end it within half a second. Exit status: 0 if none fails.
"""
import argparse
import os
import random
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

MAX_BYTES = 1000000


class Picture:
    """A size in pixels. Rows have one bit a pixel, 1 for paper, and are generated one at a time."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.stride = (width + 7) // 8

    def png(self, rows):
        pack = zlib.compressobj(6)
        data = [pack.compress(b"\0" + row) for row in rows]
        data.append(pack.flush())

        def chunk(name, body):
            return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        head = struct.pack(">IIBBBBB", self.width, self.height, 1, 0, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"".join(data)) + chunk(b"IEND", b"")


def row_of(width, inked):
    """A row with ink in the pixels for which inked is true."""
    bits = "".join("0" if inked(x) else "1" for x in range(width))
    return int(bits.ljust((width + 7) // 8 * 8, "1"), 2).to_bytes((width + 7) // 8, "big")


def tiled(picture, tile):
    """Rows that repeat a small tile, given as strings of '#' (ink) and '.' (paper)."""
    rows = []
    for line in tile:
        bits = (line * (picture.width // len(line) + 1))[:picture.width]
        bits = bits.replace("#", "0").replace(".", "1").ljust(picture.stride * 8, "1")
        rows.append(int(bits, 2).to_bytes(picture.stride, "big"))
    return (rows[y % len(rows)] for y in range(picture.height))


def specks(picture, draw):
    side, pitch = draw.randint(1, 40), draw.randint(1, 30)
    tall = draw.randint(1, 3) * side
    ink = "#" * side + "." * pitch
    return tiled(picture, [ink] * tall + ["." * len(ink)] * draw.randint(1, 40))


def checkers(picture, draw):
    side = draw.choice((1, 2, 3, 4, 8, 16, 40, 100))
    return tiled(picture, ["#" * side + "." * side] * side + ["." * side + "#" * side] * side)


def noise(picture, draw):
    """A repeated band of noise that fits the window of deflate."""
    thinned = draw.randint(0, 4)
    band = []
    for _ in range(max(1, min(24, 24000 // picture.stride))):
        row = draw.getrandbits(8 * picture.stride)
        for _ in range(thinned):
            row |= draw.getrandbits(8 * picture.stride)
        band.append(row.to_bytes(picture.stride, "big"))
    return (band[y % len(band)] for y in range(picture.height))


def stripes(picture, draw):
    thick, pitch = draw.randint(1, 30), draw.randint(2, 60)
    slope = draw.choice((0, 1, -1, 3, 7, 40))
    period = [row_of(picture.width, lambda x, k=k: (x + k) % (thick + pitch) < thick) for k in range(thick + pitch)]
    return (period[(y // slope if slope else 0) % len(period)] for y in range(picture.height))


def rules(picture, draw):
    thick, pitch, dash = draw.randint(1, 6), draw.randint(3, 90), draw.choice((0, 0, 9, 200))
    line = "#" * dash + "." * (dash // 3) if dash else "#"
    upright = draw.choice((0, 0, 30, 64))
    paper = "#" + "." * (upright - 1) if upright else "."
    return tiled(picture, [line] * thick + [paper] * pitch)


FIGURES = (("###", "#.#", "#.#", "#.#", "###"), (".#.", "##.", ".#.", ".#.", "###"), ("###", "..#", "###", "#..", "###"),
           ("###", "..#", "###", "..#", "###"), ("#.#", "#.#", "###", "..#", "..#"), ("###", "#..", "###", "..#", "###"))


def figures(picture, draw):
    scale, apart, leading = draw.randint(2, 40), draw.randint(0, 3), draw.randint(0, 3)
    chosen = [draw.choice(FIGURES) for _ in range(draw.randint(1, 12))]
    tile = []
    for i in range(5):
        line = "".join(f[i] + "." * apart for f in chosen)
        tile += ["".join(c * scale for c in line)] * scale
    return tiled(picture, tile + ["." * len(tile[0])] * (leading * scale))


def comb(picture, draw):
    pitch, thick, teeth = draw.randint(3, 60), draw.randint(1, 8), draw.randint(10, 400)
    tooth = "#" * min(thick, pitch - 1) + "." * (pitch - min(thick, pitch - 1))
    return tiled(picture, ["#"] * thick + [tooth] * teeth + ["."] * draw.randint(1, 50))


def frames(picture, draw):
    """Nested frames, or one long spiral."""
    pitch, spiral = draw.choice((2, 4, 8, 30)), draw.random() < 0.5
    half = min(picture.width, picture.height) // 2
    shift = pitch if spiral else 0

    def row(y):
        down = min(y, picture.height - 1 - y)
        if spiral and y >= picture.height // 2:
            down += shift // 2
        inked = down // (pitch // 2) % 2 == 0
        edge = min(down, half)
        left = ("#" * (pitch // 2) + "." * (pitch // 2)) * (edge // pitch + 1)
        left = left[:edge]
        middle = ("#" if inked else ".") * max(0, picture.width - 2 * edge)
        bits = (left + middle + left[::-1])[:picture.width]
        bits = bits.replace("#", "0").replace(".", "1").ljust(picture.stride * 8, "1")
        return int(bits, 2).to_bytes(picture.stride, "big")
    return (row(y) for y in range(picture.height))


def maze(picture, draw):
    """Corridors of some pixels between walls of one pixel: each cell has a wall above or to its left."""
    corridor = draw.randint(1, 12)
    cells = 128
    tile = []
    for _ in range(draw.randint(2, 12)):
        walls = [draw.random() < 0.5 for _ in range(cells)]
        tile.append("".join("#" + ("#" if w else ".") * corridor for w in walls))
        tile += ["".join(("." if w else "#") + "." * corridor for w in walls)] * corridor
    return tiled(picture, tile)


def scribbles(picture, draw):
    """Endless zigzag lines of ink."""
    height, pitch, thick = draw.randint(8, 300), draw.randint(2, 40), draw.randint(1, 10)
    tile = []
    for y in range(height):
        tile.append("".join("#" if abs(y - abs(x % (2 * height) - height)) < thick else "." for x in range(2 * height)))
    return tiled(picture, tile + ["." * (2 * height)] * pitch)


KINDS = (specks, checkers, noise, stripes, rules, figures, comb, frames, maze, scribbles)


def shape(draw, pixels):
    """Square, a page, or a strip either way."""
    long_side = draw.choice((1, 1, 1.4, 3, 8, 60, 2000))
    width = max(1, int((pixels * long_side) ** 0.5))
    height = max(1, pixels // width)
    width, height = (width, height) if draw.random() < 0.5 else (height, width)
    return min(width, 999999), min(height, 999999)


def make(number, seed, pixels):
    """Generates a picture, with fewer pixels until its file has at most MAX_BYTES."""
    draw = random.Random(f"{seed} {number}")
    kind = KINDS[number % len(KINDS)]
    while True:
        picture = Picture(*shape(draw, pixels))
        data = picture.png(kind(picture, draw))
        if len(data) <= MAX_BYTES:
            return kind.__name__, picture, data
        pixels = pixels * 2 // 3


def run(program, path):
    """Reads a picture. Returns CPU seconds, elapsed seconds, megabytes and wait status."""
    begin = time.monotonic()
    child = subprocess.Popen([program, "read", "--json", "--timeout", "0", path], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss / 1024, status


def stop(program, path, after):
    """Reads a picture and sends SIGTERM after some seconds. Returns the seconds from there to the end."""
    child = subprocess.Popen([program, "read", "--json", "--timeout", "0", path], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    time.sleep(after)
    begin = time.monotonic()
    child.send_signal(signal.SIGTERM)
    child.wait()
    return time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--pixels", type=int, default=40000000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--megabytes", type=float, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", metavar="FOLDER")
    parser.add_argument("program")
    options = parser.parse_args()
    failures, worst = 0, [0, 0, 0]
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(options.count):
            kind, picture, data = make(number, options.seed, options.pixels)
            path = os.path.join(options.keep or scratch, f"{number:03d}-{kind}.png")
            with open(path, "wb") as file:
                file.write(data)
            cpu, wall, memory, status = run(options.program, path)
            ended = stop(options.program, path, min(0.7 * wall, random.Random(number).random() * wall))
            bad = cpu > options.seconds or memory > options.megabytes or os.WIFSIGNALED(status) or ended > 0.5
            failures += bad
            worst = [max(a, b) for a, b in zip(worst, (cpu, memory, ended))]
            if bad or options.count <= 20:
                print(f"{'FAILED ' if bad else ''}{kind} {picture.width}x{picture.height}, {len(data)} bytes: {cpu:.2f} s,"
                      f" {memory:.0f} MB, status {status}, ended {ended:.2f} s after SIGTERM", flush=True)
            if not options.keep:
                os.remove(path)
    print(f"{options.count} pictures, at most {worst[0]:.2f} s of one core, {worst[1]:.0f} MB, "
          f"{worst[2]:.2f} s after SIGTERM; {failures} failed")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
