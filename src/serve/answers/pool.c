#include "pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "base/clock.h"
#include "base/error.h"
#include "serve/transport/loop.h"
#include "serve/transport/response.h"
#include "serve/transport/thread.h"

struct pool {
    const serve_options *options;
    pthread_t *threads;
    unsigned count;       /* of threads that run */
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    request *first, **last; /* the queue; last is where the next request is linked */
    size_t queued;
    bool stopping;
};

/* Takes the next request, waiting for one; NULL if the pool is stopping and none is left. */
static request *take(pool *p)
{
    pthread_mutex_lock(&p->lock);
    while (!p->first && !p->stopping)
        pthread_cond_wait(&p->changed, &p->lock);
    request *r = p->first;
    if (r) {
        p->first = r->next;
        p->last = p->first ? p->last : &p->first;
        p->queued--;
    }
    pthread_mutex_unlock(&p->lock);
    return r;
}

bool pool_should_continue(request *r)
{
    if (!r->status && atomic_load(&r->abandoned))
        response_fail_error(r, &(lenet5_error){.status = LENET5_E_STOPPED});
    else if (!r->status && lenet5_clock() > r->deadline)
        response_fail_error(r, &(lenet5_error){.status = LENET5_E_TIME});
    return !r->status;
}

static void *run(void *context)
{
    pool *p = context;
    lenet5_error error;
    lenet5_reader *reader = NULL;
    for (request *r; (r = take(p));) {
        r->deadline = lenet5_clock() + REQUEST_READ_TIMES * p->options->read_seconds;
        if (!reader && lenet5_reader_new(&reader, p->options->strings, &error) != LENET5_OK)
            response_fail_error(r, &error);
        else if (pool_should_continue(r))
            r->work(r, reader);
        loop_return_request(r->connection->loop, r);
    }
    lenet5_reader_free(reader);
    return NULL;
}

void pool_add(request *r, void (*work)(request *r, lenet5_reader *reader))
{
    pool *p = request_answers(r)->pool;
    r->work = work;
    r->next = NULL;
    pthread_mutex_lock(&p->lock);
    const bool accepted = p->queued < p->options->queue;
    if (accepted) {
        r->pooled = true;
        *p->last = r;
        p->last = &r->next;
        p->queued++;
        pthread_cond_signal(&p->changed);
    }
    pthread_mutex_unlock(&p->lock);
    if (!accepted)
        response_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE, "too many pictures are waiting to be read; try again later");
}

lenet5_status pool_start(pool **started, const serve_options *options, unsigned threads, lenet5_error *error)
{
    pool *p = calloc(1, sizeof *p);
    *started = p;
    if (!p)
        return lenet5_fail_memory(error);
    p->options = options;
    p->last = &p->first;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    p->threads = calloc(threads, sizeof *p->threads);
    if (!p->threads)
        return lenet5_fail_memory(error);
    lenet5_status status = LENET5_OK;
    for (bool running = true; running && p->count < threads; p->count += running)
        status = thread_start(&p->threads[p->count], &running, run, p, error);
    return p->count > 0 ? LENET5_OK : status;
}

void pool_stop(pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->count; i++)
        pthread_join(p->threads[i], NULL);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p->threads);
    free(p);
}
