/*
 * The transport: HTTP connections and requests, apart from what is answered. Its modules, in the order of a request's
 * way:
 *
 *   listener, admission      accept sockets; count clients, and reject those that are too many
 *   loop, connection         one thread and one MHD daemon: connections, deadlines, rounds
 *   request, request_head    a request from its first line to the end of its response
 *   origin, secrets          which hosts, sites and tokens are accepted
 *   route, parameters, form  the route of a path; values of the query and of a form
 *   response, raw_response   responses by way of MHD, and past it
 *   trace                    the ids of requests, and the traces that they are in
 *   memory, counters, access_log, sandbox, thread
 *
 * It includes nothing of ../answers: server.c hands it the table of routes, and each loop what answers deferred
 * requests.
 */
#ifndef LENET5_SERVE_TRANSPORT_H
#define LENET5_SERVE_TRANSPORT_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/socket.h>

#include "memory.h"
#include "options.h"

/* What the modules of one server's transport share. */
typedef struct transport {
    serve_options options;
    char url[128];                   /* filled by listener_open */
    struct sockaddr_storage address; /* likewise */
    const struct route_table *routes;
    struct answers *answers; /* the state of the routes' functions, which the transport does not look into */
    struct admission *admission;
    struct secrets *secrets;
    struct loop **loops; /* (loop_count) */
    unsigned loop_count;
    memory_budget memory;
    uint64_t seed;         /* of the generated ids; each loop and the listener have a stream of their own */
    _Atomic bool draining; /* clients go elsewhere: no readiness, and every response closes its connection */
    _Atomic bool stopping; /* no connection is accepted */
} transport;

#endif
