/*
 * From a grey picture to ink: a map of the same size in which 0 is paper and 255 ink, whatever the light, the colour of
 * the paper and which of the two is darker; turned so that lines of writing are level, without what was printed there.
 */
#ifndef LENET5_READER_INK_H
#define LENET5_READER_INK_H

#include "reader/budget.h"

typedef struct ink_map {
    size_t width, height;
    uint8_t *ink; /* (height, width) */
} ink_map;

typedef struct ink_report {
    bool empty;    /* nothing differs enough from paper */
    bool light;    /* the ink is lighter than the paper */
    bool sheet;    /* it lay on something darker, of which lenet5_find_ink knows the edges along the border */
    bool thin;     /* strokes are hardly a pixel wide; lenet5_find_ink does not say so */
    bool shadow;   /* the light falls off across the picture */
    bool pattern;  /* a pattern of the paper was left out */
    double noise;  /* how far the paper varies, as a share of what ink stands out by: 0 to 1 */
    double stroke; /* width of a stroke, in pixels; 0 if there is no ink */
} ink_report;

/* Allocates the map, which is empty where the report says so. */
lenet5_status lenet5_find_ink(ink_map *map, ink_report *report, const lenet5_picture *picture, budget *b,
                              lenet5_error *error);

/* Of what is above a level: twice the area to the length of the edge, for strokes that are much longer than wide. */
double lenet5_stroke_width(const ink_map *map, unsigned level);

/* The ink between pixels, 0 outside the map. */
double lenet5_interpolate_ink(const ink_map *map, double x, double y);

void lenet5_ink_free(ink_map *map);

#endif
