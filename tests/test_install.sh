# The installed tree: headers, libraries with public symbols alone, pkg-config and CMake packages that a stranger can use, and
# a program that is one file.
set -eu
build=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "FAILED: $1"; exit 1; }
case "$build" in
*release) ;;
*) echo "skipped: only the release build is installed" && exit 77 ;;
esac
cmake --install "$build" --prefix "$folder/usr" >/dev/null
libdir=$(dirname "$(find "$folder/usr" -name 'liblenet5.so')")
for library in liblenet5.so liblenet5_reader.so; do
    readelf -d "$libdir/$library" | grep -q "SONAME.*$library\.[0-9]" || fail "$library has no SONAME"
    foreign=$(nm -D --defined-only "$libdir/$library" | awk '{print $3}' | grep -v '^lenet5_' || true)
    [ -z "$foreign" ] || fail "$library exports $foreign"
    hidden=$(nm -D --defined-only "$libdir/$library" | awk '{print $3}' |
        while read -r name; do grep -qw "$name" "$folder"/usr/include/*.h || echo "$name"; done)
    [ -z "$hidden" ] || fail "$library exports what no header declares: $hidden"
done
cat >"$folder/user.c" <<'C'
#include <lenet5.h>
#include <stdio.h>
int main(void)
{
    static lenet5_network network;
    static lenet5_maps maps;
    lenet5_forward(&maps, &network);
    printf("%u of %zu\n", lenet5_best(maps.penalty), lenet5_layers[0].parameters);
    return 0;
}
C
# Compiled as a stranger would, with the prefix that the files were moved to.
sed -i "s|^prefix=.*|prefix=$folder/usr|" "$libdir"/pkgconfig/*.pc
export PKG_CONFIG_PATH="$libdir/pkgconfig"
cc "$folder/user.c" $(pkg-config --cflags --libs lenet5) -o "$folder/user"
LD_LIBRARY_PATH=$libdir "$folder/user" | grep -q "of 156"
cc "$folder/user.c" $(pkg-config --cflags lenet5) "$libdir/liblenet5.a" $(pkg-config --libs --static lenet5) -o "$folder/static"
pkg-config --exists lenet5_reader
mkdir "$folder/project"
cat >"$folder/project/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.20)
project(user C)
find_package(lenet5 0.1 REQUIRED)
add_executable(user $folder/user.c)
target_link_libraries(user PRIVATE lenet5::static)
add_executable(user_shared $folder/user.c)
target_link_libraries(user_shared PRIVATE lenet5::shared)
CMAKE
cmake -S "$folder/project" -B "$folder/project/build" -DCMAKE_PREFIX_PATH="$folder/usr" >/dev/null
cmake --build "$folder/project/build" >/dev/null
"$folder/project/build/user" | grep -q "of 156"
"$folder/usr/bin/lenet5" version | grep -q "^lenet5 "

# The program loads what few of its users need from within itself: it is one file, which may be moved, and needs neither
# Leptonica nor cairo, libcurl or libmicrohttpd before they are used. The modules export a table each.
needed=$(readelf -d "$folder/usr/bin/lenet5" | grep NEEDED)
case "$needed" in *cairo* | *curl* | *lept* | *microhttpd*) fail "the program itself needs too much: $needed" ;; esac
for module in lenet5_drawing lenet5_fetch lenet5_pictures lenet5_serve; do
    exported=$(nm -D --defined-only "$build/$module.so" | awk '{print $3}')
    [ "$exported" = $module ] || fail "$module exports $exported"
done
cat >"$folder/log.csv" <<'CSV'
pass,loss,train_error_pct,test_error_pct,seconds,recipe
1,1.5,9.5,3.5,20,fast
2,1.2,4.5,2.5,20,fast
CSV
mkdir "$folder/alone"
mv "$folder/usr/bin/lenet5" "$folder/alone/lenet5"
rm -r "$folder/usr"
"$folder/alone/lenet5" plot "$folder/log.csv" --out "$folder/curve.svg" >/dev/null
grep -q "<svg" "$folder/curve.svg" || fail "the program draws nothing"
"$folder/alone/lenet5" fetch mnist --data "$folder/data" --mirror file:///nowhere 2>"$folder/err" && fail "MNIST came from nowhere"
grep -q "^lenet5: file:///nowhere/train-images" "$folder/err" || fail "libcurl is not used: $(cat "$folder/err")"
samples=$(dirname "$0")/../docs/samples
"$folder/alone/lenet5" read "$samples/ruled-paper.jpg" >/dev/null 2>&1 || fail "the program reads no JPEG"

# Where a module cannot be loaded, since there are just as many files as the program's own start takes: why, and nothing is
# left behind.
told=
for files in 4 5 6 7 8 9 10 11 12 13 14 15 16; do
    code=0
    (ulimit -n $files; "$folder/alone/lenet5" fetch mnist --data "$folder/none" --mirror file:///nowhere) \
        >/dev/null 2>"$folder/err" || code=$?
    [ $code = 1 ] && grep -q "lenet5_fetch, a part of the program, cannot be loaded" "$folder/err" && told=1 && break
done
[ -n "$told" ] || fail "fetch without its module: exit code $code, $(cat "$folder/err")"
[ ! -e "$folder/none" ] || fail "fetch makes a folder although it cannot fetch"
echo "all passed"
