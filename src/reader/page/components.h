/* Connected components of ink. */
#ifndef LENET5_READER_COMPONENTS_H
#define LENET5_READER_COMPONENTS_H

#include "box.h"
#include "ink.h"
#include "reader/budget.h"

#define SURELY_INK 85 /* of 255: fainter ink connects nothing */

/* Of a map; more of them are LENET5_CROWDED. A printed page has some thousands, noise millions. */
#define MAX_COMPONENTS 1000000

typedef struct component {
    box box;
    size_t area;
    size_t edge; /* sides of its pixels that adjoin paper or the border of the map */
    double x, y; /* centre of mass */
} component;

typedef struct components {
    size_t count;
    component *list;  /* (count) */
    uint32_t *labels; /* (height, width): number in the list, from 1; 0 for paper. NULL after lenet5_list_components */
} components;

/*
 * Finds the components of ink of at least SURELY_INK, connected at corners too, in the order of their first pixels, row
 * by row. Free them if the status is LENET5_OK.
 */
lenet5_status lenet5_find_components(components *found, const ink_map *map, budget *b, lenet5_error *error);

/* The same without labels, in half the time. */
lenet5_status lenet5_list_components(components *found, const ink_map *map, budget *b, lenet5_error *error);

/* Appends components without pixels. */
lenet5_status lenet5_add_components(components *found, size_t count, lenet5_error *error);

/* Measures all components again, after labels have changed. */
void lenet5_measure_components(components *found, const ink_map *map);

void lenet5_components_free(components *found);

#endif
