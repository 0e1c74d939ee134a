"""MNIST's files, plain or gzipped, for the scripts beside."""
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


def write_first(path, folder, name, count):
    """The file of that name with its first so many items alone, uncompressed."""
    data = read(folder, name)
    header = 4 + 4 * data[3]
    size = int(np.prod(np.frombuffer(data, ">u4", data[3] - 1, 8), dtype=int))
    with open(path, "wb") as stream:
        stream.write(data[:4] + count.to_bytes(4, "big") + data[8:header + count * size])


def write_last(path, folder, name, count):
    """The file of that name with its last so many items alone, uncompressed."""
    data = read(folder, name)
    header = 4 + 4 * data[3]
    size = int(np.prod(np.frombuffer(data, ">u4", data[3] - 1, 8), dtype=int))
    with open(path, "wb") as stream:
        stream.write(data[:4] + count.to_bytes(4, "big") + data[8:header] + data[len(data) - count * size:])


def load(folder, part):
    """Pictures as (count, 28, 28) floats from 0, paper, to 1, ink; and labels. part is train or t10k."""
    pictures = np.frombuffer(read(folder, part + "-images-idx3-ubyte"), np.uint8, offset=16).reshape(-1, 28, 28)
    return pictures.astype(np.float32) / 255, np.frombuffer(read(folder, part + "-labels-idx1-ubyte"), np.uint8, offset=8)
