"""The wheel of the build folder: what it holds, and that pip installs it without the network."""
import os
import pathlib
import subprocess
import sys
import zipfile

import pytest

for module, package in (("build", "python3-build"), ("setuptools", "python3-setuptools"), ("wheel", "python3-wheel"),
                        ("pip", "python3-pip")):
    pytest.importorskip(module, reason=f"{module} is not installed (Debian: {package})")
ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "docs/samples/shadow.jpg"


def build(source, out, *options, environment=os.environ):
    command = [sys.executable, "-m", "build", "--no-isolation", *options, "--outdir", out, source]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=out)
    assert result.returncode == 0, result.stdout + result.stderr
    return sorted(out.iterdir())


def check_wheel(wheel, scratch):
    assert wheel.name.startswith("lenet5-") and "-cp311-abi3-linux_" in wheel.name
    files = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("lenet5/")}
    package = ROOT / "python/lenet5"
    expected = {f"lenet5/{path.name}" for path in package.iterdir() if path.suffix in (".py", ".pyi", ".typed")}
    assert files == expected | {"lenet5/py.typed", "lenet5/_lenet5.abi3.so"}
    install = [sys.executable, "-m", "pip", "install", "--no-index", "--target", scratch / "installed", wheel]
    assert subprocess.run(install, capture_output=True).returncode == 0
    environment = os.environ | {"PYTHONPATH": str(scratch / "installed")}
    program = f"import lenet5; print(lenet5.__file__, lenet5.read({str(SAMPLE)!r})[0].string)"
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=scratch)
    assert result.stdout.split() == [str(scratch / "installed/lenet5/__init__.py"), "52981"], result.stderr


def test_wheel(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (wheel,) = build(ROOT / "python", out, "--wheel")
    check_wheel(wheel, tmp_path)


@pytest.mark.skipif("LENET5_LONG" not in os.environ, reason="a wheel of the sdist compiles everything: make test-long")
def test_sdist_and_its_wheel(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "LENET5_BUILD"}
    sdist, wheel = build(ROOT / "python", out, environment=environment)[::-1]
    assert sdist.name.endswith(".tar.gz")
    check_wheel(wheel, tmp_path)
