/* Threads for what would hold up a loop: pictures that are read, and many digits at once. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "server.h"

struct pool {
    server *server;
    pthread_t *threads;
    unsigned count;       /* of threads that run */
    pthread_mutex_t turn; /* of what follows */
    pthread_cond_t news;
    request *first, **last;
    size_t waiting;
    bool stopping;
};

static request *take(pool *p)
{
    pthread_mutex_lock(&p->turn);
    while (!p->first && !p->stopping)
        pthread_cond_wait(&p->news, &p->turn);
    request *r = p->first;
    if (r) {
        p->first = r->next;
        p->last = p->first ? p->last : &p->first;
        p->waiting--;
    }
    pthread_mutex_unlock(&p->turn);
    return r;
}

bool pool_goes_on(request *r)
{
    if (!r->status && atomic_load(&r->abandoned))
        refuse_error(r, &(lenet5_error){.status = LENET5_E_STOPPED});
    else if (!r->status && lenet5_clock() > r->until)
        refuse_error(r, &(lenet5_error){.status = LENET5_E_TIME});
    return !r->status;
}

static void *work(void *context)
{
    pool *p = context;
    lenet5_error error;
    lenet5_reader *reader = NULL;
    for (request *r; (r = take(p));) {
        r->until = lenet5_clock() + PICTURES_TIME * p->server->options.read_seconds;
        if (!reader && lenet5_reader_new(&reader, p->server->options.strings, &error) != LENET5_OK)
            refuse_error(r, &error);
        else if (pool_goes_on(r))
            r->work(r, reader);
        loop_give_back(r->connection->loop, r);
    }
    lenet5_reader_free(reader);
    return NULL;
}

void pool_add(pool *p, request *r, void (*todo)(request *r, lenet5_reader *reader))
{
    r->work = todo;
    r->next = NULL;
    pthread_mutex_lock(&p->turn);
    const bool room = p->waiting < p->server->options.queue;
    if (room) {
        r->pooled = true;
        *p->last = r;
        p->last = &r->next;
        p->waiting++;
        pthread_cond_signal(&p->news);
    }
    pthread_mutex_unlock(&p->turn);
    if (!room)
        refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, "too many pictures are waiting to be read; try again later");
}

lenet5_status pool_start(pool **started, server *s, lenet5_error *error)
{
    pool *p = calloc(1, sizeof *p);
    *started = p;
    if (!p)
        return lenet5_fail_memory(error);
    p->server = s;
    p->last = &p->first;
    pthread_mutex_init(&p->turn, NULL);
    pthread_cond_init(&p->news, NULL);
    p->threads = calloc(s->threads, sizeof *p->threads);
    if (!p->threads)
        return lenet5_fail_memory(error);
    lenet5_status status = LENET5_OK;
    for (bool running = true; running && p->count < s->threads; p->count += running)
        status = start_thread(&p->threads[p->count], &running, work, p, error);
    return p->count > 0 ? LENET5_OK : status;
}

void pool_stop(pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->turn);
    p->stopping = true;
    pthread_cond_broadcast(&p->news);
    pthread_mutex_unlock(&p->turn);
    for (unsigned i = 0; i < p->count; i++)
        pthread_join(p->threads[i], NULL);
    pthread_cond_destroy(&p->news);
    pthread_mutex_destroy(&p->turn);
    free(p->threads);
    free(p);
}
