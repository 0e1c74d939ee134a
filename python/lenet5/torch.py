"""LeNet-5 as a module of torch, whose state_dict has the names and shapes of our model files."""
from __future__ import annotations

import os
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import _lenet5
from ._model import TENSORS, Metadata, Model

__all__ = ["LeNet5", "load", "map_loss", "save"]

A, S = 1.7159, 2 / 3  # of the squashing function, eq. 6
PAPER, INK = -0.1, 1.175  # the network's input
C3_KERNELS = [(output, input) for output, inputs in enumerate(_lenet5.C3_INPUTS) for input in inputs]
FAN_IN = {name: fan_in for name, _, fan_in, _ in _lenet5.TENSORS}
SPREAD = 2.4  # the first weights are uniform within 2.4 / sqrt(fan-in) either way, as those of the library


class _Layer(nn.Module):
    """The tensors of one layer, under the names of the model file."""

    def __init__(self, layer: str) -> None:
        super().__init__()
        for name, (_, shape) in TENSORS.items():
            if name.startswith(layer + "."):
                self.register_parameter(name.removeprefix(layer + "."), nn.Parameter(torch.zeros(shape)))


class LeNet5(nn.Module):
    """The network of the paper. ``forward`` returns the ten penalties, (n, 10): the least one wins.

    Pictures are (n, 28, 28) or (n, 1, 28, 28): uint8 from 0 (paper) to 255 (ink), or floats from 0 to 1, as
    torchvision's ToTensor makes them; do not normalise them.
    """

    codes: Tensor
    c3_outputs: Tensor
    c3_inputs: Tensor

    def __init__(self, model: Model | None = None) -> None:
        """With the weights of a model, or with random ones."""
        super().__init__()
        self.c1, self.s2, self.c3 = _Layer("c1"), _Layer("s2"), _Layer("c3")
        self.s4, self.c5, self.f6 = _Layer("s4"), _Layer("c5"), _Layer("f6")
        codes = torch.frombuffer(bytearray(_lenet5.CODES), dtype=torch.int8).reshape(10, 84)
        outputs, inputs = torch.tensor(C3_KERNELS).T
        self.register_buffer("codes", codes.float(), persistent=False)
        self.register_buffer("c3_outputs", outputs, persistent=False)
        self.register_buffer("c3_inputs", inputs, persistent=False)
        if model is None:
            self.reset_parameters()
        else:
            self.load_state_dict({name: torch.as_tensor(array) for name, array in model.tensors.items()})

    @torch.no_grad()
    def reset_parameters(self) -> None:
        for name, parameter in self.named_parameters():
            spread = SPREAD / (FAN_IN[name] if "coefficient" in name else FAN_IN[name] ** 0.5)
            nn.init.uniform_(parameter, -spread, spread)
            if name.endswith("bias"):
                parameter.zero_()
        inputs = torch.bincount(self.c3_outputs)[self.c3_outputs]  # of each kernel's map
        self.c3.weight *= (inputs.min() / inputs).sqrt()[:, None, None]

    def forward(self, pictures: Tensor) -> Tensor:
        x = _squash(F.conv2d(self._input(pictures), self.c1.weight[:, None], self.c1.bias))
        x = _subsample(x, self.s2)
        x = _squash(F.conv2d(x, self._c3_weight(), self.c3.bias))
        x = _subsample(x, self.s4)
        x = _squash(F.conv2d(x, self.c5.weight, self.c5.bias)).flatten(1)
        x = _squash(F.linear(x, self.f6.weight, self.f6.bias))
        return (x[:, None] - self.codes).square().sum(2)  # eq. 7

    def _input(self, pictures: Tensor) -> Tensor:
        """The pictures in the middle of (n, 1, 32, 32)."""
        if pictures.shape[-2:] != (28, 28) or pictures.ndim not in (3, 4):
            raise ValueError(f"pictures of the shape {tuple(pictures.shape)}; it is (n, 28, 28) or (n, 1, 28, 28)")
        ink = pictures / 255 if pictures.dtype == torch.uint8 else pictures
        return F.pad(PAPER + (INK - PAPER) * ink.reshape(-1, 1, 28, 28), (2, 2, 2, 2), value=PAPER)

    def _c3_weight(self) -> Tensor:
        """The 60 kernels of Table I as (16, 6, 5, 5), zeros elsewhere."""
        weight = self.c3.weight.new_zeros(16, 6, 5, 5)
        return weight.index_put((self.c3_outputs, self.c3_inputs), self.c3.weight)

    def to_model(self, metadata: Metadata = Metadata(recipe="torch")) -> Model:
        """The network as a model. Its probabilities are those of the metadata's loss; `Model.calibrate` fits them."""
        tensors = {name: t.detach().cpu().float().contiguous().numpy() for name, t in self.state_dict().items()}
        return Model.from_tensors(tensors, metadata)


def _squash(a: Tensor) -> Tensor:
    return A * torch.tanh(S * a)


def _subsample(x: Tensor, layer: Any) -> Tensor:
    sums = 4 * F.avg_pool2d(x, 2)
    return _squash(sums * layer.coefficient[:, None, None] + layer.bias[:, None, None])


def map_loss(penalties: Tensor, labels: Tensor, rubbish: float = 60.0, scale: float = 0.1) -> Tensor:
    """Eq. 9, the mean over the pictures: the penalty of the label, and a competition with the other classes and with
    rubbish, whose penalty is j. All penalties are multiplied by scale first, as in recipe best."""
    y = scale * penalties
    j = torch.full_like(y[:, :1], scale * rubbish)
    right = y.gather(1, labels.long()[:, None])[:, 0]
    return (right + torch.logsumexp(-torch.cat((y, j), 1), 1)).mean()


def load(path: str | os.PathLike[str]) -> LeNet5:
    """The network of a model file. lenet5.FileError, lenet5.ModelError."""
    return LeNet5(Model.load(path))


def save(module: LeNet5, path: str | os.PathLike[str], metadata: Metadata = Metadata(recipe="torch")) -> None:
    """Writes a model file, which the program and the libraries read."""
    module.to_model(metadata).save(path)
