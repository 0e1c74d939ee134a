/* GET /v1/training: server-sent events of a training. */
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "channel.h"
#include "routes.h"
#include "serve/transport/loop.h"
#include "serve/transport/response.h"

#define BLOCK 16384 /* bytes that MHD asks for at once */

typedef struct stream {
    channel *channel;
    channel_reader reader;
    connection *connection;
} stream;

/*
 * Writes a comment if the stream has been silent for a while: it shows that the server is alive, and fails if the
 * client is not.
 */
static size_t put_comment(const connection *c, char *to, size_t max)
{
    static const char comment[] = ":\n\n";
    const bool due = loop_now(c->loop) - c->since > STREAM_PAUSE && max >= sizeof comment - 1;
    if (due)
        memcpy(to, comment, sizeof comment - 1);
    return due ? sizeof comment - 1 : 0;
}

/* MHD asks for more bytes; a stream that has none is suspended until loop_notify_published. */
static ssize_t give(void *context, uint64_t position, char *to, size_t max)
{
    size_t size;
    stream *s = context;
    connection *c = s->connection;
    (void)position;
    const channel_result result = channel_read(&size, s->channel, &s->reader, to, max);
    if (result == CHANNEL_LOST)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (result == CHANNEL_ENDED || (result == CHANNEL_EMPTY && loop_is_stopping(c->loop)))
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (result == CHANNEL_EMPTY)
        size = put_comment(c, to, max);
    if (size == 0)
        MHD_suspend_connection(c->mhd);
    else
        c->since = loop_now(c->loop);
    c->request.response_size += size;
    return (ssize_t)size;
}

/* Whether there is, or was, a training; fails the request if not. */
static bool check_open(request *r)
{
    const bool open = channel_is_open(request_answers(r)->channel);
    if (!open)
        response_fail(r, MHD_HTTP_NOT_FOUND, "no training is under way here; lenet5 train --watch shows one");
    return open;
}

void answer_watch_page(request *r)
{
    if (check_open(r))
        answer_asset(r);
}

void answer_training(request *r)
{
    if (!check_open(r))
        return;
    channel *c = request_answers(r)->channel;
    stream *s = calloc(1, sizeof *s);
    if (s) {
        *s = (stream){.channel = c, .reader = channel_begin(c), .connection = r->connection};
        r->prepared = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, give, s, free);
    }
    if (!r->prepared) {
        free(s);
        response_fail_memory(r);
        return;
    }
    r->status = MHD_HTTP_OK;
    r->type = "text/event-stream";
    r->stream = true;
}
