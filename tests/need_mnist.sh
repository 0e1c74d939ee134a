# To be sourced by a test that needs MNIST: skips it, and says so, where MNIST is not there.
[ -n "${LENET5_DATA:-}" ] && ls "$LENET5_DATA"/train-images* >/dev/null 2>&1 || {
    echo "skipped: MNIST is not here; LENET5_DATA names its folder"
    exit 77
}
