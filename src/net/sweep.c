/*
 * Space displacement (section VII of the paper): the network at every position of a wide picture. A convolution does
 * not depend on the width of its input, and C5, F6 and the output are convolutions too, whose kernels are as large as
 * their inputs in a picture of 32x32. So C1 to S4 are computed once for the whole width, and neighbouring positions
 * share them:
 *
 *     input    (32, W)
 *     C1    (6, 28, W - 4)
 *     S2    (6, 14, (W - 4) / 2)
 *     C3   (16, 10, (W - 4) / 2 - 4)
 *     S4   (16,  5, ((W - 4) / 2 - 4) / 2)       rounded down
 *
 * C5, F6 and the output then see 5 columns of S4 at each position. S2 and S4 halve the resolution, so positions are 4
 * columns of the picture apart. Alone, each position takes 340,908 connections; in a wide picture C1 to S4 take an
 * eighth of theirs, and a position 95,000 in all.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "input.h"
#include "maps.h"
#include "reference.h"

/* Feature maps: count x height rows of width states each. */
typedef struct layer {
    size_t count, height, width;
    float *states;
} layer;

static size_t map_size(const layer *l)
{
    return l->height * l->width;
}

static float *map_of(const layer *l, size_t map)
{
    return l->states + map * map_size(l);
}

static void c1_forward(layer *c1, const layer *input, const lenet5_network *network)
{
    for (size_t map = 0; map < c1->count; map++) {
        float *a = map_of(c1, map);
        set(a, network->c1.bias[map], map_size(c1));
        convolve(a, input->states, network->c1.weight[map], c1->height, c1->width);
        squash_all(a, map_size(c1));
    }
}

static void c3_forward(layer *c3, const layer *s2, const lenet5_network *network)
{
    size_t kernel = 0;
    for (size_t map = 0; map < c3->count; map++) {
        float *a = map_of(c3, map);
        set(a, network->c3.bias[map], map_size(c3));
        for (size_t input = 0; input < s2->count; input++)
            if (lenet5_c3_table[input][map])
                convolve(a, map_of(s2, input), network->c3.weight[kernel++], c3->height, c3->width);
        squash_all(a, map_size(c3));
    }
}

/* S2 and S4. */
static void subsampling_forward(layer *to, const layer *from, const float *coefficient, const float *bias)
{
    for (size_t map = 0; map < to->count; map++) {
        float *a = map_of(to, map);
        subsample(a, map_of(from, map), from->width, coefficient[map], bias[map], to->height, to->width);
        squash_all(a, map_size(to));
    }
}

/* C5, F6 and the output at one position, from the 16x5x5 states of S4 that it sees. maps is scratch. */
static void classify_position(float penalty[LENET5_CLASSES], lenet5_maps *maps, const layer *s4, size_t position,
                              const lenet5_network *network)
{
    for (size_t map = 0; map < 16; map++)
        for (size_t row = 0; row < 5; row++)
            memcpy(maps->s4[map][row], map_of(s4, map) + row * s4->width + position, sizeof maps->s4[map][row]);
    lenet5_c5_forward(maps, network);
    lenet5_f6_forward(maps, network);
    lenet5_output_forward(maps);
    memcpy(penalty, maps->penalty, sizeof maps->penalty);
}

enum { INPUT, C1, S2, C3, S4, LAYERS };

static void set_sizes(layer layers[LAYERS], size_t width)
{
    layers[INPUT] = (layer){1, LENET5_SWEEP_HEIGHT, width, NULL};
    layers[C1] = (layer){6, 28, width - 4, NULL};
    layers[S2] = (layer){6, 14, layers[C1].width / 2, NULL};
    layers[C3] = (layer){16, 10, layers[S2].width - 4, NULL};
    layers[S4] = (layer){16, 5, layers[C3].width / 2, NULL};
}

/* The states of all layers in one allocation, which layers[INPUT].states points to; false without memory. */
static bool allocate(layer layers[LAYERS])
{
    size_t count = 0;
    for (int i = 0; i < LAYERS; i++)
        count += layers[i].count * map_size(&layers[i]);
    float *states = malloc(count * sizeof *states);
    for (int i = 0; states && i < LAYERS; i++) {
        layers[i].states = states;
        states += layers[i].count * map_size(&layers[i]);
    }
    return layers[INPUT].states != NULL;
}

size_t lenet5_sweep_positions(size_t width)
{
    return width < LENET5_SWEEP_HEIGHT ? 0 : (width - LENET5_SWEEP_HEIGHT) / LENET5_SWEEP_STEP + 1;
}

lenet5_status lenet5_sweep(float (*penalty)[LENET5_CLASSES], const lenet5_network *network, const uint8_t *picture,
                           size_t width, lenet5_error *error)
{
    layer layers[LAYERS];
    lenet5_maps maps;
    if (width < LENET5_SWEEP_HEIGHT || width > LENET5_MAX_SWEEP)
        return lenet5_fail(error, LENET5_E_PICTURE_SIZE, LENET5_NO_OFFSET,
                           "the picture is %zu columns wide; space displacement takes %d to %d", width,
                           LENET5_SWEEP_HEIGHT, LENET5_MAX_SWEEP);
    set_sizes(layers, width);
    if (!allocate(layers))
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < LENET5_SWEEP_HEIGHT * width; i++)
        layers[INPUT].states[i] = (float)picture[i] * LENET5_LEVEL_STEP - LENET5_LEVEL_OFFSET;
    c1_forward(&layers[C1], &layers[INPUT], network);
    subsampling_forward(&layers[S2], &layers[C1], network->s2.coefficient, network->s2.bias);
    c3_forward(&layers[C3], &layers[S2], network);
    subsampling_forward(&layers[S4], &layers[C3], network->s4.coefficient, network->s4.bias);
    for (size_t position = 0; position < lenet5_sweep_positions(width); position++)
        classify_position(penalty[position], &maps, &layers[S4], position, network);
    free(layers[INPUT].states);
    return LENET5_OK;
}
