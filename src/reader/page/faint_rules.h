/* Lines that are far fainter than the strokes of a pen: grey rules of a pixel's width. */
#ifndef LENET5_READER_FAINT_RULES_H
#define LENET5_READER_FAINT_RULES_H

#include "ink.h"

/* A map for finding straight lines in: faint lines are ink, and the grey edges of strokes are not. Free it. */
lenet5_status lenet5_lift_faint_rules(ink_map *lifted, const ink_map *map, budget *b, lenet5_error *error);

#endif
