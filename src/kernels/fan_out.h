/* Table I transposed: the ten maps of C3 that each map of S2 feeds, and the kernels between them. */
#ifndef LENET5_KERNELS_FAN_OUT_H
#define LENET5_KERNELS_FAN_OUT_H

#include <assert.h>

#include "lenet5/network.h"

typedef struct fan_out {
    size_t map[10], kernel[10];
} fan_out;

static inline void find_fan_outs(fan_out fans[6])
{
    size_t counts[6] = {0};
    size_t kernel = 0;
    for (size_t map = 0; map < 16; map++)
        for (size_t input = 0; input < 6; input++)
            if (lenet5_c3_table[input][map]) {
                assert(counts[input] < 10);
                fans[input].map[counts[input]] = map;
                fans[input].kernel[counts[input]++] = kernel++;
            }
}

#endif
