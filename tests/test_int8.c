/*
 * Classifying in bulk: the integer kernel against the definition of int8.h in plain C, byte for byte, if this
 * processor has it; networks that cannot be quantised; and the answers, with and without the kernel.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "kernels/int8.h"
#include "net/initialise.h"
#include "support.h"

static lenet5_network network;
static lenet5_int8 quantised;

/* ---- The definition, for one picture ----------------------------------------------------------------------------- */

typedef struct states {
    uint8_t s2[6][14][14], s4[16][5][5], c5[120], f6[84];
    int32_t digit, lead;
} states;

static int32_t saturate(int32_t x)
{
    return x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x;
}

static int32_t mulhrs(int32_t a, int32_t b)
{
    return (a * b + 0x4000) >> 15;
}

static int32_t squash(int32_t z)
{
    const size_t part = (uint16_t)z >> 10;
    return mulhrs(z, quantised.slope[part]) + quantised.intercept[part];
}

static uint8_t to_byte(int32_t x)
{
    return (uint8_t)((x + 8224) >> 6);
}

static int32_t squash_sum(int32_t a, lenet5_int8_sum sum)
{
    const int32_t z = saturate((sum.bias + a) >> sum.shift);
    return squash(quantised.quadrupled ? saturate(4 * z) : z);
}

static uint8_t subsample(const int32_t *x, size_t side, int32_t coefficient, int32_t bias)
{
    const int32_t z = saturate(mulhrs(x[0] + x[1] + x[side] + x[side + 1], coefficient) + bias);
    return to_byte(squash(saturate(4 * z)));
}

static int32_t convolve(const uint8_t *x, size_t side, const int8_t weight[25])
{
    int32_t a = 0;
    for (size_t i = 0; i < 25; i++)
        a += weight[i] * x[i / 5 * side + i % 5];
    return a;
}

static int32_t product(const uint8_t *x, const int8_t *weight, size_t count)
{
    int32_t a = 0;
    for (size_t i = 0; i < count; i++)
        a += weight[i] * x[i];
    return a;
}

static void c1_s2(states *s, const uint8_t *picture)
{
    uint8_t input[32][32] = {{0}};
    for (size_t row = 0; row < LENET5_PICTURE_SIDE; row++)
        memcpy(&input[row + 2][2], picture + row * LENET5_PICTURE_SIDE, LENET5_PICTURE_SIDE);
    for (size_t map = 0; map < 6; map++) {
        int32_t c1[28][28];
        for (size_t i = 0; i < 28 * 28; i++)
            c1[i / 28][i % 28] =
                squash_sum(convolve(&input[i / 28][i % 28], 32, quantised.c1[map]), quantised.c1_sum[map]);
        for (size_t i = 0; i < 14 * 14; i++)
            s->s2[map][i / 14][i % 14] =
                subsample(&c1[i / 14 * 2][i % 14 * 2], 28, quantised.s2_coefficient[map], quantised.s2_bias[map]);
    }
}

static void c3_s4(states *s)
{
    const int8_t(*first)[25] = (const int8_t(*)[25])quantised.c3;
    for (size_t map = 0; map < 16; map++) {
        int32_t c3[10][10] = {{0}};
        for (size_t input = 0; input < 6; input++)
            if (lenet5_c3_table[input][map]) {
                for (size_t i = 0; i < 100; i++)
                    c3[i / 10][i % 10] += convolve(&s->s2[input][i / 10][i % 10], 14, *first);
                first++;
            }
        for (size_t i = 0; i < 100; i++)
            c3[i / 10][i % 10] = squash_sum(c3[i / 10][i % 10], quantised.c3_sum[map]);
        for (size_t i = 0; i < 25; i++)
            s->s4[map][i / 5][i % 5] =
                subsample(&c3[i / 5 * 2][i % 5 * 2], 10, quantised.s4_coefficient[map], quantised.s4_bias[map]);
    }
}

static void output(states *s)
{
    int32_t second = INT32_MIN, best = INT32_MIN;
    for (size_t digit = 0; digit < LENET5_CLASSES; digit++) {
        int32_t score = 0;
        for (size_t unit = 0; unit < 84; unit++)
            score += (&lenet5_codes[digit][0][0])[unit] * (s->f6[unit] - 128);
        if (score > best) {
            second = best;
            best = score;
            s->digit = (int32_t)digit;
        } else if (score > second)
            second = score;
    }
    s->lead = best - second;
}

static void define(states *s, const uint8_t *picture)
{
    c1_s2(s, picture);
    c3_s4(s);
    for (size_t unit = 0; unit < 120; unit++)
        s->c5[unit] = to_byte(squash_sum(product(&s->s4[0][0][0], quantised.c5[unit], 400), quantised.c5_sum[unit]));
    for (size_t unit = 0; unit < 84; unit++)
        s->f6[unit] = to_byte(squash_sum(product(s->c5, quantised.f6[unit], 120), quantised.f6_sum[unit]));
    output(s);
}

/* ---- The kernel -------------------------------------------------------------------------------------------------- */

static void assert_lane(const lenet5_int8_states *kernel, const states *s, size_t lane)
{
    static const uint8_t s4_maps[4][4] = {{0, 6, 1, 7}, {2, 8, 3, 9}, {4, 10, 5, 11}, {12, 13, 14, 15}};
    for (size_t k = 0; k < 4; k++) {
        const size_t byte = 4 * lane + k;
        for (size_t g = 0; g < LENET5_INT8_GROUPS; g++)
            for (size_t i = 0; i < 14 * 14; i++)
                assert_int_equal(kernel->s2[g][i / 14][i % 14][byte], s->s2[lenet5_int8_groups[g][k]][i / 14][i % 14]);
        for (size_t i = 0; i < 100; i++)
            assert_int_equal(kernel->s4[i / 25][i % 25][byte], (&s->s4[s4_maps[i / 25][k]][0][0])[i % 25]);
        for (size_t i = 0; i < 30; i++)
            assert_int_equal(kernel->c5[i][byte], s->c5[4 * i + k]);
        for (size_t i = 0; i < 21; i++)
            assert_int_equal(kernel->f6[i][byte], s->f6[4 * i + k]);
    }
    assert_int_equal(kernel->digit[lane], s->digit);
    assert_int_equal(kernel->lead[lane], s->lead);
}

/* Initial weights times scale, biases, and coefficients up to the greatest that can be quantised. */
static void random_network(lenet5_random *random, float scale)
{
    lenet5_initialise(&network, random);
    for (size_t i = 0; i < LENET5_TENSORS; i++) {
        const bool bias = i % 2 == 1;
        const bool coefficient = lenet5_tensors[i].dimensions == 1 && !bias;
        for (size_t k = 0; k < lenet5_tensors[i].count; k++) {
            float *number = (float *)&network + lenet5_tensors[i].first + k;
            *number = bias          ? lenet5_random_uniform(random, -scale, scale)
                      : coefficient ? lenet5_random_uniform(random, -2.6f, 2.6f)
                                    : scale * *number;
        }
    }
}

/* Noise with a random density for each picture, some of them blank or black. */
static void random_pictures(uint8_t pictures[LENET5_LANES][LENET5_PICTURE_BYTES], lenet5_random *random)
{
    for (size_t lane = 0; lane < LENET5_LANES; lane++) {
        const uint32_t density = 17 * (uint32_t)lane;
        for (size_t i = 0; i < LENET5_PICTURE_BYTES; i++) {
            const uint32_t grey = lane == LENET5_LANES - 1 ? 255 : lenet5_random_below(random, 256);
            pictures[lane][i] = lenet5_random_below(random, 255) < density ? (uint8_t)grey : 0;
        }
    }
}

static void try_kernel(lenet5_int8_forward *forward, lenet5_random *random, lenet5_int8_states *kernel,
                       lenet5_int8_packed *packed)
{
    uint8_t pictures[LENET5_LANES][LENET5_PICTURE_BYTES];
    const uint8_t *lanes[LENET5_LANES];
    random_pictures(pictures, random);
    for (size_t lane = 0; lane < LENET5_LANES; lane++)
        lanes[lane] = pictures[lane];
    memset(kernel, 0xA5, sizeof *kernel);
    lenet5_int8_pack(packed, &quantised);
    forward(kernel, packed, lanes);
    for (size_t lane = 0; lane < LENET5_LANES; lane++) {
        states s;
        define(&s, pictures[lane]);
        assert_lane(kernel, &s, lane);
    }
}

static void the_kernel_agrees_with_the_definition(void **state)
{
    (void)state;
    static const float scales[] = {0.02f, 0.5f, 1, 2, 4, 8, 15};
    static lenet5_int8_states kernel;
    static lenet5_int8_packed packed;
    lenet5_int8_forward *const forward = lenet5_int8_in_use();
    if (!forward) {
        printf("skipped: no kernel in whole numbers with %s on this processor\n", lenet5_isa());
        skip();
    }
    size_t quadrupled = 0;
    for (size_t i = 0; i < 2 * LENGTH(scales); i++) {
        lenet5_random random;
        lenet5_random_seed(&random, 8, i);
        random_network(&random, scales[i / 2]);
        assert_true(lenet5_int8_quantise(&quantised, &network));
        quadrupled += quantised.quadrupled;
        try_kernel(forward, &random, &kernel, &packed);
    }
    assert_in_range(quadrupled, 2, 2 * LENGTH(scales) - 2);
}

/* ---- Quantising -------------------------------------------------------------------------------------------------- */

static void assert_close(uint8_t byte, float x, double tolerance)
{
    assert_true(fabs((byte - 128) / LENET5_INT8_STATE - (double)x) < tolerance);
}

static void states_are_close_to_the_float_passes(void **state)
{
    (void)state;
    static lenet5_maps maps;
    lenet5_random random;
    lenet5_random_seed(&random, 9, 0);
    lenet5_initialise(&network, &random);
    assert_true(lenet5_int8_quantise(&quantised, &network));
    lenet5_dataset set = synthetic_digits(20, 9);
    for (size_t i = 0; i < set.count; i++) {
        states s;
        define(&s, lenet5_dataset_picture(&set, i));
        lenet5_set_input(&maps, lenet5_dataset_picture(&set, i));
        lenet5_forward(&maps, &network);
        for (size_t k = 0; k < 6 * 14 * 14; k++)
            assert_close((&s.s2[0][0][0])[k], (&maps.s2[0][0][0])[k], 0.05);
        for (size_t unit = 0; unit < 84; unit++)
            assert_close(s.f6[unit], maps.f6[unit], 0.1);
    }
    lenet5_dataset_free(&set);
}

static void networks_that_cannot_be_quantised_are_refused(void **state)
{
    (void)state;
    const struct {
        float *number;
        float value;
    } absurd[] = {
        {&network.c1.weight[3][2][2], 20},   {&network.c3.weight[17][0][4], -6},
        {&network.c5.weight[0][0][0][0], 6}, {&network.f6.weight[83][119], -1e30f},
        {&network.s2.coefficient[5], 3},     {&network.s4.bias[15], -20},
        {&network.c5.bias[7], 1e9f},         {&network.c1.bias[0], NAN},
        {&network.f6.weight[0][0], NAN},     {&network.s4.coefficient[2], INFINITY},
    };
    for (size_t i = 0; i < LENGTH(absurd); i++) {
        lenet5_random random;
        lenet5_random_seed(&random, 10, i);
        lenet5_initialise(&network, &random);
        assert_true(lenet5_int8_quantise(&quantised, &network));
        *absurd[i].number = absurd[i].value;
        assert_false(lenet5_int8_quantise(&quantised, &network));
    }
    lenet5_bulk *bulk;
    assert_int_equal(lenet5_bulk_new(&bulk, &network, NULL), LENET5_OK);
    assert_false(lenet5_bulk_uses_int8(bulk));
    lenet5_bulk_free(bulk);
}

/* ---- The answers ------------------------------------------------------------------------------------------------- */

static void train(const lenet5_dataset *set)
{
    const lenet5_training_options options = {.recipe = "fast", .seed = 1, .epochs = 1, .threads = 1};
    lenet5_training *training;
    lenet5_model model;
    assert_int_equal(lenet5_training_new(&training, &options, set, NULL, NULL), LENET5_OK);
    while (!lenet5_training_finished(training))
        assert_int_equal(lenet5_training_step(training, NULL), LENET5_OK);
    lenet5_training_model(&model, training);
    network = model.network;
    lenet5_training_free(training);
}

static void answers_agree_with_the_float_passes(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 15, 16, 17, 2000};
    static uint8_t digits[2001];
    lenet5_dataset set = synthetic_digits(2000, 11);
    lenet5_evaluation e;
    lenet5_bulk *bulk;
    train(&set);
    assert_int_equal(lenet5_evaluate(&e, &network, &set, 1, NULL), LENET5_OK);
    assert_int_equal(lenet5_bulk_new(&bulk, &network, NULL), LENET5_OK);
    assert_int_equal(lenet5_bulk_uses_int8(bulk), lenet5_int8_in_use() != NULL);
    for (size_t i = 0; i < LENGTH(counts); i++) {
        memset(digits, 0xFF, sizeof digits);
        const size_t in_float = lenet5_bulk_read(digits, bulk, set.pixels, counts[i]);
        if (!lenet5_bulk_uses_int8(bulk))
            assert_int_equal(in_float, counts[i]);
        else if (counts[i] == set.count)
            assert_in_range(in_float, 1, set.count / 2);
        for (size_t k = 0; k < counts[i]; k++)
            assert_int_equal(digits[k], lenet5_best((const float *)e.penalty[k]));
        assert_int_equal(digits[counts[i]], 0xFF);
    }
    lenet5_bulk_free(bulk);
    lenet5_evaluation_free(&e);
    lenet5_dataset_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_agrees_with_the_definition),
        cmocka_unit_test(states_are_close_to_the_float_passes),
        cmocka_unit_test(networks_that_cannot_be_quantised_are_refused),
        cmocka_unit_test(answers_agree_with_the_float_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
