/*
 * Weights and states in 8 bits, for QuantizeLinear and DequantizeLinear: bytes of which 128 stands for 0.
 *
 * As in kernels/int8.h, weights are rounded map by map, those of a kernel together. But their steps need not be powers
 * of two, and end at the greatest weight. The states of S4 and C5 are rounded, whose sums runtimes compute in integers;
 * those of S2 and F6, from which they compute in float anyway, are not. The states of S4 are far
 * below 1: each map is first divided by its range, that of drawn digits.
 */
#ifndef LENET5_EXCHANGE_QUANTISE_H
#define LENET5_EXCHANGE_QUANTISE_H

#include "lenet5/model.h"

#define ROUNDED_ZERO 128

#define STATE_STEP (1 / 127.5f) /* of a state in its range: 127.5 steps from 0 to the greatest */

/* The greatest states of the maps of S4, as tanh. */
typedef struct state_ranges {
    float s4[16];
} state_ranges;

/* Measures the states of each network on drawn digits. */
lenet5_status measure_states(state_ranges ranges[LENET5_MAX_COMMITTEE], const lenet5_committee *models,
                             lenet5_error *error);

/*
 * Rounds factor times the count weights of a map; kernel of them together. Returns their step, so large that bias, a
 * multiple of it, is at most 2^30.
 */
float round_map(uint8_t *rounded, const float *weights, size_t count, size_t kernel, double factor, double bias);

#endif
