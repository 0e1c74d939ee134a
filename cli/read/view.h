/* Parts of a picture that are read on their own: regions, and the fields of a form that was scanned awry. */
#ifndef LENET5_CLI_VIEW_H
#define LENET5_CLI_VIEW_H

#include "lenet5.h"

/* (x, y) becomes (xx x + xy y + x0, yx x + yy y + y0). Pixel (0, 0) reaches from (0, 0) to (1, 1). */
typedef struct affine {
    double xx, xy, x0;
    double yx, yy, y0;
} affine;

void affine_apply(double *to_x, double *to_y, const affine *map, double x, double y);

/* An upright picture of a part of another one. */
typedef struct view {
    lenet5_picture picture;
    affine to_whole; /* from its pixels to those of the whole picture */
} view;

/*
 * What map takes box to: cut out, or resampled where the map turns it. name stands for it in complaints. Returns an
 * exit code.
 */
int view_new(view *v, const lenet5_picture *whole, const affine *map, const lenet5_box *box, const char *name);

/* Boxes in the view become boxes in the whole picture. */
void view_move_boxes(lenet5_reading *reading, const view *v, const lenet5_picture *whole);

void view_free(view *v);

#endif
