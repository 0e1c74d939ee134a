"""The module of torch: names, shapes, outputs and derivatives of the library, and files both ways."""
import os

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed (Debian: python3-torch)")
import torch

import lenet5
import lenet5.torch
from lenet5.torch import LeNet5, map_loss


@pytest.mark.parametrize("name", ["digits", "strings", "signs"])
def test_outputs(name, few):
    model = lenet5.Model.builtin(name)
    expected = model.classify(few[0]).penalties
    with torch.no_grad():
        penalties = LeNet5(model)(torch.tensor(few[0])).numpy()
    assert np.abs(penalties - expected).max() <= 1e-5 * np.abs(expected).max()


def test_kinds_of_pictures(few):
    module = LeNet5(lenet5.Model.builtin())
    pictures = torch.tensor(few[0][:20])
    with torch.no_grad():
        expected = module(pictures)
        for same in (pictures[:, None], pictures / 255, pictures[:, None] / 255):
            assert torch.equal(module(same), expected)
    for other in (pictures[0, 0], pictures[0], torch.zeros(2, 32, 32)):
        with pytest.raises(ValueError, match=r"\(n, 28, 28\)"):
            module(other)


def test_state_both_ways(tmp_path):
    model = lenet5.Model.builtin()
    tensors = {name: torch.tensor(array) for name, array in model.tensors.items()}
    module = LeNet5()
    state = module.state_dict()
    assert list(state) == list(tensors) and all(state[name].shape == tensors[name].shape for name in state)
    assert sum(parameter.numel() for parameter in module.parameters()) == 60000
    module.load_state_dict(tensors, strict=True)
    assert bytes(module.to_model(model.metadata)) == bytes(model)
    lenet5.torch.save(module, tmp_path / "saved.safetensors", model.metadata)
    model.save(tmp_path / "model.safetensors")
    assert (tmp_path / "saved.safetensors").read_bytes() == (tmp_path / "model.safetensors").read_bytes()
    loaded = lenet5.torch.load(tmp_path / "saved.safetensors")
    assert all(torch.equal(loaded.state_dict()[name], tensors[name]) for name in tensors)
    with pytest.raises(lenet5.FileError):
        lenet5.torch.load(tmp_path / "missing")


def test_loss():
    """Eq. 9 by the probabilities of the library: minus the logarithm of the label's."""
    x, y = lenet5.synthesise(200, 5)
    model = lenet5.Model.builtin()
    answers = model.classify(x)
    expected = -np.log(answers.posterior[np.arange(200), y].astype(float)).mean()
    penalties = torch.tensor(answers.penalties, dtype=torch.float64)
    loss = map_loss(penalties, torch.tensor(y), model.metadata.rubbish, model.metadata.scale)
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_gradient():
    torch.manual_seed(1)
    module = LeNet5().double()
    pictures = torch.rand(2, 28, 28, dtype=torch.float64)
    labels = torch.tensor([3, 8])
    map_loss(module(pictures), labels).backward()
    generator = np.random.default_rng(2)
    for parameter in module.parameters():
        flat, gradient = parameter.data.reshape(-1), parameter.grad.reshape(-1)
        index = int(generator.integers(len(flat)))
        before, losses = float(flat[index]), []
        for step in (1e-6, -1e-6):
            flat[index] = before + step
            losses.append(float(map_loss(module(pictures), labels)))
        flat[index] = before
        assert (losses[0] - losses[1]) / 2e-6 == pytest.approx(float(gradient[index]), rel=1e-4, abs=1e-9)


def test_first_weights():
    torch.manual_seed(0)
    state = LeNet5().state_dict()
    for name, fan_in in (("c1.weight", 25), ("c5.weight", 400), ("f6.weight", 120), ("c3.weight", 75)):
        bound = 2.4 / fan_in**0.5
        assert 0.9 * bound < float(state[name].abs().max()) <= bound
    assert float(state["c3.weight"][-6:].abs().max()) <= 2.4 / 150**0.5  # the map that sees all six
    assert 0.4 < float(state["s4.coefficient"].abs().max()) <= 0.6
    assert all(not state[name].any() for name in state if name.endswith("bias"))


def test_moves_and_copies():
    module = LeNet5(lenet5.Model.builtin())
    assert {name for name, _ in module.named_buffers()} == {"codes", "c3_outputs", "c3_inputs"}
    assert module.double()(torch.zeros(1, 28, 28, dtype=torch.float64)).dtype == torch.float64
    scripted = torch.jit.trace(LeNet5(lenet5.Model.builtin()), torch.zeros(1, 28, 28))
    assert scripted(torch.zeros(3, 28, 28)).shape == (3, 10)
