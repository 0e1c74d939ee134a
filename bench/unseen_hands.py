"""Digits of unseen hands: of writers whose digits no network was trained on. They are MNIST's, distorted, or drawn as
strokes. All digits of a hand share one style."""
import numpy as np
from PIL import Image

import strokes

SIDE = 28  # pixels of a picture
HIGH = 20  # pixels: the height of a digit in it
FINE = 4  # subpixels along each axis, for smooth strokes
BUMPS = 5  # control points of a displacement field, along each axis


def field(rng, amount):
    """Random smooth displacements of the pixels, in x and y; amount is the deviation of the control points in pixels."""
    bumps = rng.normal(0, amount, (2, BUMPS, BUMPS)).astype(np.float32)
    return [np.asarray(Image.fromarray(b).resize((SIDE, SIDE), Image.BICUBIC)) for b in bumps]


def sample(picture, x, y):
    """The picture, bilinearly interpolated at points; paper surrounds it."""
    padded = np.pad(picture, 1)
    x, y = np.clip(x + 1, 0, SIDE + 0.99), np.clip(y + 1, 0, SIDE + 0.99)
    i, k = x.astype(int), y.astype(int)
    fx, fy = x - i, y - k
    above = (1 - fx) * padded[k, i] + fx * padded[k, i + 1]
    return (1 - fy) * above + fy * ((1 - fx) * padded[k + 1, i] + fx * padded[k + 1, i + 1])


def distorted(rng, picture, matrix, own, common):
    """Distorts a picture by a matrix, a field common to the hand and a field of its own."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    move = [a + b for a, b in zip(common, field(rng, own))]
    middle = (SIDE - 1) / 2
    u, v = np.tensordot(matrix, [x - middle, y - middle], 1)
    return sample(picture, u + middle + move[0], v + middle + move[1])


def drawn(rng, lines, pen):
    """Draws the lines of a digit, in a box of height 1, as a picture like MNIST's."""
    points = np.concatenate(lines)
    low, high = points.min(0), points.max(0)
    scale = HIGH * FINE / max(*(high - low), 0.3)
    mask = Image.new("L", (SIDE * FINE, SIDE * FINE))
    strokes.draw(mask, [(line - (low + high) / 2) * scale + SIDE * FINE / 2 for line in lines], pen * FINE)
    return np.asarray(mask.reduce(FINE), np.float32) / 255


class Hand:
    """A writer. Has the interface of paper.Digits, and distorts its digits or draws its own."""

    def __init__(self, rng, digits):
        self.digits, self.drawn = digits, rng.random() < 0.5
        self.form = {label: rng.integers(len(forms)) for label, forms in strokes.DIGITS.items()}
        lean, wide = rng.normal(0, 0.22), np.exp(rng.normal(0, 0.2))
        self.matrix = np.array([[1 / wide, lean], [0, 1]])
        self.common, self.own = field(rng, rng.uniform(0, 0.8)), rng.uniform(0.2, 1)
        self.loose, self.pen = rng.uniform(0.01, 0.06), rng.uniform(1.6, 3.2)

    def pick(self, rng, label):
        if self.drawn:
            forms = strokes.DIGITS[str(label)]
            form = forms[self.form[str(label)] if rng.random() < 0.8 else rng.integers(len(forms))]
            lines = [strokes.rounded(np.array(line, float) + rng.normal(0, self.loose, (len(line), 2))) for line in form]
            picture = drawn(rng, lines, self.pen)
        else:
            picture = self.digits.pick(rng, label)
        picture = distorted(rng, picture, self.matrix, self.own * (0.6 if self.drawn else 1), self.common)
        return picture if picture.max() > 0.5 else self.pick(rng, label)
