/* Adam, the loop that measures the peak, and the table of all kernels of an instruction set. */
#include "isa.h"

#include <math.h>

static void adam(float *restrict w, float *restrict first, float *restrict second, float *restrict average,
                 const float *restrict gradient, const lenet5_adam *step, size_t count)
{
    const lenet5_adam s = *step;
    for (size_t k = 0; k < count; k++) {
        const float g = s.mean * gradient[k];
        first[k] += (1 - s.keep_first) * (g - first[k]);
        second[k] += (1 - s.keep_second) * (g * g - second[k]);
        w[k] -= s.rate * first[k] / (sqrtf(second[k]) + 1e-8f);
        average[k] += (1 - s.keep_average) * (w[k] - average[k]);
    }
}

/* Independent dependency chains: 12 hide the latency of a multiply-add. factor keeps the numbers finite. */
#define CHAINS 12

static uint64_t multiply_adds(size_t rounds)
{
    vec chain[CHAINS];
    vec factor = splat(0.999f);
    vec term = splat(1e-3f);
    EACH (i, CHAINS)
        chain[i] = splat((float)i);
    for (size_t round = 0; round < rounds; round++)
        EACH (i, CHAINS)
            chain[i] = chain[i] * factor + term;
    vec sum = zero();
    EACH (i, CHAINS)
        sum += chain[i];
    volatile float kept = sum[0];
    (void)kept;
    return (uint64_t)rounds * CHAINS * W;
}

static void squash_array(float *x, const float *a, size_t count)
{
    for (size_t i = 0; i < count; i += W)
        store_any(x + i, squash(load_any(a + i)));
}

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

const lenet5_kernels ISA(lenet5_kernels) = {
    .isa = TEXT(LENET5_ISA),
    .lanes_input = ISA(lenet5_lanes_input),
    .lanes_forward = ISA(lenet5_lanes_forward),
    .lanes_backward = ISA(lenet5_lanes_backward),
    .lanes_keep = ISA(lenet5_lanes_keep),
    .c5_rows = ISA(lenet5_c5_rows),
    .f6_rows = ISA(lenet5_f6_rows),
    .single_forward = ISA(lenet5_single_forward),
    .single_backward = ISA(lenet5_single_backward),
    .single_learn = ISA(lenet5_single_learn),
    .single_curvature = ISA(lenet5_single_curvature),
    .distort = ISA(lenet5_distort),
    .adam = adam,
    .multiply_adds = multiply_adds,
    .squash = squash_array,
};
