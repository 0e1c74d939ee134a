"""The first step of fit_reader.py: bench/fit_search.c fits the tables of the search to pictures with known strings."""
import json
import os
import re
import shutil
import subprocess

import mnist
import numpy as np

STYLES = ("spaced", "touching", "form", "ligatures")  # of `lenet5 synth --strings`
LENGTH = 5  # digits of a string


def write_digits(digits, rng, style, count, folder):
    """Writes random digits for strings to a folder, as a data set: the program draws the digits of a set in their order.
    With ligatures, every second string ends in two or three zeros, as amounts do: in random strings few zeros are
    neighbours, and so joined."""
    _, labels = mnist.load(digits, "train")
    chosen = rng.integers(0, len(labels), (count, LENGTH))
    zeros = np.flatnonzero(labels == 0)
    for string in chosen[::2] if style == "ligatures" else ():
        tail = rng.integers(2, 4)
        string[-tail:] = rng.choice(zeros, tail)
    os.makedirs(folder)
    for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
        mnist.write_part(f"{folder}/{name}", digits, name, chosen.ravel())


def draw_style(options, style, first, count, folder):
    """Draws strings of five digits into a folder in the layout of fit_reader.py. Every second one has a format: the
    right one or, for one string in eight, that of a shorter or longer string, by which no answer is right."""
    digits = folder + ".digits"
    write_digits(options.digits, np.random.default_rng([options.seed, first, *style.encode()]), style, count, digits)
    subprocess.run([f"{options.build}/lenet5", "synth", "--strings", folder + ".new", "--style", style, "--count", str(count),
                    "--data", digits, "--seed", str(options.seed + first)], stdout=subprocess.DEVNULL, check=True)
    shutil.rmtree(digits)
    rows = []
    with open(f"{folder}.new/truth.tsv") as file:
        for number, (name, text) in enumerate(line.split() for line in file):
            os.rename(f"{folder}.new/{name}", f"{folder}.new/{number}.png")
            wanted = (None, "5", None, "5", None, "5", None, "46"[number // 24 % 2])[number // 3 % 8]
            rows.append((number, ["--format", wanted] if wanted else [], [] if wanted in ("4", "6") else [text]))
    with open(f"{folder}.new/drawn.json", "w") as file:
        json.dump(rows, file)
    os.rename(folder + ".new", folder)


def list_folder(source, folder):
    """For each picture its file, its format, whether it is held out, and its strings."""
    rows = []
    with open(f"{folder}/drawn.json") as file:
        drawn = json.load(file)
    for number, more, texts in drawn:
        written = [re.sub(r"\s", "", text) for text in texts]
        left_out = source == "signs" and written and written[0].isdigit()  # a sign stands beside these digits
        if not left_out and (not more or more[0] == "--format"):
            rows.append((f"{folder}/{number}.png", more[1] if more else "", str(int(number % 3 == 0)), written))
    return rows


def list_pictures(folders, shares):
    """The input of the program. The weights of a source's pictures add up to its share."""
    text = ""
    for source, parts in folders.items():
        rows = [row for folder in parts for row in list_folder(source, folder)]
        share = shares[source] / sum(max(1, len(texts)) for *_, texts in rows)
        text += "".join("\t".join([file, wanted, held, str(share), *texts]) + "\n" for file, wanted, held, texts in rows)
    return text


def fit(options, folders, shares):
    """Returns the lines of the tables. folders: the folders of each source's pictures; shares: the sources' weights."""
    subprocess.run(["cmake", "--build", options.build, "--target", "fit_search"], stdout=subprocess.DEVNULL, check=True)
    out = subprocess.run([f"{options.build}/fit_search", *options.network[1:]], input=list_pictures(folders, shares).encode(),
                         stdout=subprocess.PIPE, check=True)
    return out.stdout.decode().splitlines()
