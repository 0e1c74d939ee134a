"""The style of the scripts' figures: matplotlib with the colours of `lenet5 plot`. Equal numbers give equal bytes."""
import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({
    "svg.hashsalt": "lenet5", "font.family": "sans-serif", "font.size": 10, "axes.spines.top": False,
    "axes.spines.right": False, "axes.grid": True, "grid.color": "#e3e3e3", "axes.axisbelow": True, "lines.linewidth": 1.8,
    "lines.markersize": 5, "legend.frameon": False, "figure.constrained_layout.use": True})
import matplotlib.pyplot as plt  # noqa: E402 (after the settings)

# Okabe and Ito's colours, which are distinct for the colour-blind.
BLUE, VERMILION, GREEN, ORANGE, GREY = "#0072b2", "#d55e00", "#009e73", "#e69f00", "#666666"


def save(figure, path):
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    print(path)
