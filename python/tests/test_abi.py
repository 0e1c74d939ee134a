"""The extension module: one file for every Python from 3.11 on, which exports nothing but its own start."""
import os
import re
import subprocess

import lenet5._lenet5

FILE = lenet5._lenet5.__file__
# Names of the limited API that begin with an underscore: macros of its headers use them.
UNDERSCORED = re.compile(r"_Py_(Dealloc|NoneStruct|TrueStruct|FalseStruct)$|_Py\w+_SizeT$")
# Of Debian: what the libraries need, and the C library.
LIBRARIES = {"libz", "libjansson", "libnettle", "liblept", "libexif", "libpng16", "libheif", "libm", "libc"}


def nm(*options):
    text = subprocess.run(["nm", "-D", *options, FILE], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].split("@")[0] for line in text.splitlines()}


def test_name():
    assert os.path.basename(FILE) == "_lenet5.abi3.so"


def test_exports():
    assert nm("--defined-only") == {"PyInit__lenet5"}


def test_imports():
    names = {name for name in nm("--undefined-only") if re.match("_?Py", name)}
    assert len(names) > 40
    assert all(UNDERSCORED.match(name) for name in names if name.startswith("_")), names


def test_headers_allow_nothing_else():
    header = os.path.join(os.path.dirname(__file__), "../src/extension.h")
    text = open(header, encoding="utf-8").read()
    assert text.index("#define Py_LIMITED_API 0x030B0000") < text.index("#include <Python.h>")
    assert "lenet5_" in text and not re.search(r'#include "(?!lenet5\.h)', text)


def test_libraries():
    text = subprocess.run(["readelf", "-d", FILE], capture_output=True, text=True, check=True).stdout
    needed = set(re.findall(r"NEEDED.*\[(\w+)", text))
    assert "liblenet5" not in needed and needed <= LIBRARIES
