/*
 * Measures each layer's kernel separately, and compares it with the processor's peak of multiply-adds. The kernels
 * are included as source, because their parts are static: those of lanes.c, or with SINGLE those of single.c.
 *
 * "of peak" counts the network's multiply-adds alone. "busy" adds eight for each squashing, which uses the same units,
 * and so is the share of the time that a perfect kernel of this design would take.
 *
 *     cmake --build build/release --target layers && build/release/layers_avx512 && build/release/layers_avx512_single
 */
#ifdef SINGLE
#include "kernels/single.c"
#include "lenet5.h"
#define PICTURES 1
#else
#include "kernels/lanes.c"
#define PICTURES LENET5_LANES
#endif

#include <stdio.h>

#include "base/clock.h"

extern const lenet5_kernels ISA(lenet5_kernels);

typedef struct layer_kernel {
    const char *name;
    double multiply_adds, squashings; /* a picture */
    void (*run)(void);
} layer_kernel;

static lenet5_network network;

#ifdef SINGLE
static lenet5_network rate;
static lenet5_maps maps, delta;
static c3_deltas c3;
static float d_penalty[LENET5_CLASSES] = {1e-3f, 2e-3f};

#define LEARNING ((sink){(float *)&network, (const float *)&rate})

static void c1(void)
{
    for (size_t first = 0; first < 6; first += ROW_MAPS)
        for (size_t row = 0; row < 28; row++)
            c1_rows(&maps, &network, first, row);
    squash_all(&maps.c1[0][0][0], 6 * 28 * 28);
}

static void s2(void)
{
    subsample(&maps.s2[0][0][0], &maps.c1[0][0][0], network.s2.coefficient, network.s2.bias, 6, 14);
}

static void c3_layer(void)
{
    c3_forward(&maps, &network);
}

static void s4(void)
{
    subsample(&maps.s4[0][0][0], &maps.c3[0][0][0], network.s4.coefficient, network.s4.bias, 16, 5);
}

static void c5(void)
{
    c5_forward(&maps, &network);
}

static void f6(void)
{
    f6_forward(&maps, &network);
}

static void output(void)
{
    output_forward(&maps);
}

static void forward(void)
{
    ISA(lenet5_single_forward)(&maps, &network);
}

static void f6_back(void)
{
    output_backward(delta.f6, &maps, d_penalty);
    f6_backward(LEARNING, &delta, &network, &maps, FIRST_DERIVATIVE);
}

static void c5_back(void)
{
    c5_backward(LEARNING, &delta, &network, &maps, FIRST_DERIVATIVE);
}

static void s4_back(void)
{
    s4_backward(LEARNING, &c3, &delta, &network, &maps, FIRST_DERIVATIVE);
}

static void c3_back(void)
{
    c3_backward(LEARNING, &delta, &c3, &network, &maps, FIRST_DERIVATIVE);
}

static void s2_c1_back(void)
{
    s2_c1_backward(LEARNING, &delta, &network, &maps, FIRST_DERIVATIVE);
}

static void learn(void)
{
    ISA(lenet5_single_learn)(&network, &delta, &rate, &maps, d_penalty);
}

static const layer_kernel kernels[] = {
    {"C1", 117600, 4704, c1},
    {"S2", 0, 1176, s2},
    {"C3", 150000, 1600, c3_layer},
    {"S4", 0, 400, s4},
    {"C5", 48000, 120, c5},
    {"F6", 10080, 84, f6},
    {"output", 840, 0, output},
    {"forward", 326520, 8084, forward},
    {"output, F6 back and update", 840 + 2 * 10080, 0, f6_back},
    {"C5 back and update", 2 * 48000, 0, c5_back},
    {"S4 back", 0, 0, s4_back},
    {"C3 back and update", 2 * 150000, 0, c3_back},
    {"S2, C1 back and update", 117600, 0, s2_c1_back},
    {"backward and update", 534600, 0, learn},
};
#else
static lenet5_lanes maps, delta;
static lenet5_lane d_penalty[LENET5_CLASSES];
static uint8_t pictures[LENET5_LANES][32][32];
static lane_sums sums;
static lenet5_shard shards[4];
static lenet5_rows rows;
static float gradient[LENET5_SHARED_PARAMETERS];

static void input(void)
{
    ISA(lenet5_lanes_input)(&maps, (const uint8_t(*)[32][32])pictures);
}

static void c1_s2(void)
{
    c1_s2_forward(&maps, &network);
}

static void c3_s4(void)
{
    c3_s4_forward(&maps, &network);
}

static void c5_f6(void)
{
    c5_f6_forward(&maps, &network);
}

static void output(void)
{
    output_forward(&maps);
}

static void forward(void)
{
    ISA(lenet5_lanes_forward)(&maps, &network);
}

static void output_f6_c5(void)
{
    output_backward(&delta, &maps, (const lenet5_lane *)d_penalty);
    f6_c5_backward(&delta, &network, &maps);
}

static void s4_back(void)
{
    FOR_PARTS (part)
        s4_backward(&sums, &delta, &network, &maps, part);
}

static void c3_back(void)
{
    FOR_PARTS (part)
        c3_backward(&sums, &delta, &network, &maps, part);
}

static void s2_c1_back(void)
{
    FOR_PARTS (part)
        s2_c1_backward(&sums, &delta, &network, &maps, part);
}

static void sum_lanes(void)
{
    add_lanes(gradient, &sums);
}

static void backward(void)
{
    ISA(lenet5_lanes_backward)(gradient, &delta, &network, &maps, (const lenet5_lane *)d_penalty);
}

static void keep(void)
{
    ISA(lenet5_lanes_keep)(shards, &delta, &maps);
}

/* For four shards, a batch of 64; the time is divided by four. */
static void c5_f6_rows(void)
{
    for (size_t unit = 0; unit < 120; unit += LENET5_ROWS)
        ISA(lenet5_c5_rows)(&rows, shards, 4, unit);
    for (size_t unit = 0; unit < 84; unit += LENET5_ROWS)
        ISA(lenet5_f6_rows)(&rows, shards, 4, unit);
}

static const layer_kernel kernels[] = {
    {"input, from bytes", 0, 0, input},
    {"C1, S2", 117600, 5880, c1_s2},
    {"C3, S4", 150000, 2000, c3_s4},
    {"C5, F6", 58080, 204, c5_f6},
    {"output", 840, 0, output},
    {"forward", 326520, 8084, forward},
    {"output, F6, C5 back", 840 + 58080, 0, output_f6_c5},
    {"S4 back", 0, 0, s4_back},
    {"C3 back", 2 * 150000, 0, c3_back},
    {"S2, C1 back", 117600, 0, s2_c1_back},
    {"sums of lanes", 0, 0, sum_lanes},
    {"backward, C5 and F6 as inputs", 476520, 0, backward},
    {"turning C5's and F6's inputs", 0, 0, keep},
    {"C5, F6 gradient, 64 pictures", 4 * 58080, 0, c5_f6_rows},
};
#endif

/* The least time of many runs: that of an undisturbed kernel. */
static double seconds_of(void (*run)(void))
{
    double least = 1;
    for (size_t i = 0; i < 200; i++) {
        const double start = lenet5_clock();
        for (size_t k = 0; k < 8; k++)
            run();
        const double seconds = (lenet5_clock() - start) / 8;
        least = seconds < least ? seconds : least;
    }
    return least;
}

static double peak(void)
{
    double greatest = 0;
    for (size_t i = 0; i < 20; i++) {
        const double start = lenet5_clock();
        const double done = (double)ISA(lenet5_kernels).multiply_adds(100000);
        const double rate_now = done / (lenet5_clock() - start);
        greatest = rate_now > greatest ? rate_now : greatest;
    }
    return greatest;
}

static void fill(void)
{
    uint32_t state = 1;
    for (size_t i = 0; i < LENET5_PARAMETERS; i++) {
        state = state * 1664525 + 1013904223;
        ((float *)&network)[i] = (float)(state >> 8) / (float)(1 << 24) * 0.3f - 0.15f;
    }
#ifdef SINGLE
    for (size_t i = 0; i < 32 * 32; i++)
        (&maps.input[0][0])[i] = (float)(i % 97) / 97;
#else
    for (size_t i = 0; i < sizeof pictures; i++)
        (&pictures[0][0][0])[i] = (uint8_t)(i % 251);
    for (size_t i = 0; i < LENET5_CLASSES * LENET5_LANES; i++)
        (&d_penalty[0][0])[i] = 1e-3f * (float)(i % 7);
#endif
}

int main(void)
{
    const double at_best = peak();
    fill();
    printf("%s, peak %.1f G multiply-adds a second, %d picture(s) at once\n\n", ISA(lenet5_kernels).isa, at_best / 1e9,
           PICTURES);
    printf("%-30s %9s %8s %8s\n", "", "time", "of peak", "busy");
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
        const layer_kernel *k = &kernels[i];
        const double seconds = seconds_of(k->run);
        const double share = PICTURES * k->multiply_adds / seconds / at_best;
        const double busy = PICTURES * (k->multiply_adds + 8 * k->squashings) / seconds / at_best;
        printf("%-30s %6.2f us %6.1f %% %6.1f %%\n", k->name, 1e6 * seconds, 100 * share, 100 * busy);
    }
    return 0;
}
