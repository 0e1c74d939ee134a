/* Recognition of marks by position, size and shape. */
#ifndef LENET5_READER_MARKS_H
#define LENET5_READER_MARKS_H

#include "alphabet.h"
#include "reader/lines/pieces.h"

/* The baseline and height of the digits beside some ink, in rows of the line's map. */
typedef struct footing {
    double base, height; /* height 0: nothing is beside it */
    double lean;         /* slant that was undone in the line: pixels to the right a pixel up */
    double over;         /* share of the ink's width above or below a digit beside it */
} footing;

/* The footing of pieces first to last - 1, by the other pieces. */
footing lenet5_footing(const text_line *line, size_t first, size_t last);

/* Measures of ink that may be a mark; lengths are in digits' heights. */
enum {
    MEASURE_WIDTH,
    MEASURE_HEIGHT,
    MEASURE_TOP,     /* above the baseline of the digits */
    MEASURE_FOOT,    /* of the mark's lower edge, above that of the digits */
    MEASURE_ASPECT,  /* log of width over height */
    MEASURE_BANDS,   /* of ink, above each other */
    MEASURE_BAND,    /* height of the tallest */
    MEASURE_FILL,    /* share of its box that is ink */
    MEASURE_CORNERS, /* share of its ink in the corners of its box */
    MEASURE_RUNS,    /* strokes a row crosses, on average */
    MEASURE_LAYERS,  /* strokes a column crosses, on average */
    MEASURE_LEAN,    /* slant, in the picture or on the line, whichever is more */
    MEASURE_BEND,    /* curvature to the left, over its height */
    MEASURE_STRAY,   /* RMS deviation of its rows' middles from a parabola */
    MEASURE_OVER,    /* share of its width above or below a digit, as of the bar of a 5 */
    MEASURES
};

/* Values from min to max cost nothing; soft beyond them cost 1, twice as far 4. */
typedef struct mark_range {
    double min, max, soft; /* soft 0: not compared */
} mark_range;

/* A form of a mark: a slash in print, for example, is no higher than some 1s, but straighter than any hand's. */
typedef struct mark_form {
    unsigned mark;
    double cost; /* minus the log-odds where all measures are in range */
    mark_range range[MEASURES];
} mark_form;

#define MARK_FORMS 11

/* Measures ink (height and width of bounds) of some pieces. beside->height must be above 0. */
void lenet5_measure_mark(double value[MEASURES], const uint8_t *ink, const box *bounds, const footing *beside);

/* Computes the share of each mark; digits have what is left of 1. */
void lenet5_mark_shares(double share[MARKS], const double value[MEASURES], const mark_form forms[MARK_FORMS]);

#endif
