#include "counters.h"

#include <assert.h>
#include <stdlib.h>

/* The statuses that the server sends; the last stands for any other. */
const unsigned counters_statuses[COUNTERS_STATUSES] = {200, 204, 304, 400, 401, 403, 404, 405, 408,
                                                       413, 414, 415, 421, 431, 503, 504, 0};

const double counters_latencies[COUNTERS_LATENCIES] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                       0.025,  0.05,    0.1,    0.25,  0.5,    1,     2.5};

bool counters_new(counters *c, size_t routes)
{
    c->routes = routes;
    c->requests = calloc(routes * COUNTERS_STATUSES, sizeof *c->requests);
    c->latencies = calloc(routes * (COUNTERS_LATENCIES + 1), sizeof *c->latencies);
    c->nanoseconds = calloc(routes, sizeof *c->nanoseconds);
    return c->requests && c->latencies && c->nanoseconds;
}

void counters_free(counters *c)
{
    free(c->requests);
    free(c->latencies);
    free(c->nanoseconds);
}

static void add(_Atomic uint64_t *count, uint64_t more)
{
    atomic_fetch_add_explicit(count, more, memory_order_relaxed);
}

void counters_add(counters *c, counter which, uint64_t more)
{
    assert(which < COUNTERS);
    add(&c->counts[which], more);
}

void counters_subtract(counters *c, counter which)
{
    assert(which < COUNTERS);
    atomic_fetch_sub_explicit(&c->counts[which], 1, memory_order_relaxed);
}

void counters_add_request(counters *c, size_t route, unsigned status, double seconds, bool stream)
{
    size_t status_index = 0, bucket = 0;
    while (counters_statuses[status_index] && counters_statuses[status_index] != status)
        status_index++;
    while (bucket < COUNTERS_LATENCIES && seconds > counters_latencies[bucket])
        bucket++;
    assert(route < c->routes && status_index < COUNTERS_STATUSES);
    add(&c->requests[route * COUNTERS_STATUSES + status_index], 1);
    if (stream)
        return;
    add(&c->latencies[route * (COUNTERS_LATENCIES + 1) + bucket], 1);
    add(&c->nanoseconds[route], (uint64_t)(1e9 * seconds));
}
