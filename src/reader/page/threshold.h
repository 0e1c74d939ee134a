/* Where paper ends and ink begins: a threshold for a histogram of contrasts. */
#ifndef LENET5_READER_THRESHOLD_H
#define LENET5_READER_THRESHOLD_H

#include <stdbool.h>
#include <stdint.h>

typedef struct binarisation {
    unsigned threshold; /* ink is above */
    bool above_lines;   /* of squared paper or the like, which are paper, too */
    double paper, ink;  /* mean contrasts */
    double paper_count, ink_count;
    double noise; /* deviation of the paper's */
} binarisation;

/* What is at most the threshold and above the floor is paper, what is above both is ink. */
binarisation lenet5_binarise_at(const uint32_t counts[256], unsigned floor, unsigned threshold);

/* Divides the contrasts from a floor on, by Otsu's threshold (1979). */
binarisation lenet5_otsu(const uint32_t counts[256], unsigned floor);

#endif
