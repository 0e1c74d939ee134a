/*
 * What the server answers, on top of ../transport. An answer is the result of the network or of the reader; the
 * response that carries it (status, headers, body) belongs to ../transport.
 *
 * The files:
 *
 *   routes                          the table of routes
 *   classify, read, infer, network, training, metrics, assets    one route or family of routes each
 *   batcher                         digits of requests that arrive together are recognised together
 *   pool                            threads for work that is too long for a loop's round
 *   pixels, content                 grey levels from what clients send; what bytes are by themselves
 *   explain                         how a page was read
 */
#ifndef LENET5_SERVE_ANSWERS_H
#define LENET5_SERVE_ANSWERS_H

#include "serve/transport/connection.h"

/* The state of the routes' functions, of one server. */
typedef struct answers {
    transport *transport;
    struct channel *channel;
    struct assets *assets;
    struct batcher **batchers; /* (loops), one for each loop */
    unsigned loops;
    struct pool *pool;
    double started; /* seconds of lenet5_clock */
} answers;

/* Prepares the answers of a server with some loops. Free them even after an error. */
lenet5_status answers_new(answers *a, transport *t, unsigned loops, lenet5_error *error);
void answers_free(answers *a);

/* Starts the threads of the pool, which answers_free stops. The sandbox, if there is one, is entered before. */
lenet5_status answers_run(answers *a, lenet5_error *error);

static inline answers *request_answers(const request *r)
{
    return request_transport(r)->answers;
}

#endif
