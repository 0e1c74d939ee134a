"""The network layer by layer, and the metadata of a model."""
from __future__ import annotations

import dataclasses
import os

from . import _lenet5
from ._model import Metadata, Model


@dataclasses.dataclass(frozen=True)
class Layer:
    """A layer of figure 2 of the paper."""

    name: str
    output: str
    kind: str
    parameters: int  #: trainable
    connections: int


@dataclasses.dataclass(frozen=True)
class TensorCheck:
    """Greatest relative errors of the derivatives with respect to a tensor."""

    name: str
    gradient_error: float
    curvature_error: float
    tried: int


@dataclasses.dataclass(frozen=True)
class Verification:
    """The derivatives beside finite differences in double precision."""

    passed: bool
    tolerance: float
    tensors: list[TensorCheck]


@dataclasses.dataclass(frozen=True)
class Inspection:
    """What ``lenet5 inspect --json`` prints, with its names."""

    layers: list[Layer]
    parameters: int
    connections: int
    metadata: Metadata | None  #: of the model, if one is given
    verification: Verification | None  #: if asked for


def inspect(model: Model | str | os.PathLike[str] | None = None, *, verify: bool = False) -> Inspection:
    """Describes the network and a model, which may be named by its file. With verify, checks its derivatives."""
    if verify and model is None:
        raise ValueError("verify needs a model")
    if isinstance(model, (str, os.PathLike)):
        model = Model.load(model)
    layers = [Layer(*row) for row in _lenet5.LAYERS]
    return Inspection(
        layers,
        sum(layer.parameters for layer in layers),
        sum(layer.connections for layer in layers),
        model.metadata if model else None,
        _verify(model) if model and verify else None,
    )


def _verify(model: Model) -> Verification:
    passed, tolerance, tensors = model._verify()
    return Verification(passed, tolerance, [TensorCheck(*tensor) for tensor in tensors])
