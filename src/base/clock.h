/* A clock for measuring durations. */
#ifndef LENET5_BASE_CLOCK_H
#define LENET5_BASE_CLOCK_H

#include <time.h>

/* Seconds since an arbitrary moment; monotonic. */
static inline double lenet5_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
