/* Quantiles of grey levels. */
#ifndef LENET5_READER_HISTOGRAM_H
#define LENET5_READER_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* How many of count bytes have each level. */
static inline void count_levels(uint32_t histogram[256], const uint8_t *levels, size_t count)
{
    memset(histogram, 0, 256 * sizeof histogram[0]);
    for (size_t i = 0; i < count; i++)
        histogram[levels[i]]++;
}

/* The level that more than this share of count pixels do not exceed. */
static inline unsigned quantile(const uint32_t histogram[256], size_t count, double share)
{
    size_t below = 0;
    for (unsigned level = 0; level < 255; level++) {
        below += histogram[level];
        if ((double)below > share * (double)count)
            return level;
    }
    return 255;
}

#endif
