# Real MNIST: one pass of either recipe comes as far as it should, and Debian's Fashion-MNIST is read.
set -u
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
. "$(dirname "$0")/need_mnist.sh"
# at_most RECIPE PERCENT: the test error after one pass.
at_most() {
    "$program" train --recipe "$1" --epochs 1 --seed 1 --json --out "$folder/m.safetensors" 2>/dev/null >"$folder/out" || return 1
    python3 -c "
import json
d = json.loads(open('$folder/out').readlines()[-1])
print('recipe $1, pass 1: test error', d['test_error_pct'], '%')
assert d['test_error_pct'] <= $2, d
assert '$1' != '1998' or 3 <= d['train_error_pct'] <= 7, d"
}
at_most fast 3.0 && at_most 1998 3.6 || exit 1
fashion=/usr/share/datasets/fashion-mnist
if [ -d $fashion ]; then
    "$program" test "$folder/m.safetensors" --data $fashion | grep -q "of Fashion-MNIST misread" || exit 1
else
    echo "skipped: Fashion-MNIST is not here (Debian's dataset-fashion-mnist)"
fi
