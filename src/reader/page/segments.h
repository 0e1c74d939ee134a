/*
 * Thin straight lines of ink, horizontal and vertical, of whatever: printed rules, sides of boxes, and straight strokes
 * of digits.
 */
#ifndef LENET5_READER_SEGMENTS_H
#define LENET5_READER_SEGMENTS_H

#include "ink.h"

#define INK 64   /* of 255: ink, at least */
#define FAINT 20 /* of 255: ink, if nothing near is far darker (faint_rules.c); fainter pixels may be noise */

/* Whether there is ink at (x, y); outside the map there is none. */
static inline bool is_inked(const ink_map *map, double x, double y)
{
    return x >= 0 && y >= 0 && x < (double)map->width && y < (double)map->height &&
           map->ink[(size_t)y * map->width + (size_t)x] >= INK;
}

/* What a segment crosses at one of its steps. */
typedef enum crossing {
    CROSSES_NOTHING, /* its own ink, with paper on both sides */
    CROSSES_INK,     /* ink thicker than the segment */
    CROSSES_PAPER,   /* a gap */
} crossing;

/* One step of a segment: rows first to last of a column, or columns of a row if it is vertical. */
typedef struct trace {
    uint32_t first, last; /* interpolated where something crosses it */
    crossing crosses;
} trace;

typedef struct segment {
    size_t from, to; /* its steps: columns, or rows if it is vertical; to is exclusive */
    size_t path;     /* index of its first trace */
    double slope;    /* pixels across a step */
    double thickness;
    double bent; /* RMS deviation from a straight line, in pixels */
    size_t gap;  /* the longest one of a dotted line; else 0 */
    bool vertical;
} segment;

/* So many are no form, and none is reported: a page of small print has some thousands, noise more. */
#define MAX_SEGMENTS 30000

typedef struct segments {
    size_t count;
    segment *list; /* (count) */
    trace *traces;
} segments;

/*
 * Finds the segments of a map. stroke: width of a typical stroke, in pixels; level: of ink that a segment continues
 * through. Free what is found, whatever the status.
 */
lenet5_status lenet5_find_segments(segments *found, const ink_map *map, double stroke, unsigned level, budget *b,
                                   lenet5_error *error);

/*
 * A segment that is added: from step from to step to, at position across at its last step. It may extend beyond the
 * map.
 */
typedef struct drawn_line {
    bool vertical;
    double from, to, across, slope, thickness;
} drawn_line;

/* Appends a segment, clipped to the map. false: no memory. */
bool lenet5_add_line(segments *all, const drawn_line *added, const ink_map *map);

/* The middle of a segment at a step; beyond its ends it is extrapolated. */
double lenet5_segment_at(const segments *all, const segment *s, double step);

/* The longest gap, in steps, between two steps of a segment; beyond its ends there is paper. */
size_t lenet5_longest_gap(const segments *all, const segment *s, double from, double to);

/* Whether a segment has few gaps, or so many that it is dashed. */
bool lenet5_is_solid(const segments *all, const segment *s);

void lenet5_segments_free(segments *found);

#endif
