/* A sheet with writing and print on it, and its photograph. */
#ifndef LENET5_DATA_PHOTOGRAPH_H
#define LENET5_DATA_PHOTOGRAPH_H

#include <stddef.h>

#include "base/random.h"
#include "lenet5/data.h"

/* Coverage by ink and by print, (height, width), 0 to 1. */
typedef struct sheet {
    size_t width, height;
    float *ink;
    float *print; /* NULL: nothing is printed */
} sheet;

/*
 * Photographs a sheet in a style at random: rotated, on paper with grain, in coloured ink, with a shadow across, blurred
 * and with noise. Sets the width, the height and the pixels of the picture, which lenet5_string_free frees.
 */
lenet5_status lenet5_photograph(lenet5_string *picture, const sheet *s, const lenet5_string_style *style,
                                lenet5_random *random, lenet5_error *error);

#endif
