"""Models: files, tensors, metadata, pickles, and that nothing can change one."""
import copy
import dataclasses
import json
import pathlib
import pickle

import numpy as np
import pytest

import lenet5

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = {"digits": "lenet5", "strings": "strings", "signs": "signs"}


@pytest.mark.parametrize("name", FILES)
def test_builtin_is_the_file(name, tmp_path):
    model = lenet5.Model.builtin(name)
    file = ROOT / f"models/{FILES[name]}.safetensors"
    model.save(tmp_path / "copy.safetensors")
    assert (tmp_path / "copy.safetensors").read_bytes() == file.read_bytes()
    loaded = lenet5.Model.load(file)
    assert bytes(loaded) == bytes(model) and loaded.metadata == model.metadata and loaded.sha256 == model.sha256


def test_unknown_builtin():
    with pytest.raises(ValueError, match='"digits", "strings" and "signs", not "letters"'):
        lenet5.Model.builtin("letters")


def test_buffer():
    model = lenet5.Model.builtin()
    assert np.array_equal(model.weights, np.asarray(model)) and not model.weights.flags.writeable
    view = memoryview(model)
    assert view.shape == (1, 60000) and view.format == "f" and view.readonly and view.c_contiguous
    weights = np.asarray(model)
    assert weights.dtype == np.float32 and not weights.flags.writeable
    del model, view
    assert np.isfinite(weights).all()  # the array keeps the model
    assert np.array_equal(np.frombuffer(lenet5.Model.builtin(), np.float32), weights[0])


def test_tensors():
    model = lenet5.Model.builtin()
    tensors = model.tensors
    assert sum(tensor.size for tensor in tensors.values()) == 60000
    assert tensors["c3.weight"].shape == (60, 5, 5) and tensors["f6.weight"].shape == (84, 120)
    copied = lenet5.Model.from_tensors(tensors, model.metadata)
    assert bytes(copied) == bytes(model) and copied.metadata == model.metadata
    tensors["c1.bias"][:] = 7
    assert not np.array_equal(model.tensors["c1.bias"], tensors["c1.bias"])


def changed(**tensors):
    return lenet5.Model.builtin().tensors | tensors


@pytest.mark.parametrize(
    "tensors, reason",
    [
        (changed(extra=np.zeros(1, np.float32)), "missing or unknown: extra"),
        ({}, "missing or unknown: c1.bias"),
        (changed(**{"c1.bias": np.zeros(7, np.float32)}), "c1.bias .*float32 of"),
        (changed(**{"c1.bias": np.zeros(6)}), "c1.bias is 'd'"),
        (changed(**{"c1.bias": np.full(6, np.nan, np.float32)}), "weight 150 is not finite"),
        (changed(**{"c1.bias": np.full(6, 2e6, np.float32)}), "weight 150 is not finite, or beyond 1e6"),
    ],
)
def test_wrong_tensors(tensors, reason):
    with pytest.raises(ValueError, match=reason):
        lenet5.Model.from_tensors(tensors)


@pytest.mark.parametrize(
    "member, value",
    [
        ("recipe", "r" * 32),
        ("loss", "other"),
        ("rubbish", -1.0),
        ("rubbish", float("nan")),
        ("scale", 0.0),
        ("passes", 1001),
        ("passes", -1),
        ("held_out_errors", 10**10),
        ("thresholds", (0, 0, 0, 0, 0, 2.0)),
        ("data_sha256", "0" * 65),
    ],
)
def test_wrong_metadata(member, value):
    metadata = dataclasses.replace(lenet5.Metadata(), **{member: value})
    with pytest.raises(ValueError, match=f"metadata: {member}"):
        lenet5.Model.from_tensors(lenet5.Model.builtin().tensors, metadata)


def test_metadata_of_another_shape():
    with pytest.raises(TypeError):
        lenet5.Model(memoryview(lenet5.Model.builtin()), {"recipe": "r"})
    with pytest.raises(TypeError):
        lenet5.Model.from_tensors(lenet5.Model.builtin().tensors, lenet5.Metadata(thresholds=(1.0,)))


def test_pickle_and_copy():
    model = lenet5.Model.builtin("strings")
    for other in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert bytes(other) == bytes(model) and other.metadata == model.metadata


def test_threshold():
    model = lenet5.Model.builtin()
    assert model.threshold(0.01) == model.metadata.thresholds[1]
    with pytest.raises(lenet5.ArgumentError):
        model.threshold(0.0)


def test_committee(tmp_path, digits):
    models = [lenet5.Model.builtin(), lenet5.Model.builtin("strings")]
    metadata = dataclasses.asdict(models[0].metadata)
    both = lenet5.Model(np.concatenate([np.asarray(model) for model in models]), metadata)
    both.save(tmp_path / "both.safetensors")
    loaded = lenet5.Model.load(tmp_path / "both.safetensors")
    assert loaded.networks == 2 and bytes(loaded) == bytes(both)
    x = digits[0][:50]
    mean = sum(model.classify(x).penalties for model in models) / 2
    assert np.allclose(loaded.classify(x).penalties, mean, rtol=1e-5)
    assert np.allclose(loaded.classify(x[0]).penalties, mean[0], rtol=1e-5)
    with pytest.raises(ValueError, match="committee of 2"):
        loaded.tensors
    assert pickle.loads(pickle.dumps(loaded)).networks == 2


def test_failures_of_files(tmp_path):
    with pytest.raises(lenet5.FileError, match="missing.*cannot be opened") as caught:
        lenet5.Model.load(tmp_path / "missing")
    assert isinstance(caught.value, OSError) and caught.value.status is lenet5.Status.OPEN
    damaged = bytearray((ROOT / "models/lenet5.safetensors").read_bytes())
    damaged[-1] ^= 1
    (tmp_path / "damaged").write_bytes(damaged)
    with pytest.raises(lenet5.ModelError, match="damaged") as caught:
        lenet5.Model.load(tmp_path / "damaged")
    assert isinstance(caught.value, ValueError) and caught.value.status is lenet5.Status.MODEL_CHECKSUM
    with pytest.raises(lenet5.FileError) as caught:
        lenet5.Model.builtin().save(tmp_path / "no" / "folder")
    assert caught.value.status is lenet5.Status.WRITE
    with pytest.raises(TypeError):
        lenet5.Model.load(5)


def test_inspect_is_what_the_program_prints(run):
    for name in FILES.values():
        file = ROOT / f"models/{name}.safetensors"
        expected = json.loads(run("inspect", file, "--json", "--verify"))
        result = dataclasses.asdict(lenet5.inspect(file, verify=True))
        del result["metadata"]["thresholds"]
        if not result["metadata"]["teacher_sha256"]:
            del result["metadata"]["teacher_sha256"]
        assert result["metadata"] == expected["metadata"]
        assert result["layers"] == expected["layers"]
        assert (result["parameters"], result["connections"]) == (60000, 340908)
        for tensor, other in zip(result["verification"]["tensors"], expected["verification"]["tensors"], strict=True):
            assert tensor == pytest.approx(other, rel=1e-6)
        assert result["verification"]["passed"] is True
    bare = lenet5.inspect()
    assert bare.metadata is None and bare.verification is None
    with pytest.raises(ValueError, match="needs a model"):
        lenet5.inspect(verify=True)


def test_calibrate(few):
    x, y = few
    model = lenet5.Model.builtin()
    before = bytes(model), model.metadata
    fitted = model.calibrate(x, y)
    assert (bytes(model), model.metadata) == before
    assert bytes(fitted) == before[0] and fitted.metadata.scale != model.metadata.scale
    with pytest.raises(lenet5.Error):
        model.calibrate(x[:50], y[:50])
