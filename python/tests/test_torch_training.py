"""A network that torch has trained for LENET5_TORCH_SECONDS errs on the same pictures in the program."""
import json
import os
import time

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed (Debian: python3-torch)")
import torch

import lenet5
import lenet5.torch

SECONDS = float(os.environ["LENET5_TORCH_SECONDS"])
BATCH = 64
RATE = 2e-3


@pytest.fixture(scope="module")
def training_digits():
    if "LENET5_DATA" in os.environ:
        return lenet5.load_dataset(os.environ["LENET5_DATA"])
    return lenet5.synthesise(60000, seed=8)


def train(x, y):
    torch.manual_seed(0)
    module = lenet5.torch.LeNet5()
    optimiser = torch.optim.Adam(module.parameters(), RATE)
    x, y = torch.tensor(x), torch.tensor(y)
    steps, end = 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        chosen = torch.randint(0, len(x), (BATCH,))
        optimiser.zero_grad()
        lenet5.torch.map_loss(module(x[chosen]), y[chosen]).backward()
        optimiser.step()
        steps += 1
    return module, steps


def write_idx(path, array):
    header = b"".join(n.to_bytes(4, "big") for n in (0x800 + array.ndim, *array.shape))
    path.write_bytes(header + array.tobytes())


def test_same_errors(training_digits, digits, run, tmp_path, capsys):
    module, steps = train(*training_digits)
    x, y = digits
    with torch.no_grad():
        answers = torch.cat([module(part).argmin(1) for part in torch.tensor(x).split(1000)]).numpy()
    path = tmp_path / "trained.safetensors"
    lenet5.torch.save(module, path, lenet5.Metadata(recipe="torch", data="MNIST"))
    write_idx(tmp_path / "pictures", x)
    write_idx(tmp_path / "labels", y)
    files = ("--images", tmp_path / "pictures", "--labels", tmp_path / "labels")
    result = json.loads(run("test", path, "--json", *files).splitlines()[0])
    with capsys.disabled():
        print(f"\n{steps} updates in {SECONDS:g} s; errors of {len(y)}: torch {np.sum(answers != y)}, "
              f"the program {result['errors']}")
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (y, answers), 1)
    assert result["confusion"] == confusion.tolist() and result["errors"] == np.sum(answers != y)
    assert np.array_equal(lenet5.Model.load(path).classify(x).digit, answers)
    assert result["error_pct"] < (10 if SECONDS >= 10 else 50)
