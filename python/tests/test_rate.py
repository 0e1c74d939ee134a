"""A batch of 10,000 pictures is classified as fast as the program does it, and memory does not grow."""
import json
import time

import numpy as np
import pytest

import lenet5

PICTURES = 10000
LEAST_SHARE = 0.95  # of the program's rate
TRIES = 15
CALLS = 1_000_000
MAX_GROWTH = 2_000_000  # bytes; two for each call


def resident():
    """Bytes of this process in memory."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def write_idx(path, array):
    magic = 0x800 + array.ndim
    path.write_bytes(b"".join(n.to_bytes(4, "big") for n in (magic, *array.shape)) + array.tobytes())


def test_rate(digits, run, tmp_path, capsys):
    x, y = digits[0][:PICTURES], digits[1][:PICTURES]
    assert len(x) == PICTURES
    write_idx(tmp_path / "pictures", x)
    write_idx(tmp_path / "labels", y)
    ours, programs = [], []
    for _ in range(TRIES):  # alternating, since the machine may be shared
        result = run("test", "--json", "--images", tmp_path / "pictures", "--labels", tmp_path / "labels")
        programs.append(json.loads(result.splitlines()[0])["pictures_per_s"])
        start = time.perf_counter()
        answers = lenet5.classify(x)
        ours.append(PICTURES / (time.perf_counter() - start))
    assert answers.digit.shape == (PICTURES,)
    rate, programs_rate = max(ours), max(programs)
    with capsys.disabled():
        print(f"\n{rate:.0f} pictures/s, the program {programs_rate:.0f}: {100 * rate / programs_rate:.1f} %")
    assert rate >= LEAST_SHARE * programs_rate


def grows_by(call):
    for _ in range(CALLS // 100):
        call()
    before = resident()
    for _ in range(CALLS):
        call()
    return resident() - before


def test_a_million_calls(digits, capsys):
    picture = np.ascontiguousarray(digits[0][0])
    model = lenet5.Model.builtin()
    growth = grows_by(lambda: model.classify(picture).probability)
    with capsys.disabled():
        print(f"\n{CALLS} calls: {growth} bytes more")
    assert growth < MAX_GROWTH


@pytest.mark.parametrize(
    "call, count",
    [
        (lambda x, y: lenet5.Model.builtin(), 2000),
        (lambda x, y: lenet5.Model.builtin().tensors, 1000),
        (lambda x, y: lenet5.classify(x[:64] / 255.0), 3000),
        (lambda x, y: lenet5.train(x[:64], y[:64], epochs=1, threads=1, progress=lambda epoch: None), 300),
        (lambda x, y: lenet5.read(255 - np.pad(x[0], 20)), 300),
        (lambda x, y: pytest.raises(ValueError, lenet5.classify, x[:64] / 25.0), 3000),
        (lambda x, y: pytest.raises(lenet5.Error, lenet5.Model.load, "/nonexistent"), 3000),
        (lambda x, y: pytest.raises(lenet5.Error, lenet5.train, x[:64], y[:64], recipe="none"), 3000),
    ],
)
def test_other_calls(digits, call, count):
    for _ in range(count // 5):
        call(*digits)
    before = resident()
    for _ in range(count):
        call(*digits)
    assert resident() - before < MAX_GROWTH
