/* The modules lenet5_openmpi and lenet5_mpich: mpi.c, compiled for one implementation of MPI each (extras.h). */
#ifndef LENET5_CLI_RANKS_MODULE_H
#define LENET5_CLI_RANKS_MODULE_H

#include "system/ranks.h"

#define HOST_SIZE 256 /* bytes of the name of a host, with its end */

typedef struct mpi_module {
    /* Joins the processes of the launcher; sets rank, count and exchange of *ranks. counter: `next` will be called. */
    lenet5_status (*begin)(rank_group *ranks, bool counter, lenet5_error *error);

    /* The next number of a counter that rank 0 keeps; called by one thread at a time. */
    lenet5_status (*next)(uint64_t *number, lenet5_error *error);

    void (*host)(char name[HOST_SIZE]);

    /* Both are the last call: one leaves when all ranks do, the other ends them at once. */
    void (*end)(void);
    void (*abort)(int code);
} mpi_module;

#endif
