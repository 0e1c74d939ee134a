"""Exceptions: one for every status of the library, that survives a pickle."""
import pathlib
import pickle
import re

import pytest

import lenet5
from lenet5 import errors

HEADER = pathlib.Path(__file__).resolve().parents[2] / "include/lenet5/base.h"


def test_statuses_are_those_of_the_header():
    listed = re.findall(r"LENET5_E_(\w+) = (-\d+)", HEADER.read_text())
    assert {name: int(number) for name, number in listed} == {status.name: int(status) for status in lenet5.Status}


@pytest.mark.parametrize("status", lenet5.Status)
def test_every_status(status):
    error = errors.from_status(int(status), "a message", 12)
    assert isinstance(error, lenet5.Error) and (error.status, error.offset, str(error)) == (status, 12, "a message")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.status, again.offset, str(again)) == (type(error), status, 12, "a message")


def test_statuses_of_a_newer_library():
    assert errors.from_status(-99, "new", None).status == -99
    assert isinstance(errors.from_status(-79, "new", None), lenet5.PictureError)


def test_natural_classes():
    for error, natural in (
        (lenet5.ArgumentError, ValueError),
        (lenet5.FileError, OSError),
        (lenet5.DataError, ValueError),
        (lenet5.ModelError, ValueError),
        (lenet5.PictureError, ValueError),
        (lenet5.TimeoutError, TimeoutError),
        (lenet5.DivergedError, ArithmeticError),
    ):
        assert issubclass(error, natural) and issubclass(error, lenet5.Error)
