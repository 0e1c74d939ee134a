/*
 * The HTTP server, as its caller sees it; docs/server.md describes it for its clients. It has threads of its own. Every
 * function may be called from any thread, serve_stop once. Nothing is printed but the access log.
 */
#ifndef LENET5_SERVE_H
#define LENET5_SERVE_H

#include "transport/options.h"

typedef struct server server;

/* Starts a server, which listens when the function returns. */
lenet5_status serve_start(server **started, const serve_options *options, lenet5_error *error);

/* Returns where the server listens: "http://127.0.0.1:8080". */
const char *serve_url(const server *s);

/* Returns what the sandbox has given up, for people; "" without a sandbox. */
const char *serve_sandbox(const server *s);

/* Replaces all secrets, or, after an error, none. They are of the kinds that the server was started with. */
lenet5_status serve_reload(server *s, const char *token, const char *cert, const char *key, lenet5_error *error);

/* Sends an event, in JSON, to all readers of /v1/training. The event "state" is for readers that come later. */
void serve_publish(server *s, const char *event, const char *json);

/*
 * Sends the clients elsewhere: readiness answers 503, and every response closes its connection. The server still
 * accepts connections and answers requests.
 */
void serve_drain(server *s);

/*
 * Drains the server, accepts no more clients, finishes what is in flight, for some seconds at most, and frees the
 * server. NULL is allowed.
 */
void serve_stop(server *s, double seconds);

/* What the module lenet5_serve exports. */
typedef struct serve_module {
    lenet5_status (*start)(server **started, const serve_options *options, lenet5_error *error);
    const char *(*url)(const server *s);
    const char *(*sandbox)(const server *s);
    lenet5_status (*reload)(server *s, const char *token, const char *cert, const char *key, lenet5_error *error);
    void (*publish)(server *s, const char *event, const char *json);
    void (*drain)(server *s);
    void (*stop)(server *s, double seconds);
} serve_module;

#endif
