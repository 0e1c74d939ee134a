/* Regions that segments enclose and that are no boxes: in displays of meters, in letters, and twice-found ones. */
#ifndef LENET5_READER_FRAME_FILTER_H
#define LENET5_READER_FRAME_FILTER_H

#include "frame_geometry.h"
#include "reader/budget.h"

/* Drops all frames where many segments are like their sides: the display of a meter, whose 8 is two boxes. */
lenet5_status lenet5_drop_displays(const frame_context *c, budget *b, lenet5_error *error);

/* Drops one of each two frames that share three sides and overlap. */
lenet5_status lenet5_drop_overlaid(const frame_context *c, budget *b, lenet5_error *error);

/*
 * Drops what printed letters enclose: frames with thick strokes that are far lower than a cell around them, or have no
 * similar frame and are far smaller than the boxes.
 */
lenet5_status lenet5_drop_letters(const frame_context *c, budget *b, lenet5_error *error);

#endif
