/* Printed circles and ovals, one around each digit. */
#ifndef LENET5_READER_CIRCLES_H
#define LENET5_READER_CIRCLES_H

#include "frames.h"

/* Adds a frame for each and erases it from the map, except where strokes cross it. */
lenet5_status lenet5_find_circles(frames *found, ink_map *map, budget *b, lenet5_error *error);

#endif
