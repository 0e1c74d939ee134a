/* A pen that is darker than any of the paper's pattern: what is dark is ink, however small. */
#ifndef LENET5_READER_HYSTERESIS_H
#define LENET5_READER_HYSTERESIS_H

#include "ink.h"

typedef struct hysteresis_ink {
    ink_map map;     /* the ink; map.ink is NULL where no threshold parts ink from paper */
    double contrast; /* by how much it stands out, of 255 */
} hysteresis_ink;

/* Finds ink in a map of contrasts. Free the map. */
lenet5_status lenet5_hysteresis_ink(hysteresis_ink *found, const ink_map *contrast, budget *b, lenet5_error *error);

#endif
