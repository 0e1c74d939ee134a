/* The size of a page's digits, whatever else is on it. */
#ifndef LENET5_READER_DIGIT_SIZE_H
#define LENET5_READER_DIGIT_SIZE_H

#include "reader/page/components.h"

typedef struct digit_size {
    double height; /* of a digit, in pixels; 0 if no component is of a digit's size */
    double stroke; /* width of its strokes, in pixels */
} digit_size;

/* Finds the size that most of the ink has. */
lenet5_status lenet5_find_digit_size(digit_size *size, const components *c, const ink_map *map, lenet5_error *error);

/* The mean width of a component's strokes, in pixels. */
double lenet5_stroke_thickness(const component *c);

/* Whether a component is a shadow or an edge at the border of the map: solid, and far thicker than strokes. */
bool lenet5_is_shadow(const component *c, const ink_map *map, double stroke);

#endif
