"""Arrays in and out. numpy is used if it can be imported, and not needed."""
from __future__ import annotations

import math
from typing import Any

try:
    import numpy
except ImportError:
    numpy = None  # type: ignore[assignment]


def as_buffer(array: Any) -> Any:
    """An object with the buffer protocol: the array, or what numpy makes of it."""
    try:
        memoryview(array)
    except (TypeError, ValueError):
        if numpy is None:
            raise TypeError(f"{type(array).__name__} has no buffer protocol, and numpy is not installed") from None
        array = numpy.asarray(array)
    return array


def as_view(array: Any) -> Any:
    """A memoryview of the array."""
    return memoryview(as_buffer(array))


def as_array(buffer: Any, format: str, shape: tuple[int, ...]) -> Any:
    """An array of numpy on the memory of the buffer, or without numpy a memoryview of that format and shape."""
    if numpy is not None:
        return numpy.frombuffer(buffer, format).reshape(shape)
    view = memoryview(buffer).cast("B")
    if math.prod(shape) == 0:
        return view.cast(format)  # a memoryview has no dimension of size 0 but its only one
    return view.cast(format, list(shape))
