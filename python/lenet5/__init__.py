"""LeNet-5 of 1998: reads handwritten numbers, and answers "not sure" where it cannot.

    import lenet5

    for line in lenet5.read("form.png", format="zip5"):
        print(line.string if line.decision == "accepted" else "not sure")

    lenet5.classify(pictures).digit      # uint8 of (n, 28, 28): 0 is paper, 255 ink, as in MNIST

Pictures of one digit are arrays of the shape (n, 28, 28) or (n, 784), or (28, 28) or (784,) for a single one: uint8
from 0 (paper) to 255 (ink), or float32 or float64 from 0 to 1. Every object with the buffer protocol is accepted;
others are passed to numpy.asarray. Results are arrays of numpy if it is installed, else memoryviews.

A failure of the library is an `Error` with a `status`; each is a ValueError, an OSError or the like as well. Every
function may be called by any threads at once, and releases the GIL while it computes.
"""
from __future__ import annotations

import functools
from typing import Any

from . import _lenet5
from .errors import (
    ArgumentError,
    DataError,
    DivergedError,
    Error,
    FileError,
    ModelError,
    PictureError,
    Status,
    TimeoutError,
)
from ._inspection import Inspection, Layer, TensorCheck, Verification, inspect
from ._model import Classification, Metadata, Model
from ._reading import Candidate, Digit, Line, Mark, read
from ._training import RECIPES, Epoch, Recipe, load_dataset, synthesise, train

__version__: str = _lenet5.VERSION

__all__ = [
    "ArgumentError",
    "Candidate",
    "Classification",
    "DataError",
    "Digit",
    "DivergedError",
    "Epoch",
    "Error",
    "FileError",
    "Inspection",
    "Layer",
    "Line",
    "Mark",
    "Metadata",
    "Model",
    "ModelError",
    "PictureError",
    "RECIPES",
    "Recipe",
    "Status",
    "TensorCheck",
    "TimeoutError",
    "Verification",
    "classify",
    "inspect",
    "load_dataset",
    "read",
    "synthesise",
    "train",
]


@functools.cache
def _digits_model() -> Model:
    return Model.builtin("digits")


def classify(pictures: Any, *, model: Model | None = None, threads: int = 0) -> Classification:
    """Classifies pictures of one digit each, by the built-in model or another. threads=0: as many as processors.

    TypeError, ValueError for an array of another type, shape or range.
    """
    return (model or _digits_model()).classify(pictures, threads=threads)
