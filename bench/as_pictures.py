#!/usr/bin/python3
"""Errors on MNIST's test digits as pictures: enlarged four times, ink on grey paper, off the centre.

usage: bench/as_pictures.py DATA [--count N] [--seed N] [--program PROGRAM]
example: bench/as_pictures.py ~/.local/share/lenet5/mnist --count 1000

Measures the error of `lenet5 classify` and of `lenet5 read --format 1` on the first N (10,000) test digits, drawn at a
random place on paper of a random grey level and saved as PNG. Beside it stands the error on the original pictures
(`lenet5 test`, with the model of each of the two). DATA is the folder of MNIST. Needs Debian's python3-pil and
python3-numpy."""
import json
import os
import subprocess
import tempfile

import command_line
import mnist
import numpy as np
from PIL import Image

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BATCH = 1000  # pictures for one run of the program
TIMES = 4


def photograph(digit, random):
    side = 28 * TIMES
    width, height = side + random.integers(30, 90, 2)
    paper, ink = random.uniform(170, 240), random.uniform(10, 70)
    left, top = random.integers(0, width - side + 1), random.integers(0, height - side + 1)
    picture = np.full((height, width), paper)
    large = np.asarray(Image.fromarray((digit * 255).astype(np.uint8)).resize((side, side), Image.BICUBIC)) / 255
    picture[top:top + side, left:left + side] += (ink - paper) * large
    return Image.fromarray(picture.round().astype(np.uint8))


def answers(options, files, command, *more):
    """The digit that the command prints for each file, accepted or not; None if it finds several lines."""
    out = subprocess.run([options.program, command, "--json", *more, *files], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    digits = {}
    for line in out.stdout.decode().splitlines():
        row = json.loads(line)
        answer = row["digit"] if command == "classify" else int(row["string"] or -1)
        digits[row["file"]] = None if row["file"] in digits else answer
    return [digits.get(file) for file in files]


def as_they_are(options, *models):
    out = subprocess.run([options.program, "test", "--json", "--data", options.data, *models], stdout=subprocess.PIPE, check=True)
    return json.loads(out.stdout)["error_pct"]


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("data")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1998)
    parser.add_argument("--program", default=f"{ROOT}/build/release/lenet5")
    options = parser.parse_args()
    digits, labels = mnist.load(options.data, "t10k")
    random = np.random.default_rng(options.seed)
    wrong = {"classify": 0, "read": 0}
    with tempfile.TemporaryDirectory() as folder:
        for first in range(0, options.count, BATCH):
            files = []
            for i in range(first, min(first + BATCH, options.count)):
                files.append(f"{folder}/{i}.png")
                photograph(digits[i], random).save(files[-1])
            wrong["classify"] += sum(a != b for a, b in zip(answers(options, files, "classify"), labels[first:first + BATCH]))
            wrong["read"] += sum(a != b for a, b in zip(answers(options, files, "read", "--format", "1"), labels[first:first + BATCH]))
            for file in files:
                os.remove(file)
    print("| command | as they are, all 10,000 %% | as pictures, %d %% |\n|---|---|---|" % options.count)
    for command, models in (("classify", ()), ("read", (f"{ROOT}/models/strings.safetensors",))):
        print("| %s | %.2f | %.2f |" % (command, as_they_are(options, *models), 100 * wrong[command] / options.count))


if __name__ == "__main__":
    main()
