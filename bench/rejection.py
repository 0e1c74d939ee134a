#!/usr/bin/python3
"""The error among the accepted digits by the share of rejected ones: the paper's figure 10.

usage: bench/rejection.py FIGURE.svg DATA MODEL[=NAME] ... [--program PROGRAM]
example: bench/rejection.py build/rejection.svg ~/.local/share/lenet5/mnist builtin

Each MODEL (a file, several files with commas between them as a committee, or "builtin") classifies the 10,000 test
pictures of DATA with `lenet5 test --answers`. Digits are rejected in the order of their probability, the least first.
NAME is the model's name in the figure. Needs Debian's python3-matplotlib."""
import csv
import os
import subprocess
import tempfile

import command_line
import plotting

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAX_REJECTED = 3.0  # percent: the figure's range


def curve(program, data, model):
    """Pairs of percentages: rejected, and wrong among the accepted."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "answers.csv")
        files = [] if model == "builtin" else model.split(",")
        subprocess.run([program, "test", *files, "--data", data, "--answers", path], stdout=subprocess.DEVNULL, check=True)
        with open(path) as file:
            rows = list(csv.DictReader(file))
    rows.sort(key=lambda row: -float(row["odds_against"]))
    wrong, count, points = sum(row["truth"] != row["answer"] for row in rows), len(rows), []
    for rejected, row in enumerate(rows):
        points.append((100 * rejected / count, 100 * wrong / (count - rejected)))
        wrong -= row["truth"] != row["answer"]
    return points


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("figure")
    parser.add_argument("data")
    parser.add_argument("models", nargs="+")
    parser.add_argument("--program", default=f"{ROOT}/build/release/lenet5")
    options = parser.parse_args()
    figure, axes = plotting.plt.subplots(figsize=(7.6, 4.6))
    colours = (plotting.BLUE, plotting.VERMILION, plotting.GREEN, plotting.ORANGE)
    print("%-32s %s" % ("error among the accepted", "   ".join("%g %%" % risk for risk in (0.5, 0.2, 0.1, 0.05))))
    for colour, model in zip(colours, options.models):
        path, _, name = model.partition("=")
        points = [point for point in curve(options.program, options.data, path)]
        least = [min((rejected for rejected, error in points if error <= risk), default=100) for risk in (0.5, 0.2, 0.1, 0.05)]
        print("%-32s %s  rejected" % (name or path, " ".join("%5.2f %%" % rejected for rejected in least)))
        shown = [point for point in points if point[0] <= MAX_REJECTED]
        axes.plot(*zip(*shown), color=colour, label=name or path)
    axes.plot((1.8,), (0.5,), linestyle="none", marker="s", markerfacecolor="white", color=plotting.GREY,
              label="the paper: LeNet-4, boosted LeNet-4")
    axes.plot((0.5,), (0.5,), linestyle="none", marker="s", markerfacecolor="white", color=plotting.GREY)
    axes.set(xlabel="rejected %", ylabel="error % among the accepted", xlim=(0, MAX_REJECTED), ylim=(0, None),
             title="Rejection: error by how many test digits are rejected")
    axes.legend()
    plotting.save(figure, options.figure)


if __name__ == "__main__":
    main()
