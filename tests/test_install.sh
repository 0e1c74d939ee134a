# The installed tree: headers, libraries with public symbols alone, pkg-config and CMake packages that a stranger can use.
set -eu
build=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
case "$build" in
*release) ;;
*) echo "skipped: only the release build is installed" && exit 77 ;;
esac
cmake --install "$build" --prefix "$folder/usr" >/dev/null
libdir=$(dirname "$(find "$folder/usr" -name 'liblenet5.so')")
for library in liblenet5.so liblenet5_reader.so; do
    readelf -d "$libdir/$library" | grep -q "SONAME.*$library\.[0-9]" || { echo "FAILED: $library has no SONAME"; exit 1; }
    foreign=$(nm -D --defined-only "$libdir/$library" | awk '{print $3}' | grep -v '^lenet5_' || true)
    [ -z "$foreign" ] || { echo "FAILED: $library exports $foreign"; exit 1; }
    hidden=$(nm -D --defined-only "$libdir/$library" | awk '{print $3}' |
        while read -r name; do grep -qw "$name" "$folder"/usr/include/*.h || echo "$name"; done)
    [ -z "$hidden" ] || { echo "FAILED: $library exports what no header declares: $hidden"; exit 1; }
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
echo "all passed"
