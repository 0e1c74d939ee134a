/* The initial weights of a network (section II-G and appendix A of the paper). */
#include "initialise.h"

#include <math.h>
#include <string.h>

#include "c3.h"

/* Weights of C3, uniform within 2.4 / sqrt(fan-in) of the kernel's map. */
static void initialise_c3(lenet5_network *network, lenet5_random *random)
{
    size_t kernel = 0;
    for (size_t map = 0; map < 16; map++) {
        const size_t inputs = lenet5_c3_inputs(map);
        const float bound = 2.4f / sqrtf((float)(25 * inputs));
        for (size_t i = 0; i < inputs; i++, kernel++)
            for (size_t k = 0; k < 25; k++)
                (&network->c3.weight[kernel][0][0])[k] = lenet5_random_uniform(random, -bound, bound);
    }
}

/* The coefficients of a subsampling layer, uniform within 2.4 / fan-in, which is 4. */
static void initialise_subsampling(float *coefficient, size_t maps, lenet5_random *random)
{
    const float bound = 2.4f / 4;
    for (size_t map = 0; map < maps; map++)
        coefficient[map] = lenet5_random_uniform(random, -bound, bound);
}

/* Weights, uniform within 2.4 / sqrt(fan-in). */
static void initialise_weights(float *weight, size_t count, size_t fan_in, lenet5_random *random)
{
    const float bound = 2.4f / sqrtf((float)fan_in);
    for (size_t i = 0; i < count; i++)
        weight[i] = lenet5_random_uniform(random, -bound, bound);
}

void lenet5_initialise(lenet5_network *network, lenet5_random *random)
{
    memset(network, 0, sizeof *network);
    initialise_weights(&network->c1.weight[0][0][0], 6 * 25, 25, random);
    initialise_subsampling(network->s2.coefficient, 6, random);
    initialise_c3(network, random);
    initialise_subsampling(network->s4.coefficient, 16, random);
    initialise_weights(&network->c5.weight[0][0][0][0], 120 * 400, 400, random);
    initialise_weights(&network->f6.weight[0][0], 84 * 120, 120, random);
}
