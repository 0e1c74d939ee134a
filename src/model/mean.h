/* The mean of a committee, in the one way that all have in common: the same bits wherever it is asked. */
#ifndef LENET5_MODEL_MEAN_H
#define LENET5_MODEL_MEAN_H

#include <stddef.h>

/* Adds one member's share of count numbers to mean, which begins as zeros and takes the members in their order. */
static inline void lenet5_add_share(float *mean, const float *penalty, size_t count, size_t members)
{
    for (size_t i = 0; i < count; i++)
        mean[i] += penalty[i] / (float)members;
}

#endif
