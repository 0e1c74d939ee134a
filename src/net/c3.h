/* Table I by its columns. */
#ifndef LENET5_NET_C3_H
#define LENET5_NET_C3_H

#include "lenet5/network.h"

/* The number of maps of S2 that a map of C3 sees. */
static inline size_t lenet5_c3_inputs(size_t map)
{
    size_t count = 0;
    for (size_t input = 0; input < 6; input++)
        count += lenet5_c3_table[input][map];
    return count;
}

#endif
