/* Paper that the ink of a part encloses, as the inside of a 0. */
#ifndef LENET5_READER_HOLES_H
#define LENET5_READER_HOLES_H

#include <stddef.h>
#include <stdint.h>

#include "lenet5/base.h"

/* Values of a pixel. */
enum { HOLE_PAPER, HOLE_INK, HOLE_OUTSIDE };

/*
 * Counts the enclosed pixels of each column. pixels: (height, width) of HOLE_PAPER and HOLE_INK; paper that is not
 * enclosed becomes HOLE_OUTSIDE. Cost: each pixel is visited a few times.
 */
lenet5_status lenet5_count_holes(size_t *holes, uint8_t *pixels, size_t width, size_t height, lenet5_error *error);

#endif
