/* Whether a page lies on its side or upside down. */
#ifndef LENET5_READER_ORIENTATION_H
#define LENET5_READER_ORIENTATION_H

#include "reading.h"

/*
 * By how many quarters a picture has to be turned clockwise to be read: 0 where what was read of it as it is will do,
 * or no turn is clearly better. map: its ink without what is printed. What the trials take is taken from the budget.
 */
lenet5_status lenet5_find_turn(unsigned *quarters, const lenet5_reading *upright, const ink_map *map, page *p,
                               lenet5_error *error);

/* Whether a reading of the turned picture is clearly better than that of the picture as it is. */
bool lenet5_turn_is_clear(const lenet5_reading *turned, const lenet5_reading *upright);

#endif
