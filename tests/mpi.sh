# Sourced, after expect.sh, by tests that start several ranks. $modules are the implementations of MPI that are built
# in, openmpi,mpich. Sets $launchers to those whose mpirun is installed; without any the test is skipped.
[ -n "$modules" ] || { echo "    skipped: the program is built without MPI"; exit 77; }
launchers=
for mpi in $(echo "$modules" | tr , ' '); do
    if command -v "mpirun.$mpi" >/dev/null; then
        launchers="$launchers $mpi"
    else
        echo "    skipped in part: $mpi, no mpirun.$mpi"
    fi
done
[ -n "$launchers" ] || exit 77

# mpi RANKS COMMAND...: runs a command by $mpi.
tests=$(cd "$(dirname "$0")" && pwd)
mpi() { "$tests/scale/mpirun" "$mpi" "$@"; }

# Sets the number of the rank, in a script that a launcher starts: eval "$set_rank".
export set_rank='rank=${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}}'
