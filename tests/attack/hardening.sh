#!/bin/sh
# Checks that the built files have the protections of cmake/hardening.cmake: position-independent code, non-executable
# stack and data, full RELRO, stack protector, fortified functions, and branch targets (CET or BTI).
# Usage: hardening.sh PROGRAM LIBRARY...
# If UNFORTIFIED is set, fortified functions are not required (builds without optimisation, sanitizers).
set -eu
export LC_ALL=C
command -v readelf >/dev/null && command -v objdump >/dev/null || { echo "readelf or objdump is missing"; exit 77; }
failures=0

report() {
    echo "$1: $2"
    failures=$((failures + 1))
}

# has FILE TEXT PATTERN WHAT: reports that WHAT is missing unless TEXT, the output of readelf for FILE, matches PATTERN.
has() {
    printf '%s\n' "$2" | grep -Eq "$3" || report "$1" "no $4"
}

check_file() {
    headers=$(readelf -Wl "$1")
    dynamic=$(readelf -Wd "$1")
    symbols=$(readelf -Ws --dyn-syms "$1")
    has "$1" "$headers" 'GNU_RELRO' 'RELRO'
    has "$1" "$dynamic" 'BIND_NOW|FLAGS_1.*NOW' 'BIND_NOW (RELRO is only partial)'
    has "$1" "$headers" 'GNU_STACK.* RW +0x' 'non-executable stack'
    has "$1" "$symbols" '__stack_chk_fail' 'stack protector'
    if printf '%s\n' "$headers" | grep -Eq 'LOAD.* RWE '; then report "$1" 'memory that is both writable and executable'; fi
    if printf '%s\n' "$dynamic" | grep -q TEXTREL; then report "$1" 'relocations in the code'; fi
}

# The ELF note for CET also depends on the start files of the C library, so count the instructions instead.
check_branch_targets() {
    case $(uname -m) in
    x86_64) instruction=endbr64 ;;
    aarch64) instruction='bti|paciasp' ;;
    *) return ;;
    esac
    count=$(objdump -d --no-show-raw-insn "$1" | grep -Ecw "$instruction" || true)
    [ "$count" -ge 100 ] || report "$1" "only $count branch targets ($instruction); each function needs one"
}

has "$1" "$(readelf -Wh "$1")" 'Type: +DYN' 'position-independent program'
has "$1" "$(readelf -Wd "$1")" 'FLAGS_1.*PIE' 'position-independent program (PIE)'
check_branch_targets "$1"
[ -n "${UNFORTIFIED:-}" ] || has "$1" "$(readelf -Ws --dyn-syms "$1")" '__(memcpy|snprintf)_chk' 'fortified functions'
for file; do
    check_file "$file"
done
[ $failures = 0 ] && echo "$# files are hardened"
