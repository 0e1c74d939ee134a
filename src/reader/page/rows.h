/* Boxes that are missing in a row of boxes, and cells of a table that run together. */
#ifndef LENET5_READER_ROWS_H
#define LENET5_READER_ROWS_H

#include "frames.h"

/*
 * Adds boxes where those of a row say that there should be one and most of its sides are there, in place of what
 * strokes enclose in it. Divides frames that are like no other where those beside them end, if most of the line between
 * is there. combed: of each segment, whether it is printed without frames.
 */
lenet5_status lenet5_complete_rows(frames *f, const segments *all, const ink_map *map, const bool *combed, budget *b,
                                   lenet5_error *error);

#endif
