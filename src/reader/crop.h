/* What is around a digit that was cut out of a page: paper, less or more of it, and pieces of the frame that it was in.
 */
#ifndef LENET5_READER_CELL_H
#define LENET5_READER_CELL_H

#include "page/box.h"

#include <stdbool.h>

/* A grey picture, width x height bytes, and which of its levels are ink. */
typedef struct crop {
    const uint8_t *grey;
    size_t width, height;
    bool ink[256];
} crop;

/* The part of a part of the picture that is within pieces of a frame along its border; all where there are none. */
box lenet5_inside_frame(const crop *c, box whole);

/* What is seen around a digit before it is known what is ink. */
typedef struct crop_analysis {
    box part;       /* what is within pieces of a frame */
    bool known;     /* whether level parts ink from paper, in that part */
    unsigned level; /* the darker kind is not above it */
    bool dark_ink;
} crop_analysis;

crop_analysis lenet5_analyse_crop(const uint8_t *grey, size_t width, size_t height);

#endif
