/*
 * From a grey picture to ink: a map of the same size in which 0 is paper and 255 ink, whatever the light, the colour of
 * the paper, and which of the two is darker.
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
    bool sheet;    /* the paper lay on something darker; lenet5_find_ink knows of edges along the border alone */
    bool thin;     /* strokes are about one pixel wide; lenet5_prepare sets it */
    bool shadow;   /* the light falls off across the picture */
    bool pattern;  /* the paper has a pattern, which was removed */
    double noise;  /* standard deviation of the paper over the contrast of ink, 0 to 1 */
    double stroke; /* width of a stroke, in pixels; 0 if there is no ink */
} ink_report;

/*
 * Finds the ink of a picture. Allocates the map, which is blank if report->empty. Cost: about 20 units of work a pixel,
 * more with patterns.
 */
lenet5_status lenet5_find_ink(ink_map *map, ink_report *report, const lenet5_picture *picture, budget *b,
                              lenet5_error *error);

/* The mean width of strokes above a level, in pixels: twice the area over the length of the edge. */
double lenet5_stroke_width(const ink_map *map, unsigned level);

/* The ink at (x, y) by bilinear interpolation; 0 outside the map. */
double lenet5_interpolate_ink(const ink_map *map, double x, double y);

void lenet5_ink_free(ink_map *map);

#endif
