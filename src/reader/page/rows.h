/* Boxes that are missing in a row of boxes. */
#ifndef LENET5_READER_ROWS_H
#define LENET5_READER_ROWS_H

#include "frames.h"

/*
 * Adds boxes where those of a row say that there should be one and most of its sides are there, in place of what
 * strokes enclose in it. combed: of each segment, whether it is printed without frames.
 */
lenet5_status lenet5_complete_rows(frames *f, const segments *all, const ink_map *map, const bool *combed, budget *b,
                                   lenet5_error *error);

#endif
