/*
 * A loop: one thread with an MHD daemon of its own, which it runs itself (MHD's external polling), so that nothing of
 * MHD's is ever touched by two threads. What others have for it, they leave in its inbox and wake it.
 *
 * A round takes the inbox, lets MHD read what has come, recognises the digits of all requests that came with it, and
 * lets MHD send the answers. MHD's own time-outs only notice who is silent; who sends a byte now and then is cut off
 * here.
 */
#define _GNU_SOURCE /* POLLRDHUP */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "secrets.h"

#define TICK 0.1            /* seconds between two looks at the deadlines */
#define HALF_CLOSED 1.0     /* seconds for an answer to a client that has closed its way to us */
#define HEADER_MEMORY 65536 /* bytes of a connection for MHD: headers, theirs and ours, and what is read at once */

/* ---- The inbox ------------------------------------------------------------------------------------------------ */

static void wake(loop *l)
{
    const uint64_t one = 1;
    if (l->wake >= 0 && write(l->wake, &one, sizeof one) < 0 && errno != EAGAIN)
        abort(); /* an eventfd that cannot be written to is not ours any more */
}

/* Room for one more arrival. */
static bool make_room(loop *l)
{
    if (l->arrival_count < l->arrival_room)
        return true;
    const size_t room = 2 * l->arrival_room + 16;
    arrival *larger = realloc(l->arrivals, room * sizeof *larger);
    if (!larger)
        return false;
    l->arrivals = larger;
    l->arrival_room = room;
    return true;
}

void loop_add(loop *l, const arrival *a)
{
    pthread_mutex_lock(&l->turn);
    const bool taken = make_room(l);
    if (taken)
        l->arrivals[l->arrival_count++] = *a;
    pthread_mutex_unlock(&l->turn);
    if (taken) {
        wake(l);
    } else {
        door_leave(l->server->door, a->visitor);
        close(a->socket);
    }
}

void loop_give_back(loop *l, request *r)
{
    pthread_mutex_lock(&l->turn);
    r->next = l->returned;
    l->returned = r;
    pthread_mutex_unlock(&l->turn);
    wake(l);
}

void loop_tell(loop *l)
{
    pthread_mutex_lock(&l->turn);
    l->published = true;
    pthread_mutex_unlock(&l->turn);
    wake(l);
}

void loop_stop(loop *l, double until)
{
    pthread_mutex_lock(&l->turn);
    l->ending = true;
    l->end = until;
    pthread_mutex_unlock(&l->turn);
    wake(l);
}

/* MHD closes the socket of one that it does not take. Who is taken is no longer welcome: begin_connection has it. */
static void welcome(loop *l, arrival *a)
{
    l->welcome = a;
    MHD_add_connection(l->daemon, a->socket, (struct sockaddr *)&a->address, a->size);
    if (l->welcome)
        door_leave(l->server->door, a->visitor);
    l->welcome = NULL;
}

/* Has MHD ask it for more, if it waits for that. */
static void resume_stream(connection *c)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CONNECTION_SUSPENDED);
    if (c->request.stage == STAGE_STREAMING && info && info->suspended == MHD_YES)
        MHD_resume_connection(c->mhd);
}

static void resume_streams(loop *l)
{
    for (connection *c = l->connections; c; c = c->next)
        resume_stream(c);
}

static void take_inbox(loop *l)
{
    uint64_t count;
    if (read(l->wake, &count, sizeof count) < 0)
        return; /* nothing has come */
    pthread_mutex_lock(&l->turn);
    arrival *arrivals = l->arrivals;
    const size_t arrival_count = l->arrival_count;
    request *returned = l->returned;
    const bool published = l->published;
    l->stopping = l->ending;
    l->until = l->end;
    l->arrivals = NULL;
    l->arrival_count = l->arrival_room = 0;
    l->returned = NULL;
    l->published = false;
    pthread_mutex_unlock(&l->turn);
    for (size_t i = 0; i < arrival_count; i++)
        welcome(l, &arrivals[i]);
    free(arrivals);
    for (request *next; returned; returned = next) {
        next = returned->next;
        returned->stage = STAGE_ANSWERED;
        returned->pooled = false;
        MHD_resume_connection(returned->connection->mhd);
    }
    if (published)
        resume_streams(l);
}

/* ---- Connections ---------------------------------------------------------------------------------------------- */

static void begin_connection(loop *l, struct MHD_Connection *mhd, void **context)
{
    connection *c = calloc(1, sizeof *c);
    if (!c || !l->welcome) {
        free(c);
        *context = NULL; /* its requests are turned away, and welcome() gives its place free */
        return;
    }
    c->loop = l;
    c->mhd = mhd;
    c->socket = l->welcome->socket;
    c->visitor = l->welcome->visitor;
    c->since = l->now;
    c->request.connection = c;
    c->next = l->connections;
    if (c->next)
        c->next->previous = c;
    l->connections = c;
    l->welcome = NULL;
    count_more(l, COUNT_CONNECTIONS, 1);
    *context = c;
}

static void end_connection(connection *c)
{
    loop *l = c->loop;
    if (c->next)
        c->next->previous = c->previous;
    if (c->previous)
        c->previous->next = c->next;
    else
        l->connections = c->next;
    request_free(&c->request);
    door_leave(l->server->door, c->visitor);
    count_less(l, COUNT_CONNECTIONS);
    free(c);
}

static void notice_connection(void *context, struct MHD_Connection *mhd, void **own,
                              enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        begin_connection(context, mhd, own);
    else if (*own)
        end_connection(*own);
}

/* ---- Deadlines ------------------------------------------------------------------------------------------------ */

void connection_cut(connection *c, unsigned status, const char *why)
{
    request *r = &c->request;
    if (status)
        say_aside(c->loop->server, c->socket, status, why);
    if (status && r->stage != STAGE_IDLE) {
        const double seconds = lenet5_clock() - r->began;
        r->status = status;
        count_request(r, seconds);
        log_request(r, seconds);
    }
    r->stage = STAGE_CUT;
    shutdown(c->socket, SHUT_RDWR);
}

/* One of whom more was to come is told that it is late. */
static void cut_late(connection *c)
{
    const stage at = c->request.stage;
    const bool unfinished = at == STAGE_HEADERS || at == STAGE_BODY || (at == STAGE_IDLE && c->served == 0);
    const bool told = unfinished && !c->loop->stopping;
    connection_cut(c, told ? MHD_HTTP_REQUEST_TIMEOUT : 0, "the request took too long to be sent");
}

/*
 * Whether the client has closed its way to us and all that it has sent has been read. MHD learns of new events alone: a
 * close that comes together with the last bytes it does not notice.
 */
static bool has_hung_up(const connection *c)
{
    char byte;
    const stage at = c->request.stage;
    return (at == STAGE_IDLE || at == STAGE_HEADERS || at == STAGE_BODY) &&
           recv(c->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static double seconds_allowed(const connection *c)
{
    const serve_options *o = &c->loop->server->options;
    switch (c->request.stage) {
    case STAGE_IDLE: return c->loop->stopping ? 0 : c->served > 0 ? o->idle_seconds : o->request_seconds;
    case STAGE_HEADERS:
    case STAGE_BODY:
    case STAGE_SENDING: return o->request_seconds;
    case STAGE_STREAMING: return STREAM_PAUSE + o->request_seconds; /* there is something to be taken in every pause */
    case STAGE_WAITING:
    case STAGE_ANSWERED:
    case STAGE_CUT: break;
    }
    return HUGE_VAL;
}

/*
 * Whether nobody waits for the answer of the pool: the connection is broken, or the server has to end. A client that
 * has closed its way to us looks like one that has left; it may still read for a moment.
 */
static bool is_abandoned(const connection *c)
{
    const loop *l = c->loop;
    struct pollfd client = {.fd = c->socket, .events = POLLRDHUP};
    if (l->stopping && l->now > l->until)
        return true;
    if (poll(&client, 1, 0) != 1)
        return false;
    return client.revents & (POLLERR | POLLHUP) || l->now - c->since > HALF_CLOSED;
}

static void check_deadlines(loop *l)
{
    for (connection *c = l->connections; c; c = c->next) {
        const bool waiting = c->request.stage == STAGE_WAITING || c->request.stage == STAGE_ANSWERED;
        if (l->now - c->since > seconds_allowed(c) || (l->stopping && l->now > l->until && !waiting))
            cut_late(c);
        else if (has_hung_up(c))
            connection_cut(c, 0, NULL);
        else if (c->request.pooled && is_abandoned(c))
            atomic_store(&c->request.abandoned, true);
        else if (l->stopping || l->now - c->since > STREAM_PAUSE)
            resume_stream(c);
    }
    l->tick = l->now + TICK;
}

/* ---- Rounds --------------------------------------------------------------------------------------------------- */

static int patience(loop *l, int milliseconds)
{
    MHD_UNSIGNED_LONG_LONG wanted;
    if (l->gathered_count > 0)
        return 0;
    if (MHD_get_timeout(l->daemon, &wanted) == MHD_YES && wanted < (MHD_UNSIGNED_LONG_LONG)milliseconds)
        return (int)wanted;
    return milliseconds;
}

/* Whole lines, of so many bytes as a pipe takes at once, and none where it is full: a log that nobody reads must not
 * hold up the answers. */
static void write_log(loop *l)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    for (size_t written = 0; written < l->log.size && poll(&out, 1, 0) == 1 && out.revents == POLLOUT;) {
        size_t size = l->log.size - written;
        size = size < PIPE_BUF ? size : PIPE_BUF;
        while (size > 0 && l->log.bytes[written + size - 1] != '\n')
            size--;
        if (size == 0 || (write(STDERR_FILENO, l->log.bytes + written, size) < 0 && errno != EINTR))
            break;
        written += size;
    }
    l->log.size = 0;
    l->log.failed = false;
}

bool loop_round(loop *l, int milliseconds)
{
    struct epoll_event events[2];
    epoll_wait(l->poll, events, 2, patience(l, milliseconds));
    l->now = lenet5_clock();
    take_inbox(l);
    MHD_run(l->daemon);
    if (l->gathered_count > 0) {
        gather_recognise(l);
        MHD_run(l->daemon);
    }
    if (l->now >= l->tick)
        check_deadlines(l);
    if (l->log.size > 0)
        write_log(l);
    return !l->stopping || l->connections;
}

static void *run(void *context)
{
    loop *l = context;
    secrets_present_here(l->server);
    while (loop_round(l, (int)(1000 * TICK)))
        ;
    return NULL;
}

/* ---- Beginning and end ---------------------------------------------------------------------------------------- */

static lenet5_status start_daemon(loop *l, lenet5_error *error)
{
    const serve_options *o = &l->server->options;
    const unsigned flags =
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | (o->cert ? MHD_USE_TLS : 0);
    l->daemon = MHD_start_daemon(flags, 0, NULL, NULL, request_handle, l, MHD_OPTION_URI_LOG_CALLBACK, request_begin, l,
                                 MHD_OPTION_NOTIFY_COMPLETED, request_completed, l, MHD_OPTION_NOTIFY_CONNECTION,
                                 notice_connection, l, MHD_OPTION_CONNECTION_LIMIT, (unsigned)o->connections + 16,
                                 MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_MEMORY, MHD_OPTION_HTTPS_PRIORITIES,
                                 TLS_PRIORITIES, MHD_OPTION_HTTPS_CERT_CALLBACK2, secrets_present, MHD_OPTION_END);
    return l->daemon
               ? LENET5_OK
               : lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET, "the server does not start: %s", strerror(errno));
}

static bool open_poll(loop *l)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct epoll_event event = {.events = EPOLLIN};
    l->poll = epoll_create1(EPOLL_CLOEXEC);
    l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return info && l->poll >= 0 && l->wake >= 0 && epoll_ctl(l->poll, EPOLL_CTL_ADD, l->wake, &event) == 0 &&
           epoll_ctl(l->poll, EPOLL_CTL_ADD, info->epoll_fd, &event) == 0;
}

lenet5_status loop_start(loop *l, server *s, lenet5_error *error)
{
    *l = (loop){.server = s, .poll = -1, .wake = -1, .now = lenet5_clock()};
    pthread_mutex_init(&l->turn, NULL);
    l->lanes = lenet5_lanes_new(1);
    l->maps = malloc(sizeof *l->maps);
    if (!l->lanes || !l->maps || !counters_new(&l->counters))
        return lenet5_fail_memory(error);
    const lenet5_status status = start_daemon(l, error);
    if (status != LENET5_OK)
        return status;
    if (!open_poll(l))
        return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET, "the server does not start: %s", strerror(errno));
    return LENET5_OK;
}

lenet5_status loop_run(loop *l, lenet5_error *error)
{
    return start_thread(&l->thread, &l->running, run, l, error);
}

void loop_join(loop *l)
{
    if (l->running)
        pthread_join(l->thread, NULL);
}

void loop_end(loop *l)
{
    if (l->daemon)
        MHD_stop_daemon(l->daemon);
    for (size_t i = 0; i < l->arrival_count; i++)
        close(l->arrivals[i].socket);
    if (l->poll >= 0)
        close(l->poll);
    if (l->wake >= 0)
        close(l->wake);
    free(l->arrivals);
    free(l->gathered);
    lenet5_lanes_free(l->lanes);
    free(l->maps);
    text_free(&l->log);
    counters_free(&l->counters);
    pthread_mutex_destroy(&l->turn);
}
