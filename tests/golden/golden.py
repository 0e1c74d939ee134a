#!/usr/bin/env python3
"""An independent LeNet-5 in numpy, written from the paper. test_golden.c compares the C passes with its numbers.

    python3 tests/golden/golden.py > tests/golden/golden.txt

The weights and the input come from a small linear congruential generator, which the test repeats. Convolutions are sums
over shifted whole maps and gradients are derived by hand for each layer, so that nothing is
shared with the C code but the paper.
"""
import numpy as np

A, S = 1.7159, 2.0 / 3.0
TABLE = ["X...XXX..XXXX.XX", "XX...XXX..XXXX.X", "XXX...XXX..X.XXX",
         ".XXX..XXXX..X.XX", "..XXX..XXXX.XX.X", "...XXX..XXXX.XXX"]
CODES = ["3E001C3663636363361C0000", "0C1C3C0C0C0C0C0C0C3F0000", "3E003E6343061C30607F0000", "7F03060C1E030303633E0000",
         "3E00003333736363673F0303", "3E007F60603C1E03633E0000", "1E3060607E736363733E0000", "7F0303060C0C181818180000",
         "3E6363633E636363633E0000", "3E676363673F0303063C0000"]
LABEL, RUBBISH, SCALE = 7, 80.0, 0.2


class Generator:
    def __init__(self):
        self.state = 12345

    def take(self, *shape, bound):
        out = np.empty(int(np.prod(shape)))
        for i in range(out.size):
            self.state = (self.state * 1103515245 + 12345) % 2**31
            out[i] = (self.state / 2**30 - 1) * bound
        return out.astype(np.float32).astype(np.float64).reshape(shape)


def f(a):
    return A * np.tanh(S * a)


def df(x):
    return S / A * (A * A - x * x)


def correlate(x, k):
    n = x.shape[0] - 4
    return sum(k[u, v] * x[u:u + n, v:v + n] for u in range(5) for v in range(5))


def kernel_gradient(x, d):
    n = d.shape[0]
    return np.array([[np.sum(d * x[u:u + n, v:v + n]) for v in range(5)] for u in range(5)])


def input_gradient(d, k):
    out = np.zeros((d.shape[0] + 4,) * 2)
    n = d.shape[0]
    for u in range(5):
        for v in range(5):
            out[u:u + n, v:v + n] += k[u, v] * d
    return out


def four(x):
    return x[:, 0::2, 0::2] + x[:, 0::2, 1::2] + x[:, 1::2, 0::2] + x[:, 1::2, 1::2]


def spread(d):
    return d.repeat(2, axis=1).repeat(2, axis=2)


g = Generator()
p = {"c1.weight": g.take(6, 5, 5, bound=0.4), "c1.bias": g.take(6, bound=0.2),
     "s2.coefficient": g.take(6, bound=0.5), "s2.bias": g.take(6, bound=0.2),
     "c3.weight": g.take(60, 5, 5, bound=0.2), "c3.bias": g.take(16, bound=0.2),
     "s4.coefficient": g.take(16, bound=0.5), "s4.bias": g.take(16, bound=0.2),
     "c5.weight": g.take(120, 16, 5, 5, bound=0.1), "c5.bias": g.take(120, bound=0.2),
     "f6.weight": g.take(84, 120, bound=0.2), "f6.bias": g.take(84, bound=0.2)}
image = g.take(32, 32, bound=1.0)
codes = np.array([[1.0 if b == "1" else -1.0 for byte in bytes.fromhex(c) for b in format(byte, "07b")] for c in CODES])
pairs = [(m, s) for m in range(16) for s in range(6) if TABLE[s][m] == "X"]

x = {}
x["c1"] = f(np.array([correlate(image, p["c1.weight"][m]) + p["c1.bias"][m] for m in range(6)]))
x["s2"] = f(p["s2.coefficient"][:, None, None] * four(x["c1"]) + p["s2.bias"][:, None, None])
a = np.zeros((16, 10, 10)) + p["c3.bias"][:, None, None]
for k, (m, s) in enumerate(pairs):
    a[m] += correlate(x["s2"][s], p["c3.weight"][k])
x["c3"] = f(a)
x["s4"] = f(p["s4.coefficient"][:, None, None] * four(x["c3"]) + p["s4.bias"][:, None, None])
x["c5"] = f(np.einsum("omuv,muv->o", p["c5.weight"], x["s4"]) + p["c5.bias"])
x["f6"] = f(p["f6.weight"] @ x["c5"] + p["f6.bias"])
x["penalty"] = ((x["f6"] - codes) ** 2).sum(axis=1)

e = np.exp(-SCALE * np.append(x["penalty"], RUBBISH))
posterior = e / e.sum()
loss = SCALE * x["penalty"][LABEL] + np.log(e.sum())
dy = SCALE * ((np.arange(10) == LABEL) - posterior[:10])

grad = {}
da = (2 * dy @ (x["f6"] - codes)) * df(x["f6"])
grad["f6.weight"], grad["f6.bias"] = np.outer(da, x["c5"]), da
da = (p["f6.weight"].T @ da) * df(x["c5"])
grad["c5.weight"], grad["c5.bias"] = np.einsum("o,muv->omuv", da, x["s4"]), da
da = np.einsum("o,omuv->muv", da, p["c5.weight"]) * df(x["s4"])
grad["s4.coefficient"], grad["s4.bias"] = (da * four(x["c3"])).sum((1, 2)), da.sum((1, 2))
da = spread(p["s4.coefficient"][:, None, None] * da) * df(x["c3"])
grad["c3.bias"] = da.sum((1, 2))
grad["c3.weight"] = np.array([kernel_gradient(x["s2"][s], da[m]) for m, s in pairs])
dx = np.zeros((6, 14, 14))
for k, (m, s) in enumerate(pairs):
    dx[s] += input_gradient(da[m], p["c3.weight"][k])
da = dx * df(x["s2"])
grad["s2.coefficient"], grad["s2.bias"] = (da * four(x["c1"])).sum((1, 2)), da.sum((1, 2))
da = spread(p["s2.coefficient"][:, None, None] * da) * df(x["c1"])
grad["c1.bias"] = da.sum((1, 2))
grad["c1.weight"] = np.array([kernel_gradient(image, da[m]) for m in range(6)])


def show(name, values):
    values = np.asarray(values).ravel()
    step = max(1, values.size // 60)
    print(name, values.size, step)
    print(" ".join("%.12e" % v for v in values[::step]))


for name in ("c1", "s2", "c3", "s4", "c5", "f6", "penalty"):
    show(name, x[name])
show("posterior", posterior)
show("loss", [loss])
for name in p:
    show(name, grad[name])
