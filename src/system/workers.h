/* A pool of threads. Which worker does which piece is not determined, so results must not depend on it. */
#ifndef LENET5_SYSTEM_WORKERS_H
#define LENET5_SYSTEM_WORKERS_H

#include <stddef.h>

#include "lenet5/base.h"

typedef struct workers workers;

/* Piece number index of a job, done by worker number worker, from 0 to below the number of workers. */
typedef void (*workers_piece)(void *job, size_t index, size_t worker);

/*
 * Starts a pool of `threads` workers, one of which is the caller of lenet5_workers_run; 0 means one for each processor.
 * If the system starts fewer threads, the pool is smaller. NULL without memory.
 */
workers *lenet5_workers_new(unsigned threads);

/* In a child process, which does not have the threads, this frees only the memory. */
void lenet5_workers_free(workers *pool);

/* LENET5_E_ARGUMENT for more than LENET5_MAX_THREADS. */
lenet5_status lenet5_check_threads(unsigned threads, lenet5_error *error);

/* LENET5_E_FORKED in a child of the process that made a pool of several workers: there, lenet5_workers_run would not
 * return. */
lenet5_status lenet5_workers_check(const workers *pool, lenet5_error *error);

size_t lenet5_workers_count(const workers *pool);

/* Does pieces 0 to count - 1 of a job and returns when all are done. */
void lenet5_workers_run(workers *pool, workers_piece piece, void *job, size_t count);

/* Has each worker do the piece whose index is the worker's number. Its share of the work is the same in every call, so
 * that its data stay in its cache. */
void lenet5_workers_run_each(workers *pool, workers_piece piece, void *job);

#endif
