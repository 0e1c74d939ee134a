/* Junctions: where horizontal and vertical segments meet, or nearly. */
#ifndef LENET5_READER_JUNCTIONS_H
#define LENET5_READER_JUNCTIONS_H

#include <math.h>

#include "segments.h"

#define REACH_PIXELS 2 /* plus the thickness of both: how far beyond its end a segment meets another */

typedef struct point {
    double x, y;
} point;

typedef struct junction {
    uint32_t horizontal, vertical; /* numbers of segments */
    double x, y;
} junction;

typedef struct junctions {
    size_t count;
    junction *by_horizontal, *by_vertical; /* (count): ordered by horizontal and by vertical segment, and along each */
    size_t *first_horizontal, *first_vertical; /* (segments + 1): the first junction of each segment */
} junctions;

/*
 * Finds all junctions. Free what is found, whatever the status. Cost: sorted by columns, so that each horizontal
 * segment is compared with the vertical ones in its reach alone.
 */
lenet5_status lenet5_find_junctions(junctions *found, const segments *all, const ink_map *map, budget *b,
                                    lenet5_error *error);

void lenet5_junctions_free(junctions *found);

static inline double length_of(const segment *s)
{
    return (double)(s->to - s->from);
}

/* The distance of a step beyond a segment's ends, 0 within. */
static inline double beyond(const segment *s, double step)
{
    return fmax(0, fmax((double)s->from - step, step - (double)(s->to - 1)));
}

#endif
