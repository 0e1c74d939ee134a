"""Reads MNIST's files, plain or gzipped, for the other scripts."""
import gzip
import os
import sys

import numpy as np


def read(folder, name):
    for ending in ("", ".gz"):
        path = os.path.join(folder, name + ending)
        if os.path.exists(path):
            with (gzip.open if ending else open)(path, "rb") as stream:
                return stream.read()
    sys.exit("%s: no %s here" % (folder, name))


def write_part(path, folder, name, items):
    """The items of a file that a slice selects, uncompressed."""
    data = read(folder, name)
    header = 4 + 4 * data[3]
    part = np.frombuffer(data, np.uint8, offset=header).reshape(int.from_bytes(data[4:8], "big"), -1)[items]
    with open(path, "wb") as stream:
        stream.write(data[:4] + len(part).to_bytes(4, "big") + data[8:header] + part.tobytes())


def load(folder, part):
    """Pictures (count, 28, 28), floats from 0, paper, to 1, ink; and labels (count). part is train or t10k."""
    pictures = np.frombuffer(read(folder, part + "-images-idx3-ubyte"), np.uint8, offset=16).reshape(-1, 28, 28)
    return pictures.astype(np.float32) / 255, np.frombuffer(read(folder, part + "-labels-idx1-ubyte"), np.uint8, offset=8)
