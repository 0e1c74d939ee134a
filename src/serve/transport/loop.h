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

#include "admission.h"
#include "counters.h"
#include "request.h"
#include "transport.h"

typedef struct loop loop;

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

/* Answers deferred requests, linked by next, in the order in which they came. */
typedef void (*loop_answer_deferred)(void *context, request *first);

/* Creates a loop; *created is NULL after an error. */
lenet5_status loop_new(loop **created, transport *t, loop_answer_deferred answer, void *context, lenet5_error *error);
void loop_free(loop *l);

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

/* The counters of a loop may be read and added to by any thread; what follows is for its own thread. */
counters *loop_counters(loop *l);
text_buffer *loop_log(loop *l);       /* lines of the access log of this round */
double loop_now(const loop *l);       /* when the round began, seconds of lenet5_clock */
lenet5_random *loop_random(loop *l);  /* for generated ids */
bool loop_is_stopping(const loop *l); /* it ends when its last connection has */
bool loop_has_connections(const loop *l);

/* Keeps a request until the end of the round, where answer_deferred answers it with the others. */
void loop_defer(request *r);

#endif
