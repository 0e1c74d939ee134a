/* Slim dark wedges along the border, which show beside a sheet of paper that lies askew. */
#ifndef LENET5_READER_WEDGES_H
#define LENET5_READER_WEDGES_H

#include "ink.h"

/* Makes wedges paper in a map of contrasts, where ink is above the threshold. *found: there are some. */
lenet5_status lenet5_remove_wedges(bool *found, ink_map *contrast, unsigned threshold, budget *b, lenet5_error *error);

#endif
