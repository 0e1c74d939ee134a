/* From a picture to its ink, at a resolution at which strokes are as wide as the stages behind it need them. */
#ifndef LENET5_READER_PREPARE_H
#define LENET5_READER_PREPARE_H

#include "ink.h"
#include "transform.h"

/*
 * Clears what is beyond a sheet of paper, makes a large picture smaller and one of thin strokes larger, and finds the
 * ink. place becomes where the map is in the picture.
 */
lenet5_status lenet5_prepare(ink_map *map, ink_report *report, transform *place, const lenet5_picture *picture,
                             budget *b, lenet5_error *error);

#endif
