/* What frames enclose, as cells and fields. */
#ifndef LENET5_READER_CELLS_H
#define LENET5_READER_CELLS_H

#include "frames.h"
#include "layout.h"

/* to_frames: where the map is in the one that the frames were found in. */
lenet5_status lenet5_find_cells(layout *found, const frames *f, const ink_map *map, const transform *to_frames,
                                budget *b, lenet5_error *error);

#endif
