/*
 * The weights of the reader, in one table. docs/results.md says from what they are fitted.
 */
#ifndef LENET5_READER_WEIGHTS_H
#define LENET5_READER_WEIGHTS_H

#include "alphabet.h"
#include "lenet5_reader.h"

/* Priors are e to the power of minus these, fitted to strings of training digits (docs/results.md). */
#define CUT_COST 0.3         /* of a cut */
#define CUT_INK_COST 2.8     /* of the ink on it, in pixels to the line's height */
#define STROKE_COST 1.1      /* of each stroke that it goes through but the first */
#define WIDTH_COST 9.0       /* of a width beyond that of a digit, squared, to the line's height */
#define WIDE_PART 0.54       /* that width */
#define WIDE_WHOLE 0.8       /* that width of what touches nothing else */
#define GAP_COST 12.0        /* of a gap within a digit, to the line's height */
#define LOW_COST 0.4         /* of lowness: how far below the line's height */
#define LOW_SQUARE_COST 17.0 /* and of its square */
#define SKIP_COST 4.0        /* of leaving a piece out */
#define SKIP_AREA_COST 120.0 /* and of its ink, to the square of the line's height */
#define SHARPNESS 5.8        /* the power of a probability that counts */
#define OTHER_SHARE 0.01     /* of strings that are not of the format */
#define BESIDE_COST 5.0      /* of leaving out what stands before or behind a string of a format */
#define BESIDE_DIGITS 0.5    /* the mean weight of digits there that is too much to be left out */
#define BESIDE_GAP 0.3       /* the gap between them, at least, to the line's height */

/* Trust in a digit, in logarithms of the odds that it is one; fitted to such strings and to pictures of other things.
 */
#define TRUST -2.5         /* where nothing speaks for or against it */
#define TRUST_RUBBISH 1.3  /* for each power of e that the network takes it for rubbish less */
#define TRUST_SHAPE 0.28   /* and for each of its shape's prior */
#define TRUST_SOLID 22.0   /* against what ink fills of its box beyond */
#define SOLID 0.55         /* this share of it */
#define TRUST_CUT_ONE 1.3  /* against a 1 that was cut out: so many other things' strokes can be */
#define TRUST_ALL_CUT 2.25 /* and against digits none of which stands by itself */

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

#define LEAST_LEFT_OUT 0.01 /* the least share of what is no mark that counts where leaving it out is weighed */
#define LEAST_JOINED 0.1    /* and where it would be a part of a digit */
#define PAIR_GAIN 5.0       /* logarithm of the odds for two slashes that are alike, as in a date */
#define PAIR_UNLIKE 0.12    /* what their boxes' sides may differ by */
#define PAIR_LEAST 0.6      /* the distance between them */
#define PAIR_MOST 4.0       /* for two digits */
#define LEAST_MARK 0.001    /* a share: what is less likely is no mark */

#endif
