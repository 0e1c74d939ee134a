/* The functions of lanes.c, single.c, distort.c and update.c for the instruction set being compiled; kernels.h describes them. */
#ifndef LENET5_KERNELS_ISA_H
#define LENET5_KERNELS_ISA_H

#include "kernels.h"
#include "net/input.h"
#include "vector.h"

void ISA(lenet5_lanes_input)(lenet5_lanes *maps, const uint8_t pictures[LENET5_LANES][32][32]);
void ISA(lenet5_lanes_forward)(lenet5_lanes *maps, const lenet5_network *network);
void ISA(lenet5_lanes_backward)(float gradient[], lenet5_lanes *delta, const lenet5_network *network,
                                const lenet5_lanes *maps, const lenet5_lane d_penalty[LENET5_CLASSES]);
void ISA(lenet5_lanes_keep)(lenet5_shard *shard, const lenet5_lanes *delta, const lenet5_lanes *maps);
void ISA(lenet5_c5_rows)(lenet5_rows *rows, const lenet5_shard *shards, size_t count, size_t first);
void ISA(lenet5_f6_rows)(lenet5_rows *rows, const lenet5_shard *shards, size_t count, size_t first);
void ISA(lenet5_single_forward)(lenet5_maps *maps, const lenet5_network *network);
void ISA(lenet5_single_backward)(lenet5_network *gradient, lenet5_maps *delta, const lenet5_network *network,
                                 const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES]);
void ISA(lenet5_single_learn)(lenet5_network *network, lenet5_maps *delta, const lenet5_network *rate,
                              const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES]);
void ISA(lenet5_single_curvature)(lenet5_network *curvature, lenet5_maps *delta, const lenet5_network *network,
                                  const lenet5_maps *maps, const float dd_f6[84]);
void ISA(lenet5_distort)(uint8_t out[32][32], const uint8_t *picture, const lenet5_warp *warp);
void ISA(lenet5_adam)(float *restrict w, float *restrict first, float *restrict second, float *restrict average,
                      const float *restrict gradient, const lenet5_adam *step, size_t count);
uint64_t ISA(lenet5_multiply_adds)(size_t rounds);
void ISA(lenet5_squash)(float *x, const float *a, size_t count);

#endif
