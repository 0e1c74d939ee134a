# Sourced by tests that need MNIST: skips the test if MNIST is missing.
[ -n "${LENET5_DATA:-}" ] && ls "$LENET5_DATA"/train-images* >/dev/null 2>&1 || {
    echo "skipped: MNIST not found; set LENET5_DATA to its folder"
    exit 77
}
