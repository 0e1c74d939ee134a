#!/usr/bin/python3
"""False acceptances of `lenet5 read` on 500 pictures without digits.

usage: bench/not_digits.py [--seed N] [--runs N] [--threshold P] [--fashion FILE] [--program PROGRAM] [--keep FOLDER]
example: bench/not_digits.py --keep build/not-digits

100 pictures each of: printed letters (26 capitals, 26 small; those that people take for digits are counted apart),
shapes, scribbles, clothes from Fashion-MNIST's test set (Debian's dataset-fashion-mnist), and blank paper in even and
uneven light. With --runs N there are N times as many, drawn with seeds SEED, SEED + 1 ... and from further pictures of
Fashion-MNIST. Needs Debian's python3-pil and python3-numpy, and fonts."""
import collections
import csv
import glob
import gzip
import math
import os
import random
import subprocess
import tempfile

import command_line
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LIKE_DIGITS = "BDGIOQSZabgijloqsyz"  # letters that look like 8 0 6 1 0 0 5 2 2 6 9 1 1 1 0 9 5 4 2
NO_LETTERS = ("math", "symbol", "emoji", "ding", "nerd", "icon", "matry")  # parts of the names of unsuitable fonts
EACH = 100


def paper(width, height):
    grey = np.full((height, width), random.randint(200, 255), float)
    grey += np.random.randn(height, width) * random.choice([0, 1, 3])
    return Image.fromarray(grey.clip(0, 255).astype(np.uint8))


def letter(number):
    fonts = sorted(path for path in glob.glob("/usr/share/fonts/**/*.[to]tf", recursive=True)
                   if not any(word in path.lower() for word in NO_LETTERS))
    picture = paper(200, 200)
    which = LETTERS[number % len(LETTERS)]
    font = ImageFont.truetype(random.choice(fonts), random.randint(60, 140))
    ImageDraw.Draw(picture).text((40, 20), which, fill=random.randint(0, 80), font=font)
    return picture, "letter like a digit" if which in LIKE_DIGITS else "letter"


def draw_shape(draw):
    x, y = random.randint(20, 150), random.randint(20, 120)
    w, h = random.randint(20, 80), random.randint(20, 80)
    ink, thickness = random.randint(0, 150), random.randint(2, 10)
    kind = random.randint(0, 5)
    if kind == 0:
        draw.rectangle([x, y, x + w, y + h], outline=ink, width=thickness)
    elif kind == 1:
        draw.rectangle([x, y, x + w, y + h], fill=ink)
    elif kind == 2:
        draw.ellipse([x, y, x + w, y + h], fill=ink)
    elif kind == 3:
        draw.polygon([(x, y), (x + w, y + h // 2), (x + w // 3, y + h)], fill=ink)
    elif kind == 4:
        star = [(x + w / 2 * (1 + math.cos(0.8 * math.pi * i)), y + h / 2 * (1 + math.sin(0.8 * math.pi * i))) for i in range(5)]
        draw.polygon(star, outline=ink, fill=random.choice([None, ink]))
    else:
        draw.line([(x, y), (x + w, y + h), (x, y + h), (x + w, y)], fill=ink, width=thickness)


def shapes(_):
    picture = paper(220, 180)
    for _ in range(random.randint(1, 3)):
        draw_shape(ImageDraw.Draw(picture))
    return picture.filter(ImageFilter.GaussianBlur(random.choice([0, 1]))), "shapes"


def scribble(_):
    """A smooth line through the midpoints of random segments."""
    picture = paper(240, 160)
    knots = [np.array((random.randint(20, 220), random.randint(20, 140))) for _ in range(random.randint(6, 25))]
    line = []
    for a, b, c in zip(knots, knots[1:], knots[2:]):
        for t in np.arange(12) / 12:
            line.append(tuple((1 - t) ** 2 * (a + b) / 2 + 2 * t * (1 - t) * b + t * t * (b + c) / 2))
    ImageDraw.Draw(picture).line(line, fill=random.randint(0, 80), width=random.randint(2, 7), joint="curve")
    return picture, "scribble"


def cloth(data, run):
    def draw(number):
        grey = 255 - np.frombuffer(data, np.uint8, 784, 16 + 784 * (EACH * run + number)).reshape(28, 28)
        return Image.fromarray(grey).resize((112, 112), Image.BICUBIC), "Fashion-MNIST"
    return draw


def blank(number):
    if number % 2:
        return paper(200, 150), "blank"
    light = np.linspace(random.randint(80, 200), random.randint(120, 255), 200)[None, :].repeat(150, 0)
    light += np.random.randn(150, 200) * random.choice([1, 4, 8])
    return Image.fromarray(light.clip(0, 255).astype(np.uint8)), "blank"


def draw_any(rng):
    """Draws a shape, a scribble or another non-digit, with a numpy generator."""
    random.seed(int(rng.integers(1 << 31)))
    np.random.seed(int(rng.integers(1 << 31)))
    number = int(rng.integers(1 << 16))
    return (letter, shapes, scribble)[number % 3](number)[0]


def make(options, folder):
    with gzip.open(options.fashion) as file:
        fashion = file.read()
    kinds = {}
    for run in range(options.runs):
        random.seed(options.seed + run)
        np.random.seed(options.seed + run)
        for name, draw in (("a", letter), ("b", shapes), ("c", scribble), ("d", cloth(fashion, run)), ("e", blank)):
            for number in range(EACH):
                picture, kind = draw(number)
                path = f"{folder}/{name}{EACH * run + number:03d}.png"
                picture.save(path)
                kinds[path] = kind
    return kinds


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("--seed", type=int, default=1998)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--threshold", help="the threshold of lenet5 read (default: its own)")
    parser.add_argument("--fashion", default="/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz")
    parser.add_argument("--program", default=f"{ROOT}/build/release/lenet5")
    parser.add_argument("--keep", help="a folder that keeps the pictures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        kinds = make(options, folder)
        more = ["--threshold", options.threshold] if options.threshold else []
        out = subprocess.run([options.program, "read", "--csv", *more, *kinds],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    accepted = {row["file"] for row in csv.DictReader(out.stdout.splitlines()) if row["decision"] == "accepted"}
    all_of, taken = collections.Counter(kinds.values()), collections.Counter(kinds[path] for path in accepted)
    print("| what | pictures | rejected or empty % |\n|---|---|---|")
    for kind in all_of:
        print("| %s | %d | %.1f |" % (kind, all_of[kind], 100 - 100 * taken[kind] / all_of[kind]))
    print("| all | %d | %.1f |" % (len(kinds), 100 - 100 * len(accepted) / len(kinds)))


if __name__ == "__main__":
    main()
