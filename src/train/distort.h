/* Data augmentation by distortion. */
#ifndef LENET5_TRAIN_DISTORT_H
#define LENET5_TRAIN_DISTORT_H

#include "base/random.h"
#include "kernels/kernels.h"

/*
 * The most by which a training may distort its pictures, each amount drawn anew for each picture and epoch, evenly from
 * nothing to the most, either way where there are two.
 */
typedef struct lenet5_distortion {
    float shift;     /* pixels, along each axis */
    float rotation;  /* radians */
    float scale;     /* logarithm of the size */
    float squeeze;   /* logarithm of the width, and that of the height the other way */
    float shear;     /* pixels along a row for each row */
    float elastic;   /* deviation, in pixels, of control points 6.4 pixels apart; about half of it arrives */
    float ink;       /* the share of the pictures that the next four concern; 0 to 1 */
    float thickness; /* of the way to the greatest, or least, value among a pixel's neighbours; at most 1 */
    float blur;      /* of the way to the mean over 3x3; at most 1 */
    float contrast;  /* of the ink's strength, up or down; below 1 */
    float noise;     /* grey levels of 255 */
    float pen;       /* the share of the pictures with another pen, in place of that thickness; 0 to 1 */
    float thicker;   /* pixels on each side of a line */
    float thinner;   /* pixels on each side of a line */
    float hard;      /* the share of the pictures whose greys a soft threshold makes black and white; 0 to 1 */
    float hardness;  /* its slope; above 1 */
    float coarse;    /* the share of the pictures that are sampled as coarsely as at 8 to 16 pixels a digit; 0 to 1 */
} lenet5_distortion;

/* Draws a random warp within the limits of distortion; strength, 0 to 1, scales all of them. */
void lenet5_draw_warp(lenet5_warp *warp, lenet5_random *random, const lenet5_distortion *distortion, float strength);

#endif
