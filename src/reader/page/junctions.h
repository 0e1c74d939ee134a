/* Where level segments and vertical ones meet, or nearly. */
#ifndef LENET5_READER_JUNCTIONS_H
#define LENET5_READER_JUNCTIONS_H

#include <math.h>

#include "segments.h"

#define REACH_PIXELS 2 /* beyond its end a segment may meet another: so far, and the thickness of both */

typedef struct point {
    double x, y;
} point;

typedef struct junction {
    uint32_t horizontal, vertical; /* segments */
    double x, y;
} junction;

typedef struct junctions {
    size_t count;
    junction *by_horizontal, *by_vertical; /* (count): the same, along each level segment, and down each vertical one */
    size_t *first_horizontal, *first_vertical; /* (segments + 1): where those of a segment begin */
} junctions;

/* Free what is found, whatever the status. */
lenet5_status lenet5_find_junctions(junctions *found, const segments *all, const ink_map *map, budget *b,
                                    lenet5_error *error);

void lenet5_junctions_free(junctions *found);

static inline double length_of(const segment *s)
{
    return (double)(s->to - s->from);
}

/* How far a step is beyond a segment's ends. */
static inline double beyond(const segment *s, double step)
{
    return fmax(0, fmax((double)s->from - step, step - (double)(s->to - 1)));
}

#endif
