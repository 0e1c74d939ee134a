/* Arguments of the library: values out of range are refused, and no arguments cause an invalid answer. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wilson.h"
#include "support.h"
#include "system/file.h"
#include "train/peak.h"

static lenet5_dataset digits; /* 200 digits */
static lenet5_model sample;   /* with valid numbers */

static int prepare(void **state)
{
    (void)state;
    digits = synthetic_digits(200, 3);
    sample = *lenet5_builtin();
    return 0;
}

static int clean_up(void **state)
{
    (void)state;
    lenet5_dataset_free(&digits);
    return 0;
}

/* ---- Invalid models ---------------------------------------------------------------------------------------------- */

static void assert_not_saved(const char *folder, const lenet5_model *model, lenet5_status wanted)
{
    const path file = path_in(folder, "model");
    lenet5_error error;
    fill(&error, sizeof error);
    assert_failure(lenet5_model_save(file.text, model, &error), wanted, &error, file.text);
    assert_int_equal(count_entries(folder), 0);
}

static void weights_that_load_refuses_are_not_saved(void **state)
{
    const float bad[] = {NAN, INFINITY, -INFINITY, 3e38f, 1.0001f * LENET5_MAX_WEIGHT};
    static const size_t places[] = {0, 30000, LENET5_PARAMETERS - 1};
    for (size_t i = 0; i < LENGTH(bad); i++)
        for (size_t k = 0; k < LENGTH(places); k++) {
            lenet5_model model = sample;
            ((float *)&model.network)[places[k]] = bad[i];
            assert_not_saved(*state, &model, LENET5_E_MODEL_NUMBER);
        }
}

static void provenance_that_load_refuses_is_not_saved(void **state)
{
    lenet5_model bad[14];
    for (size_t i = 0; i < LENGTH(bad); i++)
        bad[i] = sample;
    bad[0].provenance.loss.scale = NAN;
    bad[1].provenance.loss.scale = 0;
    bad[2].provenance.loss.rubbish = INFINITY;
    bad[3].provenance.loss.rubbish = -1;
    bad[4].provenance.loss.criterion = (lenet5_criterion)7;
    bad[5].provenance.thresholds[5] = NAN;
    bad[6].provenance.thresholds[0] = 1.5;
    bad[7].provenance.epochs = LENET5_MAX_EPOCHS + 1;
    bad[8].provenance.training_pictures = (size_t)LENET5_MAX_PICTURES + 1;
    bad[9].provenance.held_out_errors = SIZE_MAX;
    strcpy(bad[10].provenance.data_name, "\xFF");
    strcpy(bad[11].provenance.recipe, "a\xED\xA0\x80"); /* a surrogate */
    memset(bad[12].provenance.held_out_name, 'x', sizeof bad[12].provenance.held_out_name);
    strcpy(bad[13].provenance.data_sha256, "\xC0\xAF"); /* an overlong form */
    for (size_t i = 0; i < LENGTH(bad); i++)
        assert_not_saved(*state, &bad[i], LENET5_E_MODEL_METADATA);
}

static void folder_names_that_are_not_utf8_are_accepted(void **state)
{
    const path file = path_in(*state, "model");
    const lenet5_training_options options = {.recipe = "fast", .epochs = 1, .data_name = "d\xFF\xC3\xBC"};
    lenet5_training *training;
    lenet5_model model;
    assert_int_equal(lenet5_training_new(&training, &options, &digits, NULL, NULL), LENET5_OK);
    lenet5_training_model(&model, training);
    lenet5_training_free(training);
    assert_string_equal(model.provenance.data_name, "d?\xC3\xBC");
    assert_int_equal(lenet5_model_save(file.text, &model, NULL), LENET5_OK);
}

/* ---- Probabilities ----------------------------------------------------------------------------------------------- */

static void assert_probabilities(const lenet5_loss *loss, const float penalty[LENET5_CLASSES])
{
    float p[LENET5_CLASSES + 1], sum = 0;
    lenet5_posterior(p, loss, penalty);
    for (size_t i = 0; i <= LENET5_CLASSES; i++) {
        assert_true(p[i] >= 0 && p[i] <= 1);
        sum += p[i];
    }
    assert_float_equal(sum, 1, 1e-5);
    const double odds = lenet5_odds_against(loss, penalty);
    assert_true(odds >= 0);
    assert_in_range(lenet5_best(penalty), 0, 9);
}

static void the_posterior_of_any_penalties_is_valid(void **state)
{
    (void)state;
    static const float odd[] = {0, 5, 700, 3e38f, -3e38f, INFINITY, -INFINITY, NAN};
    const lenet5_loss losses[] = {{LENET5_MAP, 60, 0.1}, {LENET5_MAP, 1e6, 1e6},     {LENET5_MSE, 0, 1e-6},
                                  {LENET5_MAP, NAN, 1},  {LENET5_MAP, 60, INFINITY}, {LENET5_MAP, INFINITY, -1}};
    for (size_t l = 0; l < LENGTH(losses); l++)
        for (size_t a = 0; a < LENGTH(odd); a++)
            for (size_t b = 0; b < LENGTH(odd); b++) {
                float penalty[LENET5_CLASSES];
                for (size_t i = 0; i < LENET5_CLASSES; i++)
                    penalty[i] = i % 3 ? odd[a] : odd[b];
                assert_probabilities(&losses[l], penalty);
            }
    const float undefined[LENET5_CLASSES] = {1, 2, NAN};
    float p[LENET5_CLASSES + 1];
    lenet5_posterior(p, &losses[0], undefined);
    assert_true(p[LENET5_RUBBISH] == 1 && isinf(lenet5_odds_against(&losses[0], undefined)));
}

/* Weights of the greatest size that files allow, of both signs. */
static void the_largest_weights_have_finite_penalties(void **state)
{
    (void)state;
    static lenet5_network network;
    static lenet5_maps maps;
    static lenet5_lanes lanes;
    const uint8_t *pictures[LENET5_LANES];
    for (size_t sign = 0; sign < 3; sign++) {
        for (size_t i = 0; i < LENET5_PARAMETERS; i++)
            ((float *)&network)[i] = sign == 0 || (sign == 2 && i % 2) ? LENET5_MAX_WEIGHT : -LENET5_MAX_WEIGHT;
        for (size_t i = 0; i < LENET5_LANES; i++)
            pictures[i] = lenet5_dataset_picture(&digits, i);
        lenet5_set_input_lanes(&lanes, pictures);
        lenet5_forward_lanes(&lanes, &network);
        lenet5_set_input(&maps, pictures[0]);
        lenet5_forward(&maps, &network);
        for (size_t i = 0; i < LENET5_CLASSES; i++)
            assert_true(isfinite(maps.penalty[i]) && isfinite(lanes.penalty[i][3]));
    }
}

static void any_weights_give_a_digit(void **state)
{
    (void)state;
    const float odd[] = {NAN, INFINITY, 3e38f, -3e38f, LENET5_MAX_WEIGHT, 1e-40f};
    for (size_t i = 0; i < LENGTH(odd); i++)
        for (size_t step = 1; step < 4000; step += 3999) { /* all weights, or a few */
            static lenet5_network network;
            uint8_t answers[200];
            lenet5_bulk *bulk;
            lenet5_evaluation e;
            network = sample.network;
            for (size_t k = 0; k < LENET5_PARAMETERS; k += step)
                ((float *)&network)[k] = k % 2 ? odd[i] : -odd[i];
            assert_int_equal(lenet5_bulk_new(&bulk, &network, NULL), LENET5_OK);
            lenet5_bulk_read(answers, bulk, digits.pixels, digits.count);
            lenet5_bulk_free(bulk);
            assert_int_equal(lenet5_evaluate(&e, &network, &digits, 1, NULL), LENET5_OK);
            for (size_t k = 0; k < digits.count; k++) {
                assert_in_range(answers[k], 0, 9);
                assert_probabilities(&sample.provenance.loss, e.penalty[k]);
            }
            lenet5_evaluation_free(&e);
        }
}

/* ---- Numbers out of range ---------------------------------------------------------------------------------------- */

static void a_label_beyond_the_digits_is_rubbish(void **state)
{
    (void)state;
    const lenet5_loss loss = {LENET5_MAP, 60, 0.1};
    const float penalty[LENET5_CLASSES] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
    float one[LENET5_CLASSES], other[LENET5_CLASSES];
    assert_true(lenet5_loss_gradient(one, &loss, penalty, 10) ==
                lenet5_loss_gradient(other, &loss, penalty, 4000000000u));
    assert_true(lenet5_loss_soften(one, &loss, penalty, 10, penalty, 0.5f) ==
                lenet5_loss_soften(other, &loss, penalty, 4000000000u, penalty, 0.5f));
    assert_memory_equal(one, other, sizeof one);
}

static void trainings_out_of_range_are_refused(void **state)
{
    (void)state;
    const double not_a_number = NAN, too_many = 1.5;
    const lenet5_criterion none = (lenet5_criterion)2;
    const lenet5_committee empty = {.provenance = sample.provenance};
    const lenet5_training_options wrong[] = {{.recipe = "fast", .threads = LENET5_MAX_THREADS + 1},
                                             {.recipe = "fast", .epochs = LENET5_MAX_EPOCHS + 1},
                                             {.recipe = "fast", .batch = LENET5_MAX_BATCH + 1},
                                             {.recipe = "fast", .negatives = &not_a_number},
                                             {.recipe = "fast", .negatives = &too_many},
                                             {.recipe = "fast", .criterion = &none},
                                             {.recipe = "fast", .validation_pictures = SIZE_MAX},
                                             {.recipe = "best", .teacher = &empty},
                                             {.recipe = NULL}};
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        lenet5_training *training;
        fill(&training, sizeof training);
        assert_int_equal(lenet5_training_new(&training, &wrong[i], &digits, NULL, NULL), LENET5_E_ARGUMENT);
        assert_untouched(&training, sizeof training);
    }
}

static void evaluations_out_of_range_are_refused(void **state)
{
    (void)state;
    lenet5_evaluation e;
    lenet5_committee one = {1, &sample.network, sample.provenance}, empty = {.provenance = sample.provenance};
    const lenet5_view wrong[] = {{.right = NAN}, {.rotation = INFINITY}, {.size = -1},     {.size = 1e30f},
                                 {.shear = NAN}, {.noise = 256},         {.noise = -1.0f}, {.down = 1e9f}};
    fill(&e, sizeof e);
    for (size_t i = 0; i < LENGTH(wrong); i++)
        assert_int_equal(lenet5_committee_evaluate(&e, &one, &digits, &wrong[i], 1, NULL), LENET5_E_ARGUMENT);
    assert_int_equal(lenet5_committee_evaluate(&e, &empty, &digits, NULL, 1, NULL), LENET5_E_ARGUMENT);
    assert_int_equal(lenet5_evaluate(&e, &sample.network, &digits, 257, NULL), LENET5_E_ARGUMENT);
    assert_int_equal(lenet5_calibrate(&empty, &digits, 1, NULL), LENET5_E_ARGUMENT);
    assert_int_equal(lenet5_calibrate(&one, &digits, 257, NULL), LENET5_E_ARGUMENT);
    one.provenance.loss.scale = NAN;
    assert_int_equal(lenet5_calibrate(&one, &digits, 1, NULL), LENET5_E_ARGUMENT);
    assert_untouched(&e, sizeof e);
}

static void statistics_of_invalid_arguments_are_refused(void **state)
{
    (void)state;
    lenet5_evaluation e;
    double rejected, low, high, peak;
    const double wrong[] = {NAN, -0.1, 1.1, INFINITY};
    const lenet5_loss *loss = &sample.provenance.loss, no_loss = {LENET5_MAP, 60, -1};
    const lenet5_dataset part = lenet5_dataset_slice(&digits, 0, 100);
    lenet5_verification v;
    assert_int_equal(lenet5_evaluate(&e, &sample.network, &digits, 1, NULL), LENET5_OK);
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        assert_int_equal(lenet5_rejection(&rejected, NULL, &e, &digits, loss, wrong[i], NULL), LENET5_E_ARGUMENT);
        assert_int_equal(lenet5_threshold(&rejected, &sample.provenance, wrong[i], NULL), LENET5_E_ARGUMENT);
    }
    assert_int_equal(lenet5_rejection(&rejected, NULL, &e, &part, loss, 0.01, NULL), LENET5_E_ARGUMENT);
    assert_int_equal(lenet5_rejection(&rejected, NULL, &e, &digits, &no_loss, 0.01, NULL), LENET5_E_ARGUMENT);
    assert_true(isnan(lenet5_calibration_error(&e, &part, loss)));
    lenet5_evaluation_free(&e);
    lenet5_wilson(&low, &high, 0, 0);
    assert_true(low == 0 && high == 1);
    assert_int_equal(lenet5_measure_peak(&peak, lenet5_isa(), LENET5_MAX_THREADS + 1, NULL), LENET5_E_ARGUMENT);
    assert_int_equal(lenet5_verify(&v, &sample.network, &no_loss, digits.pixels, 3, 1, NULL), LENET5_E_ARGUMENT);
}

/* ---- Sets -------------------------------------------------------------------------------------------------------- */

static void assert_set_refused(const char *folder, const lenet5_dataset *set, lenet5_status wanted)
{
    const path images = path_in(folder, "images"), labels = path_in(folder, "labels");
    const lenet5_training_options options = {.recipe = "fast", .epochs = 1, .threads = 1};
    lenet5_committee one = {1, &sample.network, sample.provenance};
    lenet5_training *training;
    lenet5_evaluation e;
    lenet5_string string;
    assert_int_equal(lenet5_training_new(&training, &options, set, NULL, NULL), wanted);
    assert_int_equal(lenet5_training_new(&training, &options, &digits, set, NULL), wanted);
    assert_int_equal(lenet5_evaluate(&e, &sample.network, set, 1, NULL), wanted);
    assert_int_equal(lenet5_committee_evaluate(&e, &one, set, NULL, 1, NULL), wanted);
    assert_int_equal(lenet5_calibrate(&one, set, 1, NULL), wanted);
    assert_int_equal(lenet5_string_draw(&string, set, "spaced", 5, 0, 1, NULL), wanted);
    assert_int_equal(lenet5_dataset_write(images.text, labels.text, set, NULL), wanted);
    assert_int_equal(count_entries(folder), 0);
}

static void inconsistent_sets_are_refused(void **state)
{
    uint8_t labels[200];
    memcpy(labels, digits.labels, sizeof labels);
    lenet5_dataset set = digits;
    set.labels = labels;
    labels[199] = 10;
    assert_set_refused(*state, &set, LENET5_E_IDX_LABEL);
    labels[199] = 255;
    assert_set_refused(*state, &set, LENET5_E_IDX_LABEL);
    labels[199] = 9;
    set.pixels = NULL;
    assert_set_refused(*state, &set, LENET5_E_ARGUMENT);
    set = digits;
    set.count = SIZE_MAX;
    assert_set_refused(*state, &set, LENET5_E_ARGUMENT);
    set = lenet5_dataset_slice(&digits, 150, 51);
    assert_null(set.pixels);
    assert_set_refused(*state, &set, LENET5_E_ARGUMENT);
    set = lenet5_dataset_slice(&digits, SIZE_MAX, 2);
    assert_set_refused(*state, &set, LENET5_E_ARGUMENT);
    assert_int_equal(lenet5_dataset_load(&set, *state, (lenet5_part)2, NULL), LENET5_E_ARGUMENT);
}

/* ---- Committees -------------------------------------------------------------------------------------------------- */

static void an_empty_committee_is_refused(void **state)
{
    static lenet5_maps maps;
    static lenet5_lanes lanes;
    const path file = path_in(*state, "none");
    const lenet5_committee empty = {.provenance = sample.provenance};
    float penalty[LENET5_CLASSES], several[LENET5_LANES][LENET5_CLASSES];
    assert_int_equal(lenet5_committee_save(file.text, &empty, NULL), LENET5_E_ARGUMENT);
    assert_int_equal(count_entries(*state), 0);
    lenet5_committee_forward(penalty, &maps, &empty);
    lenet5_committee_forward_lanes(several, &lanes, &empty);
    for (size_t i = 0; i < LENET5_CLASSES; i++)
        assert_true(isinf(penalty[i]) && isinf(several[7][i]));
    assert_probabilities(&empty.provenance.loss, penalty);
}

/* Three networks for which dividing the sum and adding the shares give different bits. */
static void all_means_have_the_same_bits(void **state)
{
    (void)state;
    static lenet5_network networks[3];
    static lenet5_maps maps;
    static lenet5_lanes lanes;
    const lenet5_committee three = {3, networks, sample.provenance};
    float mean[LENET5_LANES][LENET5_CLASSES], single[LENET5_CLASSES];
    const uint8_t *pictures[LENET5_LANES];
    size_t differ = 0;
    for (size_t i = 0; i < 3; i++) {
        networks[i] = sample.network;
        networks[i].f6.bias[i] += 0.1f * (float)(i + 1);
    }
    lenet5_evaluation e;
    assert_int_equal(lenet5_committee_evaluate(&e, &three, &digits, NULL, 2, NULL), LENET5_OK);
    for (size_t i = 0; i < LENET5_LANES; i++)
        pictures[i] = lenet5_dataset_picture(&digits, i);
    lenet5_set_input_lanes(&lanes, pictures);
    lenet5_committee_forward_lanes(mean, &lanes, &three);
    assert_memory_equal(mean, e.penalty, sizeof mean);
    lenet5_set_input(&maps, pictures[0]);
    lenet5_committee_forward(single, &maps, &three);
    for (size_t digit = 0; digit < LENET5_CLASSES; digit++) {
        float shares = 0, sum = 0;
        for (size_t i = 0; i < 3; i++) {
            lenet5_forward(&maps, &networks[i]);
            shares += maps.penalty[digit] / 3;
            sum += maps.penalty[digit];
        }
        assert_true(single[digit] == shares);
        differ += shares != sum / 3;
    }
    assert_true(differ > 0);
    lenet5_evaluation_free(&e);
}

/* ---- Memory and processes ---------------------------------------------------------------------------------------- */

#define FITS_MALLOC(type) _Static_assert(_Alignof(type) <= _Alignof(max_align_t), #type)

FITS_MALLOC(lenet5_error);
FITS_MALLOC(lenet5_network);
FITS_MALLOC(lenet5_maps);
FITS_MALLOC(lenet5_layer);
FITS_MALLOC(lenet5_tensor);
FITS_MALLOC(lenet5_loss);
FITS_MALLOC(lenet5_verification);
FITS_MALLOC(lenet5_dataset);
FITS_MALLOC(lenet5_string_style);
FITS_MALLOC(lenet5_string);
FITS_MALLOC(lenet5_provenance);
FITS_MALLOC(lenet5_model);
FITS_MALLOC(lenet5_committee);
FITS_MALLOC(lenet5_training_options);
FITS_MALLOC(lenet5_recipe_description);
FITS_MALLOC(lenet5_epoch);
FITS_MALLOC(lenet5_evaluation);
FITS_MALLOC(lenet5_view);

static void lanes_from_the_heap_are_aligned(void **state)
{
    (void)state;
    const uint8_t *pictures[LENET5_LANES];
    for (size_t i = 0; i < LENET5_LANES; i++)
        pictures[i] = lenet5_dataset_picture(&digits, i);
    lenet5_lanes *lanes[8];
    void *between[8]; /* allocations in between reveal malloc's own alignment */
    for (size_t i = 0; i < LENGTH(lanes); i++) {
        lanes[i] = lenet5_lanes_new(1 + i % 3);
        between[i] = malloc(24 + 16 * i);
        void *volatile address = lanes[i]; /* volatile: the compiler assumes the alignment of the type */
        assert_non_null(address);
        assert_int_equal((uintptr_t)address % _Alignof(lenet5_lanes), 0);
        lenet5_set_input_lanes(&lanes[i][i % 3], pictures);
        lenet5_forward_lanes(&lanes[i][i % 3], &sample.network);
    }
    for (size_t i = 0; i < LENGTH(lanes); i++) {
        lenet5_lanes_free(lanes[i]);
        free(between[i]);
    }
    assert_null(lenet5_lanes_new(0));
    assert_null(lenet5_lanes_new(SIZE_MAX / 2));
    lenet5_lanes_free(NULL);
}

/* Runs a step in a child process with a time limit; its exit code is the negated status. */
static int step_in_a_child(lenet5_training *training)
{
    int result = 0;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(20);
        const lenet5_status status = lenet5_training_step(training, NULL);
        lenet5_training_free(training);
        _exit(-status);
    }
    assert_int_equal(waitpid(child, &result, 0), child);
    return WIFEXITED(result) ? WEXITSTATUS(result) : 1000;
}

static void a_forked_training_is_an_error_and_does_not_hang(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 3; threads++)
        for (size_t recipe = 0; recipe < 2; recipe++) {
            const lenet5_training_options options = {
                .recipe = recipe ? "1998" : "fast", .epochs = 2, .batch = recipe ? 0 : 64, .threads = threads};
            lenet5_training *training;
            assert_int_equal(lenet5_training_new(&training, &options, &digits, NULL, NULL), LENET5_OK);
            assert_int_equal(lenet5_training_step(training, NULL), LENET5_OK);
            assert_int_equal(step_in_a_child(training), threads == 1 ? LENET5_OK : -LENET5_E_FORKED);
            assert_int_equal(lenet5_training_step(training, NULL), LENET5_OK); /* it continues in the parent */
            lenet5_training_free(training);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(weights_that_load_refuses_are_not_saved),
        TEST_IN_FOLDER(provenance_that_load_refuses_is_not_saved),
        TEST_IN_FOLDER(folder_names_that_are_not_utf8_are_accepted),
        cmocka_unit_test(the_posterior_of_any_penalties_is_valid),
        cmocka_unit_test(the_largest_weights_have_finite_penalties),
        cmocka_unit_test(any_weights_give_a_digit),
        cmocka_unit_test(a_label_beyond_the_digits_is_rubbish),
        cmocka_unit_test(trainings_out_of_range_are_refused),
        cmocka_unit_test(evaluations_out_of_range_are_refused),
        cmocka_unit_test(statistics_of_invalid_arguments_are_refused),
        TEST_IN_FOLDER(inconsistent_sets_are_refused),
        TEST_IN_FOLDER(an_empty_committee_is_refused),
        cmocka_unit_test(all_means_have_the_same_bits),
        cmocka_unit_test(lanes_from_the_heap_are_aligned),
        cmocka_unit_test(a_forked_training_is_an_error_and_does_not_hang),
    };
    return cmocka_run_group_tests(tests, prepare, clean_up);
}
