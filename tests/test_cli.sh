# The command line: exit codes, suggestions, JSON, files. Needs no data.
set -u
program=$1
. "$(dirname "$0")/expect.sh"
unset LENET5_DATA
export XDG_DATA_HOME="$folder/none"

# json EXPRESSION: checks a Python expression about d, the JSON object in the last line of out.
json() { tail -n 1 out | python3 -c "import json,sys; d=json.loads(sys.stdin.read()); assert $1, d" || fail "json: $1"; }

expect 2 "usage" "$program"
expect 0 "exit codes" "$program" help
expect 0 "exit codes" "$program" --help
expect 0 "lenet5 0." "$program" --version
expect 0 "lenet5 0." "$program" -V
commands=$("$program" help | awk '/^  [a-z]/ { print $1 }')
[ "$(echo "$commands" | wc -l)" -ge 12 ] || fail "help lists only: $commands"
for command in $commands; do
    expect 0 "usage: lenet5 $command" "$program" help "$command"
    expect 0 "usage: lenet5 $command" "$program" "$command" --help
    "$program" help "$command" | LC_ALL=C awk 'length > 80' | grep . && fail "help $command is wider than 80 columns"
done
expect 2 "did you mean train?" "$program" trian
expect 2 "did you mean --recipe?" "$program" train --recpie 1998
expect 2 "did you mean 1998?" "$program" train --recipe 1989
expect 2 'unknown check "foo"; valid: none, luhn, mod10, mod11' "$program" read x.png --check foo
expect 2 'unknown set "cifar"; valid: mnist, qmnist, usps' "$program" fetch cifar
expect 2 "without %, a number below 1" "$program" read x.png --max-error 1
expect 2 "without %, a number below 1" "$program" classify x.png --max-error 1
expect 2 "--epochs is a whole number from 1" "$program" train --epochs 0
expect 2 "--epochs is a whole number from 1" "$program" train --epochs 3x
expect 2 "--seed needs a value: --seed N" "$program" train --seed
expect 2 "takes no value" "$program" train --json=yes
expect 2 'inspect: unexpected argument "b"' "$program" inspect a b
expect 2 "classify: missing argument FILE" "$program" classify
expect 2 "read: missing argument PICTURE" "$program" read
expect 2 "fetch: missing argument SET" "$program" fetch
expect 2 "argument 1 of read is empty" "$program" read ""
expect 2 "--out: the file name is empty" "$program" train --out ""
expect 2 "--list: the file name is empty" "$program" read x.png --list=
expect 2 "go together" "$program" test --labels x --data y
expect 2 "exclude each other" "$program" train --resume x --restart
expect 1 "x: cannot be opened" "$program" train --resume x
expect 2 "--batch is a whole number from 1 to 1024" "$program" train --batch 1025
expect 2 "one at a time" "$program" train --recipe 1998 --batch 2
expect 2 "digits alone" "$program" train --recipe 1998 --negatives 0.1
expect 2 "for recipes hands, amounts and strings" "$program" train --recipe read --from m.safetensors
expect 2 "eq. 9" "$program" train --recipe strings --loss mse
expect 2 "leave --committee out" "$program" train --recipe strings --committee 2
expect 2 "--seeds is FIRST-LAST" "$program" train --seeds 5
expect 2 "--seeds is FIRST-LAST" "$program" train --seeds 1-10001
expect 2 "leave --seed, --committee and --watch out" "$program" train --seeds 1-2 --seed 3
expect 2 "each seed has its own" "$program" train --seeds 1-2 --resume x
expect 2 "leave one out" "$program" train --resume --from m.safetensors
expect 2 "--negatives is a" "$program" train --negatives 2
expect 0 "of synthetic digits misread" "$program" test # with the built-in model
expect 1 "no training set in this folder" "$program" train --data "$folder"
[ -e lenet5.safetensors ] && fail "a model was written without data"

expect 0 "train-images-idx3-ubyte" "$program" synth --out digits --count 3000 --test-count 500 --seed 3
expect 0 "train-images-idx3-ubyte" "$program" synth --out again --count 3000 --test-count 500 --seed 3
cmp -s digits/train-images-idx3-ubyte again/train-images-idx3-ubyte || fail "the same seed gave other digits"
expect 1 "cannot be" "$program" synth --out /dev/null/x --count 1

# An existing set is not replaced, nor the target of a link.
cp -r digits kept
expect 1 "digits/train-images-idx3-ubyte exists; choose another folder, or pass --force" "$program" synth --out digits --count 9
diff -r digits kept || fail "an existing set was replaced"
mkdir linked
ln -s ../digits/t10k-labels-idx1-ubyte linked/t10k-labels-idx1-ubyte
expect 1 "linked/t10k-labels-idx1-ubyte exists" "$program" synth --out linked --count 9 --test-count 9
expect 1 "is a link" "$program" synth --out linked --count 9 --test-count 9 --force
[ "$(ls linked)" = t10k-labels-idx1-ubyte ] || fail "an incomplete set was written"
diff -r digits kept || fail "a set was replaced through a link"
expect 0 "again/t10k-labels-idx1-ubyte" "$program" synth --out again --count 9 --test-count 9 --force
rm -r kept linked again

expect 0 "the model is m.safetensors" "$program" train --data digits --epochs 2 --out m.safetensors --log log.csv
[ "$(wc -l <log.csv)" = 3 ] || fail "log.csv lacks a row for each epoch"
[ -e m.checkpoint.safetensors ] && fail "the checkpoint was left behind"
expect 0 '"pass":2' "$program" train --data digits --epochs 2 --threads 1 --json --out n.safetensors
json '{"pass","loss","train_error_pct","test_error_pct","seconds"} <= set(d)'
cmp -s m.safetensors n.safetensors || fail "one thread gave a different model"
expect 0 '"validation_error_pct"' "$program" train --data digits --epochs 1 --validation 500 --json --out v.safetensors
expect 2 "leaves nothing" "$program" train --data digits --validation 3000
expect 1 "cannot be written" "$program" train --data digits --epochs 1 --out /nowhere/m.safetensors
"$program" train --epochs 1 --quiet --out s.safetensors >out 2>err && grep -q "synthetic digits" err || fail "synthetic training"
[ -s out ] && fail "--quiet printed results"

expect 0 '"pass":1' "$program" train --data digits --epochs 1 --batch 100 --threads 1 --json --out b.safetensors
expect 0 '"pass":1' "$program" train --data digits --epochs 1 --batch 100 --threads 2 --json --out c.safetensors
cmp -s b.safetensors c.safetensors || fail "two threads gave a different model with batches of 100"
expect 0 '"pass":1' "$program" train --data digits --epochs 1 --batch 16 --json --out c.safetensors
cmp -s b.safetensors c.safetensors && fail "batches of 16 and of 100 gave the same model"

expect 0 "the model is t.safetensors" "$program" train --data digits --epochs 1 --teacher m.safetensors --out t.safetensors
expect 0 "taught by networks" "$program" inspect t.safetensors
expect 1 "eq. 9" "$program" train --data digits --epochs 1 --teacher m.safetensors --recipe 1998 --out u.safetensors
expect 1 "no-teacher" "$program" train --data digits --epochs 1 --teacher no-teacher --out u.safetensors
[ -e u.safetensors ] && fail "a model was written without its teacher"

expect 0 '"validation_string_error_pct"' "$program" train --data digits --recipe strings --from m.safetensors --epochs 1 --batch 1024 \
    --validation 500 --json --out w.safetensors
json '(d["strings"] + d["strings_skipped"]) % 16 == 0 and d["validation_strings"] == 100 and d["string_loss"] > 0'
expect 0 "whole strings" "$program" train --data digits --recipe strings --epochs 1 --batch 1024 --out w.safetensors
expect 1 "no-model" "$program" train --data digits --recipe strings --from no-model --out w.safetensors
expect 0 "h.safetensors" "$program" train --data digits --recipe hands --epochs 1 --out h.safetensors
expect 0 "a.safetensors" "$program" train --data digits --recipe amounts --from m.safetensors --epochs 1 --out a.safetensors

expect 0 "misread" "$program" test m.safetensors --data digits --errors sheet.png
[ -s sheet.png ] || fail "no contact sheet"
expect 0 '"n":500' "$program" test m.safetensors --data digits --json
json 'd["n"] == 500 and sum(map(sum, d["confusion"])) == 500 and len(d["interval_pct"]) == 2 and "rejected_for_half_pct" in d'
json 'd["errors"] == 500 - sum(d["confusion"][i][i] for i in range(10)) and d["error_pct"] == d["errors"] / 5'
expect 0 "misread" "$program" test m.safetensors --data digits --answers answers.csv
[ "$(wc -l <answers.csv)" = 501 ] || fail "answers.csv lacks a row for each picture"
awk -F, 'NR > 1 && $2 != $3' answers.csv | wc -l >wrong
grep -q "^ *$(cat wrong) of 500" out || fail "answers.csv has $(cat wrong) wrong answers: $(head -n 1 out)"
expect 1 "cannot be written" "$program" test m.safetensors --data digits --answers /nowhere/a.csv
expect 0 "pictures/s" "$program" test m.safetensors --data digits --int8
expect 0 '"int8":' "$program" test m.safetensors --data digits --int8 --json
json 'd["int8"]["changed"] == 0 and d["int8"]["errors"] == d["errors"] and d["int8"]["in_use"] == (d["int8"]["read_in_float"] < 500)'
expect 0 '"in_use":false' env LENET5_ISA=baseline "$program" test m.safetensors --data digits --int8 --json
expect 2 "on one thread" "$program" test m.safetensors --data digits --int8 --threads 2
expect 0 '"n":3000' "$program" test m.safetensors --images digits/train-images-idx3-ubyte \
    --labels digits/train-labels-idx1-ubyte --normalise --json
python3 -c "
d = bytearray(open('digits/t10k-images-idx3-ubyte', 'rb').read())
for at in range(16, len(d), 784):
    d[at:at + 784] = bytes(d[at + 28 * (i % 28) + i // 28] for i in range(784))
open('exchanged', 'wb').write(d)"
expect 2 "go together" "$program" test --images exchanged
expect 0 "rows and columns are exchanged" "$program" test --images exchanged --labels digits/t10k-labels-idx1-ubyte
expect 0 "rows and columns are exchanged" "$program" classify exchanged --pick 0

# The same digits as EMNIST and QMNIST store them, and reduced to 16x16 as in the two text forms of USPS.
python3 -c "
import os, struct
pixels = open('exchanged', 'rb').read()
digits = open('digits/t10k-images-idx3-ubyte', 'rb').read()
labels = open('digits/t10k-labels-idx1-ubyte', 'rb').read()[8:]
for folder in ('emnist', 'qmnist', 'zip', 'libsvm'):
    os.mkdir(folder)
open('emnist/emnist-balanced-test-images-idx3-ubyte', 'wb').write(pixels)
open('emnist-five', 'wb').write(struct.pack('>4I', 0x803, 5, 28, 28) + pixels[16:16 + 5 * 784])
open('emnist/emnist-balanced-test-labels-idx1-ubyte', 'wb').write(
    struct.pack('>2I', 0x801, 500) + bytes(l if i < 400 else 10 + i % 37 for i, l in enumerate(labels)))
open('qmnist/qmnist-test-images-idx3-ubyte', 'wb').write(digits)
open('qmnist/qmnist-test-labels-idx2-int', 'wb').write(
    struct.pack('>3I', 0xc02, 500, 8) + b''.join(struct.pack('>8I', l, 4, 2100, i, 30 + l, i, 0, 0) for i, l in enumerate(labels)))
for part in ('train', 'test'):
    with open('zip/zip.' + part, 'w') as plain, open('libsvm/usps' + {'train': '', 'test': '.t'}[part], 'w') as indexed:
        for i, label in enumerate(labels):
            ink = digits[16 + 784 * i:16 + 784 * (i + 1)]
            values = [max(ink[28 * (4 + (5 * y + a) // 4) + 4 + (5 * x + b) // 4] for a in (0, 2) for b in (0, 2)) / 127.5 - 1
                      for y in range(16) for x in range(16)]
            print('%.4f' % label, *('%.4f' % v for v in values), file=plain)
            print(label + 1, *('%d:%g' % (k + 1, v) for k, v in enumerate(values)), file=indexed)"
expect 0 "of 400 test pictures of emnist misread" "$program" test --data emnist
json_of() { "$program" test --json "$@" >out 2>err; }
json_of --data emnist
json 'd["n"] == 400 and d["error_pct"] < 3'
json_of --images emnist/emnist-balanced-test-images-idx3-ubyte --labels emnist/emnist-balanced-test-labels-idx1-ubyte
json 'd["n"] == 400 and d["error_pct"] < 3'
grep -q "rows and columns are exchanged" err || fail "a file of EMNIST was not reported as transposed"
expect 0 "emnist-five: rows and columns are exchanged" "$program" classify emnist-five --pick 0 # by its name
json_of --data qmnist
json 'd["n"] == 500 and d["error_pct"] < 3'
json_of --data zip
json 'd["n"] == 500 and d["error_pct"] < 5'
mv out zip.json
json_of --data libsvm
json 'd["confusion"] == json.load(open("zip.json"))["confusion"]'
json_of --images zip/zip.test
json 'd["confusion"] == json.load(open("zip.json"))["confusion"]'
expect 0 "500 test pictures" "$program" test --data zip --normalise
expect 0 "(probability" "$program" classify libsvm/usps.t --pick 0,499
expect 0 "the model is z.safetensors" "$program" train --data zip --epochs 1 --out z.safetensors
expect 1 "is the same file as zip//zip.train" "$program" train --data zip --epochs 1 --out zip/zip.train
sed -i '3s/^[^ ]*/12/' libsvm/usps.t
expect 1 "libsvm/usps.t: line 3: the label is 12; it must be 1 to 10" "$program" test --data libsvm
expect 1 "name no file of labels" "$program" test --images zip/zip.test --labels digits/t10k-labels-idx1-ubyte
printf 'BZh91AY' >libsvm/usps.t.bz2
rm libsvm/usps.t
expect 1 "unpack it first, with bunzip2" "$program" test --data libsvm

expect 0 "truth.tsv" "$program" synth --strings strings --count 6 --seed 2
expect 0 "truth.tsv" "$program" synth --strings forms --style form --count 3 --digits 4 --data digits --of-test
expect 1 "strings/truth.tsv exists" "$program" synth --strings strings --count 6 --seed 2
expect 0 "truth.tsv" "$program" synth --strings strings --count 6 --seed 2 --force
rm forms/truth.tsv
expect 1 "forms/00000.png exists" "$program" synth --strings forms --count 1
expect 2 "did you mean form?" "$program" synth --strings forms --style from
[ "$(cut -f 2 strings/truth.tsv | wc -c)" = 36 ] || fail "truth.tsv has not six strings of five digits"
"$program" read strings/*.png --json --format 5 >out 2>err
python3 -c "
import json
truth = dict(line.split() for line in open('strings/truth.tsv'))
lines = [json.loads(line) for line in open('out')]
right = sum(truth[d['file'].split('/')[1]] == d['string'] and d['decision'] == 'accepted' for d in lines)
print(right, 'of 6 strings read')
assert right >= 5 and all({'file', 'page', 'line', 'string', 'decision', 'probability', 'n_best', 'digits', 'notes'} <= set(d) for d in lines)
assert all(len(d['digits'][0]['box']) == 4 for d in lines)" || fail "read --json: $(cat out err)"
first=$(head -n 1 strings/truth.tsv | cut -f 2)
printf '# codes\n%s\n00000\n' "$first" >codes
expect 0 "$first" "$program" read strings/00000.png --list codes
expect 0 ",1,1,$first,accepted," "$program" read strings/00000.png --format zip5 --csv
expect 0 "the explanation is " "$program" read strings/00000.png strings/00001.png --explain why
grep -q '<svg' why/index.html && [ -s why/1-grey.png ] && [ -s why/2-0-ink.png ] || fail "no explanation"
"$program" read strings/*.png --method sdnn --explain swept >out 2>err || [ $? = 3 ] || fail "$(cat err)" # long arcs
python3 -c "
import re
for width, height, drawing in re.findall(r'<svg width=\"(\d+)\" height=\"(\d+)\"(.*?)</svg>', open('swept/index.html').read(), re.S):
    assert all(0 < int(y) < int(height) for y in re.findall(r' (?:y|cy)=\"(-?\d+)\"', drawing))
    assert all(abs(int(n)) < 100000 for n in re.findall(r'\d+', ' '.join(re.findall(r' d=\"([^\"]*)\"', drawing))))" ||
    fail "an arc of the graph is outside the drawing"
expect 1 "the folder cannot be made" "$program" read strings/00000.png --explain /nowhere/why
printf '99999\n' >codes
expect 3 "not sure" "$program" read strings/00000.png --list codes
expect 3 "not sure" "$program" read strings/00000.png --threshold 1
expect 2 "max-error: no threshold is known for an error of 0.0001 %; the least is 1 %" "$program" read strings/00000.png --max-error 0.0001%
expect 2 "there is no format" "$program" read strings/00000.png --format five
expect 2 "did you mean luhn?" "$program" read strings/00000.png --check lunh
expect 2 "left,top,width,height" "$program" read strings/00000.png --region 1,2,3
expect 1 "is not within its" "$program" read strings/00000.png --region 0,0,99999,10
expect 0 "nothing is written there" "$program" read strings/00000.png --region 0,0,8,8
expect 1 "no code in it" "$program" read strings/00000.png --list /dev/null
expect 1 "cannot be opened" "$program" read nowhere.png
expect 1 "cannot be opened" "$program" read strings/00000.png --list nowhere

expect 0 "60000  " "$program" inspect
expect 0 '"parameters":60000' "$program" inspect m.safetensors --verify --json
json 'd["connections"] == 340908 and sum(l["connections"] for l in d["layers"]) == 340908 and d["verification"]["passed"]'
json 'sum(l["parameters"] for l in d["layers"]) == 60000 and d["metadata"]["recipe"] == "fast"'

expect 0 "curve.svg" "$program" plot log.csv --out curve.svg
grep -q "<svg" curve.svg || fail "curve.svg is not an SVG"
expect 0 "curve.png" "$program" plot log.csv --out curve.png
expect 2 "curve.gif" "$program" plot log.csv --out curve.gif
expect 1 "not a log" "$program" plot digits/train-labels-idx1-ubyte --out curve.svg

# The instruction sets of this processor, as listed in the error about an unknown one.
expect 0 "(" env LENET5_ISA= "$program" version
expect 2 'LENET5_ISA is "i386"' env LENET5_ISA=i386 "$program" version
isas=$(sed -n 's/.*it has: //p' err | tr -d ,)
[ -n "$isas" ] || fail "no instruction set"
for isa in $isas; do
    expect 0 "($isa)" env LENET5_ISA="$isa" "$program" version
done
isa=$("$program" version | sed 's/.*(\(.*\))/\1/')
expect 0 '"name":"forward_batch"' "$program" bench --quick --json --threads 2
json "d['isa'] == '$isa' and d['threads'] == 2 and all(r['isa'] == '$isa' for r in d['results'])"
json "[(p['isa'], p['threads']) for p in d['peak_gmacs']] == [(i, t) for t in (1, 2) for i in '$isas'.split()]"
json "[r['threads'] for r in d['results'] if r['name'] == 'forward_int8'] in ([1] if '$isa' == 'avx512' else [], [])"
json '[(r["name"], r["threads"], r["batch"]) for r in d["results"] if r["name"] != "forward_int8"] == [("forward_batch", 2, 16),
    ("forward_single", 1, 1), ("train_step", 2, 64), ("train_distorted", 2, 64), ("epoch", 2, 64), ("train_single", 1, 1),
    ("second_derivatives", 1, 1), ("train_strings", 2, 64), ("normalise", 1, 1), ("read_field", 1, 1), ("read_page", 1, 1)]'
json 'all(r["seconds"] > 0 and r["pictures_per_s"] > 0 for r in d["results"])'
json 'all(r["times_reference"] > 0 for r in d["results"][:-4])'
json 'all((r["peak_share"] or 0) > 0 or r["name"] == "forward_int8" for r in d["results"][:-4])'
json 'all(r["peak_share"] is None and r["times_reference"] is None for r in d["results"][-4:])'
json "[r['name'] for r in d['results'] if r['times_one_thread']] == ['forward_batch', 'train_step', 'train_distorted', 'epoch', 'train_strings']"
expect 0 "in use" "$program" bench --quick
expect 2 "--threads is a whole number from 1" "$program" bench --threads 0
expect 2 'unexpected argument "more"' "$program" bench more
expect 130 "interrupted" timeout --foreground --preserve-status -s INT 1 "$program" bench --json
[ -s out ] && fail "bench was interrupted and printed results"

# A digit as PGM, dark on light and light on dark, three times as large; and a blank page.
python3 - digits <<'PY'
import struct, sys, zlib
d = open(sys.argv[1] + "/train-images-idx3-ubyte", "rb").read()[16:]
def pgm(name, rows):
    open(name, "wb").write(b"P5 %d %d 255\n" % (len(rows[0]), len(rows)) + b"".join(bytes(r) for r in rows))
p = [list(d[28 * y:28 * y + 28]) for y in range(28)]
big = [[v for v in row for _ in range(3)] for row in p for _ in range(3)]
pgm("light.pgm", big)
pgm("dark.pgm", [[255 - v for v in row] for row in big])
pgm("blank.pgm", [[200] * 40] * 40)
def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
def png(name, colour, rows): # colour type: 0 grey, 2 RGB, 6 RGBA
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 84, 84, 8, colour, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + bytes(r) for r in rows)))
    open(name, "wb").write(b"\x89PNG\r\n\x1a\n" + head + data + chunk(b"IEND", b""))
png("light.png", 0, big)
png("colour.png", 2, [[c for v in row for c in (v, v, v)] for row in big])
png("clear.png", 6, [[c for v in row for c in (0, 0, 0, v)] for row in big])
whole = open("light.png", "rb").read()
open("half.png", "wb").write(whole[:len(whole) // 2])
open("large.png", "wb").write(whole[:8] + chunk(b"IHDR", struct.pack(">IIBBBBB", 20000, 20000, 8, 0, 0, 0, 0)) + whole[33:])
PY
expect 0 '"decision":"accepted"' "$program" classify --model m.safetensors --threshold 0 --json light.pgm
json 'd["digit"] == d["posterior"].index(max(d["posterior"])) and abs(sum(d["posterior"]) + d["rubbish"] - 1) < 1e-5'
cp out light.json
expect 0 "dark.pgm" "$program" classify --model m.safetensors --threshold 0 --json dark.pgm
[ "$(sed 's/light/dark/' light.json)" = "$(cat out)" ] || fail "dark on light is read differently"
for picture in light.png colour.png clear.png; do
    expect 0 "$picture" "$program" classify --model m.safetensors --threshold 0 --json $picture
    [ "$(sed 's/light.pgm//' light.json)" = "$(sed "s/$picture//" out)" ] || fail "$picture is read differently"
done
expect 1 "half.png: begins as a PNG but cannot be decoded" "$program" classify --model m.safetensors half.png
[ "$(wc -l <err)" = 1 ] || fail "a library printed something of half.png"
expect 1 "at most 100000000" "$program" classify --model m.safetensors large.png
expect 3 '"decision":"rejected"' "$program" classify --model m.safetensors --json blank.pgm
expect 0 '"decision":"empty"' "$program" read --json blank.pgm
mkdir several
cp light.png several/b.png
cp dark.pgm several/a.PGM
cp log.csv several/log.csv
echo "%PDF-1.4" >several/c.pdf
expect 0 "several/a.PGM: " "$program" classify --model m.safetensors --threshold 0 several
[ "$(cut -d : -f 1 out | tr '\n' ' ')" = "several/a.PGM several/b.png " ] || fail "a folder is classified as $(cat out)"
mkdir none
expect 1 "none: a folder without a picture" "$program" classify --threshold 0 none light.png
grep -q "^light.png: " out || fail "the picture after an empty folder was not classified"
expect 3 "not sure" "$program" classify --model m.safetensors --threshold 1 light.pgm
expect 0 "█" "$program" classify --model m.safetensors --threshold 0 --show --pick 0,1 digits/train-images-idx3-ubyte
expect 1 "from 0 to 2999" "$program" classify --model m.safetensors --pick 3000 digits/train-images-idx3-ubyte
expect 1 "not a picture" "$program" classify --model m.safetensors log.csv
expect 1 "cannot be opened" "$program" classify --model m.safetensors nothing.png
"$program" classify --model m.safetensors --threshold 0 - <light.pgm >out || fail "standard input"

# A sweep: a model for each seed, that of --seed, and their errors.
expect 0 "3 seeds: mean validation error" "$program" train --data digits --seeds 3-5 --epochs 1 --validation 500 --log sweep.csv --out sweep.safetensors
[ "$(ls sweep*)" = "sweep-3.safetensors
sweep-4.safetensors
sweep-5.safetensors
sweep.csv" ] || fail "the files of a sweep: $(ls sweep*)"
[ "$(cut -d, -f1 sweep.csv | tr '\n' ' ')" = "seed 3 4 5 mean standard deviation " ] || fail "the log of a sweep: $(cat sweep.csv)"
expect 0 "" "$program" train --data digits --seed 4 --epochs 1 --validation 500 --out alone.safetensors
cmp -s alone.safetensors sweep-4.safetensors || fail "a seed of a sweep differs from a training by itself"
expect 1 "sweep-3.safetensors exists; keep it with --resume" "$program" train --data digits --seeds 3-5 --epochs 1 --validation 500 --out sweep.safetensors
expect 1 "was started with --epochs 1, not 2" "$program" train --data digits --seeds 3-6 --epochs 2 --validation 500 --resume --out sweep.safetensors
mv sweep-4.safetensors was-4.safetensors
expect 0 '"interval_pct":' "$program" train --data digits --seeds 3-5 --epochs 1 --validation 500 --resume --json --log again.csv --out sweep.safetensors
cmp -s was-4.safetensors sweep-4.safetensors && cmp -s sweep.csv again.csv || fail "a sweep that is continued differs"
expect 0 "2 seeds: mean" "$program" train --data digits --seeds 3-4 --epochs 1 --recipe best --batch 32 --negatives 0.1 --out given.safetensors
expect 0 "2 seeds: mean" "$program" train --data digits --seeds 3-4 --epochs 1 --recipe best --batch 32 --negatives 0.1 --resume --out given.safetensors
expect 0 "1 seed: mean" "$program" train --data digits --seeds 3-3 --epochs 1 --validation 500 --restart --out sweep.safetensors
[ -e sweep-3.safetensors~ ] || fail "a replaced model of a sweep was not kept"

# Processes may train different seeds of a sweep at the same time, but not the same one.
"$program" train --data digits --quiet --recipe best --seeds 1-1 --epochs 1000 --out shared.safetensors 2>/dev/null &
first=$!
for _ in $(seq 400); do
    [ -e shared-1.checkpoint.safetensors ] && break
    sleep 0.05
done
expect 0 "1 seed: mean" "$program" train --data digits --recipe best --seeds 2-2 --epochs 1 --out shared.safetensors
expect 1 "shared-1.checkpoint.safetensors: is being trained by another lenet5 (process $first)" \
    "$program" train --data digits --recipe best --seeds 1-1 --epochs 1000 --resume --out shared.safetensors
expect 1 "is being trained by another lenet5 (process $first)" \
    "$program" train --data digits --recipe best --seeds 1-1 --restart --out shared.safetensors
[ -e shared-1.checkpoint.safetensors ] || fail "--restart has removed the checkpoint of a sweep that runs"
expect 1 "is being trained by another lenet5 (process $first)" "$program" train --data digits --recipe best --out shared-1.safetensors --restart
kill -KILL $first
wait $first 2>/dev/null

# A committee in one file and in several; calibrated probabilities, and the options that use them.
expect 0 '"seed":3' "$program" train --data digits --committee 3 --epochs 1 --recipe best --validation 500 --json --out c.safetensors
expect 1 "a training starts from one" "$program" train --data digits --recipe strings --from c.safetensors --out w.safetensors
[ "$(ls c.* | tr '\n' ' ')" = "c.safetensors c.safetensors~ " ] || fail "the members of the committee were left: $(ls c.*)"
expect 0 "misread" "$program" test c.safetensors --data digits
expect 0 "misread" "$program" test c.safetensors m.safetensors --data digits
expect 1 "not with a committee of 3" "$program" test c.safetensors --data digits --int8
expect 1 "a committee of 3 networks" "$program" inspect c.safetensors
expect 0 '"decision":"accepted"' "$program" classify --model c.safetensors,m.safetensors --threshold 0 --json light.pgm
expect 1 "has no thresholds" "$program" classify --model m.safetensors --max-error 1% light.pgm
for share in 0.1x 1 100 0 -1% 101% nan 0x1p-7; do
    expect 2 "is a share written as 1% or 0.01" "$program" classify --max-error $share light.pgm
done
expect 2 "exclude each other" "$program" classify --max-error 1% --threshold 0.3 light.pgm
expect 0 "expected calibration error" "$program" calibrate c.safetensors --data digits --validation 500 --out k.safetensors
expect 0 '"thresholds"' "$program" calibrate m.safetensors --data digits --validation 500 --json --out k1.safetensors
"$program" classify --model k.safetensors --max-error 2% light.pgm >out 2>err
[ $? -le 3 ] && grep -q light.pgm out || fail "--max-error: $(cat out err)"
expect 1 "no threshold for an error rate of 0.01 %" "$program" classify --model k.safetensors --max-error 0.01% light.pgm
expect 0 "turned 20 degrees back" "$program" test k.safetensors --data digits --distorted
expect 0 "negatives rejected" "$program" test k.safetensors --data digits --negatives digits/t10k-images-idx3-ubyte
expect 0 '"negatives"' "$program" test k.safetensors --data digits --negatives digits/t10k-images-idx3-ubyte --json
expect 1 "cannot be opened" "$program" test k.safetensors --data digits --negatives nothing
expect 0 "sheet.png" "$program" synth --distort sheet.png --recipe hands --data digits
[ "$(head -c 4 sheet.png | tail -c 3)" = PNG ] || fail "no sheet"
expect 2 "unknown recipe" "$program" synth --distort sheet.png --recipe none --data digits
expect 1 "cannot" "$program" synth --distort no/folder/sheet.png --data digits
# size FILE.png: width and height in pixels.
size() { python3 -c "import struct,sys; print(*struct.unpack('>II', open(sys.argv[1],'rb').read(24)[16:]))" "$1"; }
# Rows of 34 pixels: 14 of the set, 10 of drawn digits, 10 of negatives.
[ "$(size sheet.png)" = "816 1156" ] || fail "a sheet of $(size sheet.png)"
expect 0 "plain.png" "$program" synth --distort plain.png --recipe fast --data digits
[ "$(size plain.png)" = "816 476" ] || fail "a sheet without drawn digits and negatives of $(size plain.png)"

expect 0 "forms.png" "$program" synth --show forms
cp forms.png before.png
expect 0 "forms.png" "$program" synth --show forms --seed 2
cmp -s before.png forms.png && fail "another seed drew the same sheet of forms"
expect 0 "again.png" "$program" synth --show forms --out again.png
cmp -s before.png again.png || fail "the same seed drew another sheet of forms"
[ "$(size again.png | cut -d' ' -f1)" -gt 1000 ] || fail "a sheet of forms of $(size again.png)"
expect 2 'unknown show "form", did you mean forms?' "$program" synth --show form
expect 2 "--show needs a value: --show WHAT" "$program" synth --show
expect 2 "--out again.svg: the name has to end in .png" "$program" synth --show forms --out again.svg
mkdir folder.png
expect 1 "folder.png: cannot be written: it is a folder" "$program" synth --show forms --out folder.png
expect 1 "cannot be written: no/folder/: No such" "$program" synth --show forms --out no/folder/forms.png
for options in "" "--out a --strings b" "--out a --distort b.png" "--strings a --distort b.png" "--show forms --strings a" \
    "--show forms --distort b.png" "--show forms --out a.png --distort b.png"; do
    expect 2 "exactly one of --out DIR, --strings DIR, --distort FILE.png and --show forms" "$program" synth $options
done
[ -e a ] || [ -e b ] || [ -e a.png ] || [ -e b.png ] && fail "synth wrote something in spite of wrong options"
expect 0 "With --show, the file to write" "$program" synth --help
expect 0 "default forms.png" "$program" synth --help
expect 0 "below them drawn digits" sh -c "'$program' synth --help | tr -s '\n' ' '"
expect 0 "light.pgm" "$program" classify --threshold 0 light.pgm # with the built-in model

# An output name with a wrong extension is an error before any input is read, and no file is overwritten.
expect 2 "the name has to end in .svg or .png" "$program" plot nothing.csv --out curves.gif
mkdir folder.svg
expect 1 "it is a folder" "$program" plot nothing.csv --out folder.svg
expect 2 "has to end in .png" "$program" test --errors errors.txt --data nothing
expect 1 "cannot be written: no/folder/: No such" "$program" test --answers no/folder/answers.csv --data nothing
expect 1 "is a folder" "$program" test --answers digits --data nothing
expect 1 "is the same file as" "$program" test --answers both.png --errors ./both.png --data nothing
cp log.csv log.svg
expect 1 "is the same file as log.svg" "$program" plot log.svg --out ./log.svg
cmp -s log.csv log.svg || fail "a log was replaced by its drawing"
expect 1 "is the same file as digits" "$program" test --data digits --answers digits/t10k-labels-idx1-ubyte
expect 1 "is the same file as m.safetensors" "$program" test m.safetensors --data digits --answers ./m.safetensors
expect 1 "is the same file as digits" "$program" calibrate m.safetensors --data digits --out digits/t10k-labels-idx1-ubyte

# Reaching the limit on file size, and a full standard output, are reported as errors.
(ulimit -f 1; exec "$program" test --data digits --answers limited.csv) >out 2>err
[ $? = 1 ] && grep -q "limited.csv: cannot be written: File too large" err || fail "a limit of size: $(cat err)"
for command in "help" "read --help" "version"; do
    "$program" $command >/dev/full 2>err
    [ $? = 1 ] && grep -q "standard output: cannot be written: No space left" err || fail "$command >/dev/full: $(cat err)"
done
"$program" train --data digits --epochs 1 --out full.safetensors >/dev/full 2>err
[ $? = 1 ] && grep -q "standard output: cannot be written" err && ! grep -q "No such file" err || fail "train >/dev/full: $(cat err)"

ls ./*.tmp >/dev/null 2>&1 && fail "temporary files were left"
[ $failures = 0 ] && echo "all passed"
[ $failures = 0 ]
