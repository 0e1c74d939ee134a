#define _DEFAULT_SOURCE /* SO_REUSEPORT */
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "admission.h"
#include "base/clock.h"
#include "base/error.h"
#include "raw_response.h"
#include "thread.h"

#define BACKLOG 1024            /* connections that the kernel keeps until they are accepted */
#define LINGERING 64            /* rejected clients whose sockets stay open, so that they can read the response */
#define LINGER_SECONDS 1.0      /* for each of them */
#define OUT_OF_FILES_BACKOFF 10 /* ms after EMFILE and the like: another client has to leave first */

struct listener {
    transport *transport;
    int socket, wake;
    pthread_t thread;
    bool running;
    size_t next_loop;
    lenet5_random random;
    struct {
        int socket; /* -1: none */
        double since;
    } lingering[LINGERING]; /* a ring: the oldest is closed when the ring is full */
    size_t next_lingering;
};

/* ---- Rejected clients -------------------------------------------------------------------------------------------- */

static void close_lingering(listener *l, size_t index)
{
    if (l->lingering[index].socket >= 0)
        close(l->lingering[index].socket);
    l->lingering[index].socket = -1;
}

static void close_expired(listener *l)
{
    const double now = lenet5_clock();
    for (size_t i = 0; i < LINGERING; i++)
        if (l->lingering[i].socket >= 0 && now - l->lingering[i].since > LINGER_SECONDS)
            close_lingering(l, i);
}

/* Closes the sending direction alone: closing all of it would discard the response if the client is still sending. */
static void reject(listener *l, int socket, admission_verdict why)
{
    const bool connections = why == TOO_MANY_CONNECTIONS;
    char id[REQUEST_ID_SIZE];
    trace_generate_id(id, &l->random);
    if (!l->transport->options.cert) /* within TLS the response would be noise */
        raw_response_send(socket, connections ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_TOO_MANY_REQUESTS, id,
                          connections ? "too many connections are open; try again later"
                                      : "too many connections from this address are open; try again later");
    shutdown(socket, SHUT_WR);
    close_lingering(l, l->next_lingering);
    l->lingering[l->next_lingering].socket = socket;
    l->lingering[l->next_lingering].since = lenet5_clock();
    l->next_lingering = (l->next_lingering + 1) % LINGERING;
}

/* ---- The thread -------------------------------------------------------------------------------------------------- */

void listener_admit(listener *l, new_client *c)
{
    transport *t = l->transport;
    const admission_verdict verdict = admission_enter(t->admission, &c->client, &c->address);
    if (verdict == ADMITTED)
        loop_add(t->loops[l->next_loop++ % t->loop_count], c);
    else
        reject(l, c->socket, verdict);
}

/* Returns whether a connection was waiting. */
static bool accept_one(listener *l)
{
    new_client c = {.size = sizeof c.address};
    c.socket = accept(l->socket, (struct sockaddr *)&c.address, &c.size);
    if (c.socket >= 0) {
        fcntl(c.socket, F_SETFD, FD_CLOEXEC);
        fcntl(c.socket, F_SETFL, O_NONBLOCK);
        listener_admit(l, &c);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        poll(NULL, 0, OUT_OF_FILES_BACKOFF);
    }
    return c.socket >= 0;
}

/* Accepts what is in the kernel's queue, whose connections are reset when the socket is closed. */
static void accept_rest(listener *l)
{
    for (size_t i = 0; i < BACKLOG && accept_one(l); i++)
        ;
}

static void *run(void *context)
{
    listener *l = context;
    struct pollfd watched[2] = {{.fd = l->socket, .events = POLLIN}, {.fd = l->wake, .events = POLLIN}};
    while (!atomic_load(&l->transport->stopping)) {
        poll(watched, 2, (int)(1000 * LINGER_SECONDS));
        if (watched[0].revents)
            accept_one(l);
        close_expired(l);
    }
    accept_rest(l);
    return NULL;
}

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

bool listener_parse(char host[LISTENER_HOST_SIZE], char port[LISTENER_PORT_SIZE], const char *listen)
{
    const char *colon = strrchr(listen, ':');
    if (!colon || strlen(colon + 1) == 0 || strlen(colon + 1) > 5 ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return false;
    const bool bracketed = listen[0] == '[' && colon > listen && colon[-1] == ']';
    const char *begin = listen + bracketed;
    const size_t length = (size_t)(colon - begin) - bracketed;
    if ((bracketed && length == 0) || length >= LISTENER_HOST_SIZE || (!bracketed && memchr(begin, ':', length)) ||
        strtol(colon + 1, NULL, 10) > 65535)
        return false;
    memcpy(host, begin, length);
    host[length] = '\0';
    strcpy(port, colon + 1);
    return true;
}

static bool listen_at(listener *l, const struct addrinfo *a)
{
    const int on = 1, off = 0;
    l->socket = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    if (l->socket < 0)
        return false;
    setsockopt(l->socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (a->ai_family == AF_INET6) /* [::] is every IPv4 address, too, whatever the system's default */
        setsockopt(l->socket, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    fcntl(l->socket, F_SETFD, FD_CLOEXEC);
    fcntl(l->socket, F_SETFL, O_NONBLOCK);
    const bool shared = l->transport->options.reuse_port;
    if ((!shared || setsockopt(l->socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) &&
        bind(l->socket, a->ai_addr, a->ai_addrlen) == 0 && listen(l->socket, BACKLOG) == 0)
        return true;
    const int reason = errno;
    close(l->socket);
    l->socket = -1;
    errno = reason;
    return false;
}

/* Listens at the first address of a host. *in_use is whether another program listens there. */
static lenet5_status listen_at_host(listener *l, bool *in_use, const char *host, const char *port, lenet5_error *error)
{
    const char *wanted = l->transport->options.listen;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found;
    const int failure = getaddrinfo(host, port, &hints, &found);
    *in_use = false;
    if (failure != 0)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "%.200s: there is no such address: %s", wanted,
                           gai_strerror(failure));
    const bool listening = listen_at(l, found);
    const int reason = errno;
    freeaddrinfo(found);
    if (listening)
        return LENET5_OK;
    *in_use = reason == EADDRINUSE;
    return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET, "%.200s: cannot listen there: %s%s", wanted,
                       strerror(reason), *in_use ? "; choose another port with --listen" : "");
}

/* Fills the transport's address and URL: the port may have been 0. */
static void describe_address(transport *t, int socket)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    char host[64] = "", port[LISTENER_PORT_SIZE] = "";
    if (getsockname(socket, (struct sockaddr *)&address, &size) == 0)
        getnameinfo((struct sockaddr *)&address, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV);
    t->address = address;
    const bool bracketed = strchr(host, ':');
    snprintf(t->url, sizeof t->url, "http%s://%s%s%s:%s", t->options.cert ? "s" : "", bracketed ? "[" : "", host,
             bracketed ? "]" : "", port);
}

/*
 * "localhost" is the loopback address by RFC 6761, whether or not the system can resolve it: IPv4 first, as the default
 * of --listen. No host is every address: IPv6 with IPv4, or IPv4 alone on a system without IPv6.
 */
static lenet5_status open_socket(listener *l, lenet5_error *error)
{
    char host[LISTENER_HOST_SIZE], port[LISTENER_PORT_SIZE];
    const char *wanted = l->transport->options.listen;
    if (!listener_parse(host, port, wanted))
        return lenet5_fail(
            error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
            "\"%.200s\" is no address to listen at; write ADDRESS:PORT, as 127.0.0.1:8080 or [::1]:8080, "
            "or :PORT for every address",
            wanted);
    const bool local = strcasecmp(host, "localhost") == 0, any = host[0] == '\0';
    bool in_use;
    lenet5_status status = listen_at_host(l, &in_use, local ? "127.0.0.1" : any ? "::" : host, port, error);
    if (status != LENET5_OK && !in_use && (local || any))
        status = listen_at_host(l, &in_use, local ? "::1" : "0.0.0.0", port, error);
    if (status == LENET5_OK)
        describe_address(l->transport, l->socket);
    return status;
}

/* Raises the limit of open files, for the sockets, as far as the system lets it. */
static void raise_file_limit(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

lenet5_status listener_open(listener **opened, transport *t, lenet5_error *error)
{
    listener *l = calloc(1, sizeof *l);
    *opened = l;
    if (!l)
        return lenet5_fail_memory(error);
    l->transport = t;
    l->socket = -1;
    l->wake = eventfd(0, EFD_CLOEXEC);
    lenet5_random_seed(&l->random, t->seed, LENET5_MAX_THREADS); /* the loops have the streams below it */
    for (size_t i = 0; i < LINGERING; i++)
        l->lingering[i].socket = -1;
    raise_file_limit();
    return open_socket(l, error);
}

lenet5_status listener_run(listener *l, lenet5_error *error)
{
    return thread_start(&l->thread, &l->running, run, l, error);
}

/* ---- Closing ----------------------------------------------------------------------------------------------------- */

void listener_close(listener *l)
{
    const uint64_t one = 1;
    if (!l)
        return;
    if (l->running && write(l->wake, &one, sizeof one) == sizeof one)
        pthread_join(l->thread, NULL);
    if (l->socket >= 0)
        close(l->socket);
    l->socket = -1;
    for (size_t i = 0; i < LINGERING; i++)
        close_lingering(l, i);
}

void listener_free(listener *l)
{
    if (!l)
        return;
    close(l->wake);
    free(l);
}
