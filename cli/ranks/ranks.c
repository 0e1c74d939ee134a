#include "ranks.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "extras.h"
#include "module.h"

#ifdef LENET5_OPENMPI
#define OPENMPI "lenet5_openmpi"
#else
#define OPENMPI NULL
#endif
#ifdef LENET5_MPICH
#define MPICH "lenet5_mpich"
#else
#define MPICH NULL
#endif

/* The variables that launchers set for each process, and the module of their implementation; NULL: not built in. */
static const struct launcher {
    const char *variable, *name, *module;
} launchers[] = {
    {"OMPI_COMM_WORLD_SIZE", "mpirun of Open MPI", OPENMPI},
    {"PMIX_RANK", "srun --mpi=pmix", OPENMPI},
    {"PMI_RANK", "mpirun of MPICH, or srun --mpi=pmi2", MPICH},
};

static const mpi_module *mpi; /* NULL: no launcher has started this process */
static rank_group all;
static bool agreed; /* all ranks know that the command fails */
static uint64_t next_alone;
static pthread_mutex_t taking = PTHREAD_MUTEX_INITIALIZER;

/* NULL: none has started this process. */
static const struct launcher *launcher_of_process(void)
{
    for (size_t i = 0; i < sizeof launchers / sizeof launchers[0]; i++)
        if (getenv(launchers[i].variable))
            return &launchers[i];
    return NULL;
}

/* A launcher can start processes that cannot find each other; a script may want that, so it is no error. */
static void warn_if_alone(const struct launcher *launcher)
{
    const char *tasks = getenv("SLURM_STEP_NUM_TASKS");
    if (launcher && !launcher->module)
        print_line(stderr, "lenet5: each process is alone: this program is built without the MPI of %s",
                   launcher->name);
    else if (!launcher && tasks && strcmp(tasks, "1") != 0)
        print_line(stderr, "lenet5: each of %s processes is alone; srun --mpi=pmix or --mpi=pmi2 makes them ranks",
                   tasks);
}

void ranks_alone(void)
{
    all = lenet5_one_rank();
    all.wants_stop = &interrupted;
}

int ranks_begin(bool counter)
{
    lenet5_error error;
    const struct launcher *launcher = launcher_of_process();
    const char *module = launcher ? launcher->module : NULL;
    ranks_alone();
    warn_if_alone(launcher);
    mpi = module ? load_extra(module, &error) : NULL;
    if (module && (!mpi || mpi->begin(&all, counter, &error) != LENET5_OK))
        return report_library_error(&error);
    return EXIT_DONE;
}

rank_group *ranks_of_command(void)
{
    return &all;
}

bool ranks_lead(void)
{
    return all.rank == 0;
}

bool ranks_next(uint64_t *number)
{
    lenet5_error error;
    bool taken = true;
    pthread_mutex_lock(&taking);
    if (!mpi)
        *number = next_alone++;
    else
        taken = mpi->next(number, &error) == LENET5_OK || report_library_error(&error) == EXIT_DONE;
    pthread_mutex_unlock(&taking);
    return taken;
}

/* ---- Agreement --------------------------------------------------------------------------------------------------- */

/* The exit code of the first rank that fails, and that rank. */
static int first_failure(unsigned *rank, int code)
{
    lenet5_error error;
    int codes[MAX_RANKS];
    codes[all.rank] = code;
    if (lenet5_exchange_rows(&all, codes, sizeof codes[0], all.count, &error) != LENET5_OK)
        return report_library_error(&error);
    for (*rank = 0; *rank < all.count; (*rank)++)
        if (codes[*rank] != EXIT_DONE) {
            agreed = true;
            return codes[*rank];
        }
    return EXIT_DONE;
}

int ranks_agree(int code)
{
    unsigned rank;
    return first_failure(&rank, code);
}

int ranks_report(const lenet5_error *error)
{
    if (all.lost)
        return report_library_error(error);
    return ranks_agree(ranks_lead() ? report_library_error(error) : EXIT_DONE);
}

static void print_errors(const char *errors)
{
    char host[HOST_SIZE];
    mpi->host(host);
    print_line(stderr, "rank %u, on %s:", all.rank, host);
    fputs(errors, stderr);
}

/* Calls prepare on a rank but the first, which prints its errors if it is the first to fail. */
static int prepare_other(int (*prepare)(void *argument), void *argument)
{
    char *errors = NULL;
    size_t size = 0;
    unsigned rank;
    FILE *stream = open_memstream(&errors, &size);
    set_error_stream(stream);
    int code = prepare(argument);
    set_error_stream(NULL);
    if (!stream || fclose(stream) != 0)
        code = EXIT_FAILED;
    code = first_failure(&rank, code);
    if (code != EXIT_DONE && rank == all.rank)
        print_errors(errors ? errors : "");
    free(errors);
    return code;
}

int ranks_in_turn(int (*prepare)(void *argument), void *argument)
{
    int code = ranks_agree(ranks_lead() ? prepare(argument) : EXIT_DONE);
    if (code != EXIT_DONE)
        return code;
    return ranks_lead() ? ranks_agree(code) : prepare_other(prepare, argument);
}

void ranks_end(int code)
{
    if (!mpi)
        return;
    if (code == EXIT_FAILED && !agreed)
        mpi->abort(code);
    else
        mpi->end();
}
