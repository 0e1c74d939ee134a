# The NEON kernels on another processor: builds test_kernels.c for aarch64 and runs it in an emulator, with fewer rounds
# because emulation is slow (LENET5_QUICK). The argument is the compiler flags of the kernels.
set -eu
flags=$1
source=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

compiler=aarch64-linux-gnu-gcc
emulator=qemu-aarch64
for tool in $compiler $emulator; do
    command -v "$tool" >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
echo '#include <math.h>' | $compiler -E - >/dev/null 2>&1 ||
    { echo "skipped: no headers for $compiler (Debian: libc6-dev-arm64-cross)"; exit 77; }

# compile FLAGS FILES...: the test's own cmocka.h comes before any other.
compile() {
    options=$1
    shift
    # shellcheck disable=SC2086 # a list of words
    $compiler -std=c17 -D_XOPEN_SOURCE=700 -I"$source/include" -I"$source/src" -I"$source/tests/neon" $options -c "$@"
}

kernels=$source/src/kernels
compile "-O2 $flags -DLENET5_ISA=neon" "$kernels/lanes.c" "$kernels/single.c" "$kernels/distort.c" \
    "$kernels/update.c" "$kernels/table.c"
compile -O2 "$kernels/isa.c" "$kernels/passes.c" "$source/src/train/peak.c" "$source"/src/base/error.c "$source"/src/base/random.c \
    "$source"/src/system/workers.c "$source"/src/net/*.c "$source/tests/test_kernels.c"
$compiler -static ./*.o -lm -pthread -o test_kernels
LENET5_QUICK=1 $emulator ./test_kernels
