#!/bin/sh
# scripts/release refuses a tree that is not ready, and scripts/tarball writes a reproducible tarball of all files that
# git tracks. (scripts/release itself checks that the tarball builds without git.)
# Usage: test_release.sh SOURCE
set -eu
command -v git >/dev/null && [ -d "$1/.git" ] || { echo "skipped: the sources have no git repository" && exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "FAILED: $1"; exit 1; }

export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@localhost GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@localhost
git clone -q --no-tags "$1" "$folder/clone"
cd "$folder/clone"
version=$(sed -n '1s/^lenet5 (\(.*\)-[0-9]*) .*/\1/p' packaging/debian/changelog)

# Between two releases the changelog begins with what is not released yet.
sed -i '/^## \[Unreleased\]/d' CHANGELOG.md
git diff --quiet || git commit -qam "A release"

# refuses MESSAGE COMMAND...: scripts/release fails with the message after the command, whose changes are then undone.
refuses() {
    message=$1
    shift
    "$@"
    scripts/release >"$folder/out" 2>&1 && fail "scripts/release accepts a tree after: $*"
    grep -qF "$message" "$folder/out" || fail "after $*: $(cat "$folder/out")"
    git checkout -q .
}
refuses "packaging/debian/changelog has version $version, include" sed -i 's/\(LENET5_VERSION_MINOR\) .*/\1 99/' include/lenet5/base.h
refuses "packaging/debian/changelog has version" sed -i '1s/(.*-1)/(9.9.9-1)/' packaging/debian/changelog
refuses "CHANGELOG.md begins with" sed -i "s/^## \[$version\].*/## [Unreleased]/" CHANGELOG.md
refuses "is no date" sed -i "s/^## \[$version\].*/## [$version] - 2026-02-31/" CHANGELOG.md
refuses "not committed" sed -i '1s/^/ /' README.md

tarball=$(scripts/tarball "$folder/first")
cmp "$tarball" "$(scripts/tarball "$folder/second")" || fail "two tarballs of the same commit differ"
tar -tf "$tarball" | sed "s|^lenet5-$version/||" | grep -v '/$' | LC_ALL=C sort | grep . >"$folder/packed"
git ls-files | LC_ALL=C sort >"$folder/tracked"
cmp "$folder/packed" "$folder/tracked" || fail "the tarball does not have the files that git tracks"
echo "all passed"
