/*
 * GET /v1/training: server-sent events of a training. What has been told lately is kept once, in a ring, as are the
 * latest states, and each client has its place in both, so that no number of clients needs more of them. One that is
 * further behind than the rings reach is let go, as is one that takes nothing for a while (loop.c); it comes back by
 * itself to the state as it is then.
 */
#include <stdlib.h>
#include <string.h>

#include "server.h"

#define KEPT ((size_t)4 << 20) /* bytes of the ring: some seconds of the busiest training */
#define STATES 16              /* that are kept; up to 8 are sent in a second */
#define BLOCK 16384            /* bytes that a client is given at once */

/* All that had been told at a moment, as an event, for those who come later. */
typedef struct state {
    uint64_t at; /* the place of the moment */
    size_t size;
    char bytes[];
} state;

struct channel {
    pthread_mutex_t turn;
    state *states[STATES]; /* a ring */
    uint64_t state_count;  /* in all: the latest is the one before */
    char *events;          /* (KEPT), a ring; NULL: nothing has been published */
    uint64_t told;         /* bytes in all; a place is a number of them */
    bool over;             /* nothing will be told any more */
};

typedef struct stream {
    channel *channel;
    connection *connection;
    bool beginning; /* it is given a state, */
    uint64_t state; /* which has that number, */
    size_t taken;   /* and has taken so many bytes of it */
    uint64_t at;    /* its place */
} stream;

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
    for (size_t i = 0; i < STATES; i++)
        free(c->states[i]);
    free(c->events);
    free(c);
}

/* ---- Telling -------------------------------------------------------------------------------------------------- */

static void put(channel *c, const char *text)
{
    for (size_t left = strlen(text), size; left > 0; left -= size, text += size) {
        const size_t place = (size_t)(c->told % KEPT);
        size = left < KEPT - place ? left : KEPT - place;
        memcpy(c->events + place, text, size);
        c->told += size;
    }
}

/* Where there is no memory for it, the one before stays. */
static void keep_state(channel *c, const char *json)
{
    static const char begin[] = "event: state\ndata: ", end[] = "\n\n";
    const size_t size = sizeof begin - 1 + strlen(json) + sizeof end - 1;
    state *s = malloc(sizeof *s + size + 1);
    if (!s)
        return;
    *s = (state){.at = c->told, .size = size};
    strcpy(s->bytes, begin);
    strcat(s->bytes, json);
    strcat(s->bytes, end);
    state **place = &c->states[c->state_count++ % STATES];
    free(*place);
    *place = s;
}

void channel_publish(channel *c, const char *event, const char *json)
{
    pthread_mutex_lock(&c->turn);
    if (!c->events)
        c->events = malloc(KEPT);
    if (strcmp(event, "state") == 0) {
        keep_state(c, json);
    } else if (c->events) {
        put(c, "event: ");
        put(c, event);
        put(c, "\ndata: ");
        put(c, json);
        put(c, "\n\n");
    }
    c->over |= strcmp(event, "end") == 0;
    pthread_mutex_unlock(&c->turn);
}

/* ---- MHD asks ------------------------------------------------------------------------------------------------- */

static size_t take_state(stream *s, char *to, size_t most)
{
    if (!s->beginning)
        return 0;
    const state *given = s->channel->states[s->state % STATES];
    size_t size = given->size - s->taken;
    size = size < most ? size : most;
    memcpy(to, given->bytes + s->taken, size);
    s->taken += size;
    s->beginning = s->taken < given->size;
    return size;
}

/* Whether what it should be given next has been overwritten. */
static bool is_late(const stream *s)
{
    const channel *c = s->channel;
    return c->told - s->at > KEPT || (s->beginning && c->state_count - s->state > STATES);
}

static size_t take_events(stream *s, char *to, size_t most)
{
    const size_t place = (size_t)(s->at % KEPT);
    size_t size = (size_t)(s->channel->told - s->at);
    size = size < KEPT - place ? size : KEPT - place;
    size = size < most ? size : most;
    if (size > 0)
        memcpy(to, s->channel->events + place, size);
    s->at += size;
    return size;
}

/* Shows that the stream is alive, and finds out whether the client is. */
static size_t put_sign(const connection *c, char *to, size_t most)
{
    static const char sign[] = ":\n\n";
    const bool due = c->loop->now - c->since > STREAM_PAUSE && most >= sizeof sign - 1;
    if (due)
        memcpy(to, sign, sizeof sign - 1);
    return due ? sizeof sign - 1 : 0;
}

static ssize_t give(void *context, uint64_t position, char *to, size_t most)
{
    stream *s = context;
    connection *c = s->connection;
    (void)position;
    pthread_mutex_lock(&s->channel->turn);
    const bool late = is_late(s);
    size_t size = late ? 0 : take_state(s, to, most);
    if (size == 0 && !late)
        size = take_events(s, to, most);
    const bool over = size == 0 && (s->channel->over || c->loop->stopping);
    pthread_mutex_unlock(&s->channel->turn);
    if (late)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (over)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (size == 0)
        size = put_sign(c, to, most);
    if (size == 0)
        MHD_suspend_connection(c->mhd);
    else
        c->since = c->loop->now;
    c->request.answer_size += size;
    return (ssize_t)size;
}

/* NULL once the request is refused. */
static stream *stream_new(request *r)
{
    channel *c = r->connection->loop->server->channel;
    stream *s = calloc(1, sizeof *s);
    if (!s) {
        refuse_memory(r);
        return NULL;
    }
    *s = (stream){.channel = c, .connection = r->connection};
    pthread_mutex_lock(&c->turn);
    s->beginning = c->state_count > 0;
    s->state = c->state_count - s->beginning;
    s->at = s->beginning ? c->states[s->state % STATES]->at : c->told;
    pthread_mutex_unlock(&c->turn);
    return s;
}

/* Whether there is, or was, a training to be watched; refuses where there is none. */
static bool is_open(request *r)
{
    channel *c = r->connection->loop->server->channel;
    pthread_mutex_lock(&c->turn);
    const bool open = c->events;
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
    if (!s)
        return;
    r->ready = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, give, s, free);
    if (!r->ready) {
        free(s);
        refuse_memory(r);
        return;
    }
    r->status = MHD_HTTP_OK;
    r->type = "text/event-stream";
    r->streams = true;
}
