"""Single digits: what is accepted, what comes back, and that it is what the program answers."""
import json
import subprocess
import sys
import threading

import numpy as np
import pytest

import lenet5


def same(a, b):
    return np.array_equal(a.digit, b.digit) and np.array_equal(a.penalties, b.penalties)


def test_program_answers_the_same(digits, run, tmp_path):
    x, y = digits
    images = tmp_path / "some-images-idx3-ubyte"
    images.write_bytes(bytes([0, 0, 8, 3]) + b"".join(n.to_bytes(4, "big") for n in (40, 28, 28)) + x[:40].tobytes())
    lines = run("classify", "--json", "--pick", ",".join(map(str, range(40))), images).splitlines()
    for index, line in enumerate(map(json.loads, lines)):
        answer = lenet5.classify(x[index])
        assert answer.digit == line["digit"] == lenet5.classify(x[:40]).digit[index]
        assert answer.probability == pytest.approx(line["probability"], abs=1e-6)
        assert answer.posterior == pytest.approx(line["posterior"], abs=1e-6)
        assert answer.rubbish == pytest.approx(line["rubbish"], abs=1e-6)
        assert answer.penalties == pytest.approx(line["penalties"], abs=1e-3)
    assert len(lines) == 40


def test_most_are_right(digits):
    x, y = digits
    assert np.mean(lenet5.classify(x).digit != y) < 0.01


def test_shapes(digits):
    x = digits[0][:20]
    batch = lenet5.classify(x)
    assert batch.digit.shape == (20,) and batch.digit.dtype == np.uint8
    assert batch.penalties.shape == batch.posterior.shape == (20, 10) and batch.penalties.dtype == np.float32
    assert batch.probability.shape == batch.rubbish.shape == (20,)
    assert np.allclose(batch.posterior.sum(axis=1) + batch.rubbish, 1)
    assert same(batch, lenet5.classify(x.reshape(20, 784)))
    single = lenet5.classify(x[0])
    assert isinstance(single.digit, int) and isinstance(single.probability, float) and isinstance(single.rubbish, float)
    assert single.penalties.shape == single.posterior.shape == (10,)
    for one in (x[0].reshape(784), x[0].tobytes(), bytearray(x[0].tobytes()), memoryview(x[0])):
        assert same(single, lenet5.classify(one))
    empty = lenet5.classify(x[:0])
    assert len(empty.digit) == 0 and empty.penalties.shape == (0, 10) and len(empty.probability) == 0


def test_layouts(digits):
    x = digits[0][:64]
    assert same(lenet5.classify(x[::2, ::-1, ::-1]), lenet5.classify(x[::2, ::-1, ::-1].copy()))
    assert same(lenet5.classify(np.asfortranarray(x)), lenet5.classify(x))
    assert same(lenet5.classify(x.T.copy().T), lenet5.classify(x))


def test_floats(digits):
    x = digits[0][:64]
    for kind in (np.float32, np.float64):
        assert same(lenet5.classify(x.astype(kind) / 255), lenet5.classify(x))
        assert same(lenet5.classify((x.astype(kind) / 255)[:, ::-1]), lenet5.classify(x[:, ::-1]))
    any = np.random.default_rng(0).random((20, 28, 28))
    assert same(lenet5.classify(any), lenet5.classify(np.rint(255 * any).astype(np.uint8)))


@pytest.mark.parametrize("number", [np.nan, np.inf, -0.01, 1.01, 255])
def test_floats_out_of_range(digits, number):
    x = digits[0][:3] / 255.0
    x[2, 0, 0] = number
    with pytest.raises(ValueError, match="picture 2 .*from 0 .* to 1"):
        lenet5.classify(x)


@pytest.mark.parametrize("shape", [(28, 27), (27, 28), (2, 28, 27), (2, 2, 28, 28), (785,), (2, 2, 784), ()])
def test_other_shapes(shape):
    with pytest.raises(ValueError, match=r"\(n, 28, 28\)"):
        lenet5.classify(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("kind", ["i1", "i8", "u2", "?", "f2", ">f4", "c8", "S1"])
def test_other_types(kind):
    with pytest.raises(TypeError, match="uint8"):
        lenet5.classify(np.zeros((2, 28, 28), kind))


@pytest.mark.parametrize("nothing", ["text", None, 5, [[1, 2]], {}])
def test_no_pictures(nothing):
    with pytest.raises((TypeError, ValueError)):
        lenet5.classify(nothing)


def test_sequences():
    assert lenet5.classify([[0.0] * 784] * 2).digit.shape == (2,)


def test_threads_agree(digits):
    x = digits[0][:3000]
    expected = lenet5.classify(x)
    answers = []
    calls = [lambda n=n: answers.append(lenet5.classify(x, threads=n)) for n in (0, 1, 2, 3) * 2]
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8 and all(same(expected, answer) for answer in answers)
    with pytest.raises(lenet5.ArgumentError, match="256") as caught:
        lenet5.classify(x, threads=1000)
    assert caught.value.status is lenet5.Status.ARGUMENT and caught.value.offset is None


def test_another_model(digits):
    x = digits[0][:100]
    strings = lenet5.Model.builtin("strings")
    assert not same(lenet5.classify(x, model=strings), lenet5.classify(x))
    assert same(lenet5.classify(x, model=strings), strings.classify(x))


WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None
import lenet5
x, y = lenet5.synthesise(50, 3)
assert type(x) is memoryview and x.shape == (50, 28, 28) and y.shape == (50,)
answers = lenet5.classify(x)
assert type(answers.digit) is memoryview and answers.penalties.shape == (50, 10) and answers.penalties.format == "f"
assert sum(a != b for a, b in zip(answers.digit, y)) < 10
assert answers.posterior.shape == (50, 10) and len(answers.probability) == 50
assert abs(sum(answers.posterior[7, i] for i in range(10)) + answers.rubbish[7] - 1) < 1e-5
assert len(lenet5.classify(bytes(784)).penalties) == 10
assert lenet5.Model.builtin().tensors["c3.weight"].shape == (60, 5, 5)
model = lenet5.train(x, y, epochs=1)
assert model.classify(x).digit.shape == (50,)
try:
    lenet5.classify([[0.0] * 784])
except TypeError as error:
    print(error)
"""


def test_without_numpy():
    result = subprocess.run([sys.executable, "-c", WITHOUT_NUMPY], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "numpy is not installed" in result.stdout
