/* Counters of one loop's requests. Any thread may add to them and read them. */
#ifndef LENET5_SERVE_COUNTERS_H
#define LENET5_SERVE_COUNTERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNTERS_STATUSES 24  /* counted each by itself; the last stands for all others */
#define COUNTERS_LATENCIES 14 /* upper limits of the histogram's buckets; one more bucket has no limit */

extern const unsigned counters_statuses[COUNTERS_STATUSES];
extern const double counters_latencies[COUNTERS_LATENCIES]; /* seconds */

typedef enum counter {
    COUNT_DIGITS,         /* single digits recognised */
    COUNT_DIGITS_BATCHED, /* those of them that were recognised in batches of 16 */
    COUNT_DIGITS_REJECTED,
    COUNT_LINES_READ,
    COUNT_LINES_UNSURE,
    COUNT_IN_FLIGHT,   /* requests, at the moment */
    COUNT_CONNECTIONS, /* at the moment */
    COUNTERS
} counter;

typedef struct counters {
    size_t routes;
    _Atomic uint64_t *requests;    /* (routes, COUNTERS_STATUSES) */
    _Atomic uint64_t *latencies;   /* (routes, COUNTERS_LATENCIES + 1) requests in each bucket alone, not cumulative */
    _Atomic uint64_t *nanoseconds; /* (routes) of all requests together */
    _Atomic uint64_t counts[COUNTERS];
} counters;

/* False if memory is out; free it all the same. */
bool counters_new(counters *c, size_t routes);
void counters_free(counters *c);

void counters_add(counters *c, counter which, uint64_t more);
void counters_subtract(counters *c, counter which);

/* Counts a request that is answered. A stream has no latency: it lasts as long as its client watches. */
void counters_add_request(counters *c, size_t route, unsigned status, double seconds, bool stream);

#endif
