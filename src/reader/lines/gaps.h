/* Lines of several numbers side by side, which wide gaps separate. */
#ifndef LENET5_READER_GAPS_H
#define LENET5_READER_GAPS_H

#include "chains.h"

/* Numbers the rows of lines, from the top down. The lines must be fitted. */
lenet5_status lenet5_number_rows(strokes *s, lenet5_error *error);

/*
 * Splits lines at gaps that are clearly wider than those within numbers. A number on a printed line of its own is not
 * split.
 */
lenet5_status lenet5_split_lines(strokes *s, lenet5_error *error);

#endif
