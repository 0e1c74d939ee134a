"""Training: results, progress, checkpoints, Ctrl-C, and the program on the same files."""
import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import lenet5


def test_result(few, tmp_path, run):
    x, y = few
    epochs = []
    model = lenet5.train(x, y, epochs=4, seed=5, held_out=(x[:500], y[:500]), data="drawn", progress=epochs.append)
    assert [epoch.epoch for epoch in epochs] == [1, 2, 3, 4]
    assert epochs[-1].loss < epochs[0].loss and epochs[0].training_pictures == 2000
    errors = int(np.sum(model.classify(x[:500]).digit != y[:500]))
    assert (epochs[-1].held_out_errors, epochs[-1].held_out_pictures) == (errors, 500) and errors < 50
    metadata = model.metadata
    assert (metadata.recipe, metadata.seed, metadata.passes, metadata.data) == ("fast", 5, 4, "drawn")
    assert (metadata.held_out, metadata.held_out_errors, metadata.training_pictures) == ("validation", errors, 2000)
    model.save(tmp_path / "model.safetensors")
    printed = json.loads(run("inspect", "--json", tmp_path / "model.safetensors"))["metadata"]
    assert (printed["recipe"], printed["held_out_errors"]) == ("fast", errors)


def test_weights_depend_on_the_seed_alone(few):
    x, y = few
    models = [lenet5.train(x, y, epochs=1, seed=seed, threads=threads) for seed, threads in ((1, 1), (1, 2), (2, 1))]
    assert bytes(models[0]) == bytes(models[1]) != bytes(models[2])
    flat = lenet5.train(x.reshape(-1, 784) / 255.0, y.astype(np.int64), epochs=1, seed=1)
    assert bytes(flat) == bytes(models[0])


def test_the_program_trains_the_same_network(few, tmp_path, run):
    x, y = few
    for part, count in (("train", 2000), ("t10k", 100)):
        header = b"".join(n.to_bytes(4, "big") for n in (0x803, count, 28, 28))
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(header + x[:count].tobytes())
        header = b"".join(n.to_bytes(4, "big") for n in (0x801, count))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(header + y[:count].tobytes())
    out = tmp_path / "model.safetensors"
    run("train", "--data", tmp_path, "--recipe", "fast", "--epochs", "2", "--seed", "3", "--out", out)
    expected = lenet5.Model.load(out)
    model = lenet5.train(x, y, epochs=2, seed=3)
    assert bytes(model) == bytes(expected) and model.metadata.data_sha256 == expected.metadata.data_sha256
    loaded = lenet5.load_dataset(tmp_path)
    assert np.array_equal(loaded[0], x) and np.array_equal(loaded[1], y)
    assert len(lenet5.load_dataset(tmp_path, "test")[0]) == 100
    with pytest.raises(lenet5.DataError) as caught:
        lenet5.load_dataset(tmp_path / "missing")
    assert caught.value.status is lenet5.Status.DATA_MISSING
    with pytest.raises(ValueError, match="part"):
        lenet5.load_dataset(tmp_path, "validation")


def test_teacher_and_start(few):
    x, y = few
    teacher = lenet5.Model.builtin()
    taught = lenet5.train(x, y, epochs=1, teacher=teacher)
    assert taught.metadata.teacher_sha256 == teacher.sha256
    assert bytes(lenet5.train(x, y, epochs=1, start=teacher)) != bytes(lenet5.train(x, y, epochs=1))
    with pytest.raises(TypeError, match="models, or None"):
        lenet5.train(x, y, epochs=1, teacher="teacher.safetensors")


class Stop(Exception):
    pass


def test_progress_stops(few, tmp_path):
    x, y = few
    checkpoint = tmp_path / "checkpoint.safetensors"

    def stop(epoch):
        if epoch.epoch == 2:
            raise Stop

    with pytest.raises(Stop):
        lenet5.train(x, y, epochs=4, seed=2, progress=stop, checkpoint=checkpoint)
    assert lenet5.Model.load(checkpoint).metadata.passes == 2
    with pytest.raises(FileExistsError, match="resume=True"):
        lenet5.train(x, y, epochs=4, seed=2, checkpoint=checkpoint)
    seen = []
    resumed = lenet5.train(x, y, epochs=4, seed=2, checkpoint=checkpoint, resume=True, progress=seen.append)
    assert [epoch.epoch for epoch in seen] == [3, 4]
    assert bytes(resumed) == bytes(lenet5.train(x, y, epochs=4, seed=2))
    again = lenet5.train(x, y, epochs=4, seed=2, checkpoint=checkpoint, resume=True)
    assert bytes(again) == bytes(resumed)  # nothing was left to do


def test_resume_refuses_another_training(few, tmp_path):
    x, y = few
    checkpoint = tmp_path / "checkpoint.safetensors"
    lenet5.train(x, y, epochs=1, seed=2, checkpoint=checkpoint)
    before = checkpoint.read_bytes()
    others = {"seed": 3, "epochs": 2, "batch": 16, "recipe": "best", "undistorted": True, "without_drawn": True}
    for name, value in others.items():
        with pytest.raises(ValueError, match=name):
            lenet5.train(x, y, checkpoint=checkpoint, resume=True, **({"seed": 2} | {name: value}))
    with pytest.raises(lenet5.ModelError) as caught:
        lenet5.train(x[:1000], y[:1000], seed=2, checkpoint=checkpoint, resume=True)
    assert caught.value.status is lenet5.Status.CHECKPOINT
    other = x.copy()
    other[0, 14, 14] ^= 1
    with pytest.raises(lenet5.ModelError, match="not on these 2000"):
        lenet5.train(other, y, seed=2, checkpoint=checkpoint, resume=True)
    assert checkpoint.read_bytes() == before
    with pytest.raises(ValueError, match="needs a checkpoint"):
        lenet5.train(x, y, resume=True)


def test_a_checkpoint_that_cannot_be_saved(few, tmp_path):
    x, y = few
    with pytest.raises(lenet5.FileError) as caught:
        lenet5.train(x, y, epochs=1, checkpoint=tmp_path / "missing" / "checkpoint")
    assert caught.value.status is lenet5.Status.WRITE


@pytest.mark.parametrize(
    "labels, error",
    [
        (lambda y: y[:-1], ValueError),
        (lambda y: y.astype(float), TypeError),
        (lambda y: y + 1, ValueError),
        (lambda y: y.astype(np.uint16) + 256, ValueError),
        (lambda y: -y.astype(np.int8), ValueError),
        (lambda y: y[:, None], ValueError),
        (lambda y: [str(label) for label in y], (TypeError, ValueError)),
    ],
)
def test_wrong_labels(few, labels, error):
    x, y = few
    with pytest.raises(error, match="label"):
        lenet5.train(x, labels(y), epochs=1)


def test_labels_of_every_type(few):
    x, y = few
    expected = bytes(lenet5.train(x[:64], y[:64], epochs=1))
    for kind in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"):
        assert bytes(lenet5.train(x[:64], y[:64].astype(kind), epochs=1)) == expected
    assert bytes(lenet5.train(x[:64], y[:64].tolist(), epochs=1)) == expected


def test_wrong_options(few):
    x, y = few
    for options in ({"recipe": "nonesuch"}, {"epochs": 1001}, {"batch": 1025}, {"batch": -1}, {"threads": 257},
                    {"epochs": 2**32 + 1}, {"epochs": -1}, {"threads": 2**32 + 1}):
        with pytest.raises(lenet5.ArgumentError):
            lenet5.train(x, y, **options)
    with pytest.raises(lenet5.ArgumentError):
        lenet5.train(x[:0], y[:0])
    with pytest.raises(lenet5.ArgumentError):
        lenet5.train(x, y, held_out=(x[:0], y[:0]))
    for seed in (-1, 2**64):
        with pytest.raises(ValueError, match="seed"):
            lenet5.train(x, y, seed=seed)
        with pytest.raises(ValueError, match="seed"):
            lenet5.synthesise(10, seed)
    with pytest.raises(lenet5.ArgumentError):
        lenet5.synthesise(-1)


def test_the_gil_is_released(few):
    x, y = few
    counted, done = [0], threading.Event()

    def count():
        while not done.is_set():
            counted[0] += 1
            time.sleep(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    start = time.monotonic()
    lenet5.train(x, y, epochs=10, threads=1)
    seconds = time.monotonic() - start
    done.set()
    counter.join()
    assert counted[0] > 100 * seconds  # of 1,000 without any other work


def many_digits():
    """So many that an epoch takes seconds."""
    x, y = lenet5.synthesise(20000, 1)
    return np.tile(x, (8, 1, 1)), np.tile(y, 8)


INTERRUPTED = """
import sys
import lenet5
sys.path.insert(0, sys.argv[3])
from test_train import many_digits
x, y = many_digits()
print("ready", flush=True)
try:
    lenet5.train(x, y, recipe=sys.argv[2], epochs=200, seed=9, checkpoint=sys.argv[1])
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("recipe", ["best", "1998"])
def test_interrupt(recipe, tmp_path):
    checkpoint = tmp_path / "checkpoint.safetensors"
    command = [sys.executable, "-c", INTERRUPTED, checkpoint, recipe, os.path.dirname(__file__)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(1)
        start = time.monotonic()
        os.kill(process.pid, signal.SIGINT)
        assert process.stdout.readline() == "interrupted\n"
        assert time.monotonic() - start < 1
    assert process.returncode == 0
    x, y = many_digits()
    assert lenet5.Model.load(checkpoint).metadata.recipe == recipe

    def stop(epoch):
        raise Stop

    with pytest.raises(Stop):  # it can be continued
        lenet5.train(x, y, recipe=recipe, epochs=200, seed=9, checkpoint=checkpoint, resume=True, progress=stop)
    assert lenet5.Model.load(checkpoint).metadata.passes >= 1
