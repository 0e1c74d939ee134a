#!/bin/sh
# Builds packaging/Containerfile with buildah, on a base that mmdebstrap makes from the mirror of apt in place of
# debian:bookworm-slim, and runs the image's server and reader as its user, with a root that is read-only and has no shell.
# usage: container.sh SOURCE
set -eu
source=$1
skip() { echo "skipped: $1"; exit 77; }
fail() { echo "FAILED: $1"; exit 1; }
[ "$(id -u)" = 0 ] || skip "only root can make a root of Debian"
for tool in git buildah mmdebstrap unshare; do
    command -v $tool >/dev/null || skip "$tool is not installed"
done
[ -d "$source/.git" ] || skip "the sources have no git repository"
unshare --mount --pid --fork true 2>/dev/null || skip "no namespaces can be made here"

folder=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || pkill --full "^lenet5 serve --listen :$port " || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM
chmod 755 "$folder"
export TMPDIR="$folder"

# ---- The image -------------------------------------------------------------------------------------------------------

# image COMMAND...: runs buildah with its storage in the folder.
image() { nice -n 5 buildah --root "$folder/storage" --runroot "$folder/run" --storage-driver vfs "$@"; }

# logged COMMAND...: runs a command, whose output is printed if it fails.
logged() { "$@" >"$folder/log" 2>&1 || { tail -n 40 "$folder/log"; fail "$*"; }; }

logged nice -n 5 mmdebstrap --quiet --variant=minbase bookworm "$folder/base.tar"
base=$(image from scratch)
logged image add "$base" "$folder/base.tar" /
logged image commit --rm "$base" docker.io/library/debian:bookworm-slim
rm "$folder/base.tar"

mkdir "$folder/source"
git -C "$source" ls-files -z | tar --directory="$source" --null --files-from=- --create | tar --directory="$folder/source" --extract
logged image bud --isolation chroot --pull-never --tag lenet5 \
    --file "$folder/source/packaging/Containerfile" "$folder/source"

# config MEMBER: the words of a member of the image's configuration.
config() {
    image inspect --type image lenet5 | python3 -c 'import json, sys
value = json.load(sys.stdin)["OCIv1"]["config"][sys.argv[1]]
print(value if isinstance(value, str) else " ".join(value))' "$1"
}
user=$(config User)
echo "$user" | grep -qx '[1-9][0-9]*:[1-9][0-9]*' || fail "the user is not a number above 0: $user"
[ "$(config Entrypoint)" = lenet5 ] || fail "the entry point is $(config Entrypoint)"
command=$(config Cmd)
echo "$command" | grep -q -- "--listen :8080 " || fail "the command is $command"
[ "$(config ExposedPorts)" = 8080/tcp ] && [ "$(config StopSignal)" = SIGTERM ] || fail "the port or the signal"

# ---- A container -----------------------------------------------------------------------------------------------------

root=$(image mount "$(image from --pull-never lenet5)")
[ -x "$root/usr/local/bin/lenet5" ] && [ ! -e "$root/source" ] || fail "the image has not the program alone"
mkdir "$root/data" "$folder/data"
cp "$source"/docs/samples/*.png "$source"/docs/samples/*.jpg "$folder/data"
(cd "$folder/data" && ls >../list && mv ../list . && tar cf samples.tar -T list)
chown -R "$user" "$folder/data"

# within ARGUMENT...: runs lenet5 in a container: its user without capabilities, a read-only root without a shell, and a
# folder of data that can be written to.
cat >"$folder/enter" <<'ENTER'
set -eu
root=$1 data=$2 user=$3
shift 3
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind "$data" "$root/data"
for shell in "$root"/usr/bin/dash "$root"/usr/bin/bash; do
    [ ! -e "$shell" ] || mount --bind /dev/null "$shell"
done
mount -o remount,bind,ro "$root"
cd "$root/data"
exec env -i PATH=/usr/local/bin:/usr/bin:/usr/sbin chroot --userspec="$user" --groups= "$root" env --chdir=/data "$@"
ENTER
within() { unshare --mount --pid --fork --kill-child=TERM sh "$folder/enter" "$root" "$folder/data" "$user" "$@"; }

within sh -c true 2>/dev/null && fail "the container has a shell"
within touch /etc/x 2>/dev/null && fail "the root can be written to"
within id -u | grep -qx "${user%:*}" || fail "another user: $(within id)"

# Parts, and their merge, are those of one process; the archive needs libarchive.
for part in 1 2 3; do
    within lenet5 read --files list --json --out parts --shard $part/3 --exit-zero || fail "part $part"
done
within lenet5 merge parts --out merged.jsonl 2>/dev/null || fail "the merge"
within lenet5 read --tar samples.tar --json --out one --exit-zero || fail "an archive"
cmp "$folder/data/merged.jsonl" "$folder/data/one/part-1-of-1.jsonl" || fail "the merged parts differ from one part"
[ "$(stat -c %u "$folder/data/merged.jsonl")" = "${user%:*}" ] || fail "the owner of the results"

# The server, with the command of the image but for the port, which may be in use here.
port=$(python3 -c 'import socket; print(socket.create_server(("", 0)).getsockname()[1])')
# shellcheck disable=SC2046 # a list of words
within lenet5 $(echo "$command" | sed "s/:8080/:$port/") >"$folder/server.log" 2>&1 &
server=$!
python3 - "$port" "$folder/data/boxes.jpg" <<'PY' || { cat "$folder/server.log"; fail "the server"; }
import json, sys, time, urllib.request
base = f"http://127.0.0.1:{sys.argv[1]}"
for _ in range(100):
    try:
        urllib.request.urlopen(base + "/v2/health/ready").read()
        break
    except OSError:
        time.sleep(0.1)
picture = open(sys.argv[2], "rb").read()
lines = json.load(urllib.request.urlopen(urllib.request.Request(base + "/v1/read?format=zip5", data=picture)))
assert len(lines) > 0 and lines[0]["string"], lines
PY
kill -TERM "$(pgrep --full "^lenet5 serve --listen :$port ")" # it is process 1 of its namespace
for _ in $(seq 100); do
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
kill -0 "$server" 2>/dev/null && fail "the server goes on after SIGTERM"
code=0
wait "$server" || code=$?
[ $code = 0 ] || { cat "$folder/server.log"; fail "the server ended with exit code $code"; }
echo "all passed: an image of $(du -sm "$root" | cut -f 1) MB"
