# The installed libraries, in a folder with a blank in its name and outside the linker's path: builds the README's
# program with pkg-config and with CMake, against each library, in C and in C++, and reads a sample.
set -eu
build=$1
source=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "FAILED: $1"; exit 1; }
case "$build" in
*release) ;;
*) echo "skipped: only the release build is installed" && exit 77 ;;
esac
prefix="$folder/a place/usr"
cmake --install "$build" --prefix "$prefix" >/dev/null
libdir=$(dirname "$(find "$prefix" -name liblenet5.so)")

for library in liblenet5 liblenet5_reader; do
    readelf -d "$libdir/$library.so" | grep -q "SONAME.*$library\.so\.[0-9]*\]" || fail "$library has no SONAME"
done
readelf -d "$libdir/liblenet5.so" | grep -q "RUNPATH" && fail "liblenet5 has a RUNPATH"
readelf -d "$libdir/liblenet5_reader.so" | grep -q "RUNPATH.*\[\$ORIGIN\]" || fail "liblenet5_reader does not look beside itself"

# The README's program, a program of the network library, and C++ programs.
awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$source/README.md" >"$folder/numbers.c"
cat >"$folder/network.c" <<'C'
#include <lenet5.h>
#include <stdio.h>
int main(void)
{
    static lenet5_maps maps;
    lenet5_forward(&maps, &lenet5_builtin()->network);
    printf("%u of %zu\n", lenet5_best(maps.penalty), lenet5_layers[0].parameters);
    return 0;
}
C
cp "$folder/numbers.c" "$folder/numbers.cpp"
cat >"$folder/old.c" <<'C'
#include <lenet5_reader.h>
int main(void)
{
    return lenet5_read_options_validate(NULL, NULL);
}
C
sample=$source/docs/samples/plain.png
number=$("$build/lenet5" read "$sample" | sed -n '$s/.*: \([0-9]*\)  .*/\1/p')
[ -n "$number" ] || fail "the program reads nothing in $sample"
runs() { # runs PROGRAM: it prints what the README's program prints
    [ "$("$1" "$sample")" = "$number" ] || fail "$1 prints $("$1" "$sample" 2>&1), not $number"
}

# pkg-config. Its output quotes the blank for eval.
sed -i "s|^prefix=.*|prefix=$prefix|" "$libdir"/pkgconfig/*.pc
PKG_CONFIG_PATH=$libdir/pkgconfig
export PKG_CONFIG_PATH
eval "cc \"\$folder/numbers.c\" $(pkg-config --cflags --libs lenet5_reader) -o \"\$folder/numbers\""
eval "cc \"\$folder/network.c\" $(pkg-config --cflags --libs lenet5) -o \"\$folder/network\""
eval "cc \"\$folder/old.c\" $(pkg-config --cflags --libs lenet5_reader) -o \"\$folder/old\""
(
    export LD_LIBRARY_PATH="$libdir"
    runs "$folder/numbers"
    "$folder/network" | grep -q "of 156" || fail "the network does not run"
    "$folder/old" || fail "lenet5_reader.h does not work"
)

# Static linking. The static libraries that Leptonica needs are often missing, so only CMake tests the reader.
mkdir "$folder/shared"
mv "$libdir"/liblenet5*.so* "$folder/shared"
eval "cc \"\$folder/network.c\" $(pkg-config --cflags --libs --static lenet5) -o \"\$folder/network\""
"$folder/network" | grep -q "of 156" || fail "the network does not run"
mv "$folder/shared"/* "$libdir"

# CMake, for C and, if there is a compiler, for C++.
languages="c cpp"
if ! command -v c++ >/dev/null; then
    echo "skipped in part: C++; there is no compiler for it (Debian: g++)"
    languages=c
fi
mkdir "$folder/project"
cat >"$folder/project/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.16)
project(user C)
set(CMAKE_CXX_STANDARD 11)
if("cpp" IN_LIST languages)
    enable_language(CXX)
endif()
find_package(lenet5 0.2 REQUIRED)
foreach(kind shared static)
    add_executable(network_${kind} ../network.c)
    target_link_libraries(network_${kind} PRIVATE lenet5::${kind})
    foreach(language ${languages})
        add_executable(numbers_${kind}_${language} ../numbers.${language})
        target_link_libraries(numbers_${kind}_${language} PRIVATE lenet5::reader_${kind})
    endforeach()
endforeach()
CMAKE
cmake_languages=$(echo "$languages" | tr ' ' ';')
cmake -S "$folder/project" -B "$folder/project/build" "-DCMAKE_PREFIX_PATH=$prefix" \
    "-Dlanguages=$cmake_languages" >/dev/null
cmake --build "$folder/project/build" >/dev/null
for kind in shared static; do
    "$folder/project/build/network_$kind" | grep -q "of 156" || fail "network_$kind does not run"
    for language in $languages; do
        runs "$folder/project/build/numbers_${kind}_$language"
    done
done

# Another version of the package is refused.
sed -i 's/find_package(lenet5 0.2/find_package(lenet5 0.1/' "$folder/project/CMakeLists.txt"
cmake -S "$folder/project" -B "$folder/project/again" "-DCMAKE_PREFIX_PATH=$prefix" \
    "-Dlanguages=$cmake_languages" >/dev/null 2>&1 && fail "0.1 is found"
echo "all passed"
