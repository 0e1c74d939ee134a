# Runs the test $1 of this folder with the program $2; skipped where node or its packages are not there (make setup-tests).
set -eu
cd "$(dirname "$0")"
command -v node >/dev/null || { echo "skipped: node is not here" && exit 77; }
[ -d node_modules ] || { echo "skipped: the packages of package.json are not here" && exit 77; }
ulimit -n "$(ulimit -Hn)"
LENET5_PROGRAM=$2 exec node --test "$1"
