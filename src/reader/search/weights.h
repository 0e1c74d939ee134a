/*
 * The weights of the reader, in one table. docs/results.md says from what they are fitted.
 */
#ifndef LENET5_READER_WEIGHTS_H
#define LENET5_READER_WEIGHTS_H

#include "alphabet.h"
#include "lenet5_reader.h"
#include "priors.h"

/* The search: priors.h says what each of them weighs. */
/* clang-format off */
/* search: begin */
static const double search_weights[SEARCH_WEIGHTS] = {
    [PRIOR_CUT] = 0.300,
    [PRIOR_CUT_INK] = 2.800,
    [PRIOR_STROKES] = 1.100,
    [PRIOR_MARKED] = 1.000,
    [PRIOR_WIDTH] = 9.000,
    [PRIOR_GAP] = 12.000,
    [PRIOR_LOW] = 0.400,
    [PRIOR_LOW_SQUARE] = 17.000,
    [SKIP_PIECE] = 4.000,
    [SKIP_AREA] = 120.000,
    [SKIP_MARKED] = 1.000,
    [SHARPNESS] = 5.800,
    [OTHER_SHARE] = -4.605,
    [BESIDE] = 5.000,
    [BESIDE_DIGITS] = 0.500,
    [TRUST] = -2.500,
    [TRUST_RUBBISH] = 1.300,
    [TRUST_SHAPE] = 0.280,
    [TRUST_SOLID] = 22.000,
    [TRUST_CUT_ONE] = 1.300,
    [TRUST_ALL_CUT] = 2.250,
};
/* search: end */
/* clang-format on */

/* Belief in a string: the logarithm of its odds is BELIEF and the sum of its evidence times these. */
/* clang-format off */
/* fitted: begin */
#define BELIEF (2.272)
static const double belief_weights[LENET5_EVIDENCE] = {
    [LENET5_EVIDENCE_ODDS] = 0.390,
    [LENET5_EVIDENCE_LOOKS] = -2.281,
    [LENET5_EVIDENCE_WORST_LOOK] = 0.000,
    [LENET5_EVIDENCE_LENGTH] = 0.541,
    [LENET5_EVIDENCE_HEIGHT] = -2.607,
    [LENET5_EVIDENCE_UNREAD] = -0.098,
    [LENET5_EVIDENCE_LEFT_OUT] = -2.474,
    [LENET5_EVIDENCE_MARKS] = -0.788,
    [LENET5_EVIDENCE_UNTOLD] = -0.181,
    [LENET5_EVIDENCE_BESIDE] = -0.520,
    [LENET5_EVIDENCE_BROKEN] = -1.640,
    [LENET5_EVIDENCE_COMPANY] = 2.860,
    [LENET5_EVIDENCE_ALONE] = 0.963,
    [LENET5_EVIDENCE_CUT] = -4.764,
    [LENET5_EVIDENCE_NOISE] = 0.000,
    [LENET5_EVIDENCE_ANY] = -2.381,
    [LENET5_EVIDENCE_SINGLE] = 0.000,
    [LENET5_EVIDENCE_ALL_CUT] = 0.000,
    [LENET5_EVIDENCE_ONES] = -1.924,
    [LENET5_EVIDENCE_CLIPPED] = -2.228,
    [LENET5_EVIDENCE_WIDTH] = 0.000,
    [LENET5_EVIDENCE_RUBBISH] = 0.000,
};
/* fitted: end */
/* clang-format on */
/*
 * Marks, by what is measured of their ink (marks.c); lengths are in digits' heights. Of each measure a range has no
 * cost, and one that is soft beyond it has a cost of 1, twice that one of 4. The ranges are those of marks written by
 * hand and of Debian's fonts; digits of the training set lie outside of them.
 */
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
    MEASURES
};

typedef struct mark_range {
    double least, most, soft; /* soft 0: does not count */
} mark_range;

typedef struct mark_form {
    unsigned mark;
    double cost; /* logarithm of the odds against it where all measures fit */
    mark_range range[MEASURES];
} mark_form;

static const mark_form mark_forms[] = {
    {POINT,
     -5,
     {[MEASURE_WIDTH] = {0.05, 0.28, 0.05},
      [MEASURE_HEIGHT] = {0.05, 0.28, 0.05},
      [MEASURE_FOOT] = {-0.3, 0.3, 0.08},
      [MEASURE_ASPECT] = {-0.3, 0.6, 0.12},
      [MEASURE_FILL] = {0.55, 1, 0.1}}},
    {COMMA,
     -5,
     {[MEASURE_WIDTH] = {0.05, 0.3, 0.08},
      [MEASURE_HEIGHT] = {0.15, 0.5, 0.08},
      [MEASURE_TOP] = {0, 0.3, 0.06},
      [MEASURE_FOOT] = {-0.45, -0.08, 0.06},
      [MEASURE_ASPECT] = {-3, -0.4, 0.12},
      [MEASURE_BANDS] = {1, 1, 0.4}}},
    {COLON,
     -5,
     {[MEASURE_WIDTH] = {0.05, 0.25, 0.05},
      [MEASURE_HEIGHT] = {0.25, 1, 0.08},
      [MEASURE_FOOT] = {-0.12, 0.3, 0.1},
      [MEASURE_BANDS] = {2, 2, 0.3},
      [MEASURE_BAND] = {0.05, 0.25, 0.05}}},
    {HYPHEN,
     -5,
     {[MEASURE_WIDTH] = {0.2, 6, 0.05},
      [MEASURE_HEIGHT] = {0.02, 0.25, 0.05},
      [MEASURE_TOP] = {0.2, 0.8, 0.06},
      [MEASURE_FOOT] = {0.15, 0.75, 0.06},
      [MEASURE_ASPECT] = {0.7, 5, 0.15},
      [MEASURE_LAYERS] = {0.8, 1.1, 0.1}}},
    {SLASH,
     -4,
     {[MEASURE_HEIGHT] = {1.55, 2.4, 0.08},
      [MEASURE_TOP] = {1.1, 1.8, 0.05},
      [MEASURE_FOOT] = {-0.7, -0.1, 0.05},
      [MEASURE_ASPECT] = {-1.8, 0.2, 0.2},
      [MEASURE_RUNS] = {0.9, 1.02, 0.05},
      [MEASURE_LEAN] = {0.35, 1.2, 0.06},
      [MEASURE_BEND] = {-0.025, 0.025, 0.02},
      [MEASURE_STRAY] = {0, 0.015, 0.01}}},
    /* Printed: no higher than some 1s, but straighter than any hand's. */
    {SLASH,
     -1,
     {[MEASURE_HEIGHT] = {0.9, 1.6, 0.05},
      [MEASURE_ASPECT] = {-1.5, 0, 0.1},
      [MEASURE_RUNS] = {0.9, 1.02, 0.05},
      [MEASURE_LEAN] = {0.22, 0.8, 0.05},
      [MEASURE_BEND] = {-0.003, 0.003, 0.002},
      [MEASURE_STRAY] = {0, 0.002, 0.001}}},
    {EQUALS,
     -5,
     {[MEASURE_WIDTH] = {0.2, 2, 0.05},
      [MEASURE_HEIGHT] = {0.12, 0.45, 0.05},
      [MEASURE_TOP] = {0.3, 1.15, 0.05},
      [MEASURE_FOOT] = {0.08, 0.9, 0.05},
      [MEASURE_ASPECT] = {0.15, 3, 0.1},
      [MEASURE_CORNERS] = {0.4, 0.8, 0.05},
      [MEASURE_RUNS] = {0.5, 1.3, 0.1},
      [MEASURE_LAYERS] = {1.6, 2.05, 0.1}}},
    {PLUS,
     -4,
     {[MEASURE_WIDTH] = {0.3, 0.9, 0.06},
      [MEASURE_HEIGHT] = {0.3, 0.85, 0.06},
      [MEASURE_FOOT] = {0, 0.4, 0.08},
      [MEASURE_ASPECT] = {-0.5, 0.5, 0.1},
      [MEASURE_BANDS] = {1, 1, 0.4},
      [MEASURE_CORNERS] = {0, 0.02, 0.02},
      [MEASURE_RUNS] = {1, 1.1, 0.1}}},
    {OPEN,
     -2,
     {[MEASURE_TOP] = {1.02, 1.7, 0.06},
      [MEASURE_FOOT] = {-0.6, -0.05, 0.06},
      [MEASURE_ASPECT] = {-2.2, -0.6, 0.2},
      [MEASURE_RUNS] = {0.9, 1.02, 0.05},
      [MEASURE_LEAN] = {-0.3, 0.5, 0.1},
      [MEASURE_BEND] = {0.1, 0.35, 0.02},
      [MEASURE_STRAY] = {0, 0.02, 0.01}}},
    {CLOSE,
     -2,
     {[MEASURE_TOP] = {1.02, 1.7, 0.06},
      [MEASURE_FOOT] = {-0.6, -0.05, 0.06},
      [MEASURE_ASPECT] = {-2.2, -0.6, 0.2},
      [MEASURE_RUNS] = {0.9, 1.02, 0.05},
      [MEASURE_LEAN] = {-0.3, 0.5, 0.1},
      [MEASURE_BEND] = {-0.35, -0.1, 0.02},
      [MEASURE_STRAY] = {0, 0.02, 0.01}}},
};

#define PAIR_GAIN 5.0    /* logarithm of the odds for two slashes that are alike, as in a date */
#define PAIR_UNLIKE 0.12 /* what their boxes' sides may differ by */
#define PAIR_LEAST 0.6   /* the distance between them */
#define PAIR_MOST 4.0    /* for two digits */
#define LEAST_MARK 0.001 /* a share: what is less likely is no mark */

#endif
