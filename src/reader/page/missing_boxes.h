/* Boxes that are missing in a row of boxes. */
#ifndef LENET5_READER_MISSING_BOXES_H
#define LENET5_READER_MISSING_BOXES_H

#include "frame_geometry.h"
#include "reader/budget.h"

/*
 * Adds the boxes that the distances in a row ask for, where most of their sides are inked. A box that is added replaces
 * the frames that strokes make inside it. Cost: for each of at most MAX_PATCHED_FRAMES frames MAX_TRIED_BOXES places,
 * each compared with all frames and segments.
 */
lenet5_status lenet5_add_missing_boxes(const frame_context *c, budget *b, lenet5_error *error);

#endif
