# answer_memory.sh LENET5 SHIM: makes one allocation after another fail and checks the JSON answers. With exit code 0
# or 3 the output must equal that of a run without failures; otherwise an error must be reported. No object may lack a
# member.
set -eu
lenet5=$1
folder=$(mktemp -d)
shim=$folder/no_memory.so # LD_PRELOAD accepts no path with blanks
cp "$2" "$shim"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$lenet5" synth --strings strings --count 1 --digits 3 >/dev/null 2>&1
picture=$(ls "$folder"/strings/*.png)

# try STEP LAST ARGUMENT...: every STEP-th allocation below LAST fails.
try() {
    step=$1
    last=$2
    shift 2
    "$lenet5" "$@" >whole 2>/dev/null || [ $? = 3 ]
    code=0
    LD_PRELOAD=$shim "$lenet5" "$@" >printed 2>/dev/null || code=$?
    if [ $code != 0 ] && [ $code != 3 ]; then
        echo "skipped: the program does not run with $shim"
        exit 77
    fi
    at=0
    failures=0
    while [ "$at" -lt "$last" ]; do
        code=0
        NO_MEMORY_AT=$at LD_PRELOAD=$shim timeout 60 "$lenet5" "$@" >printed 2>errors || code=$?
        case $code in
            0 | 3) cmp -s printed whole ;;
            1) grep -q . errors && ! grep -v -x -F -f whole printed ;;
            *) false ;;
        esac || { echo "lenet5 $*: allocation $at: exit code $code: $(cat printed errors)"; exit 1; }
        failures=$((failures + (code == 1)))
        at=$((at + step))
    done
    echo "lenet5 $1: $failures of $((last / step)) failures reported"
    [ "$failures" -gt 0 ]
}

# A part of a reading is the one without failures, or absent after an error.
"$lenet5" read "$picture" "$picture" "$picture" --json --threads 1 --out whole.part || [ $? = 3 ]
at=0
failures=0
while [ "$at" -lt 1500 ]; do
    rm -rf part
    code=0
    NO_MEMORY_AT=$at LD_PRELOAD=$shim timeout 60 "$lenet5" read "$picture" "$picture" "$picture" --json --threads 2 --out part 2>errors ||
        code=$?
    case $code in
        0 | 3) diff -r part whole.part >/dev/null ;;
        1) grep -q . errors && [ -z "$(ls part 2>/dev/null)" ] ;;
        *) false ;;
    esac || { echo "a part: allocation $at: exit code $code: $(cat errors) $(ls part)"; exit 1; }
    failures=$((failures + (code == 1)))
    at=$((at + 13))
done
echo "a part: $failures failures reported"
[ "$failures" -gt 0 ]

try 3 540 read --json --n-best 2 "$picture"
try 3 150 inspect --json
try 2 100 classify --json "$picture"
