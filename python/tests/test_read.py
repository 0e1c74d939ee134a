"""Strings: every sample and option as the program reads it."""
import dataclasses
import json
import pathlib
import subprocess
import sys
import threading

import numpy as np
import pytest

import lenet5

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "docs/samples"
FORM = "../form/filled.jpg"  # which has a mark


def as_json(lines):
    """The lines as the program would print them."""
    members = [{k: v for k, v in dataclasses.asdict(line).items() if v is not None} for line in lines]
    return json.loads(json.dumps(members))


def approx(value):
    """Numbers of the program's JSON have nine digits."""
    if isinstance(value, dict):
        return {key: approx(member) for key, member in value.items()}
    if isinstance(value, list):
        return [approx(member) for member in value]
    return pytest.approx(value, rel=1e-6, abs=1e-12) if isinstance(value, float) else value


def program(run, file, *options):
    return [json.loads(line) for line in run("read", "--json", *options, file).splitlines()]


@pytest.mark.parametrize("name", [FORM, *sorted(p.name for p in SAMPLES.iterdir() if p.suffix in (".png", ".jpg"))])
def test_samples(name, run):
    file = str(SAMPLES / name)
    expected = program(run, file, "--evidence", "--n-best", "4")
    assert as_json(lenet5.read(file, evidence=True, n_best=4)) == approx(expected)


@pytest.mark.parametrize(
    "options, arguments",
    [
        ({"format": "zip5"}, ["--format", "zip5"]),
        ({"format": "amount", "threshold": 0.2}, ["--format", "amount", "--threshold", "0.2"]),
        ({"marks": False}, ["--marks", "no"]),
        ({"method": "sdnn"}, ["--method", "sdnn"]),
        ({"check": "luhn"}, ["--check", "luhn"]),
        ({"max_error": 0.02}, ["--max-error", "0.02"]),
    ],
)
def test_options(options, arguments, run):
    file = str(SAMPLES / FORM)
    assert as_json(lenet5.read(file, **options)) == approx(program(run, file, *arguments))


def test_list(run, tmp_path):
    codes = ["52981", "12345", "31902"]
    (tmp_path / "codes.txt").write_text("\n".join(codes))
    file = str(SAMPLES / "shadow.jpg")
    lines = lenet5.read(file, list=codes)
    assert as_json(lines) == approx(program(run, file, "--list", tmp_path / "codes.txt"))
    assert lines[0].string == "52981"
    with pytest.raises(lenet5.ArgumentError):
        lenet5.read(file, list=["5a"])
    with pytest.raises(lenet5.ArgumentError):
        lenet5.read(file, list=[])


def test_sources():
    path = SAMPLES / "touching.png"
    expected = lenet5.read(path)
    assert expected[0].file == str(path) and isinstance(expected[0].digits[0], lenet5.Digit)
    for source in (path.read_bytes(), bytearray(path.read_bytes()), np.frombuffer(path.read_bytes(), np.uint8)):
        lines = lenet5.read(source)
        assert [dataclasses.replace(line, file=str(path)) for line in lines] == expected and lines[0].file is None


def strip(x, of):
    """Digits side by side, dark on light."""
    paper = np.full((60, 40 * len(of) + 40), 255, np.uint8)
    for i, index in enumerate(of):
        paper[16:44, 20 + 40 * i : 48 + 40 * i] = 255 - x[index]
    return paper


def test_arrays(few):
    x, y = few
    paper = strip(x, range(5))
    pnm = b"P5\n%d %d\n255\n" % paper.shape[::-1] + paper.tobytes()
    grey = lenet5.read(paper)
    assert grey == lenet5.read(pnm) and len(grey) == 1
    assert grey == lenet5.read(np.pad(paper, 7)[7:-7, 7:-7])  # not contiguous
    colours = lenet5.read(np.repeat(paper[:, :, None], 3, axis=2))
    assert [line.string for line in colours] == [line.string for line in grey]
    for array in (paper / 255, paper[None, :, :, None], np.zeros((5, 5, 4), np.uint8)):
        with pytest.raises(ValueError, match="a picture is uint8"):
            lenet5.read(array)


def test_empty():
    (line,) = lenet5.read(np.full((50, 60), 255, np.uint8))
    assert (line.line, line.decision, line.string, line.box, line.n_best) == (0, "empty", "", None, [])
    assert line.notes


def test_failures(tmp_path):
    with pytest.raises(lenet5.FileError, match="cannot be opened") as caught:
        lenet5.read(tmp_path / "missing.png")
    assert caught.value.status is lenet5.Status.OPEN
    with pytest.raises(lenet5.PictureError, match="the picture"):
        lenet5.read(b"not a picture")
    with pytest.raises(lenet5.PictureError) as caught:
        lenet5.read(np.zeros((50, 60), np.uint8), max_pixels=100)
    assert caught.value.status is lenet5.Status.PICTURE_SIZE
    for options in ({"format": "nonesuch"}, {"n_best": 0}, {"n_best": 11}, {"threshold": 2.0}, {"timeout": -1.0},
                    {"max_error": 1e-9}, {"max_pixels": -1}):
        with pytest.raises(lenet5.ArgumentError):
            lenet5.read(np.zeros((50, 60), np.uint8), **options)
    for options in ({"check": "none"}, {"method": "magic"}, {"threshold": 0.5, "max_error": 0.1}):
        with pytest.raises(ValueError):
            lenet5.read(np.zeros((50, 60), np.uint8), **options)
    with pytest.raises(lenet5.TimeoutError) as caught:
        lenet5.read(SAMPLES / "shadow.jpg", timeout=1e-4)
    assert isinstance(caught.value, TimeoutError)


def test_threads_agree():
    path = SAMPLES / "shadow.jpg"
    expected, results = lenet5.read(path), []
    threads = [threading.Thread(target=lambda: results.append(lenet5.read(path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


INTERRUPTED = """
import signal, sys, threading, os, time
import numpy as np
import lenet5
x, y = lenet5.synthesise(4000, 1)
page = np.full((4000, 2400), 255, np.uint8)
for i in range(4000 // 40 * 60):
    r, c = divmod(i, 60)
    page[40 * r + 4 : 40 * r + 32, 40 * c + 4 : 40 * c + 32] = 255 - x[i % 4000]
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    start = time.monotonic()
    while True:
        lenet5.read(page)
except KeyboardInterrupt:
    print("interrupted after", time.monotonic() - start)
"""


def test_interrupt():
    result = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert float(result.stdout.split()[-1]) < 2.0  # the page takes five seconds
