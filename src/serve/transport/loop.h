/*
 * A loop: one thread that runs one MHD daemon by hand (MHD's external polling), so that no two threads touch it. Other
 * threads leave what they have for it in its inbox.
 *
 * A request belongs to its loop's thread, unless it is `pooled`: then it belongs to a thread of the pool until
 * loop_return_request. The pool calls nothing of MHD's; it finds copies of the headers that it needs in the request.
 * Strings of the request line and the headers stay valid, in MHD's memory, until request_completed.
 */
#ifndef LENET5_SERVE_LOOP_H
#define LENET5_SERVE_LOOP_H

#include <microhttpd.h>
#include <pthread.h>

#include "admission.h"
#include "counters.h"
#include "request.h"
#include "transport.h"

typedef struct loop loop;
typedef struct connection connection;

/*
 * Seconds without events after which a stream sends a comment, so that proxies keep the connection open and a client
 * that has left is noticed.
 */
#define STREAM_PAUSE 15.0

/* A client that the listener has accepted, on its way to a loop. */
typedef struct new_client {
    int socket;
    struct sockaddr_storage address;
    socklen_t size;         /* of the address */
    client_address *client; /* for admission_leave */
} new_client;

struct connection {
    loop *loop;
    struct MHD_Connection *mhd;
    connection *next, *previous; /* in the loop's list */
    int socket;
    client_address *client;
    double since;  /* when its present stage began; of a stream, when it last accepted bytes */
    size_t served; /* requests */
    request request;
};

/* Answers deferred requests, linked by next, in the order in which they came. */
typedef void (*loop_answer_deferred)(void *context, request *first);

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
};

/* Creates a loop. End it even after an error. */
lenet5_status loop_start(loop *l, transport *t, loop_answer_deferred answer, void *context, lenet5_error *error);
void loop_end(loop *l);

/* Runs the loop on a thread of its own, which ends after loop_stop. */
lenet5_status loop_run(loop *l, lenet5_error *error);
void loop_join(loop *l);

/* Runs one round, waiting at most for some milliseconds; false once the loop has stopped. */
bool loop_round(loop *l, int milliseconds);

/* The functions that other threads call: */
void loop_add(loop *l, const new_client *c);   /* adds a client */
void loop_return_request(loop *l, request *r); /* hands back a request that the pool has answered */
void loop_notify_published(loop *l);           /* there is something new for the streams */
void loop_stop(loop *l, double by);            /* by a time of lenet5_clock at the latest */

/* Keeps a request until the end of the round, where answer_deferred answers it with the others. */
void loop_defer(request *r);

/* Closes a connection. If a status is given, a raw response gives the client the reason. */
void connection_cut(connection *c, unsigned status, const char *why);

static inline transport *request_transport(const request *r)
{
    return r->connection->loop->transport;
}

static inline const serve_options *request_options(const request *r)
{
    return &request_transport(r)->options;
}

/* Adds to a counter of the request's loop. */
static inline void request_count(const request *r, counter which, uint64_t more)
{
    counters_add(&r->connection->loop->counters, which, more);
}

#endif
