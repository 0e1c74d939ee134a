# Ranks of Open MPI and MPICH on two and three hosts, whose network is simulated (hosts.sh): the bytes of one process over
# a fast, a slow and a lossy link, and after a rank was killed or a host unplugged. Needs root.
set -u
program=$1
switch=$2
modules=$3 # openmpi,mpich, those that are built in
hosts_folder=$(cd "$(dirname "$0")" && pwd)
. "$hosts_folder/hosts.sh"
[ -n "$modules" ] || { echo "    skipped: the program is built without MPI"; exit 77; }
why=$(why_no_hosts) && { echo "    skipped: hosts cannot be simulated: $why"; exit 77; }
hosts_enter "$@"
. "$hosts_folder/../expect.sh"
. "$hosts_folder/../await.sh"
unset LENET5_DATA
export XDG_DATA_HOME="$folder/none"

STARTUP_BYTES=400000 # that the launcher and the beginning of a training send, at most
SECONDS_TO_END=60    # of a training that has lost a rank
PICTURES=500
EPOCHS=100           # of the training that is cut: 8 s over the slow link

"$program" synth --out digits --count $PICTURES --test-count 200 --seed 1 >/dev/null || exit 1
train() { "$program" train --data digits --quiet "$@"; }
train_on() { hosts=$1; shift; mpi_on "$hosts" "$program" train --data digits --quiet --threads 1 "$@"; }
sent() {
    for host in $(seq -f host%g 3); do
        sent_by "$host"
    done | awk '{ sum += $1 } END { print sum }'
}

# ---- What crosses the network, and what comes out.

# train_over HOSTS: every shard has to reach every other host, and little else may.
train_over() {
    before=$(sent)
    works train_on "$1" --recipe best --negatives 0 --epochs 2 --seed 3 --out "best-$mpi.safetensors"
    bytes=$(($(sent) - before))
    needed=$((2 * ((PICTURES + 15) / 16) * SHARD_BYTES * ($1 - 1)))
    same best.safetensors "best-$mpi.safetensors" "$mpi, $1 hosts, $link"
    [ "$bytes" -ge $needed ] || fail "$mpi, $1 hosts, $link: $bytes bytes sent, $needed needed: they did not cross the network"
    [ "$bytes" -le $((needed * 11 / 10 + STARTUP_BYTES)) ] || fail "$mpi, $1 hosts, $link: $bytes bytes sent, $needed needed"
    echo "$mpi, $1 hosts, $link: the same bytes; $bytes bytes sent, $needed needed"
}

# ---- A training that loses a rank.

# train_until HOSTS EVENT OPTION...: trains long-$mpi. Half a second after a checkpoint is saved the event happens, which
# has to end the training.
train_until() {
    hosts=$1 event=$2
    shift 2
    rm -f ended
    touch begun
    {
        mpi_on "$hosts" "$program" train --data digits --threads 1 --out "long-$mpi.safetensors" "$@" >out 2>err
        echo $? >ended
    } &
    await 60 checkpoint_is_saved || fail "$mpi, $event: no checkpoint: $(cat out err)"
    sleep 0.5
    [ ! -e ended ] || fail "$mpi, $event: the training ended too early: $(cat out err)"
    "$event"
    started=$(date +%s)
    await $SECONDS_TO_END training_has_ended || fail "$mpi, $event: the training still runs after $SECONDS_TO_END s"
    echo "$mpi, $event: ended after $(($(date +%s) - started)) s"
    grep -q "continue with any number: .*lenet5 train --resume" err ||
        fail "$mpi, $event: no hint how to continue: $(cat err)"
    [ "$(cat ended)" != 0 ] || fail "$mpi, $event: exit code 0"
}

checkpoint_is_saved() { [ -n "$(find "long-$mpi.checkpoint.safetensors" -newer begun 2>/dev/null)" ]; }
training_has_ended() { [ -e ended ] && [ -z "$(ip netns pids host1)" ]; }

kill_rank() {
    for process in $(ip netns pids host2); do
        [ "$(cat "/proc/$process/comm")" != lenet5 ] || kill -KILL "$process"
    done
}
unplug_host() { unplug host2; }

# lose_ranks: until the training is continued to its end by another number of hosts.
lose_ranks() {
    hosts_start 3 slow
    train_until 2 kill_rank --recipe best --epochs $EPOCHS --seed 4 --batch 128
    if can_notice_silence; then
        train_until 3 unplug_host --resume
    else
        echo "    skipped in part: $mpi, a host that is unplugged: no libkeepalive (libkeepalive0)"
    fi
    hosts_stop
    hosts_start 3 10gbe
    works train_on 3 --resume --out "long-$mpi.safetensors"
    same long.safetensors "long-$mpi.safetensors" "$mpi, continued"
    hosts_stop
}

# ---- With each implementation.

works train --recipe best --negatives 0 --epochs 2 --seed 3 --out best.safetensors
works train --recipe best --epochs $EPOCHS --seed 4 --batch 128 --out long.safetensors

for mpi in $(echo "$modules" | tr , ' '); do
    command -v "mpirun.$mpi" >/dev/null || { echo "    skipped in part: $mpi, no mpirun.$mpi"; continue; }
    why=$(why_not_across_hosts) && { echo "    skipped in part: $mpi: $why"; continue; }
    for link in 10gbe slow lossy; do
        hosts_start 3 $link
        train_over 2
        train_over 3
        hosts_stop
    done

    lose_ranks
done

# ---- Hosts that read parts of a list into one folder.

"$program" synth --strings pictures --count 60 --digits 3 >/dev/null
rm pictures/truth.tsv
ls -d pictures/* >list
"$program" read --files list --json --out one || [ $? = 3 ] || fail "one process did not read the list"
hosts_start 3 10gbe
for part in 1 2 3; do
    on host$part "$program" read --files "$folder/list" --json --out "$folder/all" --shard $part/3 >"read-$part" 2>&1 &
    readers="${readers:-} $!"
done
# shellcheck disable=SC2086 # a list of processes
wait $readers
works "$program" merge all --out merged
same merged one/part-1-of-1.jsonl "three hosts read parts"
hosts_stop
exit $failures
