/*
 * A round takes the inbox, lets MHD read what has come, answers the requests that were deferred meanwhile, and lets MHD
 * send the responses. MHD's own time-out notices silent clients alone; a client that sends a byte now and then is cut
 * off here.
 */
#define _GNU_SOURCE /* POLLRDHUP */
#include "loop.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "access_log.h"
#include "base/clock.h"
#include "base/error.h"
#include "connection.h"
#include "request_head.h"
#include "secrets.h"
#include "thread.h"

#define DEADLINE_INTERVAL 0.1    /* seconds between two checks of the deadlines */
#define LAST_REQUEST_SECONDS 0.3 /* for a request that is on its way when the server ends: a long round trip */
#define HALF_CLOSED_SECONDS 1.0  /* for a response to a client that has closed its sending direction */
#define CONNECTION_MEMORY 65536  /* bytes of a connection for MHD: headers of both sides, and what is read at once */
#define SPARE_CONNECTIONS 16     /* above our own limit, so that it is not MHD that rejects a client */

struct loop {
    transport *transport;
    struct MHD_Daemon *daemon;
    pthread_t thread;
    bool running;
    int poll, wake;        /* epoll; eventfd of the inbox */
    double now;            /* seconds, as of the current round */
    double deadline_check; /* when deadlines are checked next */

    pthread_mutex_t lock; /* of the inbox, which is what follows */
    new_client *clients;
    size_t client_count, client_room;
    request *returned; /* by the pool */
    bool published;    /* streams have something to send */
    bool stop_requested;
    double stop_requested_by;

    bool stopping;  /* the loop ends when its last connection has */
    double stop_by; /* by then at the latest */
    connection *connections;
    new_client *adding; /* the client that MHD_add_connection is being called for */
    request *deferred, **deferred_end;
    loop_answer_deferred answer_deferred;
    void *deferred_context;
    text_buffer log; /* lines of this round */
    counters counters;
    lenet5_random random;
};

/* ---- The inbox --------------------------------------------------------------------------------------------------- */

static void wake(loop *l)
{
    const uint64_t one = 1;
    if (l->wake >= 0 && write(l->wake, &one, sizeof one) < 0 && errno != EAGAIN)
        abort(); /* the descriptor is not the eventfd any more: memory or the table of files is corrupt */
}

/* Makes room for one more client. */
static bool make_room(loop *l)
{
    if (l->client_count < l->client_room)
        return true;
    const size_t room = 2 * l->client_room + 16;
    new_client *larger = realloc(l->clients, room * sizeof *larger);
    if (!larger)
        return false;
    l->clients = larger;
    l->client_room = room;
    return true;
}

void loop_add(loop *l, const new_client *c)
{
    pthread_mutex_lock(&l->lock);
    const bool added = make_room(l);
    if (added) {
        assert(l->client_count < l->client_room);
        l->clients[l->client_count++] = *c;
    }
    pthread_mutex_unlock(&l->lock);
    if (added) {
        wake(l);
    } else {
        admission_leave(l->transport->admission, c->client);
        close(c->socket);
    }
}

void loop_return_request(loop *l, request *r)
{
    pthread_mutex_lock(&l->lock);
    r->next = l->returned;
    l->returned = r;
    pthread_mutex_unlock(&l->lock);
    wake(l);
}

void loop_notify_published(loop *l)
{
    pthread_mutex_lock(&l->lock);
    l->published = true;
    pthread_mutex_unlock(&l->lock);
    wake(l);
}

void loop_stop(loop *l, double by)
{
    pthread_mutex_lock(&l->lock);
    l->stop_requested = true;
    l->stop_requested_by = by;
    pthread_mutex_unlock(&l->lock);
    wake(l);
}

/* Hands a client to MHD, which closes the socket if it does not accept it. begin_connection clears l->adding. */
static void add_to_daemon(loop *l, new_client *c)
{
    l->adding = c;
    MHD_add_connection(l->daemon, c->socket, (struct sockaddr *)&c->address, c->size);
    if (l->adding)
        admission_leave(l->transport->admission, c->client);
    l->adding = NULL;
}

/* Has MHD ask a stream that waits for more. */
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

/* Has MHD send the response of a request that it has suspended. */
static void resume_answered(request *r)
{
    assert(r->status);
    r->stage = STAGE_ANSWERED;
    r->pooled = false;
    MHD_resume_connection(r->connection->mhd);
}

static void take_inbox(loop *l)
{
    uint64_t count;
    if (read(l->wake, &count, sizeof count) < 0)
        return; /* nothing has come */
    pthread_mutex_lock(&l->lock);
    new_client *clients = l->clients;
    const size_t client_count = l->client_count;
    request *returned = l->returned;
    const bool published = l->published;
    l->stopping = l->stop_requested;
    l->stop_by = l->stop_requested_by;
    l->clients = NULL;
    l->client_count = l->client_room = 0;
    l->returned = NULL;
    l->published = false;
    pthread_mutex_unlock(&l->lock);
    for (size_t i = 0; i < client_count; i++)
        add_to_daemon(l, &clients[i]);
    free(clients);
    for (request *next; returned; returned = next) {
        next = returned->next;
        resume_answered(returned);
    }
    if (published)
        resume_streams(l);
}

/* ---- Connections ------------------------------------------------------------------------------------------------- */

static void begin_connection(loop *l, struct MHD_Connection *mhd, void **context)
{
    connection *c = calloc(1, sizeof *c);
    if (!c || !l->adding) {
        free(c);
        *context = NULL; /* request_head_begin finds no connection, and MHD closes it */
        return;
    }
    c->loop = l;
    c->transport = l->transport;
    c->mhd = mhd;
    c->socket = l->adding->socket;
    c->client = l->adding->client;
    c->since = l->now;
    c->request.connection = c;
    c->next = l->connections;
    if (c->next)
        c->next->previous = c;
    l->connections = c;
    l->adding = NULL;
    counters_add(&l->counters, COUNT_CONNECTIONS, 1);
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
    admission_leave(l->transport->admission, c->client);
    counters_subtract(&l->counters, COUNT_CONNECTIONS);
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

/* ---- Deadlines --------------------------------------------------------------------------------------------------- */

/* Closes a connection whose time is over, with a response if the client has not sent all of a request. */
static void cut_late(connection *c)
{
    const request_stage stage = c->request.stage;
    const bool unfinished = stage == STAGE_HEADERS || stage == STAGE_BODY || (stage == STAGE_IDLE && c->served == 0);
    connection_cut(c, unfinished && !c->loop->stopping ? MHD_HTTP_REQUEST_TIMEOUT : 0,
                   "the request took too long to be sent");
}

/*
 * Whether the client has closed its sending direction and all that it has sent has been read. MHD is notified of new
 * events alone and misses a close that comes together with the last bytes.
 */
static bool has_closed(const connection *c)
{
    char byte;
    const request_stage stage = c->request.stage;
    return (stage == STAGE_IDLE || stage == STAGE_HEADERS || stage == STAGE_BODY) &&
           recv(c->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static double seconds_allowed(const connection *c)
{
    const serve_options *o = &c->transport->options;
    switch (c->request.stage) {
    case STAGE_IDLE:
        return c->loop->stopping ? LAST_REQUEST_SECONDS : c->served > 0 ? o->idle_seconds : o->request_seconds;
    case STAGE_HEADERS:
    case STAGE_BODY:
    case STAGE_SENDING: return o->request_seconds;
    case STAGE_STREAMING:
        return STREAM_PAUSE + o->request_seconds; /* each pause has something for the client to accept */
    case STAGE_WAITING:
    case STAGE_ANSWERED:
    case STAGE_CUT: break;
    }
    return HUGE_VAL;
}

/*
 * Whether the response that the pool is making is of no use any more: the connection is broken, or the server has to
 * end. A client that has closed its sending direction looks like one that has left, but may still read for a moment.
 */
static bool is_abandoned(const connection *c)
{
    const loop *l = c->loop;
    struct pollfd client = {.fd = c->socket, .events = POLLRDHUP};
    if (l->stopping && l->now > l->stop_by)
        return true;
    if (poll(&client, 1, 0) != 1)
        return false;
    return client.revents & (POLLERR | POLLHUP) || l->now - c->since > HALF_CLOSED_SECONDS;
}

static void check_deadlines(loop *l)
{
    for (connection *c = l->connections; c; c = c->next) {
        const bool waiting = c->request.stage == STAGE_WAITING || c->request.stage == STAGE_ANSWERED;
        if (l->now - c->since > seconds_allowed(c) || (l->stopping && l->now > l->stop_by && !waiting))
            cut_late(c);
        else if (has_closed(c))
            connection_cut(c, 0, NULL);
        else if (c->request.pooled && is_abandoned(c))
            atomic_store(&c->request.abandoned, true);
        else if (l->stopping || l->now - c->since > STREAM_PAUSE)
            resume_stream(c);
    }
    l->deadline_check = l->now + DEADLINE_INTERVAL;
}

/* ---- Rounds ------------------------------------------------------------------------------------------------------ */

void loop_defer(request *r)
{
    loop *l = r->connection->loop;
    r->next = NULL;
    *l->deferred_end = r;
    l->deferred_end = &r->next;
}

static void answer_deferred(loop *l)
{
    request *first = l->deferred;
    l->deferred = NULL;
    l->deferred_end = &l->deferred;
    l->answer_deferred(l->deferred_context, first);
    for (request *next; first; first = next) {
        next = first->next;
        resume_answered(first);
    }
}

/* Returns how long the round may wait, in milliseconds, at most what the caller allows. */
static int milliseconds_to_wait(loop *l, int milliseconds)
{
    MHD_UNSIGNED_LONG_LONG wanted;
    if (l->deferred)
        return 0;
    if (MHD_get_timeout(l->daemon, &wanted) == MHD_YES && wanted < (MHD_UNSIGNED_LONG_LONG)milliseconds)
        return (int)wanted;
    return milliseconds;
}

bool loop_round(loop *l, int milliseconds)
{
    struct epoll_event events[2];
    epoll_wait(l->poll, events, 2, milliseconds_to_wait(l, milliseconds));
    l->now = lenet5_clock();
    take_inbox(l);
    MHD_run(l->daemon);
    if (l->deferred) {
        answer_deferred(l);
        MHD_run(l->daemon);
    }
    if (l->now >= l->deadline_check)
        check_deadlines(l);
    if (l->log.size > 0)
        access_log_flush(&l->log);
    return !l->stopping || l->connections;
}

static void *run(void *context)
{
    loop *l = context;
    secrets_use_on_this_thread(l->transport->secrets);
    while (loop_round(l, (int)(1000 * DEADLINE_INTERVAL)))
        ;
    return NULL;
}

/* ---- Beginning and end ------------------------------------------------------------------------------------------- */

static lenet5_status start_daemon(loop *l, lenet5_error *error)
{
    const serve_options *o = &l->transport->options;
    const unsigned flags =
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | (o->cert ? MHD_USE_TLS : 0);
    l->daemon = MHD_start_daemon(flags, 0, NULL, NULL, request_handle, l, MHD_OPTION_URI_LOG_CALLBACK,
                                 request_head_begin, l, MHD_OPTION_NOTIFY_COMPLETED, request_completed, l,
                                 MHD_OPTION_NOTIFY_CONNECTION, notice_connection, l, MHD_OPTION_CONNECTION_LIMIT,
                                 (unsigned)o->connections + SPARE_CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                 (size_t)CONNECTION_MEMORY, MHD_OPTION_HTTPS_PRIORITIES, TLS_PRIORITIES,
                                 MHD_OPTION_HTTPS_CERT_CALLBACK2, secrets_present, MHD_OPTION_END);
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

static lenet5_status prepare(loop *l, lenet5_error *error)
{
    if (!counters_new(&l->counters, route_count(l->transport->routes)))
        return lenet5_fail_memory(error);
    const lenet5_status status = start_daemon(l, error);
    if (status != LENET5_OK)
        return status;
    if (!open_poll(l))
        return lenet5_fail(error, LENET5_E_OPEN, LENET5_NO_OFFSET, "the server does not start: %s", strerror(errno));
    return LENET5_OK;
}

lenet5_status loop_new(loop **created, transport *t, loop_answer_deferred answer, void *context, lenet5_error *error)
{
    loop *l = calloc(1, sizeof *l);
    *created = NULL;
    if (!l)
        return lenet5_fail_memory(error);
    *l = (loop){.transport = t,
                .poll = -1,
                .wake = -1,
                .now = lenet5_clock(),
                .deferred_end = &l->deferred,
                .answer_deferred = answer,
                .deferred_context = context};
    pthread_mutex_init(&l->lock, NULL);
    lenet5_random_seed(&l->random, t->seed, t->loop_count); /* the loops so far: each has a stream */
    const lenet5_status status = prepare(l, error);
    if (status == LENET5_OK)
        *created = l;
    else
        loop_free(l);
    return status;
}

lenet5_status loop_run(loop *l, lenet5_error *error)
{
    return thread_start(&l->thread, &l->running, run, l, error);
}

void loop_join(loop *l)
{
    if (l->running)
        pthread_join(l->thread, NULL);
}

void loop_free(loop *l)
{
    if (l->daemon)
        MHD_stop_daemon(l->daemon);
    for (size_t i = 0; i < l->client_count; i++)
        close(l->clients[i].socket);
    if (l->poll >= 0)
        close(l->poll);
    if (l->wake >= 0)
        close(l->wake);
    free(l->clients);
    text_free(&l->log);
    counters_free(&l->counters);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

/* ---- Access ------------------------------------------------------------------------------------------------------ */

counters *loop_counters(loop *l)
{
    return &l->counters;
}

text_buffer *loop_log(loop *l)
{
    return &l->log;
}

double loop_now(const loop *l)
{
    return l->now;
}

lenet5_random *loop_random(loop *l)
{
    return &l->random;
}

bool loop_is_stopping(const loop *l)
{
    return l->stopping;
}

bool loop_has_connections(const loop *l)
{
    return l->connections;
}
