/* Rotation of pictures by quarter turns. */
#ifndef LENET5_READER_ROTATE_H
#define LENET5_READER_ROTATE_H

#include "box.h"
#include "reader/budget.h"
#include "transform.h"

#define QUARTERS 4 /* quarter turns of a full one */

/* A grey picture, an ink map, or a part of one. */
typedef struct raster {
    size_t width, height;
    uint8_t *pixels; /* (height, width) */
} raster;

/* Rotates a part of a raster clockwise by quarter turns. Allocates the pixels. */
lenet5_status lenet5_rotate(raster *rotated, const raster *from, box part, unsigned quarters, budget *b,
                            lenet5_error *error);

/* From a rotated raster to the original of a size. Coordinates are those of pixel edges. */
transform lenet5_rotation_transform(size_t width, size_t height, unsigned quarters);

#endif
