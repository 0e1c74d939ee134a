/*
 * GET /v1/training: server-sent events of a training. Each client has what is still to be sent to it; one that does not
 * keep up is let go, and comes back by itself to the state as it is then.
 */
#include <stdlib.h>
#include <string.h>

#include "server.h"

#define MOST_PENDING ((size_t)4 << 20) /* bytes */
#define BLOCK 16384

typedef struct stream {
    struct stream *next;
    channel *channel;
    connection *connection;
    text_buffer pending;
    size_t sent;
    bool ended; /* once all is sent */
} stream;

struct channel {
    pthread_mutex_t turn;
    bool open; /* something has been published */
    char *state;
    stream *streams;
};

channel *channel_new(void)
{
    channel *c = calloc(1, sizeof *c);
    if (c)
        pthread_mutex_init(&c->turn, NULL);
    return c;
}

void channel_free(channel *c)
{
    if (!c)
        return;
    pthread_mutex_destroy(&c->turn);
    free(c->state);
    free(c);
}

static void put_event(stream *s, const char *event, const char *json)
{
    text_puts(&s->pending, "event: ");
    text_puts(&s->pending, event);
    text_puts(&s->pending, "\ndata: ");
    text_puts(&s->pending, json);
    text_puts(&s->pending, "\n\n");
    s->ended |= strcmp(event, "end") == 0 || s->pending.failed || s->pending.size - s->sent > MOST_PENDING;
}

void channel_publish(channel *c, const char *event, const char *json)
{
    pthread_mutex_lock(&c->turn);
    c->open = true;
    if (strcmp(event, "state") == 0) {
        char *copy = strdup(json);
        free(c->state);
        c->state = copy;
    } else {
        for (stream *s = c->streams; s; s = s->next)
            put_event(s, event, json);
    }
    pthread_mutex_unlock(&c->turn);
}

/* ---- MHD asks -------------------------------------------------------------------------------------------------------
 */

static ssize_t give(void *context, uint64_t position, char *to, size_t most)
{
    stream *s = context;
    connection *c = s->connection;
    (void)position;
    pthread_mutex_lock(&s->channel->turn);
    if (s->pending.size == s->sent && !s->ended && c->loop->now - c->since > STREAM_PAUSE)
        text_puts(&s->pending, ":\n\n"); /* shows that it is alive, and finds out whether the client is */
    size_t size = s->pending.size - s->sent;
    size = size < most ? size : most;
    if (size > 0)
        memcpy(to, s->pending.bytes + s->sent, size);
    s->sent += size;
    if (s->sent == s->pending.size)
        s->sent = s->pending.size = 0;
    const bool over = size == 0 && (s->ended || c->loop->stopping);
    pthread_mutex_unlock(&s->channel->turn);
    if (over)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (size == 0)
        MHD_suspend_connection(c->mhd);
    else
        c->since = c->loop->now;
    c->request.answer_size += size;
    return (ssize_t)size;
}

static void forget(void *context)
{
    stream *s = context;
    channel *c = s->channel;
    pthread_mutex_lock(&c->turn);
    stream **at = &c->streams;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    pthread_mutex_unlock(&c->turn);
    text_free(&s->pending);
    free(s);
}

static stream *stream_new(request *r)
{
    channel *c = r->connection->loop->server->channel;
    stream *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->channel = c;
    s->connection = r->connection;
    pthread_mutex_lock(&c->turn);
    if (c->state)
        put_event(s, "state", c->state);
    s->next = c->streams;
    c->streams = s;
    pthread_mutex_unlock(&c->turn);
    return s;
}

/* Whether there is, or was, a training to be watched; refuses where there is none. */
static bool is_open(request *r)
{
    channel *c = r->connection->loop->server->channel;
    pthread_mutex_lock(&c->turn);
    const bool open = c->open;
    pthread_mutex_unlock(&c->turn);
    if (!open)
        refuse(r, MHD_HTTP_NOT_FOUND, "no training is under way here; lenet5 train --watch shows one");
    return open;
}

void answer_watch_page(request *r)
{
    if (is_open(r))
        answer_asset(r);
}

void answer_training(request *r)
{
    stream *s = is_open(r) ? stream_new(r) : NULL;
    if (r->status)
        return;
    r->ready = s ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, give, s, forget) : NULL;
    if (!r->ready) {
        if (s)
            forget(s);
        refuse_memory(r);
        return;
    }
    r->status = MHD_HTTP_OK;
    r->type = "text/event-stream";
    r->streams = true;
}
