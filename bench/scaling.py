#!/usr/bin/python3
"""How much faster two processes are than one, at work that needs no exchange: committees, sweeps of seeds, reading.

usage: bench/scaling.py DATA [MEASURE...] [--mpi NAME] [--epochs N] [--pictures N] [--repeat N] [--json]
example: bench/scaling.py ~/.local/share/lenet5/mnist committee --epochs 4

MEASURE is any of these, all of them by default:

  committee  eight networks of recipe best, by mpirun
  sweep      16 seeds of it, by mpirun
  apart      the same without MPI, each process with its share of the seeds: what the machine allows
  shards     pictures of strings in 16 parts, each read by a process of its own
  ranks      the same pictures, by mpirun

Each process has one thread. One and two processes take turns, --repeat times. Printed are the medians of the times,
start-up included, and the median ratio. The machine needs two idle processors."""
import concurrent.futures
import json
import os
import statistics
import subprocess
import tempfile
import time

import command_line

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PARTS = 16
SEEDS = 16
DRAWN = 1000  # pictures drawn; further ones are other names of these, since drawing takes longer than reading
READ = ["read", "--files", "list", "--json", "--threads", "1", "--exit-zero"]
MPIRUN = f"{ROOT}/tests/scale/mpirun"


def run(command, folder):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout.decode(errors='replace')}")


def launch(options, ranks, arguments, folder):
    run([MPIRUN, options.mpi, str(ranks), options.program, *arguments], folder)


def common(options):
    return ["--recipe", "best", "--epochs", str(options.epochs), "--threads", "1", "--quiet", "--data", options.data,
            "--restart"]


def train(options, processes, folder, *what):
    launch(options, processes, ["train", *common(options), "--out", f"{folder}/model.safetensors", *what], folder)


def train_apart(options, processes, folder):
    """The sweep by processes that know nothing of each other: what the machine itself allows."""
    def work(index):
        run([options.program, "train", *common(options), "--out", f"{folder}/apart-{index}.safetensors",
             "--seeds", f"{1 + index * SEEDS // processes}-{(index + 1) * SEEDS // processes}"], folder)
    with concurrent.futures.ThreadPoolExecutor(processes) as pool:
        list(pool.map(work, range(processes)))


def train_committee(options, processes, folder):
    train(options, processes, folder, "--committee", "8")


def train_sweep(options, processes, folder):
    train(options, processes, folder, "--seeds", f"1-{SEEDS}")


def draw(options, folder):
    """Draws the pictures and lists their names, unless they are there."""
    if os.path.exists(f"{folder}/list"):
        return
    drawn = min(DRAWN, options.pictures)
    run([options.program, "synth", "--strings", "drawn", "--count", str(drawn), "--digits", "3"], folder)
    names = sorted(name for name in os.listdir(f"{folder}/drawn") if name.endswith(".png"))
    os.mkdir(f"{folder}/pictures")
    with open(f"{folder}/list", "w") as file:
        for i in range(options.pictures):
            os.link(f"{folder}/drawn/{names[i % drawn]}", f"{folder}/pictures/{i:08d}.png")
            file.write(f"pictures/{i:08d}.png\n")


def read_shards(options, processes, folder):
    def read(part):
        run([options.program, *READ, "--out", "parts", "--shard", f"{part}/{PARTS}"], folder)
    with concurrent.futures.ThreadPoolExecutor(processes) as pool:
        list(pool.map(read, range(1, PARTS + 1)))


def read_ranks(options, processes, folder):
    launch(options, processes, [*READ, "--out", f"ranks-{processes}"], folder)


MEASURES = {"committee": (train_committee, "a committee of 8"), "sweep": (train_sweep, f"a sweep of {SEEDS} seeds"),
            "apart": (train_apart, f"{SEEDS} seeds, no MPI"),
            "shards": (read_shards, f"{PARTS} parts"), "ranks": (read_ranks, "reading by ranks")}


def measure(options, name, folder):
    work, what = MEASURES[name]
    if work in (read_shards, read_ranks):
        draw(options, folder)
    seconds = {1: [], 2: []}
    for _ in range(options.repeat):
        for processes in seconds:
            begun = time.monotonic()
            work(options, processes, folder)
            seconds[processes].append(time.monotonic() - begun)
    ratios = [one / two for one, two in zip(seconds[1], seconds[2])]
    row = {"measure": name, "one_seconds": statistics.median(seconds[1]), "two_seconds": statistics.median(seconds[2]),
           "ratio": statistics.median(ratios), "ratios": ratios}
    if options.json:
        print(json.dumps(row), flush=True)
        return
    print(f"{what:<20}  one process {row['one_seconds']:7.2f} s  two {row['two_seconds']:7.2f} s  "
          f"ratio {row['ratio']:.3f} ({min(ratios):.3f} to {max(ratios):.3f})", flush=True)


def main():
    parser = command_line.parser(__doc__)
    parser.add_argument("data", metavar="DATA", help="the folder of MNIST")
    parser.add_argument("measures", metavar="MEASURE", nargs="*", choices=MEASURES)
    parser.add_argument("--program", default=f"{ROOT}/build/release/lenet5", metavar="FILE",
                        help="lenet5; default: that of build/release")
    parser.add_argument("--mpi", choices=["openmpi", "mpich"], default="openmpi",
                        help="the implementation of MPI (openmpi)")
    parser.add_argument("--epochs", type=int, default=4, metavar="N", help="of each training (4)")
    parser.add_argument("--pictures", type=int, default=4000, metavar="N", help="that are read (4000)")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="measurements of each (3)")
    parser.add_argument("--json", action="store_true", help="print a JSON object for each measure")
    options = parser.parse_args()
    options.data, options.program = os.path.abspath(options.data), os.path.abspath(options.program)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.measures or MEASURES:
            measure(options, name, folder)


if __name__ == "__main__":
    main()
