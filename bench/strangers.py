"""Digits of hands that no network has learned: MNIST's, bent, or drawn of strokes. All digits of a hand are in one manner."""
import numpy as np
from PIL import Image

import strokes

SIDE = 28  # of a picture of MNIST's
HIGH = 20  # of a digit in it
FINE = 4  # of these pixels, for strokes without steps
BUMPS = 5  # points of a field that bends a picture, each way


def field(rng, amount):
    """How far each pixel is moved, in both directions: bumps of so many pixels."""
    bumps = rng.normal(0, amount, (2, BUMPS, BUMPS)).astype(np.float32)
    return [np.asarray(Image.fromarray(b).resize((SIDE, SIDE), Image.BICUBIC)) for b in bumps]


def between(picture, x, y):
    """The picture at points between its pixels; paper is around it."""
    padded = np.pad(picture, 1)
    x, y = np.clip(x + 1, 0, SIDE + 0.99), np.clip(y + 1, 0, SIDE + 0.99)
    i, k = x.astype(int), y.astype(int)
    fx, fy = x - i, y - k
    above = (1 - fx) * padded[k, i] + fx * padded[k, i + 1]
    return (1 - fy) * above + fy * ((1 - fx) * padded[k + 1, i] + fx * padded[k + 1, i + 1])


def bent(rng, picture, matrix, own, common):
    """A picture that leans and stretches by a matrix, and bends by a field in common and one of its own."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    move = [a + b for a, b in zip(common, field(rng, own))]
    middle = (SIDE - 1) / 2
    u, v = np.tensordot(matrix, [x - middle, y - middle], 1)
    return between(picture, u + middle + move[0], v + middle + move[1])


def drawn(rng, lines, pen):
    """Lines of a digit in a box 1 high, as a picture of MNIST's."""
    points = np.concatenate(lines)
    low, high = points.min(0), points.max(0)
    scale = HIGH * FINE / max(*(high - low), 0.3)
    mask = Image.new("L", (SIDE * FINE, SIDE * FINE))
    strokes.draw(mask, [(line - (low + high) / 2) * scale + SIDE * FINE / 2 for line in lines], pen * FINE)
    return np.asarray(mask.reduce(FINE), np.float32) / 255


class Hand:
    """Stands in for paper.Digits, whose digits it bends."""

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
        picture = bent(rng, picture, self.matrix, self.own * (0.6 if self.drawn else 1), self.common)
        return picture if picture.max() > 0.5 else self.pick(rng, label)
