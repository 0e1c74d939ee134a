# names.sh PROGRAM: untrusted text (names of files and fields, codes, metadata of a model) is escaped in text output,
# gives valid JSON, and is never a formula in a CSV file.
set -u
program=$1
export PYTHONPATH="$(dirname "$(realpath "$0")")" PYTHONDONTWRITEBYTECODE=1
. "$(dirname "$0")/../expect.sh"
unset LENET5_DATA
export XDG_DATA_HOME="$folder/none"

python3 - "$program" <<'PY' || fail "names"
import csv, io, json, os, re, struct, subprocess, sys
import files

program = sys.argv[1].encode()
failures = 0

def check(right, *what):
    global failures
    if not right:
        print("FAILED:", *what)
        failures += 1

def run(*arguments):
    done = subprocess.run([program] + [a if isinstance(a, bytes) else a.encode() for a in arguments],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return done.stdout, done.stderr, done.returncode

def harmless(text):
    """Whether the text has no control characters except line feeds."""
    try:
        shown = text.decode()
    except UnicodeDecodeError:
        return False
    return not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]", shown)

# File names and their escaped forms: escape sequences, C1 controls as UTF-8 and as bytes, bidirectional controls,
# invalid, overlong and truncated UTF-8; and names that must stay unchanged.
names = {
    b"\x1b[31mred.pgm": "\\x1b[31mred.pgm",
    b"\x1b]0;title\x07.pgm": "\\x1b]0;title\\x07.pgm",
    b"two\nlines.pgm": "two\\x0alines.pgm",
    b"back\x08\x0d.pgm": "back\\x08\\x0d.pgm",
    b"\xc2\x9b31m.pgm": "\\xc2\\x9b31m.pgm",
    b"\x9b31m.pgm": "\\x9b31m.pgm",
    b"\xe2\x80\xaegpj.pgm": "\\xe2\\x80\\xaegpj.pgm",
    b"bad\xff\xfe.pgm": "bad\\xff\\xfe.pgm",
    b"long\xc0\x9b\xe0\x80\x9b.pgm": "long\\xc0\\x9b\\xe0\\x80\\x9b.pgm",
    b"cut\xe2\x82.pgm": "cut\\xe2\\x82.pgm",
    b"\xed\xa0\x80\xf5\x80\x80\x80.pgm": "\\xed\\xa0\\x80\\xf5\\x80\\x80\\x80.pgm",
    b"del\x7f.pgm": "del\\x7f.pgm",
    "한글-ü-😀-\\x1b.pgm".encode(): "한글-ü-😀-\\x1b.pgm",
}
os.mkdir("all")
for name, shown in names.items():
    for folder in b"./", b"all/":
        open(folder + name, "wb").write(files.pgm(16))
    out, err, code = run("read", b"./" + name)
    check(code == 0 and out.decode() == f"./{shown}: nothing is written there\n" and harmless(err), "read", name, out, err)
    out, err, code = run("classify", b"./" + name)
    check(code == 3 and out.decode() == f"./{shown}: not sure  (no ink found)\n", "classify", name, out, err)
    out, err, code = run("read", b"none/" + name)
    check(code == 1 and f"none/{shown}: cannot be opened".encode() in err and harmless(out + err), "missing", name, err)
    for command in "read", "classify":
        out, err, code = run(command, "--json", b"./" + name)
        given = json.loads(out.decode())["file"]
        try:
            wanted = "./" + name.decode()
        except UnicodeDecodeError:
            wanted = "./" + "".join(chr(c) if c < 128 else "?" for c in name)
        check(given == wanted, command, "JSON", name, given)
for threads in "1", "3":
    out, err, code = run("read", "all", "--threads", threads)
    check(code == 0 and harmless(out) and harmless(err) and out.count(b"\n") == len(names), "a folder", out, err)
for arguments in (["test", b"\x1b[1m"], ["inspect", b"\x1b[1m"], ["\x1b[2J"], ["read", "--\x1b[2J"], ["train", "--recipe", "\x1b[2J"],
                  ["read", "x", "--format", "\x1b[2J"], ["plot", b"\x1b", "--out", "x.png"], ["synth", "--out", b"/dev/null/\x1b"],
                  ["read", "x", "--list", b"\x1b"], ["read", "x", "--template", b"\x1b"], ["calibrate", b"\x1b"],
                  ["merge", b"\x1b"], ["read", "--files", b"\x1b"], ["read", "x", "--json", "--out", b"/dev/null/\x1b"],
                  ["read", "./two\nlines.pgm", "--region", "0,0,99,99"], ["fetch", "mnist", "--data", b"/dev/null/\x1b"],
                  ["fetch", "mnist", "--data", b"\x1bd", "--mirror", "file:///nowhere/\x1b/"]):
    out, err, code = run(*arguments)
    check(code != 0 and harmless(out) and harmless(err) and err, "an error message", arguments, err)

# The name of a model in the final message of a training.
out, err, code = run("train", "--epochs", "1", "--out", b"\x1b[2J.safetensors")
check(code == 0 and b"the model is \\x1b[2J.safetensors; " in err and harmless(err), "a model", err)
out, err, code = run("train", "--recipe", "1998", "--epochs", "1", "--committee", "2", "--quiet", "--out", b"\x1b[2J.safetensors")
check(code == 0 and harmless(err), "a committee", err)

# Fields and JSON of a template.
template = {"width": 16, "height": 16, "fields": [{"name": "a\u009b31m\u202e", "region": [0, 0, 16, 16]}]}
json.dump(template, open("form.json", "w"))
open("plain.pgm", "wb").write(files.pgm(16))
out, err, code = run("read", "plain.pgm", "--template", "form.json")
check(code == 0 and b"field a\\xc2\\x9b31m\\xe2\\x80\\xae: nothing" in out, "a field", out, err)
template["fields"][0]["\x1b[2J"] = 1
json.dump(template, open("form.json", "w"))
out, err, code = run("read", "plain.pgm", "--template", "form.json")
check(code == 1 and b'unknown member "\\x1b[2J"' in err, "a member", err)

# Metadata of a model, which may come from an untrusted source.
subprocess.run([program, "train", "--epochs", "1", "--quiet", "--out", "m.safetensors"], stderr=subprocess.DEVNULL, check=True)
whole = open("m.safetensors", "rb").read()
size = struct.unpack("<Q", whole[:8])[0]
header = json.loads(whole[8:8 + size])
header["__metadata__"]["data"] = "\x1b[31m\u009bdata"
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
open("n.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + whole[8 + size:])
out, err, code = run("inspect", "n.safetensors")
check(code == 1 or b"\\x1b[31m\\xc2\\x9bdata" in out, "metadata", out[-400:], err)
check(harmless(out) and harmless(err), "metadata", out[-400:], err)

# CSV: a spreadsheet must not evaluate a cell.
open("7.pgm", "wb").write(files.pgm(16))
for begin in "=", "+", "-", "@", "\t", "\r":
    name = begin + 'cmd|"x",1.pgm'
    open(name, "wb").write(files.pgm(16))
    for option, wanted in ("--csv", "'" + name.replace("\t", "\\x09").replace("\r", "\\x0d")), ("--csv-raw", name):
        out, err, code = run("read", option, "--", name)
        rows = list(csv.reader(io.StringIO(out.decode(), newline="")))
        check(code == 0 and len(rows) == 2 and rows[1][0] == wanted, option, name, out)
        check(option == "--csv-raw" or harmless(out), option, out)
out, err, code = run("read", "--csv", "7.pgm")
check(out.splitlines()[1] == b'"7.pgm",1,0,,empty,0', "CSV", out)
check(run("read", "--csv-raw", "--json", "7.pgm")[2] == 2, "--csv-raw and --json")
sys.exit(failures > 0)
PY

# Strings made from a format.
"$program" synth --strings strings --count 1 --digits 3 --seed 2 >/dev/null 2>&1 || fail "no strings"
for format in '=ddd' '-ddd' '"ddd,"' '@ddd<b>'; do
    "$program" read strings/00000.png "--format=$format" --csv --threshold 0 --explain why >out 2>err
    python3 - "$format" <<'PY' || fail "--format $format: $(cat out err)"
import csv, re, sys
cell = list(csv.reader(open("out")))[1][3]
wanted = ("'" if sys.argv[1][0] in "=+-@" else "") + re.escape(sys.argv[1].replace("ddd", "0")).replace("0", "[0-9]{3}")
assert re.fullmatch(wanted, cell), cell
assert "<b>" not in open("why/index.html").read()
PY
done

[ $failures = 0 ] && echo "all passed"
[ $failures = 0 ]
