"""Training."""
from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from typing import Any

from . import _lenet5
from ._arrays import as_array, as_buffer
from ._model import Model


@dataclasses.dataclass(frozen=True)
class Recipe:
    """All that decides how a network is trained, apart from data and seed."""

    name: str
    description: str
    epochs: int
    batch: int  #: pictures between two updates


#: The recipes of `train`, by name.
RECIPES = {row[0]: Recipe(*row) for row in _lenet5.RECIPES}


@dataclasses.dataclass(frozen=True)
class Epoch:
    """Statistics of a finished epoch."""

    epoch: int  #: from 1
    loss: float  #: mean, each picture before the update that it led to
    training_errors: int  #: counted in the same way
    training_pictures: int
    held_out_errors: int  #: after the epoch
    held_out_pictures: int  #: 0 without a held-out set
    seconds: float  #: without the evaluation
    min_rate: float  #: least learning rate of a parameter
    max_rate: float


def train(
    x: Any,
    y: Any,
    *,
    recipe: str = "fast",
    epochs: int = 0,
    seed: int = 0,
    batch: int = 0,
    held_out: tuple[Any, Any] | None = None,
    start: Model | None = None,
    teacher: Model | None = None,
    undistorted: bool = False,
    without_drawn: bool = False,
    threads: int = 0,
    data: str = "the given pictures",
    progress: Callable[[Epoch], object] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
) -> Model:
    """Trains a network and returns it.

    x, y -- pictures as for `lenet5.classify`, and their labels: whole numbers from 0 to 9
    recipe -- a name of `RECIPES`; "1998" is the paper's
    epochs, batch -- 0: the recipe's
    seed -- the same one gives the same weights, with any number of threads
    held_out -- pictures and labels that are evaluated after every epoch
    start -- the network to begin with, for recipes "hands" and "amounts"
    teacher -- networks whose answers replace the labels (distillation)
    undistorted -- show every picture as it is, whatever the recipe
    without_drawn -- leave out drawn digits, for pictures that are not of digits
    threads -- 0: the number of processors
    data -- the name of the data in the metadata
    progress -- called with an `Epoch` after each one; an exception in it stops the training
    checkpoint -- a file that is written after every epoch, and when Ctrl-C or an exception stops the training. It is a
        model file too. Unless it is to be resumed, it must not exist (FileExistsError)
    resume -- continue from the checkpoint if there is one, to the same weights as without the interruption; the data
        and the other options must be those that it began with (ModelError, ValueError)

    The GIL is released while it trains. Ctrl-C stops it after the current update: KeyboardInterrupt.
    """
    _check_seed(seed)
    if resume and checkpoint is None:
        raise ValueError("resume needs a checkpoint")
    begun = checkpoint is not None and os.path.exists(checkpoint)
    if begun and not resume:
        raise FileExistsError(f"{os.fspath(checkpoint)!r} exists; resume=True continues it")  # type: ignore[arg-type]
    held_out_x, held_out_y = (None, None) if held_out is None else map(as_buffer, held_out)

    def report(*numbers: Any) -> None:
        if progress is not None:
            progress(Epoch(*numbers))

    return Model._train(
        as_buffer(x),
        as_buffer(y),
        held_out_x,
        held_out_y,
        recipe,
        seed,
        epochs,
        batch,
        undistorted,
        without_drawn,
        threads,
        start,
        teacher,
        data,
        report,
        checkpoint,
        begun,
    )


def load_dataset(folder: str | os.PathLike[str], part: str = "train") -> tuple[Any, Any]:
    """Pictures (n, height, width) and labels (n,), both uint8, of one part of a data set in a folder: MNIST,
    Fashion-MNIST, EMNIST, QMNIST or USPS. part is "train" or "test". DataError."""
    if part not in ("train", "test"):
        raise ValueError(f'part is "train" or "test", not {part!r}')
    return _arrays(*_lenet5.load_dataset(folder, part == "test"))


def synthesise(count: int, seed: int = 0) -> tuple[Any, Any]:
    """Draws digits: pictures (count, 28, 28) and labels (count,), both uint8, the same on every machine."""
    _check_seed(seed)
    return _arrays(*_lenet5.synthesise(count, seed))


def _check_seed(seed: int) -> None:
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed {seed}; it is from 0 to 2**64 - 1")


def _arrays(pixels: bytearray, labels: bytearray, count: int, height: int, width: int) -> tuple[Any, Any]:
    return as_array(pixels, "B", (count, height, width)), as_array(labels, "B", (count,))
