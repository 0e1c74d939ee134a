/* Strokes that join existing lines: tall digits, marks, parts of digits, and strokes cut by the border. */
#ifndef LENET5_READER_ATTACH_H
#define LENET5_READER_ATTACH_H

#include "chains.h"

enum { MAX_SPANNED = 8 }; /* lines that one stroke goes through; more of them are no writing */

/* Lists the nearby lines through whose bands a stroke goes, from the top down; returns their number. *visited: work. */
size_t lenet5_lines_through(int32_t found[MAX_SPANNED], const strokes *s, size_t number, size_t *visited);

/* Attaches high, or low and doubtful, strokes to the lines where they are. */
lenet5_status lenet5_attach_high(strokes *s, lenet5_error *error);
lenet5_status lenet5_attach_low(strokes *s, lenet5_error *error);

/* Makes strokes inside lines of far higher digits parts of these lines. */
lenet5_status lenet5_absorb_parts(strokes *s, lenet5_error *error);

/* Joins two lines of one stroke each that are the upper and the lower half of a digit. */
lenet5_status lenet5_join_halves(strokes *s, lenet5_error *error);

#endif
