/* Ink that is darker than any pattern of the paper. */
#ifndef LENET5_READER_HYSTERESIS_H
#define LENET5_READER_HYSTERESIS_H

#include "ink.h"

typedef struct hysteresis_ink {
    ink_map map;     /* map.ink is NULL if no threshold separates ink from paper */
    double contrast; /* of ink and paper, of 255 */
} hysteresis_ink;

/* Finds ink in a map of contrasts. Free found->map. */
lenet5_status lenet5_hysteresis_ink(hysteresis_ink *found, const ink_map *contrast, budget *b, lenet5_error *error);

#endif
