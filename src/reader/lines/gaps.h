/* Lines with wide gaps in them are several, side by side in a row; and the order in which they are read. */
#ifndef LENET5_READER_GAPS_H
#define LENET5_READER_GAPS_H

#include "chains.h"

/* Numbers the rows of lines, which have to be fitted. */
lenet5_status lenet5_number_rows(strokes *s, lenet5_error *error);

/* Parts lines at gaps that are clearly wider than those within a number; what stands on a rule of its own is one. */
lenet5_status lenet5_split_lines(strokes *s, lenet5_error *error);

#endif
