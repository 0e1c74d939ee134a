"""Draws sheets of paper: print, handwriting, and the effects of a scanner or a camera.

A Sheet has three layers, rules, print and pen, each with its own colour, and keeps the truth: the fields written, with
their boxes. picture() photographs it and transforms the boxes along with it. Needs Debian's python3-pil and
python3-numpy, fontconfig and at least one of the font packages in FAMILIES."""
import collections
import functools
import io
import subprocess
import sys

import mnist
import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

import strokes

FAMILIES = {  # font family: its Debian package
    "DejaVu Sans": "fonts-dejavu-core", "DejaVu Serif": "fonts-dejavu-core", "DejaVu Sans Mono": "fonts-dejavu-core",
    "DejaVu Sans Condensed": "fonts-dejavu-extra", "DejaVu Serif Condensed": "fonts-dejavu-extra",
    "Liberation Sans": "fonts-liberation", "Liberation Serif": "fonts-liberation", "Liberation Mono": "fonts-liberation",
    "Liberation Sans Narrow": "fonts-liberation-sans-narrow", "Noto Sans CJK KR": "fonts-noto-cjk", "Noto Serif CJK KR": "fonts-noto-cjk"}
HANGUL = ("Noto Sans CJK KR", "Noto Serif CJK KR")
PENS = ((25, 25, 30), (25, 35, 110), (40, 60, 150), (70, 70, 78), (60, 60, 60))  # black, two blues, pencil, faint black
RULES = ((20, 20, 20), (60, 60, 60), (110, 110, 115), (90, 110, 150))
GREY_RULES = ((150, 150, 150), (175, 175, 175), (165, 175, 190))
COLOURED = ((225, 120, 50), (235, 140, 80), (200, 60, 50), (150, 150, 150))  # orange, light orange, red, grey
COUNT = 10000  # digits used, from the end of MNIST's files
FILES = {"train": "train", "test": "t10k"}
UPSCALE = 4  # subpixels of MNIST's pixels along each axis, for thinning strokes
KEPT = 0.97  # share of a digit's ink that a thinner pen must keep nearby; below it a stroke is lost
THICKEST = 0.2  # share of a stroke's peak above which a pixel is ink
SPECK = 10  # pixels of MNIST: smaller pieces of a digit are left out
FINE = 4  # subpixels of the sheet's pixels along each axis, for smooth strokes
GREY = 0.3  # share of the pictures without colour
TRIES = 8  # views drawn until one shows all fields
Letter = collections.namedtuple("Letter", "path index")


@functools.lru_cache(None)
def fonts(hangul=False):
    """The installed fonts of FAMILIES."""
    try:
        out = subprocess.run(["fc-list", "--format", "%{file}\t%{index}\t%{family[0]}\t%{weight}\n"], stdout=subprocess.PIPE, check=True)
    except (OSError, subprocess.CalledProcessError):
        sys.exit("fc-list doesn't run: install fontconfig")
    rows = sorted(line.split("\t") for line in out.stdout.decode().splitlines())
    wanted = HANGUL if hangul else FAMILIES
    return [Letter(path, int(index)) for path, index, family, _ in rows if family in wanted and int(index) < 100]


def font(rng, size, hangul=False):
    found = fonts(hangul)
    if not found:
        sys.exit("no font to print with: install one of " + ", ".join(sorted(set(FAMILIES.values()))))
    return open_font(found[rng.integers(len(found))], size)


@functools.lru_cache(256)
def open_font(letter, size):
    return ImageFont.truetype(letter.path, size, letter.index)


def without_specks(picture, fine=1):
    """A digit without specks, which on a page would be points. fine: its pixels along each axis for one of MNIST's."""
    ink = set(zip(*np.nonzero(picture > 0.25)))
    clean = picture.copy()
    while ink:
        piece, edge = set(), [ink.pop()]
        while edge:
            y, x = edge.pop()
            piece.add((y, x))
            near = ink.intersection((y + a, x + b) for a in (-1, 0, 1) for b in (-1, 0, 1))
            ink -= near
            edge.extend(near)
        if len(piece) < SPECK * fine * fine:
            clean[tuple(zip(*piece))] = 0
    return clean


def trace(level, peak, thin):
    """The ink of a digit for a thinner pen: the pixels above a share of the peak nearby."""
    ink = np.clip((level / np.maximum(peak, 120) - thin) * 8, 0, 1) * (level > 40)
    halves = ink.reshape(ink.shape[0] // 2, 2, ink.shape[1] // 2, 2).mean((1, 3))
    return ink * np.kron(without_specks(halves, UPSCALE // 2) == halves, np.ones((2, 2)))


def keeps_strokes(ink, level):
    """Whether thinning keeps the digit: all its ink has ink of the thinner pen within a stroke's width."""
    near = Image.fromarray((ink * 255).astype(np.uint8)).filter(ImageFilter.MaxFilter(3 * UPSCALE + 1))
    strokes = level > 64
    return (np.asarray(near)[strokes] > 127).mean() >= KEPT


class Digits:
    """The last 10,000 of MNIST's training or test digits, by label, without the excluded ones."""

    def __init__(self, folder, part, without=()):
        pictures, labels = (np.delete(every[-COUNT:], without, 0) for every in mnist.load(folder, FILES[part]))
        self.of = [pictures[labels == label] for label in range(10)]

    def pick(self, rng, label):
        return without_specks(self.of[label][rng.integers(len(self.of[label]))])


class Hand:
    """A writer: height of digits in pixels, width of strokes, slant, gap as a share of the height."""

    def __init__(self, rng, size):
        self.size = size
        self.thin = rng.uniform(0.42, 0.72)  # share of a stroke's peak above which a pixel is ink; larger is thinner
        self.slant = rng.uniform(-0.1, 0.25)
        self.gap = rng.uniform(0.06, 0.4)
        self.width = max(1.5, size * (0.2 - 0.19 * self.thin))  # of drawn strokes, in pixels

    def digit(self, rng, picture, size):
        """A mask of the digit; `size` is the height of a digit that fills MNIST's 20 rows."""
        rows, columns = np.nonzero(picture > 0.25)
        cut = np.pad(picture, 3)[rows.min():rows.max() + 7, columns.min():columns.max() + 7]
        shape = (cut.shape[1] * UPSCALE, cut.shape[0] * UPSCALE)
        soft = Image.fromarray((cut * 255).astype(np.uint8)).resize(shape, Image.BICUBIC).filter(ImageFilter.GaussianBlur(1.5))
        level, peak = np.asarray(soft, np.float32), np.asarray(soft.filter(ImageFilter.MaxFilter(13)), np.float32)
        ink = next((ink for thin in np.arange(self.thin, THICKEST, -0.06) if keeps_strokes(ink := trace(level, peak, thin), level)), level / 255)
        scale = size * rng.uniform(0.9, 1.08) / (20 * UPSCALE)
        height, lean = shape[1] * scale, self.slant + rng.uniform(-0.06, 0.06)
        width = shape[0] * scale + abs(lean) * height
        ground = (1 / scale, lean / scale, -max(0, lean) * height / scale, 0, 1 / scale, 0)
        mask = Image.fromarray((ink * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(max(0.3, 0.35 / scale)))
        mask = mask.transform((int(width) + 1, int(height) + 1), Image.AFFINE, ground, Image.BILINEAR)
        return mask.crop(mask.point(lambda v: 255 * (v > 40)).getbbox() or (0, 0, 1, 1))


def union(boxes):
    """The bounding box (left, top, right, bottom) of boxes."""
    boxes = np.array(boxes)
    return (*boxes[:, :2].min(0), *boxes[:, 2:].max(0))


class Sheet:
    def __init__(self, desk, width, height, paper="plain"):
        self.rng, self.desk = desk.rng, desk
        self.width, self.height = int(width), int(height)
        self.ground = GROUNDS[paper](self.rng, self.width, self.height)
        self.layers = {name: Image.new("L", (self.width, self.height)) for name in ("rule", "print", "pen")}
        self.colour = {"rule": self.choose(RULES), "print": (25, 25, 25), "pen": self.choose(PENS)}
        self.fields = []

    def choose(self, items):
        return items[self.rng.integers(len(items))]

    def line(self, x0, y0, x1, y1, width=2, style="full", layer="rule"):
        """Draws a vertical or horizontal rule; x1 and y1 are included."""
        pen = ImageDraw.Draw(self.layers[layer])
        if style == "full":
            pen.rectangle([x0, y0, x1 + (width - 1) * (x0 == x1), y1 + (width - 1) * (y0 == y1)], fill=255)
            return
        step, on = (3 * width, width) if style == "dotted" else (7 * width, 4 * width)
        length = max(x1 - x0, y1 - y0)
        for at in range(0, int(length), step):
            x, y = (x0 + at, y0) if y0 == y1 else (x0, y0 + at)
            pen.rectangle([x, y, x + (on if y0 == y1 else width) - 1, y + (on if x0 == x1 else width) - 1], fill=255)

    def frame(self, box, width=2, style="full"):
        x0, y0, x1, y1 = map(int, box)
        for line in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
            self.line(*line, width, style)

    def grid(self, xs, ys, width=2, style="full"):
        for y in ys:
            self.line(int(xs[0]), int(y), int(xs[-1]), int(y), width, style)
        for x in xs:
            self.line(int(x), int(ys[0]), int(x), int(ys[-1]), width, style)

    def text(self, x, y, words, size, face=None, layer="print"):
        """Prints text, its left end at x and its base line at y; returns its box."""
        face = face or font(self.rng, int(size))
        ImageDraw.Draw(self.layers[layer]).text((x, y), words, fill=255, font=face, anchor="ls")
        return face.getbbox(words, anchor="ls") + np.array((x, y, x, y))

    def stamp(self, mask, x, y):
        """Adds a mask of ink, its upper left corner at x, y."""
        x, y = int(x), int(y)
        layer = self.layers["pen"]
        box = (x, y, x + mask.width, y + mask.height)
        layer.paste(ImageChops.lighter(layer.crop(box), mask), box)
        return box

    def stroke(self, lines, width):
        """Draws lines of points with the pen."""
        points = np.concatenate(lines)
        x0, y0 = np.floor(points.min(0) - width).astype(int)
        x1, y1 = np.ceil(points.max(0) + width).astype(int)
        mask = Image.new("L", ((x1 - x0) * FINE, (y1 - y0) * FINE))
        pen, radius = ImageDraw.Draw(mask), width * FINE / 2
        for line in lines:
            path = [tuple((point - (x0, y0)) * FINE) for point in np.asarray(line, float)]
            pen.line(path, fill=255, width=max(1, int(2 * radius)), joint="curve")
            for x, y in path:
                pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
        return self.stamp(mask.reduce(FINE), x0, y0)

    def sign(self, character, x, base, hand):
        """Draws a sign, letter or syllable as strokes, its left end at x; returns its box."""
        lines = strokes.wobbled(self.rng, character)
        lean = np.array([[1, 0], [-hand.slant, 1]])
        return self.stroke([(line - (0, 1)) @ lean * hand.size + (x, base) for line in lines], hand.width)

    def character(self, character, x, base, hand, size=None):
        """Draws a digit or sign; returns its box."""
        if character not in "0123456789":
            return self.sign(character, x, base, hand)
        mask = hand.digit(self.rng, self.desk.digits.pick(self.rng, int(character)), size or hand.size)
        return self.stamp(mask, x, base - mask.height + self.rng.normal(0, 0.03) * hand.size)

    def write(self, string, x, base, hand, rise=0):
        """Writes a number from x on, on a base line that falls by `rise` a pixel; returns its box, or None on a blank form."""
        if self.desk.blank:
            return None
        boxes, left = [], x
        for character in string:
            gap = hand.gap * hand.size * self.rng.uniform(0.7, 1.3)
            boxes.append(self.character(character, x, base + rise * (x - left), hand))
            x = boxes[-1][2] + max(gap, 2)
        return union(boxes)

    def write_in(self, character, box, hand):
        """Writes a digit near the middle of a cell; returns its box."""
        if self.desk.blank:
            return None
        x0, y0, x1, y1 = box
        mask = hand.digit(self.rng, self.desk.digits.pick(self.rng, int(character)), hand.size)
        off = self.rng.normal(0, 0.06, 2) * ((x1 - x0), (y1 - y0))
        return self.stamp(mask, (x0 + x1 - mask.width) / 2 + off[0], (y0 + y1 - mask.height) / 2 + off[1])

    def field(self, string, boxes, row=0, column=0):
        boxes = [box for box in boxes if box is not None]
        if boxes:
            self.fields.append({"text": string, "box": union(boxes), "row": row, "column": column})

    def seen(self):
        """The sheet in colour."""
        picture = self.ground
        for name, cover in (("rule", 0.9), ("print", 0.9), ("pen", 0.92)):
            mask = np.asarray(self.layers[name], np.float32)[..., None] * (cover / 255)
            picture = picture * (1 - mask) + np.array(self.colour[name], np.float32) * mask
        return Image.fromarray(picture.clip(0, 255).astype(np.uint8))


# ---- Papers ----

def plain(rng, width, height):
    tint = rng.uniform(0.955, 1, 3) * rng.uniform(205, 254)
    mottle = Image.fromarray(rng.normal(128, 20, (height // 16 + 2, width // 16 + 2)).clip(0, 255).astype(np.uint8))
    mottle = np.asarray(mottle.resize((width, height), Image.BICUBIC), np.float32) - 128
    return (tint + (mottle * rng.uniform(0, 0.12))[..., None]).astype(np.float32)


def patterned(pattern):
    """Paper with a printed pattern, from 0, paper, to 1, print, in a light colour."""
    def ground(rng, width, height):
        y, x = np.mgrid[:height, :width].astype(np.float32)
        depth = rng.uniform(0.08, 0.4)
        paper = plain(rng, width, height) * rng.uniform(0.5 / (1 - depth), 1)  # no darker than half: the pens stay darker
        depth *= rng.uniform((0.7, 0.7, 0.7), 1)
        return (paper * (1 - pattern(rng, x, y)[..., None] * depth)).astype(np.float32)
    return ground


def fine(phase, sharp=3):
    """Thin lines where the phase is a multiple of 2 pi."""
    return (0.5 + 0.5 * np.cos(2 * np.pi * phase)) ** sharp


def hatch(rng, x, y):
    angle, period = rng.uniform(0, np.pi), rng.uniform(3.5, 9)
    return fine((x * np.cos(angle) + y * np.sin(angle)) / period, 2)


def waves(rng, x, y):
    bend = rng.uniform(1, 4) * np.sin(2 * np.pi * x / rng.uniform(25, 80) + y / rng.uniform(20, 60))
    return fine((y + bend) / rng.uniform(4, 8), 2)


def guilloche(rng, x, y):
    rings = []
    for _ in range(2):
        far = np.hypot(x - rng.uniform(-0.5, 1.5) * x.shape[1], y - rng.uniform(-1.5, 2.5) * x.shape[0])
        around = np.sin(x / rng.uniform(15, 40)) + np.sin(y / rng.uniform(15, 40))
        rings.append(fine((far + rng.uniform(1, 3) * around) / rng.uniform(6, 12)))
    return np.maximum(*rings)


def dots(rng, x, y):
    period = rng.uniform(4, 9)
    return fine(x / period, 1) * fine(y / period + 0.5 * (np.floor(x / period) % 2), 1)


PATTERNS = {"hatch": patterned(hatch), "waves": patterned(waves), "guilloche": patterned(guilloche), "dots": patterned(dots)}
GROUNDS = {"plain": plain, **PATTERNS}


# ---- Scanner and camera ----

def homography(source, target):
    """The homography, 3x3, that maps four points to four others."""
    rows = []
    for (x, y), (u, v) in zip(source, target):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return np.append(np.linalg.solve(np.array(rows), np.array(target).ravel()), 1).reshape(3, 3)


def moved(matrix, box):
    """The bounding box of a box mapped by a matrix."""
    x0, y0, x1, y1 = box
    u, v, w = matrix @ np.array([(x0, x1, x1, x0), (y0, y0, y1, y1), (1, 1, 1, 1)], float)
    return ((u / w).min(), (v / w).min(), (u / w).max(), (v / w).max())


def light(rng, picture, strong):
    """Light that decreases to one side and, if strong, a shadow with an edge."""
    height, width = picture.shape[:2]
    direction = rng.uniform(0, 2 * np.pi)
    along = np.cos(direction) * np.arange(width)[None] / width + np.sin(direction) * np.arange(height)[:, None] / height
    along = (along - along.min()) / (along.max() - along.min())
    shade = 1 - rng.uniform(0, 0.4 if strong else 0.08) * along
    if strong and rng.random() < 0.5:
        shade = shade * (1 - rng.uniform(0.15, 0.4) / (1 + np.exp(-(along - rng.uniform(0.3, 0.7)) * rng.uniform(15, 80))))
    return picture * shade[..., None]


def corners(rng, width, height, strength):
    """The points of the sheet at the corners of the picture. strength of rotation and perspective: 1 for a photograph."""
    margin = rng.uniform(0.03, 0.05) * min(width, height)
    points = np.array([(margin, margin), (width - margin, margin), (width - margin, height - margin), (margin, height - margin)])
    turn = np.radians(rng.uniform(-4, 4) * strength)
    middle = points.mean(0)
    points = (points - middle) @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + middle
    return points + strength * rng.uniform(-0.045, 0.02, (4, 2)) * (width, height) * np.sign(middle - points)


def shape(points):
    """The width and height of a picture with these corners of the sheet, and the matrix from it to the sheet."""
    width, height = (int(np.linalg.norm(points[a] - points[0])) for a in (1, 3))
    return width, height, homography([(0, 0), (width, 0), (width, height), (0, height)], points)


def view(rng, sheet, strong):
    """A random view of the sheet that shows all fields entirely."""
    strength = 1 if strong else 0.15
    for _ in range(TRIES):
        width, height, back = shape(corners(rng, sheet.width, sheet.height, strength))
        seen = [moved(np.linalg.inv(back), field["box"]) for field in sheet.fields]
        if all(x0 >= 2 and y0 >= 2 and x1 <= width - 2 and y1 <= height - 2 for x0, y0, x1, y1 in seen):
            return width, height, back
        strength *= 0.7
    return shape(np.array([(0, 0), (sheet.width, 0), (sheet.width, sheet.height), (0, sheet.height)], float))


def picture(rng, sheet, strong=False, quarter_turns=0, shrink=1):
    """The sheet as a picture, reduced if too large, and its fields with boxes (left, top, width, height) in it."""
    seen, (width, height, back) = sheet.seen(), view(rng, sheet, strong)
    table = tuple(int(v) for v in rng.integers(30, 120, 3)) if strong else tuple(int(v) for v in sheet.ground[0, 0])
    image = seen.transform((width, height), Image.PERSPECTIVE, tuple(back.ravel()[:8]), Image.BICUBIC, fillcolor=table)
    image = image.resize((int(width * shrink), int(height * shrink)), Image.LANCZOS) if shrink < 1 else image
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 1.1 if strong else 0.7)))
    level = light(rng, np.asarray(image, np.float32), strong)
    if strong and rng.random() < 0.2:
        border = int(rng.uniform(0.005, 0.02) * min(image.size)) + 1
        level[slice(border) if rng.random() < 0.5 else slice(-border, None)] *= 0.25  # the edge of a lid or a book
    level += rng.uniform(0.5, 6 if strong else 3) * rng.standard_normal(level.shape, np.float32)
    image = Image.fromarray(level.clip(0, 255).astype(np.uint8)).convert("L" if rng.random() < GREY else "RGB")
    there = np.diag((image.width / width, image.height / height, 1)) @ np.linalg.inv(back)
    for _ in range(quarter_turns):
        image, there = image.transpose(Image.ROTATE_270), np.array([[0, -1, image.height], [1, 0, 0], [0, 0, 1]]) @ there
    fields = []
    for field in sheet.fields:
        x0, y0, x1, y1 = moved(there, field["box"])
        fields.append({**field, "box": [round(x0), round(y0), round(x1 - x0), round(y1 - y0)]})
    return jpeg(rng, image), fields


def jpeg(rng, image):
    """JPEG compression, for half of the pictures."""
    if rng.random() < 0.5:
        return image
    packed = io.BytesIO()
    image.save(packed, "JPEG", quality=int(rng.integers(60, 95)))
    return Image.open(packed).convert(image.mode)
