/* The memory budget: a limit for bodies, copies of their parts, and responses of all requests together. */
#ifndef LENET5_SERVE_MEMORY_H
#define LENET5_SERVE_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Bytes up to which a reservation is always granted, so that large requests do not keep small ones out. The number of
 * connections bounds the sum of such reservations. */
#define MEMORY_ALWAYS_GRANTED ((size_t)1 << 16)

typedef struct memory_budget {
    size_t limit; /* bytes */
    _Atomic size_t reserved;
} memory_budget;

/*
 * Reserves memory for some bytes, of which *reserved are reserved already; updates *reserved. False, and
 * nothing changes, if the budget is exhausted. Thread-safe.
 */
bool memory_reserve(memory_budget *b, size_t *reserved, size_t size);

/* Gives a reservation back. */
void memory_release(memory_budget *b, size_t *reserved);

#endif
