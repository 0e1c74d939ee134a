/* Committees: several networks in one or several files, and the built-in model. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static lenet5_model sample;

/* A committee of count different networks. */
static lenet5_committee make(size_t count)
{
    sample_model(&sample);
    sample.network = lenet5_builtin()->network; /* its penalties have a realistic size */
    sample.provenance.thresholds[3] = 0.75;
    lenet5_committee c = {count, malloc(count * sizeof *c.networks), sample.provenance};
    assert_non_null(c.networks);
    for (size_t i = 0; i < count; i++) {
        c.networks[i] = sample.network;
        c.networks[i].c5.bias[i % 120] += (float)(i + 1);
    }
    return c;
}

static void assert_same(const lenet5_committee *a, const lenet5_committee *b)
{
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->networks, b->networks, a->count * sizeof *a->networks);
    assert_string_equal(a->provenance.recipe, b->provenance.recipe);
    assert_memory_equal(a->provenance.thresholds, b->provenance.thresholds, sizeof a->provenance.thresholds);
}

static void a_committee_reads_back(void **state)
{
    const path file = path_in(*state, "c.safetensors");
    const char *const paths[] = {file.text};
    for (size_t count = 1; count <= 12; count += 4) {
        lenet5_committee read, written = make(count);
        assert_int_equal(lenet5_committee_save(file.text, &written, NULL), LENET5_OK);
        assert_int_equal(lenet5_committee_load(&read, paths, 1, NULL), LENET5_OK);
        assert_same(&written, &read);
        lenet5_committee_free(&written);
        lenet5_committee_free(&read);
        assert_null(read.networks);
    }
}

static void a_committee_of_one_is_a_model(void **state)
{
    const path one = path_in(*state, "one");
    const path other = path_in(*state, "other");
    lenet5_committee written = make(1);
    sample.network = written.networks[0];
    assert_int_equal(lenet5_committee_save(one.text, &written, NULL), LENET5_OK);
    assert_int_equal(lenet5_model_save(other.text, &sample, NULL), LENET5_OK);
    const buffer left = read_bytes(one.text);
    const buffer right = read_bytes(other.text);
    assert_int_equal(left.size, right.size);
    assert_memory_equal(left.data, right.data, left.size);
    free(left.data);
    free(right.data);
    lenet5_committee_free(&written);
}

static void several_files_make_one_committee(void **state)
{
    const path three = path_in(*state, "three");
    const path one = path_in(*state, "one");
    const char *const paths[] = {three.text, one.text, three.text};
    lenet5_committee read, written = make(3);
    assert_int_equal(lenet5_committee_save(three.text, &written, NULL), LENET5_OK);
    assert_int_equal(lenet5_model_save(one.text, &sample, NULL), LENET5_OK);
    assert_int_equal(lenet5_committee_load(&read, paths, 3, NULL), LENET5_OK);
    assert_int_equal(read.count, 7);
    assert_memory_equal(&read.networks[2], &written.networks[2], sizeof sample.network);
    assert_memory_equal(&read.networks[3], &sample.network, sizeof sample.network);
    assert_memory_equal(&read.networks[4], &written.networks[0], sizeof sample.network);
    lenet5_committee_free(&read);
    lenet5_committee_free(&written);
}

static void invalid_committees_are_refused(void **state)
{
    const path file = path_in(*state, "bad.safetensors");
    const char *paths[LENET5_MAX_COMMITTEE + 1];
    lenet5_error error;
    lenet5_committee read, written = make(3);
    fill(&read, sizeof read);
    assert_int_equal(lenet5_committee_load(&read, NULL, 0, &error), LENET5_E_ARGUMENT);
    assert_int_equal(lenet5_committee_save(file.text, &written, NULL), LENET5_OK);
    assert_failure(lenet5_model_load(&sample, file.text, &error), LENET5_E_MODEL_UNKNOWN, &error, file.text);
    for (size_t i = 0; i <= LENET5_MAX_COMMITTEE; i++)
        paths[i] = file.text;
    assert_int_equal(lenet5_committee_load(&read, paths, LENET5_MAX_COMMITTEE + 1, &error), LENET5_E_ARGUMENT);

    static const char *const networks[] = {"0", "2", "4", "65", "x"};
    static const lenet5_status wanted[] = {LENET5_E_MODEL_METADATA, LENET5_E_MODEL_UNKNOWN, LENET5_E_MODEL_MISSING,
                                           LENET5_E_MODEL_METADATA, LENET5_E_MODEL_METADATA};
    model_parts parts = take_apart(file.text);
    for (size_t i = 0; i < LENGTH(networks); i++) {
        json_object_set_new(json_object_get(parts.header, "__metadata__"), "networks", json_string(networks[i]));
        put_together(file.text, &parts, true);
        assert_failure(lenet5_committee_load(&read, paths, 1, &error), wanted[i], &error, file.text);
    }
    free_parts(&parts);
    assert_untouched(&read, sizeof read);
    lenet5_committee_free(&written);
}

static void bad_thresholds_are_refused(void **state)
{
    static const char *const bad[] = {"", "[]", "[0,0,0,0,0]", "[0,0,0,0,0,2]", "[0,0,0,0,0,-1]", "[0,0,0,0,0,\"0\"]",
                                      "0"};
    const path file = path_in(*state, "bad.safetensors");
    lenet5_error error;
    sample_model(&sample);
    assert_int_equal(lenet5_model_save(file.text, &sample, NULL), LENET5_OK);
    model_parts parts = take_apart(file.text);
    for (size_t i = 0; i < LENGTH(bad); i++) {
        json_object_set_new(json_object_get(parts.header, "__metadata__"), "thresholds", json_string(bad[i]));
        put_together(file.text, &parts, true);
        assert_failure(lenet5_model_load(&sample, file.text, &error), LENET5_E_MODEL_METADATA, &error, file.text);
    }
    json_object_del(json_object_get(parts.header, "__metadata__"), "thresholds"); /* older files have none */
    put_together(file.text, &parts, true);
    assert_int_equal(lenet5_model_load(&sample, file.text, &error), LENET5_OK);
    assert_true(sample.provenance.thresholds[0] == 0);
    free_parts(&parts);
}

static void the_answer_has_the_mean_penalties(void **state)
{
    (void)state;
    static lenet5_maps maps;
    lenet5_committee c = make(3);
    lenet5_dataset digits = synthetic_digits(40, 5);
    lenet5_evaluation e;
    assert_int_equal(lenet5_committee_evaluate(&e, &c, &digits, NULL, 2, NULL), LENET5_OK);
    for (size_t i = 0; i < digits.count; i++) {
        float penalty[LENET5_CLASSES];
        double mean = 0;
        lenet5_set_input(&maps, lenet5_dataset_picture(&digits, i));
        lenet5_committee_forward(penalty, &maps, &c);
        for (size_t k = 0; k < c.count; k++) {
            lenet5_forward(&maps, &c.networks[k]);
            mean += (double)maps.penalty[4] / 3;
        }
        assert_true(fabs((double)penalty[4] / mean - 1) < 1e-4);
        assert_true(fabs((double)e.penalty[i][4] / mean - 1) < 1e-4);
    }
    lenet5_evaluation_free(&e);
    lenet5_dataset_free(&digits);
    lenet5_committee_free(&c);
}

/* A view that shifts gives the same as shifted pictures. */
static void a_view_moves_the_picture(void **state)
{
    (void)state;
    lenet5_dataset digits = synthetic_digits(50, 6);
    lenet5_dataset moved = synthetic_digits(50, 6);
    lenet5_committee c = make(1);
    lenet5_evaluation seen, plain;
    for (size_t i = 0; i < digits.count * LENET5_PICTURE_BYTES; i++) /* no ink where the shift would lose it */
        if (i % 28 >= 25 || i / 28 % 28 >= 25)
            digits.pixels[i] = 0;
    for (size_t i = 0; i < digits.count; i++) { /* a pixel to the right and two down */
        uint8_t *to = moved.pixels + i * LENET5_PICTURE_BYTES;
        const uint8_t *from = lenet5_dataset_picture(&digits, i);
        memset(to, 0, LENET5_PICTURE_BYTES);
        for (size_t y = 2; y < 28; y++)
            memcpy(to + y * 28 + 1, from + (y - 2) * 28, 27);
    }
    const lenet5_view view = {.right = 1, .down = 2}, nothing = {0};
    assert_int_equal(lenet5_committee_evaluate(&seen, &c, &digits, &view, 1, NULL), LENET5_OK);
    assert_int_equal(lenet5_committee_evaluate(&plain, &c, &moved, NULL, 1, NULL), LENET5_OK);
    assert_memory_equal(seen.penalty, plain.penalty, 50 * sizeof *seen.penalty);
    lenet5_evaluation_free(&plain);
    lenet5_evaluation_free(&seen);
    assert_int_equal(lenet5_committee_evaluate(&seen, &c, &digits, &nothing, 1, NULL), LENET5_OK);
    assert_int_equal(lenet5_committee_evaluate(&plain, &c, &digits, NULL, 1, NULL), LENET5_OK);
    assert_memory_equal(seen.penalty, plain.penalty, 50 * sizeof *seen.penalty);
    lenet5_evaluation_free(&plain);
    lenet5_evaluation_free(&seen);
    lenet5_committee_free(&c);
    lenet5_dataset_free(&digits);
    lenet5_dataset_free(&moved);
}

static void the_builtin_model_equals_the_file(void **state)
{
    (void)state;
    static lenet5_model file;
    const lenet5_model *builtin = lenet5_builtin();
    assert_non_null(builtin);
    assert_ptr_equal(builtin, lenet5_builtin());
    assert_int_equal(lenet5_model_load(&file, MODEL, NULL), LENET5_OK);
    assert_memory_equal(&builtin->network, &file.network, sizeof file.network);
    assert_string_equal(builtin->provenance.data_sha256, file.provenance.data_sha256);
    double threshold;
    assert_int_equal(lenet5_threshold(&threshold, &builtin->provenance, 0.001, NULL), LENET5_OK);
    assert_true(threshold > 0.5 && threshold < 1);
}

static void models_can_be_parsed_from_memory(void **state)
{
    const path file = path_in(*state, "m");
    lenet5_error error;
    static lenet5_model parsed;
    sample_model(&sample);
    assert_int_equal(lenet5_model_save(file.text, &sample, NULL), LENET5_OK);
    const buffer bytes = read_bytes(file.text);
    assert_int_equal(lenet5_model_parse(&parsed, bytes.data, bytes.size, "memory", &error), LENET5_OK);
    assert_memory_equal(&parsed.network, &sample.network, sizeof sample.network);
    for (size_t size = 0; size < bytes.size; size += 1013)
        assert_int_not_equal(lenet5_model_parse(&parsed, bytes.data, size, "memory", &error), LENET5_OK);
    free(bytes.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(a_committee_reads_back),           TEST_IN_FOLDER(a_committee_of_one_is_a_model),
        TEST_IN_FOLDER(several_files_make_one_committee), TEST_IN_FOLDER(invalid_committees_are_refused),
        TEST_IN_FOLDER(bad_thresholds_are_refused),       cmocka_unit_test(the_answer_has_the_mean_penalties),
        cmocka_unit_test(a_view_moves_the_picture),       cmocka_unit_test(the_builtin_model_equals_the_file),
        TEST_IN_FOLDER(models_can_be_parsed_from_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
