/*
 * What identifies a request in logs: its id, and its place in a trace (W3C Trace Context), where the server's work is a
 * span with an id of its own.
 */
#ifndef LENET5_SERVE_TRACE_H
#define LENET5_SERVE_TRACE_H

#include "base/random.h"

#define REQUEST_ID "X-Request-Id" /* a header of requests and responses */
#define TRACEPARENT "traceparent" /* a header of requests */
#define MAX_REQUEST_ID 128        /* characters of a client's id; a UUID has 36 */
#define REQUEST_ID_SIZE 33        /* of a generated id: 128 random bits in hexadecimal, and the end */
#define TRACE_ID_SIZE 33
#define SPAN_ID_SIZE 17

typedef struct trace {
    const char *request_id; /* the client's, or the generated one */
    char generated_id[REQUEST_ID_SIZE];
    char trace_id[TRACE_ID_SIZE], parent_id[SPAN_ID_SIZE], span_id[SPAN_ID_SIZE]; /* "": the request is in no trace */
} trace;

/* Writes a new id, which is unique but no secret. */
void trace_generate_id(char id[REQUEST_ID_SIZE], lenet5_random *random);

/* Begins with a generated id, in no trace. */
void trace_begin(trace *t, lenet5_random *random);

/* Takes the client's id if it has 1 to MAX_REQUEST_ID characters, all visible ASCII. Keeps the pointer. */
void trace_take_id(trace *t, const char *id);

/* Enters the trace of a traceparent with a new span, if the traceparent is valid. */
void trace_enter(trace *t, const char *traceparent, lenet5_random *random);

#endif
