#!/usr/bin/python3
"""A fully connected 784-300-10 network beside LeNet-5 on distorted and noisy pictures (the paper's figures 9 and 13).

usage: bench/fully_connected.py DATA [--epochs N] [--program PROGRAM] [--figure FILE.svg]
example: bench/fully_connected.py ~/.local/share/lenet5/mnist --epochs 2

Shows what receptive fields, shared weights and subsampling contribute. The fully connected network has 238,510
parameters, four times LeNet-5's, and is trained like recipe best: Adam with a one-cycle rate, minibatches of 64, each
picture shifted, rotated, scaled, squeezed and slanted differently in each of N (20) epochs, but without elastic
distortions, variations of the ink, and negatives. Prints its errors on the 10,000 test pictures in %, shifted, rotated, scaled,
slanted and noisy, beside those of `lenet5 test --distorted` with the built-in model. DATA is the folder of MNIST.
Needs Debian's python3-torch and the built program; --figure needs python3-matplotlib."""
import json
import math
import os
import subprocess
import sys

import command_line
import torch
from torch import nn

from mnist import load

torch.manual_seed(1)
SIDE = 28
DEGREE = math.pi / 180

# The views and names of cli/test.c.
VIEWS = {
    "moved 1 to the right": {"right": 1}, "moved 2 to the right": {"right": 2}, "moved 3 to the right": {"right": 3},
    "moved 4 to the right": {"right": 4}, "moved 3 to the left": {"right": -3}, "moved 4 to the left": {"right": -4},
    "moved 2 down": {"down": 2}, "moved 3 down": {"down": 3}, "moved 4 down": {"down": 4}, "moved 3 up": {"down": -3},
    "moved 4 up": {"down": -4}, "turned 10 degrees clockwise": {"turn": 10}, "turned 15 degrees clockwise": {"turn": 15},
    "turned 20 degrees clockwise": {"turn": 20}, "turned 10 degrees back": {"turn": -10},
    "turned 15 degrees back": {"turn": -15}, "turned 20 degrees back": {"turn": -20}, "0.7 times as large": {"size": 0.7},
    "0.8 times as large": {"size": 0.8}, "0.9 times as large": {"size": 0.9}, "1.1 times as large": {"size": 1.1},
    "1.2 times as large": {"size": 1.2}, "1.3 times as large": {"size": 1.3}, "slanted 0.2 to the right": {"shear": -0.2},
    "slanted 0.4 to the right": {"shear": -0.4}, "slanted 0.2 to the left": {"shear": 0.2},
    "slanted 0.4 to the left": {"shear": 0.4}, "noise of 25 levels": {"noise": 25}, "noise of 50 levels": {"noise": 50},
    "noise of 100 levels": {"noise": 100},
}


def tensors(folder, part):
    pictures, labels = load(folder, part)
    return torch.tensor(pictures).unsqueeze(1), torch.tensor(labels, dtype=torch.long)


def warp(pictures, across, down, middle):
    """Inverse affine map: the pixel at (x, y) from the middle is interpolated at middle + x across + y down; in pixels."""
    scale = 2 / SIDE
    theta = torch.stack([torch.stack([across[0], down[0], middle[0] * scale], 1),
                         torch.stack([across[1], down[1], middle[1] * scale], 1)], 1)
    grid = nn.functional.affine_grid(theta, pictures.shape, align_corners=False)
    return nn.functional.grid_sample(pictures, grid, align_corners=False)


def even(count, most):
    return (2 * torch.rand(count) - 1) * most


def distort(pictures):
    n = len(pictures)
    turn, shear, size, squeeze = even(n, 0.12), even(n, 0.12), even(n, 0.1), even(n, 0.06)
    wide, high, c, s = torch.exp(size + squeeze), torch.exp(size - squeeze), torch.cos(turn), torch.sin(turn)
    return warp(pictures, (c * wide, s * wide), ((shear * c - s) * high, (shear * s + c) * high),
                (even(n, 1.5), even(n, 1.5)))


def see(pictures, right=0, down=0, turn=0, size=1, shear=0, noise=0):
    c, s = math.cos(turn * DEGREE) / size, math.sin(turn * DEGREE) / size
    across, downward = (c + shear * s, -s), (s - shear * c, c)
    middle = [-right * across[i] - down * downward[i] for i in range(2)]
    many = lambda pair: tuple(torch.full((len(pictures),), float(v)) for v in pair)
    seen = warp(pictures, many(across), many(downward), many(middle))
    return (seen + (2 * torch.rand(seen.shape) - 1) * noise / 255).clamp(0, 1)


def train(pictures, labels, epochs):
    net = nn.Sequential(nn.Flatten(), nn.Linear(784, 300), nn.Tanh(), nn.Linear(300, 10))
    optimiser = torch.optim.Adam(net.parameters(), betas=(0.9, 0.99))
    steps = epochs * ((len(labels) + 63) // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps, pct_start=0.2)
    for number in range(epochs):
        order = torch.randperm(len(labels))
        wrong = 0
        for part in order.split(64):
            answer = net(distort(pictures[part]))
            optimiser.zero_grad()
            nn.functional.cross_entropy(answer, labels[part]).backward()
            optimiser.step()
            schedule.step()
            wrong += int((answer.argmax(1) != labels[part]).sum())
        if sys.stderr.isatty():
            print("\repoch %d of %d, training error %.2f %%" % (number + 1, epochs, 100 * wrong / len(labels)), end="",
                  file=sys.stderr)
    return net


# The panels of the figure: the variable of the axis, its name, and its neutral value.
PANELS = (("right", "pixels to the right", 0), ("down", "pixels down", 0), ("turn", "degrees clockwise", 0),
          ("size", "times as large", 1), ("shear", "slant to the left", 0), ("noise", "noise, grey levels", 0))


def draw(errors, path):
    """errors: by the view's name, of the fully connected network and of LeNet-5."""
    import plotting
    figure, panels = plotting.plt.subplots(2, 3, figsize=(9.6, 5.6), sharey=True)
    for axes, (key, name, rest) in zip(panels.flat, PANELS):
        points = sorted([(rest, "as they are")] + [(view[key], words) for words, view in VIEWS.items() if key in view])
        places = [place for place, _ in points]
        for which, colour, label in ((0, plotting.VERMILION, "784-300-10"), (1, plotting.BLUE, "LeNet-5")):
            axes.plot(places, [errors[words][which] for _, words in points], marker="o", color=colour, label=label)
        axes.set(xlabel=name, yscale="log")
        axes.set_yticks((0.5, 1, 2, 5, 10, 20, 50), ("0.5", "1", "2", "5", "10", "20", "50"))
        axes.minorticks_off()
    for row in panels:
        row[0].set_ylabel("test error %")
    panels[0][0].legend()
    figure.suptitle("Moved, turned, scaled, slanted and noisy pictures")
    plotting.save(figure, path)


def main():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = command_line.parser(__doc__)
    parser.add_argument("data")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--program", default=f"{root}/build/release/lenet5")
    parser.add_argument("--figure")
    options = parser.parse_args()
    data = options.data
    lines = subprocess.run([options.program, "test", "--data", data, "--distorted", "--json"], stdout=subprocess.PIPE,
                           check=True).stdout.decode().splitlines()
    ours = {row["seen"]: row["error_pct"] for row in json.loads(lines[1])["distorted"]}
    assert list(ours) == list(VIEWS), "cli/test.c and this script have other views"
    ours["as they are"] = json.loads(lines[0])["error_pct"]
    net = train(*tensors(data, "train"), options.epochs)
    pictures, labels = tensors(data, "t10k")
    errors = {}
    print("%-28s %12s %12s" % ("seen", "784-300-10", "LeNet-5"))
    with torch.no_grad():
        for name, view in [("as they are", {})] + list(VIEWS.items()):
            error = 100 * float((net(see(pictures, **view)).argmax(1) != labels).float().mean())
            errors[name] = (error, ours[name])
            print("%-28s %10.2f %% %10.2f %%" % (name, *errors[name]))
    if options.figure:
        draw(errors, options.figure)


if __name__ == "__main__":
    main()
