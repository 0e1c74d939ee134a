/*
 * Space displacement (section VII of the paper): the network at every place of a wide picture. A convolution does not
 * care how wide its input is, and C5, F6 and the output are convolutions too, whose inputs in a picture of 32x32 happen
 * to be as large as their kernels. So each layer is computed once for the whole width, and neighbouring places share
 * what they have in common:
 *
 *     32 x W --C1--> 28 x (W - 4) --S2--> half of that --C3--> 4 less --S4--> half of that --C5, F6, output--> 4 less
 *
 * S2 and S4 halve the resolution, so that places are 4 columns apart. Alone, each of them takes 340,908 connections; in
 * a wide picture C1 to S4 take an eighth of theirs, and a place 95,000 in all.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "input.h"

static float squash(float a)
{
    return (float)LENET5_A * tanhf((float)LENET5_S * a);
}

/* Feature maps: count times height rows of width states each. */
typedef struct layer {
    size_t count, height, width;
    float *states;
} layer;

static float *row_of(const layer *l, size_t map, size_t row)
{
    return l->states + (map * l->height + row) * l->width;
}

/* Adds to a row of sums the response of a kernel to five rows of a map. */
static void convolve_row(float *restrict sums, size_t width, const layer *from, size_t map, size_t row,
                         const float kernel[5][5])
{
    for (size_t u = 0; u < 5; u++) {
        const float *restrict states = row_of(from, map, row + u);
        for (size_t v = 0; v < 5; v++)
            for (size_t x = 0; x < width; x++)
                sums[x] += kernel[u][v] * states[x + v];
    }
}

static void begin_row(float *row, size_t width, float bias)
{
    for (size_t x = 0; x < width; x++)
        row[x] = bias;
}

static void squash_row(float *row, size_t width)
{
    for (size_t x = 0; x < width; x++)
        row[x] = squash(row[x]);
}

static void c1_forward(layer *c1, const layer *input, const lenet5_network *network)
{
    for (size_t map = 0; map < c1->count; map++)
        for (size_t y = 0; y < c1->height; y++) {
            float *row = row_of(c1, map, y);
            begin_row(row, c1->width, network->c1.bias[map]);
            convolve_row(row, c1->width, input, 0, y, network->c1.weight[map]);
            squash_row(row, c1->width);
        }
}

/* S2 and S4: f(coefficient * (sum of four) + bias). */
static void subsample(layer *to, const layer *from, const float *coefficient, const float *bias)
{
    for (size_t map = 0; map < to->count; map++)
        for (size_t y = 0; y < to->height; y++) {
            const float *above = row_of(from, map, 2 * y), *below = row_of(from, map, 2 * y + 1);
            float *row = row_of(to, map, y);
            for (size_t x = 0; x < to->width; x++)
                row[x] = squash(coefficient[map] * (above[2 * x] + above[2 * x + 1] + below[2 * x] + below[2 * x + 1]) +
                                bias[map]);
        }
}

static void c3_forward(layer *c3, const layer *s2, const lenet5_network *network)
{
    size_t kernel = 0;
    for (size_t map = 0; map < c3->count; map++) {
        const size_t first = kernel;
        for (size_t y = 0; y < c3->height; y++) {
            float *row = row_of(c3, map, y);
            begin_row(row, c3->width, network->c3.bias[map]);
            kernel = first;
            for (size_t input = 0; input < s2->count; input++)
                if (lenet5_c3_table[input][map])
                    convolve_row(row, c3->width, s2, input, y, network->c3.weight[kernel++]);
            squash_row(row, c3->width);
        }
    }
}

static float dot(const float *restrict a, const float *restrict b, size_t count)
{
    float sum[8] = {0};
    for (size_t i = 0; i < count; i += 8)
        for (size_t lane = 0; lane < 8; lane++)
            sum[lane] += a[i + lane] * b[i + lane];
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

/* C5, F6 and the output (eq. 7) at one place. */
static void read_place(float penalty[LENET5_CLASSES], const layer *s4, size_t place, const lenet5_network *network)
{
    float seen[16][5][5], c5[120], f6[84];
    for (size_t map = 0; map < 16; map++)
        for (size_t y = 0; y < 5; y++)
            memcpy(seen[map][y], row_of(s4, map, y) + place, sizeof seen[map][y]);
    for (size_t unit = 0; unit < 120; unit++)
        c5[unit] = squash(network->c5.bias[unit] + dot(&network->c5.weight[unit][0][0][0], &seen[0][0][0], 16 * 5 * 5));
    for (size_t unit = 0; unit < 84; unit++)
        f6[unit] = squash(network->f6.bias[unit] + dot(network->f6.weight[unit], c5, 120));
    for (size_t digit = 0; digit < LENET5_CLASSES; digit++) {
        const signed char *code = &lenet5_codes[digit][0][0];
        penalty[digit] = 0;
        for (size_t unit = 0; unit < 84; unit++)
            penalty[digit] += (f6[unit] - (float)code[unit]) * (f6[unit] - (float)code[unit]);
    }
}

enum { INPUT, C1, S2, C3, S4, LAYERS };

static void lay_out(layer layers[LAYERS], size_t width)
{
    layers[INPUT] = (layer){1, LENET5_SWEEP_HEIGHT, width, NULL};
    layers[C1] = (layer){6, 28, width - 4, NULL};
    layers[S2] = (layer){6, 14, layers[C1].width / 2, NULL};
    layers[C3] = (layer){16, 10, layers[S2].width - 4, NULL};
    layers[S4] = (layer){16, 5, layers[C3].width / 2, NULL};
}

/* The states of all layers, in one piece of memory, which is the first's; false if there is none. */
static bool allocate(layer layers[LAYERS])
{
    size_t count = 0;
    for (int i = 0; i < LAYERS; i++)
        count += layers[i].count * layers[i].height * layers[i].width;
    float *states = malloc(count * sizeof *states);
    for (int i = 0; states && i < LAYERS; i++) {
        layers[i].states = states;
        states += layers[i].count * layers[i].height * layers[i].width;
    }
    return layers[INPUT].states != NULL;
}

size_t lenet5_sweep_places(size_t width)
{
    return width < LENET5_SWEEP_HEIGHT ? 0 : (width - LENET5_SWEEP_HEIGHT) / LENET5_SWEEP_STEP + 1;
}

lenet5_status lenet5_sweep(float (*penalty)[LENET5_CLASSES], const lenet5_network *network, const uint8_t *picture,
                           size_t width, lenet5_error *error)
{
    layer layers[LAYERS];
    if (width < LENET5_SWEEP_HEIGHT || width > LENET5_MAX_SWEEP)
        return lenet5_fail(error, LENET5_E_PICTURE_SIZE, LENET5_NO_OFFSET,
                           "a picture of %zu columns; the network goes over %d to %d", width, LENET5_SWEEP_HEIGHT,
                           LENET5_MAX_SWEEP);
    lay_out(layers, width);
    if (!allocate(layers))
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < LENET5_SWEEP_HEIGHT * width; i++)
        layers[INPUT].states[i] = (float)picture[i] * LENET5_LEVEL_STEP - LENET5_LEVEL_OFFSET;
    c1_forward(&layers[C1], &layers[INPUT], network);
    subsample(&layers[S2], &layers[C1], network->s2.coefficient, network->s2.bias);
    c3_forward(&layers[C3], &layers[S2], network);
    subsample(&layers[S4], &layers[C3], network->s4.coefficient, network->s4.bias);
    for (size_t place = 0; place < lenet5_sweep_places(width); place++)
        read_place(penalty[place], &layers[S4], place, network);
    free(layers[INPUT].states);
    return LENET5_OK;
}
