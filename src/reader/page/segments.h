/*
 * Thin straight lines of ink, level and vertical, whatever they belong to: printed rules, the sides of boxes, and the
 * straight strokes of digits.
 */
#ifndef LENET5_READER_SEGMENTS_H
#define LENET5_READER_SEGMENTS_H

#include "ink.h"

#define INK 64   /* of 255: is there */
#define FAINT 20 /* of 255: is there if nothing near is far darker (faint.c); what is fainter may be noise */

/* Whether there is ink at a place; outside the map there is none. */
static inline bool is_inked(const ink_map *map, double x, double y)
{
    return x >= 0 && y >= 0 && x < (double)map->width && y < (double)map->height &&
           map->ink[(size_t)y * map->width + (size_t)x] >= INK;
}

/* What a segment crosses at one of its steps. */
typedef enum crossing {
    CROSSES_NOTHING, /* its own ink, with paper on both sides */
    CROSSES_INK,     /* ink that is thicker than the segment is */
    CROSSES_PAPER,   /* a gap */
} crossing;

/* A step along a segment: rows first to last of a column, or columns of a row where it is vertical. */
typedef struct trace {
    uint32_t first, last; /* between its neighbours, where it crosses something */
    crossing crosses;
} trace;

typedef struct segment {
    size_t from, to; /* its steps: columns, or rows where it is vertical; to is the first outside */
    size_t path;     /* the place of its first step in the list of traces */
    double slope;    /* pixels across to a step along */
    double thickness;
    double bent; /* the deviation of its middle from a straight line, in pixels */
    size_t gap;  /* of a dotted line: its longest; of any other 0 */
    bool vertical;
} segment;

/* Where there are so many it is no form, and none is reported: a page of small print has some thousands, noise more. */
#define MAX_SEGMENTS 30000

typedef struct segments {
    size_t count;
    segment *list; /* (count) */
    trace *traces;
} segments;

/* stroke: the width of a typical stroke, in pixels. Free what is found, whatever the status. */
lenet5_status lenet5_find_segments(segments *found, const ink_map *map, double stroke, unsigned level, budget *b,
                                   lenet5_error *error);

/* A segment that is drawn and not found: from step to step, across at its last one. It may go on beyond the map. */
typedef struct drawn_line {
    bool vertical;
    double from, to, across, slope, thickness;
} drawn_line;

/* Adds one behind the others, as far as it is on the map; false: no memory. */
bool lenet5_add_line(segments *all, const drawn_line *added, const ink_map *map);

/* The middle of a segment at a step; beyond its ends it goes straight on. */
double lenet5_segment_at(const segments *all, const segment *s, double step);

/* The longest gap of paper, in steps, between two steps of a segment; what is beyond its ends is paper. */
size_t lenet5_longest_gap(const segments *all, const segment *s, double from, double to);

/* Whether it has hardly any gaps, or so many that it is dashed. */
bool lenet5_is_solid(const segments *all, const segment *s);

void lenet5_segments_free(segments *found);

#endif
