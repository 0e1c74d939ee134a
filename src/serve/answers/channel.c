#include "channel.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define RING ((size_t)4 << 20) /* bytes of events: some seconds of the busiest training */
#define STATES 16              /* that are kept: up to 8 come in a second, so a reader has two seconds to read one */

/* All that had been published at a moment, as one event, for readers that begin later. */
typedef struct state {
    uint64_t position; /* in the events, of the moment */
    size_t size;
    char bytes[];
} state;

struct channel {
    pthread_mutex_t lock;
    state *states[STATES]; /* a ring */
    uint64_t state_count;  /* in all; the latest has the number below it */
    char *events;          /* (RING), a ring; NULL: nothing has been published */
    uint64_t written;      /* bytes in all; a position counts them */
    bool ended;
};

channel *channel_new(void)
{
    channel *c = calloc(1, sizeof *c);
    if (c)
        pthread_mutex_init(&c->lock, NULL);
    return c;
}

void channel_free(channel *c)
{
    if (!c)
        return;
    pthread_mutex_destroy(&c->lock);
    for (size_t i = 0; i < STATES; i++)
        free(c->states[i]);
    free(c->events);
    free(c);
}

/* ---- Publishing -------------------------------------------------------------------------------------------------- */

static void put(channel *c, const char *text)
{
    for (size_t left = strlen(text), size; left > 0; left -= size, text += size) {
        const size_t position = (size_t)(c->written % RING);
        size = left < RING - position ? left : RING - position;
        assert(position + size <= RING);
        memcpy(c->events + position, text, size);
        c->written += size;
    }
}

/* If memory is out, the state before stays the latest. */
static void keep_state(channel *c, const char *json)
{
    static const char begin[] = "event: state\ndata: ", end[] = "\n\n";
    const size_t size = sizeof begin - 1 + strlen(json) + sizeof end - 1;
    state *s = malloc(sizeof *s + size + 1);
    if (!s)
        return;
    *s = (state){.position = c->written, .size = size};
    strcpy(s->bytes, begin);
    strcat(s->bytes, json);
    strcat(s->bytes, end);
    state **slot = &c->states[c->state_count++ % STATES];
    free(*slot);
    *slot = s;
}

void channel_publish(channel *c, const char *event, const char *json)
{
    pthread_mutex_lock(&c->lock);
    if (!c->events)
        c->events = malloc(RING);
    if (strcmp(event, "state") == 0) {
        keep_state(c, json);
    } else if (c->events) {
        put(c, "event: ");
        put(c, event);
        put(c, "\ndata: ");
        put(c, json);
        put(c, "\n\n");
    }
    c->ended |= strcmp(event, "end") == 0;
    pthread_mutex_unlock(&c->lock);
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

bool channel_is_open(channel *c)
{
    pthread_mutex_lock(&c->lock);
    const bool open = c->events;
    pthread_mutex_unlock(&c->lock);
    return open;
}

channel_reader channel_begin(channel *c)
{
    channel_reader reader = {0};
    pthread_mutex_lock(&c->lock);
    reader.in_state = c->state_count > 0;
    reader.state = c->state_count - reader.in_state;
    reader.position = reader.in_state ? c->states[reader.state % STATES]->position : c->written;
    pthread_mutex_unlock(&c->lock);
    return reader;
}

static bool is_lost(const channel *c, const channel_reader *reader)
{
    return c->written - reader->position > RING || (reader->in_state && c->state_count - reader->state > STATES);
}

static size_t read_state(const channel *c, channel_reader *reader, char *to, size_t max)
{
    if (!reader->in_state)
        return 0;
    const state *s = c->states[reader->state % STATES];
    size_t size = s->size - reader->state_read;
    size = size < max ? size : max;
    memcpy(to, s->bytes + reader->state_read, size);
    reader->state_read += size;
    reader->in_state = reader->state_read < s->size;
    return size;
}

static size_t read_events(const channel *c, channel_reader *reader, char *to, size_t max)
{
    const size_t position = (size_t)(reader->position % RING);
    size_t size = (size_t)(c->written - reader->position);
    size = size < RING - position ? size : RING - position;
    size = size < max ? size : max;
    if (size > 0)
        memcpy(to, c->events + position, size);
    reader->position += size;
    return size;
}

channel_result channel_read(size_t *size, channel *c, channel_reader *reader, char *to, size_t max)
{
    *size = 0;
    pthread_mutex_lock(&c->lock);
    const bool lost = is_lost(c, reader), ended = c->ended;
    if (!lost)
        *size = read_state(c, reader, to, max);
    if (!lost && *size == 0)
        *size = read_events(c, reader, to, max);
    pthread_mutex_unlock(&c->lock);
    return lost ? CHANNEL_LOST : *size > 0 ? CHANNEL_READ : ended ? CHANNEL_ENDED : CHANNEL_EMPTY;
}
