/* What joins lines that are there already: tall digits, marks, parts of digits, and what the border has cut. */
#ifndef LENET5_READER_ATTACH_H
#define LENET5_READER_ATTACH_H

#include "chains.h"

enum { MAX_SPANNED = 8 }; /* lines that one stroke goes through; more of them is no writing */

/* The lines through whose bands a stroke goes, as far as they are near it; returns how many, from the top down. */
size_t lenet5_lines_through(int32_t found[MAX_SPANNED], const strokes *s, size_t number, size_t *visited);

/* Gives strokes that are high, low or at the border the lines where they are. */
lenet5_status lenet5_attach_high(strokes *s, lenet5_error *error);
lenet5_status lenet5_attach_low(strokes *s, lenet5_error *error);

/* Strokes that lie in lines of far higher digits become parts of these. */
lenet5_status lenet5_absorb_parts(strokes *s, lenet5_error *error);

/* Two lines of one stroke each may be the upper and the lower part of a digit. */
lenet5_status lenet5_join_halves(strokes *s, lenet5_error *error);

#endif
