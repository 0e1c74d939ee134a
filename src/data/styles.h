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

/* A knot with a negative x lifts the pen, which goes on at the next knot. A knot given twice is a corner; at a single
 * one the curve is smooth. */
typedef struct style {
    unsigned char digit;    /* or SIGN, or LETTER */
    unsigned char weight;   /* relative frequency among the styles of the digit */
    knot_t path[MAX_KNOTS]; /* ends with a knot of zeros */
} style_t;

/* Draws a style of a digit, SIGN or LETTER at random, by the weights. */
const style_t *lenet5_choose_style(lenet5_random *random, unsigned digit);

#endif
