"""The annotations and the stub of the extension module: mypy in strict mode, and stubtest."""
import os
import pathlib
import subprocess
import sys

import pytest

pytest.importorskip("mypy", reason="mypy is not installed (Debian: python3-mypy)")
PACKAGE = pathlib.Path(os.environ["LENET5_BUILD"]) / "python"
CONFIGURATION = pathlib.Path(__file__).resolve().parents[1] / "pyproject.toml"

USER = """
import lenet5
answers = lenet5.classify(bytes(784))
reveal_type(lenet5.read("a.png")[0].n_best[0].string)
reveal_type(lenet5.Model.load("m").metadata.scale)
reveal_type(lenet5.train(b"", b"", progress=lambda epoch: print(epoch.loss)))
lenet5.read("a.png", formaat="zip5")
lenet5.inspect(5)
"""


def mypy(*arguments, module="mypy"):
    environment = os.environ | {"MYPYPATH": str(PACKAGE)}
    command = [sys.executable, "-m", module, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=PACKAGE)
    return result.returncode, result.stdout + result.stderr


def test_strict(tmp_path):
    code, text = mypy("--config-file", str(CONFIGURATION), "--cache-dir", str(tmp_path), "-p", "lenet5")
    assert code == 0, text


def test_stub(tmp_path):
    code, text = mypy("lenet5._lenet5", "--concise", module="mypy.stubtest")
    assert code == 0, text


def test_a_user(tmp_path):
    (tmp_path / "user.py").write_text(USER)
    code, text = mypy("--config-file", str(CONFIGURATION), "--cache-dir", str(tmp_path), str(tmp_path / "user.py"))
    assert code == 1
    types = ('"builtins.str"', '"builtins.float"', '"lenet5._model.Model"')
    errors = ('"formaat"', 'Argument 1 to "inspect"')
    assert all(wanted in text for wanted in types + errors), text
    assert "Found 2 errors" in text, text
