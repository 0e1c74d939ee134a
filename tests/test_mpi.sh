# Trainings by several ranks of Open MPI and MPICH: the bytes of one process, also after ranks are killed and their
# number changes. Needs one of them, found when the program was built; else it is skipped.
set -u
program=$1
modules=${2:-} # openmpi,mpich, those that are built in; none: no argument
# Numbers of ranks and of threads for each recipe; ranks that are killed, at most; and epochs, enough for all of them.
case ${3:-some} in
some) rank_counts="2 3" thread_counts=1 kills=4 epochs=200 ;;
all) rank_counts="1 2 3 4 8" thread_counts="1 2" kills=20 epochs=1000 ;;
esac
. "$(dirname "$0")/expect.sh"
. "$(dirname "$0")/await.sh"
. "$(dirname "$0")/mpi.sh"
unset LENET5_DATA
export XDG_DATA_HOME="$folder/none"
"$program" synth --out digits --count 500 --test-count 200 --seed 1 >/dev/null || exit 1

train() { "$program" train --data digits --quiet "$@"; }
train_by() { ranks=$1; shift; mpi "$ranks" "$program" train --data digits --quiet "$@"; }

# ---- What one process computes.
recipes="1998 fast best read hands amounts"
for recipe in $recipes; do
    works train --recipe $recipe --epochs 2 --seed 3 --out $recipe.safetensors
done
works train --recipe strings --epochs 1 --seed 3 --out strings.safetensors
works train --recipe best --epochs 2 --seed 3 --committee 3 --out committee.safetensors
works train --recipe best --epochs 2 --seeds 3-6 --log sweep.csv --out sweep.safetensors
works train --recipe best --epochs $epochs --seed 4 --batch 128 --out long.safetensors

# train_and_kill RANKS OPTION...: trains cut-$mpi; when there is a checkpoint, and up to a second later, a
# rank is killed.
train_and_kill() {
    ranks=$1
    shift
    mpi "$ranks" "$program" train --data digits --threads 1 --out "cut-$mpi.safetensors" "$@" >out 2>err &
    await 60 test -e "cut-$mpi.checkpoint.safetensors" || fail "$mpi: no checkpoint: $(cat out err)"
    sleep "0.$(shuf -i 1-9 -n 1)"
    victim=$(pgrep -f -- "^$program train .*--out cut-$mpi" | shuf -n 1)
    if [ -n "$victim" ] && kill -KILL "$victim" 2>/dev/null; then
        killed=$((killed + 1))
    fi
    wait $!
}

# compare NAME RANKS THREADS OPTION...: trains with the options; the model is that of one process, NAME.safetensors.
compare() {
    name=$1 count=$2 threads=$3
    shift 3
    works train_by "$count" --epochs 2 --seed 3 --threads "$threads" --out "$name-$mpi.safetensors" "$@"
    same "$name.safetensors" "$name-$mpi.safetensors" "$mpi, $count ranks of $threads threads"
    compared=$((compared + 1))
}

expect 0 "each of 2 processes is alone; srun --mpi=pmix" \
    env SLURM_STEP_NUM_TASKS=2 "$program" train --data digits --recipe 1998 --epochs 1 --out alone.safetensors

for mpi in $launchers; do
    # ---- The same bytes, whatever the number of ranks and threads.
    compared=0
    for count in $rank_counts; do
        for threads in $thread_counts; do
            for recipe in $recipes; do
                compare "$recipe" "$count" "$threads" --recipe "$recipe"
            done
            compare committee "$count" "$threads" --recipe best --committee 3
        done
    done
    for count in 1 4 8; do
        compare best $count 2 --recipe best
    done
    echo "$mpi: the bytes of one process, by $compared trainings of several ranks"
    works train_by 3 --recipe strings --epochs 1 --seed 3 --threads 1 --out "strings-$mpi.safetensors"
    same strings.safetensors "strings-$mpi.safetensors" "$mpi, 3 ranks"

    # ---- Committees and sweeps, whose members the ranks take one after the other.
    [ -e "committee-$mpi.members" ] && fail "$mpi: the members of the committee were left"
    works train_by 2 --recipe best --epochs 2 --seeds 3-6 --log "sweep-$mpi.csv" --out "sweep-$mpi.safetensors"
    same sweep.csv "sweep-$mpi.csv" "$mpi, the log of a sweep"
    for seed in 3 4 5 6; do
        same sweep-$seed.safetensors "sweep-$mpi-$seed.safetensors" "$mpi, a sweep"
    done
    same best.safetensors "sweep-$mpi-3.safetensors" "$mpi, a seed of a sweep by itself"

    # ---- Ranks that are killed, and continued by another number of ranks.
    killed=0
    train_and_kill 2 --recipe best --epochs $epochs --seed 4 --batch 128
    grep -q "continue with any number: .*lenet5 train --resume cut-$mpi.checkpoint.safetensors" err ||
        fail "$mpi: the hint how to continue: $(cat err)"
    for _ in $(seq 2 "$kills"); do
        [ ! -e "cut-$mpi.checkpoint.safetensors" ] || train_and_kill "$(shuf -i 1-4 -n 1)" --resume
    done
    [ $killed -gt 0 ] || fail "$mpi: no rank was killed"
    [ ! -e "cut-$mpi.checkpoint.safetensors" ] || works train_by 3 --resume --out "cut-$mpi.safetensors"
    same long.safetensors "cut-$mpi.safetensors" "$mpi, killed $killed times and continued"
    echo "$mpi: the same bytes after ranks were killed $killed times"

    # ---- Errors come from one rank, once; all ranks end.
    expect 1 "cannot be written" train_by 3 --out none/m.safetensors
    [ "$(grep -c "cannot be written" err)" = 1 ] || fail "$mpi: the error was printed more than once: $(cat err)"
    expect 2 "--seeds is FIRST-LAST" train_by 2 --seeds 4-1

    "$program" synth --out others --count 500 --test-count 200 --seed 2 --force >/dev/null
    cat >other.sh <<SH
$set_rank
[ "\$rank" = 1 ] && exec "$program" train --data others "\$@"
exec "$program" train --data digits "\$@"
SH
    mpi 2 sh other.sh --recipe best --epochs 1 --out "other-$mpi.safetensors" >out 2>err && fail "$mpi: ranks with different data trained"
    grep -q "rank 1 has other training pictures than rank 0" out err || fail "$mpi: different data: $(cat out err)"
    mpi 2 sh -c 'ulimit -f 0; exec "$@"' sh "$program" train --data digits --quiet --recipe best --epochs 1 --out "full-$mpi.safetensors" >out 2>err && fail "$mpi: trained on a full disk"
    [ -e "full-$mpi.safetensors" ] && fail "$mpi: half a model was written"
done
exit $failures
