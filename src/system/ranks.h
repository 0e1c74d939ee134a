/*
 * Ranks: processes that work on one job together, as those that mpirun starts. Each computes a share of the rows of a
 * table; then all exchange their rows, so that every rank has the whole table, the same as a process by itself computes.
 */
#ifndef LENET5_SYSTEM_RANKS_H
#define LENET5_SYSTEM_RANKS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lenet5/base.h"

#define MAX_RANKS 1024 /* bounds the arrays that have a number for each rank */

typedef struct rank_table {
    void *rows;          /* room for all of them */
    size_t size;         /* bytes of a row */
    const size_t *first; /* (ranks + 1): rows first[r] to first[r + 1] - 1 are those of rank r */
} rank_table;

typedef struct rank_group {
    unsigned rank, count;                    /* this one, from 0; and their number, up to MAX_RANKS */
    const volatile sig_atomic_t *wants_stop; /* not 0: this rank has to stop; NULL: it never has to */
    bool stops; /* set by an exchange: one of them has to, so that all stop at the same place */
    bool lost;  /* set by an exchange that fails: the ranks can agree on nothing more */

    /* Waits for all ranks, which call it with tables of the same shapes, and fills in the rows of the others.
     * LENET5_E_RANKS if one of them cannot be reached, LENET5_E_MEMORY if this rank has no room for what the others
     * send. After a failure the job is over. All rows and a byte for each rank are at most INT_MAX bytes. */
    lenet5_status (*exchange)(struct rank_group *ranks, const rank_table *tables, size_t count, lenet5_error *error);
} rank_group;

/* Whether this rank has to stop. */
static inline bool wants_stop(const rank_group *ranks)
{
    return ranks->wants_stop && *ranks->wants_stop != 0;
}

/* A process by itself: an exchange only sets `stops`. */
rank_group lenet5_one_rank(void);

/* Divides count rows among the ranks, as evenly as possible, in their order. */
void lenet5_rank_shares(size_t first[MAX_RANKS + 1], const rank_group *ranks, size_t count);

/* Exchanges one table that is divided so. */
lenet5_status lenet5_exchange_rows(rank_group *ranks, void *rows, size_t size, size_t count, lenet5_error *error);

/* *sum becomes the sum of the numbers of all ranks. */
lenet5_status lenet5_rank_sum(size_t *sum, rank_group *ranks, size_t number, lenet5_error *error);

/* LENET5_E_RANKS if the ranks' bytes differ. what they are, in the plural, and a remedy are parts of the message. */
lenet5_status lenet5_rank_compare(rank_group *ranks, const void *bytes, size_t size, const char *what,
                                  const char *remedy, lenet5_error *error);

#endif
