/*
 * The fitted weights of the reader. bench/fit_reader.py writes them:
 *
 *     search_weights, mark_forms    --step search: by coordinate descent (bench/fit_search.c), they maximise the
 *                                   probability of what is written in strings and pages of training digits, and of
 *                                   nothing on blank ones
 *     whole_number, right_symbols   --step evidence: two logistic regressions, whose product is the probability that a
 *                                   string is right
 *     error_thresholds              --step evidence: probabilities from which on a share of strings is wrong, at most
 *
 * docs/results.md has the commands and the figures.
 */
#ifndef LENET5_READER_WEIGHTS_H
#define LENET5_READER_WEIGHTS_H

#include "marks.h"
#include "priors.h"

/* At most a share error of the strings with probability threshold or more is wrong (lenet5_read_threshold). */
typedef struct error_threshold {
    double error, threshold;
} error_threshold;

/* The weights of the search, and the forms of marks: see priors.h and marks.h. */
/* clang-format off */
/* search: begin */
static const double search_weights[SEARCH_WEIGHTS] = {
    [PRIOR_CUT] = 0.300,
    [PRIOR_CUT_INK] = 2.800,
    [PRIOR_STROKES] = 1.100,
    [PRIOR_HOLE] = 6.000,
    [PRIOR_MARKED] = 1.000,
    [PRIOR_WIDTH] = 9.000,
    [PRIOR_APART] = 4.500,
    [PRIOR_GAP] = 12.000,
    [PRIOR_LOW] = 0.400,
    [PRIOR_LOW_SQUARE] = 15.000,
    [SKIP_PIECE] = 4.000,
    [SKIP_AREA] = 120.000,
    [SKIP_MARKED] = 1.000,
    [SHARPNESS] = 5.800,
    [OTHER_SHARE] = -4.605,
    [BESIDE] = 5.000,
    [BESIDE_PART] = 1.000,
    [BESIDE_LETTER] = 1.500,
    [BESIDE_DIGITS] = 0.500,
    [CONFIDENCE] = -2.500,
    [CONFIDENCE_RUBBISH] = 1.300,
    [CONFIDENCE_SHAPE] = 0.280,
    [CONFIDENCE_SOLID] = 22.000,
    [CONFIDENCE_CUT_ONE] = 1.300,
    [CONFIDENCE_ALL_CUT] = 2.250,
};

static const mark_form mark_forms[MARK_FORMS] = {
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
    {COMMA,
     -5,
     {[MEASURE_WIDTH] = {0.1, 0.4, 0.06},
      [MEASURE_HEIGHT] = {0.25, 0.5, 0.03},
      [MEASURE_TOP] = {-0.05, 0.3, 0.06},
      [MEASURE_FOOT] = {-0.45, -0.12, 0.05},
      [MEASURE_ASPECT] = {-0.6, 0.3, 0.12},
      [MEASURE_BANDS] = {1, 1, 0.4},
      [MEASURE_CORNERS] = {0.2, 0.6, 0.04},
      [MEASURE_LEAN] = {0.4, 1.3, 0.08}}},
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
      [MEASURE_TOP] = {0.2, 0.72, 0.06},
      [MEASURE_FOOT] = {0.15, 0.75, 0.06},
      [MEASURE_ASPECT] = {0.7, 5, 0.15},
      [MEASURE_LAYERS] = {0.8, 1.1, 0.1},
      [MEASURE_OVER] = {0, 0.05, 0.04}}},
    {SLASH,
     -4,
     {[MEASURE_HEIGHT] = {1.32, 2.4, 0.07},
      [MEASURE_TOP] = {1.05, 1.8, 0.05},
      [MEASURE_FOOT] = {-0.7, -0.22, 0.03},
      [MEASURE_BANDS] = {1, 1, 0.4},
      [MEASURE_RUNS] = {0.9, 1.02, 0.05},
      [MEASURE_LEAN] = {0.34, 1.2, 0.05},
      [MEASURE_BEND] = {-0.006, 0.006, 0.004},
      [MEASURE_STRAY] = {0, 0.006, 0.0016}}},
    {SLASH,
     -3,
     {[MEASURE_HEIGHT] = {0.95, 1.6, 0.05},
      [MEASURE_BANDS] = {1, 1, 0.4},
      [MEASURE_RUNS] = {0.9, 1.02, 0.05},
      [MEASURE_LEAN] = {0.22, 0.9, 0.04},
      [MEASURE_BEND] = {-0.0025, 0.0025, 0.0015},
      [MEASURE_STRAY] = {0, 0.0024, 0.0006}}},
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
     -4,
     {[MEASURE_TOP] = {0.95, 1.7, 0.06},
      [MEASURE_FOOT] = {-0.65, -0.17, 0.08},
      [MEASURE_ASPECT] = {-2.2, -0.8, 0.2},
      [MEASURE_CORNERS] = {0.05, 0.42, 0.05},
      [MEASURE_RUNS] = {0.9, 1, 0.03},
      [MEASURE_LEAN] = {-0.3, 0.5, 0.1},
      [MEASURE_BEND] = {0.15, 0.3, 0.017},
      [MEASURE_STRAY] = {0, 0.012, 0.01}}},
    {CLOSE,
     -4,
     {[MEASURE_TOP] = {0.95, 1.7, 0.06},
      [MEASURE_FOOT] = {-0.65, -0.17, 0.08},
      [MEASURE_ASPECT] = {-2.2, -0.8, 0.2},
      [MEASURE_CORNERS] = {0.05, 0.42, 0.05},
      [MEASURE_RUNS] = {0.9, 1, 0.03},
      [MEASURE_LEAN] = {-0.3, 0.5, 0.1},
      [MEASURE_BEND] = {-0.3, -0.15, 0.017},
      [MEASURE_STRAY] = {0, 0.012, 0.01}}},
};
/* search: end */
/* clang-format on */

/* A logistic regression: the log-odds are the constant plus the sum of evidence times weights. */
typedef struct logistic {
    double constant, weights[LENET5_EVIDENCE];
} logistic;

/* That something is a number and the string all of it; and that its digits and marks are right. */
/* clang-format off */
/* fitted: begin */
static const logistic whole_number = {4.244, {
    [LENET5_EVIDENCE_COMPANY] = 7.170,
    [LENET5_EVIDENCE_ALONE] = 3.661,
    [LENET5_EVIDENCE_ANY] = -5.446,
    [LENET5_EVIDENCE_BESIDE] = -3.537,
    [LENET5_EVIDENCE_BROKEN] = -3.815,
    [LENET5_EVIDENCE_ONES] = -1.700,
    [LENET5_EVIDENCE_CLIPPED] = -0.117,
    [LENET5_EVIDENCE_UNREAD] = -1.707,
    [LENET5_EVIDENCE_LEFT_OUT] = -2.499,
    [LENET5_EVIDENCE_HEIGHT] = -3.474,
    [LENET5_EVIDENCE_RUBBISH] = -4.912,
    [LENET5_EVIDENCE_SIGN] = -1.194,
    [LENET5_EVIDENCE_LENGTH] = 1.242,
    [LENET5_EVIDENCE_UNTOLD] = -0.050,
    [LENET5_EVIDENCE_MARKS] = -3.679,
}};
static const logistic right_symbols = {2.526, {
    [LENET5_EVIDENCE_ODDS] = 0.398,
    [LENET5_EVIDENCE_LOOKS] = 0.000,
    [LENET5_EVIDENCE_RIVAL] = -0.668,
    [LENET5_EVIDENCE_LENGTH] = 0.246,
    [LENET5_EVIDENCE_MARKS] = 0.000,
    [LENET5_EVIDENCE_CUT] = -0.773,
    [LENET5_EVIDENCE_SIGN] = 0.000,
    [LENET5_EVIDENCE_HEIGHT] = 0.000,
}};
static const error_threshold error_thresholds[] = {{0.05, 0.710}, {0.03, 0.860}, {0.02, 0.960}, {0.01, 0.970}};
/* fitted: end */
/* clang-format on */
#endif
