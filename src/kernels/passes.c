/* The public passes, which call the kernels in use. */
#include <stdlib.h>

#include "kernels.h"
#include "net/input.h"

void lenet5_forward(lenet5_maps *maps, const lenet5_network *network)
{
    lenet5_kernels_in_use()->single_forward(maps, network);
}

void lenet5_backward(lenet5_network *gradient, lenet5_maps *delta, const lenet5_network *network,
                     const lenet5_maps *maps, const float d_penalty[LENET5_CLASSES])
{
    lenet5_kernels_in_use()->single_backward(gradient, delta, network, maps, d_penalty);
}

void lenet5_curvature(lenet5_network *curvature, lenet5_maps *delta, const lenet5_network *network,
                      const lenet5_maps *maps, const float dd_f6[84])
{
    lenet5_kernels_in_use()->single_curvature(curvature, delta, network, maps, dd_f6);
}

void lenet5_set_input_lanes(lenet5_lanes *maps, const uint8_t *const pictures[LENET5_LANES])
{
    uint8_t placed[LENET5_LANES][32][32];
    for (size_t lane = 0; lane < LENET5_LANES; lane++)
        lenet5_place_bytes(placed[lane], pictures[lane], INPUT_MARGIN, INPUT_MARGIN);
    lenet5_set_whole_input_lanes(maps, (const uint8_t(*)[32][32])placed);
}

void lenet5_set_whole_input_lanes(lenet5_lanes *maps, const uint8_t grey[LENET5_LANES][32][32])
{
    lenet5_kernels_in_use()->lanes_input(maps, grey);
}

void lenet5_forward_lanes(lenet5_lanes *maps, const lenet5_network *network)
{
    lenet5_kernels_in_use()->lanes_forward(maps, network);
}

lenet5_lanes *lenet5_lanes_new(size_t count)
{
    return count > 0 && count <= SIZE_MAX / sizeof(lenet5_lanes)
               ? aligned_alloc(_Alignof(lenet5_lanes), count * sizeof(lenet5_lanes))
               : NULL;
}

void lenet5_lanes_free(lenet5_lanes *lanes)
{
    free(lanes);
}
