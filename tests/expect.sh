# To be sourced by a test of the program: a folder to work in, and how to expect something of a command.
failures=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

fail() { echo "FAILED: $1"; failures=$((failures + 1)); }

# expect CODE TEXT command...: the exit code, and a text that stdout or stderr holds.
expect() {
    code=$1 text=$2
    shift 2
    "$@" >out 2>err </dev/null
    got=$?
    [ $got = "$code" ] || fail "$*: exit code $got in place of $code: $(cat err)"
    grep -qF -e "$text" out err || fail "$*: has no \"$text\": $(cat out err)"
}
