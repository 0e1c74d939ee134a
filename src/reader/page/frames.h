/* The printed ones among a map's segments, by the structures that they make: boxes, grids, combs, rows of dashes. */
#ifndef LENET5_READER_FRAMES_H
#define LENET5_READER_FRAMES_H

#include "junctions.h"
#include "segments.h"

/* A region enclosed by four segments: their intersections, from the upper left clockwise. */
typedef struct frame {
    point corner[4];
    uint32_t side[4]; /* the segments above, on the right, below, on the left */
    double thickness; /* of its sides */
    bool round;       /* its corners have no ink */
    bool doubtful;    /* it counts only if others are similar */
} frame;

/* So many are a halftone screen or hatching, and none is reported. */
#define MAX_FRAMES 8000

typedef struct frames {
    bool *printed; /* (segments): whether each is printed */
    size_t count;
    frame *list; /* (count) */
    size_t room;
    double corner; /* size of a round corner, in pixels; 0: there are none */
} frames;

/*
 * Finds the printed segments and the frames of a map. Printed lines that writing hides are appended to the segments.
 * Free what is found, whatever the status.
 */
lenet5_status lenet5_find_frames(frames *found, segments *all, const ink_map *map, budget *b, lenet5_error *error);

/* Appends a frame, unless there are MAX_FRAMES. false: no memory. */
bool lenet5_add_frame(frames *found, const frame *f);

void lenet5_frames_free(frames *found);

#endif
