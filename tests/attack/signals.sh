# signals.sh PROGRAM: SIGTERM and SIGINT end every command within half a second at any point. The command dies by that
# signal and leaves no incomplete file.
set -u
program=$1
export PYTHONPATH="$(dirname "$(realpath "$0")")" PYTHONDONTWRITEBYTECODE=1
. "$(dirname "$0")/../expect.sh"
unset LENET5_DATA
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" # it takes longer than the limit, and the sandbox blocks it
export XDG_DATA_HOME="$folder/none"

"$program" synth --out digits --count 2000 --test-count 2000 --seed 3 >/dev/null || fail "no digits"
"$program" train --data digits --epochs 1 --quiet --out m.safetensors || fail "no model"
mkdir bin
cat >bin/pdftoppm <<'END'
#!/bin/sh
exec sleep 100
END
chmod +x bin/pdftoppm
printf '%%PDF-1.4\n' >slow.pdf
mkfifo fifo slow
export PATH="$folder/bin:$PATH"

python3 - "$program" <<'PY' || fail "a signal"
import os, signal, socket, subprocess, sys, time
import files

program, WITHIN, TRIES = sys.argv[1], 0.5, 8
failures = 0

open("large.jpg", "wb").write(files.jpeg(10000))
open("large.png", "wb").write(files.png(10000, 10000))
listener = socket.create_server(("127.0.0.1", 0))  # never answers
mirror = "http://127.0.0.1:%d/" % listener.getsockname()[1]

# For each case the delay of the signal in seconds and the command. {n} is the number of the attempt.
commands = {
    "train": (0.5, "train --data digits --epochs 1000 --out t{n}.safetensors"),
    "train, 1998": (0.7, "train --data digits --recipe 1998 --epochs 100 --out p{n}.safetensors"),
    "train, best": (0.7, "train --data digits --recipe best --out b{n}.safetensors"),
    "train, a committee": (0.7, "train --data digits --committee 2 --epochs 1000 --out c{n}.safetensors"),
    "train, synthetic digits": (0.2, "train --out s{n}.safetensors"),
    "train, watched": (0.7, "train --data digits --epochs 1000 --out w{n}.safetensors --watch 127.0.0.1:0"),
    "train, resumed from a pipe": (0.2, "train --resume fifo"),
    "test": (0.3, "test m.safetensors --data digits --distorted --threads 1"),
    "test, from a pipe": (0.2, "test m.safetensors --images fifo --labels fifo"),
    "classify, a pipe": (0.2, "classify fifo"),
    "classify, standard input": (0.2, "classify -"),
    "classify, 100 megapixels": (0.2, "classify large.jpg large.jpg large.jpg"),
    "read, standard input": (0.2, "read -"),
    "read, a slow pipe": (0.4, "read slow"),
    "read, a pipe": (0.2, "read fifo m.safetensors"),
    "read, 100 megapixels of JPEG": (0.3, "read large.jpg large.jpg large.jpg"),
    "read, 100 megapixels of PNG": (0.3, "read large.png large.png large.png --threads 1"),
    "read, a PDF": (0.3, "read slow.pdf"),
    "read, a PDF beside pictures": (0.3, "read slow.pdf large.png --threads 2"),
    "read, a list from a pipe": (0.2, "read large.png --list fifo"),
    "read, names from a pipe": (0.2, "read --files fifo"),
    "read, names from standard input, for a part": (0.2, "read --files - --json --out r{n}"),
    "read, 100 megapixels, for a part": (0.3, "read large.jpg large.jpg large.jpg --csv --out r{n}"),
    "read, a template from a pipe": (0.2, "read large.png --template fifo"),
    "serve": (0.7, "serve --listen 127.0.0.1:0"),
    "calibrate": (0.05, "calibrate m.safetensors --data digits --validation 1000 --out k{n}.safetensors"),
    "calibrate, a pipe": (0.2, "calibrate fifo"),
    "inspect": (0.05, "inspect m.safetensors --verify"),
    "inspect, a pipe": (0.2, "inspect fifo"),
    "synth": (0.3, "synth --out d{n} --count 1000000"),
    "synth, strings": (0.3, "synth --strings q{n} --count 100000 --data digits"),
    "fetch": (0.4, "fetch mnist --data f{n} --mirror " + mirror),
    "plot, a pipe": (0.2, "plot fifo --out l{n}.png"),
    "bench": (0.5, "bench"),
}

def dribble(path):
    """Starts a slow sender, which writes one byte every 50 ms into a pipe."""
    return subprocess.Popen([sys.executable, "-c", "import sys, time\nf = open(sys.argv[1], 'wb', buffering=0)\n"
                             "try:\n  while True: f.write(b'P'); time.sleep(0.05)\nexcept OSError: pass", path])

def attempt(name, number, delay, line, which):
    sender = dribble("slow") if name == "read, a slow pipe" else None
    arguments = [program] + line.replace("{n}", str(number)).split()
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    time.sleep(delay)
    done = process.poll() == 0
    started = time.monotonic()
    process.send_signal(which)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    seconds = time.monotonic() - started
    if sender:
        sender.kill()
        sender.wait()
    process.stdin.close()
    errors = process.stderr.read().decode()
    return done, seconds, process.returncode, errors

# The machine may be busy, so one success in TRIES attempts is enough. If the command finishes before the signal
# arrives, the next attempt sends it earlier. The server shuts down cleanly, with exit code 0.
for number, (name, (delay, line)) in enumerate(commands.items()):
    for i in range(TRIES):
        which = (signal.SIGTERM, signal.SIGINT)[(number + i) % 2]
        done, seconds, code, errors = attempt(name, f"{number}-{i}", delay, line, which)
        wanted = 0 if name == "serve" else -which
        if not done and seconds <= WITHIN and code == wanted:
            break
        delay *= 0.5 if done else 0.8
    else:
        print(f"FAILED: {name}: ended {'before' if done else f'{seconds:.2f} s after'} signal {which} with {code}: {errors}")
        failures += 1
    print(f"{name}: {seconds:.3f} s")
sys.exit(failures > 0)
PY

# All written models, checkpoints and data sets are complete.
for file in *.safetensors; do
    case $file in c*.safetensors) continue ;; esac
    "$program" inspect "$file" >/dev/null 2>err || fail "$file is not complete: $(cat err)"
done
ls t*.checkpoint.safetensors >/dev/null || fail "a training has left no checkpoint"
# A process that ends while a large picture is decoded may leave its temporary files, but no part.
ls -d r*/ >/dev/null || fail "no part was begun"
find r* -type f | grep -v '\.lenet5-[0-7]\.tmp$' && fail "an interrupted reading leaves a part"
for file in f*/*.gz; do
    [ -e "$file" ] && fail "$file exists although nothing was fetched"
done

[ $failures = 0 ] && echo "all passed"
[ $failures = 0 ]
