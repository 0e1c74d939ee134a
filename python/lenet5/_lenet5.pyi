# The extension module; python/src/extension.h lists its files.
from collections.abc import Callable
from os import PathLike
from typing import Any, Self

_Buffer = Any  # an object with the buffer protocol
_Box = tuple[int, int, int, int]
_Line = tuple[Any, ...]  # the members of lenet5.Line behind file and page

VERSION: str
LAYERS: tuple[tuple[str, str, str, int, int], ...]  # name, output, kind, parameters, connections
TENSORS: tuple[tuple[str, int, int, tuple[int, ...]], ...]  # name, index of the first number, fan-in, shape
RECIPES: tuple[tuple[str, str, int, int], ...]  # name, description, epochs, batch
C3_INPUTS: tuple[tuple[int, ...], ...]  # for each map of C3, the maps of S2 that it sees
CODES: bytes  # (10, 12, 7) of 1 and -1

def isa() -> str: ...
def load_dataset(folder: str | PathLike[str], is_test: bool, /) -> tuple[bytearray, bytearray, int, int, int]: ...
def synthesise(count: int, seed: int, /) -> tuple[bytearray, bytearray, int, int, int]: ...

class Model:  # with the buffer protocol: float32 (networks, 60000), read-only
    def __new__(cls, weights: _Buffer, metadata: dict[str, Any]) -> Self: ...
    @classmethod
    def load(cls, path: str | PathLike[str], /) -> Self: ...
    @classmethod
    def builtin(cls, name: str, /) -> Self: ...
    def save(self, path: str | PathLike[str], /) -> None: ...
    def threshold(self, max_error: float, /) -> float: ...
    @property
    def sha256(self) -> str: ...
    @property
    def _metadata(self) -> dict[str, Any]: ...
    def _classify(self, pictures: _Buffer, threads: int, /) -> tuple[bytearray, bytearray, bool]: ...
    def _probabilities(self, penalties: _Buffer, /) -> tuple[bytearray, bytearray, bytearray]: ...
    def _read(
        self,
        path: bytes,
        file: _Buffer | None,
        format: str | None,
        list: tuple[str, ...] | None,
        check: int,
        method: int,
        threshold: float,
        max_error: float,
        n_best: int,
        marks: bool,
        evidence: bool,
        max_pixels: int,
        seconds: float,
        /,
    ) -> list[list[_Line]]: ...
    @classmethod
    def _train(
        cls,
        x: _Buffer,
        y: _Buffer,
        held_out_x: _Buffer | None,
        held_out_y: _Buffer | None,
        recipe: str,
        seed: int,
        epochs: int,
        batch: int,
        undistorted: bool,
        without_drawn: bool,
        threads: int,
        start: Self | None,
        teacher: Self | None,
        data: str,
        progress: Callable[..., object],
        checkpoint: str | PathLike[str] | None,
        resume: bool,
        /,
    ) -> Self: ...
    def _calibrate(self, x: _Buffer, y: _Buffer, threads: int, /) -> Self: ...
    def _verify(self) -> tuple[bool, float, tuple[tuple[str, float, float, int], ...]]: ...
