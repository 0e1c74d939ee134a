/* Quantiles of grey levels. */
#ifndef LENET5_READER_HISTOGRAM_H
#define LENET5_READER_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/* Four histograms in one: neighbouring levels are mostly equal, and incrementing one counter twice in a row stalls. */
typedef struct level_counts {
    uint32_t part[4][256];
} level_counts;

static inline void add_levels(level_counts *c, const uint8_t *levels, size_t count)
{
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (size_t k = 0; k < 4; k++)
            c->part[k][levels[i + k]]++;
    for (; i < count; i++)
        c->part[0][levels[i]]++;
}

static inline void sum_levels(uint32_t histogram[256], const level_counts *c)
{
    for (size_t level = 0; level < 256; level++)
        histogram[level] = c->part[0][level] + c->part[1][level] + c->part[2][level] + c->part[3][level];
}

/* Counts the levels of count bytes. */
static inline void count_levels(uint32_t histogram[256], const uint8_t *levels, size_t count)
{
    level_counts c = {0};
    add_levels(&c, levels, count);
    sum_levels(histogram, &c);
}

/* The lowest level such that more than share of count pixels are at most as high. */
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
