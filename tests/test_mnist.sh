# Real MNIST: one epoch of each recipe reaches its expected error, the built-in model has the accuracy of its model card,
# and it rejects Debian's Fashion-MNIST.
set -u
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
. "$(dirname "$0")/need_mnist.sh"
# at_most RECIPE PERCENT: limits the test error after one epoch.
at_most() {
    "$program" train --recipe "$1" --epochs 1 --seed 1 --json --out "$folder/m.safetensors" 2>/dev/null >"$folder/out" || return 1
    python3 -c "
import json
d = json.loads(open('$folder/out').readlines()[-1])
print('recipe $1, epoch 1: test error', d['test_error_pct'], '%')
assert d['test_error_pct'] <= $2, d
assert '$1' != '1998' or 3 <= d['train_error_pct'] <= 7, d"
}
at_most fast 3.0 && at_most 1998 3.6 || exit 1
"$program" test --distorted --json >"$folder/out" || exit 1
python3 -c "
import json
plain, seen = [json.loads(line) for line in open('$folder/out')]
seen = {row['seen']: row['error_pct'] for row in seen['distorted']}
moved = max(error for name, error in seen.items() if 'moved' in name and '4' not in name)
turned = max(error for name, error in seen.items() if 'turned' in name and '20' not in name)
print('built in: test error', plain['error_pct'], '%, calibration error', plain['calibration_error_pct'], '%, moved by 3', moved,
      '%, turned by 15 degrees', turned, '%')
assert plain['error_pct'] <= 0.40 and plain['calibration_error_pct'] < 0.5 and moved <= 3 and turned <= 3" || exit 1
fashion=/usr/share/datasets/fashion-mnist
if [ -d $fashion ]; then
    "$program" test --json --negatives $fashion/t10k-images-idx3-ubyte.gz | tail -n 1 >"$folder/out"
    python3 -c "
import json
rejected = {r['digits_rejected_pct']: r['negatives_rejected_pct'] for r in json.load(open('$folder/out'))['rejections']}
print('Fashion-MNIST rejected where 1 % of the digits are:', rejected[1.0], '%')
assert rejected[1.0] >= 95" || exit 1
    "$program" test "$folder/m.safetensors" --data $fashion | grep -q "of Fashion-MNIST misread" || exit 1
else
    echo "skipped: Fashion-MNIST is not installed (Debian: dataset-fashion-mnist)"
fi
