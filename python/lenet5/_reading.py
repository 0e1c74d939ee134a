"""Strings of digits in pictures."""
from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Iterable
from typing import Any

from ._arrays import as_view
from ._model import Model

Box = tuple[int, int, int, int]  #: left, top, width, height, in pixels of the picture

CHECKS = {None: 0, "luhn": 1, "mod10": 2, "mod11": 3}
METHODS = {"pieces": 0, "sdnn": 1}


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A string that a line may be."""

    string: str
    probability: float


@dataclasses.dataclass(frozen=True)
class Digit:
    """A digit of a line's string."""

    digit: int
    probability: float  #: of this digit in its place
    box: Box


@dataclasses.dataclass(frozen=True)
class Mark:
    """A mark of a line's string."""

    mark: str
    place: int  #: in the string, from 0
    probability: float  #: of this mark in its place
    box: Box


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of writing, with the names of ``lenet5 read --json`` (docs/json.md); what a line lacks is None.

    A page without writing is one line with the number 0 and the decision "empty".
    """

    file: str | None  #: None for bytes and arrays
    page: int  #: from 1
    line: int  #: from 1
    string: str  #: what was read
    decision: str  #: "accepted", "unsure" or "empty"
    probability: float  #: that this string, and nothing else, stands there
    box: Box | None
    n_best: list[Candidate]  #: the likeliest strings
    digits: list[Digit]
    marks: list[Mark]
    notes: list[str]  #: remarks about the whole picture
    turned: int  #: degrees that the picture was rotated clockwise before reading
    table: int | None  #: the printed table that the line is in, from 1
    row: int | None
    column: int | None
    reason: str | None  #: what speaks most against an unsure string
    evidence: dict[str, float] | None  #: the measures behind the probability, if asked for


@functools.cache
def _strings_model() -> Model:
    return Model.builtin("strings")


def read(
    source: str | os.PathLike[str] | Any,
    *,
    format: str | None = None,
    list: Iterable[str] | None = None,
    check: str | None = None,
    method: str = "pieces",
    marks: bool = True,
    threshold: float = 0.0,
    max_error: float | None = None,
    n_best: int = 1,
    evidence: bool = False,
    max_pixels: int = 0,
    timeout: float = 0.0,
    model: Model | None = None,
) -> list[Line]:
    """Reads the numbers in a picture, line by line and page by page.

    source -- the path of a picture file; the bytes of one; or an array of uint8: (height, width) grey, or (height,
        width, 3) RGB, of any size and polarity
    format -- "digits", "zip5", "zip9", "4-6", "ddd-dd", "decimal", "amount", "date" or "phone" (docs/json.md)
    list -- the codes that exist; the answer is one of them
    check -- how the last digit follows from the others: "luhn", "mod10" or "mod11"
    method -- "pieces", or "sdnn", which reads no marks
    marks -- whether marks are a part of the string
    threshold -- least probability of an accepted string; 0 stands for 0.91
    max_error -- instead: the share of the accepted strings that may be wrong
    n_best -- strings for each line, 1 to 10
    max_pixels -- of a picture; 0 stands for 100,000,000
    timeout -- seconds for a page; 0: none
    model -- the network for the digits; None: the built-in one for strings

    FileError, PictureError, TimeoutError; ArgumentError for an option out of range. Ctrl-C stops it.
    """
    if check not in CHECKS:
        raise ValueError(f"check is None, luhn, mod10 or mod11, not {check!r}")
    if method not in METHODS:
        raise ValueError(f"method is pieces or sdnn, not {method!r}")
    if threshold and max_error is not None:
        raise ValueError("threshold and max_error exclude each other")
    is_path = isinstance(source, (str, os.PathLike))
    pages = (model or _strings_model())._read(
        os.fsencode(source) if is_path else b"the picture",
        None if is_path else _file_bytes(source),
        format,
        None if list is None else tuple(list),
        CHECKS[check],
        METHODS[method],
        threshold,
        -1.0 if max_error is None else max_error,
        n_best,
        marks,
        evidence,
        max_pixels,
        timeout,
    )
    file = os.fspath(source) if is_path else None
    return [_line(file, page, members) for page, lines in enumerate(pages, 1) for members in lines]


def _file_bytes(source: Any) -> Any:
    """The bytes of a picture file: the source, or a PNM file of an array."""
    view = as_view(source)
    if view.ndim == 1 and view.format in ("B", "b", "c"):
        return view
    if view.format != "B" or not (view.ndim == 2 or view.ndim == 3 and view.shape[2] == 3):
        raise ValueError(
            f"an array of {view.format!r} of the shape {view.shape}; a picture is uint8, (height, width) or"
            " (height, width, 3)"
        )
    kind = "P5" if view.ndim == 2 else "P6"
    return f"{kind}\n{view.shape[1]} {view.shape[0]}\n255\n".encode() + view.tobytes()


def _line(file: str | None, page: int, members: tuple[Any, ...]) -> Line:
    line = Line(file, page, *members)
    return dataclasses.replace(
        line,
        n_best=[Candidate(*one) for one in members[5]],
        digits=[Digit(*one) for one in members[6]],
        marks=[Mark(*one) for one in members[7]],
    )
