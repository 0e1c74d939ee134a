# endless.sh PROGRAM: endless files, pipes without a writer, folders in place of files, and a pdftoppm that never exits.
# The program reports or skips each of them within seconds, and leaves no process behind.
set -u
program=$1
export PYTHONPATH="$(dirname "$(realpath "$0")")" PYTHONDONTWRITEBYTECODE=1
. "$(dirname "$0")/../expect.sh"
unset LENET5_DATA
export XDG_DATA_HOME="$folder/none"
python3 -c "import files; open('a.pgm', 'wb').write(files.pgm(16)); open('b.jpg', 'wb').write(files.jpeg(16))" || exit 1
mkdir empty
mkfifo pipe.png

# soon CODE TEXT COMMAND...: expect, with a time limit of 20 seconds.
soon() { code=$1 text=$2; shift 2; expect "$code" "$text" timeout -k 1 20 "$@"; }

# An endless device in place of each input file.
soon 1 "/dev/zero: longer than the limit of 16777216 bytes" "$program" read a.pgm --list /dev/zero
soon 1 "/dev/zero: longer than the limit of 16777216 bytes" "$program" read a.pgm --template /dev/zero
soon 1 "/dev/zero: a file of more than 268435456 bytes" "$program" read /dev/zero
soon 1 "/dev/zero: " "$program" classify /dev/zero
soon 1 "/dev/zero: " "$program" read a.pgm --model /dev/zero
soon 1 "/dev/zero: " "$program" inspect /dev/zero
soon 1 "/dev/zero: " "$program" calibrate /dev/zero
soon 1 "/dev/zero: " "$program" test --images /dev/zero --labels /dev/zero
soon 1 "/dev/zero: " "$program" train --resume /dev/zero
soon 1 "/dev/zero: " "$program" plot /dev/zero --out x.png
soon 1 "a file of more than 268435456 bytes" sh -c '"$1" read - </dev/zero' sh "$program"
yes 1 | head -n 1000001 >long
soon 1 "long: line 1000001: more than 1000000 codes" "$program" read a.pgm --list long
printf '123\n4\0005\n' >zero
soon 1 "zero: line 2: has a zero byte" "$program" read a.pgm --list zero
printf '123\r\n# 4\n456' >fine
soon 0 "nothing is written" "$program" read a.pgm --list fine
field='"region": [0, 0, 9, 9], "list": "half"}'
echo "{\"width\": 9, \"height\": 9, \"fields\": [{\"name\": \"a\", $field, {\"name\": \"b\", $field, {\"name\": \"c\", $field]}" >lists.json
yes 1 | head -n 400000 >half
soon 1 "half: the lists of all fields have more than 1000000 codes" "$program" read a.pgm --template lists.json

# Folders.
soon 1 "empty: cannot be read: Is a directory" "$program" read a.pgm --list empty
soon 1 "empty: cannot be read: Is a directory" "$program" read a.pgm --template empty
soon 1 "empty: a folder without a picture" "$program" classify empty
soon 1 "Is a directory" "$program" inspect empty
soon 1 "empty" "$program" test --images empty --labels empty
soon 1 "empty: line 1: not a log" "$program" plot empty --out x.png

# In a folder the program reads regular files only; a path given as an argument may be a pipe.
mkdir mixed
cp a.pgm mixed/a.pgm
mkfifo mixed/b.png
ln -s /dev/zero mixed/c.jpg
mkdir mixed/d.png
python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('mixed/e.tif')"
soon 0 "mixed/a.pgm: nothing is written there" "$program" read mixed
for name in b.png c.jpg e.tif; do
    grep -q "mixed/$name: skipped: not a regular file" err || fail "$name is not reported as skipped: $(cat err)"
done
[ "$(wc -l <out)" = 1 ] || fail "more than one file was read: $(cat out)"
rm mixed/a.pgm
soon 1 "mixed: a folder without a picture" "$program" read mixed
cat a.pgm >pipe.png &
soon 0 "pipe.png: nothing is written there" "$program" read pipe.png
wait

# A fake pdftoppm. It writes nothing, writes without end, closes its pipe and keeps running, writes slowly, or announces
# a huge page. When silent it also starts a child process.
mkdir bin
printf '%%PDF-1.4\n' >x.pdf
cat >bin/pdftoppm <<'END'
#!/bin/sh
echo $$ >pid
case $(cat how) in
silent) sleep 100 & echo $! >child; exec sleep 100 ;;
endless) while :; do printf 'P5\n16 16\n255\n'; cat white; done ;;
closed) exec sleep 100 >&- ;;
slow) for i in 1 2 3; do sleep 0.4; printf 'P5\n16 16\n255\n'; cat white; done ;;
vast) printf 'P5\n10000 10000\n255\n'; exec sleep 100 ;;
esac
END
chmod +x bin/pdftoppm
head -c 256 /dev/zero | tr '\0' '\377' >white
export PATH="$folder/bin:$PATH"
# ended FILE: waits up to a second until the process whose number is in FILE has exited (a zombie counts as exited).
ended() {
    for i in 1 2 3 4 5 6 7 8 9 10; do
        state=$(sed -n 's/^State:.//p' "/proc/$(cat "$1")/status" 2>/dev/null)
        case $state in '' | Z* | X*) return 0 ;; esac
        sleep 0.1
    done
    return 1
}
late="x.pdf: page 1: pdftoppm takes longer than 0.5 seconds; --timeout SECONDS sets the limit"
for how in silent vast; do
    echo $how >how
    soon 1 "$late" "$program" read x.pdf a.pgm --timeout 0.5
    grep -q "a.pgm: nothing" out || fail "the picture after a PDF that timed out was not read"
    ended pid || fail "$how: pdftoppm runs beyond its time limit"
done
echo silent >how
soon 1 "$late" "$program" read x.pdf --timeout 0.5
ended child || fail "a child of pdftoppm is still running"
echo closed >how
soon 1 "x.pdf: page 1: pdftoppm cannot render it" "$program" read x.pdf
ended pid || fail "closed: pdftoppm is still running"
echo slow >how
soon 0 "x.pdf page 3: nothing is written there" "$program" read x.pdf --timeout 1
for how in silent endless; do
    for signal in KILL TERM INT; do
        echo $how >how
        rm -f pid
        "$program" read x.pdf >/dev/null 2>&1 &
        job=$!
        while [ ! -s pid ]; do sleep 0.05; done
        sleep 0.1
        # A shell starts background commands with SIGINT ignored; the program must install its own handler.
        kill -$signal $job
        wait $job 2>/dev/null
        ended pid || fail "$how: pdftoppm is still running after SIG$signal"
    done
done
expect 2 "--timeout is a number from 0 to 86400" "$program" read a.pgm --timeout -1
expect 2 "--timeout is a number from 0 to 86400" "$program" read a.pgm --timeout nan

# A page that exceeds the time limit is given up, and the next one is read.
python3 - <<'PY'
import random, files
random.seed(1)
side = 3000
grey = bytearray(b"\xff" * side * side)
for _ in range(4000):  # strokes all over the page
    x, y = random.randrange(side - 30), random.randrange(side - 30)
    for i in range(28):
        for k in range(4):
            grey[(y + i) * side + x + k + i * (_ % 3) // 4] = 0
open("crowded.pgm", "wb").write(b"P5 %d %d 255\n" % (side, side) + grey)
PY
soon 1 "crowded.pgm: not read within 0.001 seconds; --timeout SECONDS sets the limit" "$program" read crowded.pgm a.pgm --timeout 0.001
grep -q "a.pgm: nothing is written there" out || fail "the page after one that timed out was not read: $(cat out)"

[ $failures = 0 ] && echo "all passed"
[ $failures = 0 ]
