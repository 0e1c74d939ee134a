# Checks the manifests of packaging/kubernetes with the program $1; skipped where node or its packages are not installed.
set -eu
cd "$(dirname "$0")"
command -v node >/dev/null || { echo "skipped: node is not here" && exit 77; }
[ -d node_modules ] || { echo "skipped: no node_modules here; scripts/setup scale installs them" && exit 77; }
LENET5_PROGRAM=$1 exec node --test test_kubernetes.mjs
