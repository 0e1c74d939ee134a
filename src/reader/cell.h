/* What is around a digit that was cut out of a page: paper, less or more of it, and pieces of the frame that it was in.
 */
#ifndef LENET5_READER_CELL_H
#define LENET5_READER_CELL_H

#include "page/span.h"

#include <stdbool.h>

/* A grey picture, width x height bytes, and which of its levels are ink. */
typedef struct cut_out {
    const uint8_t *grey;
    size_t width, height;
    bool ink[256];
} cut_out;

/* The part of a part of the picture that is within pieces of a frame along its border; all where there are none. */
span lenet5_within_frame(const cut_out *c, span whole);

/* What is seen around a digit before it is known what is ink. */
typedef struct surroundings {
    span part;      /* what is within pieces of a frame */
    bool known;     /* whether level parts ink from paper, in that part */
    unsigned level; /* the darker kind is not above it */
    bool dark_ink;
} surroundings;

surroundings lenet5_look_around(const uint8_t *grey, size_t width, size_t height);

#endif
