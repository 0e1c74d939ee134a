"""Models, and the classification of single digits."""
from __future__ import annotations

import dataclasses
import functools
import math
import os
from typing import Any, Self

from . import _lenet5
from ._arrays import as_array, as_buffer, as_view

CLASSES = 10
PARAMETERS = 60000
TENSORS = {name: (first, shape) for name, first, _, shape in _lenet5.TENSORS}


@dataclasses.dataclass(frozen=True)
class Metadata:
    """Where a network comes from, with the names of ``lenet5 inspect --json``, and its thresholds."""

    recipe: str = "custom"
    loss: str = "map"  #: "map", eq. 9, or "mse", eq. 8
    rubbish: float = 60.0  #: j of eq. 9, the penalty of what is no digit
    scale: float = 0.1  #: factor of the penalties and of j
    seed: int = 0
    passes: int = 0  #: finished epochs
    data: str = ""
    data_sha256: str = ""
    teacher_sha256: str = ""
    training_pictures: int = 0
    validation_pictures: int = 0
    held_out: str = ""  #: the set of the errors below
    held_out_pictures: int = 0
    held_out_errors: int = 0
    #: least probability of an accepted answer for 2, 1, 0.5, 0.2, 0.1 and 0.05 % of wrong ones among them; 0: unknown
    thresholds: tuple[float, ...] = (0.0,) * 6


class Model(_lenet5.Model):
    """One network, or a committee of several, with its metadata. It never changes, and any threads may use it at once.

    ``Model(weights, metadata)`` takes float32 of the shape (networks, 60000), in the order of ``lenet5_network``, and a
    dict of all members of `Metadata`.
    """

    @classmethod
    def builtin(cls, name: str = "digits") -> Self:
        """A trained model of the library: "digits", "strings" or "signs"."""
        return super().builtin(name)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Reads a model file, a checkpoint or a committee. FileError, ModelError."""
        return super().load(path)

    @classmethod
    def from_tensors(cls, tensors: dict[str, Any], metadata: Metadata = Metadata()) -> Self:
        """A network of float32 arrays with the names and shapes of a model file (`tensors`). ValueError."""
        if set(tensors) != set(TENSORS):
            different = sorted(set(tensors) ^ set(TENSORS))
            raise ValueError(f"the tensors are {', '.join(TENSORS)}; missing or unknown: {', '.join(different)}")
        weights = bytearray(4 * PARAMETERS)
        for name, (first, shape) in TENSORS.items():
            part = as_view(tensors[name])
            if part.format != "f" or part.shape != shape:
                raise ValueError(f"{name} is {part.format!r} of the shape {part.shape}; it is float32 of {shape}")
            weights[4 * first : 4 * first + part.nbytes] = part.tobytes()
        return cls(memoryview(weights).cast("f", [1, PARAMETERS]), dataclasses.asdict(metadata))

    @property
    def metadata(self) -> Metadata:
        return Metadata(**self._metadata)

    @property
    def networks(self) -> int:
        """1, or the number of networks of a committee."""
        return int(as_view(self).shape[0])

    @property
    def weights(self) -> Any:
        """float32 (networks, 60000), read-only, in the order of ``lenet5_network``."""
        return as_array(self, "f", (self.networks, PARAMETERS))

    @property
    def tensors(self) -> dict[str, Any]:
        """Copies of the twelve arrays of a single network, by the names of a model file. ValueError for a committee."""
        if self.networks != 1:
            raise ValueError(f"this is a committee of {self.networks} networks; a single network is needed")
        weights = as_view(self).cast("B")
        return {
            name: as_array(bytearray(weights[4 * first : 4 * (first + math.prod(shape))]), "f", shape)
            for name, (first, shape) in TENSORS.items()
        }

    def classify(self, pictures: Any, *, threads: int = 0) -> Classification:
        """Classifies pictures of one digit each, as `lenet5.classify` does."""
        digits, penalties, single = self._classify(as_buffer(pictures), threads)
        if single:
            return Classification(digits[0], as_array(penalties, "f", (CLASSES,)), self)
        count = len(digits)
        return Classification(as_array(digits, "B", (count,)), as_array(penalties, "f", (count, CLASSES)), self)

    def calibrate(self, x: Any, y: Any, *, threads: int = 0) -> Self:
        """A copy whose probabilities and thresholds are fitted to 100 or more pictures that it was not trained on."""
        return self._calibrate(as_buffer(x), as_buffer(y), threads)

    def __repr__(self) -> str:
        return f"<lenet5.Model: recipe {self.metadata.recipe}, networks {self.networks}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), as_view(self).tobytes(), self._metadata)


def _restore(cls: type[Model], weights: bytes, metadata: dict[str, Any]) -> Model:
    networks = len(weights) // (4 * PARAMETERS)
    return cls(memoryview(weights).cast("f", [networks, PARAMETERS]), metadata)


@dataclasses.dataclass(frozen=True, eq=False)
class Classification:
    """The answers to pictures of one digit each, with the names of ``lenet5 classify --json``.

    Of n pictures, each member is an array whose first dimension is n. Of a single picture, digit is an int, probability
    and rubbish are floats, and the others have one dimension. Probabilities are computed when they are first used.
    """

    digit: Any  #: uint8 (n,): the digit with the least penalty, 0 to 9
    penalties: Any  #: float32 (n, 10): the outputs of the network, squared distances to the codes of the digits
    model: Model = dataclasses.field(repr=False)

    @property
    def probability(self) -> Any:
        """float32 (n,): that the digit is right."""
        return self._probabilities[0]

    @property
    def posterior(self) -> Any:
        """float32 (n, 10): that it is each of the digits. The sum with rubbish is 1."""
        return self._probabilities[1]

    @property
    def rubbish(self) -> Any:
        """float32 (n,): that it is no digit."""
        return self._probabilities[2]

    @functools.cached_property
    def _probabilities(self) -> tuple[Any, Any, Any]:
        probability, posterior, rubbish = self.model._probabilities(self.penalties)
        shape = as_view(self.penalties).shape
        count = (len(rubbish) // 4,)
        of_each = as_array(probability, "f", count), as_array(rubbish, "f", count)
        if len(shape) == 1:
            of_each = float(of_each[0][0]), float(of_each[1][0])
        return of_each[0], as_array(posterior, "f", shape), of_each[1]
