"""Exceptions for the errors of the library."""
from __future__ import annotations

import builtins
import enum


class Status(enum.IntEnum):
    """The status codes of ``lenet5/base.h`` without their prefix LENET5_E\\_."""

    ARGUMENT = -1
    MEMORY = -2
    OPEN = -3
    READ = -4
    WRITE = -5
    DIVERGED = -6
    TIME = -7
    STOPPED = -8
    FORKED = -9
    RANKS = -10

    DATA_MISSING = -20
    IDX_MAGIC = -21
    IDX_TYPE = -22
    IDX_DIMENSIONS = -23
    IDX_TRUNCATED = -24
    IDX_TRAILING = -25
    IDX_LABEL = -26
    IDX_COUNT = -27
    DATA_TEXT = -28

    MODEL_TRUNCATED = -40
    MODEL_HEADER_SIZE = -41
    MODEL_JSON = -42
    MODEL_DTYPE = -43
    MODEL_SHAPE = -44
    MODEL_OFFSETS = -45
    MODEL_MISSING = -46
    MODEL_UNKNOWN = -47
    MODEL_NUMBER = -48
    MODEL_CHECKSUM = -49
    MODEL_METADATA = -50
    CHECKPOINT = -51
    MODEL_FORMAT = -52

    PICTURE_FORMAT = -60
    PICTURE_SIZE = -61
    PICTURE_EMPTY = -62


class Error(Exception):
    """A failure of the library. ``str()`` names the file, the place and the remedy."""

    status: Status | int  #: an int only if the library is newer than this file
    offset: int | None = None  #: of the byte of the file that is at fault


class ArgumentError(Error, ValueError):
    """A value is outside its documented range."""


class FileError(Error, OSError):
    """A file cannot be opened, read or written."""


class DataError(Error, ValueError):
    """A data set is missing or damaged."""


class ModelError(Error, ValueError):
    """A model file or a checkpoint is damaged, or belongs to something else."""


class PictureError(Error, ValueError):
    """A picture is of an unknown format, damaged, or too large."""


class DivergedError(Error, ArithmeticError):
    """A training diverged."""


class TimeoutError(Error, builtins.TimeoutError):
    """A time limit is reached."""


def _class_of(status: int) -> type[Error]:
    exact: dict[int, type[Error]] = {
        Status.ARGUMENT: ArgumentError,
        Status.OPEN: FileError,
        Status.READ: FileError,
        Status.WRITE: FileError,
        Status.DIVERGED: DivergedError,
        Status.TIME: TimeoutError,
    }
    ranges = ((-20, -39, DataError), (-40, -59, ModelError), (-60, -79, PictureError))
    for first, last, of_range in ranges:
        if last <= status <= first:
            return of_range
    return exact.get(status, Error)


def from_status(status: int, message: str, offset: int | None) -> Error:
    """The exception for a lenet5_error; the extension module calls this."""
    error = _class_of(status)(message)
    error.status = Status(status) if status in set(Status) else status
    error.offset = offset
    return error
