/* Which of a map's segments are printed, by what they make together: boxes, grids, combs, rows of dashes. */
#ifndef LENET5_READER_FRAMES_H
#define LENET5_READER_FRAMES_H

#include "junctions.h"
#include "segments.h"

/* A region that four segments enclose: their crossings, from the upper left clockwise. */
typedef struct frame {
    point corner[4];
    uint32_t side[4]; /* the segments: above, on the right, below, on the left */
    double thickness; /* of its sides */
    bool round;       /* its corners have no ink */
    bool doubtful;    /* it is one only if there are others like it */
} frame;

/* Where there are so many it is a screen of dots or a hatching, and none is reported. */
#define MAX_FRAMES 8000

typedef struct frames {
    bool *printed; /* of each segment */
    size_t count;
    frame *list; /* (count) */
    size_t room;
    double corner; /* how large a round corner is; 0: there are none */
} frames;

/* Free what is found, whatever the status. Print that writing hides becomes segments too, behind the others. */
lenet5_status lenet5_find_frames(frames *found, segments *all, const ink_map *map, budget *b, lenet5_error *error);

/* Adds a frame, unless there are MAX_FRAMES; false: no memory. */
bool lenet5_add_frame(frames *found, const frame *f);

void lenet5_frames_free(frames *found);

#endif
