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

/* Otsu's threshold (1979): what is above it and what is not are as far apart as can be. total: of count levels. */
static inline unsigned otsu(const uint32_t histogram[256], double count, double total)
{
    unsigned threshold = 0;
    double most = 0;
    double below = 0;
    double sum = 0;
    for (unsigned level = 0; level < 255; level++) {
        below += histogram[level];
        sum += level * (double)histogram[level];
        if (below == 0 || below == count)
            continue;
        const double apart = sum / below - (total - sum) / (count - below);
        const double between = below * (count - below) * apart * apart;
        if (between > most) {
            most = between;
            threshold = level;
        }
    }
    return threshold;
}

#endif
