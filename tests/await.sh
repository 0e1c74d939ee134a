# Sourced by tests that wait for what another process does.

# await SECONDS COMMAND...: waits until the command succeeds; fails if it does not in that time.
await() {
    until=$(($(date +%s) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt $until ] || return 1
        sleep 0.1
    done
}
