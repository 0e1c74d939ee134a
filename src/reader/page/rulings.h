/* Lines that are printed because they are long: ruled paper, a rule to write on, an edge along the border. */
#ifndef LENET5_READER_RULINGS_H
#define LENET5_READER_RULINGS_H

#include "frames.h"

/* Marks rulings as printed. stroke: width of a typical stroke, in pixels. */
lenet5_status lenet5_find_rulings(frames *f, const segments *all, const ink_map *map, double stroke, budget *b,
                                  lenet5_error *error);

#endif
