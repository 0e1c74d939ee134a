/* The reference passes: every tensor's derivatives against finite differences, and float against double. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LENET5_DOUBLE
#include "lenet5.h"
#include "net/initialise.h"
#include "net/reference.h"
#include "unit.h"

/* A network in which every parameter, biases included, has an effect and no unit is saturated. */
static void random_network(lenet5_network *network, uint64_t seed)
{
    lenet5_random random;
    lenet5_random_seed(&random, seed, 0);
    lenet5_initialise(network, &random);
    for (size_t i = 0; i < LENET5_TENSORS; i++)
        for (size_t k = 0; k < lenet5_tensors[i].count; k++) {
            float *number = (float *)network + lenet5_tensors[i].first + k;
            *number = *number == 0 ? lenet5_random_uniform(&random, -0.2f, 0.2f) : 0.7f * *number;
        }
}

static void random_picture(uint8_t picture[LENET5_PICTURE_BYTES], uint64_t seed)
{
    lenet5_random random;
    lenet5_random_seed(&random, seed, 1);
    for (size_t i = 0; i < LENET5_PICTURE_BYTES; i++)
        picture[i] = (uint8_t)lenet5_random_below(&random, 256);
}

static void verify(const lenet5_loss *loss, unsigned label)
{
    static lenet5_network network;
    uint8_t picture[LENET5_PICTURE_BYTES];
    lenet5_verification v;
    lenet5_error error;
    random_network(&network, 7 + label);
    random_picture(picture, label);
    assert_int_equal(lenet5_verify(&v, &network, loss, picture, label, 40, &error), LENET5_OK);
    for (size_t i = 0; i < LENET5_TENSORS; i++) {
        assert_true(v.checked[i] >= (lenet5_tensors[i].count < 40 ? lenet5_tensors[i].count : 40));
        assert_true(v.gradient_error[i] < v.tolerance);
        assert_true(v.curvature_error[i] < v.tolerance);
    }
    assert_true(v.passed);
}

static void derivatives_under_eq_8(void **state)
{
    (void)state;
    const lenet5_loss loss = {LENET5_MSE, 0, 1};
    verify(&loss, 3);
    verify(&loss, 8);
}

/* j is near the penalties of an untrained network, so that all outcomes have similar probabilities. */
static void derivatives_under_eq_9(void **state)
{
    (void)state;
    const lenet5_loss loss = {LENET5_MAP, 80, 0.2};
    verify(&loss, 0);
    verify(&loss, 5);
    verify(&loss, LENET5_RUBBISH);
}

static void verify_refuses_impossible_arguments(void **state)
{
    (void)state;
    static lenet5_network network;
    const uint8_t picture[LENET5_PICTURE_BYTES] = {0};
    const lenet5_loss loss = {LENET5_MSE, 0, 1};
    lenet5_verification v;
    assert_int_equal(lenet5_verify(&v, &network, &loss, picture, 11, 1, NULL), LENET5_E_ARGUMENT);
    assert_int_equal(lenet5_verify(&v, &network, &loss, picture, 1, 0, NULL), LENET5_E_ARGUMENT);
}

/* The greatest difference, relative to the greatest value. */
static double max_difference(const float *narrow, const double *wide, size_t count)
{
    double greatest = 0;
    double worst = 0;
    for (size_t i = 0; i < count; i++) {
        greatest = fmax(greatest, fabs(wide[i]));
        const double difference = fabs((double)narrow[i] - wide[i]);
        worst = fmax(worst, isfinite(difference) ? difference : INFINITY);
    }
    return worst / greatest;
}

static void float_agrees_with_double(void **state)
{
    (void)state;
    static lenet5_network network, gradient, curvature;
    static lenet5_network_double network2, gradient2, curvature2;
    static lenet5_maps maps, delta;
    static lenet5_maps_double maps2, delta2;
    uint8_t picture[LENET5_PICTURE_BYTES];
    const lenet5_loss loss = {LENET5_MAP, 80, 0.2};
    float d[LENET5_CLASSES], dd[84];
    double d2[LENET5_CLASSES], dd2[84];
    random_network(&network, 1);
    random_picture(picture, 1);
    lenet5_set_input(&maps, picture);
    for (size_t i = 0; i < LENET5_PARAMETERS; i++)
        ((double *)&network2)[i] = (double)((float *)&network)[i];
    for (size_t i = 0; i < 32 * 32; i++)
        (&maps2.input[0][0])[i] = (double)(&maps.input[0][0])[i];

    lenet5_reference_forward(&maps, &network);
    lenet5_reference_forward_double(&maps2, &network2);
    assert_true(max_difference(&maps.input[0][0], &maps2.input[0][0], sizeof maps / sizeof(float)) < 1e-6);
    lenet5_loss_gradient(d, &loss, maps.penalty, 2);
    lenet5_loss_gradient_double(d2, &loss, maps2.penalty, 2);
    lenet5_reference_backward(&gradient, &delta, &network, &maps, d);
    lenet5_reference_backward_double(&gradient2, &delta2, &network2, &maps2, d2);
    lenet5_loss_curvature(dd, &loss, &maps, 2);
    lenet5_loss_curvature_double(dd2, &loss, &maps2, 2);
    lenet5_reference_curvature(&curvature, &delta, &network, &maps, dd);
    lenet5_reference_curvature_double(&curvature2, &delta2, &network2, &maps2, dd2);
    for (size_t i = 0; i < LENET5_TENSORS; i++) {
        const lenet5_tensor *t = &lenet5_tensors[i];
        assert_true(max_difference((float *)&gradient + t->first, (double *)&gradient2 + t->first, t->count) < 2e-5);
        assert_true(max_difference((float *)&curvature + t->first, (double *)&curvature2 + t->first, t->count) < 2e-5);
    }
}

static void squashing_is_that_of_eq_6(void **state)
{
    (void)state;
    static lenet5_network_double network;
    static lenet5_maps_double maps;
    network.f6.bias[0] = 1;
    network.f6.bias[1] = -1;
    network.f6.bias[2] = 100;
    lenet5_f6_forward_double(&maps, &network);
    assert_true(fabs(maps.f6[0] - 1) < 1e-4);
    assert_true(fabs(maps.f6[1] + 1) < 1e-4);
    assert_true(fabs(maps.f6[2] - 1.7159) < 1e-12);
}

static void backward_adds_to_the_gradient(void **state)
{
    (void)state;
    static lenet5_network network, once, twice;
    static lenet5_maps maps, delta;
    uint8_t picture[LENET5_PICTURE_BYTES];
    const float d[LENET5_CLASSES] = {1, 0, 0, 0, -0.5f};
    random_network(&network, 3);
    random_picture(picture, 3);
    lenet5_set_input(&maps, picture);
    lenet5_reference_forward(&maps, &network);
    lenet5_reference_backward(&once, &delta, &network, &maps, d);
    lenet5_reference_backward(&twice, &delta, &network, &maps, d);
    lenet5_reference_backward(&twice, &delta, &network, &maps, d);
    for (size_t i = 0; i < LENET5_PARAMETERS; i++)
        assert_float_equal(((float *)&twice)[i], 2 * ((float *)&once)[i], 1e-4f + 1e-4f * fabsf(((float *)&once)[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derivatives_under_eq_8),
        cmocka_unit_test(derivatives_under_eq_9),
        cmocka_unit_test(verify_refuses_impossible_arguments),
        cmocka_unit_test(float_agrees_with_double),
        cmocka_unit_test(squashing_is_that_of_eq_6),
        cmocka_unit_test(backward_adds_to_the_gradient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
