/* Boxes of a row that what is written in them has divided or joined. */
#ifndef LENET5_READER_FRAME_REPAIR_H
#define LENET5_READER_FRAME_REPAIR_H

#include "frame_geometry.h"
#include "reader/budget.h"

/*
 * Joins two frames that a stroke parts, which then is not printed, and divides frames that are several boxes wide
 * because strokes hide the sides between. Does nothing with more than MAX_COMPARED_FRAMES frames.
 */
lenet5_status lenet5_repair_frames(const frame_context *c, budget *b, lenet5_error *error);

#endif
