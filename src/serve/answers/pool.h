/* The pool: threads for work that would hold up a loop's round, reading pictures and recognising many digits. */
#ifndef LENET5_SERVE_POOL_H
#define LENET5_SERVE_POOL_H

#include "serve/transport/options.h"
#include "serve/transport/request.h"

/* Bytes of a body that a loop parses itself; a longer one is for the pool, so that it does not hold up others. */
#define MAX_ROUND_BODY ((size_t)1 << 16)

typedef struct pool pool;

/*
 * Starts the threads; one is enough if no more can be started. Stop the pool even after an error. The options have to
 * outlive it.
 */
lenet5_status pool_start(pool **started, const serve_options *options, unsigned threads, lenet5_error *error);

/* Answers what is queued, and ends the threads. NULL is allowed. */
void pool_stop(pool *p);

/* Queues a request, for which a thread calls work. Fails the request if the queue is full. */
void pool_add(request *r, void (*work)(request *r, lenet5_reader *reader));

/*
 * Long work asks between its steps whether to go on: false once the request has failed, here because its client has
 * left or because its time is over.
 */
bool pool_should_continue(request *r);

#endif
