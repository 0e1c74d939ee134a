/* A few threads that wait for work. Who does which piece is open, so pieces must not depend on it. */
#ifndef LENET5_BASE_WORKERS_H
#define LENET5_BASE_WORKERS_H

#include <stddef.h>

#include "lenet5/base.h"

typedef struct workers workers;

/* Piece number index of a job, done by worker number worker, from 0 to below the number of workers. */
typedef void (*workers_piece)(void *job, size_t index, size_t worker);

/*
 * threads workers, the caller of lenet5_workers_run among them; 0 means one for each processor. Where fewer threads can
 * be started, fewer work. NULL if there is no memory.
 */
workers *lenet5_workers_new(unsigned threads);

/* In a child process, which has not the threads, this frees their memory alone. */
void lenet5_workers_free(workers *pool);

/* LENET5_E_ARGUMENT for more than LENET5_MAX_THREADS. */
lenet5_status lenet5_check_threads(unsigned threads, lenet5_error *error);

/* LENET5_E_FORKED in a child process of the one that made the workers, unless the caller is the only one: there
 * lenet5_workers_run would wait for ever. */
lenet5_status lenet5_workers_check(const workers *pool, lenet5_error *error);

size_t lenet5_workers_count(const workers *pool);

/* Does all pieces 0 to count - 1 of a job and returns when they are done. */
void lenet5_workers_run(workers *pool, workers_piece piece, void *job, size_t count);

/* Has each worker do one piece, whose index is the worker's number: its own share of the work, the same every time, so
 * that what it works on stays in its cache. */
void lenet5_workers_run_each(workers *pool, workers_piece piece, void *job);

#endif
