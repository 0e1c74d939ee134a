/* A server without threads of its own but those of its pool, and one client of it. */
#ifndef LENET5_FUZZ_WIRE_H
#define LENET5_FUZZ_WIRE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Sends the bytes over a connection, closes that way and reads what comes until the server closes the other; aborts
 * where that is no answer of HTTP, or never ends.
 */
void wire_send(const uint8_t *bytes, size_t size);

#endif
