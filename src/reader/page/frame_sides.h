/* The sides of a frame in the map: how much of one is inked, and which segment it is. */
#ifndef LENET5_READER_FRAME_SIDES_H
#define LENET5_READER_FRAME_SIDES_H

#include "frame_geometry.h"
#include "reader/budget.h"

#define SIDE_TOLERANCE 0.04     /* of a frame's height: how far the ink of a side may be off its place, and */
#define SIDE_TOLERANCE_PIXELS 2 /* pixels: the least that this allows */
#define MAX_PATCHED_FRAMES 400  /* each is compared with each, and with each segment, while frames are added */
#define MAX_TRIED_BOXES 40      /* places that are tried from one box: all steps to its neighbour, and both ends */

/* How far ink may be off a side, in pixels; length: of the frame across the side. */
static inline double side_tolerance(double length)
{
    return SIDE_TOLERANCE_PIXELS + SIDE_TOLERANCE * length;
}

/* The share, 0 to 1, of the steps of a side at which there is ink within near pixels. from is left of, or above, to. */
double lenet5_inked_share(const point *from, const point *to, bool vertical, double near, const ink_map *map);

/*
 * Marks the longest segment along a side of a frame as printed, and makes it that side. Other segments along it are
 * pieces of the same line, and are printed too, unless they run beside it as a stroke does. side: 0 above, then
 * clockwise. If no segment is along the side, nothing changes.
 */
void lenet5_take_side(const frame_context *c, frame *of, int side, double near);

/* Units of work for trying MAX_TRIED_BOXES boxes of a frame's size. */
uint64_t lenet5_side_work(const frame_context *c, const frame *like);

#endif
