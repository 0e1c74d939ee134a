/* Quantises a network to 8 bits; int8.h describes the arithmetic. */
#include "int8.h"

#include <math.h>
#include <string.h>

#include "net/c3.h"
#include "net/input.h"

#define SUM_UNIT (32768 / LENET5_INT8_RANGE)
#define STATE_UNIT (64 * LENET5_INT8_STATE) /* steps of a 16-bit state in a state of 1 */
#define MAX_WEIGHT 127                      /* the greatest weight */
#define MAX_SHIFT 8                         /* a finer scale no longer reduces the error of 8-bit weights */
#define MAX_BIAS 0x40000000                 /* leaves room for 400 products of a byte and a weight */
#define ZERO 128                            /* the byte of a state of 0 */

static double squash(double a)
{
    return LENET5_A * tanh(LENET5_S * a);
}

/* The line of each part has the slope of its chord, shifted so that its greatest errors up and down are equal. */
static void make_lines(lenet5_int8 *q)
{
    const int width = 65536 / LENET5_INT8_PARTS;
    for (int part = 0; part < LENET5_INT8_PARTS; part++) {
        const int first = (int16_t)(part * width); /* parts 32 to 63 are the negative sums */
        const double low = STATE_UNIT * squash(first / SUM_UNIT);
        const double high = STATE_UNIT * squash((first + width) / SUM_UNIT);
        const double slope = (high - low) / width;
        double least = 0;
        double greatest = 0;
        for (int z = first; z <= first + width; z++) {
            const double beside = STATE_UNIT * squash(z / SUM_UNIT) - (low + slope * (z - first));
            least = fmin(least, beside);
            greatest = fmax(greatest, beside);
        }
        const double middle = first + width / 2.0;
        q->slope[part] = (int16_t)lrint(32768 * slope);
        q->intercept[part] = (int16_t)lrint((low + high + least + greatest) / 2 - q->slope[part] / 32768.0 * middle);
    }
}

void lenet5_int8_round(int8_t *rounded, const float *weight, size_t count, double scale)
{
    double left[25];
    double missing = 0;
    for (size_t i = 0; i < count; i++) {
        rounded[i] = (int8_t)fmin(MAX_WEIGHT, fmax(-MAX_WEIGHT, rint(scale * weight[i])));
        left[i] = scale * weight[i] - rounded[i];
        missing += left[i];
    }
    while (fabs(missing) > 0.5) {
        const int step = missing > 0 ? 1 : -1;
        size_t best = count;
        for (size_t i = 0; i < count; i++)
            if (step * rounded[i] < MAX_WEIGHT && (best == count || step * left[i] > step * left[best]))
                best = i;
        if (best == count)
            return;
        rounded[best] = (int8_t)(rounded[best] + step);
        left[best] -= step;
        missing -= step;
    }
}

/* The inputs of a layer: the byte steps in a value of 1, the byte of a value of 0, and the weights rounded together. */
typedef struct inputs {
    double unit;
    int32_t zero;
    size_t kernel;
} inputs;

static const inputs pixels = {1 / (double)LENET5_LEVEL_STEP, 0, 25};
static const inputs maps = {LENET5_INT8_STATE, ZERO, 25};
static const inputs units = {LENET5_INT8_STATE, ZERO, 1};

/* Quantises one unit or map at the finest scale, a power of two, at which all its weights fit. */
static bool quantise_sum(int8_t *rounded, lenet5_int8_sum *sum, const float *weight, double bias, size_t count,
                         const inputs *in, bool quadrupled)
{
    const double sum_unit = quadrupled ? SUM_UNIT / 4 : SUM_UNIT;
    double scale = sum_unit / in->unit;
    double greatest = 0;
    for (size_t i = 0; i < count; i++)
        greatest = fmax(greatest, fabs((double)weight[i]));
    if (scale * greatest >= MAX_WEIGHT + 0.5)
        return false;
    int shift = 0;
    for (; shift < MAX_SHIFT && 2 * scale * greatest < MAX_WEIGHT + 0.5; shift++)
        scale *= 2;
    for (size_t i = 0; i < count; i += in->kernel)
        lenet5_int8_round(rounded + i, weight + i, in->kernel, scale);
    double start = ldexp(sum_unit * bias, shift) + ldexp(0.5, shift); /* so that the shift rounds */
    for (size_t i = 0; i < count; i++)
        start -= in->zero * rounded[i];
    sum->shift = shift;
    sum->bias = fabs(start) < MAX_BIAS ? (int32_t)lrint(floor(start)) : 0;
    return fabs(start) < MAX_BIAS;
}

static bool quantise_subsampling(int16_t *coefficient, int16_t *bias, const float *from_coefficient,
                                 const float *from_bias, size_t count)
{
    for (size_t map = 0; map < count; map++) {
        const double factor = 32768 * from_coefficient[map] * SUM_UNIT / STATE_UNIT / 4;
        const double term = from_bias[map] * SUM_UNIT / 4;
        if (fabs(factor) > INT16_MAX || fabs(term) > INT16_MAX)
            return false;
        coefficient[map] = (int16_t)lrint(factor);
        bias[map] = (int16_t)lrint(term);
    }
    return true;
}

static bool quantise_c1(lenet5_int8 *q, const lenet5_network *network)
{
    bool fits = true;
    for (size_t map = 0; map < 6; map++) {
        const float *weight = &network->c1.weight[map][0][0];
        double paper = network->c1.bias[map];
        for (size_t i = 0; i < 25; i++)
            paper -= (double)LENET5_LEVEL_OFFSET * weight[i];
        fits = fits && quantise_sum(q->c1[map], &q->c1_sum[map], weight, paper, 25, &pixels, q->quadrupled);
    }
    return fits;
}

static bool quantise_c3(lenet5_int8 *q, const lenet5_network *network)
{
    bool fits = true;
    size_t kernel = 0;
    for (size_t map = 0; map < 16; map++) {
        const size_t kernels = lenet5_c3_inputs(map);
        fits = fits && quantise_sum(q->c3[kernel], &q->c3_sum[map], &network->c3.weight[kernel][0][0],
                                    network->c3.bias[map], 25 * kernels, &maps, q->quadrupled);
        kernel += kernels;
    }
    return fits;
}

static bool quantise_all(lenet5_int8 *q, const lenet5_network *network, bool quadrupled)
{
    q->quadrupled = quadrupled;
    bool fits = quantise_c1(q, network) && quantise_c3(q, network);
    for (size_t unit = 0; unit < 120; unit++)
        fits = fits && quantise_sum(q->c5[unit], &q->c5_sum[unit], &network->c5.weight[unit][0][0][0],
                                    network->c5.bias[unit], 400, &maps, quadrupled);
    for (size_t unit = 0; unit < 84; unit++)
        fits = fits && quantise_sum(q->f6[unit], &q->f6_sum[unit], network->f6.weight[unit], network->f6.bias[unit],
                                    120, &units, quadrupled);
    return fits;
}

bool lenet5_int8_quantise(lenet5_int8 *quantised, const lenet5_network *network)
{
    for (size_t i = 0; i < LENET5_PARAMETERS; i++)
        if (!isfinite(((const float *)network)[i]))
            return false;
    memset(quantised, 0, sizeof *quantised);
    make_lines(quantised);
    return quantise_subsampling(quantised->s2_coefficient, quantised->s2_bias, network->s2.coefficient,
                                network->s2.bias, 6) &&
           quantise_subsampling(quantised->s4_coefficient, quantised->s4_bias, network->s4.coefficient,
                                network->s4.bias, 16) &&
           (quantise_all(quantised, network, false) || quantise_all(quantised, network, true));
}
