/* Parts of a picture that are read on their own: regions, and the fields of a form, which may be tilted. */
#ifndef LENET5_CLI_PICTURE_PART_H
#define LENET5_CLI_PICTURE_PART_H

#include "lenet5.h"

/* Maps (x, y) to (xx x + xy y + x0, yx x + yy y + y0). Pixel (0, 0) extends from (0, 0) to (1, 1). */
typedef struct affine {
    double xx, xy, x0;
    double yx, yy, y0;
} affine;

void affine_apply(double *to_x, double *to_y, const affine *map, double x, double y);

/* An upright picture of a part of another one. */
typedef struct picture_part {
    lenet5_picture picture;
    affine to_whole; /* from its pixels to those of the whole picture */
} picture_part;

/*
 * Makes a picture of the image of box under map: cut out, or resampled if the map rotates it. name stands for it in
 * error messages. Returns an exit code. Free it in any case.
 */
int picture_part_new(picture_part *v, const lenet5_picture *whole, const affine *map, const lenet5_box *box,
                     const char *name);

/* Converts the boxes of a reading from pixels of the part to pixels of the whole picture. */
void picture_part_move_boxes(lenet5_reading *reading, const picture_part *v, const lenet5_picture *whole);

void picture_part_free(picture_part *v);

#endif
