/*
 * A shim for LD_PRELOAD: allocation number NO_MEMORY_AT, counted from 0, fails. If NO_MEMORY_FOR_GOOD is set, all later
 * ones fail too.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static atomic_ulong count;
static unsigned long fail_at = -1ul;
static bool for_good, ready;

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("NO_MEMORY_AT");
    fail_at = at ? strtoul(at, NULL, 10) : -1ul;
    for_good = getenv("NO_MEMORY_FOR_GOOD") != NULL;
    ready = true;
}

static bool refuse(void)
{
    const unsigned long number = ready ? atomic_fetch_add(&count, 1) : 0;
    const bool refused = ready && (for_good ? number >= fail_at : number == fail_at);
    if (refused)
        errno = ENOMEM;
    return refused;
}

void *malloc(size_t size)
{
    return refuse() ? NULL : __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
    return refuse() ? NULL : __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size)
{
    return refuse() ? NULL : __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return refuse() ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    void *given = refuse() ? NULL : __libc_memalign(alignment, size);
    if (given)
        *memory = given;
    return given ? 0 : ENOMEM;
}
