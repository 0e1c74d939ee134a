/* Which marks some ink of a line may be, by its place, size and shape. */
#ifndef LENET5_READER_MARKS_H
#define LENET5_READER_MARKS_H

#include "alphabet.h"
#include "reader/lines/pieces.h"

/* Where the digits beside some ink stand, in rows of the line's map. */
typedef struct footing {
    double base, height; /* height is 0 where nothing stands beside it */
    double lean;         /* to the right, for a height of 1: what has been undone of the line */
    double over;         /* the share of the ink's width that is over or under one of them */
} footing;

/* The footing for pieces first to last - 1, which do not count for it. */
footing lenet5_footing(const text_line *line, size_t first, size_t last);

/* What is measured of some ink that may be a mark; lengths are in digits' heights. */
enum {
    MEASURE_WIDTH,
    MEASURE_HEIGHT,
    MEASURE_TOP,     /* above the foot of the digits */
    MEASURE_FOOT,    /* of the mark, above that of the digits */
    MEASURE_ASPECT,  /* logarithm of its width to its height */
    MEASURE_BANDS,   /* of ink, one over the other */
    MEASURE_BAND,    /* height of the tallest */
    MEASURE_FILL,    /* share of its box that is ink */
    MEASURE_CORNERS, /* share of its ink in the corners of its box */
    MEASURE_RUNS,    /* strokes that a row goes through */
    MEASURE_LAYERS,  /* strokes that a column goes through */
    MEASURE_LEAN,    /* to the right, for a height of 1, in the picture or on the line, whichever is more */
    MEASURE_BEND,    /* out to the left, of its own height */
    MEASURE_STRAY,   /* of its rows' middles from a parabola */
    MEASURE_OVER,    /* share of its width that is over or under a digit beside it: the bar of a 5 */
    MEASURES
};

/* Of a measure a range has no cost, and one that is soft beyond it has a cost of 1, twice that one of 4. */
typedef struct mark_range {
    double least, most, soft; /* soft 0: does not count */
} mark_range;

/* A way to write a mark: a slash in print, say, is no higher than some 1s, but straighter than any hand's. */
typedef struct mark_form {
    unsigned mark;
    double cost; /* logarithm of the odds against it where all measures fit */
    mark_range range[MEASURES];
} mark_form;

#define MARK_FORMS 11

/* ink: (height, width of box), that of the pieces alone; beside: of some height. */
void lenet5_measure_mark(double value[MEASURES], const uint8_t *ink, const box *bounds, const footing *beside);

/* The share of each mark, and what is left to all digits is 1 minus their sum. */
void lenet5_mark_shares(double share[MARKS], const double value[MEASURES], const mark_form forms[MARK_FORMS]);

#endif
