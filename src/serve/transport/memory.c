#include "memory.h"

#include <assert.h>

bool memory_reserve(memory_budget *b, size_t *reserved, size_t size)
{
    const size_t more = size > *reserved ? size - *reserved : 0;
    const size_t total = atomic_fetch_add(&b->reserved, more) + more;
    if (more > 0 && size > MEMORY_ALWAYS_GRANTED && total > b->limit) {
        atomic_fetch_sub(&b->reserved, more);
        return false;
    }
    *reserved += more;
    return true;
}

void memory_release(memory_budget *b, size_t *reserved)
{
    const size_t before = atomic_fetch_sub(&b->reserved, *reserved);
    assert(before >= *reserved);
    (void)before;
    *reserved = 0;
}
