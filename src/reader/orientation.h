/* Whether a page lies on its side or upside down. */
#ifndef LENET5_READER_ORIENTATION_H
#define LENET5_READER_ORIENTATION_H

#include "reading.h"

/* What the other sides of a page say. */
typedef struct orientation {
    unsigned quarters; /* by which the picture has to be turned clockwise to be read; 0: no turn is clearly better */
    bool surer_upside_down; /* its digits are surer upside down, if not clearly: neither reading can be believed */
} orientation;

/* Reads a sample from them, unless what was read of the page as it is will do. map: its ink without what is printed.
 * What the trials take is taken from the budget. */
lenet5_status lenet5_find_rotation(orientation *found, const lenet5_reading *upright, const ink_map *map, page *p,
                                   lenet5_error *error);

/* Accepts nothing that is surer upside down. */
void lenet5_reject_all_lines(lenet5_reading *upright);

/* Whether a reading of the turned picture is clearly better than that of the picture as it is. */
bool lenet5_rotation_is_clear(const lenet5_reading *rotated, const lenet5_reading *upright);

#endif
