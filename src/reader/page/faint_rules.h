/* Rules far fainter than a pen's strokes: grey, and one pixel wide. */
#ifndef LENET5_READER_FAINT_RULES_H
#define LENET5_READER_FAINT_RULES_H

#include "ink.h"

/*
 * Makes a copy of the map for finding segments, in which faint rules are ink, and the grey edges of strokes are not.
 * Free it if the status is LENET5_OK.
 */
lenet5_status lenet5_lift_faint_rules(ink_map *lifted, const ink_map *map, budget *b, lenet5_error *error);

#endif
