/* A connection of a client, with the request that it is at. It belongs to a loop and its thread. */
#ifndef LENET5_SERVE_CONNECTION_H
#define LENET5_SERVE_CONNECTION_H

#include "admission.h"
#include "request.h"
#include "transport.h"

typedef struct connection connection;

struct connection {
    struct loop *loop;
    transport *transport;
    struct MHD_Connection *mhd;
    connection *next, *previous; /* in the loop's list */
    int socket;
    client_address *client; /* for admission_leave */
    double since;           /* when its present stage began; of a stream, when it last accepted bytes */
    size_t served;          /* requests */
    request request;
};

/* Closes a connection. If a status is given, a raw response gives the client the reason. */
void connection_cut(connection *c, unsigned status, const char *reason);

static inline transport *request_transport(const request *r)
{
    return r->connection->transport;
}

static inline const serve_options *request_options(const request *r)
{
    return &request_transport(r)->options;
}

#endif
