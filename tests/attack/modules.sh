# modules.sh PROGRAM: with descriptors 0 to 2 closed, no output goes into a file that was opened in their place. The
# program loads its modules where no folder is writable, and reports a missing /proc.
set -u
program=$(realpath "$1")
export PYTHONPATH="$(dirname "$(realpath "$0")")" PYTHONDONTWRITEBYTECODE=1
. "$(dirname "$0")/../expect.sh"
unset LENET5_DATA
export XDG_DATA_HOME="$folder/none"
python3 -c "import files
for name, content in ('a.jpg', files.jpeg(16)), ('b.png', files.png(16, 16)): open(name, 'wb').write(content)" || exit 1
blank="nothing is written there"

# Closed descriptors: reading from and writing to them fails; everything else works as usual.
expect 0 "a.jpg: $blank" sh -c '"$1" read a.jpg <&-' sh "$program"
expect 1 "standard input: cannot be read: Bad file descriptor" sh -c '"$1" read - <&-' sh "$program"
expect 1 "standard output: cannot be written: Bad file descriptor" sh -c '"$1" read a.jpg >&-' sh "$program"
expect 0 "a.jpg: $blank" sh -c '"$1" read a.jpg nowhere.png a.jpg 2>&- <&-; [ $? = 1 ]' sh "$program"
expect 0 "x.png" sh -c 'printf "pass,loss,train_error_pct,test_error_pct,\n1,1,1,1,\n" >log; "$1" plot log --out x.png 2>&- <&-' sh "$program"
"$program" read a.jpg <&- >&- 2>&- && fail "exit code 0 although nothing could be printed"
python3 - "$program" <<'PY' || fail "descriptors"
import os, signal, subprocess, sys, time
program = sys.argv[1]

def standard(pid):
    """Where descriptors 0 to 2 lead, by name."""
    return [os.readlink(f"/proc/{pid}/fd/{i}") for i in range(3)]

for closed in "0<&- 1>&- 2>&-", "2>&-", "0<&- 2>&-":
    arguments = ["sh", "-c", f'exec "$1" serve --listen 127.0.0.1:0 {closed}', "sh", program]
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        time.sleep(0.05)
        files = [os.readlink(f"/proc/{process.pid}/fd/{f}") for f in os.listdir(f"/proc/{process.pid}/fd")]
        if any("lenet5_serve" in f for f in files):
            break
    else:
        if subprocess.run([program, "help", "serve"], capture_output=True).returncode == 0:
            sys.exit(f"FAILED: serve {closed}: no module: {files}")
        sys.exit(0)
    for i, name in enumerate(standard(process.pid)):
        assert name == ("/" if f"{i}<&-" in closed or f"{i}>&-" in closed else "/dev/null"), (closed, i, name)
    process.send_signal(signal.SIGTERM)
    process.wait(20)
PY

# Without /proc; then with every folder read-only or mounted noexec.
isolated="unshare --mount"
[ "$(id -u)" = 0 ] || isolated="unshare --user --map-root-user --mount"
if $isolated true 2>/dev/null; then
    if ! grep -q __asan_init "$program"; then # the sanitizer itself needs /proc
        expect 0 "b.png: $blank" $isolated sh -c 'mount -t tmpfs none /proc && "$1" read b.png' sh "$program"
    fi
    expect 1 "lenet5_pictures, a part of the program, cannot be loaded: /proc is not mounted" \
        $isolated sh -c 'mount -t tmpfs none /proc && "$1" read a.jpg' sh "$program"
    [ "$(grep -c '^lenet5' err)" = 1 ] || fail "without /proc: $(cat err)"
    expect 1 "lenet5_fetch, a part of the program, cannot be loaded: /proc is not mounted" \
        $isolated sh -c 'mount -t tmpfs none /proc && "$1" fetch mnist --data d' sh "$program"
    expect 0 "a.jpg: $blank" $isolated sh -c 'for at in /dev/shm /var/tmp /run; do mount -t tmpfs -o noexec,ro none $at; done &&
        mount -o remount,ro,bind / && ! touch /x && ! touch /dev/shm/x && exec "$1" read a.jpg' sh "$program"
else
    echo "skipped: mount namespaces are not permitted here"
fi

[ $failures = 0 ] && echo "all passed"
[ $failures = 0 ]
