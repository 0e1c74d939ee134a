/* A server without threads except those of its pool, and one client. */
#ifndef LENET5_FUZZ_WIRE_H
#define LENET5_FUZZ_WIRE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Sends the bytes over a connection, shuts down that direction and reads until the server closes the other; aborts
 * if the answer is not HTTP or does not end.
 */
void wire_send(const uint8_t *bytes, size_t size);

#endif
