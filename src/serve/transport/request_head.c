#include "request_head.h"

#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "connection.h"
#include "loop.h"
#include "origin.h"
#include "response.h"
#include "secrets.h"

#define MAX_HEADERS 16384    /* bytes; no client needs more but for a long list of codes, which a form can have */
#define MAX_CREDENTIALS 8192 /* bytes of base64 in Authorization */

/* ---- The request line -------------------------------------------------------------------------------------------- */

/*
 * Returns the target without the scheme of an absolute form, http://AUTHORITY/PATH; the target itself if it is a path.
 */
static const char *skip_scheme(const char *target)
{
    return strncasecmp(target, "http://", 7) == 0    ? target + 7
           : strncasecmp(target, "https://", 8) == 0 ? target + 8
                                                     : target;
}

/* The path stays as it was sent, %XX included, so that no path of ours has a second spelling. */
void request_head_split(char *authority, size_t authority_size, char *path, size_t path_size, const char *target)
{
    const char *host = skip_scheme(target);
    const char *begin = host == target ? target : host + strcspn(host, "/?");
    snprintf(authority, authority_size, "%.*s", (int)(begin - host), host);
    snprintf(path, path_size, "%.*s", (int)strcspn(begin, "?"), begin);
}

static size_t count_of(const char *string, char wanted)
{
    size_t count = 0;
    for (; *string; string++)
        count += *string == wanted;
    return count;
}

void *request_head_begin(void *context, const char *target, struct MHD_Connection *mhd)
{
    (void)context;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    connection *c = info ? info->socket_context : NULL;
    if (!c)
        return NULL;
    request *r = &c->request;
    r->stage = STAGE_HEADERS;
    c->since = r->begun = lenet5_clock();
    trace_begin(&r->trace, loop_random(c->loop));
    request_head_split(r->authority, sizeof r->authority, r->path, sizeof r->path, target);
    if (count_of(target, '&') > 4 * MAX_PARAMETERS) /* MHD would keep each of them */
        connection_cut(c, MHD_HTTP_BAD_REQUEST, "there are too many options");
    else if (strstr(target, "%00"))
        connection_cut(c, MHD_HTTP_BAD_REQUEST, "there is a NUL in the address");
    return r;
}

/* ---- The token --------------------------------------------------------------------------------------------------- */

bool request_head_is_token(const char *token, const uint8_t *bytes, size_t size)
{
    unsigned difference = size != strlen(token);
    for (size_t i = 0; token[i]; i++)
        difference |= (i < size ? bytes[i] : 0u) ^ (unsigned char)token[i];
    return difference == 0;
}

/* Returns what follows "Bearer" or "Basic" in Authorization; NULL if it has another scheme. */
static const char *credentials_of(const char *authorization, const char *scheme)
{
    const size_t length = strlen(scheme);
    return authorization && strncasecmp(authorization, scheme, length) == 0 && authorization[length] == ' '
               ? authorization + length + 1
               : NULL;
}

/* Whether base64 of USER:PASSWORD has the token as its password. The user is ignored. */
static bool has_password(const char *token, const char *encoded)
{
    struct base64_decode_ctx decoder;
    uint8_t decoded[BASE64_DECODE_LENGTH(MAX_CREDENTIALS)];
    size_t size = sizeof decoded;
    base64_decode_init(&decoder);
    if (strlen(encoded) > MAX_CREDENTIALS ||
        !base64_decode_update(&decoder, &size, decoded, strlen(encoded), encoded) || !base64_decode_final(&decoder))
        return false;
    const uint8_t *colon = memchr(decoded, ':', size);
    return colon && request_head_is_token(token, colon + 1, (size_t)(decoded + size - colon) - 1);
}

static bool has_token(const request *r, const char *token)
{
    const char *authorization = request_header(r, MHD_HTTP_HEADER_AUTHORIZATION);
    const char *bearer = credentials_of(authorization, "Bearer"), *basic = credentials_of(authorization, "Basic");
    return (bearer && request_head_is_token(token, (const uint8_t *)bearer, strlen(bearer))) ||
           (basic && has_password(token, basic));
}

/* Whether the server has a token and the request does not. Health checks need none. */
static bool lacks_token(const request *r)
{
    static const char health[] = "/v2/health/";
    transport *t = request_transport(r);
    if (!t->options.token || strncmp(r->path, health, sizeof health - 1) == 0)
        return false;
    const bool lacks = !has_token(r, secrets_hold_token(t->secrets));
    secrets_release_token(t->secrets);
    return lacks;
}

/* ---- Headers that count if they are given once ------------------------------------------------------------------- */

typedef struct fields {
    size_t lengths, codings, hosts, origins, sites, ids, traceparents; /* how often each header is given */
    size_t malformed_names;
    bool chunked;
    const char *id, *traceparent;
} fields;

static enum MHD_Result collect_field(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    fields *f = context;
    (void)kind;
    f->malformed_names += strcspn(name, " \t") != strlen(name);
    f->lengths += strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
    f->hosts += strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0;
    f->origins += strcasecmp(name, MHD_HTTP_HEADER_ORIGIN) == 0;
    f->sites += strcasecmp(name, FETCH_SITE) == 0;
    if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
        f->codings++;
        f->chunked = value && strcasecmp(value, "chunked") == 0;
    } else if (value && strcasecmp(name, REQUEST_ID) == 0) {
        f->ids++;
        f->id = value;
    } else if (value && strcasecmp(name, TRACEPARENT) == 0) {
        f->traceparents++;
        f->traceparent = value;
    }
    return MHD_YES;
}

static void identify(request *r, const fields *f)
{
    if (f->ids == 1)
        trace_take_id(&r->trace, f->id);
    if (f->traceparents == 1)
        trace_enter(&r->trace, f->traceparent, loop_random(r->connection->loop));
}

/*
 * Returns what is wrong with the framing, or NULL. A proxy and we must not take one request for two (request
 * smuggling).
 */
static const char *framing_fault(const fields *f, const char *version)
{
    if (f->malformed_names > 0)
        return "no blank is allowed before the colon of a header";
    if (f->lengths > 1 || f->codings > 1 || f->lengths + f->codings > 1)
        return "the request gives two lengths for its body";
    if (f->codings == 1 && !f->chunked)
        return "the only Transfer-Encoding that is accepted is chunked";
    if (f->origins > 1 || f->sites > 1)
        return "Origin and Sec-Fetch-Site may be given once";
    if (f->hosts > 1 || (f->hosts == 0 && strcmp(version, MHD_HTTP_VERSION_1_1) == 0))
        return "there has to be one header Host";
    return NULL;
}

/* ---- All of the head --------------------------------------------------------------------------------------------- */

static bool has_long_headers(const request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info && info->header_size > MAX_HEADERS;
}

static bool has_long_body(const request *r)
{
    const char *length = request_header(r, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length && strtoull(length, NULL, 10) > request_options(r)->max_body;
}

/* A preflight has no token, and asks for a method that the path does not take. */
static void check_request(request *r)
{
    const char *coding = request_header(r, MHD_HTTP_HEADER_CONTENT_ENCODING);
    if (!origin_check(r))
        return;
    r->preflight = r->allow && origin_is_preflight(r);
    if (r->preflight)
        return;
    if (lacks_token(r))
        request_reject(r, MHD_HTTP_UNAUTHORIZED, "a token is needed: Authorization: Bearer TOKEN");
    else if (coding && strcasecmp(coding, "identity") != 0)
        request_reject(r, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "bodies are accepted without a Content-Encoding alone");
    else if (has_long_body(r))
        request_reject(r, MHD_HTTP_CONTENT_TOO_LARGE, RESPONSE_TOO_LONG);
    else if (r->route == &route_unknown)
        request_reject(r, MHD_HTTP_NOT_FOUND, "there is no such path; GET /openapi.json lists them");
    else if (r->allow)
        request_reject(r, MHD_HTTP_METHOD_NOT_ALLOWED,
                       "this path does not take that method; the header Allow lists those it takes");
}

enum MHD_Result request_head_receive(request *r, const char *method, const char *version)
{
    fields f = {0};
    MHD_get_connection_values(r->connection->mhd, MHD_HEADER_KIND, collect_field, &f);
    identify(r, &f);
    const char *fault = framing_fault(&f, version);
    snprintf(r->method, sizeof r->method, "%s", method);
    r->route = &route_unknown;
    if (has_long_headers(r))
        connection_cut(r->connection, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are longer than 16 KiB");
    else if (fault)
        connection_cut(r->connection, MHD_HTTP_BAD_REQUEST, fault);
    if (r->stage == STAGE_CUT)
        return MHD_NO;
    r->stage = STAGE_BODY;
    r->content_type = request_header(r, MHD_HTTP_HEADER_CONTENT_TYPE);
    r->accept = request_header(r, MHD_HTTP_HEADER_ACCEPT);
    r->json_length = request_header(r, JSON_LENGTH);
    r->route = route_find(&r->allow, request_transport(r)->routes, r->path, method);
    check_request(r);
    r->in_flight = true;
    request_count(r, COUNT_IN_FLIGHT, 1);
    return MHD_YES;
}
