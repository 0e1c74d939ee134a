#include "network_graph.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "answer_graph.h"
#include "net/input.h"

typedef struct builder {
    graph *g;
    const lenet5_network *network;
    const state_ranges *ranges; /* NULL: float */
    bool maps;
    value pictures; /* [n,1,28,28] */
    value s, as;    /* S, and A S */
} builder;

static value join(const char *layer, const char *part)
{
    value v = {0};
    assert(strlen(layer) + strlen(part) < sizeof v.name);
    strcat(strcpy(v.name, layer), part);
    return v;
}

static value multiply(builder *b, const char *name, value one, value other)
{
    return graph_node(b->g, name, "Mul", INPUTS(one, other), NULL);
}

/* A tensor times a constant. */
static value scaled(builder *b, const char *layer, const char *part, shape s, const float *numbers, value factor)
{
    const value name = join(layer, part);
    return multiply(b, join(name.name, ".scaled").name, graph_tensor(b->g, name.name, ONNX_FLOAT, s, numbers), factor);
}

/* ---- Weights ----------------------------------------------------------------------------------------------------- */

/* A layer of weighted sums. */
typedef struct layer {
    const char *name;
    shape weight; /* maps, then what a unit of a map sees */
    const float *weights, *biases;
    size_t kernel;    /* weights that are rounded together */
    double factor;    /* of the weights; that of the biases is S */
    float input_step; /* of inputs in 8 bits; 0: they are not rounded */
} layer;

typedef struct weights {
    value weight, bias;
} weights;

static weights float_weights(builder *b, const layer *l)
{
    return (weights){.weight = scaled(b, l->name, ".weight", l->weight, l->weights, b->as),
                     .bias = scaled(b, l->name, ".bias", SHAPE(l->weight.sizes[0]), l->biases, b->s)};
}

#define MAX_MAPS 120
#define MAX_WEIGHTS (120 * 400)

/* Integers times the step of their map. Without an explicit zero, ONNX Runtime does not compute with the integers. */
static value dequantised(builder *b, value integers, size_t maps, const float *steps, value zeros)
{
    const value step = graph_tensor(b->g, join(integers.name + strlen(b->g->prefix), ".step").name, ONNX_FLOAT,
                                    SHAPE((int64_t)maps), steps);
    return graph_node(b->g, join(integers.name + strlen(b->g->prefix), ".real").name, "DequantizeLinear",
                      INPUTS(integers, step, zeros), ATTRIBUTES({"axis", 0, {0}}));
}

static value rounded_weight(builder *b, const layer *l, float steps[MAX_MAPS])
{
    uint8_t rounded[MAX_WEIGHTS], zeros[MAX_MAPS];
    const size_t maps = (size_t)l->weight.sizes[0];
    const size_t count = graph_count(l->weight) / maps;
    assert(maps <= MAX_MAPS && maps * count <= MAX_WEIGHTS);
    memset(zeros, ROUNDED_ZERO, sizeof zeros);
    for (size_t map = 0; map < maps; map++) {
        const double bias = l->input_step > 0 ? LENET5_S * (double)(l->biases[map] / l->input_step) : 0;
        steps[map] =
            round_map(rounded + map * count, l->weights + map * count, count, l->kernel, l->factor, fabs(bias));
    }
    const value integers = graph_tensor(b->g, join(l->name, ".weight").name, ONNX_UINT8, l->weight, rounded);
    const value zero = graph_tensor(b->g, join(l->name, ".weight.zero").name, ONNX_UINT8, SHAPE((int64_t)maps), zeros);
    return dequantised(b, integers, maps, steps, zero);
}

/* A bias is an integer of the sum's step, which is that of the weights times that of the inputs. */
static value rounded_bias(builder *b, const layer *l, const float weight_steps[MAX_MAPS])
{
    float steps[MAX_MAPS];
    int32_t biases[MAX_MAPS];
    const int32_t zeros[MAX_MAPS] = {0};
    const int64_t maps = l->weight.sizes[0];
    for (int64_t map = 0; map < maps; map++) {
        steps[map] = weight_steps[map] * l->input_step;
        biases[map] = (int32_t)lrint(LENET5_S * (double)l->biases[map] / (double)steps[map]);
    }
    const value integers = graph_tensor(b->g, join(l->name, ".bias").name, ONNX_INT32, SHAPE(maps), biases);
    const value zero = graph_tensor(b->g, join(l->name, ".bias.zero").name, ONNX_INT32, SHAPE(maps), zeros);
    return dequantised(b, integers, (size_t)maps, steps, zero);
}

static weights rounded_weights(builder *b, const layer *l)
{
    float steps[MAX_MAPS];
    const value weight = rounded_weight(b, l, steps);
    const value bias = l->input_step > 0 ? rounded_bias(b, l, steps)
                                         : scaled(b, l->name, ".bias", SHAPE(l->weight.sizes[0]), l->biases, b->s);
    return (weights){.weight = weight, .bias = bias};
}

static weights weights_of(builder *b, const layer *l)
{
    return b->ranges ? rounded_weights(b, l) : float_weights(b, l);
}

/* ---- Layers ------------------------------------------------------------------------------------------------------ */

/* A state: tanh of a sum; A times it is an output if all maps are. */
static value squash(builder *b, const char *name, value sum, shape s)
{
    const value state = graph_node(b->g, join(name, ".tanh").name, "Tanh", INPUTS(sum), NULL);
    if (b->maps)
        graph_output(b->g, multiply(b, name, state, (value){"A"}), ONNX_FLOAT, s);
    return state;
}

/* Rounds a state to 8 bits. */
static value rounded_state(builder *b, const char *name, value state)
{
    const value zero = {"state_zero"}, step = {"state_step"};
    const value byte = graph_node(b->g, join(name, ".byte").name, "QuantizeLinear", INPUTS(state, step, zero), NULL);
    return graph_node(b->g, join(name, ".state").name, "DequantizeLinear", INPUTS(byte, step, zero), NULL);
}

/*
 * The weights of C1, whose inputs are levels above the paper's: its biases are less 0.1 times the sum of the weights.
 */
static weights paper_weights(builder *b, const layer *l)
{
    const value weight = scaled(b, "c1", ".weight", l->weight, l->weights, b->s);
    const value sum = graph_node(b->g, "c1.ink", "ReduceSum", INPUTS(weight, (value){"weight_axes"}),
                                 ATTRIBUTES({"keepdims", 0, {0}}));
    const value bias = scaled(b, "c1", ".bias", SHAPE(6), l->biases, b->s);
    const value paper = multiply(b, "c1.paper", sum, (value){"paper"});
    return (weights){.weight = weight, .bias = graph_node(b->g, "c1.bias.of_paper", "Add", INPUTS(bias, paper), NULL)};
}

static weights rounded_paper_weights(builder *b, const layer *l)
{
    float biases[6];
    layer of_paper = *l;
    of_paper.biases = biases;
    for (size_t map = 0; map < 6; map++) {
        biases[map] = l->biases[map];
        for (size_t i = 0; i < 25; i++)
            biases[map] -= LENET5_LEVEL_OFFSET * l->weights[25 * map + i];
    }
    return rounded_weights(b, &of_paper);
}

static value c1(builder *b)
{
    const layer l = {"c1",     SHAPE(6, 1, 5, 5), b->network->c1.weight[0][0], b->network->c1.bias, 25,
                     LENET5_S, LENET5_LEVEL_STEP};
    const weights w = b->ranges ? rounded_paper_weights(b, &l) : paper_weights(b, &l);
    const value sum = graph_node(b->g, "c1.sum", "Conv", INPUTS(b->pictures, w.weight, w.bias),
                                 ATTRIBUTES({"kernel_shape", 2, {5, 5}}, {"pads", 4, {2, 2, 2, 2}}));
    return squash(b, "c1", sum, SHAPE(ANY, 6, 28, 28));
}

/* A depthwise convolution whose four weights are the map's coefficient. */
static value subsampling(builder *b, const char *name, value x, const float *coefficient, const float *bias, shape s)
{
    const int64_t maps = s.sizes[1];
    const value weight = scaled(b, name, ".coefficient", SHAPE(maps, 1, 1, 1), coefficient, (value){"four"});
    const value offset = scaled(b, name, ".bias", SHAPE(maps), bias, b->s);
    const value sum = graph_node(b->g, join(name, ".sum").name, "Conv", INPUTS(x, weight, offset),
                                 ATTRIBUTES({"kernel_shape", 2, {2, 2}}, {"strides", 2, {2, 2}}, {"group", 0, {maps}}));
    return squash(b, name, sum, s);
}

/* Table I is a matter of zeros among the kernels of all pairs of maps. */
static value c3(builder *b, value x)
{
    float dense[16][6][25] = {0};
    size_t kernel = 0;
    for (size_t map = 0; map < 16; map++)
        for (size_t input = 0; input < 6; input++)
            if (lenet5_c3_table[input][map])
                memcpy(dense[map][input], b->network->c3.weight[kernel++], sizeof dense[map][input]);
    const layer l = {"c3", SHAPE(16, 6, 5, 5), dense[0][0], b->network->c3.bias, 25, LENET5_A * LENET5_S, 0};
    const weights w = weights_of(b, &l);
    const value sum =
        graph_node(b->g, "c3.sum", "Conv", INPUTS(x, w.weight, w.bias), ATTRIBUTES({"kernel_shape", 2, {5, 5}}));
    return squash(b, "c3", sum, SHAPE(ANY, 16, 10, 10));
}

static value full(builder *b, const layer *l, value x)
{
    const weights w = weights_of(b, l);
    const value sum = graph_node(b->g, join(l->name, ".sum").name, "Gemm", INPUTS(x, w.weight, w.bias),
                                 ATTRIBUTES({"transB", 0, {1}}));
    return squash(b, l->name, sum, SHAPE(ANY, l->weight.sizes[0]));
}

/* Eq. 7: the sum over j of (x_j - w_ij)^2 is |x|^2 - 2 x.w_i + 84, with x = A tanh. */
static value penalty(builder *b, const char *name, value x)
{
    const value near =
        graph_node(b->g, "penalty.near", "Gemm", INPUTS(x, (value){"codes.scaled"}, (value){"code_length"}),
                   ATTRIBUTES({"transB", 0, {1}}));
    const value square = multiply(b, "penalty.square", x, x);
    return graph_node(b->g, name, "Gemm", INPUTS(square, (value){"A_squares"}, near), NULL);
}

static value flat(builder *b, value x)
{
    return graph_node(b->g, "s4.flat", "Flatten", INPUTS(x), NULL);
}

static value float_units(builder *b, value x)
{
    const lenet5_network *n = b->network;
    const layer c5 = {"c5", SHAPE(120, 400), n->c5.weight[0][0][0], n->c5.bias, 25, LENET5_A * LENET5_S, 0};
    const layer f6 = {"f6", SHAPE(84, 120), n->f6.weight[0], n->f6.bias, 1, LENET5_A * LENET5_S, 0};
    return full(b, &f6, full(b, &c5, flat(b, x)));
}

/* The maps of S4 are divided by their ranges, and the weights of C5 multiplied by them. */
static value rounded_units(builder *b, value x)
{
    const lenet5_network *n = b->network;
    const float *ranges = b->ranges->s4;
    float even[120][16][25], factors[16];
    for (size_t unit = 0; unit < 120; unit++)
        for (size_t i = 0; i < 400; i++)
            even[unit][i / 25][i % 25] = (&n->c5.weight[unit][0][0][0])[i] * ranges[i / 25];
    for (size_t map = 0; map < 16; map++)
        factors[map] = 1 / ranges[map];
    const layer c5 = {"c5", SHAPE(120, 400), even[0][0], n->c5.bias, 25, LENET5_A * LENET5_S, STATE_STEP};
    const layer f6 = {"f6", SHAPE(84, 120), n->f6.weight[0], n->f6.bias, 1, LENET5_A * LENET5_S, STATE_STEP};
    x = multiply(b, "s4.even", x, graph_tensor(b->g, "s4.factors", ONNX_FLOAT, SHAPE(16, 1, 1), factors));
    x = full(b, &c5, rounded_state(b, "s4", flat(b, x)));
    return full(b, &f6, rounded_state(b, "c5", x));
}

static value network(builder *b, const char *name)
{
    const lenet5_network *n = b->network;
    value x = c1(b);
    x = subsampling(b, "s2", x, n->s2.coefficient, n->s2.bias, SHAPE(ANY, 6, 14, 14));
    x = c3(b, x);
    x = subsampling(b, "s4", x, n->s4.coefficient, n->s4.bias, SHAPE(ANY, 16, 5, 5));
    return penalty(b, name, b->ranges ? rounded_units(b, x) : float_units(b, x));
}

/* ---- Constants and input ----------------------------------------------------------------------------------------- */

static void add_codes(builder *b)
{
    float codes[LENET5_CLASSES][84], squares[84][LENET5_CLASSES];
    for (size_t digit = 0; digit < LENET5_CLASSES; digit++)
        for (size_t unit = 0; unit < 84; unit++) {
            codes[digit][unit] = (&lenet5_codes[digit][0][0])[unit];
            squares[unit][digit] = (float)(LENET5_A * LENET5_A);
        }
    scaled(b, "codes", "", SHAPE(LENET5_CLASSES, 84), codes[0],
           graph_number(b->g, "minus_2_A", (float)(-2 * LENET5_A)));
    graph_tensor(b->g, "A_squares", ONNX_FLOAT, SHAPE(84, LENET5_CLASSES), squares[0]);
    graph_number(b->g, "code_length", 84);
}

static void add_constants(builder *b)
{
    const float as = (float)(LENET5_A * LENET5_S);
    b->s = graph_number(b->g, "S", (float)LENET5_S);
    b->as = graph_number(b->g, "A_S", as);
    graph_tensor(b->g, "four", ONNX_FLOAT, SHAPE(1, 1, 2, 2), (const float[]){as, as, as, as});
    if (b->maps)
        graph_number(b->g, "A", (float)LENET5_A);
    if (b->ranges) {
        graph_number(b->g, "state_step", STATE_STEP);
        graph_tensor(b->g, "state_zero", ONNX_UINT8, SCALAR, &(uint8_t){ROUNDED_ZERO});
    } else {
        graph_number(b->g, "paper", -LENET5_LEVEL_OFFSET);
        graph_tensor(b->g, "weight_axes", ONNX_INT64, SHAPE(3), (const int64_t[]){1, 2, 3});
    }
    add_codes(b);
}

/* Pictures as grey levels above the paper's: paper is 0, which is also the convolution's margin. */
static void add_pictures(builder *b)
{
    const value bytes = graph_input(b->g, "pictures", ONNX_UINT8, SHAPE(ANY, 28, 28));
    const value axis = graph_tensor(b->g, "map_axis", ONNX_INT64, SHAPE(1), (const int64_t[]){1});
    const value step = graph_number(b->g, "level_step", LENET5_LEVEL_STEP);
    const value maps = graph_node(b->g, "pictures.map", "Unsqueeze", INPUTS(bytes, axis), NULL);
    if (b->ranges) {
        b->pictures = graph_node(b->g, "pictures.level", "DequantizeLinear", INPUTS(maps, step), NULL);
        return;
    }
    const value real = graph_node(b->g, "pictures.real", "Cast", INPUTS(maps), ATTRIBUTES({"to", 0, {ONNX_FLOAT}}));
    b->pictures = multiply(b, "pictures.level", real, step);
}

void add_networks(graph *g, const lenet5_committee *models, const state_ranges *ranges, const onnx_options *options)
{
    builder b = {.g = g, .ranges = ranges, .maps = options->maps};
    value penalties[LENET5_MAX_COMMITTEE + 1] = {0};
    add_outputs(g, options->penalties);
    add_constants(&b);
    add_pictures(&b);
    for (size_t i = 0; i < models->count; i++) {
        b.network = &models->networks[i];
        b.ranges = ranges ? &ranges[i] : NULL;
        if (i > 0)
            snprintf(g->prefix, sizeof g->prefix, "%zu/", i + 1);
        penalties[i] = network(&b, models->count > 1 ? "penalty.of_one" : "penalty");
    }
    g->prefix[0] = '\0';
    const value mean = models->count > 1 ? graph_node(g, "penalty", "Mean", penalties, NULL) : penalties[0];
    if (!options->penalties)
        add_answers(g, mean, &models->provenance.loss, options->threshold);
}
