/*
 * The weights of the reader, in one table. docs/results.md says from what they are fitted.
 */
#ifndef LENET5_READER_WEIGHTS_H
#define LENET5_READER_WEIGHTS_H

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
/* fitted: begin */
#define BELIEF 0.0
static const double belief_weights[LENET5_EVIDENCE] = {
    [LENET5_EVIDENCE_ODDS] = 1.0,
};
/* fitted: end */

#endif
