/*
 * A job is posted under the lock with a new number; every worker then takes pieces off a shared counter until none is
 * left. The caller works too, and waits at the end for those who are still at their last piece.
 */
#include "workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "lenet5.h"

typedef struct worker {
    workers *pool;
    pthread_t thread;
    size_t number;
} worker;

struct workers {
    size_t count; /* the caller included */
    worker *others;
    pthread_mutex_t lock;
    pthread_cond_t posted, done;
    unsigned long job_number;
    size_t busy; /* others who have not finished the job */
    bool closing;

    workers_piece piece;
    void *job;
    size_t pieces;
    atomic_size_t next;
};

static void take_pieces(workers *pool, size_t number)
{
    for (;;) {
        const size_t index = atomic_fetch_add(&pool->next, 1);
        if (index >= pool->pieces)
            return;
        pool->piece(pool->job, index, number);
    }
}

static void *work(void *argument)
{
    worker *self = argument;
    workers *pool = self->pool;
    unsigned long last = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->job_number == last && !pool->closing)
            pthread_cond_wait(&pool->posted, &pool->lock);
        if (pool->closing)
            break;
        last = pool->job_number;
        pthread_mutex_unlock(&pool->lock);
        take_pieces(pool, self->number);
        pthread_mutex_lock(&pool->lock);
        if (--pool->busy == 0)
            pthread_cond_signal(&pool->done);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static size_t wanted_count(unsigned threads)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const size_t count = threads ? threads : processors > 0 ? (size_t)processors : 1;
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

void lenet5_workers_free(workers *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    pthread_cond_broadcast(&pool->posted);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i + 1 < pool->count; i++)
        pthread_join(pool->others[i].thread, NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->posted);
    pthread_mutex_destroy(&pool->lock);
    free(pool->others);
    free(pool);
}

size_t lenet5_workers_count(const workers *pool)
{
    return pool->count;
}

void lenet5_workers_run(workers *pool, workers_piece piece, void *job, size_t count)
{
    pool->piece = piece;
    pool->job = job;
    pool->pieces = count;
    atomic_store(&pool->next, 0);
    if (count > 1 && pool->count > 1) {
        pthread_mutex_lock(&pool->lock);
        pool->busy = pool->count - 1;
        pool->job_number++;
        pthread_cond_broadcast(&pool->posted);
        pthread_mutex_unlock(&pool->lock);
    }
    take_pieces(pool, 0);
    pthread_mutex_lock(&pool->lock);
    while (pool->busy > 0)
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}
