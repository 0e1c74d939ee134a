#!/bin/sh
# Shell completions: bash completes commands, options, names and files; zsh and fish parse their scripts.
# usage: test_completion.sh BUILD
set -eu
completions=$1/completions
[ -d "$completions" ] || { echo "skipped: this build has no completions" && exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "FAILED: $1"; exit 1; }

if command -v bash >/dev/null; then
    mkdir "$folder/scans" "$folder/two words"
    touch "$folder/letter.png" "$folder/a.safetensors" "$folder/b.safetensors"
    # complete WORD...: prints the completions of the last word in bash, in one line.
    cat >"$folder/complete" <<'BASH'
source "$1"
cd "$2"
complete -p lenet5 >/dev/null || exit 1
compopt() { :; } # no line is being edited
shift 2
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_lenet5
mapfile -t sorted < <(printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort)
echo "${sorted[*]}"
BASH
    # expect "OFFERED" WORD...: checks the completions after lenet5 WORD..., where the last word is incomplete.
    expect() {
        wanted=$1
        shift
        offered=$(bash "$folder/complete" "$completions/lenet5" "$folder" lenet5 "$@")
        [ "$offered" = "$wanted" ] || fail "lenet5 $*<TAB> offers \"$offered\", not \"$wanted\""
    }
    expect "read" rea
    expect "serve synth" s
    expect "--format" read --fo
    expect "--csv --csv-raw" read --csv
    expect "--files" read --fi
    expect "--shard" read --out parts --sh
    expect "scans two words" read --out ""
    expect "scans two words" merge ""
    expect "--out" merge --o
    expect "--max-error --max-pixels" read letter.png --max
    expect "luhn mod10 mod11 none" read --check ""
    expect "mod10 mod11" read --check mo
    expect "mod10 mod11" read --check = mo
    expect "zip5 zip9" read --format zip
    expect "1998 amounts best fast hands read strings" train --recipe ""
    expect "map mse" train --loss m
    expect "letter.png" read le
    expect "two words" read tw
    expect "scans two words" train --data ""
    expect "a.safetensors,b.safetensors" read --model a.safetensors,b
    expect "" read --threads ""
    expect "--drain" serve --dr
    expect "--read-timeout --request-time --reuse-port" serve --re
    expect "" serve --drain ""
    expect "mnist qmnist usps" fetch ""
    expect "forms" synth --show ""
    expect "onnx" export ""
    expect "--maps --max-error" export onnx --ma
    expect "calibrate classify" help c
    for command in $(bash -c 'source "$0" && _lenet5_commands' "$completions/lenet5"); do
        expect "--help" "$command" --hel
    done
else
    echo "bash is not installed: its completion is not tested"
fi

for shell in zsh fish; do
    case $shell in zsh) file=_lenet5 check=-n ;; fish) file=lenet5.fish check=--no-execute ;; esac
    if command -v $shell >/dev/null; then
        $shell $check "$completions/$file" || fail "$shell does not parse $file"
    else
        echo "$shell is not installed: its completion is not parsed"
    fi
done
if command -v fish >/dev/null; then
    # fish_offers "OFFERED" LINE: checks the only completion of LINE in fish.
    fish_offers() {
        offered=$(HOME=$folder fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$completions/lenet5.fish" "$2" |
            cut -f 1 | LC_ALL=C sort | tr '\n' ' ')
        [ "$offered" = "$1 " ] || fail "fish offers \"$offered\" for $2, not \"$1\""
    }
    fish_offers "mod10 mod11" "lenet5 read --check mod"
    fish_offers "--log --loss" "lenet5 train --recipe read --lo"
    fish_offers "calibrate classify" "lenet5 c"
fi
echo "all passed"
