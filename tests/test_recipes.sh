# The test errors of the recipes on MNIST in docs/results.md, five seeds each. Takes an hour and a half on two cores.
set -eu
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
. "$(dirname "$0")/need_mnist.sh"
# mean_at_most RECIPE PERCENT [OPTIONS]: limits the mean test error over the seeds.
mean_at_most() {
    recipe=$1 percent=$2
    shift 2
    for seed in 1 2 3 4 5; do
        "$program" train --recipe "$recipe" "$@" --seed $seed --json --out "$folder/m.safetensors" 2>/dev/null | tail -n 1
    done >"$folder/out"
    python3 -c "
import json
errors = [json.loads(line)['test_error_pct'] for line in open('$folder/out')]
mean = sum(errors) / len(errors)
print('recipe $recipe: test errors', errors, 'mean %.3f %%' % mean)
assert len(errors) == 5 and mean <= $percent"
}
mean_at_most fast 1.0
mean_at_most 1998 0.98
"$program" train --recipe best --committee 4 --seed 11 --epochs 250 --quiet --out "$folder/teacher.safetensors"
mean_at_most best 0.45 --teacher "$folder/teacher.safetensors"
