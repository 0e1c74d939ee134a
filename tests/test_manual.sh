#!/bin/sh
# The manual pages: each command and header has one with all its sections, groff and mandoc format them without
# warnings, and lenet5-template(5) lists the members that the program reads.
# Usage: test_manual.sh BUILD PROGRAM
set -eu
man=$1/man
program=$2
source=$(dirname "$0")/..
[ -d "$man" ] || { echo "skipped: this build has no manual pages" && exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "FAILED: $1"; exit 1; }

for command in $("$program" help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
    page=$man/lenet5-$command.1
    [ -f "$page" ] || fail "lenet5 $command has no page"
    for section in NAME SYNOPSIS DESCRIPTION OPTIONS ENVIRONMENT "EXIT STATUS" "SEE ALSO"; do
        grep -q "^\.Sh $section\$" "$page" || fail "$page has no section $section"
    done
    for option in $("$program" help "$command" | sed -n 's/^  --\([a-z0-9-]*\).*/\1/p'); do
        grep -qF ".It Fl \\-$option" "$page" || fail "$page does not have --$option"
    done
done
for header in "$source"/include/*.h "$source"/include/lenet5/*.h; do
    [ -f "$header" ] || continue
    page=$(echo "${header#"$source"/include/}" | sed 's|/|_|; s|\.h$|.3|')
    [ -f "$man/$page" ] || fail "$header has no page"
done
for function in $(cat "$source"/include/*.h "$source"/include/lenet5/*.h 2>/dev/null |
    sed -n 's/^LENET5_API [^(]*[ *]\(lenet5_[a-z0-9_]*\)(.*/\1/p'); do
    [ -f "$man/$function.3" ] || fail "$function has no page"
done
for member in $(sed -n '/_members\[\] = {/,/};/p' "$source/cli/read/template.c" | grep -o '"[a-z_]*"' | tr -d '"'); do
    grep -qw "Cm.*$member" "$man/lenet5-template.5" || fail "lenet5-template(5) does not have \"$member\""
done

for page in "$man"/*.[135]; do
    mkdir -p "$folder/man${page##*.}"
    cp "$page" "$folder/man${page##*.}"
done
export LC_ALL=C.UTF-8 MANWIDTH=80
cd "$folder"
sed -n 's/^\.Xr \([a-z0-9_-]*\) \([135]\).*/\1 \2/p' man*/* | sort -u | while read -r name section; do
    [ -f "man$section/$name.$section" ] || [ "$name" = pdftoppm ] || fail "a page refers to $name($section), which does not exist"
done
for page in man*/*; do
    case $(head -c 4 "$page") in .so*) [ -f "$(cut -d ' ' -f 2 "$page")" ] || fail "$page includes a page that does not exist"; continue ;; esac
    if command -v man >/dev/null; then
        warnings=$(man --warnings -l "$page" 2>&1 >/dev/null)
        [ -z "$warnings" ] || fail "man $page: $warnings"
    fi
    if command -v mandoc >/dev/null; then
        warnings=$(mandoc -T lint "$page" 2>&1 | grep -v 'referenced manual not found' || true)
        [ -z "$warnings" ] || fail "$warnings"
    fi
done
for tool in man mandoc; do
    command -v $tool >/dev/null || echo "$tool is not installed: it does not check the pages"
done
echo "all passed"
