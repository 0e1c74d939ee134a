/* Rows of dashes: open places for digits. */
#ifndef LENET5_READER_DASHES_H
#define LENET5_READER_DASHES_H

#include "frames.h"

/* Marks rows of dashes as printed. Adds no frames. */
lenet5_status lenet5_find_dashes(frames *found, const segments *all, const ink_map *map, budget *b,
                                 lenet5_error *error);

#endif
