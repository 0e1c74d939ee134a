# Readings by several ranks of Open MPI and MPICH: their parts merge to the bytes of one process, also after ranks are
# killed. Needs one of them, found when the program was built; else it is skipped.
set -u
program=$1
modules=${2:-} # openmpi,mpich, those that are built in; none: no argument
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/await.sh"
. "$(dirname "$0")/mpi.sh"

"$program" synth --strings clean --count 40 --digits 2 >/dev/null 2>&1 || exit 1
rm clean/truth.tsv
find clean -name '*.png' | LC_ALL=C sort >clean.txt
head -c 200 clean/00000.png >broken.png
{ cat clean.txt && echo broken.png && echo missing.png && cat clean.txt; } >list
head -n 3 list >three
: >nothing
{ echo first.png && for i in $(seq 5); do cat clean.txt; done && echo last.png; } >waits
cp clean/00000.png first.png
cp clean/00000.png last.png
for i in $(seq 50); do cat clean.txt; done >long
for kind in json csv; do
    "$program" read --files list --$kind --out plain.$kind || [ $? = 3 ] || fail "one process"
done
"$program" read --files three --json >three.jsonl
three=$?
"$program" read --files long --json >long.jsonl
"$program" read --files waits --json >waits.jsonl
rm first.png last.png

read_by() { ranks=$1; shift; mpi "$ranks" "$program" read --threads 1 "$@"; }

# reads CODE RANKS OUT ARGUMENT...: reads by ranks, into the folder OUT.
reads() {
    wanted=$1 number=$2 to=$3
    shift 3
    read_by "$number" --out "$to" "$@" >out 2>err </dev/null
    got=$?
    [ $got = "$wanted" ] || fail "$mpi: $number ranks, $*: exit code $got, expected $wanted: $(cat out err)"
    [ "$(ls "$to" | wc -l)" = $((2 * number)) ] || fail "$mpi: $number ranks, $*: wrote $(ls "$to")"
}

# merges FOLDER FILE: checks that the merged parts are that file.
merges() { "$program" merge "$1" | cmp - "$2" || fail "$mpi: the merged parts of $1 are not $2"; }

# begin_long FOLDER: three ranks read a long list; returns when all have begun. Their numbers are in pid-0 to pid-2.
cat >noted.sh <<'SH2'
eval "$set_rank"
echo $$ >"pid-$rank"
exec "$@"
SH2
have_begun() { [ "$(find "$1" -name '*.tmp' | wc -l)" = 6 ]; }
begin_long() {
    rm -f pid-*
    mpi 3 sh noted.sh "$program" read --threads 1 --files long --json --out "$1" >out 2>err </dev/null &
    launched=$!
    await 60 have_begun "$1" || fail "$mpi: $1: three ranks did not begin: $(cat out err)"
    sleep 0.3
}
nothing_written() { ls "$1" | grep -qv 'lenet5-[0-7].tmp$' && fail "$mpi: $2: a part was written: $(ls "$1")"; }

for mpi in $launchers; do
    # ---- The same bytes, whatever the number of ranks.
    for ranks in 1 2 3 8; do
        reads 3 $ranks "$mpi-$ranks" --files list --json
        merges "$mpi-$ranks" plain.json/part-1-of-1.jsonl
    done
    reads 3 3 "$mpi-csv" --files list --csv --threads 2
    merges "$mpi-csv" plain.csv/part-1-of-1.csv
    reads $three 8 "$mpi-three" --files three --json
    merges "$mpi-three" three.jsonl
    reads 0 2 "$mpi-nothing" --files nothing --json
    merges "$mpi-nothing" nothing
    reads 3 2 "$mpi-folder" clean broken.png missing.png --files clean.txt --json
    merges "$mpi-folder" plain.json/part-1-of-1.jsonl
    tar -cf clean.tar -T clean.txt
    if "$program" read --tar clean.tar --json >tar.jsonl 2>err || [ $? = 3 ]; then
        reads 3 3 "$mpi-tar" --tar clean.tar --json
        merges "$mpi-tar" tar.jsonl
    else
        grep -q "needs libarchive" err || fail "a TAR archive: $(cat err)"
        echo "    skipped in part: TAR; this program was built without libarchive"
    fi

    # A rank that waits for the first picture has two blocks of three at most: the other one reads up to the last.
    mkfifo first.png last.png
    (cat clean/00000.png >last.png && cat clean/00000.png >first.png) &
    reads 3 2 "$mpi-waits" --files waits --json
    wait $!
    merges "$mpi-waits" waits.jsonl
    waited=$(grep -l first.png "$mpi-waits"/*.jsonl)
    [ "$(wc -l <"$waited")" -le 6 ] || fail "$mpi: the rank that waited has read $(wc -l "$mpi-waits"/*.jsonl)"
    rm first.png last.png

    # ---- Ranks that are killed, and an interrupt.
    for victim in 0 1; do
        begin_long "$mpi-killed-$victim"
        kill -KILL "$(cat pid-$victim)"
        wait $launched && fail "$mpi: exit code 0 after rank $victim was killed"
        grep -q "3 ranks; if one of them fails, run the same command again" err || fail "$mpi: no hint: $(cat err)"
        nothing_written "$mpi-killed-$victim" "rank $victim was killed"
        expect 1 "no manifest of a part" "$program" merge "$mpi-killed-$victim"
        reads 3 3 "$mpi-killed-$victim" --files long --json
        merges "$mpi-killed-$victim" long.jsonl
    done
    begin_long "$mpi-interrupted"
    kill -TERM $(cat pid-0 pid-1 pid-2)
    wait $launched && fail "$mpi: exit code 0 after an interrupt"
    [ "$(grep -c "interrupted; no part is written: run the same command again" err)" = 1 ] ||
        fail "$mpi: an interrupt: $(cat err)"
    nothing_written "$mpi-interrupted" "an interrupt"

    # Parts of two readings: never a merged file that is wrong. Parts that are there stay until all new ones are.
    cp -r "$mpi-killed-0" "$mpi-mixed"
    cp "$mpi-killed-1"/part-1-* "$mpi-mixed"
    if "$program" merge "$mpi-mixed" >mixed.jsonl 2>err; then
        cmp mixed.jsonl long.jsonl || fail "$mpi: the parts of two readings were merged"
    fi
    begin_long "$mpi-killed-0"
    kill -KILL "$(cat pid-2)"
    wait $launched
    merges "$mpi-killed-0" long.jsonl

    # ---- Errors come from one rank, once; all ranks end.
    # refuses CODE TEXT ARGUMENT...: three ranks print the text once and write nothing.
    refuses() {
        rm -rf x
        code=$1 text=$2
        shift 2
        expect "$code" "$text" read_by 3 --json --out x "$@"
        [ "$(grep -cF -e "$text" err)" = 1 ] || fail "$mpi: $*: the error was not printed once: $(cat err)"
        [ -z "$(ls x 2>/dev/null)" ] || fail "$mpi: $*: $(ls x) was written"
    }
    refuses 2 "--files -: standard input is that of one rank" --files -
    refuses 2 "--tar -: standard input is that of one rank" --tar -
    refuses 2 "-: standard input is that of one rank" -
    mkfifo pipe 2>/dev/null
    refuses 1 "pipe: not a regular file" --files pipe
    refuses 1 "pipe: not a regular file" --list pipe clean
    refuses 1 "pipe: not a regular file" --template pipe clean
    refuses 1 "pipe: not a regular file" --model none.safetensors,pipe clean
    refuses 1 "nowhere: cannot be opened" --files nowhere
    printf 'a.png\n-\n' >dash
    refuses 1 "dash: line 2: - is standard input" --files dash
    refuses 1 "nowhere/x: the folder cannot be made" clean --out nowhere/x
    refuses 2 "--threshold" clean --threshold 2

    # differs TEXT OPTION...: rank 1 has these options besides, or in their place.
    cat >other.sh <<'SH2'
eval "$set_rank"
program=$1
shift
[ "$rank" = 1 ] && LENET5_ISA=$other_isa && export LENET5_ISA && exec "$program" read --json --out x --threads 1 "$@"
exec "$program" read --json --out x --threads 1 --files list
SH2
    differs() {
        rm -rf x
        text=$1
        shift
        expect 1 "$text" mpi 2 sh other.sh "$program" "$@"
        [ -e x ] && fail "$mpi: $text: $(ls x) was written"
    }
    export other_isa=
    differs 'rank 1 has other names of pictures than rank 0' --files three
    differs 'rank 1 has other values of "threshold" than rank 0' --files list --threshold 0.5
    differs 'rank 1 has other values of --out than rank 0' --files list --out y
    export other_isa=baseline
    differs 'rank 1 has other values of "isa" than rank 0; set LENET5_ISA' --files list

    # A rank that fails ends the others at once; here its disk is full. Likewise at the end, when the folder is gone.
    if command -v prlimit >/dev/null; then
        begin_long full
        prlimit --pid "$(cat pid-1)" --fsize=1000
        wait $launched && fail "$mpi: a full disk: exit code 0"
        grep -q "full/part-2-of-3.jsonl: cannot be written: File too large" err || fail "$mpi: a full disk: $(cat err)"
        nothing_written full "a full disk"
    else
        echo "    skipped in part: a full disk, no prlimit"
    fi
    begin_long gone
    rm -r gone
    wait $launched && fail "$mpi: a folder that is removed: exit code 0"
    grep -q "gone/part-1-of-3.jsonl: cannot be written: No such file" err || fail "$mpi: a folder that is removed: $(cat err)"
    [ "$(grep -c "No such file" err)" = 1 ] || fail "$mpi: an error at the end was not printed once: $(cat err)"

    # ---- Commands that the ranks do not share: each process is alone.
    mpi 2 "$program" read --files three --json >out 2>err </dev/null
    cat three.jsonl three.jsonl | LC_ALL=C sort >twice
    LC_ALL=C sort out | cmp - twice || fail "$mpi: two processes without --out: $(cat out err)"
    cat >shard.sh <<'SH2'
eval "$set_rank"
"$1" read --files list --json --out alone --shard "$((rank + 1))/2" || [ $? = 3 ]
SH2
    rm -rf alone
    mpi 2 sh shard.sh "$program" >out 2>err </dev/null || fail "$mpi: shards: $(cat err)"
    merges alone plain.json/part-1-of-1.jsonl
    grep -q '^\[1,2,' alone/part-1-of-2.manifest.jsonl || fail "$mpi: not the shards: $(cat alone/*.manifest.jsonl)"
    rm -rf full pipe
done
exit $failures
