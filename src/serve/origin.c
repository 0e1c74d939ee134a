/*
 * Who may ask, as far as a browser tells it. A page of another site can have its own name point at this server (DNS
 * rebinding), so the name in Host has to be one of ours; and it can have its visitors' browsers send requests here, so
 * what is more than a look has to come from our own page, or from a site that --allow-origin names. Programs other than
 * browsers send no Origin, and are not meant.
 */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "server.h"

/* That a browser may remember an answer to OPTIONS; Chromium keeps none beyond 7200. */
#define PREFLIGHT_SECONDS "600"

/* ---- Names ---------------------------------------------------------------------------------------------------- */

static bool is_same(const char *name, const char *other, size_t length)
{
    return strncasecmp(name, other, length) == 0 && name[length] == '\0';
}

/* Whether a list with commas between has that item; NULL is a list without any. */
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

/* How long the host is that Host begins with, without its port; 0 for what is none. */
static size_t host_length(const char *given)
{
    const char *bracket = given[0] == '[' ? strchr(given, ']') : NULL;
    const size_t length = bracket ? (size_t)(bracket - given) + 1 : strcspn(given, ":");
    const char *port = given + length + (given[length] == ':');
    return port[strspn(port, "0123456789")] == '\0' ? length : 0;
}

/* An address in a Host: 127.0.0.1 or [::1]; IPv4 ones as IPv6 has them. */
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

/* Where the server listens, likewise. */
static struct in6_addr place_of(const server *s)
{
    struct in6_addr address = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
    if (s->place.ss_family == AF_INET)
        memcpy(&address.s6_addr[12], &((const struct sockaddr_in *)&s->place)->sin_addr, 4);
    else
        address = ((const struct sockaddr_in6 *)&s->place)->sin6_addr;
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

/* The name that --listen has. */
static bool is_wished(const server *s, const char *host, size_t length)
{
    const char *listen = s->options.listen;
    return strncasecmp(listen, host, length) == 0 && listen[length] == ':' && !strchr(listen + length + 1, ':');
}

/* An address belongs to nobody's domain: where the server listens at all of its own, any is fine. */
static bool names_us(const server *s, const char *host, size_t length)
{
    struct in6_addr given;
    const struct in6_addr place = place_of(s);
    if (is_listed(s->options.hosts, host, length) || is_wished(s, host, length))
        return true;
    if (parse_address(&given, host, length))
        return is_any_address(&place) || IN6_ARE_ADDR_EQUAL(&given, &place);
    return is_same("localhost", host, length) && (is_any_address(&place) || is_loopback(&place));
}

/* ---- Origins -------------------------------------------------------------------------------------------------- */

/* Origin, where --allow-origin has it; else NULL. */
static const char *allowed_origin(const request *r)
{
    const char *list = r->connection->loop->server->options.origins;
    const char *origin = list ? header_of(r, MHD_HTTP_HEADER_ORIGIN) : NULL;
    return origin && (strcmp(list, "*") == 0 || is_listed(list, origin, strlen(origin))) ? origin : NULL;
}

/* Our page's: the same host and port. Behind a proxy that speaks TLS for us, its scheme may be the other. */
static bool is_own_origin(const request *r, const char *origin)
{
    static const char plain[] = "http://", safe[] = "https://";
    const char *host = header_of(r, MHD_HTTP_HEADER_HOST);
    const bool is_safe = strncasecmp(origin, safe, sizeof safe - 1) == 0;
    if (!host ||
        !(is_safe || (!r->connection->loop->server->options.cert && strncasecmp(origin, plain, sizeof plain - 1) == 0)))
        return false;
    return strcasecmp(origin + (is_safe ? sizeof safe : sizeof plain) - 1, host) == 0;
}

/* By Origin, which browsers send with every POST, and by Sec-Fetch-Site, which says it in other words. */
static bool is_from_another_site(const request *r)
{
    const char *origin = header_of(r, MHD_HTTP_HEADER_ORIGIN);
    const char *site = header_of(r, FETCH_SITE);
    if (allowed_origin(r))
        return false;
    return (origin && !is_own_origin(r, origin)) ||
           (site && (strcasecmp(site, "cross-site") == 0 || strcasecmp(site, "same-site") == 0));
}

static bool is_more_than_a_look(const request *r)
{
    return strcmp(r->method, MHD_HTTP_METHOD_GET) != 0 && strcmp(r->method, MHD_HTTP_METHOD_HEAD) != 0;
}

/* Whether a host, with a port or not, is one of ours. */
static bool is_ours(const request *r, const char *host)
{
    const size_t length = host_length(host);
    return length > 0 && names_us(r->connection->loop->server, host, length);
}

bool origin_check(request *r)
{
    const char *host = header_of(r, MHD_HTTP_HEADER_HOST);
    if ((host && !is_ours(r, host)) || (r->authority[0] && !is_ours(r, r->authority)))
        turn_down(r, MHD_HTTP_MISDIRECTED_REQUEST,
                  "the server does not answer to the name in Host; lenet5 serve --host NAME adds one");
    else if (is_more_than_a_look(r) && is_from_another_site(r))
        turn_down(r, MHD_HTTP_FORBIDDEN,
                  "the request comes from a page of another site; lenet5 serve --allow-origin ORIGIN lets it in");
    else
        return true;
    return false;
}

/* ---- CORS ----------------------------------------------------------------------------------------------------- */

bool origin_is_preflight(const request *r)
{
    return strcmp(r->method, MHD_HTTP_METHOD_OPTIONS) == 0 && allowed_origin(r) &&
           header_of(r, "Access-Control-Request-Method");
}

void origin_add_headers(struct MHD_Response *response, const request *r)
{
    const char *origin = allowed_origin(r);
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin"); /* in no other page's <img> */
    if (r->connection->loop->server->options.origins)
        MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ORIGIN);
    if (!origin)
        return;
    MHD_add_response_header(response, "Access-Control-Allow-Origin", origin);
    if (r->preflight) {
        MHD_add_response_header(response, "Access-Control-Allow-Methods", r->allow);
        MHD_add_response_header(response, "Access-Control-Allow-Headers",
                                "Authorization, Content-Type, Inference-Header-Content-Length");
        MHD_add_response_header(response, "Access-Control-Max-Age", PREFLIGHT_SECONDS);
    } else {
        MHD_add_response_header(response, "Access-Control-Expose-Headers",
                                "Inference-Header-Content-Length, Retry-After");
    }
}
