/* The head of a request: its first line, who asks, how its end is told, and whether its body is worth being waited for.
 */
#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "secrets.h"

#define LONGEST_HEAD 16384       /* bytes */
#define LONGEST_CREDENTIALS 8192 /* in base 64 */

/* Behind the scheme of a proxy's form, http://HOST/PATH; else the address itself. */
static const char *authority_of(const char *uri)
{
    return strncasecmp(uri, "http://", 7) == 0 ? uri + 7 : strncasecmp(uri, "https://", 8) == 0 ? uri + 8 : uri;
}

/* The path as it was sent, %XX and all, so that no path of ours has a second spelling. */
static const char *path_of(const char *uri)
{
    const char *host = authority_of(uri);
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
    snprintf(r->authority, sizeof r->authority, "%.*s", (int)(path - authority_of(uri)), authority_of(uri));
    if (count_of(uri, '&') > 4 * MAX_PARAMETERS)
        connection_cut(c, MHD_HTTP_BAD_REQUEST, "there are too many options");
    else if (strstr(uri, "%00"))
        connection_cut(c, MHD_HTTP_BAD_REQUEST, "there is a NUL in the address");
    return r;
}

void turn_down(request *r, unsigned status, const char *why)
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
        turn_down(r, MHD_HTTP_METHOD_NOT_ALLOWED,
                  "this address does not take that method; the header Allow names those it takes");
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

/* Whether a token is asked for, and is not told. */
static bool lacks_token(const request *r)
{
    server *s = r->connection->loop->server;
    const char *token = s->options.token ? secrets_hold_token(s) : NULL;
    const bool lacks = token && !knows_token(r, token);
    if (s->options.token)
        secrets_release(s);
    return lacks;
}

static bool is_health(const char *path)
{
    static const char health[] = "/v2/health/";
    return strncmp(path, health, sizeof health - 1) == 0;
}

static bool is_too_long(const request *r)
{
    const char *length = header_of(r, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length && strtoull(length, NULL, 10) > r->connection->loop->server->options.max_body;
}

/* How the end of a body is told, which has to be clear. */
typedef struct framing {
    size_t lengths, codings, hosts, origins, sites;
    size_t names; /* that are none */
    bool chunked;
} framing;

static enum MHD_Result take_framing(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    framing *f = context;
    (void)kind;
    f->names += strcspn(name, " \t") != strlen(name);
    f->lengths += strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
    f->hosts += strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0;
    f->origins += strcasecmp(name, MHD_HTTP_HEADER_ORIGIN) == 0;
    f->sites += strcasecmp(name, FETCH_SITE) == 0;
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
        return "no blank is allowed before the colon of a header";
    if (f.lengths > 1 || f.codings > 1 || f.lengths + f.codings > 1)
        return "the request gives two lengths for its body";
    if (f.codings == 1 && !f.chunked)
        return "the only Transfer-Encoding that is accepted is chunked";
    if (f.origins > 1 || f.sites > 1)
        return "Origin and Sec-Fetch-Site may be given once";
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
    const char *coding = header_of(r, MHD_HTTP_HEADER_CONTENT_ENCODING);
    if (!origin_check(r))
        return;
    r->preflight = r->allow && origin_is_preflight(r);
    if (r->preflight)
        turn_down(r, 0, NULL); /* an answer is wanted, and not the 405; a preflight has no token */
    else if (!is_health(r->path) && lacks_token(r))
        turn_down(r, MHD_HTTP_UNAUTHORIZED, "a token is needed: Authorization: Bearer TOKEN");
    else if (coding && strcasecmp(coding, "identity") != 0)
        turn_down(r, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "bodies are taken as they are, without a Content-Encoding");
    else if (is_too_long(r))
        turn_down(r, MHD_HTTP_CONTENT_TOO_LARGE, TOO_LONG);
}

enum MHD_Result take_headers(request *r, const char *method, const char *version)
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
    r->content_type = header_of(r, MHD_HTTP_HEADER_CONTENT_TYPE);
    r->accept = header_of(r, MHD_HTTP_HEADER_ACCEPT);
    r->json_length = header_of(r, JSON_LENGTH);
    find_route(r, method);
    check_headers(r);
    r->counted = true;
    count_more(r->connection->loop, COUNT_IN_FLIGHT, 1);
    return MHD_YES;
}
