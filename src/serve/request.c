/*
 * A request on its way: MHD calls request_begin with the first line, request_handle with the headers, with each piece
 * of the body, at its end, and again when an answer that was waited for is there; request_completed when all is sent. A
 * request that is refused early is read to its end all the same, without being kept: a client that is still writing
 * would not see an answer on a closed connection.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "server.h"

#define KEPT_ROOM 4096  /* bytes of a body's memory that a connection keeps for its next request */
#define HELD_AT_ONCE 16 /* times the longest body: so much is in memory at most, of all that is counted in held */
#define BUSY "too much is being sent and answered at once; try again later"

/* ---- Answers -------------------------------------------------------------------------------------------------- */

static void settle(request *r, unsigned status, const char *type)
{
    r->status = status;
    r->type = type;
}

void refuse(request *r, unsigned status, const char *format, ...)
{
    char message[700];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    r->answer.size = 0;
    r->json_size = 0;
    text_puts(&r->answer, "{\"error\":");
    text_string(&r->answer, message);
    text_puts(&r->answer, "}\n");
    settle(r, status, JSON_TYPE);
}

void refuse_memory(request *r)
{
    text_free(&r->answer);
    refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory; try again later");
}

void refuse_error(request *r, const lenet5_error *error)
{
    const double seconds = r->connection->loop->server->options.read_seconds;
    switch (error->status) {
    case LENET5_E_MEMORY: refuse_memory(r); break;
    case LENET5_E_TIME:
        refuse(r, MHD_HTTP_GATEWAY_TIMEOUT,
               "not read within the server's limits: %g seconds for a page (--read-timeout), %g for a request", seconds,
               PICTURES_TIME * seconds);
        break;
    case LENET5_E_STOPPED:
        refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, "reading was stopped: the client has left, or the server is ending");
        break;
    default: refuse(r, MHD_HTTP_BAD_REQUEST, "%s", error->message);
    }
}

/*
 * Counts a piece of memory that has grown from *kept bytes. False where too much is in memory already. What is short is
 * always taken, so that large requests do not keep the others out; its sum is bounded by the number of connections.
 */
static bool hold(server *s, size_t *kept, size_t room)
{
    const size_t more = room > *kept ? room - *kept : 0;
    const size_t held = atomic_fetch_add(&s->held, more) + more;
    if (more > 0 && room > SHORT_BODY && held > HELD_AT_ONCE * s->options.max_body) {
        atomic_fetch_sub(&s->held, more);
        return false;
    }
    *kept += more;
    return true;
}

bool hold_answer(request *r)
{
    server *s = r->connection->loop->server;
    if (r->answer.size > s->options.max_answer)
        refuse(r, MHD_HTTP_CONTENT_TOO_LARGE,
               "the answer is longer than %zu bytes (--max-answer); ask for less at once", s->options.max_answer);
    else if (!hold(s, &r->answer_kept, r->answer.room))
        refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, BUSY);
    return !r->status;
}

bool hold_copy(request *r, size_t size)
{
    if (!hold(r->connection->loop->server, &r->copy_kept, size))
        refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, BUSY);
    return !r->status;
}

void drop_copy(request *r)
{
    atomic_fetch_sub(&r->connection->loop->server->held, r->copy_kept);
    r->copy_kept = 0;
}

void answer_text(request *r, const char *type)
{
    if (r->answer.failed)
        refuse_memory(r);
    else if (hold_answer(r))
        settle(r, MHD_HTTP_OK, type);
}

void answer_json(request *r, json_t *object)
{
    text_json(&r->answer, object);
    text_puts(&r->answer, "\n");
    answer_text(r, JSON_TYPE);
}

/* ---- The body ------------------------------------------------------------------------------------------------- */

static void drop_body(request *r)
{
    free(r->body);
    r->body = NULL;
    r->size = r->room = 0;
    atomic_fetch_sub(&r->connection->loop->server->held, r->kept);
    r->kept = 0;
}

static bool make_room(request *r, size_t size)
{
    const size_t room = r->room * 2 > size ? r->room * 2 : size + KEPT_ROOM / 4;
    if (!hold(r->connection->loop->server, &r->kept, room))
        return false;
    uint8_t *larger = realloc(r->body, room);
    r->body = larger ? larger : r->body;
    r->room = larger ? room : r->room;
    return larger;
}

static void take_piece(request *r, const char *piece, size_t size)
{
    if (r->refusal)
        return;
    if (size > r->connection->loop->server->options.max_body - r->size)
        turn_down(r, MHD_HTTP_CONTENT_TOO_LARGE, TOO_LONG);
    else if (r->room - r->size < size && !make_room(r, r->size + size))
        turn_down(r, MHD_HTTP_SERVICE_UNAVAILABLE, BUSY);
    if (r->refusal) {
        drop_body(r);
        return;
    }
    assert(size <= r->room - r->size);
    memcpy(r->body + r->size, piece, size);
    r->size += size;
}

/* ---- The answer ----------------------------------------------------------------------------------------------- */

static enum MHD_Result collect_parameter(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    parameter *p = parameter_add(context, name);
    (void)kind;
    if (p && value)
        p->value = value;
    return p ? MHD_YES : MHD_NO;
}

static void begin_answer(request *r)
{
    r->stage = STAGE_WAITING;
    r->connection->since = lenet5_clock();
    if (r->refusal)
        refuse(r, r->refusal, "%s", r->refused);
    else if (r->preflight)
        r->status = MHD_HTTP_NO_CONTENT;
    else
        MHD_get_connection_values(r->connection->mhd, MHD_GET_ARGUMENT_KIND, collect_parameter, r);
    if (!r->status)
        r->route->answer(r);
}

static void add_headers(struct MHD_Response *response, const request *r)
{
    char size[24];
    if (r->type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, r->type);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (r->json_size > 0) {
        snprintf(size, sizeof size, "%zu", r->json_size);
        MHD_add_response_header(response, JSON_LENGTH, size);
    }
    if (r->allow)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, r->allow);
    if (r->status == MHD_HTTP_SERVICE_UNAVAILABLE)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    if (r->status == MHD_HTTP_UNAUTHORIZED) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"lenet5\"");
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
                                "Basic realm=\"lenet5\", charset=\"UTF-8\"");
    }
    origin_add_headers(response, r);
    if (r->connection->loop->stopping)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

static enum MHD_Result send_answer(request *r, struct MHD_Connection *mhd)
{
    struct MHD_Response *response = r->ready;
    if (r->streams) {
        add_headers(response, r);
    } else if (!response) {
        r->answer_size = r->answer.size;
        response = MHD_create_response_from_buffer(r->answer.size, r->answer.bytes, MHD_RESPMEM_MUST_FREE);
        if (!response)
            return MHD_NO;
        r->answer = (text_buffer){0}; /* it is the response's now */
        add_headers(response, r);
    }
    const enum MHD_Result queued = MHD_queue_response(mhd, r->status, response);
    if (!r->ready || r->streams)
        MHD_destroy_response(response);
    r->stage = r->streams ? STAGE_STREAMING : STAGE_SENDING;
    r->connection->since = lenet5_clock();
    return queued;
}

enum MHD_Result request_handle(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
                               const char *version, const char *upload, size_t *upload_size, void **own)
{
    (void)context, (void)url;
    request *r = *own;
    if (!r || r->stage == STAGE_CUT)
        return MHD_NO;
    if (r->stage == STAGE_HEADERS) {
        const enum MHD_Result taken = take_headers(r, method, version);
        if (taken == MHD_NO || !r->refusal || !header_of(r, MHD_HTTP_HEADER_EXPECT))
            return taken;
    } else if (*upload_size > 0) {
        take_piece(r, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (r->stage == STAGE_BODY)
        begin_answer(r);
    if (!r->pooled && r->status)
        return send_answer(r, mhd);
    MHD_suspend_connection(mhd);
    return MHD_YES;
}

/* ---- The end -------------------------------------------------------------------------------------------------- */

/* Ready for the next one of the connection. */
static void reset(request *r)
{
    batch_free(&r->batch);
    text_free(&r->answer);
    atomic_fetch_sub(&r->connection->loop->server->held, r->answer_kept);
    if (r->room > KEPT_ROOM)
        drop_body(r);
    const request fresh = {.connection = r->connection, .body = r->body, .room = r->room, .kept = r->kept};
    *r = fresh;
}

void request_free(request *r)
{
    reset(r);
    drop_body(r);
}

void request_completed(void *context, struct MHD_Connection *mhd, void **own, enum MHD_RequestTerminationCode code)
{
    (void)context, (void)mhd, (void)code;
    request *r = *own;
    if (!r)
        return;
    connection *c = r->connection;
    c->since = lenet5_clock();
    c->served++;
    if (r->counted)
        count_less(c->loop, COUNT_IN_FLIGHT);
    if (r->stage != STAGE_CUT && r->status) {
        count_request(r, c->since - r->began);
        log_request(r, c->since - r->began);
    }
    reset(r);
    *own = NULL;
}
