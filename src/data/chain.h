/* Chains: zeros written one behind the other without lifting the pen, as at the end of amounts. */
#ifndef LENET5_DATA_CHAIN_H
#define LENET5_DATA_CHAIN_H

#include <stddef.h>

#include "ligature.h"

#define CHAIN_ZERO_LINES 24 /* that the outline of a zero is drawn as */

/* The number of knots of a chain, at most: of its zeros, and of the ligatures between them and behind the last one. */
#define MAX_CHAIN_KNOTS(zeros) ((zeros) * (CHAIN_ZERO_LINES + 1 + LIGATURE_LINES))

/* The space for a chain: its zeros fill it from left to right, and stand on its bottom. Lengths in any unit. */
typedef struct chain_space {
    float left, right, top, bottom;
    float slant; /* to the right, a row upwards */
} chain_space;

/*
 * Draws the path of a chain of count zeros at random: knots, at most MAX_CHAIN_KNOTS of them, to be joined by lines; a
 * line begins anew at each knot with lifted set. Returns the number of knots.
 */
size_t lenet5_draw_chain(point *knots, bool *lifted, const chain_space *space, size_t count, lenet5_random *random);

#endif
