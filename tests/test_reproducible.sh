#!/bin/sh
# Two builds of the same sources, in folders with names of different lengths and with different clocks, install the same
# bytes.
# Usage: test_reproducible.sh SOURCE
set -eu
source=$1
command -v git >/dev/null && [ -d "$source/.git" ] || { echo "skipped: the sources have no git repository" && exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "FAILED: $1"; exit 1; }

tarball=$("$source/scripts/tarball" "$folder/first")
cmp -s "$tarball" "$("$source/scripts/tarball" "$folder/second")" || fail "two tarballs of the same sources differ"

# build NAME TIME-ZONE: unpacks the sources to a folder of that name, builds them and installs them to NAME.installed.
build() {
    mkdir "$folder/$1"
    tar -xf "$tarball" -C "$folder/$1" --strip-components=1
    cmake -S "$folder/$1" -B "$folder/$1/build" -G Ninja -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=/usr/local >/dev/null
    env TZ="$2" LC_ALL=C cmake --build "$folder/$1/build" >/dev/null
    DESTDIR="$folder/$1.installed" cmake --install "$folder/$1/build" >/dev/null
    rm -rf "${folder:?}/$1"
}
# Without a compiler cache, which would reuse the objects of the first build.
unset CMAKE_C_COMPILER_LAUNCHER
build one UTC
build "another folder with a longer name" Asia/Seoul
diff -r "$folder/one.installed" "$folder/another folder with a longer name.installed" || fail "two builds of the same sources differ"
echo "all passed"
