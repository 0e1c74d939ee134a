/* Quarter turns of pictures. */
#ifndef LENET5_READER_ROTATE_H
#define LENET5_READER_ROTATE_H

#include "box.h"
#include "reader/budget.h"
#include "transform.h"

#define QUARTERS 4 /* of a full turn */

/* Pixels row by row: a grey picture, an ink map, or a part of one. */
typedef struct raster {
    size_t width, height;
    uint8_t *pixels; /* (height, width) */
} raster;

/* A part of a raster, turned clockwise by so many quarters. Allocates its pixels. */
lenet5_status lenet5_rotate(raster *rotated, const raster *from, box part, unsigned quarters, budget *b,
                            lenet5_error *error);

/* Where the edges of a turned raster's pixels are in the whole one of that size that it was made from. */
transform lenet5_rotation_transform(size_t width, size_t height, unsigned quarters);

#endif
