/* Removal of printed segments that keeps the strokes across them. */
#ifndef LENET5_READER_ERASE_H
#define LENET5_READER_ERASE_H

#include "segments.h"

/*
 * Erases the segments that are chosen (all->count). Pieces of at most corner pixels beside a segment go too; 0: there
 * are no round corners. Cost: the pixels of the map, and the steps of all segments.
 */
lenet5_status lenet5_erase_segments(ink_map *map, const segments *all, const bool *chosen, double corner, budget *b,
                                    lenet5_error *error);

#endif
