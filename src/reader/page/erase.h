/* Takes printed segments out of a map, and leaves the strokes that cross them. */
#ifndef LENET5_READER_ERASE_H
#define LENET5_READER_ERASE_H

#include "segments.h"

/* chosen: of each segment, whether it goes. corner: what is no larger and beside one goes too; 0: there are no corners.
 */
lenet5_status lenet5_erase_segments(ink_map *map, const segments *all, const bool *chosen, double corner, budget *b,
                                    lenet5_error *error);

#endif
