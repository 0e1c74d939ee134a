/* Sizes of frames: which are of one size, as the boxes of a row are. */
#ifndef LENET5_READER_FRAME_GEOMETRY_H
#define LENET5_READER_FRAME_GEOMETRY_H

#include "frames.h"

#define MAX_COMPARED_FRAMES 2000 /* each is compared with each: where there are more, none is changed */

/* What the steps that add, divide, join and drop frames work on. */
typedef struct frame_context {
    frames *found;
    const segments *all;
    const ink_map *map;
    const bool *combed; /* (all->count): whether a segment belongs to a comb, and is printed without frames */
} frame_context;

/* Mean length of the horizontal or the vertical sides, in pixels. */
double lenet5_frame_width(const frame *f);
double lenet5_frame_height(const frame *f);

/* Whether two lengths differ by no more than frames of one size do. */
bool lenet5_lengths_similar(double a, double b);

/* Whether two frames are of one size. */
bool lenet5_frames_similar(const frame *a, const frame *b);

/* Counts the frames of the size of one; a frame of the list counts itself. Cost: one comparison a frame. */
size_t lenet5_count_similar(const frames *f, const frame *like);

/* Whether each frame has another one of its size, as the boxes and tables of a form do. */
bool lenet5_all_have_similar(const frames *f);

/* Removes frame number which. Its sides become unprinted, unless another frame has them or they are of a comb. */
void lenet5_drop_frame(const frame_context *c, size_t which);

/* The point at a share of the way from a to b. */
static inline point point_between(const point *a, const point *b, double share)
{
    return (point){a->x + share * (b->x - a->x), a->y + share * (b->y - a->y)};
}

#endif
