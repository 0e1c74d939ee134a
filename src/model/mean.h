/* The mean penalties of a committee. All code computes them in this order, and so gets the same bits. */
#ifndef LENET5_MODEL_MEAN_H
#define LENET5_MODEL_MEAN_H

#include <stddef.h>

/* Adds penalty / members to mean (count). mean is zero at first; the members are added in their order. */
static inline void lenet5_add_share(float *mean, const float *penalty, size_t count, size_t members)
{
    for (size_t i = 0; i < count; i++)
        mean[i] += penalty[i] / (float)members;
}

#endif
