/*
 * A job is posted under the lock with a new number. Every worker then takes pieces from a shared counter until none is
 * left. The caller works too, and waits at the end for the workers that are still at their last piece.
 *
 * Jobs follow each other at intervals shorter than it takes to wake a thread. So a waiting thread spins for a moment
 * before it sleeps. With more workers than processors it does not spin.
 */
#include "system/workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"

#define SPINS 4000 /* about 100 microseconds */

typedef struct worker {
    workers *pool;
    pthread_t thread;
    size_t number;
} worker;

struct workers {
    size_t count; /* the caller included */
    pid_t owner;  /* the process that has the threads */
    worker *others;
    unsigned spins; /* before a waiting thread sleeps */
    pthread_mutex_t lock;
    pthread_cond_t posted, done;
    atomic_ulong job_number;
    atomic_size_t busy; /* workers, without the caller, that have not finished the job */
    bool closing;

    workers_piece piece;
    void *job;
    size_t pieces;
    bool each; /* piece number i is worker number i's */
    atomic_size_t next;
};

static void take_pieces(workers *pool, size_t number)
{
    if (pool->each) {
        pool->piece(pool->job, number, number);
        return;
    }
    for (;;) {
        const size_t index = atomic_fetch_add(&pool->next, 1);
        if (index >= pool->pieces)
            return;
        pool->piece(pool->job, index, number);
    }
}

static void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void spin_for_job(workers *pool, unsigned long last)
{
    for (unsigned i = 0; i < pool->spins && atomic_load(&pool->job_number) == last; i++)
        relax();
}

static void *work(void *argument)
{
    worker *self = argument;
    workers *pool = self->pool;
    unsigned long last = 0;
    for (;;) {
        spin_for_job(pool, last);
        pthread_mutex_lock(&pool->lock);
        while (atomic_load(&pool->job_number) == last && !pool->closing)
            pthread_cond_wait(&pool->posted, &pool->lock);
        const bool closing = pool->closing;
        pthread_mutex_unlock(&pool->lock);
        if (closing)
            return NULL;
        last++;
        take_pieces(pool, self->number);
        if (atomic_fetch_sub(&pool->busy, 1) == 1) {
            pthread_mutex_lock(&pool->lock);
            pthread_cond_signal(&pool->done);
            pthread_mutex_unlock(&pool->lock);
        }
    }
}

static size_t count_processors(void)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors > 0 ? (size_t)processors : 1;
}

static size_t wanted_count(unsigned threads)
{
    const size_t count = threads ? threads : count_processors();
    return count < LENET5_MAX_THREADS ? count : LENET5_MAX_THREADS;
}

workers *lenet5_workers_new(unsigned threads)
{
    const size_t wanted = wanted_count(threads);
    workers *pool = calloc(1, sizeof *pool);
    worker *others = calloc(wanted, sizeof *others);
    if (!pool || !others) {
        free(pool);
        free(others);
        return NULL;
    }
    pool->others = others;
    pool->count = 1;
    pool->owner = getpid();
    pool->spins = wanted <= count_processors() ? SPINS : 0;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->posted, NULL);
    pthread_cond_init(&pool->done, NULL);
    for (size_t i = 0; i + 1 < wanted; i++) {
        others[i] = (worker){.pool = pool, .number = i + 1};
        if (pthread_create(&others[i].thread, NULL, work, &others[i]) != 0)
            break;
        pool->count++;
    }
    return pool;
}

lenet5_status lenet5_check_threads(unsigned threads, lenet5_error *error)
{
    if (threads <= LENET5_MAX_THREADS)
        return LENET5_OK;
    return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                       "%u threads; the number is 1 to %d, or 0 for one a processor", threads, LENET5_MAX_THREADS);
}

static bool left_behind(const workers *pool)
{
    return pool->count > 1 && pool->owner != getpid();
}

lenet5_status lenet5_workers_check(const workers *pool, lenet5_error *error)
{
    if (!left_behind(pool))
        return LENET5_OK;
    return lenet5_fail(error, LENET5_E_FORKED, LENET5_NO_OFFSET,
                       "a training of %zu threads cannot continue in a child process; save it and resume it in the "
                       "child, or train with one thread",
                       pool->count);
}

/* Not to be called in a child process: the lock's state after a fork is undefined. */
static void join(workers *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    pthread_cond_broadcast(&pool->posted);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i + 1 < pool->count; i++)
        pthread_join(pool->others[i].thread, NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->posted);
    pthread_mutex_destroy(&pool->lock);
}

void lenet5_workers_free(workers *pool)
{
    if (!pool)
        return;
    if (!left_behind(pool))
        join(pool);
    free(pool->others);
    free(pool);
}

size_t lenet5_workers_count(const workers *pool)
{
    return pool->count;
}

static void wait_for_others(workers *pool)
{
    for (unsigned i = 0; i < pool->spins && atomic_load(&pool->busy) > 0; i++)
        relax();
    pthread_mutex_lock(&pool->lock);
    while (atomic_load(&pool->busy) > 0)
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

static void run(workers *pool, workers_piece piece, void *job, size_t count, bool each)
{
    const bool shared = count > 1 && pool->count > 1;
    pool->piece = piece;
    pool->job = job;
    pool->pieces = count;
    pool->each = each;
    atomic_store(&pool->next, 0);
    if (shared) {
        pthread_mutex_lock(&pool->lock);
        atomic_store(&pool->busy, pool->count - 1);
        atomic_fetch_add(&pool->job_number, 1);
        pthread_cond_broadcast(&pool->posted);
        pthread_mutex_unlock(&pool->lock);
    }
    take_pieces(pool, 0);
    if (shared)
        wait_for_others(pool);
}

void lenet5_workers_run(workers *pool, workers_piece piece, void *job, size_t count)
{
    run(pool, piece, job, count, false);
}

void lenet5_workers_run_each(workers *pool, workers_piece piece, void *job)
{
    run(pool, piece, job, pool->count, true);
}
