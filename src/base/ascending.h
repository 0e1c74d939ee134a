/* Comparison functions for qsort, in ascending order. */
#ifndef LENET5_BASE_ASCENDING_H
#define LENET5_BASE_ASCENDING_H

#include <stddef.h>

static inline int ascending_numbers(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static inline int ascending_sizes(const void *a, const void *b)
{
    const size_t left = *(const size_t *)a, right = *(const size_t *)b;
    return (left > right) - (left < right);
}

#endif
