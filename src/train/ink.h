/* Where a picture of 28x28 has ink. */
#ifndef LENET5_TRAIN_INK_H
#define LENET5_TRAIN_INK_H

#include <stddef.h>
#include <stdint.h>

#include "lenet5/network.h"

typedef struct range {
    size_t first, last; /* row or column; first above last: no ink */
} range;

/* The ranges of the ink: its columns, then its rows. */
void lenet5_ink_ranges(range ink[2], const uint8_t picture[LENET5_PICTURE_BYTES]);

static inline float middle(range r)
{
    return (float)(r.first + r.last) / 2;
}

static inline float length(range r)
{
    return (float)r.last - (float)r.first + 1;
}

#endif
