#!/bin/sh
# Checks the installed files, and that uninstalling removes all of them: below a DESTDIR with a blank, and in the home
# of an ordinary user.
# Usage: test_uninstall.sh SOURCE BUILD
set -eu
source=$1
build=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "FAILED: $1"; exit 1; }

# check NAME PREFIX: installs below DESTDIR, checks the files, uninstalls, and checks that no file is left.
check() {
    cmake --install "$build" --prefix "$2" >/dev/null
    touch "$DESTDIR$2/bin/other"
    for file in bin/lenet5 share/doc/lenet5/LICENSE share/doc/lenet5/README.md share/doc/lenet5/docs/design.md \
        share/doc/lenet5/slurm/read-array.sbatch share/doc/lenet5/kubernetes/read-job.yaml \
        share/man/man1/lenet5-read.1 share/man/man3/lenet5_read.3 share/man/man5/lenet5-template.5 \
        share/bash-completion/completions/lenet5 share/zsh/site-functions/_lenet5 \
        share/fish/vendor_completions.d/lenet5.fish; do
        [ -f "$DESTDIR$2/$file" ] || fail "$1: $file is not installed"
    done
    cmake "-DBUILD=$build" "-DPREFIX=$2" -P "$source/cmake/uninstall.cmake" 2>/dev/null
    left=$(find "$DESTDIR$2" -name '*lenet5*' -o -type f ! -name other)
    [ -z "$left" ] || fail "$1: left behind: $left"
    [ -f "$DESTDIR$2/bin/other" ] || fail "$1: a foreign file was removed"
}

export DESTDIR="$folder/a b"
check "DESTDIR with a blank" /usr/local
export DESTDIR=
check "a home" "$folder/home of one/.local"
echo "all passed"
