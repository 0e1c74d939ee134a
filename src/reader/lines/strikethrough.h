/* Numbers that have been struck out. */
#ifndef LENET5_READER_STRIKETHROUGH_H
#define LENET5_READER_STRIKETHROUGH_H

#include "lines.h"

/* Counts removed lines that strike a number out as ink that is left out of its line. */
lenet5_status lenet5_count_strikethrough(line_groups *groups, budget *b, lenet5_error *error);

#endif
