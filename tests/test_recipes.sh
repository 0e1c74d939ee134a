# The recipes' promises on MNIST, five seeds each, as docs/results.md tables them. Takes half an hour of one processor.
set -eu
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
. "$(dirname "$0")/need_mnist.sh"
# mean_at_most RECIPE PERCENT
mean_at_most() {
    for seed in 1 2 3 4 5; do
        "$program" train --recipe "$1" --seed $seed --json --out "$folder/m.safetensors" 2>/dev/null | tail -n 1
    done >"$folder/out"
    python3 -c "
import json
errors = [json.loads(line)['test_error_pct'] for line in open('$folder/out')]
mean = sum(errors) / len(errors)
print('recipe $1: test errors', errors, 'mean %.3f %%' % mean)
assert len(errors) == 5 and mean <= $2"
}
mean_at_most fast 1.0
mean_at_most 1998 0.98
mean_at_most best 0.47
