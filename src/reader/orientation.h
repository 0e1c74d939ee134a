/* Pages that lie on their side or upside down. */
#ifndef LENET5_READER_ORIENTATION_H
#define LENET5_READER_ORIENTATION_H

#include "reading.h"

/* The result of reading a page in its other rotations. */
typedef struct orientation {
    unsigned quarters;      /* clockwise rotation after which the picture is upright; 0: none is clearly better */
    bool surer_upside_down; /* upside down its digits are surer, but not clearly: neither reading is accepted */
} orientation;

/*
 * Reads a sample in the other rotations, unless the page is read well as it is. map: its ink without printed lines. The
 * work is charged to the page's budget.
 */
lenet5_status lenet5_find_rotation(orientation *found, const lenet5_reading *upright, const ink_map *map, page *p,
                                   lenet5_error *error);

/* Rejects all accepted lines. */
void lenet5_reject_all_lines(lenet5_reading *upright);

/* Whether the reading of a rotated picture is clearly better than that of the picture as it is. */
bool lenet5_rotation_is_clear(const lenet5_reading *rotated, const lenet5_reading *upright);

#endif
