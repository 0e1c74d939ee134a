/*
 * The ways in which digits, letters and signs are written. A style is the path of a pen: the knots that a curve passes
 * through, as one would sketch them on squared paper.
 */
#ifndef LENET5_DATA_STYLES_H
#define LENET5_DATA_STYLES_H

#include "base/random.h"
#include "lenet5/network.h"

#define SIGN LENET5_RUBBISH         /* letters, signs and scribbles that are no digits */
#define LETTER (LENET5_RUBBISH + 1) /* more letters and signs, which only recipe read uses */

/* A knot: x from 1 at the left to about 76, y from 1 at the top to 100 at the foot. */
typedef struct knot {
    signed char x, y;
} knot_t;

#define MAX_KNOTS 24

/*
 * A knot with a negative x lifts the pen, which goes on at the next knot. A knot given twice is a corner; at a single
 * one the curve is smooth.
 *
 * A style may be a range: each knot lies between its places in both paths, all of them at the same fraction of the way.
 * The paths have the same number of knots and the same lifts.
 */
typedef struct style {
    unsigned char digit;       /* or SIGN, or LETTER */
    unsigned char weight;      /* relative frequency among the styles of the digit */
    const char *name;          /* how it is written */
    knot_t path[2][MAX_KNOTS]; /* each ends with a knot of zeros; the second is empty if the style is no range */
} style_t;

/* A repertory: the styles that a kind of writer uses. */
typedef struct repertory {
    const style_t *styles;
    size_t count;
} repertory;

/* The styles of MNIST's writers, of letters and of signs. */
extern const repertory lenet5_styles;

/* The forms of digits that are common outside the United States, and in a hurry. */
extern const repertory lenet5_forms;

/* The same and a few more, on which isolated digits lost more than they gained. */
extern const repertory lenet5_forms_in_strings;

/* Draws a style of a digit, SIGN or LETTER at random, by the weights. The repertory has one. */
const style_t *lenet5_choose_style(lenet5_random *random, const repertory *from, unsigned digit);

#endif
