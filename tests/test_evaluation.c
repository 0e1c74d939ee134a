/* Evaluation: counts, intervals, and the rejections for a given error rate. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/wilson.h"
#include "lenet5.h"
#include "unit.h"

static void wilson_agrees_with_the_textbook(void **state)
{
    (void)state;
    double low, high;
    lenet5_wilson(&low, &high, 95, 10000);
    assert_float_equal(low, 0.007779, 1e-5);
    assert_float_equal(high, 0.011598, 1e-5);
    lenet5_wilson(&low, &high, 0, 50);
    assert_true(low == 0);
    assert_float_equal(high, 0.0713, 1e-4);
    lenet5_wilson(&low, &high, 50, 50);
    assert_true(high == 1);
}

/* Ten pictures of class 0. Picture i has the gap i + 1 between its two least penalties; wrong marks misread ones. */
static double rejected_for(const char *wrong, double rate)
{
    float penalty[10][LENET5_CLASSES];
    uint8_t labels[10] = {0};
    lenet5_dataset set = {.count = 10, .height = 28, .width = 28, .labels = labels};
    lenet5_evaluation e = {.count = 10, .penalty = penalty};
    for (size_t i = 0; i < 10; i++) {
        for (size_t k = 0; k < LENET5_CLASSES; k++)
            penalty[i][k] = 100;
        penalty[i][wrong[i] == 'x' ? 3 : 0] = 99 - (float)i;
    }
    const lenet5_loss loss = {LENET5_MAP, 1000, 0.1};
    double rejected;
    assert_int_equal(lenet5_rejection(&rejected, NULL, &e, &set, &loss, rate, NULL), LENET5_OK);
    return rejected;
}

static void the_least_probable_are_rejected_first(void **state)
{
    (void)state;
    assert_float_equal(rejected_for("..........", 0), 0, 1e-9);
    assert_float_equal(rejected_for("x.........", 0), 0.1, 1e-9);
    assert_float_equal(rejected_for("xx........", 0.12), 0.1, 1e-9);
    assert_float_equal(rejected_for("....x.....", 0), 0.5, 1e-9);
    assert_float_equal(rejected_for(".........x", 0), 1, 1e-9);
    assert_float_equal(rejected_for(".........x", 0.1), 0, 1e-9);
    assert_float_equal(rejected_for("xxxxxxxxxx", 0.5), 1, 1e-9);
}

static void odds_agree_with_the_posterior(void **state)
{
    (void)state;
    const lenet5_loss loss = {LENET5_MAP, 30, 0.2};
    const float penalty[LENET5_CLASSES] = {12, 3, 40, 5, 22, 17, 90, 4, 8, 31};
    float posterior[LENET5_CLASSES + 1];
    lenet5_posterior(posterior, &loss, penalty);
    assert_true(fabs(1 / (1 + lenet5_odds_against(&loss, penalty)) - (double)posterior[1]) < 1e-6);
    const float sure[LENET5_CLASSES] = {0, 900, 900, 900, 900, 900, 900, 900, 900, 900};
    const lenet5_loss no_rubbish = {LENET5_MAP, 900, 0.2};
    assert_true(fabs(lenet5_odds_against(&no_rubbish, sure) / (10 * exp(-180)) - 1) < 1e-9);
}

/* The calibration error of answers with probability 0.75, `right` of four of them right. */
static double calibration_error_of(size_t right)
{
    enum { COUNT = 400 };
    static float penalty[COUNT][LENET5_CLASSES];
    uint8_t labels[COUNT] = {0};
    lenet5_dataset set = {.count = COUNT, .height = 28, .width = 28, .labels = labels};
    lenet5_evaluation e = {.count = COUNT, .penalty = penalty};
    const lenet5_loss loss = {LENET5_MAP, 1000, 1};
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t k = 0; k < LENET5_CLASSES; k++)
            penalty[i][k] = 900;
        penalty[i][i % 4 < right ? 0 : 3] = 1;
        penalty[i][5] = 1 + (float)log(3);
    }
    return lenet5_calibration_error(&e, &set, &loss);
}

static void calibration_error_is_probability_minus_accuracy(void **state)
{
    (void)state;
    assert_float_equal(calibration_error_of(3), 0, 1e-6);
    assert_float_equal(calibration_error_of(4), 0.25, 1e-6);
    assert_float_equal(calibration_error_of(1), 0.5, 1e-6);
}

/* A model whose scale is far from calibrated. */
static void calibration_finds_the_temperature(void **state)
{
    (void)state;
    lenet5_dataset set;
    lenet5_error error;
    const lenet5_model *builtin = lenet5_builtin();
    assert_non_null(builtin);
    lenet5_network network = builtin->network;
    lenet5_committee c = {1, &network, builtin->provenance};
    lenet5_evaluation e;
    assert_int_equal(lenet5_dataset_synthesise(&set, 3000, 9, NULL), LENET5_OK);
    const lenet5_dataset few = lenet5_dataset_slice(&set, 0, 99);
    assert_int_equal(lenet5_calibrate(&c, &few, 1, &error), LENET5_E_ARGUMENT);
    assert_int_equal(lenet5_evaluate(&e, &network, &set, 1, NULL), LENET5_OK);
    c.provenance.loss.scale /= 5;
    assert_true(lenet5_calibration_error(&e, &set, &c.provenance.loss) > 0.01);
    assert_int_equal(lenet5_calibrate(&c, &set, 1, NULL), LENET5_OK);
    assert_true(lenet5_calibration_error(&e, &set, &c.provenance.loss) < 0.01);
    for (size_t i = 1; i < LENET5_RISKS; i++)
        assert_true(c.provenance.thresholds[i] >= c.provenance.thresholds[i - 1]);
    double threshold;
    assert_int_equal(lenet5_threshold(&threshold, &c.provenance, 0.003, NULL), LENET5_OK);
    assert_true(threshold == c.provenance.thresholds[3]);
    assert_int_equal(lenet5_threshold(&threshold, &c.provenance, 0.0001, &error), LENET5_E_ARGUMENT);
    c.provenance.thresholds[3] = 0;
    assert_int_equal(lenet5_threshold(&threshold, &c.provenance, 0.003, &error), LENET5_E_ARGUMENT);
    lenet5_evaluation_free(&e);
    lenet5_dataset_free(&set);
}

/* A model of a recipe with drawn digits needs more certainty, since other people's digits are misread more often. */
static void thresholds_hold_for_drawn_digits_too(void **state)
{
    (void)state;
    lenet5_dataset set;
    lenet5_network network = lenet5_builtin()->network, other = lenet5_builtin_signs()->network;
    lenet5_committee without = {1, &network, lenet5_builtin()->provenance}, with = without;
    lenet5_committee signs = {1, &other, lenet5_builtin()->provenance}, signs_with = signs;
    strcpy(without.provenance.recipe, "best");
    strcpy(with.provenance.recipe, "hands");
    strcpy(signs.provenance.recipe, "best");
    strcpy(signs_with.provenance.recipe, "hands");
    assert_int_equal(lenet5_dataset_synthesise(&set, 3000, 9, NULL), LENET5_OK);
    assert_int_equal(lenet5_calibrate(&without, &set, 1, NULL), LENET5_OK);
    assert_int_equal(lenet5_calibrate(&with, &set, 1, NULL), LENET5_OK);
    assert_int_equal(lenet5_calibrate(&signs, &set, 1, NULL), LENET5_OK);
    assert_int_equal(lenet5_calibrate(&signs_with, &set, 1, NULL), LENET5_OK);
    assert_memory_equal(&with.provenance.loss, &without.provenance.loss, sizeof with.provenance.loss);
    for (size_t i = 0; i < LENET5_RISKS; i++) {
        assert_true(with.provenance.thresholds[i] > without.provenance.thresholds[i]);
        assert_true(signs_with.provenance.thresholds[i] == signs.provenance.thresholds[i]);
    }
    lenet5_dataset_free(&set);
}

static void evaluation_counts_the_same_with_any_threads(void **state)
{
    (void)state;
    lenet5_dataset set;
    lenet5_network *network = calloc(1, sizeof *network);
    assert_non_null(network);
    for (size_t i = 0; i < LENET5_PARAMETERS; i++)
        ((float *)network)[i] = 0.05f * (float)((i * 2654435761u >> 7) % 201) / 100 - 0.05f;
    assert_int_equal(lenet5_dataset_synthesise(&set, 333, 5, NULL), LENET5_OK);
    lenet5_evaluation one, three;
    assert_int_equal(lenet5_evaluate(&one, network, &set, 1, NULL), LENET5_OK);
    assert_int_equal(lenet5_evaluate(&three, network, &set, 3, NULL), LENET5_OK);
    assert_memory_equal(one.penalty, three.penalty, 333 * sizeof *one.penalty);
    assert_memory_equal(one.confusion, three.confusion, sizeof one.confusion);
    size_t wrong = 0;
    for (size_t truth = 0; truth < LENET5_CLASSES; truth++)
        for (size_t answer = 0; answer < LENET5_CLASSES; answer++)
            wrong += truth != answer ? one.confusion[truth][answer] : 0;
    assert_int_equal(wrong, one.errors);
    lenet5_evaluation_free(&one);
    lenet5_evaluation_free(&three);
    lenet5_dataset_free(&set);
    free(network);
}

static void evaluation_refuses_other_sizes_and_missing_labels(void **state)
{
    (void)state;
    static lenet5_network network;
    uint8_t pixels[32 * 32] = {0}, label = 0;
    lenet5_evaluation e;
    lenet5_dataset set = {.count = 1, .height = 32, .width = 32, .pixels = pixels, .labels = &label};
    assert_int_equal(lenet5_evaluate(&e, &network, &set, 1, NULL), LENET5_E_ARGUMENT);
    set.height = set.width = 28;
    set.labels = NULL;
    assert_int_equal(lenet5_evaluate(&e, &network, &set, 1, NULL), LENET5_E_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_agrees_with_the_textbook),
        cmocka_unit_test(the_least_probable_are_rejected_first),
        cmocka_unit_test(odds_agree_with_the_posterior),
        cmocka_unit_test(calibration_error_is_probability_minus_accuracy),
        cmocka_unit_test(calibration_finds_the_temperature),
        cmocka_unit_test(thresholds_hold_for_drawn_digits_too),
        cmocka_unit_test(evaluation_counts_the_same_with_any_threads),
        cmocka_unit_test(evaluation_refuses_other_sizes_and_missing_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
