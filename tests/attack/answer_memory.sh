# answer_memory.sh LENET5 SHIM: answers in JSON where one allocation after another fails. What is printed with exit code 0
# or 3 is what is printed with all memory; else an error is reported. No object lacks a member.
set -eu
lenet5=$1
folder=$(mktemp -d)
shim=$folder/no_memory.so # LD_PRELOAD takes no path with blanks
cp "$2" "$shim"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$lenet5" synth --strings strings --count 1 --digits 3 >/dev/null 2>&1
picture=$(ls "$folder"/strings/*.png)

try() {
    step=$1
    last=$2
    shift 2
    "$lenet5" "$@" >whole 2>/dev/null || [ $? = 3 ]
    code=0
    LD_PRELOAD=$shim "$lenet5" "$@" >said 2>/dev/null || code=$?
    if [ $code != 0 ] && [ $code != 3 ]; then
        echo "skipped: the program cannot be run with $shim"
        exit 77
    fi
    at=0
    failures=0
    while [ "$at" -lt "$last" ]; do
        code=0
        NO_MEMORY_AT=$at LD_PRELOAD=$shim timeout 60 "$lenet5" "$@" >said 2>complaint || code=$?
        case $code in
            0 | 3) cmp -s said whole ;;
            1) grep -q . complaint && ! grep -v -x -F -f whole said ;;
            *) false ;;
        esac || { echo "lenet5 $*: allocation $at: exit code $code: $(cat said complaint)"; exit 1; }
        failures=$((failures + (code == 1)))
        at=$((at + step))
    done
    echo "lenet5 $1: $failures of $((last / step)) failures reported"
    [ "$failures" -gt 0 ]
}

try 3 540 read --json --n-best 2 "$picture"
try 3 150 inspect --json
try 2 100 classify --json "$picture"
