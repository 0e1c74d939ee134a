#include "response.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "connection.h"
#include "origin.h"

#define MAX_ERROR 700     /* bytes of an error's message, which is cut there */
#define RETRY_SECONDS "1" /* of Retry-After with 503: the queue is some pages long */

/* ---- Errors ------------------------------------------------------------------------------------------------------ */

void response_fail(request *r, unsigned status, const char *format, ...)
{
    char message[MAX_ERROR];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    r->response.size = 0;
    r->json_size = 0;
    text_puts(&r->response, "{\"error\":");
    text_string(&r->response, message);
    text_puts(&r->response, "}\n");
    r->status = status;
    r->type = JSON_TYPE;
}

void response_fail_memory(request *r)
{
    text_free(&r->response);
    response_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory; try again later");
}

void response_fail_error(request *r, const lenet5_error *error)
{
    const double seconds = request_options(r)->read_seconds;
    switch (error->status) {
    case LENET5_E_MEMORY: response_fail_memory(r); break;
    case LENET5_E_TIME:
        response_fail(r, MHD_HTTP_GATEWAY_TIMEOUT,
                      "not read within the server's limits: %g seconds for a page (--read-timeout), %g for a request",
                      seconds, REQUEST_READ_TIMES * seconds);
        break;
    case LENET5_E_STOPPED:
        response_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE,
                      "reading was stopped: the client has left, or the server is ending");
        break;
    default: response_fail(r, MHD_HTTP_BAD_REQUEST, "%s", error->message);
    }
}

/* ---- Setting it -------------------------------------------------------------------------------------------------- */

bool response_reserve(request *r)
{
    transport *t = request_transport(r);
    if (r->response.size > t->options.max_answer)
        response_fail(r, MHD_HTTP_CONTENT_TOO_LARGE,
                      "the answer is longer than %zu bytes (--max-answer); ask for less at once",
                      t->options.max_answer);
    else if (!memory_reserve(&t->memory, &r->response_reserved, r->response.room))
        response_fail(r, MHD_HTTP_SERVICE_UNAVAILABLE, RESPONSE_BUSY);
    return !r->status;
}

void response_set_text(request *r, const char *type)
{
    if (r->response.failed) {
        response_fail_memory(r);
    } else if (response_reserve(r)) {
        r->status = MHD_HTTP_OK;
        r->type = type;
    }
}

void response_set_json(request *r, json_t *object)
{
    text_json(&r->response, object);
    text_puts(&r->response, "\n");
    response_set_text(r, JSON_TYPE);
}

/* ---- Sending ----------------------------------------------------------------------------------------------------- */

/* The headers that the files of the page lack: they have their own. */
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
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, RETRY_SECONDS);
    if (r->status == MHD_HTTP_UNAUTHORIZED) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"lenet5\"");
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
                                "Basic realm=\"lenet5\", charset=\"UTF-8\"");
    }
    origin_add_headers(response, r);
}

static struct MHD_Response *response_of_text(request *r)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(r->response.size, r->response.bytes, MHD_RESPMEM_MUST_FREE);
    if (!response)
        return NULL;
    r->response_size = r->response.size;
    r->response = (text_buffer){0}; /* the response owns the bytes */
    return response;
}

enum MHD_Result response_send(request *r, struct MHD_Connection *mhd)
{
    struct MHD_Response *response = r->prepared ? r->prepared : response_of_text(r);
    if (!response)
        return MHD_NO;
    if (!r->prepared || r->stream)
        add_headers(response, r);
    MHD_add_response_header(response, REQUEST_ID, r->trace.request_id);
    if (atomic_load(&request_transport(r)->draining))
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    const enum MHD_Result queued = MHD_queue_response(mhd, r->status, response);
    MHD_destroy_response(response);
    r->stage = r->stream ? STAGE_STREAMING : STAGE_SENDING;
    r->connection->since = lenet5_clock();
    return queued;
}
