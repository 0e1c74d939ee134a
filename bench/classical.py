#!/usr/bin/python3
"""Classical methods on MNIST, as in the paper's figure 9: k nearest neighbours and support vector machines.

usage: bench/classical.py DATA [--quick]
example: bench/classical.py ~/.local/share/lenet5/mnist --quick

Trains on all 60,000 training pictures (with --quick on 6,000) and tests on the 10,000 test pictures; the settings are
common ones, none is tuned here. Prints the error in %, its 95 % interval (Wilson), the seconds of training and the
pictures classified a second, on one processor. DATA is the folder of MNIST. Needs Debian's python3-sklearn."""
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"

from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from mnist import load


def wilson(errors, count, z=1.959964):
    p = errors / count
    centre = p + z * z / (2 * count)
    spread = z * (p * (1 - p) / count + z * z / (4 * count * count)) ** 0.5
    return 100 * (centre - spread) / (1 + z * z / count), 100 * (centre + spread) / (1 + z * z / count)


METHODS = (
    ("linear classifier (logistic regression)", lambda: LogisticRegression(max_iter=1000)),
    ("3 nearest neighbours, Euclidean", lambda: KNeighborsClassifier(3, algorithm="brute")),
    ("40 principal components, support vectors of degree 2", lambda: make_pipeline(
        PCA(40, random_state=0), SVC(kernel="poly", degree=2, coef0=1, gamma="scale", C=10))),
    ("support vectors, polynomial of degree 4", lambda: SVC(kernel="poly", degree=4, coef0=1, gamma=1 / 784, C=100,
                                                            cache_size=2000)),
    ("support vectors, radial basis functions", lambda: SVC(gamma=0.02, C=10, cache_size=2000)),
)


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--quick"]):
        sys.exit(__doc__)
    pictures, labels = load(sys.argv[1], "train")
    test_pictures, test_labels = load(sys.argv[1], "t10k")
    pictures, test_pictures = pictures.reshape(-1, 784), test_pictures.reshape(-1, 784)
    if sys.argv[2:]:
        pictures, labels = pictures[:6000], labels[:6000]
    print("%d training pictures, %d test pictures" % (len(labels), len(test_labels)))
    print("%-54s %8s  %-14s %9s %12s" % ("method", "error", "interval", "training", "pictures/s"))
    for name, make in METHODS:
        start = time.perf_counter()
        model = make().fit(pictures, labels)
        trained = time.perf_counter()
        errors = int((model.predict(test_pictures) != test_labels).sum())
        read_in = time.perf_counter() - trained
        print("%-54s %6.2f %%  %.2f to %.2f %7.0f s %12.0f" % (name, 100 * errors / len(test_labels),
              *wilson(errors, len(test_labels)), trained - start, len(test_labels) / read_in), flush=True)


if __name__ == "__main__":
    main()
