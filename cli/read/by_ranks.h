/*
 * A reading by several ranks (ranks.h). Each names all inputs and writes a part; which inputs it reads depends on how
 * fast it is: it takes blocks of them from the ranks' counter. The parts appear when all ranks have read theirs, so a
 * reading that ends before is repeated as a whole.
 *
 * These functions do nothing if there is one rank. Each returns an exit code, but by_ranks_end.
 */
#ifndef LENET5_CLI_READ_BY_RANKS_H
#define LENET5_CLI_READ_BY_RANKS_H

#include "read.h"

/* Joins the ranks if the command is one that they share: with --out and without --shard. Otherwise the process is
 * alone. */
int by_ranks_begin(read_job *job);

/* Checks that each rank can read all that the command line names by itself, before one reads any of it. */
int by_ranks_check(const read_job *job);

/* Sets the part, and notes what the inputs are. The options are parsed, and the operands listed. */
int by_ranks_survey(read_job *job);

/* Checks that all ranks have the same options, models and inputs; sets the size of blocks, and prints what to do if a
 * rank fails. To be called by all ranks, as by_ranks_end. */
int by_ranks_agree(read_job *job);

/* Reports an interrupt, of all ranks once. */
void by_ranks_end(const read_job *job);

#endif
