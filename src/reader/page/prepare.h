/* From a picture to its ink, at a resolution that suits the later stages. */
#ifndef LENET5_READER_PREPARE_H
#define LENET5_READER_PREPARE_H

#include "ink.h"
#include "transform.h"

/*
 * Clears the surroundings of a sheet of paper, reduces a large picture, doubles one with thin strokes, and finds the
 * ink. to_picture: from the map to the picture.
 */
lenet5_status lenet5_prepare(ink_map *map, ink_report *report, transform *to_picture, const lenet5_picture *picture,
                             budget *b, lenet5_error *error);

#endif
