/* Printed circles and ovals, for a digit each. */
#ifndef LENET5_READER_CIRCLES_H
#define LENET5_READER_CIRCLES_H

#include "frames.h"

/* Adds a frame around each, and takes them out of the map; the strokes that cross them stay. */
lenet5_status lenet5_find_circles(frames *found, ink_map *map, budget *b, lenet5_error *error);

#endif
