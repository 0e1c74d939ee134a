#!/usr/bin/python3
"""Right and accepted strings of digits by `lenet5 read` and Tesseract, and how well --max-error holds.

usage: bench/strings.py DATA [--count N] [--rival-count N] [--style S] [--program PROGRAM] [--train] [--method M]
example: bench/strings.py ~/.local/share/lenet5/mnist --style form --count 100 --train

Draws N (2,000) strings of five digits in each of the three styles of `lenet5 synth --strings`, or in style S, and reads
them with --format zip5. With N = 2,000 each of MNIST's test digits is in one of them. Tesseract (Debian's
tesseract-ocr), if installed, reads the first of the same pictures as lines of digits. --method is that of `lenet5 read`. --train takes
training digits instead, for use while the reader is developed. DATA is the folder of MNIST."""
import concurrent.futures
import json
import math
import os
import shutil
import subprocess
import tempfile

import command_line

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STYLES = ("spaced", "touching", "form")
BATCH = 500  # pictures for one run of the program


def interval(right, count):
    """The 95 % Wilson interval, in percent."""
    z, p = 1.96, right / count
    middle, half = p + z * z / (2 * count), z * math.sqrt(p * (1 - p) / count + z * z / (4 * count * count))
    return tuple(100 * (middle + side * half) / (1 + z * z / count) for side in (-1, 1))


def draw(options, style, folder):
    part = [] if options.train else ["--of-test"]
    subprocess.run([options.program, "synth", "--strings", folder, "--style", style, "--count", str(options.count), "--data",
                    options.data, "--seed", "2026", *part], stdout=subprocess.DEVNULL, check=True)
    with open(f"{folder}/truth.tsv") as file:
        return [line.split() for line in file]


def read(options, folder, names, *more):
    """The accepted string of each picture; None if it is rejected or there are several lines."""
    found = {}
    for first in range(0, len(names), BATCH):
        files = [f"{folder}/{name}" for name in names[first:first + BATCH]]
        out = subprocess.run([options.program, "read", "--json", "--format", "zip5", "--method", options.method, *more, *files],
                             stdout=subprocess.PIPE)
        for line in out.stdout.decode().splitlines():
            row = json.loads(line)
            name = os.path.basename(row["file"])
            found[name] = None if name in found else (row["string"], row["decision"] == "accepted")
    return found


def tesseract(path):
    out = subprocess.run(["tesseract", path, "-", "--psm", "7", "-c", "tessedit_char_whitelist=0123456789"],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "OMP_THREAD_LIMIT": "1"})
    return "".join(out.stdout.decode().split())


def rival(options, folder, truth):
    if not shutil.which("tesseract") or options.rival_count == 0:
        return "not installed"
    part = truth[:options.rival_count]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda row: tesseract(f"{folder}/{row[0]}"), part))
    return "%.1f (of %d)" % (100 * sum(s == row[1] for s, row in zip(found, part)) / len(part), len(part))


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("data")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--rival-count", type=int, default=500)
    parser.add_argument("--style", choices=STYLES)
    parser.add_argument("--program", default=f"{ROOT}/build/release/lenet5")
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--method", default="pieces")
    options = parser.parse_args()
    print("| strings | right % | interval | accepted % at --max-error 1% | wrong % of these | Tesseract right % |")
    print("|---|---|---|---|---|---|")
    for style in [options.style] if options.style else STYLES:
        with tempfile.TemporaryDirectory() as folder:
            truth = draw(options, style, folder)
            names = [name for name, _ in truth]
            plain, strict = read(options, folder, names), read(options, folder, names, "--max-error", "1%")
            right = sum(plain.get(name) is not None and plain[name][0] == text for name, text in truth)
            accepted = [(strict[name][0], text) for name, text in truth if strict.get(name) and strict[name][1]]
            wrong = sum(found != text for found, text in accepted)
            print("| %s | %.2f | %.2f to %.2f | %.1f | %.2f | %s |" % (
                style, 100 * right / len(truth), *interval(right, len(truth)), 100 * len(accepted) / len(truth),
                100 * wrong / max(1, len(accepted)), rival(options, folder, truth)), flush=True)


if __name__ == "__main__":
    main()
