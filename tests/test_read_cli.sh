# The command lenet5 read: folders, PDF, form templates, drawings, threads. Needs no data.
set -u
program=$1
samples=$(cd "$(dirname "$0")/../docs/samples" && pwd)
. "$(dirname "$0")/expect.sh"
mkdir temporary
export TMPDIR="$folder/temporary"

# Folders: pictures in order of name, without hidden and other files. An empty folder is an error; the rest is read.
mkdir -p some/inner.png empty
cp "$samples/plain.png" some/b.png
cp "$samples/boxes.jpg" some/a.JPG
cp "$samples/plain.png" some/.hidden.png
cp "$samples/plain.png" some/inner.png/c.png
echo nothing >some/notes.txt
expect 0 "some/a.JPG: 84657" "$program" read some
[ "$(cut -d : -f 1 out | tr '\n' ' ')" = "some/a.JPG some/b.png " ] || fail "a folder is read as $(cat out)"
expect 0 "some/a.JPG: 84657" "$program" read some/
expect 1 "empty: a folder without a picture" "$program" read empty some/b.png
grep -q "^some/b.png: 52981" out || fail "the picture after an empty folder was not read"

# The size is checked before the pixels are decoded.
expect 1 "578x247 pixels; at most 142765 can be read" "$program" read "$samples/plain.png" --max-pixels 142765
expect 0 "52981" "$program" read "$samples/plain.png" --max-pixels 142766
expect 1 "515x302 pixels; at most 1000 can be read" "$program" read "$samples/boxes.jpg" --max-pixels 1000
printf 'P5 20000 10000 255\n' >large.pgm
expect 1 "at most 100000000 can be read" "$program" read large.pgm
"$program" read large.pgm --max-pixels 1000000000 2>&1 | grep -q "at most" && fail "--max-pixels has no effect"
expect 2 "--max-pixels is a whole number from 1 to 1000000000" "$program" read large.pgm --max-pixels 1000000001

# One thread and several give the same bytes; a file that fails does not stop the others. After threads have ended, the
# tracer of GCC 12's LeakSanitizer may crash and report it on stderr; the run with one thread checks for leaks.
echo nothing >some/c.png
expect 1 "not a picture" "$program" read "$samples" some nowhere.png --json --threads 1
cp out one.out
cp err one.err
for threads in 2 5; do
    LSAN_OPTIONS="${LSAN_OPTIONS:-}:detect_leaks=0" \
        expect 1 "not a picture" "$program" read "$samples" some nowhere.png --json --threads $threads
    cmp out one.out && cmp err one.err || fail "the output of $threads threads differs: $(diff err one.err)"
done
[ "$(grep -c word.png out)" = 1 ] || fail "a line is missing: $(cat out)"
rm some/c.png

# Interrupted: complete lines in order, then death by the signal.
python3 - "$program" "$samples/plain.png" <<'PY' || fail "interrupted"
import signal, subprocess, sys
process = subprocess.Popen([sys.argv[1], "read", "--threads", "2"] + [sys.argv[2]] * 20000, stdout=subprocess.PIPE, stderr=open("err", "wb"), bufsize=0)
first = process.stdout.readline()
process.send_signal(signal.SIGINT)
out, err = process.communicate(timeout=60)[0], open("err", "rb").read()
lines = (first + out).splitlines(True)
assert process.returncode == -signal.SIGINT, process.returncode
assert 0 < len(lines) < 20000 and all(line == first and line.endswith(b"\n") for line in lines), lines[-3:]
assert b"interrupted: %d of 20000 files were read" % len(lines) in err, err
PY

# Reasons for an empty or unsure reading.
python3 - <<'PY'
bars = b"".join(bytes(0 if y % 60 < 40 and x % 24 < 5 else 255 for x in range(2400)) for y in range(120))
dots = bytes(0 if x % 3 == 0 and x < 1200 else 255 for x in range(2400)) + bytes([255]) * 4800
open("dots.pgm", "wb").write(b"P5 2400 2400 255\n" + 800 * dots)
open("bars.pgm", "wb").write(b"P5 2400 120 255\n" + bars)
PY
expect 3 "not sure  (too much ink)" "$program" read dots.pgm
expect 3 "not sure  (nearest 1111" "$program" read bars.pgm
expect 3 "not sure  (nothing of the format is there, or more than 32 digits)" "$program" read bars.pgm --format 3
formats=$("$program" help classify | tr '\n' ' ' | sed 's/.* Formats: *\([^.]*\)\..*/\1/')
expect 1 "not a picture that can be read; $formats can" "$program" read some/notes.txt

# Photos of phones.
if command -v heif-enc >/dev/null; then
    heif-enc -L -o photo.heic "$samples/plain.png" >/dev/null 2>&1
    heif-enc -A -q 90 -o photo.avif "$samples/plain.png" >/dev/null 2>&1
    for photo in photo.heic photo.avif; do
        [ -s $photo ] || continue # no encoder for this format
        expect 0 "52981" "$program" read $photo
        expect 1 "at most 1000 " "$program" read $photo --max-pixels 1000
        head -c 1000 $photo >cut-$photo
        expect 1 "cannot be decoded" "$program" read cut-$photo
    done
else
    echo "skipped: HEIC and AVIF; heif-enc is not installed"
fi

# Drawings.
expect 0 "52981" "$program" read "$samples/plain.png" --annotate drawn.png
expect 3 "52981" "$program" read "$samples/plain.png" "$samples/word.png" --annotate drawn.png --threads 2
for file in drawn.png drawn-1.png drawn-2.png; do
    [ "$(head -c 4 $file | tail -c 3)" = PNG ] || fail "no $file"
done
expect 2 "has to end in .png" "$program" read nothing.png --annotate drawn.gif
expect 1 "it is a folder" "$program" read nothing.png --annotate some/inner.png
expect 1 "cannot be written: /nowhere/" "$program" read nothing.png --annotate /nowhere/drawn.png

# A form with two samples and four marks; the same page rotated by two degrees and shifted; and one without marks.
python3 - "$samples" <<'PY' || exit 1
import math, struct, sys, zlib
def load(name):  # a PNG of 8 bits of grey
    data, at, packed = open(name, "rb").read(), 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        at += 12 + size
        if kind == b"IHDR":
            width, height, bits, colour = struct.unpack(">IIBB", body[:10])
            assert (bits, colour) == (8, 0)
        packed += body if kind == b"IDAT" else b""
    raw, rows, above = zlib.decompress(packed), [], bytes(width)
    for y in range(height):
        line = bytearray(raw[y * (width + 1) + 1:(y + 1) * (width + 1)])
        how = raw[y * (width + 1)]
        for x in range(width):
            a, b, c = (line[x - 1] if x else 0), above[x], (above[x - 1] if x else 0)
            p = a + b - c
            nearest = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line[x] = (line[x] + [0, a, b, (a + b) // 2, nearest][how]) & 255
        rows.append(line)
        above = line
    return rows
def save(name, page):
    open(name, "wb").write(b"P5 %d %d 255\n" % (len(page[0]), len(page)) + b"".join(bytes(row) for row in page))
plain = load(sys.argv[1] + "/plain.png")
ink = [x for x in range(len(plain[0])) if any(row[x] < 128 for row in plain)]
save("long.pgm", [bytes([250]) * 60 + 7 * row[ink[0] - 12:ink[-1] + 12] + bytes([250]) * 60 for row in plain])
width, height = 900, 700
page = [bytearray([244]) * width for _ in range(height)]
def lay(picture, left, top):
    for y, row in enumerate(picture):
        page[top + y][left:left + len(row)] = row
lay(load(sys.argv[1] + "/plain.png"), 160, 80)
lay(load(sys.argv[1] + "/touching.png"), 180, 360)
save("plain.pgm", page)
for x, y in (60, 60), (840, 60), (60, 640), (840, 640):
    for row in page[y - 12:y + 12]:
        row[x - 12:x + 12] = bytes([20]) * 24
save("form.pgm", page)
cosine, sine = math.cos(math.radians(2)), math.sin(math.radians(2))
def turned(moved):
    out = []
    for y in range(height):
        row = bytearray()
        for x in range(width):
            u, v = x - 450 - moved[0], y - 350 - moved[1]
            fx, fy = cosine * u + sine * v + 450, -sine * u + cosine * v + 350
            ix, iy = int(fx), int(fy)
            if not (0 <= fx < width - 1 and 0 <= fy < height - 1):
                row.append(244)
                continue
            fx -= ix
            fy -= iy
            row.append(int((1 - fy) * ((1 - fx) * page[iy][ix] + fx * page[iy][ix + 1]) +
                           fy * ((1 - fx) * page[iy + 1][ix] + fx * page[iy + 1][ix + 1])))
        out.append(row)
    return out
save("turned.pgm", turned((0, 0)))
moved = turned((26, -22))
save("moved.pgm", moved)
for row in moved[550:]:
    row[:150] = bytes([244]) * 150
save("three.pgm", moved)
for row in moved[:150]:
    row[:150] = bytes([244]) * 150
save("two.pgm", moved)
save("half.pgm", [row[::2] for row in page[::2]])
PY
expect 3 "at most 32 digits of a line are read" "$program" read long.pgm # it has 35
"$program" read form.pgm --json --region 160,80,578,247 >out
box=$(sed 's/.*"decision":"accepted","probability":[0-9.]*,"box":\[\([0-9,]*\)\].*/\1/' out)
IFS=, read -r x y w h <<END
$box
END
tight="[$((x - 12)), $((y - 12)), $((w + 24)), $((h + 24))]"
cat >form.json <<END
{"width": 900, "height": 700, "marks": [[60, 60], [840, 60], [60, 640], [840, 640]], "mark_size": 24, "fields": [
 {"name": "postcode", "region": $tight, "format": "zip5", "max_error": "5%", "list": "codes.txt"},
 {"name": "a \"second\"", "region": [180, 380, 500, 240], "format": "5", "n_best": 2},
 {"name": "remarks", "region": [300, 640, 200, 50]}]}
END
printf '52981\n52982\n' >codes.txt
printf '77777\n' >others.txt
sed 's/"marks".*"mark_size": 24, //; s/, "list": "codes.txt"//' form.json >unmarked.json
expect 0 "form.pgm field postcode: 52981  (probability" "$program" read form.pgm --template form.json
grep -qF 'form.pgm field a "second": 31902' out && grep -q "^    [0-9]* " out && grep -qF "form.pgm field remarks: nothing is written there" out ||
    fail "fields: $(cat out)"
sed 's/codes.txt/others.txt/' form.json >others.json
expect 3 "field postcode: not sure" "$program" read form.pgm --template others.json
expect 0 "field postcode: 52981" "$program" read plain.pgm --template unmarked.json
grep -q "marks found" err && fail "marks were reported missing that the template does not have"
expect 0 "plain.pgm: 0 of 4 marks found" "$program" read plain.pgm --template form.json
expect 0 "half.pgm field postcode: 52981" "$program" read half.pgm --template form.json
grep -q "marks found" err && fail "the marks of a smaller picture were not found: $(cat err)"
expect 0 "file,page,line,field,string,decision,probability" "$program" read moved.pgm --template form.json --csv
grep -q '^"moved.pgm",1,1,"postcode",52981,accepted,' out && grep -q '^"moved.pgm",1,1,"a ""second""",31902,accepted,' out &&
    grep -q '^"moved.pgm",1,0,"remarks",,empty,0$' out || fail "CSV of a form: $(cat out)"
grep -q "touches the border" err && fail "a field was cut out elsewhere"
"$program" read moved.pgm --template unmarked.json 2>&1 | grep -q "touches the border" || fail "the shifted page is also read without marks"
"$program" read two.pgm --template form.json >out 2>err || [ $? = 3 ] || fail "two marks: $(cat err)"
grep -qF "two.pgm: 2 of 4 marks found" err || fail "two marks: $(cat err)"
for picture in turned moved three; do
    expect 0 '"field":"remarks"' "$program" read $picture.pgm --template form.json --json --annotate $picture.png
    grep -q "marks found" err && fail "$picture.pgm: $(cat err)"
    python3 - $picture "$box" <<'PY' || fail "$picture.pgm: the boxes of a field are elsewhere: $(cat out)"
import json, math, sys
d = json.loads(open("out").readline())
assert (d["field"], d["string"], d["line"]) == ("postcode", "52981", 1)
x, y, w, h = map(int, sys.argv[2].split(","))
moved = (0, 0) if sys.argv[1] == "turned" else (26, -22)
cosine, sine = math.cos(math.radians(2)), math.sin(math.radians(2))
u, v = x + w / 2 - 450, y + h / 2 - 350
centre = cosine * u - sine * v + 450 + moved[0], sine * u + cosine * v + 350 + moved[1]
box = d["box"]
assert abs(box[0] + box[2] / 2 - centre[0]) < 4 and abs(box[1] + box[3] / 2 - centre[1]) < 8, (box, centre)
assert 5 == len(d["digits"])
PY
done

# The error about a wrong template names the place.
field='"name": "a", "region": [0, 0, 90, 70]'
wrong() {
    printf '%s\n' "$2" >wrong.json
    expect 1 "wrong.json: $1" "$program" read form.pgm --template wrong.json
    [ -s out ] && fail "a picture was read with a wrong template"
}
fields() { wrong "$1" "{\"width\": 900, \"height\": 700, \"fields\": [$2]}"; }
wrong "line 2, column 0: " '{"width": 900,'
wrong "the template: has to be an object" '[]'
wrong 'the template: unknown member "fieldz"' '{"fieldz": 3}'
wrong "width: is missing; it is a whole number from 1" '{"height": 3}'
wrong "height: has to be a whole number from 1" '{"width": 900, "height": "x", "fields": []}'
fields "fields: has to be a list of 1 to 1000 fields" ''
fields "fields[0]: has to be an object" '3'
fields "fields[0].name: is missing" '{}'
fields "fields[0].name: has to be text of 1 to 80 bytes without control" '{"name": "a\nb"}'
fields "fields[1].name: fields[0] has that name too" "{$field}, {$field}"
fields "fields[0].region: is missing" '{"name": "a"}'
fields "fields[0].region[2]: has to be a whole number from 1" '{"name": "a", "region": [0, 0, 0, 3]}'
fields "fields[0].region: is not within the 900x700" '{"name": "a", "region": [1, 0, 900, 3]}'
fields 'fields[0]: unknown member "formet"' "{$field, \"formet\": \"5\"}"
fields "fields[0]: there is no format" "{$field, \"format\": \"five\"}"
fields 'fields[0].check: has to be "none", "luhn"' "{$field, \"check\": \"lunh\"}"
fields "fields[0].max_error: has to be a share" "{$field, \"max_error\": \"1x\"}"
fields "fields[0].max_error: no threshold is known for an error of" "{$field, \"max_error\": 0.00001}"
fields "fields[0].n_best: has to be a whole number from 1 to 10" "{$field, \"n_best\": 11}"
printf '52981\n\n52982;Main Street 12\n' >table.csv
expect 1 "table.csv: line 3: character 6" "$program" read "$samples/plain.png" --list table.csv
fields "fields[0].list: cannot be used" "{$field, \"list\": \"nowhere.txt\"}"
grep -qF "nowhere.txt: cannot be opened" err || fail "a missing list is not named"
wrong "marks: has to be a list of four" '{"width": 9, "height": 9, "marks": [[1, 2]], "mark_size": 2}'
wrong "marks[1]: has to be [x, y]" '{"width": 9, "height": 9, "marks": [[1, 2], 3, [1, 2], [1, 2]], "mark_size": 2}'
wrong "marks[0]: is not within" '{"width": 9, "height": 9, "marks": [[10, 2], [1, 2], [1, 2], [1, 2]], "mark_size": 2}'
wrong "mark_size: is missing" '{"width": 9, "height": 9, "marks": [[1, 2], [1, 2], [1, 2], [1, 2]]}'
expect 1 "nowhere.json: cannot be opened" "$program" read form.pgm --template nowhere.json
expect 2 "exclude each other" "$program" read form.pgm --template form.json --region 0,0,9,9
mkdir sub
printf '{"width": 900, "height": 700, "fields": [{%s, "list": "../codes.txt"}]}' "$field" >sub/form.json
expect 0 "nothing is written there" "$program" read plain.pgm --template sub/form.json

# PDF: digits on two pages, by name and from standard input; broken files; no pdftoppm.
python3 - <<'PY'
seven = "7 w 0 G 1 J 1 j 200 600 m 238 602 l 212 540 l S"
one = "7 w 0 G 1 J 274 602 m 270 540 l S"
def pdf(name, contents, box="0 0 612 792"):
    objects = ["<</Type/Catalog/Pages 2 0 R>>", None]
    for content in contents:
        objects.append("<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents %d 0 R>>" % (box, len(objects) + 2))
        objects.append("<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    objects[1] = "<</Type/Pages/Count %d/Kids[%s]>>" % (len(contents), " ".join("%d 0 R" % (3 + 2 * i) for i in range(len(contents))))
    text, places = "%PDF-1.4\n", []
    for number, o in enumerate(objects, 1):
        places.append(len(text))
        text += "%d 0 obj%s endobj\n" % (number, o)
    xref = len(text)
    text += "xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + "".join("%010d 00000 n \n" % p for p in places)
    text += "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, xref)
    open(name, "w").write(text)
pdf("two.pdf", [seven + " " + one, seven])
pdf("none.pdf", [])
pdf("huge.pdf", [seven], "0 0 14400 14400")
open("broken.pdf", "w").write("%PDF-1.4\nnothing that could be meant\n")
PY
mkdir bin
ln -s "$(command -v env)" bin/env
expect 1 "two.pdf: reading PDF needs pdftoppm (Debian's poppler-utils)" env PATH="$folder/bin" "$program" read two.pdf
if command -v pdftoppm >/dev/null; then
    expect 0 "two.pdf page 2: 7  (probability" "$program" read two.pdf --annotate page.png
    grep -q "^two.pdf: 71  (probability" out || fail "page 1 of a PDF: $(cat out)"
    [ -s page-1.png ] && [ -s page-2.png ] || fail "the pages of a PDF were not drawn"
    cp out named
    "$program" read - <two.pdf >out && sed 's/^-/two.pdf/' out | cmp -s - named || fail "a PDF from standard input: $(cat out)"
    cat two.pdf | "$program" read - >out && sed 's/^-/two.pdf/' out | cmp -s - named || fail "a PDF from a pipe: $(cat out)"
    cp two.pdf "$folder/-dashed.pdf"
    expect 0 "page 2: 7" "$program" read -- -dashed.pdf
    expect 1 "two.pdf: page 1: 2550x3300 pixels; at most 1000 can be read" "$program" read two.pdf --max-pixels 1000
    expect 1 "broken.pdf: page 1: pdftoppm cannot render it" "$program" read broken.pdf
    expect 1 "none.pdf: page 1: pdftoppm cannot render it" "$program" read none.pdf
    expect 1 "huge.pdf: page 1: pdftoppm cannot render it" "$program" read huge.pdf
    [ "$(wc -l <err)" = 1 ] || fail "messages of pdftoppm were printed: $(cat err)"
    head -c 400 two.pdf >cut.pdf
    "$program" read cut.pdf "$samples/plain.png" >out 2>err
    [ $? -le 1 ] && grep -q "plain.png: 52981" out || fail "a truncated PDF: $(cat out err)"
    expect 0 "two.pdf page 2: 7" "$program" read two.pdf "$samples/plain.png" two.pdf --threads 3
else
    echo "skipped: PDF; pdftoppm (poppler-utils) is not installed"
fi
[ -z "$(ls temporary)" ] || fail "temporary files were left: $(ls temporary)"

[ $failures = 0 ] && echo "all passed"
[ $failures = 0 ]
