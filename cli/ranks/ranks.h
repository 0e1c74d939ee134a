/*
 * The ranks of a command: the processes that an MPI launcher has started with the same command line. Without a launcher,
 * or in a program that was built without MPI (alone.c), there is one rank, and all of this does nothing.
 */
#ifndef LENET5_CLI_RANKS_H
#define LENET5_CLI_RANKS_H

#include "common.h"
#include "system/ranks.h"

/*
 * Joins the ranks if a launcher has started this process. With a counter, ranks_next may be called. Returns an exit
 * code. Call ranks_end afterwards, whatever the code.
 */
int ranks_begin(bool counter);

/* In place of ranks_begin: this process is alone, even if a launcher has started it. */
void ranks_alone(void);

/* Those of the command; valid from ranks_begin to ranks_end. */
rank_group *ranks_of_command(void);

/* Whether this is rank 0, which alone prints and writes files, unless a command says otherwise. */
bool ranks_lead(void);

/* Takes the next number, from 0, of a counter that all ranks share. Thread-safe. False if rank 0 cannot be reached. */
bool ranks_next(uint64_t *number);

/*
 * Calls prepare on rank 0, and then, if that succeeds, on the others. Returns the exit code of the first rank that
 * fails, on all ranks. That rank alone prints its errors.
 */
int ranks_in_turn(int (*prepare)(void *argument), void *argument);

/* Waits for all ranks; returns the exit code of the first rank that fails, on all ranks. */
int ranks_agree(int code);

/* Reports an error that all ranks have, once. Returns EXIT_FAILED. */
int ranks_report(const lenet5_error *error);

/* Leaves the ranks. A failure that ranks_agree has not returned to all of them ends the others too. */
void ranks_end(int code);

#endif
