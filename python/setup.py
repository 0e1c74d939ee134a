"""Builds the extension module by CMake.

The sources of the library are the repository around this folder; in an sdist they are its folder library/. The variable
LENET5_BUILD names a build folder of CMake with -DLENET5_PYTHON=ON that is used instead of a new one.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist

HERE = pathlib.Path(__file__).resolve().parent
IN_SDIST = HERE / "library"
LIBRARY = IN_SDIST if IN_SDIST.exists() else HERE.parent
# What an sdist has of the repository.
PARTS = ["CMakeLists.txt", "LICENSE", "cmake", "include", "models", "src", "python/CMakeLists.txt", "python/src"]
OPTIONS = ["-DCMAKE_BUILD_TYPE=Release", "-DLENET5_PYTHON=ON", "-DLENET5_PROGRAM=OFF", "-DBUILD_TESTING=OFF"]


def version():
    header = (LIBRARY / "include/lenet5/base.h").read_text(encoding="utf-8")
    return ".".join(re.findall(r"^#define LENET5_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)$", header, re.M))


class BuildByCMake(build_ext):
    def build_extension(self, extension):
        build = os.environ.get("LENET5_BUILD")
        if build is None:
            build = self.build_temp
            python = f"-DPython_EXECUTABLE={sys.executable}"
            subprocess.run(["cmake", "-S", LIBRARY, "-B", build, *OPTIONS, python], check=True)
        subprocess.run(["cmake", "--build", build, "--target", "lenet5_python", "--parallel"], check=True)
        target = pathlib.Path(self.get_ext_fullpath(extension.name))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(pathlib.Path(build) / "python/lenet5" / target.name, target)


class WithLibrary(sdist):
    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, files)
        for part in PARTS:
            source, target = LIBRARY / part, pathlib.Path(base_dir) / "library" / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target)
            else:
                shutil.copy(source, target)


setup(
    version=version(),
    ext_modules=[Extension("lenet5._lenet5", sources=[], py_limited_api=True)],
    cmdclass={"build_ext": BuildByCMake, "sdist": WithLibrary},
    options={
        "bdist_wheel": {"py_limited_api": "cp311"},
        "build": {"build_base": os.path.relpath(LIBRARY / "build/python", HERE)},
    },
)
