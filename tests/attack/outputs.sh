# outputs.sh PROGRAM: no command replaces or removes an existing file that it was not given by name.
set -u
program=$1
samples=$(cd "$(dirname "$0")/../../docs/samples" && pwd)
. "$(dirname "$0")/../expect.sh"

# keep FOLDER: copies it to FOLDER.kept. unharmed FOLDER: it still equals that copy.
keep() { cp -a "$1" "$1.kept"; }
unharmed() { diff -r --no-dereference "$1" "$1.kept" || fail "$1 was changed"; }

# ---- Drawings ----

mkdir pictures
cp "$samples/plain.png" pictures/a.png
cp "$samples/plain.png" pictures/a-1.png
keep pictures
expect 1 "is the same file as pictures/a.png" "$program" read pictures --annotate pictures/a.png
expect 1 "is the same file as pictures/a.png" "$program" read pictures/a.png --annotate ./pictures/../pictures/a.png
expect 1 "pictures/a-1.png exists; remove it or choose another name" "$program" read "$samples/plain.png" "$samples/plain.png" --annotate pictures/a.png
[ -s out ] && fail "read before an output was refused"
ln -s pictures/a.png link.png
expect 1 "is the same file" "$program" read pictures/a.png --annotate link.png
ln -s nowhere drawn-2.png
expect 1 "drawn-2.png exists" "$program" read pictures --annotate drawn.png
[ -e nowhere ] && fail "a link was followed"
[ -e drawn-1.png ] && fail "drawn before an output was refused"
rm drawn-2.png
expect 0 "52981" "$program" read pictures --annotate drawn.png
[ -s drawn-1.png ] && [ -s drawn-2.png ] || fail "several pictures were not drawn"
[ "$(stat -c %a drawn-1.png)" = "$(umask -S >/dev/null; printf '%o' $((0666 & ~$(umask))))" ] || fail "the mode is not that of a new file"
expect 0 "52981" "$program" read pictures/a.png --annotate drawn-1.png # the file is given by name
unharmed pictures

# The number of pages in a file is not known in advance: the command ends at the first name that is already taken.
if python3 -c 'from PIL import Image' 2>/dev/null; then
    python3 - "$samples/plain.png" <<'PY'
import sys
from PIL import Image
page = Image.open(sys.argv[1]).convert("L")
page.save("pages.tif", save_all=True, append_images=[page])
PY
    echo mine >page-2.png
    expect 1 "page-2.png exists" "$program" read pages.tif --annotate page.png
    [ "$(cat page-2.png)" = mine ] || fail "a page was drawn over a file"
fi

# Checkpoints, also through symbolic links.
"$program" synth --out digits --count 300 --test-count 50 >out 2>err || fail "no digits"
"$program" train --data digits --epochs 1000 --out m.safetensors --threads 1 >out 2>err &
job=$!
for _ in $(seq 100); do [ -e m.checkpoint.safetensors ] && break; sleep 0.1; done
kill "$job" 2>/dev/null
wait "$job" 2>/dev/null
[ -e m.checkpoint.safetensors ] || fail "no checkpoint"
cp m.checkpoint.safetensors m.kept
for link in link.svg sheet.png errors.png; do ln -sf m.checkpoint.safetensors $link; done
echo "pass,loss,train_error_pct,test_error_pct,x" >log.csv
echo "1,1,1,1" >>log.csv
expect 1 "checkpoint of an unfinished training" "$program" plot log.csv --out link.svg
expect 1 "checkpoint of an unfinished training" "$program" synth --distort sheet.png --data digits
expect 1 "checkpoint of an unfinished training" "$program" test --data digits --errors errors.png
expect 1 "checkpoint of an unfinished training" "$program" test --data digits --answers m.checkpoint.safetensors
expect 1 "checkpoint of an unfinished training" "$program" read pictures/a.png --annotate errors.png
cmp -s m.kept m.checkpoint.safetensors || fail "a checkpoint was overwritten"

# ---- Explanations ----

cp "$samples/plain.png" pictures/1-grey.png
echo "my page" >pictures/index.html
rm -r pictures.kept
keep pictures
expect 1 "is in the folder of --explain" "$program" read pictures --explain pictures
expect 1 "holds files that are no explanation" "$program" read "$samples/plain.png" --explain pictures
unharmed pictures
mkdir linked
ln -s ../pictures/index.html linked/index.html
expect 1 "holds files that are no explanation" "$program" read "$samples/plain.png" --explain linked
unharmed pictures

mkdir why
expect 0 "the explanation is why/index.html" "$program" read pictures/a.png pictures/a-1.png --explain why
grep -q 'name="generator" content="lenet5 read --explain"' why/index.html || fail "no mark"
[ -e why/2-grey.png ] || fail "no second picture"
for name in $(grep -o '<img src="[^"]*"' why/index.html | cut -d '"' -f 2); do [ -s "why/$name" ] || fail "no $name"; done
echo mine >why/notes.txt
expect 0 "the explanation is " "$program" read pictures/a.png --explain why
[ "$(cat why/notes.txt)" = mine ] && [ ! -e why/2-grey.png ] || fail "other files than those of the earlier explanation were removed"
[ "$(find why -type f | wc -l)" = $(($(grep -o '<img src="[^"]*"' why/index.html | sort -u | wc -l) + 2)) ] || fail "files are left over"
cp why/index.html first.html
echo mine >why/2-grey.png
expect 1 "why/2-grey.png exists and is not part of an earlier explanation" "$program" read pictures/a.png pictures/a-1.png --explain why
[ "$(cat why/2-grey.png)" = mine ] && cmp -s first.html why/index.html || fail "a file was replaced in an explanation"
rm why/2-grey.png why/1-grey.png
ln -s ../pictures/1-grey.png why/1-grey.png
expect 1 "why/1-grey.png exists" "$program" read pictures/a.png --explain why
unharmed pictures
expect 1 "why/1-grey.png: is in the folder" "$program" read why/1-grey.png --explain why
expect 1 "cannot be opened" "$program" read nothing.png --explain none
grep -q "the explanation is" err && fail "an explanation of a failed reading was written"

# ---- A crowded page ----

# The explanation of a crowded page is limited to about 1,200 files.
python3 - <<'PY'
side = 2400
rows = []
for y in range(side):
    rows.append(bytes(0 if y % 60 < 40 and x % 12 < 4 else 255 for x in range(side)))
open("bars.pgm", "wb").write(b"P5 %d %d 255\n" % (side, side) + b"".join(rows))
PY
timeout 60 "$program" read bars.pgm --explain crowded >out 2>err
[ $? -le 3 ] || fail "a crowded page: $(cat err)"
[ "$(find crowded -type f | wc -l)" -le 1202 ] || fail "$(find crowded -type f | wc -l) files of one page"
grep -q "not shown" crowded/index.html || fail "no omission is noted in $(find crowded -type f | wc -l) files"

# ---- The limit of a file's size ----

# A training fails; a server whose log is full keeps answering. The limit also applies to the modules that the server
# unpacks, so it is 16 MiB.
(ulimit -f 60; exec "$program" train --data digits --epochs 1 --out limited.safetensors) >out 2>err
[ $? = 1 ] && grep -q "cannot be written: File too large" err || fail "a training at the limit: $(cat err)"
[ -e limited.safetensors ] && fail "an incomplete model was written"
if "$program" help serve >/dev/null 2>&1; then
    head -c 16776800 /dev/zero >log
    python3 -c 'import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_DFL) # Python ignores it by default
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 24, 1 << 24))
os.execv(sys.argv[1], sys.argv[1:])' "$program" serve --listen 127.0.0.1:0 >>log 2>&1 &
    job=$!
    python3 - <<'PY' || fail "a server whose log is full"
import re, time, urllib.request
for _ in range(100):
    found = re.search(rb"listening on (http://[0-9.:]+)", open("log", "rb").read()[16776800:])
    if found:
        break
    time.sleep(0.1)
for _ in range(20):
    assert urllib.request.urlopen(found[1].decode() + "/v2/health/live", timeout=10).status == 200
PY
    kill "$job"
    wait "$job" || fail "a server whose log is full ends with $?"
    [ "$(wc -c <log)" = 16777216 ] || fail "the log was not full"
fi

find . -name '*.tmp*' | grep -q . && fail "temporary files were left"
[ $failures = 0 ] && echo "all passed"
[ $failures = 0 ]
