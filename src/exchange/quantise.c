#include "quantise.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "kernels/int8.h"
#include "lenet5/data.h"

#define DIGITS 1000 /* drawn, whose states are measured */
#define SEED 1998
#define MARGIN 1.25 /* real digits vary more */
#define FINENESS 64 /* steps are rounded up to 1/64, so that every instruction set measures the same */
#define MAX_WEIGHT 127
#define MAX_BIAS 0x1p30
#define MAX_KERNEL 25
#define LEAST_STEP 1e-12 /* of a map without weights */

static float greatest(const float *states, size_t count, float before)
{
    for (size_t i = 0; i < count; i++)
        before = fmaxf(before, fabsf(states[i]));
    return before;
}

static float with_margin(float state)
{
    const double range = ceil(MARGIN * (double)state / LENET5_A * FINENESS) / FINENESS;
    return (float)fmin(1, fmax(range, 1.0 / FINENESS));
}

static void measure(state_ranges *r, lenet5_maps *maps, const lenet5_network *network, const lenet5_dataset *digits)
{
    *r = (state_ranges){0};
    for (size_t k = 0; k < digits->count; k++) {
        lenet5_set_input(maps, lenet5_dataset_picture(digits, k));
        lenet5_forward(maps, network);
        for (size_t map = 0; map < 16; map++)
            r->s4[map] = greatest(maps->s4[map][0], 25, r->s4[map]);
    }
    for (size_t map = 0; map < 16; map++)
        r->s4[map] = with_margin(r->s4[map]);
}

lenet5_status measure_states(state_ranges ranges[LENET5_MAX_COMMITTEE], const lenet5_committee *models,
                             lenet5_error *error)
{
    lenet5_dataset digits = {0};
    lenet5_maps *maps = malloc(sizeof *maps);
    const lenet5_status status =
        maps ? lenet5_dataset_synthesise(&digits, DIGITS, SEED, error) : lenet5_fail_memory(error);
    for (size_t i = 0; i < models->count && status == LENET5_OK; i++)
        measure(&ranges[i], maps, &models->networks[i], &digits);
    lenet5_dataset_free(&digits);
    free(maps);
    return status;
}

float round_map(uint8_t *rounded, const float *weights, size_t count, size_t kernel, double factor, double bias)
{
    int8_t signs[MAX_KERNEL];
    const double largest = factor * (double)greatest(weights, count, 0);
    const float step = (float)fmax(fmax(largest / MAX_WEIGHT, bias / MAX_BIAS), LEAST_STEP);
    assert(kernel <= MAX_KERNEL && count % kernel == 0);
    for (size_t first = 0; first < count; first += kernel) {
        lenet5_int8_round(signs, weights + first, kernel, factor / (double)step);
        for (size_t i = 0; i < kernel; i++)
            rounded[first + i] = (uint8_t)(signs[i] + ROUNDED_ZERO);
    }
    return step;
}
