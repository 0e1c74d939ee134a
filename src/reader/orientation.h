/* Whether a page lies on its side or upside down. */
#ifndef LENET5_READER_ORIENTATION_H
#define LENET5_READER_ORIENTATION_H

#include "reading.h"

/* What the other sides of a page say. */
typedef struct other_sides {
    unsigned quarters; /* by which the picture has to be turned clockwise to be read; 0: no turn is clearly better */
    bool surer_over;   /* its digits are surer upside down, if not clearly: neither reading can be believed */
} other_sides;

/* Reads a sample from them, unless what was read of the page as it is will do. map: its ink without what is printed.
 * What the trials take is taken from the budget. */
lenet5_status lenet5_find_turn(other_sides *found, const lenet5_reading *upright, const ink_map *map, page *p,
                               lenet5_error *error);

/* Accepts nothing that is surer upside down. */
void lenet5_doubt_side(lenet5_reading *upright);

/* Whether a reading of the turned picture is clearly better than that of the picture as it is. */
bool lenet5_turn_is_clear(const lenet5_reading *turned, const lenet5_reading *upright);

#endif
