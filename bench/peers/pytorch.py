#!/usr/bin/env python3
"""Measures PyTorch with LeNet-5's training and forward pass, in the fastest known setting.

    python3 pytorch.py [--threads N] [--repeat N] [--json] [--check]

The network is that of network.json. --check compares its penalties and gradients with tests/golden, as the tests do
with the C code. The optimisations, the greatest gains first:

  memory      glibc keeps freed memory (MALLOC_ settings). Otherwise each step returns its maps to the system and gets
              them back page by page, which can take longer than the arithmetic.
  BLAS        with OpenBLAS in place of Debian's reference BLAS, the matrix products are 20 times as fast.
  vectors     ATen uses AVX-512 on some processors only if ATEN_CPU_CAPABILITY requests it; both are tried.
  layers      each has several equivalent forms; the script tries them and keeps the fastest (the "setting"). C3 is a
              dense convolution with a mask of zeros; grouped convolutions by Table I took ten times as long.
  f           A tanh(S a) is never computed as such: S moves into the weights before it, A into those after it. In
              training one product of all parameters with a constant vector does that, and masks C3.
  loss        eq. 9 is a cross entropy over eleven outcomes once |x|2 is taken out of all penalties and put into j.
  Adam        on one vector of all parameters: a quarter of its time on twelve tensors, with foreach or without.
  inference   traced, and frozen or given to optimize_for_inference.

Tracing the training step, and leaving out oneDNN altogether, gained nothing.
"""
import argparse
import functools
import itertools
import json
import math
import os
import statistics
import subprocess
import sys
import time
import warnings

NOT_INSTALLED = 69
PREPARED = "LENET5_PEER_PREPARED"
HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "..", "..", "tests", "golden", "golden.txt")

PICTURES = 60000
SAME_BATCH = 64
TRAINING_BATCHES = [128, 256, 512, 1024, 2048]
FORWARD_BATCHES = [16, 32, 64, 128, 256, 1024]
TRIAL_SECONDS, SECONDS = 0.2, 1.0
SCALE, RUBBISH = 0.1, 40.0
TOLERANCE = 1e-4


def fail(text, code=1):
    print("pytorch: " + text, file=sys.stderr)
    sys.exit(code)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true", help="compare with tests/golden, measure nothing")
    parser.add_argument("--trial", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.threads < 1 or options.repeat < 1:
        parser.error("--threads and --repeat must be at least 1")
    return options


# ---- The environment, which must be set before PyTorch is loaded -----------------------------------------------------

def environment(threads):
    chosen = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads), MALLOC_MMAP_MAX_="0",
                  MALLOC_TRIM_THRESHOLD_=str(16 << 30), MALLOC_TOP_PAD_=str(64 << 20))
    chosen[PREPARED] = "1"
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        chosen.pop(name, None)
    return chosen


def has_avx512():
    try:
        with open("/proc/cpuinfo") as info:
            flags = next((line.split() for line in info if line.startswith("flags")), [])
    except OSError:
        return False
    return {"avx512f", "avx512bw", "avx512dq", "avx512vl"} <= set(flags)


def trial_seconds(chosen):
    done = subprocess.run([sys.executable, os.path.abspath(__file__), "--trial"], env=chosen, stdout=subprocess.PIPE,
                          text=True)
    if done.returncode:
        sys.exit(done.returncode)
    return float(done.stdout)


def start_again_prepared(threads):
    best = environment(threads)
    if has_avx512() and "ATEN_CPU_CAPABILITY" not in best:
        choices = [environment(1), dict(environment(1), ATEN_CPU_CAPABILITY="avx512")] * 2
        if "ATEN_CPU_CAPABILITY" in min(choices, key=trial_seconds):
            best["ATEN_CPU_CAPABILITY"] = "avx512"
    os.execve(sys.executable, [sys.executable, os.path.abspath(__file__)] + sys.argv[1:], best)


OPTIONS = parse_options()
if __name__ == "__main__" and PREPARED not in os.environ:
    sys.stdout.flush()
    start_again_prepared(OPTIONS.threads)

try:
    import torch
    import torch.nn.functional as F
except ImportError as error:
    fail("%s; install it with: apt-get install python3-torch libopenblas0-openmp" % error, NOT_INSTALLED)

# ---- The network -----------------------------------------------------------------------------------------------------

with open(os.path.join(HERE, "network.json")) as file:
    NETWORK = json.load(file)
A, S = NETWORK["a"], NETWORK["s"]
NAMES = [p["name"] for p in NETWORK["parameters"]]
SHAPES = [(16, 6, 5, 5) if p["name"] == "c3.weight" else tuple(p["shape"]) for p in NETWORK["parameters"]]
SIZES = [math.prod(shape) for shape in SHAPES]
CODES = torch.tensor([[2.0 * int(bit) - 1 for byte in bytes.fromhex(code) for bit in format(byte, "07b")]
                      for code in NETWORK["codes"]])
TABLE = torch.tensor([[NETWORK["table"][s][m] == "X" for s in range(6)] for m in range(16)])
MASK = TABLE[:, :, None, None].expand(16, 6, 5, 5).float().contiguous()


def folding():
    """The factors of the parameters that turn f into tanh: S for its argument, A for the states of its inputs."""
    factors = []
    for name, size in zip(NAMES, SIZES):
        of_states = not name.endswith("bias") and name != "c1.weight"
        factor = torch.full((size,), S * A if of_states else S)
        factors.append(factor * MASK.flatten() if name == "c3.weight" else factor)
    return torch.cat(factors)


FOLDING = folding()


def folded(parameters):
    return [part.view(shape) for part, shape in zip((parameters * FOLDING).split(SIZES), SHAPES)]


def generator():
    """The numbers of tests/golden/golden.py."""
    state = 12345
    while True:
        state = (state * 1103515245 + 12345) % 2**31
        yield state / 2**30 - 1


def take(numbers, shape, bound):
    return torch.tensor([next(numbers) * bound for _ in range(math.prod(shape))]).view(shape)


def golden_parameters(numbers):
    parts = []
    for parameter in NETWORK["parameters"]:
        part = take(numbers, parameter["shape"], parameter["bound"])
        if parameter["name"] == "c3.weight":
            dense = torch.zeros(16, 6, 5, 5)
            dense[TABLE] = part
            part = dense
        parts.append(part.flatten())
    return torch.cat(parts)


# ---- Equivalent forms of a layer -------------------------------------------------------------------------------------

LAST = torch.channels_last


def convolution(x, weight, bias):
    return F.conv2d(x.contiguous(), weight, bias)


def convolution_channels_last(x, weight, bias):
    return F.conv2d(x.contiguous(memory_format=LAST), weight.contiguous(memory_format=LAST), bias)


def convolution_native(x, weight, bias):
    return torch.ops.aten.thnn_conv2d(x, weight, [5, 5], bias)


def convolution_unfolded(x, weight, bias):
    batch = int(x.shape[0])
    windows = x.squeeze(1).unfold(1, 5, 1).unfold(2, 5, 1).permute(0, 3, 4, 1, 2).reshape(batch, 25, 784)
    product = torch.baddbmm(bias.view(1, 6, 1), weight.view(1, 6, 25).expand(batch, 6, 25), windows)
    return product.view(batch, 6, 28, 28)


def subsampling_convolution(x, coefficient, bias):
    maps = coefficient.numel()
    return F.conv2d(x, coefficient.view(maps, 1, 1, 1).repeat(1, 1, 2, 2), bias, stride=2, groups=maps)


@functools.lru_cache(None)
def sums_of_four(side):
    """The matrix that turns two rows of 2 side numbers into the side sums of their 2x2 squares."""
    matrix = torch.zeros(2, 2 * side, side)
    for column in range(side):
        matrix[:, 2 * column:2 * column + 2, column] = 1
    return matrix.view(4 * side, side)


def subsampling_product(x, coefficient, bias):
    batch, maps, side = (int(size) for size in x.shape[:3])
    side //= 2
    sums = (x.reshape(-1, 4 * side) @ sums_of_four(side)).view(batch, maps, side, side)
    return torch.addcmul(bias.view(maps, 1, 1), sums, coefficient.view(maps, 1, 1))


def fully_product(x, weight, bias):
    return F.linear(x.flatten(1), weight.flatten(1), bias)


def fully_convolution(x, weight, bias):
    x = x if x.dim() == 4 else x.view(-1, weight.shape[1], 1, 1)
    return F.conv2d(x, weight if weight.dim() == 4 else weight[:, :, None, None], bias).flatten(1)


C1 = {"convolution": convolution, "native": convolution_native, "unfolded": convolution_unfolded}
S2 = {"convolution": subsampling_convolution, "product": subsampling_product}
C3 = {"convolution": convolution, "channels last": convolution_channels_last}
S4 = S2
C5 = {"product": fully_product, "convolution": fully_convolution}


def describe(form):
    return ", ".join("%s %s" % pair for pair in zip(("C1", "S2", "C3", "S4", "C5+F6"), form))


def forward(x, q, form):
    """Up to the tanh of F6, which is its state but for the factor A; q are the folded parameters."""
    c1, s2, c3, s4, c5 = form
    x = torch.tanh(C1[c1](x, q[0], q[1]))
    x = torch.tanh(S2[s2](x, q[2], q[3]))
    x = torch.tanh(C3[c3](x, q[4], q[5]))
    x = torch.tanh(S4[s4](x, q[6], q[7]))
    x = torch.tanh(C5[c5](x, q[8], q[9]))
    return torch.tanh(C5[c5](x, q[10], q[11]))


CODES_A = (A * CODES.t()).contiguous()


def penalties(t):
    """Eq. 7 for the states x = A t: |x|2 - 2 x.w + 84."""
    return torch.addmm((t * t).sum(1, keepdim=True).mul(A * A).add(84.0), t, CODES_A, alpha=-2.0)


class Loss:
    """The mean of eq. 9. With |x|2 + 84 taken out of all penalties, ten exponents are linear in x and j's is not."""

    def __init__(self, scale, rubbish):
        self.linear = torch.cat([2 * scale * CODES_A, torch.zeros(84, 1)], 1)
        self.square = torch.cat([torch.zeros(84, 10), torch.full((84, 1), scale * A * A)], 1)
        self.constant = torch.cat([torch.zeros(10), torch.tensor([scale * (84 - rubbish)])])

    def __call__(self, t, labels):
        exponents = torch.addmm(torch.addmm(self.constant, t, self.linear), t * t, self.square)
        return F.cross_entropy(exponents, labels)


# ---- Training --------------------------------------------------------------------------------------------------------

class Trainer:
    """Steps through random pictures of bytes in memory, normalised and padded in each step."""

    def __init__(self, data, batch, form):
        self.pictures, self.labels = data
        self.batch, self.form = batch, form
        self.input = torch.full((batch, 1, 32, 32), -0.1)
        self.paper, self.loss = torch.tensor(-0.1), Loss(SCALE, RUBBISH)
        self.parameters = golden_start().clone().requires_grad_()
        self.adam = torch.optim.Adam([self.parameters], lr=1e-3, betas=(0.9, 0.99))
        self.next = 0

    def learn(self, pictures, labels):
        x = self.input[:len(pictures)]
        torch.add(self.paper, pictures, alpha=1.275 / 255, out=x[:, :, 2:30, 2:30])
        self.loss(forward(x, folded(self.parameters), self.form), labels).backward()
        self.adam.step()
        self.parameters.grad = None

    def step(self):
        if self.next + self.batch > len(self.pictures):
            self.next = 0
        part = slice(self.next, self.next + self.batch)
        self.next += self.batch
        self.learn(self.pictures[part], self.labels[part])

    def epoch(self):
        for part in torch.randperm(len(self.pictures)).split(self.batch):
            self.learn(self.pictures.index_select(0, part), self.labels.index_select(0, part))


@functools.lru_cache(None)
def golden_start():
    return golden_parameters(generator())


def random_data():
    return torch.randint(0, 256, (PICTURES, 1, 28, 28), dtype=torch.uint8), torch.randint(0, 10, (PICTURES,))


# ---- Inference -------------------------------------------------------------------------------------------------------

INFERENCE_FORMS = [
    ("convolution", "convolution", "convolution", "convolution", "product"),
    ("convolution", "convolution", "convolution", "convolution", "convolution"),
    ("native", "product", "convolution", "product", "product"),
    ("unfolded", "product", "convolution", "product", "product"),
    ("native", "product", "convolution", "product", "convolution"),
]
COMPILERS = {"frozen": torch.jit.freeze, "optimize_for_inference": torch.jit.optimize_for_inference}


class Reader(torch.nn.Module):
    """The folded network as a module, for the compilers."""

    def __init__(self, parameters, form):
        super().__init__()
        self.form = form
        for i, part in enumerate(folded(parameters)):
            self.register_buffer("q%d" % i, part.clone())

    def forward(self, x):
        return penalties(forward(x, [getattr(self, "q%d" % i) for i in range(12)], self.form))


def compiled(parameters, form, compiler, x):
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the trace treats sizes as constants, as intended
        return COMPILERS[compiler](torch.jit.trace(Reader(parameters, form).eval(), x, check_trace=False))


# ---- Measuring -------------------------------------------------------------------------------------------------------

def mean_seconds(call, duration):
    calls, start = 0, time.perf_counter()
    while calls < 2 or time.perf_counter() - start < duration:
        call()
        calls += 1
    return (time.perf_counter() - start) / calls


def latency(call, duration):
    times, end = [], time.perf_counter() + duration
    while time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def duration_of(call, _):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def repeated(measure, call, repeat):
    return statistics.median(measure(call, SECONDS) for _ in range(repeat))


def least_seconds(call, duration, clock=time.perf_counter):
    """The least time of single calls. It decides trials, because other load cannot make it smaller."""
    least, end = math.inf, time.perf_counter() + duration
    for calls in itertools.count():
        if calls >= 3 and time.perf_counter() >= end:
            return least
        start = clock()
        call()
        least = min(least, clock() - start)


def trial(trainer, duration=TRIAL_SECONDS):
    return least_seconds(trainer.step, duration) / trainer.batch


def trial_of_environment():
    """Processor time of a step on one thread, which shows the gain of the vectors even on a busy machine."""
    form = "convolution", "product", "convolution", "product", "product"
    return least_seconds(Trainer(random_data(), SAME_BATCH, form).step, SECONDS, time.process_time)


def entry(name, batch, setting, seconds, pictures=None):
    return {"name": name, "batch": batch, "setting": setting, "seconds": seconds,
            "pictures_per_s": (pictures or batch) / seconds}


def measure_training(repeat):
    data = random_data()
    forms = sorted(itertools.product(C1, S2, C3, S4, C5), key=lambda form: trial(Trainer(data, SAME_BATCH, form)))
    larger = [(trial(Trainer(data, batch, form), SECONDS), batch, form)
              for batch in TRAINING_BATCHES for form in forms[:3]]
    results = []
    for batch, form in ((SAME_BATCH, forms[0]), min(larger)[1:]):
        trainer = Trainer(data, batch, form)
        seconds = repeated(mean_seconds, trainer.step, repeat)
        results.append(entry("train_step", batch, describe(form), seconds))
        seconds = repeated(duration_of, trainer.epoch, repeat)
        results.append(entry("epoch", batch, describe(form), seconds, PICTURES))
    return results


def measure_forward(name, batches, measure, threads, repeat):
    """The fastest of all forms and compilers at any of these batch sizes."""
    best = None
    for batch, form, compiler, n in itertools.product(batches, INFERENCE_FORMS, COMPILERS, threads):
        torch.set_num_threads(n)
        x = torch.rand(batch, 1, 32, 32) * 1.275 - 0.1
        network = compiled(golden_start(), form, compiler, x)
        call = functools.partial(network, x)
        seconds = least_seconds(call, TRIAL_SECONDS) / batch
        if best is None or seconds < best[0]:
            best = seconds, batch, call, n, "%s: %s" % (compiler, describe(form))
    _, batch, call, n, setting = best
    torch.set_num_threads(n)
    seconds = repeated(measure, call, repeat)
    return entry(name, batch, setting + (", one thread" if n < max(threads) else ""), seconds)


def blas():
    """The name of the loaded BLAS library."""
    try:
        with open("/proc/self/maps") as maps:
            paths = {line.split()[-1] for line in maps if "blas" in line.rsplit("/", 1)[-1]}
    except OSError:
        paths = set()
    names = sorted(os.path.basename(path) for path in paths)
    return names[-1] if names else "built in"


def notes():
    if blas().startswith("libblas"):
        return ["PyTorch runs on the slow reference BLAS; apt-get install libopenblas0-openmp gives it a fast one"]
    return []


def benchmark(options):
    threads, repeat = options.threads, options.repeat
    results = measure_training(repeat)
    with torch.inference_mode():
        same = measure_forward("forward_batch", [SAME_BATCH], mean_seconds, [threads], repeat)
        best = measure_forward("forward_batch", FORWARD_BATCHES, mean_seconds, [threads], repeat)
        results += [same] + ([best] if best["batch"] != SAME_BATCH else [])
        results.append(measure_forward("forward_single", [1], latency, sorted({1, threads}), repeat))
    return {"peer": "pytorch", "version": torch.__version__, "threads": threads, "blas": blas(),
            "vectors": os.environ.get("ATEN_CPU_CAPABILITY") or "default", "notes": notes(), "results": results}


# ---- Checking --------------------------------------------------------------------------------------------------------

def read_golden():
    with open(GOLDEN) as lines:
        golden = {}
        for head in lines:
            name, _, step = head.split()
            golden[name] = int(step), torch.tensor([float(value) for value in next(lines).split()])
        return golden


def relative_error(found, golden):
    step, expected = golden
    return ((found.flatten()[::step] - expected).norm() / expected.norm()).item()


def gradient_error(parameters, x, form, golden):
    """The error of the worst tensor. The loss of golden.py has scale 0.2, label 7 and j = 80."""
    parameters = parameters.clone().requires_grad_()
    Loss(0.2, 80.0)(forward(x, folded(parameters), form), torch.tensor([7])).backward()
    worst = 0.0
    for name, part, shape in zip(NAMES, parameters.grad.split(SIZES), SHAPES):
        part = part.view(shape)[TABLE] if name == "c3.weight" else part
        worst = max(worst, relative_error(part, golden[name]))
    return worst


def check():
    golden, numbers = read_golden(), generator()
    parameters = golden_parameters(numbers)
    x = take(numbers, (1, 1, 32, 32), 1.0)
    errors = {"gradients": max(gradient_error(parameters, x, form, golden)
                               for form in itertools.product(C1, S2, C3, S4, C5))}
    for form, compiler in itertools.product(INFERENCE_FORMS, COMPILERS):
        with torch.inference_mode():
            found = compiled(parameters, form, compiler, x)(x)
        errors["penalties, %s: %s" % (compiler, describe(form))] = relative_error(found, golden["penalty"])
    for what, error in errors.items():
        print("pytorch: %s: greatest relative error %.1e" % (what, error))
    if not max(errors.values()) < TOLERANCE:
        fail("not the network of tests/golden: an error above %g" % TOLERANCE)


def print_report(report):
    print("PyTorch %s, threads: %d, BLAS: %s, vectors: %s" % (report["version"], report["threads"], report["blas"],
                                                              report["vectors"]))
    for result in report["results"]:
        print("%-16s%6d%12s pictures/s  %s" % (result["name"], result["batch"],
                                               "{:,.0f}".format(result["pictures_per_s"]), result["setting"]))
    for note in report["notes"]:
        print("note: " + note, file=sys.stderr)


def main(options):
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    if options.trial:
        print(trial_of_environment())
    elif options.check:
        check()
    else:
        report = benchmark(options)
        print(json.dumps(report)) if options.json else print_report(report)


if __name__ == "__main__":
    main(OPTIONS)
