/* Paper that the ink of a part encloses, as the inside of a 0. */
#ifndef LENET5_READER_HOLES_H
#define LENET5_READER_HOLES_H

#include <stddef.h>
#include <stdint.h>

#include "lenet5/base.h"
#include "reader/page/box.h"

/* Values of a pixel. */
enum { HOLE_PAPER, HOLE_INK, HOLE_OUTSIDE, HOLE_INSIDE };

#define MAX_LOOPS 32

/* Holes as high as the loop of a digit, by their left edges. */
typedef struct loops {
    size_t count;
    box list[MAX_LOOPS];
} loops;

/*
 * Counts the enclosed pixels of each column, and lists the first MAX_LOOPS holes that are least_height pixels high or
 * higher. pixels: (height, width) of HOLE_PAPER and HOLE_INK; all paper becomes HOLE_OUTSIDE or HOLE_INSIDE. Cost: each
 * pixel is visited a few times.
 */
lenet5_status lenet5_find_holes(size_t *holes, loops *found, uint8_t *pixels, size_t width, size_t height,
                                size_t least_height, lenet5_error *error);

#endif
