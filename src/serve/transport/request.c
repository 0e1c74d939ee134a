#include "request.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "access_log.h"
#include "base/clock.h"
#include "connection.h"
#include "loop.h"
#include "parameters.h"
#include "request_head.h"
#include "response.h"

#define KEPT_ROOM 4096 /* bytes of a body's memory that a connection keeps for its next request */

const char *request_header(const request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection->mhd, MHD_HEADER_KIND, name);
}

bool request_has_type(const request *r, const char *type)
{
    const char *given = r->content_type;
    const size_t length = strlen(type);
    return given && strncasecmp(given, type, length) == 0 &&
           (type[length - 1] == '/' || given[length] == '\0' || strchr("; \t", given[length]));
}

/* ---- The body ---------------------------------------------------------------------------------------------------- */

void request_reject(request *r, unsigned status, const char *reason)
{
    r->reject_status = status;
    r->reject_reason = reason;
}

static void drop_body(request *r)
{
    free(r->body);
    r->body = NULL;
    r->size = r->room = 0;
    memory_release(&request_transport(r)->memory, &r->reserved);
}

static bool make_room(request *r, size_t size)
{
    const size_t room = r->room * 2 > size ? r->room * 2 : size + KEPT_ROOM / 4;
    if (!memory_reserve(&request_transport(r)->memory, &r->reserved, room))
        return false;
    uint8_t *larger = realloc(r->body, room);
    r->body = larger ? larger : r->body;
    r->room = larger ? room : r->room;
    return larger;
}

static void receive_chunk(request *r, const char *chunk, size_t size)
{
    if (r->reject_status)
        return;
    if (size > request_options(r)->max_body - r->size)
        request_reject(r, MHD_HTTP_CONTENT_TOO_LARGE, RESPONSE_TOO_LONG);
    else if (r->room - r->size < size && !make_room(r, r->size + size))
        request_reject(r, MHD_HTTP_SERVICE_UNAVAILABLE, RESPONSE_BUSY);
    if (r->reject_status) {
        drop_body(r);
        return;
    }
    assert(size <= r->room - r->size);
    memcpy(r->body + r->size, chunk, size);
    r->size += size;
}

/* ---- The response ------------------------------------------------------------------------------------------------ */

static enum MHD_Result collect_parameter(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    parameter *p = parameter_add(context, name);
    (void)kind;
    if (p && value)
        p->value = value;
    return p ? MHD_YES : MHD_NO;
}

/* Answers the request, now that all of it is there, or has its route's function see to that. */
static void answer(request *r)
{
    r->stage = STAGE_WAITING;
    r->connection->since = lenet5_clock();
    if (r->reject_status)
        response_fail(r, r->reject_status, "%s", r->reject_reason);
    else if (r->preflight)
        r->status = MHD_HTTP_NO_CONTENT;
    else
        MHD_get_connection_values(r->connection->mhd, MHD_GET_ARGUMENT_KIND, collect_parameter, r);
    if (!r->status)
        r->route->answer(r);
}

enum MHD_Result request_handle(void *context, struct MHD_Connection *mhd, const char *url, const char *method,
                               const char *version, const char *upload, size_t *upload_size, void **own)
{
    (void)context, (void)url;
    request *r = *own;
    if (!r || r->stage == STAGE_CUT)
        return MHD_NO;
    if (r->stage == STAGE_HEADERS) {
        const enum MHD_Result received = request_head_receive(r, method, version);
        if (received == MHD_NO || !r->reject_status || !request_header(r, MHD_HTTP_HEADER_EXPECT))
            return received; /* a client that waits for 100 Continue is answered before its body */
    } else if (*upload_size > 0) {
        receive_chunk(r, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (r->stage == STAGE_BODY)
        answer(r);
    if (!r->pooled && r->status)
        return response_send(r, mhd);
    MHD_suspend_connection(mhd);
    return MHD_YES;
}

/* ---- The end ----------------------------------------------------------------------------------------------------- */

/* Makes the request ready for the next one of its connection. */
static void reset(request *r)
{
    if (r->job)
        r->job_free(r->job);
    text_free(&r->response);
    memory_release(&request_transport(r)->memory, &r->response_reserved);
    if (r->room > KEPT_ROOM)
        drop_body(r);
    const request fresh = {.connection = r->connection, .body = r->body, .room = r->room, .reserved = r->reserved};
    *r = fresh;
}

void request_free(request *r)
{
    reset(r);
    drop_body(r);
}

void request_count(const request *r, counter which, uint64_t more)
{
    counters_add(loop_counters(r->connection->loop), which, more);
}

void request_record(request *r, double seconds)
{
    loop *l = r->connection->loop;
    const size_t index = route_index(request_transport(r)->routes, r->route ? r->route : &route_unknown);
    counters_add_request(loop_counters(l), index, r->status, seconds, r->stream);
    access_log_write(loop_log(l), request_options(r)->log, r, seconds);
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
    if (r->in_flight)
        counters_subtract(loop_counters(c->loop), COUNT_IN_FLIGHT);
    if (r->stage != STAGE_CUT && r->status)
        request_record(r, c->since - r->begun);
    reset(r);
    *own = NULL;
}
