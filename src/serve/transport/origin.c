#include "origin.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "connection.h"

#define PREFLIGHT_SECONDS \
    "600" /* for which a browser may keep the response to OPTIONS; Chromium keeps it 7200 at most */

/* ---- Names ------------------------------------------------------------------------------------------------------- */

static bool is_same(const char *name, const char *other, size_t length)
{
    return strncasecmp(name, other, length) == 0 && name[length] == '\0';
}

/* Whether a list, separated by commas, has an item. NULL is an empty list. */
static bool is_listed(const char *list, const char *item, size_t length)
{
    for (const char *at = list; at && *at; at += *at == ',') {
        const size_t size = strcspn(at, ",");
        if (size == length && strncasecmp(at, item, length) == 0)
            return true;
        at += size;
    }
    return false;
}

/* Returns the length of the host in a Host header, without its port; 0 if the header is malformed. */
static size_t host_length(const char *given)
{
    const char *bracket = given[0] == '[' ? strchr(given, ']') : NULL;
    const size_t length = bracket ? (size_t)(bracket - given) + 1 : strcspn(given, ":");
    const char *port = given + length + (given[length] == ':');
    return port[strspn(port, "0123456789")] == '\0' ? length : 0;
}

/* Parses an address in a Host header: 127.0.0.1 or [::1]. An IPv4 address is returned in its IPv6 form. */
static bool parse_address(struct in6_addr *address, const char *host, size_t length)
{
    char text[INET6_ADDRSTRLEN + 8] = "::ffff:";
    const bool bracketed = host[0] == '[';
    const size_t size = bracketed ? length - 2 : length, before = bracketed ? 0 : strlen(text);
    if (before + size >= sizeof text || (bracketed ? length < 2 : memchr(host, ':', length) != NULL))
        return false;
    memcpy(text + before, host + bracketed, size);
    text[before + size] = '\0';
    return inet_pton(AF_INET6, text, address) == 1;
}

/* Returns where the server listens, in the same form. */
static struct in6_addr own_address(const transport *t)
{
    struct in6_addr address = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
    if (t->address.ss_family == AF_INET)
        memcpy(&address.s6_addr[12], &((const struct sockaddr_in *)&t->address)->sin_addr, 4);
    else
        address = ((const struct sockaddr_in6 *)&t->address)->sin6_addr;
    return address;
}

static bool is_any_address(const struct in6_addr *address)
{
    static const uint8_t none[4];
    return IN6_IS_ADDR_UNSPECIFIED(address) ||
           (IN6_IS_ADDR_V4MAPPED(address) && memcmp(&address->s6_addr[12], none, 4) == 0);
}

static bool is_loopback(const struct in6_addr *address)
{
    return IN6_IS_ADDR_LOOPBACK(address) || (IN6_IS_ADDR_V4MAPPED(address) && address->s6_addr[12] == 127);
}

/* Whether --listen has that name. */
static bool is_listen_host(const transport *t, const char *host, size_t length)
{
    const char *listen = t->options.listen;
    return strncasecmp(listen, host, length) == 0 && listen[length] == ':' && !strchr(listen + length + 1, ':');
}

/*
 * A name can be pointed at us by its owner, an address cannot: if the server listens at every address, any address is
 * ours.
 */
static bool names_us(const transport *t, const char *host, size_t length)
{
    struct in6_addr given;
    const struct in6_addr own = own_address(t);
    if (is_listed(t->options.hosts, host, length) || is_listen_host(t, host, length))
        return true;
    if (parse_address(&given, host, length))
        return is_any_address(&own) || IN6_ARE_ADDR_EQUAL(&given, &own);
    return is_same("localhost", host, length) && (is_any_address(&own) || is_loopback(&own));
}

/* ---- Origins ----------------------------------------------------------------------------------------------------- */

/* Returns Origin if --allow-origin has it; NULL otherwise. */
static const char *allowed_origin(const request *r)
{
    const char *list = request_options(r)->origins;
    const char *origin = list ? request_header(r, MHD_HTTP_HEADER_ORIGIN) : NULL;
    return origin && (strcmp(list, "*") == 0 || is_listed(list, origin, strlen(origin))) ? origin : NULL;
}

/* Whether an Origin is our page's: the same host and port. Its scheme is https behind a proxy that adds TLS. */
static bool is_own_origin(const request *r, const char *origin)
{
    static const char http[] = "http://", https[] = "https://";
    const char *host = request_header(r, MHD_HTTP_HEADER_HOST);
    const bool is_https = strncasecmp(origin, https, sizeof https - 1) == 0;
    const bool is_http = !request_options(r)->cert && strncasecmp(origin, http, sizeof http - 1) == 0;
    return host && (is_https || is_http) && strcasecmp(origin + (is_https ? sizeof https : sizeof http) - 1, host) == 0;
}

/* Browsers send Origin with every POST, and newer ones Sec-Fetch-Site with every request. */
static bool is_from_another_site(const request *r)
{
    const char *origin = request_header(r, MHD_HTTP_HEADER_ORIGIN);
    const char *site = request_header(r, FETCH_SITE);
    if (allowed_origin(r))
        return false;
    return (origin && !is_own_origin(r, origin)) ||
           (site && (strcasecmp(site, "cross-site") == 0 || strcasecmp(site, "same-site") == 0));
}

static bool has_side_effects(const request *r)
{
    return strcmp(r->method, MHD_HTTP_METHOD_GET) != 0 && strcmp(r->method, MHD_HTTP_METHOD_HEAD) != 0;
}

/* Whether a host, with a port or without, is one of ours. */
static bool is_ours(const request *r, const char *host)
{
    const size_t length = host_length(host);
    return length > 0 && names_us(request_transport(r), host, length);
}

bool origin_check(request *r)
{
    const char *host = request_header(r, MHD_HTTP_HEADER_HOST);
    if ((host && !is_ours(r, host)) || (r->authority[0] && !is_ours(r, r->authority)))
        request_reject(r, MHD_HTTP_MISDIRECTED_REQUEST,
                       "the server does not answer to the name in Host; lenet5 serve --host NAME adds one");
    else if (has_side_effects(r) && is_from_another_site(r))
        request_reject(r, MHD_HTTP_FORBIDDEN,
                       "the request comes from a page of another site; lenet5 serve --allow-origin ORIGIN lets it in");
    else
        return true;
    return false;
}

/* ---- CORS -------------------------------------------------------------------------------------------------------- */

bool origin_is_preflight(const request *r)
{
    return strcmp(r->method, MHD_HTTP_METHOD_OPTIONS) == 0 && allowed_origin(r) &&
           request_header(r, "Access-Control-Request-Method");
}

void origin_add_headers(struct MHD_Response *response, const request *r)
{
    const char *origin = allowed_origin(r);
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin"); /* not in another page's <img> */
    if (request_options(r)->origins)
        MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ORIGIN);
    if (!origin)
        return;
    MHD_add_response_header(response, "Access-Control-Allow-Origin", origin);
    if (r->preflight) {
        MHD_add_response_header(response, "Access-Control-Allow-Methods", r->allow);
        MHD_add_response_header(response, "Access-Control-Allow-Headers",
                                "Authorization, Content-Type, Inference-Header-Content-Length, "
                                "X-Request-Id, traceparent, tracestate");
        MHD_add_response_header(response, "Access-Control-Max-Age", PREFLIGHT_SECONDS);
    } else {
        MHD_add_response_header(response, "Access-Control-Expose-Headers",
                                "Inference-Header-Content-Length, Retry-After, X-Request-Id");
    }
}
