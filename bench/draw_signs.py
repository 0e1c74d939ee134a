#!/usr/bin/python3
"""Draws the pictures that models/signs.safetensors is trained on: digits and others, as `lenet5 read` cuts them out.

usage: bench/draw_signs.py --out FOLDER [--data DATA] [--count N] [--test-count N] [--seed N]
example: bench/draw_signs.py --out build/signs-set --count 2000 --test-count 200

Writes FOLDER with MNIST's file names, for `lenet5 train --data FOLDER`. Half of the N (120,000) pictures are digits:
MNIST's, digits of other pens and slants, and printed ones. The others are letters, signs, marks and Hangul syllables,
printed and as strokes (strokes.py). Characters that most people take for a digit are left out: O, l, S and the like.
Labels 0 to 4 are the digits 0 and 1, 2 and 3, 4 and 5, 6 and 7, 8 and 9; 5 is capitals, 6 small letters, 7 signs,
8 marks, 9 Hangul. Each picture passes through the library's normaliser. The test pictures (8,000) use fonts that are
not in the training set, one family in eight, and the last 10,000 of MNIST's training digits, which are not in it
either. DATA is the folder of MNIST; default: $LENET5_DATA. Needs Debian's python3-pil, python3-numpy, fontconfig and
fonts; models/README.md names those of the built-in model."""
import collections
import concurrent.futures
import ctypes
import os
import subprocess
import zlib

import command_line
import mnist
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

import paper
import strokes
from not_digits import NO_LETTERS

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NO_PRINT = (*NO_LETTERS, "keyboard", "initials")  # parts of the names of unsuitable fonts
LATIN, KOREAN = "21-7e a3 a7 b1 d7 f7 20ac", "ac00-ac80 d55c"  # characters of a font, as fontconfig has them
HELD_OUT = 8  # one font family in eight is kept for testing
TESTED = 10000  # the last training digits of MNIST are kept for testing
PART = 2000  # pictures in a piece of work
EDGE = 12  # pixels of paper around a character

CHARACTERS = {  # by label
    5: "ABCDEFGHJKLMNPQRTUVWXY", 6: "acdefhjkmnprtuvwx", 7: "?!#$€£%&*@<>~§\"{}[]^_;±×÷", 8: ".:-=+()",
    9: [chr(code) for code in range(0xAC00, 0xD7A4)] + 100 * list("ㄷㄹㅁㅂㅅㅈㅊㅋㅌㅍㅎㅏㅑㅓㅕㅗㅛㅜㅠㅐㅔ")}
PENNED = {5: [c for c in strokes.LETTERS if c in CHARACTERS[5]], 6: [c for c in strokes.LETTERS if c in CHARACTERS[6]],
          7: list(strokes.SIGNS), 8: [c for c in strokes.MARKS if c in CHARACTERS[8]], 9: list(strokes.HANGUL)}
OTHERS = {5: 0.22, 6: 0.18, 7: 0.34, 8: 0.1, 9: 0.16}  # shares of the labels among the other characters
FOOTED, FOOTLESS = "?±÷", 0.3  # how often what they have below is missing
PEN = 0.35  # share of the other characters that are drawn as strokes
DIGITS = {"plain": 0.5, "hand": 0.25, "print": 0.25}  # shares of the techniques for drawing a digit
Font = collections.namedtuple("Font", "path index")


# ---- Fonts ----

def families(charset, held_out):
    """The fonts with these characters, by family: the held-out families, or the others."""
    out = subprocess.run(["fc-list", ":charset=" + charset, "--format", "%{file}\t%{index}\t%{family[0]}\n"], stdout=subprocess.PIPE,
                         check=True)
    found = collections.defaultdict(list)
    for line in sorted(out.stdout.decode().splitlines()):
        path, index, family = line.split("\t")
        if path.endswith((".ttf", ".otf", ".ttc")) and int(index) < 100 and not any(word in path.lower() for word in NO_PRINT):
            found[family].append(Font(path, int(index)))
    return [found[family] for family in sorted(found) if (zlib.crc32(family.encode()) % HELD_OUT == 0) == held_out]


def in_font(rng, faces, character):
    """A mask of a character; every family is equally likely."""
    family = faces[rng.integers(len(faces))]
    font = paper.open_font(family[rng.integers(len(family))], int(rng.integers(4, 17)) * 5)
    left, top, right, bottom = font.getbbox(character)
    mask = Image.new("L", (right - left + 2 * EDGE, bottom - top + 2 * EDGE))
    ImageDraw.Draw(mask).text((EDGE - left, EDGE - top), character, fill=255, font=font)
    return mask


# ---- Pictures ----

class Stock:
    """The sources of pictures: fonts and MNIST's digits."""

    def __init__(self, data, tested):
        pictures, labels = mnist.load(data, "train")
        part = slice(-TESTED, None) if tested else slice(None, -TESTED)
        self.pictures, self.labels = pictures[part], labels[part]
        self.latin, self.korean = families(LATIN, tested), families(KOREAN, tested)


def by_pen(rng, character):
    size = rng.uniform(30, 90)
    lines = [line * size for line in strokes.wobbled(rng, character)]
    points = np.concatenate(lines)
    width, low = size * rng.uniform(0.04, 0.16), points.min(0) - EDGE
    mask = Image.new("L", tuple(int(v) for v in points.max(0) - low + EDGE))
    strokes.draw(mask, [line - low for line in lines], width)
    return mask


def by_hand(rng, picture):
    """A digit of MNIST with another pen, as on a page."""
    hand = paper.Hand(rng, rng.uniform(18, 70))
    mask = hand.digit(rng, paper.without_specks(picture), hand.size)
    edged = Image.new("L", (mask.width + 2 * EDGE, mask.height + 2 * EDGE))
    edged.paste(mask, (EDGE, EDGE))
    return edged


def worn(rng, mask):
    """The effects of hand, pen and scanner: slant, width, thickness, blur."""
    lean, wide = rng.normal(0, 0.12), rng.uniform(0.85, 1.15)
    x, y = mask.width / 2, mask.height / 2
    ground = (1 / wide, lean, x - x / wide - lean * y, 0, 1, 0)
    mask = mask.transform(mask.size, Image.AFFINE, ground, Image.BILINEAR)
    if rng.random() < 0.3:
        mask = mask.filter(ImageFilter.MaxFilter(3) if rng.random() < 0.6 else ImageFilter.MinFilter(3))
    return mask.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.2 + 0.018 * min(mask.height - 2 * EDGE, 60))))


def without_foot(mask):
    """The part above the first gap: the reader may take the part below for a mark."""
    ink = np.array(mask)
    rows = ink.max(1) > 0
    first = np.argmax(rows)
    ink[first + np.argmin(rows[first:]):] = 0
    return Image.fromarray(ink)


def draw_digit(rng, stock):
    """A digit's mask, or MNIST's unchanged picture, and its label."""
    technique = rng.choice(list(DIGITS), p=list(DIGITS.values()))
    if technique == "print":
        digit = rng.integers(10)
        return worn(rng, in_font(rng, stock.latin, str(digit))), digit // 2
    chosen = rng.integers(len(stock.labels))
    picture = stock.pictures[chosen]
    if technique == "plain":
        return (255 * picture + 0.5).astype(np.uint8), stock.labels[chosen] // 2
    return by_hand(rng, picture), stock.labels[chosen] // 2


def draw_other(rng, stock):
    label = rng.choice(list(OTHERS), p=list(OTHERS.values()))
    penned = rng.random() < PEN
    of = (PENNED if penned else CHARACTERS)[label]
    character = of[rng.integers(len(of))]
    mask = by_pen(rng, character) if penned else in_font(rng, stock.korean if label == 9 else stock.latin, character)
    if character in FOOTED and rng.random() < FOOTLESS:
        mask = without_foot(mask)
    return worn(rng, mask), label


class Normaliser:
    def __init__(self):
        self.library = ctypes.CDLL(f"{ROOT}/build/release/liblenet5_reader.so")

    def __call__(self, mask):
        """The network's picture of 28x28, or None if it would be blank."""
        grey = 255 - np.ascontiguousarray(mask)
        picture, error = np.zeros((28, 28), np.uint8), ctypes.create_string_buffer(4096)
        done = self.library.lenet5_normalise(picture.ctypes.data_as(ctypes.c_void_p), grey.ctypes.data_as(ctypes.c_void_p),
                                             ctypes.c_size_t(grey.shape[1]), ctypes.c_size_t(grey.shape[0]), error)
        return picture if done == 0 else None


def draw_part(options, tested, part):
    """Pictures and labels; the seed of a picture is its number."""
    stock, normalise = Stock(options.data, tested), Normaliser()
    pictures, labels = [], []
    for number in range(part * PART, min((part + 1) * PART, options.test_count if tested else options.count)):
        rng = np.random.default_rng([options.seed, tested, number])
        drawn, label = (draw_digit if number % 2 else draw_other)(rng, stock)
        picture = drawn if isinstance(drawn, np.ndarray) else normalise(drawn)
        if picture is not None:
            pictures.append(picture)
            labels.append(label)
    return np.array(pictures), np.array(labels, np.uint8)


def write(options, tested, name):
    parts = range(-(-(options.test_count if tested else options.count) // PART))
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        drawn = list(pool.map(draw_part, *zip(*[(options, tested, part) for part in parts])))
    pictures, labels = (np.concatenate(arrays) for arrays in zip(*drawn))
    for ending, kind, array in (("images-idx3", 3, pictures), ("labels-idx1", 1, labels)):
        with open(f"{options.out}/{name}-{ending}-ubyte", "wb") as file:
            file.write(bytes((0, 0, 8, kind)) + np.array(array.shape, ">u4").tobytes() + array.tobytes())


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("--out", required=True)
    parser.add_argument("--data", default=os.environ.get("LENET5_DATA", "data"))
    parser.add_argument("--count", type=int, default=120000)
    parser.add_argument("--test-count", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    write(options, True, "t10k")
    write(options, False, "train")


if __name__ == "__main__":
    main()
