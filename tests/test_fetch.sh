#!/bin/sh
# test_fetch.sh PROGRAM: lenet5 fetch against a local mirror on 127.0.0.1.
#
# With the gzipped MNIST in $LENET5_DATA everything is tested, otherwise only the errors. 77 means skipped.
set -u

program=${1:?usage: test_fetch.sh PROGRAM}
names='train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz'
images=train-images-idx3-ubyte.gz
mnist=${LENET5_DATA:-}
unset LENET5_DATA
unset http_proxy all_proxy HTTP_PROXY ALL_PROXY
export no_proxy='*'

if ! command -v python3 >/dev/null; then
    echo 'skipped: python3 is not installed'
    exit 77
fi

work=$(mktemp -d) || exit 1
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

failures=0
fail() {
    echo "FAILED: $*"
    sed 's/^/    /' "$work/out" "$work/err" 2>/dev/null
    failures=$((failures + 1))
}

# expect CODE ARGUMENT...: runs the program and checks its exit code. The output goes to out and err.
expect() {
    code=$1
    shift
    "$program" "$@" >"$work/out" 2>"$work/err"
    got=$?
    [ "$got" -eq "$code" ] || fail "lenet5 $*: exit code $got, expected $code"
}

# has TEXT: the output of the last command contains the text.
has() {
    grep -q -e "$1" "$work/out" "$work/err" || fail "the output lacks: $1"
}

# empty FOLDER: the folder has no files.
empty() {
    [ -z "$(ls -A "$1" 2>/dev/null)" ] || fail "$1 is left with: $(ls -A "$1")"
}

# The server: /plain/NAME supports ranges, /whole/NAME does not, /slow/NAME takes seconds, /broken/NAME disconnects half
# way, /wrong/NAME and /endless/NAME are not files of MNIST, /away/NAME redirects to /plain/NAME. The server writes its
# port to the file port, and its log to the file log.
cat >"$work/server.py" <<'PYTHON'
import http.server, os, re, sys, time

work, folder = sys.argv[1:3]

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, code, body, headers=()):
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def endless(self):
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        for _ in range(64):
            self.wfile.write(bytes(1 << 20))

    def begin(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()

    def broken(self, body):
        self.begin(body)
        self.wfile.write(body[:len(body) // 2])
        self.close_connection = True

    def slow(self, body):
        self.begin(body)
        step = len(body) // 40 + 1
        for first in range(0, len(body), step):
            self.wfile.write(body[first:first + step])
            time.sleep(0.25)

    def ranged(self, body, header):
        begin = re.fullmatch(r"bytes=(\d+)-", header)
        first = int(begin.group(1))
        if first >= len(body):
            self.answer(416, b"", [("Content-Range", "bytes */%d" % len(body))])
        else:
            where = "bytes %d-%d/%d" % (first, len(body) - 1, len(body))
            self.answer(206, body[first:], [("Content-Range", where)])

    def serve(self):
        kind, name = self.path.strip("/").split("/")
        header = self.headers.get("Range")
        with open(os.path.join(work, "log"), "a") as log:
            print(self.path, header or "all", file=log)
        if kind == "wrong":
            return self.answer(200, b"<html>please log in</html>" * 100)
        if kind == "endless":
            return self.endless()
        if kind == "away":
            return self.answer(302, b"", [("Location", "/plain/" + name)])
        path = os.path.join(folder, name)
        if kind not in ("plain", "whole", "slow", "broken") or not os.path.isfile(path):
            return self.answer(404, b"")
        with open(path, "rb") as file:
            body = file.read()
        if header and kind != "whole":
            return self.ranged(body, header)
        return {"slow": self.slow, "broken": self.broken}.get(kind, lambda b: self.answer(200, b))(body)

    def do_GET(self):
        try:
            self.serve()
        except OSError:
            self.close_connection = True

    def log_message(self, *arguments):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(os.path.join(work, "port.new"), "w") as file:
    print(server.server_port, file=file)
os.rename(os.path.join(work, "port.new"), os.path.join(work, "port"))
server.serve_forever()
PYTHON

python3 "$work/server.py" "$work" "${mnist:-$work/none}" &
server=$!
tries=0
while [ ! -f "$work/port" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ] || ! kill -0 "$server" 2>/dev/null; then
        echo 'skipped: the server on 127.0.0.1 does not start'
        exit 77
    fi
    sleep 0.1
done
mirror=http://127.0.0.1:$(cat "$work/port")
data=$work/data

# ---- Errors ----

expect 2 fetch cifar --data "$data"
has 'mnist'
[ ! -e "$data" ] || fail 'a folder was made for an unknown set'
expect 2 fetch --data "$data"
expect 2 fetch mnist more --data "$data"

# Without a known data folder, nothing is written.
mkdir "$work/nowhere"
(cd "$work/nowhere" && env -u HOME -u XDG_DATA_HOME -u LENET5_DATA "$program" fetch mnist >"$work/out" 2>"$work/err")
[ $? -eq 1 ] || fail 'fetch without HOME'
has 'pass --data DIR, or set HOME, XDG_DATA_HOME or LENET5_DATA'
empty "$work/nowhere"

# A folder that cannot be created: the message has the cause, not the error of the last missing parent. Root may write
# everywhere, unless it lacks this capability.
mkdir -m 555 "$work/sealed"
limit=
[ "$(id -u)" != 0 ] || limit="setpriv --bounding-set=-dac_override"
if $limit true 2>"$work/err"; then
    $limit "$program" fetch mnist --data "$work/sealed/a/b" >"$work/out" 2>"$work/err" </dev/null
    [ $? -eq 1 ] || fail 'fetch into a read-only folder'
    has 'the folder cannot be made: Permission denied'
fi

# A closed port.
closed=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
expect 1 fetch mnist --data "$data" --mirror "http://127.0.0.1:$closed/mnist"
has "put these four files into $data"
has "http://127.0.0.1:$closed/mnist/$images: "
for name in $names; do has "^  $name"; done
empty "$data"

expect 1 fetch mnist --data "$data/below/it" --mirror "$mirror/nowhere/"
has '404'
empty "$data/below/it"
rm -r "$data"

for kind in wrong endless; do
    expect 1 fetch mnist --data "$data" --mirror "$mirror/$kind/"
    has 'not MNIST'
    has "put these four files into $data"
    empty "$data"
    echo 'begun' >"$data/$images.part"
    expect 1 fetch mnist --data "$data" --mirror "$mirror/$kind/"
    empty "$data"
    echo 'an old file' >"$data/$images"
    expect 1 fetch mnist --data "$data" --mirror "$mirror/$kind/"
    has "$images exists; choose another folder, or pass --force to replace it"
    [ "$(cat "$data/$images")" = 'an old file' ] || fail 'an existing file was replaced'
    expect 1 fetch mnist --data "$data" --mirror "$mirror/$kind/" --force
    has "$images: its SHA-256 is wrong"
    [ "$(cat "$data/$images")" = 'an old file' ] || fail 'a file was replaced by a wrong one'
    rm "$data/$images"
    empty "$data"
done

# Links are not followed, neither for a file nor for its .part file.
echo 'kept' >"$work/kept"
ln -s "$work/kept" "$data/$images"
for option in '' --force; do
    expect 1 fetch mnist --data "$data" --mirror "$mirror/wrong/" $option
    [ -L "$data/$images" ] || fail 'a link was replaced'
done
rm "$data/$images"
ln -s "$work/kept" "$data/$images.part"
expect 1 fetch mnist --data "$data" --mirror "$mirror/wrong/"
[ "$(cat "$work/kept")" = kept ] || fail 'a part was written through a link'
rm -f "$data/$images.part" "$work/kept"

# Sets without a published sum, and of files that no test can make.
printf 'a text\n' >"$work/text"
for set in qmnist usps; do
    title=$(echo "$set" | tr '[:lower:]' '[:upper:]')
    case $set in
    qmnist) first=qmnist-train-images-idx3-ubyte.gz page=https://github.com/facebookresearch/qmnist ;;
    usps) first=zip.train.gz page=https://hastie.su.domains/ElemStatLearn/data.html ;;
    esac
    other=$work/$set
    expect 1 fetch "$set" --data "$other" --mirror "http://127.0.0.1:$closed"
    has "files into $other"
    has "^  $first"
    has "^from $page.*verifies them"
    empty "$other"
    for kind in wrong endless; do
        expect 1 fetch "$set" --data "$other" --mirror "$mirror/$kind"
        has "not $title"
        empty "$other"
    done
    cp "$work/text" "$other/$first"
    expect 1 fetch "$set" --data "$other" --mirror "$mirror/wrong"
    has "$first exists; choose another folder, or pass --force to replace it"
    rm "$other/$first"
    XDG_DATA_HOME=$work/home LENET5_DATA=$data expect 1 fetch "$set" --mirror "http://127.0.0.1:$closed"
    has "files into $work/home/lenet5/$set"
done
XDG_DATA_HOME=$work/home LENET5_DATA=$data expect 1 fetch mnist --mirror "http://127.0.0.1:$closed"
has "put these four files into $data"

# Files with as many lines of each digit as those of USPS. One digit more or less is another file.
mkdir "$work/mirror"
python3 - "$work/mirror" <<'PYTHON'
import gzip, sys
values = " ".join(["-1.0000"] * 256)
for part, counts in (("train", (1194, 1005, 731, 658, 652, 556, 664, 645, 542, 644)),
                     ("test", (359, 264, 198, 166, 200, 160, 170, 147, 166, 177))):
    lines = ["%d.0000 %s \n" % (digit, values) for digit, count in enumerate(counts) for _ in range(count)]
    with gzip.open("%s/zip.%s.gz" % (sys.argv[1], part), "wt") as file:
        file.writelines(lines)
    with gzip.open("%s/less.%s.gz" % (sys.argv[1], part), "wt") as file:
        file.writelines(lines[1:])
PYTHON
expect 0 fetch usps --data "$work/usps" --mirror "file://$work/mirror"
sum=$(sha256sum <"$work/mirror/zip.test.gz" | cut -d ' ' -f 1)
has "zip.test.gz: fetched, verified by its digits; its SHA-256 is $sum"
has "lenet5 test --data $work/usps"
cp "$work/mirror/less.test.gz" "$work/usps/zip.test.gz"
expect 1 fetch usps --data "$work/usps" --mirror "file://$work/mirror"
has 'zip.test.gz: it does not have the digits that its source counts'
expect 0 fetch usps --data "$work/usps" --mirror "file://$work/mirror" --force
has "zip.train.gz: present, verified by its digits"

# A file that was put into the folder by hand is verified as it is.
rm "$work"/usps/*
cp "$work"/mirror/zip.* "$work/usps"
expect 0 fetch usps --data "$work/usps" --mirror "http://127.0.0.1:$closed"
has "zip.test.gz: present, verified by its digits; its SHA-256 is $sum"

echo 'no folder' >"$work/file"
expect 1 fetch mnist --data "$work/file/data" --mirror "$mirror/plain/"
has 'cannot be made'

# ---- MNIST itself ----

for name in $names; do
    if [ ! -f "$mnist/$name" ]; then
        echo "skipped in part: successful fetches need $name in \$LENET5_DATA"
        [ "$failures" -eq 0 ]
        exit
    fi
done

# whole: the data folder has the four files of the mirror and nothing else.
whole() {
    for name in $names; do
        cmp -s "$mnist/$name" "$data/$name" || fail "$name differs from the mirror"
    done
    [ "$(find "$data" -type f | wc -l)" -eq 4 ] || fail "more than four files are left: $(ls -A "$data")"
}

# fetch PATH LINE: fetches from PATH of the mirror, whose log must then contain LINE.
fetch() {
    : >"$work/log"
    expect 0 fetch mnist --data "$data" --mirror "$mirror/$1"
    whole
    grep -q -x -e "$2" "$work/log" || fail "the log of the mirror lacks $2: $(cat "$work/log")"
}

fetch plain "/plain/$images all"
[ "$(grep -c ': fetched$' "$work/out")" -eq 4 ] || fail 'not four files are reported as fetched'

: >"$work/log"
expect 0 fetch mnist --data "$data" --mirror "$mirror/plain/"
[ "$(grep -c ': present$' "$work/out")" -eq 4 ] || fail 'not four files are reported as present'
[ ! -s "$work/log" ] || fail 'existing files were requested'

rm -r "$data"
fetch away/ "/plain/$images all"

rm -r "$data"
expect 0 fetch mnist --data "$data" --mirror "file://$(cd "$mnist" && pwd)"
whole

# An incomplete part, from a mirror with and without ranges; a part that is already complete.
size=$(wc -c <"$mnist/$images")
for kind in plain whole; do
    rm "$data/$images"
    head -c 1000000 "$mnist/$images" >"$data/$images.part"
    fetch "$kind" "/$kind/$images bytes=1000000-"
done
grep -q -x -e "/whole/$images all" "$work/log" || fail 'without ranges the download did not start again'
: >"$work/log"
mv "$data/$images" "$data/$images.part"
expect 0 fetch mnist --data "$data" --mirror "$mirror/plain/"
whole
[ ! -s "$work/log" ] || fail 'a complete part was fetched again'

# Parts with wrong bytes: shorter than the file, as long, longer, and longer than the limit.
for bytes in 5000 "$size" $((size + 1)) 40000000; do
    rm "$data/$images"
    head -c "$bytes" /dev/zero >"$data/$images.part"
    fetch plain "/plain/$images bytes=$bytes-"
    grep -q -x -e "/plain/$images all" "$work/log" || fail "the download did not start again after $bytes wrong bytes"
done

# A truncated file, one that is not gzipped, and one that unpacks to too many bytes.
head -c $((size - 1)) "$mnist/$images" >"$data/$images"
gzip -dc "$mnist/t10k-labels-idx1-ubyte.gz" >"$data/t10k-labels-idx1-ubyte.gz"
head -c 30000000 /dev/zero | gzip >"$data/train-labels-idx1-ubyte.gz"
expect 1 fetch mnist --data "$data" --mirror "$mirror/plain"
[ ! -L "$data/$images" ] && [ "$(wc -c <"$data/$images")" -eq $((size - 1)) ] || fail 'a file with another SHA-256 was replaced'
expect 0 fetch mnist --data "$data" --mirror "$mirror/plain" --force
whole
[ "$(grep -c 'its SHA-256 is wrong' "$work/err")" -eq 3 ] || fail 'not three files are reported as wrong'

# A broken connection leaves the part, and the next run resumes it.
rm "$data/$images"
expect 1 fetch mnist --data "$data" --mirror "$mirror/broken"
has "put these four files into $data"
[ ! -e "$data/$images" ] || fail 'an incomplete file has the final name'
fetch plain "/plain/$images bytes=$((size / 2))-"

# SIGTERM leaves the part as well.
rm "$data/$images"
"$program" fetch mnist --data "$data" --mirror "$mirror/slow/" >"$work/out" 2>"$work/err" &
job=$!
tries=0
while [ ! -s "$data/$images.part" ] && [ "$tries" -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
kill -TERM "$job"
wait "$job"
got=$?
[ "$got" -eq 143 ] || fail "after SIGTERM: exit code $got, expected 143"
has 'interrupted'
[ ! -e "$data/$images" ] || fail 'an interrupted fetch wrote a file'
fetch plain "/plain/$images bytes=[1-9][0-9]*-"

[ "$failures" -eq 0 ]
