/*
 * From a grey picture to ink: a map of the same size in which 0 is paper and 255 ink, whatever the light, the colour of
 * the paper and which of the two is darker; turned so that lines of writing are level, without what was printed there.
 */
#ifndef LENET5_READER_INK_H
#define LENET5_READER_INK_H

#include "budget.h"

typedef struct ink_map {
    size_t width, height;
    uint8_t *ink; /* (height, width) */
} ink_map;

/* Where a place of a map that was turned is in the picture: the middle + turned by the skew. */
typedef struct skew {
    float cosine, sine;
    float from_x, from_y, to_x, to_y; /* the middles of map and picture */
} skew_t;

typedef struct ink_report {
    bool empty;    /* nothing differs enough from paper */
    bool light;    /* the ink is lighter than the paper */
    bool sheet;    /* it lay on something darker; lenet5_find_ink does not know of it */
    bool shadow;   /* the light falls off across the picture */
    size_t rules;  /* printed lines that were taken out */
    double stroke; /* width of a stroke, in pixels; 0 if there is no ink */
} ink_report;

/* Allocates the map, which is empty where the report says so. */
lenet5_status lenet5_find_ink(ink_map *map, ink_report *report, const lenet5_picture *picture, budget *b,
                              lenet5_error *error);

/* Finds printed lines, turns the map until they are level, and takes them out; where there are none, nothing changes.
 */
lenet5_status lenet5_remove_rules(ink_map *map, skew_t *skew, ink_report *report, budget *b, lenet5_error *error);

/* Where a place of the map is in the picture. */
void lenet5_unskew(float place[2], const skew_t *skew, float x, float y);

/* The ink between pixels, 0 outside the map. */
double lenet5_ink_between(const ink_map *map, double x, double y);

void lenet5_ink_free(ink_map *map);

#endif
