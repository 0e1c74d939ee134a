/*
 * A request on its way: MHD calls request_begin with the first line, request_handle with the headers, with each piece
 * of the body, at its end, and again when an answer that was waited for is there; request_completed when all is sent. A
 * request that is refused early is read to its end all the same, without being kept: a client that is still writing
 * would not see an answer on a closed connection.
 */
#include <math.h>
#include <nettle/base64.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "server.h"

#define KEPT_ROOM 4096           /* bytes of a body's memory that a connection keeps for its next request */
#define LONGEST_HEAD 16384       /* bytes of headers */
#define LONGEST_CREDENTIALS 8192 /* in base 64 */
#define BODIES_AT_ONCE 16        /* times the longest body: so much is in memory at most */

/* ---- Answers --------------------------------------------------------------------------------------------------------
 */

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
    if (error->status == LENET5_E_MEMORY)
        refuse_memory(r);
    else
        refuse(r, MHD_HTTP_BAD_REQUEST, "%s", error->message);
}

void answer_text(request *r, const char *type)
{
    if (r->answer.failed)
        refuse_memory(r);
    else
        settle(r, MHD_HTTP_OK, type);
}

void answer_json(request *r, json_t *object)
{
    text_json(&r->answer, object);
    text_puts(&r->answer, "\n");
    answer_text(r, JSON_TYPE);
}

/* ---- What the request says ------------------------------------------------------------------------------------------
 */

const char *header_of(const request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection->mhd, MHD_HEADER_KIND, name);
}

bool has_type(const request *r, const char *type)
{
    const char *given = header_of(r, MHD_HTTP_HEADER_CONTENT_TYPE);
    const size_t length = strlen(type);
    return given && strncasecmp(given, type, length) == 0 &&
           (type[length - 1] == '/' || given[length] == '\0' || strchr("; \t", given[length]));
}

const char *parameter_of(const request *r, const char *name)
{
    for (size_t i = 0; i < r->parameter_count; i++)
        if (strcmp(r->parameters[i].name, name) == 0)
            return r->parameters[i].value;
    return NULL;
}

/* A number in decimal at the beginning of a value; end is where it ends, the beginning if there is none. */
static double number_of(const char *value, const char **end)
{
    char *after;
    const double number = strtod(value, &after);
    const bool plain = strspn(value, "0123456789.eE+-") >= (size_t)(after - value);
    *end = plain ? after : value;
    return number;
}

bool parameter_real(double *value, request *r, const char *name, double fallback, double least, double most)
{
    const char *given = parameter_of(r, name), *end;
    *value = given ? number_of(given, &end) : fallback;
    if (given && (end == given || *end || !(*value >= least && *value <= most))) {
        refuse(r, MHD_HTTP_BAD_REQUEST, "%s is a number from %g to %g, not \"%.40s\"", name, least, most, given);
        return false;
    }
    return true;
}

bool parameter_whole(size_t *value, request *r, const char *name, size_t fallback, size_t least, size_t most)
{
    double real;
    if (!parameter_real(&real, r, name, (double)fallback, (double)least, (double)most))
        return false;
    *value = (size_t)real;
    if (real == floor(real))
        return true;
    refuse(r, MHD_HTTP_BAD_REQUEST, "%s is a whole number", name);
    return false;
}

bool parameter_flag(bool *value, request *r, const char *name)
{
    const char *given = parameter_of(r, name);
    *value = given && strcmp(given, "1") == 0;
    if (!given || *value || strcmp(given, "0") == 0)
        return true;
    refuse(r, MHD_HTTP_BAD_REQUEST, "%s is 0 or 1, not \"%.40s\"", name, given);
    return false;
}

bool parameter_share(double *share, request *r, const char *name)
{
    const char *given = parameter_of(r, name), *end = NULL;
    *share = given ? number_of(given, &end) : 0;
    const bool percent = given && strcmp(end, "%") == 0;
    *share /= percent ? 100 : 1;
    if (!given || ((end > given && (percent || !*end)) && *share > 0 && *share <= 1))
        return true;
    refuse(r, MHD_HTTP_BAD_REQUEST, "%s is a share above 0, 1%% or 0.01, not \"%.40s\"", name, given);
    return false;
}

/* ---- The headers ----------------------------------------------------------------------------------------------------
 */

/* The path as it was sent, %XX and all, so that no path of ours has a second spelling. A proxy's form is
 * http://HOST/PATH. */
static const char *path_of(const char *uri)
{
    const char *host = strncasecmp(uri, "http://", 7) == 0    ? uri + 7
                       : strncasecmp(uri, "https://", 8) == 0 ? uri + 8
                                                              : uri;
    return host == uri ? uri : host + strcspn(host, "/?");
}

static size_t count_of(const char *string, char wanted)
{
    size_t count = 0;
    for (; *string; string++)
        count += *string == wanted;
    return count;
}

void *request_begin(void *context, const char *uri, struct MHD_Connection *mhd)
{
    (void)context;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    connection *c = info ? info->socket_context : NULL;
    if (!c)
        return NULL;
    request *r = &c->request;
    const char *path = path_of(uri);
    r->stage = STAGE_HEADERS;
    c->since = r->began = lenet5_clock();
    snprintf(r->path, sizeof r->path, "%.*s", (int)strcspn(path, "?"), path);
    if (count_of(uri, '&') > 4 * MOST_PARAMETERS)
        connection_cut(c, MHD_HTTP_BAD_REQUEST, "there are too many options");
    else if (strstr(uri, "%00"))
        connection_cut(c, MHD_HTTP_BAD_REQUEST, "there is a NUL in the address");
    return r;
}

/* The body is not worth keeping. */
static void turn_down(request *r, unsigned status, const char *why)
{
    r->refusal = status;
    r->refused = why;
}

static void find_route(request *r, const char *method)
{
    r->route = route_find(&r->allow, r->path, method);
    if (r->route == &unknown_route)
        turn_down(r, MHD_HTTP_NOT_FOUND, "there is nothing of that name here; GET /openapi.json tells what there is");
    else if (r->allow)
        turn_down(r, MHD_HTTP_METHOD_NOT_ALLOWED, "another method is needed here; the header Allow tells which");
}

/* Takes as long whatever the difference. */
static bool is_token(const char *token, const uint8_t *given, size_t size)
{
    unsigned difference = size != strlen(token);
    for (size_t i = 0; token[i]; i++)
        difference |= (i < size ? given[i] : 0u) ^ (unsigned char)token[i];
    return difference == 0;
}

/* What stands behind "Bearer" or "Basic"; NULL if it is the other. */
static const char *credentials(const char *given, const char *scheme)
{
    const size_t length = strlen(scheme);
    return given && strncasecmp(given, scheme, length) == 0 && given[length] == ' ' ? given + length + 1 : NULL;
}

/* USER:PASSWORD in base 64; whoever the user is. */
static bool knows_password(const char *token, const char *encoded)
{
    struct base64_decode_ctx decoder;
    uint8_t decoded[BASE64_DECODE_LENGTH(LONGEST_CREDENTIALS)];
    size_t size = sizeof decoded;
    base64_decode_init(&decoder);
    if (strlen(encoded) > LONGEST_CREDENTIALS ||
        !base64_decode_update(&decoder, &size, decoded, strlen(encoded), encoded) || !base64_decode_final(&decoder))
        return false;
    const uint8_t *colon = memchr(decoded, ':', size);
    return colon && is_token(token, colon + 1, (size_t)(decoded + size - colon) - 1);
}

static bool knows_token(const request *r, const char *token)
{
    const char *given = header_of(r, MHD_HTTP_HEADER_AUTHORIZATION);
    const char *bearer = credentials(given, "Bearer"), *basic = credentials(given, "Basic");
    return (bearer && is_token(token, (const uint8_t *)bearer, strlen(bearer))) ||
           (basic && knows_password(token, basic));
}

static bool is_health(const char *path)
{
    static const char health[] = "/v2/health/";
    return strncmp(path, health, sizeof health - 1) == 0;
}

static bool is_too_long(const request *r)
{
    const char *length = header_of(r, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length && strtoull(length, NULL, 10) > r->connection->loop->server->options.most_body;
}

static const char too_long[] = "the body is longer than the server takes (--max-body)";

/* How the end of a body is told, which has to be clear. */
typedef struct framing {
    size_t lengths, codings, hosts, names; /* names: that are none */
    bool chunked;
} framing;

static enum MHD_Result take_framing(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    framing *f = context;
    (void)kind;
    f->names += strcspn(name, " \t") != strlen(name);
    f->lengths += strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
    f->hosts += strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0;
    if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
        f->codings++;
        f->chunked = value && strcasecmp(value, "chunked") == 0;
    }
    return MHD_YES;
}

/* What is wrong with it, or NULL. Two who read a request in different ways could be made to take one for two. */
static const char *framing_fault(const request *r, const char *version)
{
    framing f = {0};
    MHD_get_connection_values(r->connection->mhd, MHD_HEADER_KIND, take_framing, &f);
    if (f.names > 0)
        return "the name of a header ends where its colon stands";
    if (f.lengths > 1 || f.codings > 1 || f.lengths + f.codings > 1)
        return "the length of the body is told twice";
    if (f.codings == 1 && !f.chunked)
        return "a Transfer-Encoding is chunked, and nothing else";
    if (f.hosts > 1 || (f.hosts == 0 && strcmp(version, MHD_HTTP_VERSION_1_1) == 0))
        return "there has to be one header Host";
    return NULL;
}

static bool is_too_large(const request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info && info->header_size > LONGEST_HEAD;
}

static void check_headers(request *r)
{
    const serve_options *o = &r->connection->loop->server->options;
    const char *coding = header_of(r, MHD_HTTP_HEADER_CONTENT_ENCODING);
    if (o->token && !is_health(r->path) && !knows_token(r, o->token))
        turn_down(r, MHD_HTTP_UNAUTHORIZED, "a token is needed: Authorization: Bearer TOKEN");
    else if (coding && strcasecmp(coding, "identity") != 0)
        turn_down(r, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "bodies are taken as they are, without a Content-Encoding");
    else if (is_too_long(r))
        turn_down(r, MHD_HTTP_CONTENT_TOO_LARGE, too_long);
}

/* MHD_NO ends the connection. */
static enum MHD_Result take_headers(request *r, const char *method, const char *version)
{
    const char *fault = framing_fault(r, version);
    snprintf(r->method, sizeof r->method, "%s", method);
    r->route = &unknown_route;
    if (is_too_large(r))
        connection_cut(r->connection, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are longer than 16 KiB");
    else if (fault)
        connection_cut(r->connection, MHD_HTTP_BAD_REQUEST, fault);
    if (r->stage == STAGE_CUT)
        return MHD_NO;
    r->stage = STAGE_BODY;
    find_route(r, method);
    check_headers(r);
    r->counted = true;
    atomic_fetch_add_explicit(&r->connection->loop->counters.in_flight, 1, memory_order_relaxed);
    return MHD_YES;
}

/* ---- The body -------------------------------------------------------------------------------------------------------
 */

static void drop_body(request *r)
{
    free(r->body);
    r->body = NULL;
    r->size = r->room = 0;
    atomic_fetch_sub(&r->connection->loop->server->bodies, r->kept);
    r->kept = 0;
}

static bool make_room(request *r, size_t size)
{
    server *s = r->connection->loop->server;
    const size_t room = r->room * 2 > size ? r->room * 2 : size + KEPT_ROOM / 4;
    const size_t more = room - r->kept;
    if (atomic_fetch_add(&s->bodies, more) + more > BODIES_AT_ONCE * s->options.most_body) {
        atomic_fetch_sub(&s->bodies, more);
        return false;
    }
    r->kept = room;
    uint8_t *larger = realloc(r->body, room);
    r->body = larger ? larger : r->body;
    r->room = larger ? room : r->room;
    return larger;
}

static void take_piece(request *r, const char *piece, size_t size)
{
    if (r->refusal)
        return;
    if (size > r->connection->loop->server->options.most_body - r->size)
        turn_down(r, MHD_HTTP_CONTENT_TOO_LARGE, too_long);
    else if (r->room - r->size < size && !make_room(r, r->size + size))
        turn_down(r, MHD_HTTP_SERVICE_UNAVAILABLE, "too many requests are being sent at once; try again later");
    if (r->refusal) {
        drop_body(r);
        return;
    }
    memcpy(r->body + r->size, piece, size);
    r->size += size;
}

/* ---- The answer -----------------------------------------------------------------------------------------------------
 */

static enum MHD_Result collect_parameter(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    request *r = context;
    (void)kind;
    const char *const *known = r->route->parameters;
    while (*known && strcmp(*known, name) != 0)
        known++;
    if (!*known)
        refuse(r, MHD_HTTP_BAD_REQUEST, "there is no option \"%.40s\" here; GET /openapi.json tells which there are",
               name);
    else if (r->parameter_count == MOST_PARAMETERS || parameter_of(r, name))
        refuse(r, MHD_HTTP_BAD_REQUEST, "the option \"%.40s\" is given twice", name);
    else
        r->parameters[r->parameter_count++] = (parameter){.name = name, .value = value ? value : ""};
    return r->status ? MHD_NO : MHD_YES;
}

static void begin_answer(request *r)
{
    r->stage = STAGE_WAITING;
    if (r->refusal)
        refuse(r, r->refusal, "%s", r->refused);
    else
        MHD_get_connection_values(r->connection->mhd, MHD_GET_ARGUMENT_KIND, collect_parameter, r);
    if (!r->status)
        r->route->answer(r);
}

static void add_headers(struct MHD_Response *response, const request *r)
{
    char size[24];
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, r->type);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (r->json_size > 0) {
        snprintf(size, sizeof size, "%zu", r->json_size);
        MHD_add_response_header(response, "Inference-Header-Content-Length", size);
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

/* ---- The end --------------------------------------------------------------------------------------------------------
 */

/* Ready for the next one of the connection. */
static void reset(request *r)
{
    for (size_t i = 0; i < r->parameter_count; i++)
        free(r->parameters[i].owned);
    batch_free(&r->batch);
    text_free(&r->answer);
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
        atomic_fetch_sub_explicit(&c->loop->counters.in_flight, 1, memory_order_relaxed);
    if (r->stage != STAGE_CUT && r->status) {
        count_request(r, c->since - r->began);
        log_request(r, c->since - r->began);
    }
    reset(r);
    *own = NULL;
}
