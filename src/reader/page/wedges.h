/* What shows beside a sheet of paper that lies askew: slim dark wedges along the border of a picture. */
#ifndef LENET5_READER_WEDGES_H
#define LENET5_READER_WEDGES_H

#include "ink.h"

/* Makes them paper in a map of contrasts, where ink is above the threshold; *found: there are some. */
lenet5_status lenet5_remove_wedges(bool *found, ink_map *contrast, unsigned threshold, budget *b, lenet5_error *error);

#endif
