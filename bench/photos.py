#!/usr/bin/python3
"""Right and accepted answers of `lenet5 read` on drawn photographs of digits, without a format.

usage: bench/photos.py DATA [--count N] [--seed N] [--train] [--program PROGRAM] [--model FILE] [--keep FOLDER]
example: bench/photos.py ~/.local/share/lenet5/mnist --count 20 --train

Draws N (200) pictures of about two megapixels with one, three, five or six of MNIST's test digits in a row, written
with a coloured pen on plain, ruled or squared paper that fills the picture or lies on a dark table; rotated by up to
seven degrees, in uneven light, one in three under a shadow with an edge; with noise, blur and JPEG compression. --train
takes the last 10,000 training digits instead, for use while the reader is developed. DATA is the folder of MNIST. Needs
Debian's python3-pil and python3-numpy."""
import collections
import json
import os
import subprocess
import tempfile

import command_line
import mnist
import numpy as np
from PIL import Image, ImageFilter

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAPERS = ("plain", "ruled", "squared", "sheet on a table")
SIZES = ((1600, 1200), (1200, 1600), (2000, 1500))  # width, height
INKS = ((20, 20, 25), (30, 40, 120), (90, 90, 95), (120, 20, 30))  # black, blue, pencil, red
MIN_SCALE, MAX_SCALE = 4, 9  # pixels of the picture to one of MNIST's


def draw_paper(random, kind, width, height, side):
    tint = random.uniform(0.75, 1, 3) * random.uniform(170, 245)
    paper = np.tile(tint, (height, width, 1))
    if kind == "ruled":
        gap = int(side * random.uniform(0.9, 1.3))
        for y in range(gap // 2, height, gap):
            paper[y:y + 2] = tint * (0.75, 0.85, 1)
    elif kind == "squared":
        gap = int(random.uniform(30, 60))
        for start in (0, 1):
            paper[start::gap] = paper[:, start::gap] = tint * 0.82
    return paper, tint


def write(random, paper, pictures, side):
    """A mask of digits from left to right, with hard edges."""
    height, width = paper.shape[:2]
    pitch = side * random.uniform(0.72, 0.9)
    fit = min(1, 0.9 * width / (pitch * (len(pictures) - 1) + side))
    side, pitch = int(side * fit), pitch * fit
    total = int(pitch * (len(pictures) - 1) + side) + 1
    left, top = random.integers(int(0.05 * width), width - total + 1), random.integers(int(0.2 * height), int(0.8 * height) - side)
    ink = np.zeros((height, width))
    for place, digit in enumerate(pictures):
        large = Image.fromarray((digit * 255).astype(np.uint8)).resize((side, side), Image.BICUBIC)
        soft = np.asarray(large.filter(ImageFilter.GaussianBlur(side / 90))) / 255
        x, y = int(left + pitch * place), top + random.integers(-side // 20, side // 20 + 1)
        there = ink[y:y + side, x:x + side]
        np.maximum(there, np.clip((soft - 0.35) * 2.2, 0, 1), out=there)
    ink = 0.92 * ink[..., None]
    return paper * (1 - ink) + np.array(INKS[random.integers(len(INKS))]) * ink


def lay_on_table(random, picture, turn):
    width, height = picture.size
    size = random.uniform(0.7, 0.85)
    sheet = picture.resize((int(width * size), int(height * size)), Image.LANCZOS).convert("RGBA").rotate(turn, Image.BICUBIC, expand=True)
    wood = random.integers(15, 110, 3) + 8 * random.standard_normal((height // 8, width // 8, 1))
    table = Image.fromarray(wood.clip(0, 255).astype(np.uint8)).resize((width, height), Image.BICUBIC)
    table.paste(sheet, ((width - sheet.width) // 2, (height - sheet.height) // 2), sheet)
    return table


def light(random, picture):
    """Uneven light, in some pictures a shadow, and the camera's noise and blur."""
    height, width = picture.shape[:2]
    direction = random.uniform(0, 2 * np.pi)
    along = np.cos(direction) * np.arange(width)[None] / width + np.sin(direction) * np.arange(height)[:, None] / height
    along = (along - along.min()) / (along.max() - along.min())
    shade = 1 - random.uniform(0, 0.45) * along
    if random.random() < 1 / 3:
        shade = shade * (1 - 0.35 / (1 + np.exp(-(along - random.uniform(0.3, 0.7)) * random.uniform(20, 80))))
    seen = picture * shade[..., None] + random.choice((2, 4, 7)) * random.standard_normal(picture.shape)
    return Image.fromarray(seen.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(random.integers(0, 3)))


def photograph(random, kind, pictures):
    width, height = SIZES[random.integers(len(SIZES))]
    side = int(28 * random.uniform(MIN_SCALE, MAX_SCALE))
    paper, tint = draw_paper(random, kind, width, height, side)
    page = Image.fromarray(write(random, paper, pictures, side).clip(0, 255).astype(np.uint8))
    turn = random.uniform(-7, 7)
    if kind == "sheet on a table":
        page = lay_on_table(random, page, turn)
    else:
        page = page.rotate(turn, Image.BICUBIC, fillcolor=tuple(int(level) for level in tint))
    return light(random, np.asarray(page, float))


def read(options, files):
    """The accepted strings of each file, line by line."""
    model = ["--model", options.model] if options.model else []
    out = subprocess.run([options.program, "read", "--json", *model, *files], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    lines = collections.defaultdict(list)
    for row in map(json.loads, out.stdout.decode().splitlines()):
        if row["decision"] == "accepted":
            lines[row["file"]].append(row["string"])
    return lines


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("data")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1998)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--program", default=f"{ROOT}/build/release/lenet5")
    parser.add_argument("--model")
    parser.add_argument("--keep", help="a folder that keeps the pictures")
    options = parser.parse_args()
    digits, labels = mnist.load(options.data, "train" if options.train else "t10k")
    digits, labels = digits[-10000:], labels[-10000:]
    random = np.random.default_rng(options.seed)
    truth, kind_of = {}, {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        for i in range(options.count):
            chosen = random.integers(0, len(digits), random.choice((1, 3, 5, 6)))
            path = f"{folder}/{i:04d}.jpg"
            kind_of[path] = PAPERS[i % len(PAPERS)]
            truth[path] = "".join(str(labels[k]) for k in chosen)
            photograph(random, kind_of[path], digits[chosen]).save(path, quality=int(random.choice((60, 80, 90))))
        found = read(options, list(truth))
    print("| paper | pictures | right and accepted % | wrong and accepted % |\n|---|---|---|---|")
    for kind in (*PAPERS, "all"):
        paths = [path for path in truth if kind in ("all", kind_of[path])]
        right = sum(found[path] == [truth[path]] for path in paths)
        wrong = sum(found[path] not in ([], [truth[path]]) for path in paths)
        print("| %s | %d | %.1f | %.1f |" % (kind, len(paths), 100 * right / len(paths), 100 * wrong / len(paths)))


if __name__ == "__main__":
    main()
