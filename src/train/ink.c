#include "ink.h"

#define LEAST_INK 64 /* of 255 */

void lenet5_ink_ranges(range ink[2], const uint8_t picture[LENET5_PICTURE_BYTES])
{
    ink[0] = ink[1] = (range){LENET5_PICTURE_SIDE, 0};
    for (size_t i = 0; i < LENET5_PICTURE_BYTES; i++) {
        if (picture[i] < LEAST_INK)
            continue;
        const size_t at[2] = {i % LENET5_PICTURE_SIDE, i / LENET5_PICTURE_SIDE};
        for (size_t axis = 0; axis < 2; axis++) {
            ink[axis].first = at[axis] < ink[axis].first ? at[axis] : ink[axis].first;
            ink[axis].last = at[axis] > ink[axis].last ? at[axis] : ink[axis].last;
        }
    }
}
