# lenet5_core: it needs nothing but the C library's memory, text and mathematics, and gives the same answers on every
# processor. NAME is native, clang, or a processor for which there is a compiler and an emulator.
# usage: core.sh NAME SOURCE BUILD
set -eu
name=$1 source=$2 build=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "FAILED: $1"; exit 1; }
need() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed (scripts/setup processors)"; exit 77; }
    done
}

# The functions of ISO C that the library may call: no file, no thread, no output. In builds with asserts, that too.
allowed="aligned_alloc __assert_fail bsearch calloc clock_gettime __errno_location free getenv localeconv malloc memchr memcmp memcpy
    memmove memset bcmp qsort realloc snprintf strchr strcmp strcpy strlen strncmp strspn strtod strtoull timespec_get vsnprintf
    atan atan2 atanh ceil cos exp expf fabs floor floorf fmax fmaxf fmin fminf hypot ldexp log logf lrint lround pow rint round sin sincos sqrt sqrtf
    tanh tanhf trunc"
# And what compilers add: checks, sanitizers, the kind of the processor, arithmetic that the processor lacks.
added='^(_GLOBAL_OFFSET_TABLE_|__stack_chk_|__[a-z]*_chk$|__cpu_|__aeabi_|__aarch64_|__[a-z]*san_)'

check_symbols() {
    "$1" -u "$2" 2>/dev/null | awk '$1 == "U" { print $2 }' | sort -u >"$folder/used"
    "$1" --defined-only "$2" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >"$folder/defined"
    echo "$allowed" | tr -s ' \n' '\n\n' | sort -u >"$folder/allowed"
    foreign=$(comm -23 "$folder/used" "$folder/defined" | comm -23 - "$folder/allowed" | grep -Ev "$added" | tr '\n' ' ')
    [ -z "$foreign" ] || fail "the library calls $foreign"
}

# build COMPILER FLAGS: builds the core alone, and answers with it.
build() {
    cmake -S "$source" -B "$folder/core" -G Ninja -DLENET5_CORE_ONLY=ON -DCMAKE_BUILD_TYPE=Release "-DCMAKE_C_COMPILER=$1" \
        "-DCMAKE_C_FLAGS=$2" ${3:+"-DCMAKE_SYSTEM_NAME=$3" "-DCMAKE_SYSTEM_PROCESSOR=$4"} >"$folder/log" 2>&1 ||
        { cat "$folder/log"; fail "cmake with $1"; }
    cmake --build "$folder/core" >"$folder/log" 2>&1 || { tail -n 40 "$folder/log"; fail "$1 does not compile the core"; }
    # shellcheck disable=SC2086 # a list of words
    "$1" $2 -std=c17 -D_XOPEN_SOURCE=700 -O2 -I"$source/include" "$source/tests/core/answers.c" \
        "$folder/core/liblenet5_core.a" -lm -o "$folder/answers"
}

digits=200 strings=40
case $name in
native)
    check_symbols nm "$build/liblenet5_core.a"
    "$build/tests/pictures" $digits $strings >"$folder/pictures"
    "$build/tests/core_answers" <"$folder/pictures" >"$folder/core.txt"
    "$build/tests/answers" <"$folder/pictures" | cmp - "$folder/core.txt" || fail "other answers than the whole library's"
    exit
    ;;
clang)
    need clang
    build clang ""
    check_symbols nm "$folder/core/liblenet5_core.a"
    run=
    ;;
aarch64 | arm | s390x)
    suffix=
    [ "$name" != arm ] || suffix=eabihf
    need "$name-linux-gnu$suffix-gcc" "qemu-$name"
    digits=50 strings=4 # emulation is slow
    build "$name-linux-gnu$suffix-gcc" -static Linux "$name"
    check_symbols nm "$folder/core/liblenet5_core.a"
    run="qemu-$name"
    ;;
esac
"$build/tests/pictures" $digits $strings >"$folder/pictures"
$run "$folder/answers" <"$folder/pictures" >"$folder/core.txt"
[ "$(wc -l <"$folder/core.txt")" = $((digits + strings)) ] || fail "not an answer for each picture"
"$build/tests/answers" <"$folder/pictures" | diff - "$folder/core.txt" || fail "other answers than this processor's"
