#!/usr/bin/python3
"""The cost of negatives: the error on digits of recipe best with and without negatives in training.

usage: bench/negatives.py DATA [--seeds N] [--epochs N] [--jobs N] [--program PROGRAM] [--folder FOLDER]
example: bench/negatives.py ~/.local/share/lenet5/mnist --seeds 4 --jobs 2

For each of N (24) seeds, trains two networks on the first 50,000 training pictures, with the recipe's share of
negatives and without, and counts their errors on the last 10,000. The test set is not used. DATA is the folder of
MNIST. N trainings run in parallel, each on one thread; a seed takes a minute. FOLDER (build/negatives) keeps the
models; existing ones are not trained again. Needs Debian's python3-scipy."""
import concurrent.futures
import json
import os
import statistics
import subprocess

import command_line
import scipy.stats

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def train(options, negatives, seed):
    """The validation error of one network, in percent."""
    model = f"{options.folder}/{'with' if negatives else 'without'}-{seed}-{options.epochs}.safetensors"
    if not os.path.exists(model):
        share = [] if negatives else ["--negatives", "0"]
        subprocess.run([options.program, "train", "--recipe", "best", *share, "--data", options.data, "--epochs", str(options.epochs),
                        "--seed", str(seed), "--validation", "10000", "--threads", "1", "--quiet", "--out", model], check=True)
    out = subprocess.run([options.program, "inspect", model, "--json"], stdout=subprocess.PIPE, check=True)
    return json.loads(out.stdout)["metadata"]["held_out_errors"] / 100


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("data")
    parser.add_argument("--seeds", type=int, default=24)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--program", default=f"{ROOT}/build/release/lenet5")
    parser.add_argument("--folder", default=f"{ROOT}/build/negatives")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    seeds = range(1, options.seeds + 1)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        runs = {negatives: [pool.submit(train, options, negatives, seed) for seed in seeds] for negatives in (True, False)}
        errors = {negatives: [run.result() for run in runs[negatives]] for negatives in runs}
    print("| negatives | networks | epochs | validation error % | deviation |\n|---|---|---|---|---|")
    for negatives, words in ((True, "the recipe's"), (False, "none")):
        of = errors[negatives]
        print("| %s | %d | %d | %.4f | %.4f |" % (words, len(of), options.epochs, statistics.mean(of), statistics.stdev(of)))
    cost = [a - b for a, b in zip(errors[True], errors[False])]
    mean, deviation = statistics.mean(cost), statistics.stdev(cost) / len(cost) ** 0.5
    half = deviation * scipy.stats.t.ppf(0.975, len(cost) - 1)
    print("\nthe negatives cost %+.4f points of error (95 %% interval of the mean: %+.4f to %+.4f)" % (mean, mean - half, mean + half))


if __name__ == "__main__":
    main()
