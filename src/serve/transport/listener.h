/* The listener: one thread that accepts clients and hands those that are admitted to the loops, in turn. */
#ifndef LENET5_SERVE_LISTENER_H
#define LENET5_SERVE_LISTENER_H

#include "loop.h"
#include "transport.h"

typedef struct listener listener;

#define LISTENER_HOST_SIZE 256 /* bytes of a name or an address, with its end */
#define LISTENER_PORT_SIZE 8   /* bytes of a port, with its end */

/*
 * Splits "HOST:PORT", "[HOST]:PORT" or ":PORT" into host and port; of the last, the host is "", which stands for every
 * address. False if the text has another form or the port is above 65535.
 */
bool listener_parse(char host[LISTENER_HOST_SIZE], char port[LISTENER_PORT_SIZE], const char *listen);

/* Opens the socket at t->options.listen and fills t->address and t->url. Close and free it even after an error. */
lenet5_status listener_open(listener **opened, transport *t, lenet5_error *error);

/* Starts the thread, which runs until t->stopping and listener_close. */
lenet5_status listener_run(listener *l, lenet5_error *error);

/* Admits a client, whose socket does not block, to one of the loops, or rejects it. c->client is filled here. */
void listener_admit(listener *l, new_client *c);

void listener_close(listener *l);
void listener_free(listener *l);

#endif
