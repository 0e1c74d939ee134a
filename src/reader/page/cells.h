/* From frames to cells and fields. */
#ifndef LENET5_READER_CELLS_H
#define LENET5_READER_CELLS_H

#include "frames.h"
#include "layout.h"

/* Fills the cells and fields of a layout. to_frames: from the map to the one in which the frames were found. */
lenet5_status lenet5_find_cells(layout *found, const frames *f, const ink_map *map, const transform *to_frames,
                                budget *b, lenet5_error *error);

#endif
