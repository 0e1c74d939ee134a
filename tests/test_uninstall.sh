#!/bin/sh
# What is installed beside the program and the libraries, and that uninstalling removes all of it: below a DESTDIR with a blank, and
# into the home of an ordinary user.
# usage: test_uninstall.sh SOURCE BUILD
set -eu
source=$1
build=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "FAILED: $1"; exit 1; }

# check NAME PREFIX: installs below DESTDIR, looks for the files, uninstalls, and looks for what is left.
check() {
    cmake --install "$build" --prefix "$2" >/dev/null
    touch "$DESTDIR$2/bin/other"
    for file in bin/lenet5 share/doc/lenet5/LICENSE share/doc/lenet5/README.md share/doc/lenet5/docs/design.md \
        share/man/man1/lenet5-read.1 share/man/man3/lenet5_read.3 share/man/man5/lenet5-template.5 \
        share/bash-completion/completions/lenet5 share/zsh/site-functions/_lenet5 \
        share/fish/vendor_completions.d/lenet5.fish; do
        [ -f "$DESTDIR$2/$file" ] || fail "$1: $file is not installed"
    done
    cmake "-DBUILD=$build" "-DPREFIX=$2" -P "$source/cmake/uninstall.cmake" 2>/dev/null
    left=$(find "$DESTDIR$2" -name '*lenet5*' -o -type f ! -name other)
    [ -z "$left" ] || fail "$1: left behind: $left"
    [ -f "$DESTDIR$2/bin/other" ] || fail "$1: a file of someone else is removed"
}

export DESTDIR="$folder/a b"
check "DESTDIR with a blank" /usr/local
export DESTDIR=
check "a home" "$folder/home of one/.local"
echo "all passed"
