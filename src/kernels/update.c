/* Adam, the loop that measures the peak, and the squashing function of an array. */
#include "isa.h"

#include <math.h>

void ISA(lenet5_adam)(float *restrict w, float *restrict first, float *restrict second, float *restrict average,
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

uint64_t ISA(lenet5_multiply_adds)(size_t rounds)
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

void ISA(lenet5_squash)(float *x, const float *a, size_t count)
{
    for (size_t i = 0; i < count; i += W)
        store_any(x + i, squash(load_any(a + i)));
}
