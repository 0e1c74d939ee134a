/* Cells of a table that run together, because writing hides the line between them. */
#ifndef LENET5_READER_MERGED_CELLS_H
#define LENET5_READER_MERGED_CELLS_H

#include "frame_geometry.h"
#include "reader/budget.h"

/*
 * Divides frames that have no similar one where a frame beside them ends, if most of the line between the parts is
 * inked; the parts are divided likewise. Cost: as of lenet5_add_missing_boxes, once for each frame that is added.
 */
lenet5_status lenet5_divide_merged_cells(const frame_context *c, budget *b, lenet5_error *error);

#endif
