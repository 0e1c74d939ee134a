/* The options of a server, and their defaults. */
#ifndef LENET5_SERVE_OPTIONS_H
#define LENET5_SERVE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "lenet5/model.h"

typedef enum serve_log { SERVE_LOG_TEXT, SERVE_LOG_JSON, SERVE_LOG_NONE } serve_log;

#define SERVE_DEFAULT_LISTEN "127.0.0.1:8080"

/* The defaults; the networks have none. */
#define SERVE_DEFAULTS                                                                                \
    {                                                                                                 \
        .listen = SERVE_DEFAULT_LISTEN, .max_body = (size_t)32 << 20, .max_answer = (size_t)32 << 20, \
        .max_pixels = 40000000, .connections = 4096, .connections_per_address = 256, .queue = 64,     \
        .request_seconds = 30, .idle_seconds = 60, .read_seconds = 10                                 \
    }

/* Memory for the bodies and responses of all requests together, in bodies of --max-body bytes: 16 of the largest
 * requests fit at once. */
#define MEMORY_BODIES 16

/* Pixels of all pictures of a request, in pictures of --max-pixels: a TIFF or a form may have several. */
#define REQUEST_PIXELS_TIMES ((size_t)4)

/* Seconds for all pictures of a request, in times of --read-timeout, which is for one page. */
#define REQUEST_READ_TIMES 3.0

/* Everything that is pointed at stays the caller's and has to outlive the server. */
typedef struct serve_options {
    const char *listen; /* ADDRESS:PORT, as SERVE_DEFAULT_LISTEN, "[::1]:8080" or "localhost:0", or ":PORT" for every
                           address; port 0 is any that is free */
    bool reuse_port;    /* shares the address with other processes of the same user */
    unsigned threads;   /* for connections, and as many for pictures; 0: one for each processor */
    const lenet5_committee *digits;              /* for single digits */
    const lenet5_committee *strings;             /* for pictures */
    size_t max_body;                             /* bytes of a request */
    size_t max_answer;                           /* bytes of a response (--max-answer) */
    size_t max_pixels;                           /* of a picture */
    size_t connections, connections_per_address; /* at the same time */
    size_t queue;                                /* requests that wait for a thread of the pool */
    double request_seconds;                      /* from a request's first line to its last byte */
    double idle_seconds;                         /* between two requests of a connection */
    double read_seconds;                         /* for reading a page; REQUEST_READ_TIMES as long for a request */
    const char *token;                           /* that requests have to have; NULL: none */
    const char *cert, *key;                      /* of TLS, in PEM; NULL: plain HTTP */
    const char *hosts;                           /* further names that Host may have, separated by commas; NULL: none */
    const char *origins;  /* sites whose pages may ask, separated by commas; "*": all; NULL: none */
    bool sandbox;         /* gives up rights that serving does not need, for the calling thread, too */
    const char *files[4]; /* which the sandbox leaves readable for serve_reload; ended by NULL */
    serve_log log;        /* on stderr */
} serve_options;

#endif
