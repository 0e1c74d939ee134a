/* Combs: horizontal lines with short teeth, between which the digits stand. */
#ifndef LENET5_READER_COMBS_H
#define LENET5_READER_COMBS_H

#include "frames.h"

/* Marks combs as printed, adds a frame for each place and appends segments for teeth that digits hide. */
lenet5_status lenet5_find_combs(frames *found, segments *all, const junctions *met, const ink_map *map, budget *b,
                                lenet5_error *error);

#endif
