/* Connected components of ink. */
#ifndef LENET5_READER_COMPONENTS_H
#define LENET5_READER_COMPONENTS_H

#include "box.h"
#include "ink.h"
#include "reader/budget.h"

#define SURELY_INK 85 /* of 255: what is fainter connects nothing */

/* Of a map; where there are more it is LENET5_CROWDED. A page of print has some thousands, noise millions. */
#define MAX_COMPONENTS 1000000

typedef struct component {
    box box;
    size_t area;
    size_t edge; /* sides of its pixels that are next to paper or outside the map */
    double x, y; /* its centre of mass */
} component;

typedef struct components {
    size_t count;
    component *list;  /* (count) */
    uint32_t *labels; /* (height, width): number in the list, from 1; 0 for paper. NULL where they are only listed */
} components;

/* Ink that touches, at the corners too, is one component. They are in the order of their first pixels, row by row. */
lenet5_status lenet5_find_components(components *found, const ink_map *map, budget *b, lenet5_error *error);

/* The same without labels, in half the time. */
lenet5_status lenet5_list_components(components *found, const ink_map *map, budget *b, lenet5_error *error);

/* Adds components that have no pixels yet. */
lenet5_status lenet5_add_components(components *found, size_t count, lenet5_error *error);

/* Measures them anew, once labels have changed hands. */
void lenet5_measure_components(components *found, const ink_map *map);

void lenet5_components_free(components *found);

#endif
