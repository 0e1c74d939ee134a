/* Quantiles of grey levels. */
#ifndef LENET5_READER_HISTOGRAM_H
#define LENET5_READER_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

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
