/* Thresholds between paper and ink in a histogram of contrasts. */
#ifndef LENET5_READER_THRESHOLD_H
#define LENET5_READER_THRESHOLD_H

#include <stdbool.h>
#include <stdint.h>

typedef struct binarisation {
    unsigned threshold; /* ink is above */
    bool above_lines;   /* the paper includes the lines of squared paper */
    double paper, ink;  /* mean contrasts */
    double paper_count, ink_count;
    double noise; /* standard deviation of the paper */
} binarisation;

/* Describes paper, from floor to threshold, and ink, above it. */
binarisation lenet5_binarise_at(const uint32_t counts[256], unsigned floor, unsigned threshold);

/* Binarises the contrasts from floor on at Otsu's threshold (1979). */
binarisation lenet5_otsu(const uint32_t counts[256], unsigned floor);

#endif
