# Runs the test $1 of this folder with the program $2; skipped where node, its packages or the command $3 are not
# installed.
set -eu
cd "$(dirname "$0")"
PATH=$PATH:/usr/sbin # for haproxy
command -v node >/dev/null || { echo "skipped: node is not here" && exit 77; }
[ -d node_modules ] || { echo "skipped: no node_modules here; scripts/setup browser installs them" && exit 77; }
[ -z "${3:-}" ] || command -v "$3" >/dev/null || { echo "skipped: $3 is not here" && exit 77; }
ulimit -n "$(ulimit -Hn)"
LENET5_PROGRAM=$2 exec node --test "$1"
