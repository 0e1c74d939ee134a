# Sourced, after expect.sh, by tests that start several ranks. $modules are the implementations of MPI that are built
# in, openmpi,mpich. Sets $launchers to those whose mpirun is installed; without any the test is skipped.
[ -n "$modules" ] || { echo "    skipped: the program is built without MPI"; exit 77; }
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 HWLOC_HIDE_ERRORS=2
launchers=
for mpi in $(echo "$modules" | tr , ' '); do
    if command -v "mpirun.$mpi" >/dev/null; then
        launchers="$launchers $mpi"
    else
        echo "    skipped in part: $mpi, no mpirun.$mpi"
    fi
done
[ -n "$launchers" ] || exit 77

# Prints the launcher of $mpi, with options.
launcher() {
    case $mpi in
    openmpi) echo "mpirun.openmpi --oversubscribe --bind-to none" ;;
    mpich) echo mpirun.mpich ;;
    esac
}

# mpi RANKS COMMAND...: runs a command by it.
mpi() {
    ranks=$1
    shift
    $(launcher) -n "$ranks" "$@"
}

# Sets the number of the rank, in a script that a launcher starts: eval "$set_rank".
export set_rank='rank=${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}}'
