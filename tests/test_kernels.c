/*
 * The fast passes against the reference in double precision, on every instruction set of this processor: random
 * networks, some with large weights and saturated units, and pictures that differ from lane to lane. The outputs of a
 * pass are filled with NaN beforehand, so that a number that is left out, or read before it is written, is detected.
 *
 * With LENET5_QUICK in the environment fewer networks and numbers are tested, for emulated processors.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LENET5_DOUBLE
#include "kernels/kernels.h"
#include "lenet5.h"
#include "net/initialise.h"
#include "net/input.h"
#include "net/reference.h"
#include "train/peak.h"
#include "unit.h"

#define TOLERANCE 1e-5
#define MAX_ISAS 4
#define MAX_SHARDS 3
#define MAX_PICTURES (MAX_SHARDS * LENET5_LANES)
#define SINGLES 5 /* pictures that the single passes are tested on */

static bool quick(void)
{
    return getenv("LENET5_QUICK") != NULL;
}

/* Sets every bit, which is NaN. */
static void poison(void *memory, size_t size)
{
    memset(memory, 0xFF, size);
}

/* ---- Samples: a network, some pictures, and the results of the reference in double precision --------------------- */

/*
 * A float before the struct prevents accidental alignment; nothing follows it, so that the address sanitizer detects
 * accesses beyond the end.
 */
static struct {
    float before;
    lenet5_network network;
} unaligned_network;

static struct {
    float before;
    lenet5_maps maps;
} unaligned_maps, unaligned_delta;

static lenet5_network *const network = &unaligned_network.network;
static lenet5_maps *const single = &unaligned_maps.maps;
static lenet5_maps *const single_delta = &unaligned_delta.maps;

static struct {
    size_t shards, pictures; /* lanes from `pictures` on are blank and have no derivatives */
    uint8_t placed[MAX_PICTURES][32][32];
    float input[MAX_PICTURES][32][32];
    float d_penalty[MAX_PICTURES][LENET5_CLASSES], dd_f6[MAX_PICTURES][84];

    lenet5_network_double wide;
    lenet5_maps_double maps[MAX_PICTURES];
} sample;

static void widen(double *to, const float *from, size_t count, size_t stride)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (double)from[i * stride];
}

static bool is_bias(size_t tensor)
{
    return tensor % 2 == 1;
}

/* Initial weights times scale, and biases; in saturated networks every fifth bias saturates its unit or map. */
static void random_network(lenet5_random *random, float scale, bool saturated)
{
    lenet5_initialise(network, random);
    for (size_t i = 0; i < LENET5_TENSORS; i++)
        for (size_t k = 0; k < lenet5_tensors[i].count; k++) {
            float *number = (float *)network + lenet5_tensors[i].first + k;
            if (!is_bias(i))
                *number *= scale;
            else if (saturated && k % 5 == 3)
                *number = lenet5_random_below(random, 2) ? 15 : -15;
            else
                *number = lenet5_random_uniform(random, -0.3f, 0.3f);
        }
}

/* Noise with a random density at a random position. */
static void random_picture(uint8_t placed[32][32], lenet5_random *random)
{
    uint8_t picture[LENET5_PICTURE_BYTES];
    const uint32_t density = lenet5_random_below(random, 257);
    for (size_t i = 0; i < LENET5_PICTURE_BYTES; i++) {
        const uint32_t grey = lenet5_random_below(random, 256);
        picture[i] = lenet5_random_below(random, 256) < density ? (uint8_t)grey : 0;
    }
    lenet5_place_bytes(placed, picture, lenet5_random_below(random, 2 * INPUT_MARGIN + 1),
                       lenet5_random_below(random, 2 * INPUT_MARGIN + 1));
}

static void random_pictures(lenet5_random *random)
{
    memset(sample.placed, 0, sizeof sample.placed);
    memset(sample.d_penalty, 0, sizeof sample.d_penalty);
    memset(sample.dd_f6, 0, sizeof sample.dd_f6);
    for (size_t i = 0; i < sample.pictures; i++) {
        random_picture(sample.placed[i], random);
        for (size_t digit = 0; digit < LENET5_CLASSES; digit++)
            sample.d_penalty[i][digit] = lenet5_random_uniform(random, -1, 1);
        for (size_t unit = 0; unit < 84; unit++)
            sample.dd_f6[i][unit] = lenet5_random_uniform(random, 0, 4);
    }
}

static void compute_reference(void)
{
    widen((double *)&sample.wide, (const float *)network, LENET5_PARAMETERS, 1);
    for (size_t i = 0; i < sample.shards * LENET5_LANES; i++) {
        for (size_t k = 0; k < 32 * 32; k++)
            (&sample.input[i][0][0])[k] = (float)(&sample.placed[i][0][0])[k] * LENET5_LEVEL_STEP - LENET5_LEVEL_OFFSET;
        widen(&sample.maps[i].input[0][0], &sample.input[i][0][0], 32 * 32, 1);
        lenet5_reference_forward_double(&sample.maps[i], &sample.wide);
    }
}

static const struct {
    float scale;
    bool saturated;
} kinds[] = {{1, false}, {1.7f, true}, {0.3f, false}, {1, true}, {1.7f, false}, {1.4f, true}};

static size_t count_samples(void)
{
    return quick() ? 2 : sizeof kinds / sizeof kinds[0];
}

/* The first sample has three shards; the last shard of most samples is not full. */
static void make_sample(size_t number)
{
    lenet5_random random;
    lenet5_random_seed(&random, 1998, number);
    random_network(&random, kinds[number].scale, kinds[number].saturated);
    sample.shards = MAX_SHARDS - number % MAX_SHARDS;
    sample.pictures = sample.shards * LENET5_LANES - number % 3 * 5;
    random_pictures(&random);
    compute_reference();
}

/*
 * The backward passes are compared with the reference from the same maps, so that errors of the forward pass do not
 * count. maps points to numbers that are stride apart.
 */
static void add_gradient(lenet5_network_double *gradient, const float *maps, size_t stride, size_t picture)
{
    static lenet5_maps_double wide, delta;
    double d_penalty[LENET5_CLASSES];
    widen((double *)&wide, maps, sizeof wide / sizeof(double), stride);
    widen(d_penalty, sample.d_penalty[picture], LENET5_CLASSES, 1);
    lenet5_reference_backward_double(gradient, &delta, &sample.wide, &wide, d_penalty);
}

static void add_curvature(lenet5_network_double *curvature, const lenet5_maps *maps, size_t picture)
{
    static lenet5_maps_double wide, delta;
    double dd_f6[84];
    widen((double *)&wide, (const float *)maps, sizeof wide / sizeof(double), 1);
    widen(dd_f6, sample.dd_f6[picture], 84, 1);
    lenet5_reference_curvature_double(curvature, &delta, &sample.wide, &wide, dd_f6);
}

/* ---- Errors ------------------------------------------------------------------------------------------------------ */

/* The greatest difference and the greatest value over all pictures that a pass is tested on. */
typedef struct deviation {
    double difference, greatest;
} deviation;

/* Numbers that are stride apart. */
static void note_deviation(deviation *d, const float *found, const double *expected, size_t count, size_t stride)
{
    for (size_t i = 0; i < count; i++) {
        const double difference = fabs((double)found[i * stride] - expected[i]);
        d->difference = fmax(d->difference, isfinite(difference) ? difference : INFINITY);
        d->greatest = fmax(d->greatest, fabs(expected[i]));
    }
}

static double relative(const deviation *d)
{
    return d->difference > 0 ? d->difference / d->greatest : 0;
}

/* The parts that a test compares separately: layers of maps, or tensors of a network. */
typedef struct part {
    const char *name;
    size_t first, count;
} part;

#define PLACE(member) (offsetof(lenet5_maps, member) / sizeof(float))
#define COUNT(member) (sizeof(((lenet5_maps *)0)->member) / sizeof(float))
#define LAYERS 7

static const part layers[LAYERS] = {{"C1", PLACE(c1), COUNT(c1)},
                                    {"S2", PLACE(s2), COUNT(s2)},
                                    {"C3", PLACE(c3), COUNT(c3)},
                                    {"S4", PLACE(s4), COUNT(s4)},
                                    {"C5", PLACE(c5), COUNT(c5)},
                                    {"F6", PLACE(f6), COUNT(f6)},
                                    {"penalty", PLACE(penalty), COUNT(penalty)}};

static void find_tensors(part tensors[LENET5_TENSORS])
{
    for (size_t i = 0; i < LENET5_TENSORS; i++)
        tensors[i] = (part){lenet5_tensors[i].name, lenet5_tensors[i].first, lenet5_tensors[i].count};
}

static void note_deviations(deviation deviations[], const float *found, const double *expected, const part parts[],
                            size_t count, size_t stride)
{
    for (size_t i = 0; i < count; i++)
        note_deviation(&deviations[i], found + parts[i].first * stride, expected + parts[i].first, parts[i].count,
                       stride);
}

static void note_layers(deviation deviations[LAYERS], const float *found, size_t picture, size_t stride)
{
    note_deviations(deviations, found, (const double *)&sample.maps[picture], layers, LAYERS, stride);
}

static void note_tensors(deviation deviations[LENET5_TENSORS], const lenet5_network *found,
                         const lenet5_network_double *expected)
{
    part tensors[LENET5_TENSORS];
    find_tensors(tensors);
    note_deviations(deviations, (const float *)found, (const double *)expected, tensors, LENET5_TENSORS, 1);
}

static void judge(const double worst[], const char *isa, const part parts[], size_t count)
{
    print_message("    %-8s", isa);
    for (size_t i = 0; i < count; i++)
        print_message(" %s %.1e", parts[i].name, worst[i]);
    print_message("\n");
    for (size_t i = 0; i < count; i++)
        if (!(worst[i] < TOLERANCE))
            fail_msg("%s: the error of %s is %.2e", isa, parts[i].name, worst[i]);
}

typedef void (*check_pass)(deviation deviations[], const lenet5_kernels *kernels);

/* Runs check with all samples on all instruction sets; the error of each part must be below the tolerance. */
static void check_everywhere(check_pass check, const part parts[], size_t count)
{
    double worst[MAX_ISAS][LENET5_TENSORS] = {0};
    for (size_t number = 0; number < count_samples(); number++) {
        make_sample(number);
        for (size_t i = 0; lenet5_kernels_at(i); i++) {
            deviation deviations[LENET5_TENSORS] = {0};
            check(deviations, lenet5_kernels_at(i));
            for (size_t k = 0; k < count; k++)
                worst[i][k] = fmax(worst[i][k], relative(&deviations[k]));
        }
    }
    for (size_t i = 0; lenet5_kernels_at(i); i++)
        judge(worst[i], lenet5_kernels_at(i)->isa, parts, count);
}

static void check_tensors_everywhere(check_pass check)
{
    part tensors[LENET5_TENSORS];
    find_tensors(tensors);
    check_everywhere(check, tensors, LENET5_TENSORS);
}

/* ---- Sixteen pictures at once ------------------------------------------------------------------------------------ */

static void forward_shard(lenet5_lanes *maps, const lenet5_kernels *kernels, size_t shard)
{
    poison(maps, sizeof *maps);
    kernels->lanes_input(maps, (const uint8_t(*)[32][32]) & sample.placed[shard * LENET5_LANES]);
    kernels->lanes_forward(maps, network);
}

static void check_lanes_forward(deviation deviations[], const lenet5_kernels *kernels)
{
    static lenet5_lanes maps;
    for (size_t shard = 0; shard < sample.shards; shard++) {
        forward_shard(&maps, kernels, shard);
        for (size_t lane = 0; lane < LENET5_LANES; lane++)
            note_layers(deviations, (const float *)&maps + lane, shard * LENET5_LANES + lane, LENET5_LANES);
    }
}

static void lanes_forward_agrees_with_the_reference(void **state)
{
    (void)state;
    check_everywhere(check_lanes_forward, layers, LAYERS);
}

/* Forward and backward for a shard. Adds its gradient of C1 to S4 to sum, and the reference's whole gradient to
 * expected. */
static void backward_shard(lenet5_network *sum, lenet5_network_double *expected, lenet5_shard *kept,
                           const lenet5_kernels *kernels, size_t shard)
{
    static lenet5_lanes maps, delta;
    lenet5_lane d_penalty[LENET5_CLASSES];
    float gradient[LENET5_SHARED_PARAMETERS] = {0};
    for (size_t digit = 0; digit < LENET5_CLASSES; digit++)
        for (size_t lane = 0; lane < LENET5_LANES; lane++)
            d_penalty[digit][lane] = sample.d_penalty[shard * LENET5_LANES + lane][digit];
    forward_shard(&maps, kernels, shard);
    poison(&delta, sizeof delta);
    poison(kept, sizeof *kept);
    kernels->lanes_backward(gradient, &delta, network, &maps, (const lenet5_lane *)d_penalty);
    kernels->lanes_keep(kept, &delta, &maps);
    for (size_t k = 0; k < LENET5_SHARED_PARAMETERS; k++)
        ((float *)sum)[k] += gradient[k];
    for (size_t lane = 0; lane < LENET5_LANES; lane++)
        add_gradient(expected, (const float *)&maps + lane, LENET5_LANES, shard * LENET5_LANES + lane);
}

static void collect_rows(lenet5_network *gradient, const lenet5_shard shards[], const lenet5_kernels *kernels)
{
    static lenet5_rows rows;
    for (size_t unit = 0; unit < 120; unit += LENET5_ROWS) {
        poison(&rows, sizeof rows);
        kernels->c5_rows(&rows, shards, sample.shards, unit);
        memcpy(gradient->c5.weight[unit], rows.c5, sizeof rows.c5);
        memcpy(&gradient->c5.bias[unit], rows.bias, sizeof rows.bias);
    }
    for (size_t unit = 0; unit < 84; unit += LENET5_ROWS) {
        poison(&rows, sizeof rows);
        kernels->f6_rows(&rows, shards, sample.shards, unit);
        for (size_t row = 0; row < LENET5_ROWS; row++)
            memcpy(gradient->f6.weight[unit + row], rows.f6[row], sizeof gradient->f6.weight[0]);
        memcpy(&gradient->f6.bias[unit], rows.bias, sizeof rows.bias);
    }
}

static void check_lanes_gradient(deviation deviations[], const lenet5_kernels *kernels)
{
    static lenet5_shard shards[MAX_SHARDS];
    static lenet5_network gradient;
    static lenet5_network_double expected;
    memset(&gradient, 0, sizeof gradient);
    memset(&expected, 0, sizeof expected);
    for (size_t shard = 0; shard < sample.shards; shard++)
        backward_shard(&gradient, &expected, &shards[shard], kernels, shard);
    collect_rows(&gradient, shards, kernels);
    note_tensors(deviations, &gradient, &expected);
}

static void lanes_gradient_agrees_with_the_reference(void **state)
{
    (void)state;
    check_tensors_everywhere(check_lanes_gradient);
}

static void lanes_keep_transposes_states(void **state)
{
    (void)state;
    static lenet5_lanes maps, delta;
    static lenet5_shard shard;
    for (size_t i = 0; i < sizeof maps / sizeof(float); i++) {
        ((float *)&maps)[i] = (float)i;
        ((float *)&delta)[i] = -(float)i;
    }
    for (size_t i = 0; lenet5_kernels_at(i); i++) {
        poison(&shard, sizeof shard);
        lenet5_kernels_at(i)->lanes_keep(&shard, &delta, &maps);
        for (size_t lane = 0; lane < LENET5_LANES; lane++) {
            for (size_t k = 0; k < 400; k++)
                assert_true(shard.s4[lane][k] == (&maps.s4[0][0][0])[k][lane]);
            for (size_t k = 0; k < 128; k++)
                assert_true(shard.c5[lane][k] == (k < 120 ? maps.c5[k][lane] : 0));
        }
        assert_memory_equal(shard.d_c5, delta.c5, sizeof delta.c5);
        assert_memory_equal(shard.d_f6, delta.f6, sizeof delta.f6);
    }
}

/* A fused multiply-subtract does not round the product, so the last bits may differ by this tolerance. */
static float input_tolerance(const char *isa)
{
    return strcmp(isa, "baseline") == 0 ? 0 : FLT_EPSILON;
}

static void check_lanes_input(const lenet5_lanes *maps, const lenet5_maps *expected, size_t lane, const char *isa)
{
    for (size_t row = 0; row < 32; row++)
        for (size_t column = 0; column < 32; column++) {
            const float found = maps->input[row][column][lane];
            if (!(fabsf(found - expected->input[row][column]) <= input_tolerance(isa)))
                fail_msg("%s: lane %zu has %.9g at (%zu, %zu)", isa, lane, (double)found, row, column);
        }
}

/* A picture at each of 16 positions, which together have all 256 grey levels; without fused multiply-adds, bit for
 * bit. */
static void lanes_input_agrees_with_the_single_input(void **state)
{
    (void)state;
    static lenet5_lanes lanes;
    static lenet5_maps expected[LENET5_LANES];
    uint8_t picture[LENET5_PICTURE_BYTES];
    uint8_t placed[LENET5_LANES][32][32];
    for (size_t lane = 0; lane < LENET5_LANES; lane++) {
        const size_t top = lane % 5;
        const size_t left = lane / 4;
        for (size_t k = 0; k < LENET5_PICTURE_BYTES; k++)
            picture[k] = (uint8_t)(k + lane * 37);
        lenet5_place_bytes(placed[lane], picture, top, left);
        lenet5_place_input(&expected[lane], picture, top, left);
    }
    for (size_t i = 0; lenet5_kernels_at(i); i++) {
        poison(&lanes, sizeof lanes);
        lenet5_kernels_at(i)->lanes_input(&lanes, (const uint8_t(*)[32][32])placed);
        for (size_t lane = 0; lane < LENET5_LANES; lane++)
            check_lanes_input(&lanes, &expected[lane], lane, lenet5_kernels_at(i)->isa);
    }
}

/* ---- One picture at once ----------------------------------------------------------------------------------------- */

static void forward_single(const lenet5_kernels *kernels, size_t picture)
{
    poison(single, sizeof *single);
    poison(single_delta, sizeof *single_delta);
    memcpy(single->input, sample.input[picture], sizeof single->input);
    kernels->single_forward(single, network);
}

static void check_single_forward(deviation deviations[], const lenet5_kernels *kernels)
{
    for (size_t i = 0; i < sample.pictures; i++) {
        forward_single(kernels, i);
        note_layers(deviations, (const float *)single, i, 1);
    }
}

static void single_forward_agrees_with_the_reference(void **state)
{
    (void)state;
    check_everywhere(check_single_forward, layers, LAYERS);
}

static void check_single_backward(deviation deviations[], const lenet5_kernels *kernels)
{
    static lenet5_network gradient;
    static lenet5_network_double expected;
    for (size_t i = 0; i < SINGLES; i++) {
        memset(&gradient, 0, sizeof gradient);
        memset(&expected, 0, sizeof expected);
        forward_single(kernels, i);
        kernels->single_backward(&gradient, single_delta, network, single, sample.d_penalty[i]);
        add_gradient(&expected, (const float *)single, 1, i);
        note_tensors(deviations, &gradient, &expected);
    }
}

static void single_gradient_agrees_with_the_reference(void **state)
{
    (void)state;
    check_tensors_everywhere(check_single_backward);
}

static void check_single_curvature(deviation deviations[], const lenet5_kernels *kernels)
{
    static lenet5_network curvature;
    static lenet5_network_double expected;
    for (size_t i = 0; i < SINGLES; i++) {
        memset(&curvature, 0, sizeof curvature);
        memset(&expected, 0, sizeof expected);
        forward_single(kernels, i);
        kernels->single_curvature(&curvature, single_delta, network, single, sample.dd_f6[i]);
        add_curvature(&expected, single, i);
        note_tensors(deviations, &curvature, &expected);
    }
}

static void single_curvature_agrees_with_the_reference(void **state)
{
    (void)state;
    check_tensors_everywhere(check_single_curvature);
}

/* The passes add to the gradient: two of them give twice the first. */
static void check_adding(deviation deviations[], const lenet5_kernels *kernels)
{
    static lenet5_network gradient, curvature;
    static lenet5_network_double once, once2;
    memset(&gradient, 0, sizeof gradient);
    memset(&curvature, 0, sizeof curvature);
    forward_single(kernels, 0);
    for (int time = 1; time <= 2; time++) {
        kernels->single_backward(&gradient, single_delta, network, single, sample.d_penalty[0]);
        kernels->single_curvature(&curvature, single_delta, network, single, sample.dd_f6[0]);
        if (time == 1) {
            widen((double *)&once, (const float *)&gradient, LENET5_PARAMETERS, 1);
            widen((double *)&once2, (const float *)&curvature, LENET5_PARAMETERS, 1);
        }
    }
    for (size_t k = 0; k < LENET5_PARAMETERS; k++) {
        ((double *)&once)[k] *= 2;
        ((double *)&once2)[k] *= 2;
    }
    note_tensors(deviations, &gradient, &once);
    note_tensors(deviations, &curvature, &once2);
}

static void single_passes_add_to_the_gradient(void **state)
{
    (void)state;
    check_tensors_everywhere(check_adding);
}

static double greatest_of(const double *values, size_t count)
{
    double greatest = 0;
    for (size_t i = 0; i < count; i++)
        greatest = fmax(greatest, fabs(values[i]));
    return greatest;
}

/* Rates, all different, with which the greatest steps are as large as the greatest numbers of a tensor. */
static void random_rates(lenet5_network *rate, const lenet5_network_double *gradient, lenet5_random *random)
{
    for (size_t i = 0; i < LENET5_TENSORS; i++) {
        const lenet5_tensor *t = &lenet5_tensors[i];
        const double longest = greatest_of((const double *)&sample.wide + t->first, t->count) /
                               greatest_of((const double *)gradient + t->first, t->count);
        for (size_t k = t->first; k < t->first + t->count; k++)
            ((float *)rate)[k] = (float)longest * lenet5_random_uniform(random, 0.5f, 1.5f);
    }
}

/* Replaces a gradient by the network after the step. */
static void take_steps(lenet5_network_double *gradient, const lenet5_network *rate)
{
    double *number = (double *)gradient;
    for (size_t k = 0; k < LENET5_PARAMETERS; k++)
        number[k] = ((const double *)&sample.wide)[k] - (double)((const float *)rate)[k] * number[k];
}

static void check_single_learn(deviation deviations[], const lenet5_kernels *kernels)
{
    static lenet5_network learnt, rate;
    static lenet5_network_double expected;
    lenet5_random random;
    lenet5_random_seed(&random, 7, 0);
    for (size_t i = 0; i < SINGLES; i++) {
        forward_single(kernels, i);
        memset(&expected, 0, sizeof expected);
        add_gradient(&expected, (const float *)single, 1, i);
        random_rates(&rate, &expected, &random);
        take_steps(&expected, &rate);
        learnt = *network;
        kernels->single_learn(&learnt, single_delta, &rate, single, sample.d_penalty[i]);
        note_tensors(deviations, &learnt, &expected);
    }
}

static void single_learn_subtracts_rate_times_gradient(void **state)
{
    (void)state;
    check_tensors_everywhere(check_single_learn);
}

/* ---- Squashing --------------------------------------------------------------------------------------------------- */

#define BLOCK 4096
#define ABSOLUTE 7.5e-7 /* over all floats the errors are at most 7.37e-7 and 8.77e-7 */
#define RELATIVE 9e-7

typedef struct sweep {
    double absolute, relative; /* the greatest errors */
    double fall;               /* the greatest decrease of f, which should increase, relative to f */
    float last;
} sweep;

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double squashed(float a)
{
    return LENET5_A * tanh(LENET5_S * (double)a);
}

/* Records the errors for increasing numbers from 0 on and for their negatives. */
static void note_squash(sweep *s, const float x[BLOCK], const float opposite[BLOCK], const double expected[BLOCK])
{
    for (size_t i = 0; i < BLOCK; i++) {
        assert_true(x[i] == -opposite[i]);
        const double error = fabs((double)x[i] - expected[i]);
        s->absolute = fmax(s->absolute, error);
        if (expected[i] >= (double)FLT_MIN) {
            s->relative = fmax(s->relative, error / expected[i]);
            s->fall = fmax(s->fall, ((double)s->last - (double)x[i]) / expected[i]);
        }
        s->last = x[i];
    }
}

/* Tests a block of numbers, every stride-th float from the one with these bits on, on all instruction sets. */
static void squash_block(sweep sweeps[MAX_ISAS], uint32_t bits, uint32_t stride)
{
    static float a[BLOCK], minus_a[BLOCK], x[BLOCK], opposite[BLOCK];
    static double expected[BLOCK];
    for (size_t i = 0; i < BLOCK; i++) {
        a[i] = float_of(bits + (uint32_t)i * stride);
        minus_a[i] = -a[i];
        expected[i] = squashed(a[i]);
    }
    for (size_t i = 0; lenet5_kernels_at(i); i++) {
        poison(x, sizeof x);
        poison(opposite, sizeof opposite);
        lenet5_kernels_at(i)->squash(x, a, BLOCK);
        lenet5_kernels_at(i)->squash(opposite, minus_a, BLOCK);
        note_squash(&sweeps[i], x, opposite, expected);
    }
}

/* Denormals to 32 in small steps, every float from 4 to 16, larger numbers in larger steps. */
static const struct {
    uint32_t bits, stride, quick_stride;
} ranges[] = {
    {0, 64, 1024}, {0x40800000, 1, 512}, {0x41800000, 64, 1024}, {0x42000000, 2048, 2048}, {0x7F800000, 0, 0}};

static void squashing_is_close_to_tanh(void **state)
{
    (void)state;
    sweep sweeps[MAX_ISAS] = {0};
    for (size_t range = 0; ranges[range].stride > 0; range++) {
        const uint32_t stride = quick() ? ranges[range].quick_stride : ranges[range].stride;
        for (uint32_t bits = ranges[range].bits; bits + BLOCK * stride <= ranges[range + 1].bits;
             bits += BLOCK * stride)
            squash_block(sweeps, bits, stride);
    }
    for (size_t i = 0; lenet5_kernels_at(i); i++) {
        const sweep *s = &sweeps[i];
        print_message("    %-8s absolute %.3e relative %.3e fall %.1e at the end A %+.1e\n", lenet5_kernels_at(i)->isa,
                      s->absolute, s->relative, s->fall, (double)s->last - LENET5_A);
        assert_true(s->absolute <= ABSOLUTE);
        assert_true(s->relative <= RELATIVE);
        assert_true(s->fall <= 5 * (double)FLT_EPSILON);
    }
}

/* NaN stays NaN and does not change its neighbours. */
static void squashing_of_nan_and_infinity(void **state)
{
    (void)state;
    const float special[] = {INFINITY, -INFINITY, FLT_MAX, -FLT_MAX, 0.0f, -0.0f, FLT_TRUE_MIN, -FLT_MIN};
    for (size_t i = 0; lenet5_kernels_at(i); i++)
        for (size_t place = 0; place < 16; place++) {
            float a[16], x[16];
            for (size_t k = 0; k < 16; k++)
                a[k] = k == place ? NAN : special[k % 8];
            lenet5_kernels_at(i)->squash(x, a, 16);
            for (size_t k = 0; k < 16; k++) {
                assert_true(k == place ? isnan(x[k]) : fabs((double)x[k] - squashed(a[k])) <= ABSOLUTE);
                assert_true(k == place || signbit(x[k]) == signbit(a[k]));
            }
        }
}

/* ---- Adam -------------------------------------------------------------------------------------------------------- */

#define NUMBERS 203

typedef struct moments {
    float w[NUMBERS], first[NUMBERS], second[NUMBERS], average[NUMBERS];
} moments;

typedef struct wide_moments {
    double w[NUMBERS], first[NUMBERS], second[NUMBERS], average[NUMBERS];
} wide_moments;

static const part moments_parts[] = {{"w", 0, NUMBERS},
                                     {"first", NUMBERS, NUMBERS},
                                     {"second", 2 * NUMBERS, NUMBERS},
                                     {"average", 3 * NUMBERS, NUMBERS}};

static void wide_adam(wide_moments *m, const float *gradient, const lenet5_adam *step, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        const double g = (double)step->mean * (double)gradient[k];
        m->first[k] = (double)step->keep_first * m->first[k] + (1 - (double)step->keep_first) * g;
        m->second[k] = (double)step->keep_second * m->second[k] + (1 - (double)step->keep_second) * g * g;
        m->w[k] -= (double)step->rate * m->first[k] / (sqrt(m->second[k]) + 1e-8);
        m->average[k] = (double)step->keep_average * m->average[k] + (1 - (double)step->keep_average) * m->w[k];
    }
}

/* Some steps from the start; every seventh number has no gradient. */
static void check_adam(deviation deviations[4], const lenet5_kernels *kernels, size_t count)
{
    const lenet5_adam step = {
        .mean = 1 / 32.0f, .keep_first = 0.9f, .keep_second = 0.99f, .keep_average = 0.8f, .rate = 2e-3f};
    moments m = {0};
    wide_moments expected;
    lenet5_random random;
    lenet5_random_seed(&random, 4, count);
    for (size_t k = 0; k < NUMBERS; k++)
        m.w[k] = m.average[k] = lenet5_random_uniform(&random, -0.01f, 0.01f);
    widen((double *)&expected, (const float *)&m, sizeof m / sizeof(float), 1);
    for (int i = 0; i < 5; i++) {
        float gradient[NUMBERS];
        for (size_t k = 0; k < NUMBERS; k++)
            gradient[k] = k % 7 == 0 ? 0 : lenet5_random_uniform(&random, -20, 20);
        kernels->adam(m.w, m.first, m.second, m.average, gradient, &step, count);
        wide_adam(&expected, gradient, &step, count);
        note_deviations(deviations, (const float *)&m, (const double *)&expected, moments_parts, 4, 1);
    }
}

/* Any count is valid, and numbers from count on stay unchanged. */
static void adam_agrees_with_double_precision(void **state)
{
    (void)state;
    const size_t counts[] = {NUMBERS, 0, 1, 4, 15, 16, 17, 120, NUMBERS - 1};
    for (size_t i = 0; lenet5_kernels_at(i); i++) {
        deviation deviations[4] = {0};
        double worst[4];
        for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++)
            check_adam(deviations, lenet5_kernels_at(i), counts[k]);
        for (size_t k = 0; k < 4; k++)
            worst[k] = relative(&deviations[k]);
        judge(worst, lenet5_kernels_at(i)->isa, moments_parts, 4);
    }
}

/* ---- Public functions -------------------------------------------------------------------------------------------- */

static bool is_listed(const char *isa)
{
    for (size_t i = 0; lenet5_isa_at(i); i++)
        if (strcmp(lenet5_isa_at(i), isa) == 0)
            return true;
    return false;
}

static void the_instruction_set_is_one_of_those_listed(void **state)
{
    (void)state;
    size_t count = 0;
    for (; lenet5_isa_at(count); count++)
        assert_string_equal(lenet5_isa_at(count), lenet5_kernels_at(count)->isa);
    assert_in_range(count, 1, MAX_ISAS);
    assert_null(lenet5_kernels_at(count));
    assert_null(lenet5_isa_at(SIZE_MAX));
    assert_true(is_listed(lenet5_isa()));
    assert_string_equal(lenet5_isa(), lenet5_kernels_in_use()->isa);
}

/* The public passes for 16 pictures and for one, on the same pictures; two lanes have the same one. */
static void lanes_and_single_passes_agree(void **state)
{
    (void)state;
    static lenet5_lanes lanes;
    static lenet5_maps maps;
    uint8_t pictures[LENET5_LANES][LENET5_PICTURE_BYTES];
    const uint8_t *pointers[LENET5_LANES];
    make_sample(0);
    for (size_t lane = 0; lane < LENET5_LANES; lane++) {
        memcpy(pictures[lane], sample.placed[lane], LENET5_PICTURE_BYTES);
        pointers[lane] = pictures[lane == 11 ? 3 : lane];
    }
    lenet5_set_input_lanes(&lanes, pointers);
    lenet5_forward_lanes(&lanes, network);
    for (size_t lane = 0; lane < LENET5_LANES; lane++) {
        double penalty[LENET5_CLASSES];
        lenet5_set_input(&maps, pointers[lane]);
        check_lanes_input(&lanes, &maps, lane, lenet5_isa());
        lenet5_forward(&maps, network);
        widen(penalty, maps.penalty, LENET5_CLASSES, 1);
        deviation d = {0};
        note_deviation(&d, &lanes.penalty[0][lane], penalty, LENET5_CLASSES, LENET5_LANES);
        assert_true(relative(&d) < TOLERANCE);
    }
}

static void public_backward_passes_are_the_kernels(void **state)
{
    (void)state;
    static lenet5_network found, expected;
    const lenet5_kernels *kernels = lenet5_kernels_in_use();
    make_sample(0);
    forward_single(kernels, 0);
    lenet5_backward(&found, single_delta, network, single, sample.d_penalty[0]);
    kernels->single_backward(&expected, single_delta, network, single, sample.d_penalty[0]);
    assert_memory_equal(&found, &expected, sizeof found);
    lenet5_curvature(&found, single_delta, network, single, sample.dd_f6[0]);
    kernels->single_curvature(&expected, single_delta, network, single, sample.dd_f6[0]);
    assert_memory_equal(&found, &expected, sizeof found);
}

static void the_peak_is_measured(void **state)
{
    (void)state;
    for (size_t i = 0; lenet5_isa_at(i); i++) {
        double peak = 0;
        assert_int_equal(lenet5_measure_peak(&peak, lenet5_isa_at(i), quick() ? 1 : 2, NULL), LENET5_OK);
        assert_true(peak > 0 && isfinite(peak));
    }
}

static void the_peak_of_an_unknown_set_is_refused(void **state)
{
    (void)state;
    const char *const unknown[] = {"avx1024", "", NULL};
    for (size_t i = 0; i < 3; i++) {
        double peak = -1;
        lenet5_error error;
        assert_int_equal(lenet5_measure_peak(&peak, unknown[i], 1, &error), LENET5_E_ARGUMENT);
        assert_int_equal(error.status, LENET5_E_ARGUMENT);
        assert_true(peak == -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_input_agrees_with_the_single_input),
        cmocka_unit_test(lanes_forward_agrees_with_the_reference),
        cmocka_unit_test(lanes_gradient_agrees_with_the_reference),
        cmocka_unit_test(lanes_keep_transposes_states),
        cmocka_unit_test(single_forward_agrees_with_the_reference),
        cmocka_unit_test(single_gradient_agrees_with_the_reference),
        cmocka_unit_test(single_curvature_agrees_with_the_reference),
        cmocka_unit_test(single_passes_add_to_the_gradient),
        cmocka_unit_test(single_learn_subtracts_rate_times_gradient),
        cmocka_unit_test(squashing_is_close_to_tanh),
        cmocka_unit_test(squashing_of_nan_and_infinity),
        cmocka_unit_test(adam_agrees_with_double_precision),
        cmocka_unit_test(the_instruction_set_is_one_of_those_listed),
        cmocka_unit_test(lanes_and_single_passes_agree),
        cmocka_unit_test(public_backward_passes_are_the_kernels),
        cmocka_unit_test(the_peak_is_measured),
        cmocka_unit_test(the_peak_of_an_unknown_set_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
