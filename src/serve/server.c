/* The server as a whole: its parts in the order in which they start, and end. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "secrets.h"

lenet5_status start_thread(pthread_t *thread, bool *running, void *(*run)(void *context), void *context,
                           lenet5_error *error)
{
    const int failure = pthread_create(thread, NULL, run, context);
    *running = failure == 0;
    return *running ? LENET5_OK
                    : lenet5_fail(error, LENET5_E_MEMORY, LENET5_NO_OFFSET, "a thread cannot be started: %s",
                                  strerror(failure));
}

static unsigned threads_of(const serve_options *o)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const unsigned threads = o->threads ? o->threads : processors > 0 ? (unsigned)processors : 1;
    return threads < LENET5_MAX_THREADS ? threads : LENET5_MAX_THREADS;
}

static lenet5_status start_parts(server *s, lenet5_error *error)
{
    lenet5_status status = door_open(&s->door, s, error);
    if (status == LENET5_OK)
        status = secrets_load(s, s->options.token, s->options.cert, s->options.key, error);
    s->channel = channel_new();
    s->loops = calloc(s->threads, sizeof *s->loops);
    if (status == LENET5_OK && (!s->loops || !s->channel || !assets_load(s)))
        status = lenet5_fail_memory(error);
    for (unsigned i = 0; status == LENET5_OK && i < s->threads; i++) {
        s->loop_count = i + 1;
        status = loop_start(&s->loops[i], s, error);
    }
    if (status == LENET5_OK && s->options.sandbox) /* when all is open, and before there are threads */
        sandbox_enter(s->guards, sizeof s->guards, s->options.files);
    if (status == LENET5_OK)
        status = pool_start(&s->pool, s, error);
    for (unsigned i = 0; status == LENET5_OK && i < s->threads; i++)
        status = loop_run(&s->loops[i], error);
    return status == LENET5_OK ? door_run(s->door, error) : status;
}

lenet5_status serve_start(server **started, const serve_options *options, lenet5_error *error)
{
    server *s = calloc(1, sizeof *s);
    if (!s)
        return lenet5_fail_memory(error);
    s->options = *options;
    s->threads = threads_of(options);
    s->started = lenet5_clock();
    pthread_rwlock_init(&s->secrets_lock, NULL);
    const lenet5_status status = start_parts(s, error);
    if (status == LENET5_OK)
        *started = s;
    else
        serve_stop(s, 0);
    return status;
}

const char *serve_url(const server *s)
{
    return s->url;
}

const char *serve_guards(const server *s)
{
    return s->guards;
}

lenet5_status serve_reload(server *s, const char *token, const char *cert, const char *key, lenet5_error *error)
{
    if (!token != !s->options.token || !cert != !s->options.cert || !key != !s->options.key)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "a server keeps the kinds of its secrets");
    return secrets_load(s, token, cert, key, error);
}

void serve_publish(server *s, const char *event, const char *json)
{
    channel_publish(s->channel, event, json);
    for (unsigned i = 0; i < s->loop_count; i++)
        loop_tell(&s->loops[i]);
}

/* The loops end when their last client has left, and the last request has come back from the pool by then. */
void serve_stop(server *s, double seconds)
{
    if (!s)
        return;
    atomic_store(&s->stopping, true);
    if (s->door)
        door_close(s->door);
    for (unsigned i = 0; i < s->loop_count; i++)
        loop_stop(&s->loops[i], lenet5_clock() + seconds);
    for (unsigned i = 0; i < s->loop_count; i++)
        loop_join(&s->loops[i]); /* each looks at the counters of all */
    for (unsigned i = 0; i < s->loop_count; i++)
        loop_end(&s->loops[i]);
    pool_stop(s->pool);
    assets_free(s);
    channel_free(s->channel);
    door_free(s->door);
    secrets_free(s->secrets);
    pthread_rwlock_destroy(&s->secrets_lock);
    free(s->loops);
    free(s);
}
