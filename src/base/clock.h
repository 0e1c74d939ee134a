/* A clock for measuring durations. */
#ifndef LENET5_BASE_CLOCK_H
#define LENET5_BASE_CLOCK_H

#include <time.h>

/* Seconds since an arbitrary moment; monotonic where the system has such a clock. */
static inline double lenet5_clock(void)
{
    struct timespec now;
#ifdef CLOCK_MONOTONIC
    clock_gettime(CLOCK_MONOTONIC, &now);
#else
    timespec_get(&now, TIME_UTC);
#endif
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
