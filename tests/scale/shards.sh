#!/bin/sh
# Reads pictures in parts by three workers whose processes are killed at random, until all parts are there. The merged
# results must be the bytes of one process.
# usage: shards.sh PROGRAM [PICTURES [PARTS]]
set -eu
program=$1
pictures=${2:-20000}
parts=${3:-16}
workers=3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
fail() { echo "FAILED: $1"; exit 1; }

# Drawing a picture takes longer than reading it: a thousand are drawn, and have several names each.
drawn=$((pictures < 1000 ? pictures : 1000))
"$program" synth --strings drawn --count $drawn --digits 3 >/dev/null 2>&1
rm drawn/truth.tsv
python3 - "$pictures" <<'PY'
import os, sys
drawn = sorted(os.listdir("drawn"))
os.mkdir("pictures")
with open("list", "w") as names:
    for i in range(int(sys.argv[1])):
        os.link("drawn/" + drawn[i % len(drawn)], f"pictures/{i:06d}.png")
        names.write(f"pictures/{i:06d}.png\n")
PY

started=$(date +%s)
"$program" read --files list --json --threads 1 --out one || [ $? = 3 ] || fail "one process"
seconds=$(($(date +%s) - started))
echo "one process: $pictures pictures in $seconds s"

# The mean time to a kill, in milliseconds, is about that of a part: some are complete by then, others in the middle.
mean=$((1500 * seconds / parts + 100))
delay() { echo "$(od -An -N4 -tu4 /dev/urandom) $mean" | awk '{ printf "%.3f", $1 % (2 * $2) / 1000 }'; }

# work NUMBER: reads every third part, each until its manifest is there. Prints the number of processes that were killed.
work() {
    killed=0
    part=$1
    while [ "$part" -le "$parts" ]; do
        manifest=$(printf "all/part-%0${#parts}d-of-%d.manifest.jsonl" "$part" "$parts")
        while [ ! -e "$manifest" ]; do
            "$program" read --files list --json --threads 1 --out all --shard "$part/$parts" &
            reader=$!
            sleep "$(delay)"
            kill -9 $reader 2>/dev/null || true
            code=0
            wait $reader 2>/dev/null || code=$?
            case $code in
            0 | 3) [ -e "$manifest" ] || fail "part $part: no manifest after exit code $code" ;;
            137) killed=$((killed + 1)) ;;
            *) fail "part $part: exit code $code" ;;
            esac
        done
        part=$((part + workers))
    done
    echo $killed
}

started=$(date +%s)
for worker in $(seq $workers); do
    work "$worker" >"worker-$worker" 2>&1 &
done
wait
cat worker-* | grep FAILED && exit 1
killed=$(cat worker-* | awk '{ sum += $1 } END { print sum }')
echo "$parts parts: $killed processes were killed in $(($(date +%s) - started)) s"
[ "$killed" -gt 0 ] || fail "no process was killed"

"$program" merge all --out merged
cmp merged one/part-1-of-1.jsonl || fail "the merged results differ from those of one process"
[ "$(ls all | wc -l)" = $((2 * parts)) ] || fail "files are left: $(ls all)"
echo "all passed"
