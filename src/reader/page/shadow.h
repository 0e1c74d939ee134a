/* A solid dark region at the border of a picture: a shadow, the edge of a scanner's lid, a table beside the paper. */
#ifndef LENET5_READER_SHADOW_H
#define LENET5_READER_SHADOW_H

#include "ink.h"

/* Makes such regions paper in a map of contrasts, where ink is above the threshold. *found: there are some. */
lenet5_status lenet5_remove_shadows(bool *found, ink_map *contrast, unsigned threshold, budget *b, lenet5_error *error);

#endif
