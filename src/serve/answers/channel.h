/*
 * A channel: events of a training, for any number of readers. The latest events are kept once, in a ring, as are the
 * latest states; each reader has a position in both, so that more readers need no more memory. A reader that falls
 * further behind than the rings reach is lost and has to begin again. Every function may be called from any thread.
 */
#ifndef LENET5_SERVE_CHANNEL_H
#define LENET5_SERVE_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct channel channel;

/* NULL if memory is out. */
channel *channel_new(void);
void channel_free(channel *c);

/*
 * Adds an event, whose data is JSON in one line. "state" is kept for readers that begin later; "end" is the last event.
 */
void channel_publish(channel *c, const char *event, const char *json);

/* Whether anything has been published. */
bool channel_is_open(channel *c);

typedef struct channel_reader {
    bool in_state;     /* it is being given a state, */
    uint64_t state;    /* which has this number, */
    size_t state_read; /* and of which it has read these bytes */
    uint64_t position; /* in the events */
} channel_reader;

/* Begins with the latest state, if there is one, and what follows it. */
channel_reader channel_begin(channel *c);

typedef enum channel_result {
    CHANNEL_READ,  /* *size bytes have been read */
    CHANNEL_EMPTY, /* there is nothing new */
    CHANNEL_ENDED, /* and there will be nothing any more */
    CHANNEL_LOST   /* what the reader should read next has been overwritten */
} channel_result;

/* Reads at most max bytes of server-sent events. */
channel_result channel_read(size_t *size, channel *c, channel_reader *reader, char *to, size_t max);

#endif
