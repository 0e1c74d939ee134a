#!/usr/bin/python3
"""The error by the size of the training set, with and without distortions: the paper's figure 6.

usage: bench/by_size.py DATA [--sizes N,N,...] [--seeds N] [--jobs N] [--program PROGRAM] [--folder FOLDER]
                        [--figure FILE.svg]
example: bench/by_size.py ~/.local/share/lenet5/mnist --sizes 1000,10000 --jobs 2

Trains recipe 1998 (undistorted) and recipe best (distorted) on the first 1,000 to 60,000 training pictures, or on the
sizes given, with one or more seeds, and counts the errors on the test pictures. Each training has as many updates as
one with all 60,000 pictures (recipe best: with 100 epochs), but at most 1,000 epochs. DATA is the folder of MNIST.
FOLDER (build/by-size) keeps the models; existing ones are not trained again. N trainings run in parallel, each on one
thread; a size and seed take two minutes. --figure needs Debian's python3-matplotlib."""
import concurrent.futures
import json
import os
import subprocess

import command_line
import mnist

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ALL = 60000
SIZES = (1000, 2000, 5000, 10000, 20000, 40000, ALL)
EPOCHS = {"1998": 20, "best": 100}


def first_pictures(options, size):
    """A folder with the first `size` training pictures, and the test set."""
    folder = f"{options.folder}/first-{size}"
    os.makedirs(folder, exist_ok=True)
    for part, count in (("train", size), ("t10k", 10000)):
        for name in (f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"):
            mnist.write_part(f"{folder}/{name}", options.data, name, slice(count))


def train(options, recipe, size, seed):
    model = f"{options.folder}/{recipe}-{size}-{seed}.safetensors"
    if not os.path.exists(model):
        epochs = min(1000, EPOCHS[recipe] * ALL // size)
        subprocess.run([options.program, "train", "--recipe", recipe, "--data", f"{options.folder}/first-{size}", "--epochs",
                        str(epochs), "--seed", str(seed), "--threads", "1", "--quiet", "--out", model], check=True)
    return model


def test(options, model):
    out = subprocess.run([options.program, "test", model, "--data", options.data, "--json"], stdout=subprocess.PIPE, check=True)
    return json.loads(out.stdout)["error_pct"]


def draw(errors, sizes, path):
    import plotting
    figure, axes = plotting.plt.subplots(figsize=(7.6, 4.6))
    for recipe, colour, words in (("1998", plotting.VERMILION, "recipe 1998, undistorted"),
                                  ("best", plotting.BLUE, "recipe best, distorted")):
        means = [sum(errors[recipe, size]) / len(errors[recipe, size]) for size in sizes]
        axes.fill_between(sizes, [min(errors[recipe, size]) for size in sizes], [max(errors[recipe, size]) for size in sizes],
                          color=colour, alpha=0.2, linewidth=0)
        axes.plot(sizes, means, marker="o", color=colour, label=words)
    axes.plot((15000, 30000, 60000), (1.71, 1.15, 0.95), "--", marker="s", markerfacecolor="white", color=plotting.ORANGE,
              label="the paper, undistorted (read off figure 6)")
    axes.plot((60000,), (0.8,), marker="s", markerfacecolor="white", color=plotting.GREY, linestyle="none",
              label="the paper, distorted")
    axes.set(xscale="log", yscale="log", xlabel="training pictures", ylabel="test error %",
             title="Error by the size of the training set")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.set_yticks((0.4, 0.5, 0.7, 1, 1.5, 2, 3, 5), ("0.4", "0.5", "0.7", "1", "1.5", "2", "3", "5"))
    axes.minorticks_off()
    axes.legend()
    plotting.save(figure, path)


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("data")
    parser.add_argument("--program", default=f"{ROOT}/build/release/lenet5")
    parser.add_argument("--folder", default=f"{ROOT}/build/by-size")
    parser.add_argument("--figure")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    for size in sizes:
        first_pictures(options, size)
    jobs = [(recipe, size, seed) for recipe in EPOCHS for size in sizes for seed in range(1, options.seeds + 1)]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        models = list(pool.map(lambda job: train(options, *job), jobs))
    errors = {}
    for (recipe, size, _), model in zip(jobs, models):
        errors.setdefault((recipe, size), []).append(test(options, model))
    print("| training pictures | recipe 1998 | mean | recipe best | mean |\n|---|---|---|---|---|")
    for size in sizes:
        cells = []
        for recipe in EPOCHS:
            found = errors[recipe, size]
            cells += [" ".join("%.2f" % error for error in found), "%.2f" % (sum(found) / len(found))]
        print("| %s | %s |" % (format(size, ","), " | ".join(cells)))
    if options.figure:
        draw(errors, sizes, options.figure)


if __name__ == "__main__":
    main()
