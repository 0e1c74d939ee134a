/*
 * The HTTP server, as its caller sees it (docs/server.md says what its clients see). It has threads of its own; every
 * function here may be called from any thread, serve_stop once. Nothing is printed but the access log.
 */
#ifndef LENET5_SERVE_H
#define LENET5_SERVE_H

#include "lenet5/model.h"
#include "lenet5/reading.h"

typedef enum serve_log { SERVE_LOG_TEXT, SERVE_LOG_JSON, SERVE_LOG_NONE } serve_log;

#define SERVE_DEFAULT_PLACE "127.0.0.1:8080"

/* What holds where nobody asks for anything else; the networks are still to be named. */
#define SERVE_DEFAULTS                                                                               \
    {                                                                                                \
        .listen = SERVE_DEFAULT_PLACE, .max_body = (size_t)32 << 20, .max_answer = (size_t)32 << 20, \
        .max_pixels = 40000000, .connections = 4096, .connections_per_address = 256, .queue = 64,    \
        .request_seconds = 30, .idle_seconds = 60, .read_seconds = 10                                \
    }

/* All that is pointed at stays the caller's and has to outlive the server. */
typedef struct serve_options {
    const char *listen; /* SERVE_DEFAULT_PLACE, "[::1]:8080", "localhost:0"; port 0 is any that is free */
    unsigned threads;   /* that talk to clients, and as many that read pictures; 0: one for each processor */
    const lenet5_committee *digits;  /* for single digits */
    const lenet5_committee *strings; /* for pictures */
    size_t max_body;                 /* bytes of a request */
    size_t max_answer;               /* bytes of what is answered to one */
    size_t max_pixels;               /* of a picture */
    size_t connections, connections_per_address;
    size_t queue;           /* requests that wait for a thread that reads pictures */
    double request_seconds; /* from a request's first line to its last byte */
    double idle_seconds;    /* between two requests */
    double read_seconds;    /* for reading one page, and three times as long for all pictures of a request */
    const char *token;      /* that clients have to know; NULL: none */
    const char *cert, *key; /* PEM, of TLS; NULL: plain HTTP */
    const char *hosts;      /* names that Host may have besides, with commas between; NULL: none */
    const char *origins;    /* sites whose pages may ask, likewise; "*": all */
    bool sandbox;           /* gives up, for the calling thread too, the rights that serving does not need */
    const char *files[4];   /* that are read again for serve_reload, ended by NULL: the sandbox leaves them readable */
    serve_log log;          /* on stderr */
} serve_options;

typedef struct server server;

/* Listens when it returns. */
lenet5_status serve_start(server **started, const serve_options *options, lenet5_error *error);

/* Where it listens, for people: "http://127.0.0.1:8080". */
const char *serve_url(const server *s);

/* What the server has given up, for people; "" without a sandbox. */
const char *serve_guards(const server *s);

/*
 * Other secrets from now on, all of them or, after an error, none: of as many kinds as the server was started with.
 */
lenet5_status serve_reload(server *s, const char *token, const char *cert, const char *key, lenet5_error *error);

/*
 * Tells all who watch /v1/training of an event, in JSON. The event "state" is told to those alone who come later, in
 * place of the one before.
 */
void serve_publish(server *s, const char *event, const char *json);

/* Takes no more clients, finishes what is in flight, for some seconds at most, and frees the server. NULL is fine. */
void serve_stop(server *s, double seconds);

/* What the module lenet5_serve exports. */
typedef struct serve_module {
    lenet5_status (*start)(server **started, const serve_options *options, lenet5_error *error);
    const char *(*url)(const server *s);
    const char *(*guards)(const server *s);
    lenet5_status (*reload)(server *s, const char *token, const char *cert, const char *key, lenet5_error *error);
    void (*publish)(server *s, const char *event, const char *json);
    void (*stop)(server *s, double seconds);
} serve_module;

#endif
