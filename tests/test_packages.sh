#!/bin/sh
# Builds the Debian packages, checks them with lintian, and installs, uses and purges them in a bare Debian 12, which
# must leave no file. mmdebstrap makes the root from the mirror of apt.
# Usage: test_packages.sh SOURCE
set -eu
source=$1
skip() { echo "skipped: $1"; exit 77; }
fail() { echo "FAILED: $1"; exit 1; }
[ "$(id -u)" = 0 ] || skip "only root can make a root of Debian"
for tool in git mmdebstrap dpkg-buildpackage dh lintian; do
    command -v $tool >/dev/null || skip "$tool is not installed"
done
missing=$(dpkg-checkbuilddeps "$source/packaging/debian/control" 2>&1) || skip "${missing#dpkg-checkbuilddeps: error: }"
[ -d "$source/.git" ] || skip "the sources have no git repository"
unset CMAKE_C_COMPILER_LAUNCHER # a compiler cache would reuse the objects of the first build
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$source/packaging/build-deb" "$folder/packages" >"$folder/log" 2>&1 || { tail -40 "$folder/log"; fail "packaging/build-deb"; }
[ -z "$(grep -E '^[EW]: ' "$folder/log")" ] || { grep -E '^[EW]: ' "$folder/log"; fail "lintian complains"; }

# A second build in another folder gives the same bytes.
mkdir "$folder/elsewhere"
DEB_BUILD_OPTIONS=nocheck "$source/packaging/build-deb" "$folder/elsewhere/again" >"$folder/log" 2>&1 || { tail -40 "$folder/log"; fail "the second build"; }
for package in "$folder"/packages/*.deb; do
    cmp "$package" "$folder/elsewhere/again/${package##*/}" || fail "two builds of ${package##*/} differ"
done

mkdir "$folder/used"
cp "$folder"/packages/lenet5_*.deb "$folder"/packages/liblenet5*.deb "$folder/used"
rm -f "$folder"/used/*dbgsym*
cp -r "$source/packaging/debian/tests" "$folder/used/tests"
mkdir "$folder/used/docs"
cp -r "$source/docs/samples" "$folder/used/docs"
cat >"$folder/used/use" <<'USE'
set -eux
cd /used
export DEBIAN_FRONTEND=noninteractive
apt-get install -y --no-install-recommends ./*.deb gcc libc6-dev pkg-config man-db >/dev/null
lenet5 version
tests/read-sample
tests/compile
lenet5 synth --count 200 --test-count 50 --out digits
lenet5 train --recipe fast --epochs 1 --data digits --out trained.safetensors
test -f /usr/share/man/man1/lenet5-read.1.gz
test -f /usr/lib/systemd/system/lenet5.service -o -f /lib/systemd/system/lenet5.service
grep -q '^ExecStart=/usr/bin/lenet5 ' /lib/systemd/system/lenet5.service
dpkg -L lenet5 liblenet5-0 liblenet5-dev >files
dpkg --purge lenet5 liblenet5-dev liblenet5-0
while read -r file; do
    if [ -e "$file" ] && { [ ! -d "$file" ] || [ "${file#*lenet5}" != "$file" ]; }; then
        echo "left behind: $file"
        exit 1
    fi
done <files
left=$(find / -xdev -name '*lenet5*' -not -path '/used/*' -not -path '/proc/*' -not -path '/sys/*')
[ -z "$left" ] || { echo "left behind: $left"; exit 1; }
USE
mmdebstrap --quiet --variant=minbase --format=null \
    --customize-hook="copy-in '$folder/used' /" --customize-hook='chroot "$1" sh /used/use' bookworm >"$folder/log" 2>&1 ||
    { tail -60 "$folder/log"; fail "the packages in a bare root"; }
echo "all passed"
