/*
 * The door: one thread that takes clients. It counts them, in all and by address; those who are too many are told so,
 * past MHD, and let go, and the others are dealt out to the loops by turns.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"
#include "server.h"

#define BACKLOG 1024
#define SLOTS 4096     /* of the table of addresses */
#define TURNED_AWAY 64 /* clients whose sockets are kept open for a moment, so that they can read why */
#define MOMENT 1.0     /* seconds */
#define PAUSE 10       /* milliseconds, when there are no more sockets to be had */

/* An address and how many of its connections there are. */
struct visitor {
    visitor *next; /* of the slot */
    struct in6_addr address;
    size_t count;
};

struct door {
    server *server;
    int socket, wake;
    pthread_t thread;
    bool running;
    size_t turn;          /* the loop that is next */
    pthread_mutex_t lock; /* of what follows */
    size_t count;
    visitor *slots[SLOTS];
    struct {
        int socket; /* -1: none */
        double since;
    } away[TURNED_AWAY];
    size_t next_away;
};

/* ---- Who is there --------------------------------------------------------------------------------------------- */

/*
 * The network of an IPv6 client, 64 bits, since it may have all of that; the whole address of an IPv4 one, as IPv6
 * writes it (::ffff:a.b.c.d), whether it has come to an IPv4 socket or to [::].
 */
static struct in6_addr address_of(const struct sockaddr_storage *from)
{
    struct in6_addr address = {{{[10] = 0xff, [11] = 0xff}}};
    const struct in6_addr *six = &((const struct sockaddr_in6 *)from)->sin6_addr;
    if (from->ss_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(six)) {
        memset(&address, 0, sizeof address);
        memcpy(&address, six, 8);
    } else if (from->ss_family == AF_INET6) {
        address = *six;
    } else if (from->ss_family == AF_INET) {
        memcpy(&address.s6_addr[12], &((const struct sockaddr_in *)from)->sin_addr, 4);
    }
    return address;
}

static size_t slot_of(const struct in6_addr *address)
{
    return lenet5_hash(address->s6_addr, sizeof *address) % SLOTS;
}

/* The place of the pointer to the visitor of that address, or to NULL. */
static visitor **find(door *d, const struct in6_addr *address)
{
    visitor **at = &d->slots[slot_of(address)];
    while (*at && memcmp(&(*at)->address, address, sizeof *address) != 0)
        at = &(*at)->next;
    return at;
}

typedef enum verdict { WELCOME, TOO_MANY, TOO_MANY_FROM_THERE } verdict;

static verdict enter(door *d, visitor **v, const struct in6_addr *address)
{
    const serve_options *o = &d->server->options;
    verdict said = WELCOME;
    pthread_mutex_lock(&d->lock);
    visitor **at = find(d, address);
    if (*at && (*at)->count >= o->connections_per_address)
        said = TOO_MANY_FROM_THERE;
    else if (d->count >= o->connections)
        said = TOO_MANY;
    else if (!*at && (*at = calloc(1, sizeof **at)))
        (*at)->address = *address;
    if (said == WELCOME && !*at)
        said = TOO_MANY; /* for the memory */
    if (said == WELCOME) {
        (*at)->count++;
        d->count++;
        *v = *at;
    }
    pthread_mutex_unlock(&d->lock);
    return said;
}

void door_leave(door *d, visitor *v)
{
    pthread_mutex_lock(&d->lock);
    d->count--;
    if (--v->count == 0) {
        *find(d, &v->address) = v->next;
        free(v);
    }
    pthread_mutex_unlock(&d->lock);
}

/* ---- Who is not let in ---------------------------------------------------------------------------------------- */

static void let_go(door *d, size_t index)
{
    if (d->away[index].socket >= 0)
        close(d->away[index].socket);
    d->away[index].socket = -1;
}

static void turn_away(door *d, int socket, verdict why)
{
    if (why == TOO_MANY)
        say_aside(d->server, socket, MHD_HTTP_SERVICE_UNAVAILABLE, "too many connections are open; try again later");
    else
        say_aside(d->server, socket, MHD_HTTP_TOO_MANY_REQUESTS,
                  "too many connections from this address are open; try again later");
    shutdown(socket, SHUT_WR);
    let_go(d, d->next_away);
    d->away[d->next_away].socket = socket;
    d->away[d->next_away].since = lenet5_clock();
    d->next_away = (d->next_away + 1) % TURNED_AWAY;
}

static void let_go_after_a_moment(door *d)
{
    const double now = lenet5_clock();
    for (size_t i = 0; i < TURNED_AWAY; i++)
        if (d->away[i].socket >= 0 && now - d->away[i].since > MOMENT)
            let_go(d, i);
}

/* ---- The thread ----------------------------------------------------------------------------------------------- */

void door_take(door *d, arrival *a)
{
    const struct in6_addr address = address_of(&a->address);
    const verdict said = enter(d, &a->visitor, &address);
    if (said == WELCOME)
        loop_add(&d->server->loops[d->turn++ % d->server->threads], a);
    else
        turn_away(d, a->socket, said);
}

static void take_next(door *d)
{
    arrival a = {.size = sizeof a.address};
    a.socket = accept(d->socket, (struct sockaddr *)&a.address, &a.size);
    if (a.socket >= 0) {
        fcntl(a.socket, F_SETFD, FD_CLOEXEC);
        fcntl(a.socket, F_SETFL, O_NONBLOCK);
        door_take(d, &a);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        poll(NULL, 0, PAUSE);
    }
}

static void *watch(void *context)
{
    door *d = context;
    struct pollfd watched[2] = {{.fd = d->socket, .events = POLLIN}, {.fd = d->wake, .events = POLLIN}};
    while (!atomic_load(&d->server->stopping)) {
        poll(watched, 2, (int)(1000 * MOMENT));
        if (watched[0].revents)
            take_next(d);
        let_go_after_a_moment(d);
    }
    return NULL;
}

/* ---- Opening and closing -------------------------------------------------------------------------------------- */

/* "HOST:PORT" or "[HOST]:PORT" in two. */
static bool split(char host[256], char port[8], const char *listen)
{
    const char *colon = strrchr(listen, ':');
    if (!colon || strlen(colon + 1) == 0 || strlen(colon + 1) > 5 ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return false;
    const bool bracketed = listen[0] == '[' && colon > listen && colon[-1] == ']';
    const char *begin = listen + bracketed;
    const size_t length = (size_t)(colon - begin) - bracketed;
    if (length == 0 || length >= 256 || (!bracketed && memchr(begin, ':', length)) ||
        strtol(colon + 1, NULL, 10) > 65535)
        return false;
    memcpy(host, begin, length);
    host[length] = '\0';
    strcpy(port, colon + 1);
    return true;
}

static bool listen_at(door *d, const struct addrinfo *a)
{
    const int on = 1;
    d->socket = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    if (d->socket < 0)
        return false;
    setsockopt(d->socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    fcntl(d->socket, F_SETFD, FD_CLOEXEC);
    fcntl(d->socket, F_SETFL, O_NONBLOCK);
    return bind(d->socket, a->ai_addr, a->ai_addrlen) == 0 && listen(d->socket, BACKLOG) == 0;
}

static void name_place(server *s, int socket)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    char host[64] = "", port[8] = "";
    if (getsockname(socket, (struct sockaddr *)&address, &size) == 0)
        getnameinfo((struct sockaddr *)&address, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV);
    s->place = address;
    const bool bracketed = strchr(host, ':');
    snprintf(s->url, sizeof s->url, "http%s://%s%s%s:%s", s->options.cert ? "s" : "", bracketed ? "[" : "", host,
             bracketed ? "]" : "", port);
}

static lenet5_status open_socket(door *d, lenet5_error *error)
{
    char host[256], port[8];
    const char *wish = d->server->options.listen;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found;
    if (!split(host, port, wish))
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "\"%.200s\" is no place to listen at; it is ADDRESS:PORT, as 127.0.0.1:8080 or [::1]:8080",
                           wish);
    const int failure = getaddrinfo(host, port, &hints, &found);
    if (failure != 0)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET, "%.200s: there is no such address: %s", wish,
                           gai_strerror(failure));
    const bool listening = listen_at(d, found);
    const int reason = errno;
    freeaddrinfo(found);
    if (!listening)
        return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET, "%.200s: cannot listen there: %s%s", wish,
                           strerror(reason), reason == EADDRINUSE ? "; choose another port with --listen" : "");
    name_place(d->server, d->socket);
    return LENET5_OK;
}

/* As many files as the system lets us have, for the sockets. */
static void raise_limit(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

lenet5_status door_open(door **opened, server *s, lenet5_error *error)
{
    door *d = calloc(1, sizeof *d);
    *opened = d;
    if (!d)
        return lenet5_fail_memory(error);
    d->server = s;
    d->socket = -1;
    d->wake = eventfd(0, EFD_CLOEXEC);
    pthread_mutex_init(&d->lock, NULL);
    for (size_t i = 0; i < TURNED_AWAY; i++)
        d->away[i].socket = -1;
    raise_limit();
    return open_socket(d, error);
}

lenet5_status door_run(door *d, lenet5_error *error)
{
    return start_thread(&d->thread, &d->running, watch, d, error);
}

void door_close(door *d)
{
    const uint64_t one = 1;
    if (d->running && write(d->wake, &one, sizeof one) == sizeof one)
        pthread_join(d->thread, NULL);
    if (d->socket >= 0)
        close(d->socket);
    d->socket = -1;
    for (size_t i = 0; i < TURNED_AWAY; i++)
        let_go(d, i);
}

void door_free(door *d)
{
    if (!d)
        return;
    close(d->wake);
    pthread_mutex_destroy(&d->lock);
    free(d);
}
