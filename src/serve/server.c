/* The server as a whole: starts its parts in their order, and ends them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "answers/answers.h"
#include "answers/batcher.h"
#include "answers/channel.h"
#include "base/clock.h"
#include "base/error.h"
#include "serve.h"
#include "transport/listener.h"
#include "transport/loop.h"
#include "transport/sandbox.h"
#include "transport/secrets.h"

struct server {
    transport transport;
    answers answers;
    listener *listener;
    unsigned loops;    /* the number wanted */
    char sandbox[160]; /* what is in force, for people */
};

static unsigned number_of_loops(const serve_options *o)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const unsigned threads = o->threads ? o->threads : processors > 0 ? (unsigned)processors : 1;
    return threads < LENET5_MAX_THREADS ? threads : LENET5_MAX_THREADS;
}

static lenet5_status create_loops(server *s, lenet5_error *error)
{
    transport *t = &s->transport;
    lenet5_status status = LENET5_OK;
    t->loops = calloc(s->loops, sizeof *t->loops);
    if (!t->loops)
        return lenet5_fail_memory(error);
    for (; status == LENET5_OK && t->loop_count < s->loops; t->loop_count += status == LENET5_OK)
        status = loop_new(&t->loops[t->loop_count], t, batcher_answer, s->answers.batchers[t->loop_count], error);
    return status;
}

static lenet5_status start_parts(server *s, lenet5_error *error)
{
    transport *t = &s->transport;
    const serve_options *o = &t->options;
    if (getrandom(&t->seed, sizeof t->seed, 0) != (ssize_t)sizeof t->seed)
        return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET, "the system has no random numbers: %s",
                           strerror(errno));
    lenet5_status status = listener_open(&s->listener, t, error);
    t->admission = admission_new(o->connections, o->connections_per_address);
    t->secrets = secrets_new();
    if (status == LENET5_OK && (!t->admission || !t->secrets))
        status = lenet5_fail_memory(error);
    if (status == LENET5_OK)
        status = secrets_replace(t->secrets, o->token, o->cert, o->key, error);
    if (status == LENET5_OK)
        status = answers_new(&s->answers, t, s->loops, error);
    if (status == LENET5_OK)
        status = create_loops(s, error);
    if (status == LENET5_OK && o->sandbox) /* when everything is open, and before there are threads, which inherit it */
        sandbox_enter(s->sandbox, sizeof s->sandbox, o->files);
    if (status == LENET5_OK)
        status = answers_run(&s->answers, error);
    for (unsigned i = 0; status == LENET5_OK && i < t->loop_count; i++)
        status = loop_run(t->loops[i], error);
    return status == LENET5_OK ? listener_run(s->listener, error) : status;
}

lenet5_status serve_start(server **started, const serve_options *options, lenet5_error *error)
{
    server *s = calloc(1, sizeof *s);
    if (!s)
        return lenet5_fail_memory(error);
    s->transport.options = *options;
    s->transport.memory.limit = MEMORY_BODIES * options->max_body;
    s->loops = number_of_loops(options);
    const lenet5_status status = start_parts(s, error);
    if (status == LENET5_OK)
        *started = s;
    else
        serve_stop(s, 0);
    return status;
}

const char *serve_url(const server *s)
{
    return s->transport.url;
}

const char *serve_sandbox(const server *s)
{
    return s->sandbox;
}

lenet5_status serve_reload(server *s, const char *token, const char *cert, const char *key, lenet5_error *error)
{
    const serve_options *o = &s->transport.options;
    if (!token != !o->token || !cert != !o->cert || !key != !o->key)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "a server keeps the kinds of its secrets");
    return secrets_replace(s->transport.secrets, token, cert, key, error);
}

void serve_publish(server *s, const char *event, const char *json)
{
    transport *t = &s->transport;
    channel_publish(s->answers.channel, event, json);
    for (unsigned i = 0; i < t->loop_count; i++)
        loop_notify_published(t->loops[i]);
}

void serve_drain(server *s)
{
    atomic_store(&s->transport.draining, true);
}

/*
 * A loop ends when its last connection has, and so when its last request has come back from the pool. All loops are
 * joined before one is ended, because each reads the counters of all.
 */
void serve_stop(server *s, double seconds)
{
    if (!s)
        return;
    transport *t = &s->transport;
    serve_drain(s);
    atomic_store(&t->stopping, true);
    listener_close(s->listener);
    for (unsigned i = 0; i < t->loop_count; i++)
        loop_stop(t->loops[i], lenet5_clock() + seconds);
    for (unsigned i = 0; i < t->loop_count; i++)
        loop_join(t->loops[i]);
    for (unsigned i = 0; i < t->loop_count; i++)
        loop_free(t->loops[i]);
    answers_free(&s->answers);
    listener_free(s->listener);
    admission_free(t->admission);
    secrets_free(t->secrets);
    free(t->loops);
    free(s);
}
