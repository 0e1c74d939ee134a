/* What surrounds a digit that was cut out of a page: some paper or none, and pieces of the frame around it. */
#ifndef LENET5_READER_CROP_H
#define LENET5_READER_CROP_H

#include "page/box.h"

#include <stdbool.h>

/* A grey picture (height, width), and which of its levels are ink. */
typedef struct crop {
    const uint8_t *grey;
    size_t width, height;
    bool ink[256];
} crop;

/* Returns the part of whole inside pieces of a frame along its border; whole if there are none. */
box lenet5_inside_frame(const crop *c, box whole);

/* The surroundings of a digit, found before ink is known from paper. */
typedef struct crop_analysis {
    box part;       /* inside any pieces of a frame */
    bool known;     /* level and dark_ink separate ink from paper in that part */
    unsigned level; /* the highest level of the darker kind */
    bool dark_ink;
} crop_analysis;

crop_analysis lenet5_analyse_crop(const uint8_t *grey, size_t width, size_t height);

#endif
