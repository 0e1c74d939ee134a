#!/bin/sh
# Runs scripts/slurm on a Slurm cluster of one node, which it starts in a temporary folder: a sweep of seeds, of which two
# are requeued and one meets its time limit, and a list read in parts, of which one is requeued. The bytes must be those of
# one process.
# usage: slurm.sh PROGRAM
set -eu
LENET5=$1
scripts=$(cd "$(dirname "$0")/../../scripts/slurm" && pwd)
. "$(dirname "$0")/../await.sh"
SEEDS=3
PARTS=6
EPOCHS=120 # some ten seconds, so that an element is killed in the middle

skip() { echo "skipped: $1"; exit 77; }
fail() { tail -n 20 "$folder"/*.log "$folder/jobs"/*.log 2>/dev/null; echo "FAILED: $1"; exit 1; }
PATH=$PATH:/usr/sbin:/sbin
for tool in munged slurmctld slurmd sbatch; do
    command -v $tool >/dev/null || skip "$tool is not installed (Debian: slurm-wlm and munge)"
done
[ "$(id -u)" = 0 ] || skip "only root can start slurmd"

is_empty() { queue=$(timeout 10 squeue --noheader) && [ -z "$queue" ]; }

# ---- The cluster -----------------------------------------------------------------------------------------------------

folder=$(mktemp -d)
chmod 755 "$folder" # munged refuses a socket that others cannot reach
daemons=
# Ends the jobs, the daemons, and what is left of them: all processes that got the name of the configuration.
stop() {
    timeout 10 scancel --quiet --user=root 2>/dev/null || true
    await 20 is_empty || true
    # shellcheck disable=SC2086 # a list of words
    [ -z "$daemons" ] || kill $daemons 2>/dev/null || true
    wait
    for left in $(grep -lsz "^SLURM_CONF=$folder" /proc/[0-9]*/environ); do
        kill -KILL "$(echo "$left" | cut -d / -f 3)" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM
mkdir "$folder/state" "$folder/spool" "$folder/jobs"

# free_ports COUNT: ports that nobody listens at.
free_ports() {
    python3 -c 'import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in sockets))' "$1"
}
# shellcheck disable=SC2046 # two words
set -- $(free_ports 2)
host=$(uname -n)
host=${host%%.*}
export SLURM_CONF="$folder/slurm.conf"
cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$1
SlurmdPort=$2
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket,cred_expire=6
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,sched_min_interval=100000,batch_sched_delay=0
SchedulerType=sched/builtin
MpiDefault=none
ReturnToService=2
KillWait=2
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=4
PartitionName=all Nodes=ALL Default=YES MaxTime=60
CONF

# begin NAME COMMAND...: starts a daemon, in a session of its own, so that a Ctrl-C reaches it by stop alone.
begin() {
    log=$folder/$1.out.log
    shift
    setsid nice -n 5 "$@" >"$log" 2>&1 &
    daemons="$! $daemons"
}

dd if=/dev/urandom of="$folder/munge.key" bs=128 count=1 2>/dev/null
chmod 400 "$folder/munge.key"
begin munged munged --foreground --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
    --pid-file="$folder/munged.pid" --seed-file="$folder/munged.seed" --log-file="$folder/munged.log"
await 10 munge --no-input --socket="$folder/munge.socket" || fail "munged does not start"
begin slurmctld slurmctld -D
begin slurmd slurmd -D -N "$host"
is_idle() { sinfo --noheader --format=%T | grep -qx idle; }
await 30 is_idle || fail "the node does not come up: $(sinfo 2>&1)"

# ---- A sweep of seeds ------------------------------------------------------------------------------------------------

export LENET5
cd "$folder/jobs"
nice -n 5 "$LENET5" synth --out digits --count 500 --test-count 200 --seed 1 >/dev/null
nice -n 5 "$LENET5" synth --out many --count 10000 --test-count 200 --seed 1 >/dev/null # a training of some minutes
train="--data digits --recipe best --batch 128"

# Long, so that the time limit requeues it: Slurm finds it near when it looks for the first time, within 30 seconds.
limited=$(sbatch --parsable --array=9-9 --time=2 "$scripts/train-sweep.sbatch" limited.safetensors --data many --recipe best --epochs 1000)

# submit OPTION...: submits a job and prints its number.
submit() { sbatch --parsable --cpus-per-task=1 "$@"; }

# ended JOB...: waits for jobs, and checks that all their elements are completed.
ended() {
    for job in "$@"; do
        await 600 is_gone "$job" || fail "job $job does not end: $(squeue)"
        states=$(scontrol --oneliner show job "$job" | sed -n 's/.* JobState=\([A-Z]*\) .*/\1/p' | sort -u)
        [ "$states" = COMPLETED ] || fail "job $job: $(scontrol --oneliner show job "$job")"
    done
}
is_gone() { queue=$(squeue --noheader --job="$1") && [ -z "$queue" ]; }
restarts() { scontrol --oneliner show job "$1" | sed -n 's/.* Restarts=\([0-9]*\) .*/\1/p'; }
has_restarted() { [ "$(restarts "$1")" -gt 0 ]; }

# has_epochs COUNT LOG: whether so many epochs are in a log.
has_epochs() { [ "$(grep -c '^seed .* epoch' "$2")" -ge "$1" ]; }

nice -n 5 "$LENET5" train $train --epochs $EPOCHS --seeds 1-$SEEDS --log one.csv --out one.safetensors --quiet
sweep=$(submit --array=1-$SEEDS "$scripts/train-sweep.sbatch" sweep.safetensors $train --epochs $EPOCHS)
report=$(submit --dependency="afterok:$sweep" --kill-on-invalid-dep=yes --output=report.log --wrap="\"$LENET5\" train $train \
    --epochs $EPOCHS --seeds 1-$SEEDS --resume --out sweep.safetensors --log sweep.csv")

# Element 1 is requeued as by a preemption, element 2 gets the signal that comes before the time limit.
log=lenet5-sweep-$sweep
await 60 has_epochs 3 "${log}_1.log" || fail "element 1 does not train: $(squeue)"
scontrol requeue "${sweep}_1"
await 60 has_epochs 3 "${log}_2.log" || fail "element 2 does not train: $(squeue)"
scancel --batch --signal=USR1 "${sweep}_2"
ended "$sweep" "$report"
for element in 1 2; do
    [ "$(restarts "${sweep}_$element")" = 1 ] || fail "element $element was not requeued once"
done
grep -q "the time limit is near; requeued" "${log}_2.log" || fail "element 2 says nothing of the time limit"
for seed in $(seq $SEEDS); do
    cmp "one-$seed.safetensors" "sweep-$seed.safetensors" || fail "seed $seed: other bytes than those of one process"
    [ "$(grep -c ' epoch *1 ' "${log}_$seed.log")" = 1 ] || fail "seed $seed began twice"
done
cmp one.csv sweep.csv || fail "the log of the sweep differs from that of one process"
echo "a sweep of $SEEDS seeds, two of them requeued: the bytes of one process"

# ---- Reading in parts ------------------------------------------------------------------------------------------------

# Drawing a picture takes longer than reading it: each has several names in the list. The last one is no picture.
nice -n 5 "$LENET5" synth --strings drawn --count 60 --digits 3 >/dev/null 2>&1
for _ in $(seq 25); do
    find drawn -name '*.png'
done | sort >list
echo none.png >>list
nice -n 5 "$LENET5" read --files list --json --out one || [ $? = 3 ] || fail "one process reads"

reading=$(submit --array=1-$PARTS "$scripts/read-array.sbatch" $PARTS list parts --json)
merging=$(submit --dependency="afterok:$reading" --kill-on-invalid-dep=yes --output=merge.log \
    --wrap="\"$LENET5\" merge parts --out merged")
has_begun() { ls parts/part-1-of-$PARTS.*.tmp; }
await 60 has_begun || fail "part 1 is not read: $(squeue)"
scontrol requeue "${reading}_1"
ended "$reading" "$merging"
[ "$(restarts "${reading}_1")" = 1 ] || fail "part 1 was not requeued once"
cmp one/part-1-of-1.jsonl merged || fail "the merged results differ from those of one process"
[ "$(ls parts | wc -l)" = $((2 * PARTS)) ] || fail "files are left: $(ls parts)"

# A part that is complete is not read again; one that is missing is.
rm parts/part-2-of-$PARTS.*
touch -d 2000-01-01 parts/*
again=$(submit --array=2,3 "$scripts/read-array.sbatch" $PARTS list parts --json)
ended "$again"
[ "$(find parts -type f -newermt 2000-01-02 | wc -l)" = 2 ] || fail "not the missing part alone was read: $(ls -l parts)"
"$LENET5" merge parts | cmp one/part-1-of-1.jsonl - || fail "part 2, read again"
echo "$PARTS parts, one of them requeued: the bytes of one process"

# ---- The time limit, and wrong usage ---------------------------------------------------------------------------------

log=lenet5-sweep-${limited}_9.log
await 120 has_restarted "${limited}_9" || fail "the time limit requeues nothing: $(scontrol show job "${limited}_9")"
before=$(grep -c ' epoch ' "$log")
await 60 has_epochs $((before + 2)) "$log" || fail "the element does not continue after the time limit"
[ "$(grep -c ' epoch *1 ' "$log")" = 1 ] || fail "the element began twice"
scancel "${limited}_9"
await 60 is_gone "$limited" || fail "the element does not end: $(squeue)"
scontrol show job "${limited}_9" | grep -q JobState=CANCELLED || fail "a cancelled element: $(scontrol show job "${limited}_9")"
echo "the time limit: requeued and continued"

# refused TEXT COMMAND...: runs a script as element 1 of an array, and checks that it is refused as wrong usage.
refused() {
    text=$1 code=0
    shift
    SLURM_ARRAY_TASK_ID=1 sh "$@" >out 2>&1 || code=$?
    { [ $code = 2 ] && grep -qF -e "$text" out; } || fail "$*: exit code $code: $(cat out)"
}
for option in --out=x --seed --seeds=1-2 --log --resume --restart; do
    refused "$option is not for a sweep" "$scripts/train-sweep.sbatch" x.safetensors --recipe best "$option"
done
refused "OUT is missing" "$scripts/train-sweep.sbatch"
refused "does not end in .safetensors" "$scripts/train-sweep.sbatch" x --recipe best
refused "OUT comes before the options" "$scripts/train-sweep.sbatch" --recipe best
for option in --files=x --out --shard --threads; do
    refused "$option is not for an array" "$scripts/read-array.sbatch" 4 list parts --json "$option"
done
refused "FOLDER is missing" "$scripts/read-array.sbatch" 4 list
refused "PARTS is a number, not x" "$scripts/read-array.sbatch" x list parts --json
refused "element 1 of the array is not within 1 to 0" "$scripts/read-array.sbatch" 0 list parts --json
refused "LIST is a file" "$scripts/read-array.sbatch" 4 - parts --json
LENET5=./none refused "./none is not in PATH" "$scripts/read-array.sbatch" 4 list parts --json
for script in "$scripts"/*.sbatch; do
    code=0
    sh "$script" 4 list parts >out 2>&1 || code=$?
    { [ $code = 2 ] && grep -q -- "--array is missing" out; } || fail "$script without an array: exit code $code: $(cat out)"
done
if command -v shellcheck >/dev/null; then
    shellcheck "$scripts"/*.sbatch || fail "shellcheck"
else
    echo "skipped in part: shellcheck is not installed"
fi
echo "all passed"
