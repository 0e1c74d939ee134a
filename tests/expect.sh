# Sourced by tests of the program: makes a temporary working folder and defines the checks.
failures=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

fail() { echo "FAILED: $1"; failures=$((failures + 1)); }

# expect CODE TEXT COMMAND...: checks the exit code, and that stdout or stderr contains the text.
expect() {
    code=$1 text=$2
    shift 2
    "$@" >out 2>err </dev/null
    got=$?
    [ $got = "$code" ] || fail "$*: exit code $got, expected $code: $(cat err)"
    grep -qF -e "$text" out err || fail "$*: the output lacks \"$text\": $(cat out err)"
}

# works COMMAND...: checks that the exit code is 0.
works() { "$@" >out 2>err || fail "$*: exit code $?: $(cat out err)"; }

# same FILE FILE WHAT: checks that both have the same bytes.
same() { cmp -s "$1" "$2" || fail "$1 and $2 differ: $3"; }
