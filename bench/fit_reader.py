#!/usr/bin/python3
"""Fits the weights in src/reader/search/weights.h to generated pictures.

usage: bench/fit_reader.py DATA [--step search|evidence] [--count N] [--model FILE] [--build DIR] [--seed N]
                           [--pictures DIR] [--write]

DATA is the folder of MNIST. The pictures have training digits only: those of MNIST, half of them distorted, and digits
drawn as strokes (unseen_hands.py). There are two steps; without --step both run, one after the other.

search: fits the costs of the search, its confidence in digits, and the forms of marks. bench/fit_search.c changes these
numbers one by one to raise the probability of the true strings on N (3,000) pictures of each source and of each style
of `lenet5 synth --strings`. --write also rebuilds the program in the folder of --build.

evidence: fits the probability that a string read by the program is right, as the product of two logistic regressions on
its evidence (`lenet5 read --json --evidence`), which FACTORS lists. Prints for several thresholds the share of accepted
strings and the share of wrong ones among them, and the thresholds of --max-error.

A third of the pictures is held out: in the step search every third picture, in the step evidence each third in turn, so
that every picture is judged by a fit to the others. SHARES has the weights of the sources. --model names a network that
was trained with --validation 10000; the pictures then have only the last 10,000 training digits, which it has not seen.
The program of --build then has such a network built in as lenet5.safetensors too, for the second opinion. DIR keeps the
pictures for another fit with the same seed. --write puts the weights into the header; otherwise they are only printed.
Needs Debian's python3-pil, python3-numpy and python3-scipy, and fonts."""
import collections
import concurrent.futures
import json
import math
import os
import re
import subprocess
import tempfile

import command_line
import mnist
import numpy as np
from PIL import Image, ImageFilter
from scipy import optimize

import as_pictures
import draw_pages
import empty as empty_pages
import fit_search
import not_digits
import paper
import signs
import unseen_hands

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TABLE = f"{ROOT}/src/reader/search/weights.h"
PART = 250  # pictures drawn and read at once
HELD_OUT = 10000  # digits
FOLDS = 3  # of the cross-validation
# A string is right if it is a whole number of the picture, and if its digits and marks are right. The probability is
# the product of both, so that evidence for one factor cannot compensate doubts about the other.
FACTORS = {"whole_number": ("COMPANY", "ALONE", "ANY", "BESIDE", "BROKEN", "ONES", "CLIPPED", "UNREAD", "LEFT_OUT", "HEIGHT", "RUBBISH", "SIGN",
                         "LENGTH", "UNTOLD", "MARKS"),
           "right_symbols": ("ODDS", "LOOKS", "RIVAL", "LENGTH", "MARKS", "CUT", "SIGN", "HEIGHT")}
CONSTANT = "CONSTANT"  # the name of the last weight of each factor
SUPPORT = ("ODDS", "LENGTH", "COMPANY", "ALONE", CONSTANT)  # all other evidence is a doubt
START = 2.0  # initial value of the constants
RIDGE = 1.0  # penalty of the squared weights, in rows; keeps weights of rare evidence small
Drawn = collections.namedtuple("Drawn", "picture options truth")  # truth: the right strings, in any order


# ---- Sources: each draws one picture ----

def hand_string(rng, digits):
    """A string in one hand: its digits share slant, width and thickness, with small individual variations."""
    lean, wide, pen = rng.uniform(-0.35, 0.35), rng.uniform(0.75, 1.3), rng.integers(-1, 2)
    height, uneven = int(rng.integers(18, 70)), rng.uniform(0.03, 0.18)
    count = int(rng.integers(1, 9))
    labels = rng.integers(0, 10, count)
    cells = []
    for label in labels:
        cell = Image.fromarray((255 * digits.pick(rng, label)).astype(np.uint8)).resize((84, 84), Image.BICUBIC)
        if pen:
            cell = cell.filter(ImageFilter.MaxFilter(5) if pen > 0 else ImageFilter.MinFilter(3))
        shear = lean + rng.uniform(-0.1, 0.1)
        cell = cell.transform((84, 84), Image.AFFINE, (1 / wide, shear, 42 - 42 / wide - 42 * shear, 0, 1, 0), Image.BICUBIC)
        cell = cell.crop(cell.getbbox() or (0, 0, 84, 84))
        size = height * np.exp(rng.normal(0, uneven)) / 60
        cells.append(cell.resize((max(2, round(cell.width * size)), max(2, round(cell.height * size))), Image.BICUBIC))
    gap = rng.uniform(-0.25, 0.45) * height
    width = int(sum(c.width for c in cells) + max(0, gap) * (count + 1) + height)
    ink = np.zeros((int(2.6 * height), width))
    x = height / 2
    for c in cells:
        y = max(0, int(ink.shape[0] / 2 - c.height / 2 + rng.uniform(-0.1, 0.1) * height))
        place = ink[y:y + c.height, int(x):int(x) + c.width]
        np.maximum(place, np.asarray(c, float)[:place.shape[0], :place.shape[1]] / 255, out=place)
        x += max(2, c.width + gap * rng.uniform(0.7, 1.3))
    paper, dark = rng.uniform(170, 250), rng.uniform(0, 90)
    grey = paper + (dark - paper) * ink + rng.normal(0, rng.choice([0, 2, 6]), ink.shape)
    text = "".join(map(str, labels))
    options = [] if rng.random() < 0.6 else ["--format", str(count)]
    return Drawn(Image.fromarray(grey.clip(0, 255).astype(np.uint8)), options, [text])


def single(rng, digits):
    label = rng.integers(0, 10)
    options = [] if rng.random() < 0.7 else ["--format", "1"]
    return Drawn(as_pictures.photograph(digits.pick(rng, label), rng), options, [str(label)])


def non_digit(rng, _digits):
    return Drawn(not_digits.draw_any(rng), [], [])


def page(rng, digits):
    kinds = list(draw_pages.KINDS)
    picture, truth = draw_pages.draw(kinds[rng.integers(0, len(kinds))], rng, digits)
    return Drawn(picture, truth["options"], [field["text"] for field in truth["fields"]])


def empty(rng, _digits):
    picture, _ = draw_pages.draw(empty_pages.KINDS[rng.integers(0, len(empty_pages.KINDS))], rng, None, blank=True)
    return Drawn(picture, [], [])


def sign(rng, digits):
    technique = signs.TECHNIQUES[rng.integers(0, len(signs.TECHNIQUES))]
    kinds = [kind for kind in (signs.PENNED if technique == "pen" else signs.PRINTED) if kind != "Hangul" or paper.fonts(True)]
    kind = kinds[rng.integers(0, len(kinds))]
    picture, string = signs.draw(rng, digits, technique, kind)
    return Drawn(picture, [], list(signs.right_answers(kind, string)))


def in_unseen_hand(source):
    """The source with digits of an unseen hand."""
    return lambda rng, digits: source(rng, unseen_hands.Hand(rng, digits))


# The sources, and estimates of how frequent they are in use: mostly strings, and mostly in unseen hands. The names seed
# the random generators, so they must not change.
SOURCES = {"hands": hand_string, "strangers": in_unseen_hand(hand_string), "singles": single, "things": non_digit, "pages": page,
           "pages of strangers": in_unseen_hand(page), "empty": empty, "signs": sign}
SHARES = {"hands": 2, "strangers": 8, "singles": 1, "things": 2, "pages": 3, "pages of strangers": 2, "empty": 1, "signs": 3, "spaced": 1,
          "touching": 1, "form": 1, "ligatures": 1}
READ = [*SOURCES, *fit_search.STYLES]
ERRORS = (0.05, 0.03, 0.02, 0.01)
# --max-error holds for each of these sources separately, because the source of a picture is unknown and a mean would hide
# the hardest one. Strings with ligatures are none of them: they are drawn harder than those of real cheques, and would
# by themselves double the thresholds' distance from 1.
GUARANTEED = ("hands", "strangers", "pages", "pages of strangers", "spaced", "touching", "form")
CONFIDENCE = 1.28  # standard deviations: a one-sided bound of 90 % for the share of wrong strings
# Times as many pictures of a source in the step evidence: pages have more strings, and the bounds for 1 % need many.
MORE = {"hands": 6, "strangers": 6, "spaced": 12, "touching": 12, "form": 12, "ligatures": 4}


# ---- Reading ----

def plain(text):
    return re.sub(r"\s", "", text)


def draw_part(options, source, numbers, folder):
    """Draws pictures of a source, identified by their numbers, into a folder with their truth in drawn.json."""
    digits = paper.Digits(options.digits, "train")
    rows = []
    os.makedirs(folder + ".new")
    for number in numbers:
        drawn = SOURCES[source](np.random.default_rng([options.seed, number, *source.encode()]), digits)
        drawn.picture.save(f"{folder}.new/{number}.png", compress_level=1)
        rows.append((number, drawn.options, drawn.truth))
    with open(f"{folder}.new/drawn.json", "w") as file:
        json.dump(rows, file)
    os.rename(folder + ".new", folder)


def folder_of(options, source, numbers):
    """The folder with these pictures of a source; draws them if it does not exist. An incomplete part has its own
    folder, because a later fit may need more pictures."""
    folder = f"{options.pictures}/{source.replace(' ', '-')}-{options.seed}-{numbers[0] // PART}"
    folder += f"-{len(numbers)}" if len(numbers) < PART else ""
    if not os.path.exists(folder):
        if source in fit_search.STYLES:
            fit_search.draw_style(options, source, numbers[0], len(numbers), folder)
        else:
            draw_part(options, source, numbers, folder)
    return folder


def rows_of(options, folder):
    """The evidence of every line of the pictures in a folder, and whether its string is right."""
    with open(f"{folder}/drawn.json") as file:
        drawn = json.load(file)
    truth = {number: [plain(text) for text in texts] for number, _, texts in drawn}
    by_options = collections.defaultdict(list)
    for number, more, texts in drawn:
        if texts or "--format" not in more:  # strings that do not fit their format are only for the search
            by_options[tuple(more)].append(number)
    rows = []
    for more, numbers in by_options.items():
        files = [f"{folder}/{n}.png" for n in numbers]
        out = subprocess.run([f"{options.build}/lenet5", "read", *options.network, "--json", "--evidence", "--threads", "1", *more, *files],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for line in out.stdout.decode().splitlines():
            answer = json.loads(line)
            if answer.get("string"):
                number = int(os.path.basename(answer["file"])[:-4])
                rows.append((list(answer["evidence"].values()), plain(answer["string"]) in truth[number], number))
    return rows


def evidence_of(options, source, numbers):
    return rows_of(options, folder_of(options, source, numbers))


def in_parts(work, options, counts):
    """Runs work for each part of each source, in parallel; counts has the numbers of pictures."""
    jobs = [(source, range(first, min(first + PART, count))) for source, count in counts.items() for first in range(0, count, PART)]
    found = {source: [] for source in counts}
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        for (source, _), one in zip(jobs, pool.map(work, *zip(*[(options, *job) for job in jobs]))):
            found[source].append(one)
    return found


# ---- The search ----

def fit_costs(options):
    lines = fit_search.fit(options, in_parts(folder_of, options, dict.fromkeys(READ, options.count)), SHARES)
    print(*lines, sep="\n")
    if options.write:
        write_table("search", lines)
        subprocess.run(["cmake", "--build", options.build, "--target", "lenet5"], stdout=subprocess.DEVNULL, check=True)


# ---- The regression ----

def columns(x, names, kinds):
    return np.c_[x[:, [names.index(kind) for kind in kinds]], np.ones(len(x))]


def logistic(odds):
    return 1 / (1 + np.exp(-np.clip(odds, -40, 40)))


def fit(x, y, weight, names):
    """Maximum-likelihood weights of each of FACTORS, the constant last, with a ridge penalty; those of doubts are at
    most 0."""
    number, read = (columns(x, names, kinds) for kinds in FACTORS.values())
    count = number.shape[1]
    bounds = [(None, None if kind in SUPPORT else 0) for kinds in FACTORS.values() for kind in (*kinds, CONSTANT)]
    ridge = np.array([RIDGE if kind != CONSTANT else 0 for kinds in FACTORS.values() for kind in (*kinds, CONSTANT)])

    def loss(w):
        p, q = logistic(number @ w[:count]), logistic(read @ w[count:])
        both = np.clip(p * q, 1e-9, 1 - 1e-9)
        slope = np.where(y, -1, both / (1 - both)) * weight  # derivative by the logarithm of the probability
        value = -np.sum(weight * np.log(np.where(y, both, 1 - both))) + np.sum(ridge * w * w) / 2
        return value, np.r_[number.T @ (slope * (1 - p)), read.T @ (slope * (1 - q))] + ridge * w

    start = np.array([START if kind == CONSTANT else 0.0 for kinds in FACTORS.values() for kind in (*kinds, CONSTANT)])
    w = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 2000, "maxfun": 5000}).x
    return w[:count], w[count:]


def probability(x, names, weights):
    return np.prod([logistic(columns(x, names, kinds) @ w) for kinds, w in zip(FACTORS.values(), weights)], axis=0)


def judge(x, y, weight, fold, names):
    """The probability of each string, by a fit to the strings of the other folds."""
    p = np.zeros(len(y))
    for here in (fold == i for i in range(FOLDS)):
        p[here] = probability(x[here], names, fit(x[~here], y[~here], weight[~here], names))
    return p


def max_wrong_share(wrong, count):
    """The upper end of Wilson's interval for the share of wrong strings."""
    z = CONFIDENCE
    return (wrong + z * z / 2 + z * math.sqrt(wrong * (count - wrong) / max(1, count) + z * z / 4)) / (count + z * z)


def min_threshold(error, p, right):
    """The least threshold at which the share of wrong strings of a source is at most error, with CONFIDENCE. If
    there are too few strings to show that, the threshold with the least bound."""
    grid = np.arange(0.5, 0.995, 0.005)
    bound = np.array([max_wrong_share(np.sum(~right[p >= t]), np.sum(p >= t)) for t in grid])
    return grid[np.argmax(bound <= error) if np.any(bound <= error) else np.argmin(bound)]


def thresholds(p, right, group):
    """For each of ERRORS the greatest threshold over the sources of GUARANTEED."""
    each = []
    print("| threshold for | " + " | ".join(f"{100 * error:g} %" for error in ERRORS) + " |\n" + "|---" * (1 + len(ERRORS)) + "|")
    for source in GUARANTEED:
        here = group == READ.index(source)
        each.append([min_threshold(error, p[here], right[here]) for error in ERRORS])
        print(f"| {source} | " + " | ".join(f"{t:.3f}" for t in each[-1]) + " |")
    return list(zip(ERRORS, np.max(each, axis=0)))


def write_table(name, lines):
    """Replaces the lines between the comments that mark a part of the table."""
    with open(TABLE) as file:
        text = file.read()
    begin, end = f"/* {name}: begin */\n", f"\n/* {name}: end */"
    text = text[:text.index(begin) + len(begin)] + "\n".join(lines) + text[text.index(end):]
    with open(TABLE + ".new", "w") as file:
        file.write(text)
    os.rename(TABLE + ".new", TABLE)


def report(name, p, right):
    cells = []
    for threshold in (0.5, 0.8, 0.9, 0.95, 0.98, 0.99):
        taken = p >= threshold
        wrong = np.sum(taken & ~right)
        cells.append(f"{100 * taken.mean():.1f} / {100 * wrong / max(1, taken.sum()):.2f}")
    print(f"| {name} | {len(p)} | {100 * right.mean():.1f} | " + " | ".join(cells) + " |", flush=True)


def fit_evidence(options):
    names = re.findall(r"^    LENET5_EVIDENCE_(\w+),", open(f"{ROOT}/include/lenet5/reading.h").read(), re.M)
    counts = {source: options.count * MORE.get(source, 1) for source in READ}
    rows = {source: sum(parts, []) for source, parts in in_parts(evidence_of, options, counts).items()}
    x, y, number = (np.array([r[i] for s in READ for r in rows[s]]) for i in range(3))
    group = np.array([i for i, s in enumerate(READ) for _ in rows[s]])
    shares = np.array([SHARES[s] for s in READ])
    weight = np.array([len(y) * shares[g] / shares.sum() / np.sum(group == g) for g in group])
    fitted = dict(zip(FACTORS, fit(x, y, weight, names)))
    for factor, w in fitted.items():
        for kind, value in zip((*FACTORS[factor], CONSTANT), w):
            print(f"{factor:13s} {kind:10s} {value:8.3f}")
    p = judge(x, y, weight, number % FOLDS, names)
    print("| source | strings | right % | accepted % / wrong % of these at 0.5 | 0.8 | 0.9 | 0.95 | 0.98 | 0.99 |\n" + "|---" * 9 + "|")
    for i, s in enumerate(READ):
        report(s, p[group == i], y[group == i])
    held = thresholds(p, y, group)
    print("thresholds of --max-error:", ", ".join(f"{100 * error:g} %: {threshold:.3f}" for error, threshold in held))
    if options.write:
        lines = []
        for factor, w in fitted.items():
            rows = [f"    [LENET5_EVIDENCE_{kind}] = {value:.3f}," for kind, value in zip(FACTORS[factor], w)]
            lines += [f"static const logistic {factor} = {{{w[-1]:.3f}, {{", *rows, "}};"]
        pairs = ", ".join(f"{{{error}, {threshold:.3f}}}" for error, threshold in held)
        write_table("fitted", [*lines, f"static const error_threshold error_thresholds[] = {{{pairs}}};"])


def last_digits(data, folder):
    """Writes only the last HELD_OUT training digits to a folder; returns it."""
    for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
        mnist.write_part(f"{folder}/{name}", data, name, slice(-HELD_OUT, None))
    return folder


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("data")
    parser.add_argument("--step", choices=("search", "evidence"))
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--model")
    parser.add_argument("--build", default=f"{ROOT}/build/release")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pictures", help="a folder that keeps the pictures; existing ones are not drawn again")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        options.pictures = options.pictures or temporary
        options.network = ["--model", options.model] if options.model else []
        options.digits = last_digits(options.data, temporary) if options.model else options.data
        if options.step != "evidence":
            fit_costs(options)
        if options.step != "search":
            fit_evidence(options)


if __name__ == "__main__":
    main()
