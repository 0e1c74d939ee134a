# The commands lenet5 read --out and lenet5 merge: parts of a reading, whose merged results are those of one process.
# Needs no data.
set -u
program=$1
. "$(dirname "$0")/expect.sh"

"$program" synth --strings clean --count 40 --digits 2 >/dev/null 2>&1 || exit 1
rm clean/truth.tsv
find clean -name '*.png' | LC_ALL=C sort >clean.txt

# silent CODE COMMAND...: checks the exit code of a command, and that it prints nothing.
silent() {
    wanted=$1
    shift
    "$@" >out 2>err </dev/null
    got=$?
    [ $got = "$wanted" ] && [ ! -s out ] && [ ! -s err ] || fail "$*: exit code $got, expected $wanted: $(cat out err)"
}

# read_parts N FOLDER ARGUMENT...: reads N parts, the last one first.
read_parts() {
    parts=$1 to=$2
    shift 2
    i=$parts
    while [ "$i" -gt 0 ]; do
        "$program" read "$@" --out "$to" --shard "$i/$parts" >out 2>err
        code=$?
        { [ $code = 0 ] || [ $code = 3 ]; } && [ ! -s out ] && [ ! -s err ] || fail "part $i of $to: $code: $(cat out err)"
        i=$((i - 1))
    done
}

# ---- Plain results, a single part, and sixteen -----------------------------------------------------------------------

for kind in json csv; do
    ending=$([ $kind = json ] && echo jsonl || echo csv)
    "$program" read --files clean.txt --$kind >plain.$kind 2>/dev/null
    wanted=$?
    "$program" read clean --$kind 2>/dev/null | cmp - plain.$kind || fail "$kind: a list and its folder differ"
    "$program" read --files clean.txt --$kind --out one.$kind || [ $? = $wanted ] || fail "$kind: exit code $?, not $wanted"
    cmp plain.$kind one.$kind/part-1-of-1.$ending || fail "$kind: a single part differs from plain results"
    read_parts 16 sixteen.$kind --files clean.txt --$kind
    [ "$(ls sixteen.$kind | wc -l)" = 32 ] || fail "$kind: $(ls sixteen.$kind)"
    "$program" merge sixteen.$kind | cmp - plain.$kind || fail "$kind: merged results differ from plain ones"
    expect 0 "merged.$kind: 40 inputs, 0 of them unreadable; 40 rows" "$program" merge sixteen.$kind --out merged.$kind
    cmp merged.$kind plain.$kind || fail "$kind: the file of merged results differs"
done
expect 0 '"inputs":40,"read":40,"unreadable":0' "$program" merge sixteen.json --out merged.json --json
python3 - <<'PY' || fail "the summary of merge: $(cat out)"
import hashlib, json
summary = json.loads(open("out").read())
assert summary["parts"] == 16 and summary["file"] == "merged.json", summary
assert summary["sha256"] == hashlib.sha256(open("merged.json", "rb").read()).hexdigest(), summary
assert sum(summary["rows"].values()) == 40, summary
assert summary["names_sha256"] == hashlib.sha256(open("clean.txt", "rb").read().replace(b"\n", b"\0")).hexdigest(), summary
PY

# A part that is read again, with another number of threads, has the same bytes in both files.
cp sixteen.json/part-03-of-16.jsonl sixteen.json/part-03-of-16.manifest.jsonl .
"$program" read --files clean.txt --json --out sixteen.json --shard 3/16 --threads 1
for file in part-03-of-16.jsonl part-03-of-16.manifest.jsonl; do
    cmp $file sixteen.json/$file || fail "$file: other bytes when it is read again"
done

# Parts that count from 0, and an exit code of 0 although strings are not sure.
for i in 0 7 15; do
    silent 0 "$program" read --files clean.txt --json --out zero --shard $i/16 --zero-based --exit-zero
    name=$(printf 'part-%02d-of-16' $((i + 1)))
    cmp zero/$name.jsonl sixteen.json/$name.jsonl && cmp zero/$name.manifest.jsonl sixteen.json/$name.manifest.jsonl ||
        fail "part $i of 16, which counts from 0"
done
[ "$(ls zero | wc -l)" = 6 ] || fail "parts that count from 0: $(ls zero)"

# More parts than pictures; no pictures at all.
head -n 3 clean.txt >three.txt
read_parts 5 five --files three.txt --csv
"$program" merge five | tail -n +2 | cut -d , -f 1 | tr -d '"' | cmp - three.txt || fail "three pictures in five parts"
: >nothing.txt
printf '\n\n' >blank.txt
for list in nothing blank; do
    silent 0 "$program" read --files $list.txt --json --out $list --shard 1/2
    silent 0 "$program" read --files $list.txt --json --out $list --shard 2/2
    silent 0 "$program" merge $list
    silent 0 "$program" read --files $list.txt --json
done
silent 0 "$program" read --files nothing.txt --csv --out nothing.csv
expect 0 "file,page,line,string,decision,probability" "$program" merge nothing.csv

# ---- Inputs that cannot be read, and hostile names -------------------------------------------------------------------

mkdir odd odd/folder.png
python3 - <<'PY'
import os, shutil
png = open("clean/00000.png", "rb").read()
names = [b"two words.png", b"two\nlines.png", b"bad\xff\xfe.png", "숫자.png".encode(), b"-.png", b"=1+1.png", b"quote\".png"]
for name in names:
    open(b"odd/" + name, "wb").write(png)
open("odd/broken.png", "wb").write(png[:200])
open("odd/empty.png", "wb").write(b"")
lost = [b"odd/broken.png", b"odd/empty.png", b"odd/missing.png", b"odd/folder.png"]
names = [b"odd/" + name for name in names] + lost + [b"clean/00001.png", b"clean/00001.png", b"odd/two words.png"]
open("odd.list", "wb").write(b"".join(name + b"\0" for name in names))
PY
"$program" read --files odd.list --json >plain.json 2>plain.err
[ $? = 1 ] || fail "plain results with inputs that cannot be read: exit code 0"
expect 1 "No such file" "$program" read --files odd.list --json --exit-zero
silent 0 "$program" read --files odd.list --json --out odd.json --exit-zero
silent 3 "$program" read --files odd.list --json --out odd.json
grep -v '"decision":"unreadable"' odd.json/part-1-of-1.jsonl | cmp - plain.json || fail "other rows than plain results"
python3 - <<'PY' || fail "rows of inputs that cannot be read"
import json
rows = [json.loads(line) for line in open("odd.json/part-1-of-1.jsonl", encoding="utf-8")]
names = open("odd.list", "rb").read().split(b"\0")[:-1]
def shown(name):
    try:
        return name.decode()
    except UnicodeDecodeError:
        return "".join(chr(c) if c < 128 else "?" for c in name)
assert [row["file"] for row in rows] == [shown(name) for name in names], rows
lost = [row for row in rows if row["decision"] == "unreadable"]
reasons = ["cannot be decoded", "not a picture", "No such file", "Is a directory"]
assert len(lost) == 4, lost
errors = ["lenet5: " + row["error"] for row in lost]
assert all(set(row) == {"file", "page", "decision", "error"} and row["page"] == 1 for row in lost), lost
assert all(reason in error for reason, error in zip(reasons, errors)), errors
assert errors == open("plain.err").read().splitlines(), errors
PY
read_parts 4 odd.four --files odd.list --json
"$program" merge odd.four | cmp - odd.json/part-1-of-1.jsonl || fail "hostile names in four parts"
silent 3 "$program" read --files odd.list --csv --out odd.csv
"$program" read --files odd.list --csv 2>/dev/null >plain.csv
grep -v ',,unreadable,0$' odd.csv/part-1-of-1.csv | cmp - plain.csv || fail "CSV: other rows than plain results"
[ "$(grep -c '^"odd/[a-z]*.png",1,0,,unreadable,0$' odd.csv/part-1-of-1.csv)" = 4 ] || fail "CSV: $(cat odd.csv/*.csv)"
read_parts 3 odd.three --files odd.list --csv
"$program" merge odd.three | cmp - odd.csv/part-1-of-1.csv || fail "CSV of hostile names in three parts"

# Pictures of operands come before those of the list; a list from a pipe.
"$program" read clean --json 2>/dev/null >both.json
"$program" read --files odd.list --json 2>/dev/null >>both.json
cat odd.list | "$program" read clean --files - --json 2>/dev/null | cmp - both.json || fail "operands and a list"

# A page that takes too long is a row, by its field if there is a template; so are pages before one that is damaged.
silent 3 "$program" read clean/00000.png --json --out late --timeout 0.0000001
grep -q '"page":1,"decision":"unreadable","error":"clean/00000.png: not read within 1e-07 seconds' late/part-1-of-1.jsonl ||
    fail "a page that takes too long: $(cat late/part-1-of-1.jsonl)"
echo '{"width": 100, "height": 100, "fields": [{"name": "a \"b\"", "region": [0, 0, 50, 100]}, {"name": "c", "region": [50, 0, 50, 100]}]}' >form.json
for kind in json csv; do
    silent 3 "$program" read clean/00000.png odd/empty.png --template form.json --$kind --out fields --timeout 0.0000001
done
[ "$(grep -c '"field":"[ac].*","decision":"unreadable"' fields/part-1-of-1.jsonl)" = 2 ] || fail "late fields: $(cat fields/*)"
cat >wanted <<'CSV'
file,page,line,field,string,decision,probability
"clean/00000.png",1,0,"a ""b""",,unreadable,0
"clean/00000.png",1,0,"c",,unreadable,0
"odd/empty.png",1,0,"",,unreadable,0
CSV
cmp wanted fields/part-1-of-1.csv || fail "fields that cannot be read: $(cat fields/part-1-of-1.csv)"

# ---- Killed and interrupted processes --------------------------------------------------------------------------------

# The list comes from a pipe that stays open, so the process is in the middle when the signal comes.
for name in KILL INT; do
    python3 - "$program" $name <<'PY' || fail "SIG$name"
import os, signal, subprocess, sys, time
program, name = sys.argv[1], sys.argv[2]
process = subprocess.Popen([program, "read", "--files", "-", "--json", "--out", "killed", "--shard", "1/2"], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
process.stdin.write(open("clean.txt", "rb").read() * 60)
process.stdin.flush()
time.sleep(0.3)
process.send_signal(getattr(signal, "SIG" + name))
errors = process.stderr.read().decode()
assert process.wait(10) == -getattr(signal, "SIG" + name), process.returncode
left = sorted(os.listdir("killed"))
assert "part-1-of-2.jsonl" not in left and "part-1-of-2.manifest.jsonl" not in left, left
if name == "KILL":
    assert len(left) == 2 and all(file.endswith(".lenet5-0.tmp") for file in left), left
else:
    assert left == [] and "files were read" in errors, (left, errors)
PY
    read_parts 2 killed --files clean.txt --json
    [ "$(ls killed | wc -l)" = 4 ] || fail "files of a process with SIG$name are left: $(ls killed)"
    "$program" merge killed | cmp - one.json/part-1-of-1.jsonl || fail "parts that were read again after SIG$name"
    rm -r killed
done

# A disk that is full leaves no part. The limit of the file size is in blocks of 512 bytes.
(
    ulimit -f 8
    exec "$program" read --files clean.txt --json --out full
) >out 2>err
[ $? = 1 ] && grep -q "full/part-1-of-1.jsonl: cannot be written: File too large" err || fail "a full disk: $(cat err)"
[ -z "$(ls full)" ] || fail "a full disk leaves $(ls full)"

# ---- Parts that cannot be merged -------------------------------------------------------------------------------------

# again ARGUMENT...: reads a part in the current folder again.
again() { "$program" read --json --out . "$@" || [ $? = 3 ]; }

# broken TEXT COMMAND: changes a copy of the parts by a command, and expects merge to refuse it with that text.
broken() {
    rm -rf bad bad.json
    cp -r sixteen.json bad
    (cd bad && eval "$2") >/dev/null || fail "$2"
    expect 1 "$1" "$program" merge bad
    [ -s out ] && fail "$2: results were printed"
    expect 1 "$1" "$program" merge bad --out bad.json
    [ -e bad.json ] && fail "$2: a file was written"
    return 0
}
broken "bad: 1 of 16 parts are missing: 4; lenet5 read --shard 4/16 reads" "rm part-04*"
broken "bad: 12 of 16 parts are missing: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ..." "rm part-0* part-10* part-11* part-12*"
broken "bad: no manifest of a part is in it" "rm *.manifest.jsonl"
broken "are of different numbers of parts" "cp part-16-of-16.manifest.jsonl part-07-of-17.manifest.jsonl"
broken "part-05-of-16.jsonl: cannot be opened" "rm part-05-of-16.jsonl"
broken "part-05-of-16.jsonl: its SHA-256 is" "sed -i 's/\"page\":1/\"page\":2/' part-05-of-16.jsonl"
broken "part-06-of-16.manifest.jsonl: line 3: damaged" "sed -i '\$d' part-06-of-16.manifest.jsonl"
broken "part-06-of-16.manifest.jsonl: line 2: damaged" "sed -i 's/^\[6/[x6/' part-06-of-16.manifest.jsonl"
broken "part-06-of-16.manifest.jsonl: line 3: damaged" "echo >>part-06-of-16.manifest.jsonl"
broken "part-06-of-16.manifest.jsonl: its inputs and rows" "sed -i 's/^\[6,16,3,1\]/[6,16,2,1]/' part-06-of-16.manifest.jsonl"
broken "part-06-of-16.manifest.jsonl: its inputs and rows" "sed -i 's/^\[6,16,3,1\]/[6,18,3,1]/' part-06-of-16.manifest.jsonl"
broken "part-07-of-16.manifest.jsonl: line 1: not the header" ": >part-07-of-16.manifest.jsonl"
broken "part-07-of-16.manifest.jsonl: the manifest of another part" "cp part-08-of-16.manifest.jsonl part-07-of-16.manifest.jsonl"
broken "part-08-of-16.manifest.jsonl: a manifest of another version" "sed -i 's/\"lenet5_part\":1/\"lenet5_part\":2/' part-08*"
broken "part-09-of-16.manifest.jsonl: a part of other inputs: it knows 39 inputs, the parts before 40" \
    "head -n 39 ../clean.txt | again --files - --shard 9/16"
broken "part-09-of-16.manifest.jsonl: a part of other inputs: it knows 40 inputs, the parts before 40" \
    "LC_ALL=C sort -r ../clean.txt | again --files - --shard 9/16"
broken "part-10-of-16.manifest.jsonl: \"threshold\" is 0.5, but null in the parts before" \
    "again --files ../clean.txt --shard 10/16 --threshold 0.5"
broken "part-10-of-16.manifest.jsonl: \"list_sha256\" is \"" \
    "echo 1234 >codes; again --files ../clean.txt --shard 10/16 --list codes"
broken "part-10-of-16.manifest.jsonl: \"isa\" is \"baseline\"" \
    "LENET5_ISA=baseline again --files ../clean.txt --shard 10/16"
broken "part-10-of-16.manifest.jsonl: \"output\" is \"csv\"" \
    "'$program' read --files ../clean.txt --csv --out . --shard 10/16 || true"
broken "bad: 11 of 16 parts cannot be merged" "rm part-0?-of-16.jsonl part-10-of-16.jsonl part-11-of-16.jsonl"
[ "$(grep -c 'cannot be opened' err)" = 10 ] || fail "not ten parts are named: $(cat err)"

# Parts with any ascending inputs, made by another program from the description of the format.
cat >divide.py <<'PY'
import hashlib, json, os, sys
folder, shares = sys.argv[1], [[int(n) for n in share.split(",")] for share in sys.argv[2:]]
os.mkdir(folder)
rows = open("one.json/part-1-of-1.jsonl", "rb").read().splitlines(True)
manifest = [json.loads(line) for line in open("one.json/part-1-of-1.manifest.jsonl")]
header, totals = manifest[0], manifest[-1]
for part, numbers in enumerate(shares, 1):
    name = f"{folder}/part-{part}-of-{len(shares)}"
    results = b"".join(rows[n - 1] for n in numbers)
    decisions = [json.loads(rows[n - 1])["decision"] for n in numbers]
    open(name + ".jsonl", "wb").write(results)
    counts = {d: decisions.count(d) for d in ("accepted", "unsure", "empty", "unreadable")}
    end = {**totals, "inputs": len(numbers), "read": len(numbers), "rows": counts,
           "results_sha256": hashlib.sha256(results).hexdigest()}
    lines = [{**header, "part": part, "parts": len(shares)}] + [[n, 1, 1, 1] for n in numbers] + [end]
    open(name + ".manifest.jsonl", "w").write("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
PY
numbers() { seq -s , "$@"; }
python3 divide.py any "3,$(numbers 5 9),20,39" "1,2,$(numbers 10 19),40" "4,$(numbers 21 38)" || fail "divide.py"
"$program" merge any | cmp - one.json/part-1-of-1.jsonl || fail "parts with any inputs"
cp -r any more
sed -i 's/^\[3,1,1,1\]/[3,1,1,2]/; s/"empty":0/"empty":1/' more/part-1-of-3.manifest.jsonl
expect 1 "more/part-1-of-3.jsonl: it has 8 lines, but 9 rows in its manifest" "$program" merge more
python3 divide.py gaps "$(numbers 2 9)" "1,$(numbers 11 2 31),35" "$(numbers 32 33)"
expect 1 "gaps: 17 of 40 inputs are in no part: 10, 12, 14, 16, 18, 20, 22, 24, 26, 28 ..." "$program" merge gaps
python3 divide.py end "$(numbers 3 20)" "$(numbers 22 32),37"
expect 1 "end: 10 of 40 inputs are in no part: 1-2, 21, 33-36, 38-40" "$program" merge end
python3 divide.py twice "$(numbers 1 20)" "7,9,$(numbers 20 40)"
expect 1 "twice: 3 inputs are in more than one part: 7, 9, 20" "$program" merge twice --out twice.json
[ -e twice.json ] && fail "merged results of inputs that are read twice"

# Outputs of merge; files of other names do not matter.
cp -r any merging
echo mine >merging/notes.txt
echo mine >merging/part-1-of-3.jsonl.old
expect 0 "merging/all.jsonl: 40 inputs" "$program" merge merging --out merging/all.jsonl
cmp merging/all.jsonl one.json/part-1-of-1.jsonl || fail "a merged file within the folder"
expect 1 "merging/part-2-of-3.jsonl: is the same file as" "$program" merge merging --out merging/part-2-of-3.jsonl
expect 2 "--json needs --out" "$program" merge merging --json
expect 2 "merge: missing argument" "$program" merge
expect 1 "nowhere: the folder cannot be read" "$program" merge nowhere
expect 1 "nowhere/x: cannot be written" "$program" merge merging --out nowhere/x
expect 1 "standard output: cannot be written: No space left" sh -c '"$1" merge merging >/dev/full' sh "$program"
expect 1 "merging: 3 parts need 38 open files, and the limit is 20" \
    sh -c 'ulimit -n 20 && exec "$1" merge merging' sh "$program"
sh -c 'ulimit -S -n 20 && exec "$1" merge merging' sh "$program" | cmp - one.json/part-1-of-1.jsonl ||
    fail "a limit of open files that can be raised"

# ---- TAR -------------------------------------------------------------------------------------------------------------

expect 2 "--files and --tar exclude each other" "$program" read --tar x.tar --files clean.txt
expect 2 "--tar and clean exclude each other" "$program" read --tar x.tar clean
python3 - <<'PY'
import io, os, tarfile
names = open("odd.list", "rb").read().split(b"\0")[:-1]
with tarfile.open("odd.tar", "w", format=tarfile.PAX_FORMAT) as tar:
    def add(name, content=b"", **members):
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        for key, value in members.items():
            setattr(entry, key, value)
        tar.addfile(entry, io.BytesIO(content))
    add("clean", type=tarfile.DIRTYPE)
    for name in names:
        if os.path.isfile(name):
            add(os.fsdecode(name), open(name, "rb").read())
    add("link", type=tarfile.SYMTYPE, linkname="odd/-.png")
    add("hard link", type=tarfile.LNKTYPE, linkname="odd/-.png")
    add("device", type=tarfile.CHRTYPE)
    add("fifo", type=tarfile.FIFOTYPE)
    add("x" * 300 + "/long.png", open("clean/00002.png", "rb").read())
open("tar.list", "wb").write(b"".join(name + b"\0" for name in names if os.path.isfile(name)))
PY
"$program" read --tar odd.tar --json --out tar 2>err
code=$?
if grep -q "needs libarchive" err; then
    [ $code = 1 ] || fail "without libarchive: exit code $code"
    echo "skipped: TAR; this program was built without libarchive"
else
    [ $code = 3 ] && [ ! -s err ] || fail "a TAR archive: exit code $code: $(cat err)"
    # The same rows as those of the files, and one for a name that no folder can have.
    silent 3 "$program" read --files tar.list --json --out files
    sed '$d' tar/part-1-of-1.jsonl | cmp - files/part-1-of-1.jsonl || fail "rows of a TAR archive are not those of its files"
    tail -n 1 tar/part-1-of-1.jsonl | grep -q '"file":"x*/long.png","page":1,"line":1,' || fail "a long name in a TAR archive"
    cat odd.tar | "$program" read --tar - --json --out pipe
    for file in part-1-of-1.jsonl part-1-of-1.manifest.jsonl; do
        cmp pipe/$file tar/$file || fail "$file: other bytes from a pipe"
    done
    "$program" read --tar odd.tar --json 2>/dev/null >plain.json
    grep -v '"decision":"unreadable"' tar/part-1-of-1.jsonl | cmp - plain.json || fail "plain results of a TAR archive"
    for packer in cat gzip bzip2 xz zstd lz4; do
        command -v $packer >/dev/null || { echo "skipped: TAR compressed by $packer, which is not installed" && continue; }
        $packer <odd.tar >packed.tar
        rm -rf packed
        read_parts 3 packed --tar packed.tar --json
        "$program" merge packed | cmp - tar/part-1-of-1.jsonl || fail "a TAR archive through $packer, in three parts"
        head -c "$(($(wc -c <packed.tar) / 2))" packed.tar >cut.tar
        expect 1 "not a whole TAR archive" "$program" read --tar cut.tar --json --out cut --shard 2/3
        [ -z "$(ls cut)" ] || fail "a part of an archive that is cut off, through $packer: $(ls cut)"
    done

    # Cut off between two entries; damaged; no archive; two archives, one behind the other; an empty one.
    python3 -c 'import tarfile; print(list(tarfile.open("odd.tar"))[2].offset)' >offset
    head -c "$(cat offset)" odd.tar >cut.tar
    expect 1 "cut.tar: after 1 files: not a whole TAR archive: it is cut off" "$program" read --tar cut.tar --json --out cut
    expect 1 "standard input: after 1 files: " sh -c '"$1" read --tar - --json <cut.tar' sh "$program"
    { cat odd.tar && cat clean.txt; } >damaged.tar
    expect 1 "damaged.tar: after 13 files: not a whole TAR archive" "$program" read --tar damaged.tar --json
    expect 1 "clean.txt: after 0 files: not a whole TAR archive" "$program" read --tar clean.txt
    expect 1 "nothing.txt: after 0 files: not a whole TAR archive" "$program" read --tar nothing.txt
    expect 1 "nowhere.tar: cannot be opened" "$program" read --tar nowhere.tar
    cat odd.tar odd.tar | "$program" read --tar - --json --out two
    cat tar/part-1-of-1.jsonl tar/part-1-of-1.jsonl | cmp - two/part-1-of-1.jsonl || fail "two TAR archives in one stream"
    head -c 10240 /dev/zero >empty.tar
    silent 0 "$program" read --tar empty.tar --json --out empty

    # An entry that is larger than a file may be, and a PDF.
    python3 - <<'PY'
import io, tarfile
picture = open("clean/00003.png", "rb").read()
broken = b"%PDF-1.4\nnothing that could be meant\n"
with tarfile.open("large.tar.gz", "w:gz", compresslevel=1) as tar:
    for name, content in (("large.png", bytes(1 << 28)), ("broken.pdf", broken), ("a.png", picture)):
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
PY
    silent 3 "$program" read --tar large.tar.gz --json --out large
    error='"page":1,"decision":"unreadable","error":'
    grep -qF "{\"file\":\"large.png\",$error\"large.png: a file of more than 268435456 bytes\"}" large/part-1-of-1.jsonl ||
        fail "a large entry: $(cat large/part-1-of-1.jsonl)"
    grep -q "{\"file\":\"broken.pdf\",$error\".*pdftoppm" large/part-1-of-1.jsonl || fail "a PDF: $(cat large/part-1-of-1.jsonl)"
    grep -q '{"file":"a.png","page":1,"line":1,' large/part-1-of-1.jsonl || fail "the entry behind a large one is not read"
fi

# ---- Wrong usage and wrong lists -------------------------------------------------------------------------------------

for shard in 0/4 5/4 1/0 1/10001 1 1/ /4 a/4 1/4x -1/4 +1/4 " 1/4" 1.5/4 1/4/4; do
    expect 2 "--shard is I/N" "$program" read --files clean.txt --json --out x "--shard=$shard"
done
for shard in 4/4 0/0 -1/4 5/4 0 0/10001; do
    expect 2 "from 0/N to N-1/N" "$program" read --files clean.txt --json --out x "--shard=$shard" --zero-based
done
expect 2 "--zero-based needs --shard" "$program" read --files clean.txt --json --out x --zero-based
expect 0 "not sure" "$program" read clean --threshold 1 --exit-zero
expect 2 "--shard needs --out" "$program" read --files clean.txt --json --shard 1/4
expect 2 "--out needs --json or --csv" "$program" read --files clean.txt --out x
expect 2 "--out and --csv-raw exclude each other" "$program" read --files clean.txt --out x --csv-raw
expect 2 "--out and --explain exclude each other" "$program" read clean --json --out x --explain y
expect 2 "--out and --annotate exclude each other" "$program" read clean --json --out x --annotate y.png
expect 2 "--files and --explain exclude each other" "$program" read --files clean.txt --explain y
expect 2 "missing argument PICTURE" "$program" read --json --out x
expect 2 "standard input cannot be a list and a picture" "$program" read - --files -
expect 1 "nowhere.txt: cannot be opened" "$program" read --files nowhere.txt --json --out x
expect 1 "odd: byte 0: cannot be read: Is a directory" "$program" read --files odd --json --out x
mkdir none
expect 1 "none: a folder without a picture" "$program" read none clean --json --out x
[ -e x ] && [ -n "$(ls x)" ] && fail "a part of wrong inputs: $(ls x)"
expect 1 "clean.txt/part-1-of-1.jsonl: cannot be written: Not a directory" "$program" read clean --json --out clean.txt
expect 1 "nowhere/x: the folder cannot be made: No such file" "$program" read clean --json --out nowhere/x
python3 - <<'PY'
good = open("clean.txt", "rb").read()
open("long.txt", "wb").write(good + b"x" * 4096 + b"\n")
open("zero.txt", "wb").write((b"y" * 4000 + b"\n") * 2 + b"a\0b\n")
open("dash.txt", "wb").write(good + b"-\n")
open("unended.txt", "wb").write(good.rstrip(b"\n"))
open("longest.txt", "wb").write(b"x" * 4095 + b"\n" + good)
open("crossing.txt", "wb").write((b"y" * 4000 + b"\n") * 50 + good)
PY
expect 1 "long.txt: line 41: longer than a name can be" "$program" read --files long.txt --json --out x
expect 1 "zero.txt: line 3: has a zero byte" "$program" read --files zero.txt --json --out x
expect 1 "dash.txt: line 41: - is standard input" "$program" read --files dash.txt --json --out x
[ -n "$(ls x)" ] && fail "a part of a wrong list: $(ls x)"
"$program" read --files unended.txt --json 2>/dev/null | cmp - one.json/part-1-of-1.jsonl || fail "a list without a last line feed"
silent 3 "$program" read --files longest.txt --json --out longest
tail -n +2 longest/part-1-of-1.jsonl | cmp - one.json/part-1-of-1.jsonl || fail "a list that begins with the longest name"
silent 3 "$program" read --files crossing.txt --json --out crossing
tail -n +51 crossing/part-1-of-1.jsonl | cmp - one.json/part-1-of-1.jsonl || fail "a list with long names"

[ $failures = 0 ] && echo "all passed"
[ $failures = 0 ]
