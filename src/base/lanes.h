/* Pictures are computed LENET5_LANES at a time, one in each lane. */
#ifndef LENET5_BASE_LANES_H
#define LENET5_BASE_LANES_H

#include "lenet5/network.h"

/* The number of items from first on, of count, that fit into one batch of lanes; first is at most count. */
static inline size_t lanes_left(size_t first, size_t count)
{
    return count - first < LENET5_LANES ? count - first : LENET5_LANES;
}

#endif
