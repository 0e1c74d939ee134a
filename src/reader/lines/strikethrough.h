/* Numbers that have been struck out. */
#ifndef LENET5_READER_STRIKETHROUGH_H
#define LENET5_READER_STRIKETHROUGH_H

#include "lines.h"

/* Counts what was taken out across a line of writing as ink that is left out. */
lenet5_status lenet5_count_strikethrough(line_groups *groups, budget *b, lenet5_error *error);

#endif
