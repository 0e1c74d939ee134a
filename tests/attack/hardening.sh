#!/bin/sh
# What has been built is hardened as cmake/hardening.cmake asks: it can be loaded anywhere, neither stack nor data can be
# executed, tables are read-only once it runs, stacks have canaries, copies are checked, jumps have landing places.
# usage: hardening.sh PROGRAM LIBRARY...    With UNFORTIFIED set, copies need not be checked (no optimisation, sanitizers).
set -eu
export LC_ALL=C
command -v readelf >/dev/null && command -v objdump >/dev/null || { echo "readelf or objdump is missing"; exit 77; }
failures=0

lacks() {
    echo "$1: $2"
    failures=$((failures + 1))
}

# has FILE TEXT PATTERN WHAT: the text, what readelf or objdump says of the file, matches.
has() {
    printf '%s\n' "$2" | grep -Eq "$3" || lacks "$1" "no $4"
}

check_file() {
    headers=$(readelf -Wl "$1")
    dynamic=$(readelf -Wd "$1")
    symbols=$(readelf -Ws --dyn-syms "$1")
    has "$1" "$headers" 'GNU_RELRO' 'RELRO'
    has "$1" "$dynamic" 'BIND_NOW|FLAGS_1.*NOW' 'BIND_NOW, so that RELRO is partial'
    has "$1" "$headers" 'GNU_STACK.* RW +0x' 'stack that cannot be executed'
    has "$1" "$symbols" '__stack_chk_fail' 'stack protector'
    if printf '%s\n' "$headers" | grep -Eq 'LOAD.* RWE '; then lacks "$1" 'memory that is both writable and executable'; fi
    if printf '%s\n' "$dynamic" | grep -q TEXTREL; then lacks "$1" 'relocations in the code'; fi
}

# The note of CET in the whole file depends on the start files of the C library too, so the code itself is looked at.
check_landing() {
    case $(uname -m) in
    x86_64) instruction=endbr64 ;;
    aarch64) instruction='bti|paciasp' ;;
    *) return ;;
    esac
    count=$(objdump -d --no-show-raw-insn "$1" | grep -Ecw "$instruction" || true)
    [ "$count" -ge 100 ] || lacks "$1" "$count landing places for jumps ($instruction); functions have one each"
}

has "$1" "$(readelf -Wh "$1")" 'Type: +DYN' 'position-independent program'
has "$1" "$(readelf -Wd "$1")" 'FLAGS_1.*PIE' 'position-independent program (PIE)'
check_landing "$1"
[ -n "${UNFORTIFIED:-}" ] || has "$1" "$(readelf -Ws --dyn-syms "$1")" '__(memcpy|snprintf)_chk' 'fortified functions'
for file; do
    check_file "$file"
done
[ $failures = 0 ] && echo "$# files are hardened"
