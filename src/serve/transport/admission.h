/*
 * Admission control: counts connections, in all and by client address, before a client costs more than its socket.
 * Every function may be called from any thread.
 */
#ifndef LENET5_SERVE_ADMISSION_H
#define LENET5_SERVE_ADMISSION_H

#include <stddef.h>
#include <sys/socket.h>

typedef struct admission admission;
typedef struct client_address client_address;

typedef enum admission_verdict { ADMITTED, TOO_MANY_CONNECTIONS, TOO_MANY_FROM_ADDRESS } admission_verdict;

/* NULL if memory is out. */
admission *admission_new(size_t max_connections, size_t max_per_address);

/* All connections must have left. NULL is allowed. */
void admission_free(admission *a);

/* Counts a connection. If the verdict is ADMITTED, *client is the address's entry, which admission_leave takes. */
admission_verdict admission_enter(admission *a, client_address **client, const struct sockaddr_storage *from);

/* Ends the count of one connection. */
void admission_leave(admission *a, client_address *client);

#endif
