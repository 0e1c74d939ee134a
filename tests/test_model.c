/* Model files and checkpoints: a written file reads back, and each defect of a file has its status. */
#include "support.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lenet5_model sample, read_back;

/* ---- Valid files ------------------------------------------------------------------------------------------------- */

static void assert_same_provenance(const lenet5_provenance *a, const lenet5_provenance *b)
{
    assert_string_equal(a->recipe, b->recipe);
    assert_int_equal(a->loss.criterion, b->loss.criterion);
    assert_memory_equal(&a->loss.rubbish, &b->loss.rubbish, sizeof a->loss.rubbish);
    assert_memory_equal(&a->loss.scale, &b->loss.scale, sizeof a->loss.scale);
    assert_int_equal(a->seed, b->seed);
    assert_int_equal(a->epochs, b->epochs);
    assert_string_equal(a->data_name, b->data_name);
    assert_string_equal(a->data_sha256, b->data_sha256);
    assert_string_equal(a->teacher_sha256, b->teacher_sha256);
    assert_int_equal(a->training_pictures, b->training_pictures);
    assert_int_equal(a->validation_pictures, b->validation_pictures);
    assert_string_equal(a->held_out_name, b->held_out_name);
    assert_int_equal(a->held_out_pictures, b->held_out_pictures);
    assert_int_equal(a->held_out_errors, b->held_out_errors);
}

static path save_sample(void **state)
{
    const path file = path_in(*state, "good.safetensors");
    sample_model(&sample);
    assert_int_equal(lenet5_model_save(file.text, &sample, NULL), LENET5_OK);
    return file;
}

static void assert_reads_back(const char *file)
{
    fill(&read_back, sizeof read_back);
    assert_int_equal(lenet5_model_load(&read_back, file, NULL), LENET5_OK);
    assert_memory_equal(&read_back.network, &sample.network, sizeof sample.network);
    assert_same_provenance(&read_back.provenance, &sample.provenance);
}

static void saved_model_reads_back(void **state)
{
    const path file = save_sample(state);
    assert_reads_back(file.text);
    assert_int_equal(count_entries(*state), 1);
}

static void both_criteria_read_back(void **state)
{
    const path file = save_sample(state);
    sample.provenance.loss.criterion = LENET5_MSE;
    assert_int_equal(lenet5_model_save(file.text, &sample, NULL), LENET5_OK);
    assert_reads_back(file.text);
}

static void assert_same_files(const char *a, const char *b)
{
    const buffer left = read_bytes(a);
    const buffer right = read_bytes(b);
    assert_int_equal(left.size, right.size);
    assert_memory_equal(left.data, right.data, left.size);
    free(left.data);
    free(right.data);
}

static void same_model_has_same_bytes(void **state)
{
    const path file = save_sample(state);
    const path again = path_in(*state, "again");
    assert_int_equal(lenet5_model_save(again.text, &sample, NULL), LENET5_OK);
    assert_same_files(file.text, again.text);
}

/* In a locale whose decimal point is a comma. */
static void locale_makes_no_difference(void **state)
{
    static const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
    const path file = save_sample(state);
    const char *found = NULL;
    for (size_t i = 0; i < LENGTH(locales) && !found; i++)
        found = setlocale(LC_NUMERIC, locales[i]);
    if (!found) {
        print_message("skipped: no locale with a decimal comma is installed\n");
        skip();
    }
    const path again = path_in(*state, "again");
    const lenet5_status status = lenet5_model_save(again.text, &sample, NULL);
    const lenet5_status read = lenet5_model_load(&read_back, file.text, NULL);
    setlocale(LC_NUMERIC, "C");
    assert_int_equal(status, LENET5_OK);
    assert_int_equal(read, LENET5_OK);
    assert_same_provenance(&read_back.provenance, &sample.provenance);
    assert_same_files(file.text, again.text);
}

static void saving_replaces_a_file(void **state)
{
    const path file = save_sample(state);
    write_bytes(file.text, "old", 3);
    assert_int_equal(lenet5_model_save(file.text, &sample, NULL), LENET5_OK);
    assert_reads_back(file.text);
    assert_int_equal(count_entries(*state), 1);
}

static void long_text_is_kept_whole(void **state)
{
    const path file = save_sample(state);
    memset(sample.provenance.data_name, 'x', sizeof sample.provenance.data_name - 1);
    assert_int_equal(lenet5_model_save(file.text, &sample, NULL), LENET5_OK);
    assert_reads_back(file.text);
}

/* ---- The file format --------------------------------------------------------------------------------------------- */

static void header_follows_safetensors(void **state)
{
    const path file = save_sample(state);
    const buffer bytes = read_bytes(file.text);
    uint64_t header = 0;
    for (size_t i = 0; i < 8; i++)
        header |= (uint64_t)bytes.data[i] << 8 * i;
    assert_in_range(header, 2, 1 << 20);
    assert_int_equal(header % 8, 0);
    assert_int_equal(bytes.data[8], '{');
    assert_int_equal(bytes.size, 8 + header + 4 * LENET5_PARAMETERS);
    free(bytes.data);
}

static void tensors_are_those_of_the_network(void **state)
{
    model_parts parts = take_apart(save_sample(state).text);
    assert_int_equal(json_object_size(parts.header), 1 + LENET5_TENSORS);
    size_t begin = 0;
    for (size_t i = 0; i < LENET5_TENSORS; i++) {
        const lenet5_tensor *t = &lenet5_tensors[i];
        const json_t *entry = json_object_get(parts.header, t->name);
        const json_t *shape = json_object_get(entry, "shape");
        assert_string_equal(json_string_value(json_object_get(entry, "dtype")), "F32");
        assert_int_equal(json_array_size(shape), t->dimensions);
        for (size_t k = 0; k < t->dimensions; k++)
            assert_int_equal(json_integer_value(json_array_get(shape, k)), t->shape[k]);
        assert_int_equal(offset_of(&parts, t->name, 0), begin);
        assert_int_equal(offset_of(&parts, t->name, 1), begin + 4 * t->count);
        begin += 4 * t->count;
    }
    assert_int_equal(begin, parts.size);
    free_parts(&parts);
}

static void numbers_are_little_endian(void **state)
{
    model_parts parts = take_apart(save_sample(state).text);
    static const uint8_t largest[4] = {0x00, 0x24, 0x74, 0x49}; /* LENET5_MAX_WEIGHT, a million, the third number */
    assert_memory_equal(parts.data + 8, largest, 4);
    free_parts(&parts);
}

static void metadata_are_strings(void **state)
{
    model_parts parts = take_apart(save_sample(state).text);
    const char *key;
    json_t *value;
    json_object_foreach (json_object_get(parts.header, "__metadata__"), key, value) {
        assert_true(json_is_string(value));
    }
    free_parts(&parts);
}

/* ---- One test for each status ------------------------------------------------------------------------------------ */

/* Loading the file fails with the given status and leaves the model untouched; returns the error's offset. */
static uint64_t assert_bad_file(const char *file, lenet5_status wanted)
{
    lenet5_error error;
    fill(&error, sizeof error);
    fill(&read_back, sizeof read_back);
    assert_failure(lenet5_model_load(&read_back, file, &error), wanted, &error, file);
    assert_untouched(&read_back, sizeof read_back);
    return error.offset;
}

static uint64_t assert_bad_bytes(void **state, const void *data, size_t size, lenet5_status wanted)
{
    const path file = path_in(*state, "bad.safetensors");
    write_bytes(file.text, data, size);
    return assert_bad_file(file.text, wanted);
}

/* The same for parts, which are freed. */
static uint64_t assert_bad_parts(void **state, model_parts *parts, lenet5_status wanted)
{
    const path file = path_in(*state, "bad.safetensors");
    put_together(file.text, parts, true);
    free_parts(parts);
    return assert_bad_file(file.text, wanted);
}

/* A header without data. */
static void assert_bad_header(void **state, const char *header, lenet5_status wanted)
{
    char file[256] = {0};
    const size_t size = strlen(header);
    file[0] = (char)size;
    memcpy(file + 8, header, size);
    assert_bad_bytes(state, file, 8 + size, wanted);
}

static model_parts good_parts(void **state)
{
    return take_apart(save_sample(state).text);
}

static json_t *entry_of(const model_parts *parts, const char *tensor)
{
    return json_object_get(parts->header, tensor);
}

static json_t *metadata_of(const model_parts *parts)
{
    return json_object_get(parts->header, "__metadata__");
}

static void missing_file_cannot_be_opened(void **state)
{
    const path file = path_in(*state, "nowhere");
    assert_int_equal(assert_bad_file(file.text, LENET5_E_OPEN), LENET5_NO_OFFSET);
}

static void folder_cannot_be_read(void **state)
{
    assert_bad_file(*state, LENET5_E_READ);
}

static void missing_folder_cannot_be_written_to(void **state)
{
    const path file = path_in(*state, "nowhere/model");
    lenet5_error error;
    fill(&error, sizeof error);
    sample_model(&sample);
    assert_failure(lenet5_model_save(file.text, &sample, &error), LENET5_E_WRITE, &error, file.text);
    assert_int_equal(count_entries(*state), 0);
}

static void truncated_files_are_errors(void **state)
{
    const path file = save_sample(state);
    const buffer bytes = read_bytes(file.text);
    const size_t sizes[] = {0, 1, 7, 8, 9, 1000, bytes.size - 4 * LENET5_PARAMETERS, bytes.size - 1};
    for (size_t i = 0; i < LENGTH(sizes); i++)
        assert_int_equal(assert_bad_bytes(state, bytes.data, sizes[i], LENET5_E_MODEL_TRUNCATED), sizes[i]);
    free(bytes.data);
}

static void header_of_impossible_size_is_an_error(void **state)
{
    static const uint8_t sizes[][8] = {{0}, {1}, {1, 0, 0x10}, {0, 0, 0, 1}, {255, 255, 255, 255, 255, 255, 255, 255}};
    const buffer bytes = read_bytes(save_sample(state).text);
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        memcpy(bytes.data, sizes[i], 8);
        assert_int_equal(assert_bad_bytes(state, bytes.data, bytes.size, LENET5_E_MODEL_HEADER_SIZE), 0);
    }
    free(bytes.data);
}

static void header_that_is_not_json_is_an_error(void **state)
{
    static const char *const headers[] = {"{}{}",
                                          "{\"a\":1,}",
                                          "{\"a\":1",
                                          "[1, 2]",
                                          "  {}",
                                          "{\"__metadata__\":{},\"__metadata__\":{}}",
                                          "{\"a\":\"\xFF\"}",
                                          "{\"a\":\"\\u0000\"}",
                                          "{'a':1}",
                                          "{\"a\":NaN}"};
    for (size_t i = 0; i < LENGTH(headers); i++)
        assert_bad_header(state, headers[i], LENET5_E_MODEL_JSON);
}

static void deep_nesting_is_an_error(void **state)
{
    static char file[8 + 100000];
    memset(file, '[', sizeof file);
    memcpy(file, "\xA0\x86\x01\0\0\0\0\0{\"a\":", 13);
    assert_bad_bytes(state, file, sizeof file, LENET5_E_MODEL_JSON);
}

static void metadata_that_are_no_strings_are_an_error(void **state)
{
    assert_bad_header(state, "{\"__metadata__\":{\"passes\":20}}", LENET5_E_MODEL_JSON);
}

static void other_dtype_is_an_error(void **state)
{
    static const char *const others[] = {"F16", "F64", "U32", "f32", ""};
    for (size_t i = 0; i < LENGTH(others); i++) {
        model_parts parts = good_parts(state);
        json_object_set_new(entry_of(&parts, "c3.weight"), "dtype", json_string(others[i]));
        assert_bad_parts(state, &parts, LENET5_E_MODEL_DTYPE);
    }
    model_parts parts = good_parts(state);
    json_object_del(entry_of(&parts, "f6.bias"), "dtype");
    assert_bad_parts(state, &parts, LENET5_E_MODEL_DTYPE);
}

static void other_shape_is_an_error(void **state)
{
    static const char *const others[] = {"[120,84]", "[10080]", "[84,120,1]", "[]", "[84,-120]", "[84.0,120]", "84"};
    for (size_t i = 0; i < LENGTH(others); i++) {
        model_parts parts = good_parts(state);
        json_object_set_new(entry_of(&parts, "f6.weight"), "shape", json_loads(others[i], JSON_DECODE_ANY, NULL));
        assert_bad_parts(state, &parts, LENET5_E_MODEL_SHAPE);
    }
}

/* The boundary between the data of two tensors is moved. */
static void shape_that_contradicts_the_offsets_is_an_error(void **state)
{
    model_parts parts = good_parts(state);
    const size_t border = offset_of(&parts, "c1.bias", 0);
    set_offset(&parts, "c1.weight", 1, border + 4);
    set_offset(&parts, "c1.bias", 0, border + 4);
    assert_bad_parts(state, &parts, LENET5_E_MODEL_SHAPE);
}

static void overlapping_tensors_are_an_error(void **state)
{
    model_parts parts = good_parts(state);
    set_offset(&parts, "c1.bias", 0, offset_of(&parts, "c1.bias", 0) - 4);
    assert_bad_parts(state, &parts, LENET5_E_MODEL_OFFSETS);
}

static void hole_between_tensors_is_an_error(void **state)
{
    model_parts parts = good_parts(state);
    set_offset(&parts, "c1.bias", 0, offset_of(&parts, "c1.bias", 0) + 4);
    assert_bad_parts(state, &parts, LENET5_E_MODEL_OFFSETS);
}

static void hole_before_the_first_tensor_is_an_error(void **state)
{
    model_parts parts = good_parts(state);
    set_offset(&parts, "c1.weight", 0, 4);
    assert_bad_parts(state, &parts, LENET5_E_MODEL_OFFSETS);
}

static void offsets_in_the_wrong_order_are_an_error(void **state)
{
    model_parts parts = good_parts(state);
    set_offset(&parts, "c1.bias", 1, offset_of(&parts, "c1.bias", 0) - 4);
    assert_bad_parts(state, &parts, LENET5_E_MODEL_OFFSETS);
}

static void offsets_that_are_no_pair_are_an_error(void **state)
{
    static const char *const others[] = {"[0]", "[0,600,1200]", "[]", "7", "{}", "[-4,600]"};
    for (size_t i = 0; i < LENGTH(others); i++) {
        model_parts parts = good_parts(state);
        json_object_set_new(entry_of(&parts, "c1.weight"), "data_offsets",
                            json_loads(others[i], JSON_DECODE_ANY, NULL));
        assert_bad_parts(state, &parts, LENET5_E_MODEL_OFFSETS);
    }
}

static void data_after_the_last_tensor_are_an_error(void **state)
{
    const path file = save_sample(state);
    const buffer bytes = read_bytes(file.text);
    bytes.data[bytes.size] = 0;
    assert_int_equal(assert_bad_bytes(state, bytes.data, bytes.size + 1, LENET5_E_MODEL_OFFSETS), bytes.size);
    free(bytes.data);
}

/* The same error as for a file that is too short. */
static void tensor_beyond_the_end_is_an_error(void **state)
{
    model_parts parts = good_parts(state);
    set_offset(&parts, "f6.bias", 1, parts.size + 4);
    assert_bad_parts(state, &parts, LENET5_E_MODEL_TRUNCATED);
    parts = good_parts(state);
    set_offset(&parts, "f6.bias", 1, INT64_MAX);
    assert_bad_parts(state, &parts, LENET5_E_MODEL_TRUNCATED);
}

static void missing_tensor_is_an_error(void **state)
{
    model_parts parts = good_parts(state);
    parts.size = offset_of(&parts, "f6.bias", 0);
    json_object_del(parts.header, "f6.bias");
    assert_bad_parts(state, &parts, LENET5_E_MODEL_MISSING);
}

static void renamed_tensor_is_an_error(void **state)
{
    model_parts parts = good_parts(state);
    json_object_set(parts.header, "C1.weight", entry_of(&parts, "c1.weight"));
    json_object_del(parts.header, "c1.weight");
    assert_bad_parts(state, &parts, LENET5_E_MODEL_MISSING);
}

static void missing_metadata_are_an_error(void **state)
{
    assert_bad_header(state, "{}", LENET5_E_MODEL_MISSING);
    assert_bad_header(state, "{\"__metadata__\":null}", LENET5_E_MODEL_MISSING);
    assert_bad_header(state, "{\"__metadata__\":{}}", LENET5_E_MODEL_MISSING);
}

static void missing_entry_of_the_metadata_is_an_error(void **state)
{
    static const char *const keys[] = {"format",
                                       "recipe",
                                       "loss",
                                       "rubbish",
                                       "scale",
                                       "seed",
                                       "passes",
                                       "data",
                                       "data_sha256",
                                       "held_out",
                                       "held_out_pictures",
                                       "held_out_errors",
                                       "training_pictures",
                                       "validation_pictures"};
    for (size_t i = 0; i < LENGTH(keys); i++) {
        model_parts parts = good_parts(state);
        assert_int_equal(json_object_del(metadata_of(&parts), keys[i]), 0);
        assert_bad_parts(state, &parts, LENET5_E_MODEL_MISSING);
    }
}

static void unknown_tensor_is_an_error(void **state)
{
    model_parts parts = good_parts(state);
    json_object_set_new(parts.header, "c7.weight",
                        json_pack("{s:s, s:[i], s:[I,I]}", "dtype", "F32", "shape", 0, "data_offsets",
                                  (json_int_t)parts.size, (json_int_t)parts.size));
    assert_bad_parts(state, &parts, LENET5_E_MODEL_UNKNOWN);
}

/* The sample with one number replaced by an infinity or NaN. */
static model_parts parts_with_number(void **state, const uint8_t number[4], size_t place)
{
    model_parts parts = good_parts(state);
    memcpy(parts.data + place, number, 4);
    return parts;
}

static const uint8_t not_finite[][4] = {{0, 0, 0xC0, 0x7F}, {0, 0, 0x80, 0x7F}, {0, 0, 0x80, 0xFF}, {1, 0, 0x80, 0x7F}};

static void number_that_is_not_finite_is_an_error(void **state)
{
    for (size_t i = 0; i < LENGTH(not_finite); i++) {
        model_parts parts = parts_with_number(state, not_finite[i], 4 * 777);
        const size_t data = parts.size;
        const uint64_t offset = assert_bad_parts(state, &parts, LENET5_E_MODEL_NUMBER);
        const buffer bytes = read_bytes(path_in(*state, "bad.safetensors").text);
        assert_int_equal(offset, bytes.size - data + 4 * 777);
        free(bytes.data);
    }
}

static void number_is_checked_without_a_sum_too(void **state)
{
    const path file = path_in(*state, "bad.safetensors");
    model_parts parts = parts_with_number(state, not_finite[0], 0);
    json_object_del(metadata_of(&parts), "sha256");
    put_together(file.text, &parts, false);
    free_parts(&parts);
    assert_bad_file(file.text, LENET5_E_MODEL_NUMBER);
}

static void model_without_a_sum_can_be_read(void **state)
{
    const path file = path_in(*state, "good.safetensors");
    model_parts parts = good_parts(state);
    json_object_del(metadata_of(&parts), "sha256");
    put_together(file.text, &parts, false);
    free_parts(&parts);
    assert_reads_back(file.text);
}

static void changed_number_is_an_error(void **state)
{
    const buffer bytes = read_bytes(save_sample(state).text);
    bytes.data[bytes.size - 1] ^= 1;
    const uint64_t offset = assert_bad_bytes(state, bytes.data, bytes.size, LENET5_E_MODEL_CHECKSUM);
    assert_int_equal(offset, bytes.size - 4 * LENET5_PARAMETERS);
    free(bytes.data);
}

static void changed_sum_is_an_error(void **state)
{
    const path file = path_in(*state, "bad.safetensors");
    static const char *const sums[] = {"", "0", "0000000000000000000000000000000000000000000000000000000000000000"};
    for (size_t i = 0; i < LENGTH(sums); i++) {
        model_parts parts = good_parts(state);
        json_object_set_new(metadata_of(&parts), "sha256", json_string(sums[i]));
        put_together(file.text, &parts, false);
        free_parts(&parts);
        assert_bad_file(file.text, LENET5_E_MODEL_CHECKSUM);
    }
}

static void impossible_metadata_are_an_error(void **state)
{
    static const struct {
        const char *key, *value;
    } bad[] = {
        {"format", "another model"},
        {"format", "lenet5 model of a name far too long to be read"},
        {"recipe", "a name of more than thirty-one characters"},
        {"held_out", "a name of more than thirty-one characters"},
        {"data_sha256", "000000000000000000000000000000000000000000000000000000000000000000"},
        {"loss", "mean"},
        {"loss", "cross entropy"},
        {"loss", ""},
        {"rubbish", "-1"},
        {"rubbish", "1e7"},
        {"rubbish", "nan"},
        {"rubbish", "0,5"},
        {"rubbish", "\"1\""},
        {"rubbish", ""},
        {"scale", "0"},
        {"scale", "-1"},
        {"scale", "1e999"},
        {"scale", "inf"},
        {"seed", "18446744073709551616"},
        {"seed", "-1"},
        {"seed", "0x10"},
        {"passes", "1001"},
        {"passes", "1e3"},
        {"passes", "+1"},
        {"passes", " 1"},
        {"passes", "1 "},
        {"passes", ""},
        {"training_pictures", "1000000001"},
        {"validation_pictures", "many"},
        {"held_out_pictures", "-0"},
        {"held_out_errors", "1.0"},
    };
    for (size_t i = 0; i < LENGTH(bad); i++) {
        model_parts parts = good_parts(state);
        json_object_set_new(metadata_of(&parts), bad[i].key, json_string(bad[i].value));
        assert_bad_parts(state, &parts, LENET5_E_MODEL_METADATA);
    }
}

/* ---- Training ---------------------------------------------------------------------------------------------------- */

static lenet5_dataset digits_200, digits_300, held_out;

static int make_sets(void **state)
{
    (void)state;
    digits_200 = synthetic_digits(200, 5);
    digits_300 = synthetic_digits(300, 5);
    held_out = synthetic_digits(50, 6);
    return 0;
}

static int free_sets(void **state)
{
    (void)state;
    lenet5_dataset_free(&digits_200);
    lenet5_dataset_free(&digits_300);
    lenet5_dataset_free(&held_out);
    return 0;
}

static lenet5_training_options options_of(const char *recipe, unsigned epochs, unsigned threads)
{
    return (lenet5_training_options){.recipe = recipe,
                                     .seed = 11,
                                     .epochs = epochs,
                                     .threads = threads,
                                     .data_name = "synthetic digits",
                                     .held_out_name = "test",
                                     .validation_pictures = 5};
}

static lenet5_training *new_training(const lenet5_training_options *options, const lenet5_dataset *set)
{
    lenet5_training *training;
    assert_int_equal(lenet5_training_new(&training, options, set, &held_out, NULL), LENET5_OK);
    return training;
}

static void take_steps(lenet5_training *training, size_t count)
{
    while (count-- > 0)
        assert_int_equal(lenet5_training_step(training, NULL), LENET5_OK);
}

/* Runs the training to its end, writes the model and frees the training. */
static void finish(const char *file, lenet5_training *training)
{
    static lenet5_model model;
    while (!lenet5_training_finished(training))
        take_steps(training, 1);
    lenet5_training_model(&model, training);
    assert_int_equal(lenet5_model_save(file, &model, NULL), LENET5_OK);
    lenet5_training_free(training);
}

static void assert_same_epochs(const lenet5_training *a, const lenet5_training *b)
{
    assert_int_equal(lenet5_training_epochs_done(a), lenet5_training_epochs_done(b));
    assert_int_equal(lenet5_training_epochs_total(a), lenet5_training_epochs_total(b));
    assert_int_equal(lenet5_training_pictures_seen(a), lenet5_training_pictures_seen(b));
    const double losses[] = {lenet5_training_loss(a), lenet5_training_loss(b)};
    assert_memory_equal(&losses[0], &losses[1], sizeof losses[0]);
    for (unsigned i = 0; i < lenet5_training_epochs_done(a); i++)
        assert_memory_equal(lenet5_training_epoch(a, i), lenet5_training_epoch(b, i), sizeof(lenet5_epoch));
}

/* Stops after some steps, saves and resumes with another number of threads; the model equals an uninterrupted one. */
static void assert_resumes(void **state, const lenet5_training_options *options, const lenet5_dataset *set,
                           size_t steps, const char *whole)
{
    const path checkpoint = path_in(*state, "checkpoint");
    const path resumed = path_in(*state, "resumed");
    const lenet5_training_options others = {.threads = options->threads + 1, .teacher = options->teacher};
    lenet5_training *training = new_training(options, set);
    take_steps(training, steps);
    assert_int_equal(lenet5_training_save(checkpoint.text, training, NULL), LENET5_OK);
    lenet5_training *again;
    assert_int_equal(lenet5_training_resume(&again, checkpoint.text, &others, set, &held_out, NULL), LENET5_OK);
    assert_same_epochs(training, again);
    lenet5_training_free(training);
    finish(resumed.text, again);
    assert_same_files(resumed.text, whole);
}

static void resumed_1998_ends_in_the_same_bits(void **state)
{
    static const size_t steps[] = {0, 1, 77, 199, 200};
    const path whole = path_in(*state, "whole");
    const lenet5_training_options options = options_of("1998", 1, 1);
    finish(whole.text, new_training(&options, &digits_200));
    for (size_t i = 0; i < LENGTH(steps); i++)
        assert_resumes(state, &options, &digits_200, steps[i], whole.text);
}

static void resumed_fast_ends_in_the_same_bits(void **state)
{
    static const size_t steps[] = {0, 1, 5, 9, 10, 13, 19, 20};
    const path whole = path_in(*state, "whole");
    const lenet5_training_options options = options_of("fast", 2, 1);
    finish(whole.text, new_training(&options, &digits_300));
    for (size_t i = 0; i < LENGTH(steps); i++)
        assert_resumes(state, &options, &digits_300, steps[i], whole.text);
}

static void resumed_with_other_negatives_ends_in_the_same_bits(void **state)
{
    static const double half = 0.5;
    const path whole = path_in(*state, "whole");
    lenet5_training_options options = options_of("hands", 1, 1);
    options.negatives = &half;
    lenet5_training *training = new_training(&options, &digits_200);
    assert_int_equal(lenet5_training_epoch_length(training), 200 + 20 + 100); /* drawn digits, negatives */
    finish(whole.text, training);
    assert_resumes(state, &options, &digits_200, 2, whole.text);
}

static void resumed_mse_ends_in_the_same_bits(void **state)
{
    static const lenet5_criterion mse = LENET5_MSE;
    const path whole = path_in(*state, "whole");
    lenet5_training_options options = options_of("fast", 1, 2);
    options.criterion = &mse;
    finish(whole.text, new_training(&options, &digits_200));
    assert_resumes(state, &options, &digits_200, 3, whole.text);
}

/* A committee of count slightly different copies of the built-in network. */
static lenet5_committee committee_of(size_t count)
{
    lenet5_committee c = {count, malloc(count * sizeof *c.networks), lenet5_builtin()->provenance};
    assert_non_null(c.networks);
    for (size_t i = 0; i < count; i++) {
        c.networks[i] = lenet5_builtin()->network;
        c.networks[i].f6.bias[i] += 0.1f;
    }
    return c;
}

static void resumed_taught_ends_in_the_same_bits(void **state)
{
    const path whole = path_in(*state, "whole");
    lenet5_committee teacher = committee_of(2);
    lenet5_training_options options = options_of("best", 1, 1);
    options.teacher = &teacher;
    finish(whole.text, new_training(&options, &digits_200));
    assert_resumes(state, &options, &digits_200, 2, whole.text);
    assert_int_equal(lenet5_model_load(&read_back, whole.text, NULL), LENET5_OK);
    assert_int_equal(strlen(read_back.provenance.teacher_sha256), 64);
    lenet5_committee_free(&teacher);
}

static void a_teacher_changes_the_model(void **state)
{
    const path alone = path_in(*state, "alone");
    const path taught = path_in(*state, "taught");
    lenet5_committee teacher = committee_of(1);
    lenet5_training_options options = options_of("fast", 1, 1);
    finish(alone.text, new_training(&options, &digits_200));
    options.teacher = &teacher;
    finish(taught.text, new_training(&options, &digits_200));
    assert_int_equal(lenet5_model_load(&sample, alone.text, NULL), LENET5_OK);
    assert_int_equal(lenet5_model_load(&read_back, taught.text, NULL), LENET5_OK);
    assert_memory_not_equal(&sample.network, &read_back.network, sizeof sample.network);
    assert_string_equal(sample.provenance.teacher_sha256, "");
    lenet5_committee_free(&teacher);
}

static void no_teacher_for_recipe_1998_or_eq_8(void **state)
{
    (void)state;
    static const lenet5_criterion mse = LENET5_MSE;
    lenet5_training *training;
    lenet5_committee teacher = committee_of(1);
    lenet5_training_options options = options_of("1998", 1, 1);
    options.teacher = &teacher;
    assert_int_equal(lenet5_training_new(&training, &options, &digits_200, NULL, NULL), LENET5_E_ARGUMENT);
    options.recipe = "fast";
    options.criterion = &mse;
    assert_int_equal(lenet5_training_new(&training, &options, &digits_200, NULL, NULL), LENET5_E_ARGUMENT);
    lenet5_committee_free(&teacher);
}

static void saving_does_not_change_the_training(void **state)
{
    const path whole = path_in(*state, "whole");
    const path saved = path_in(*state, "saved");
    const lenet5_training_options options = options_of("fast", 1, 1);
    finish(whole.text, new_training(&options, &digits_300));
    lenet5_training *training = new_training(&options, &digits_300);
    while (!lenet5_training_finished(training)) {
        take_steps(training, 1);
        assert_int_equal(lenet5_training_save(path_in(*state, "checkpoint").text, training, NULL), LENET5_OK);
    }
    finish(saved.text, training);
    assert_same_files(saved.text, whole.text);
}

static void assert_threads_make_no_difference(void **state, const char *recipe, unsigned epochs)
{
    const path one = path_in(*state, "one");
    const path several = path_in(*state, "several");
    lenet5_training_options options = options_of(recipe, epochs, 1);
    finish(one.text, new_training(&options, &digits_300));
    for (options.threads = 2; options.threads <= 4; options.threads++) {
        finish(several.text, new_training(&options, &digits_300));
        assert_same_files(several.text, one.text);
    }
}

static void threads_make_no_difference_to_1998(void **state)
{
    assert_threads_make_no_difference(state, "1998", 1);
}

static void threads_make_no_difference_to_fast(void **state)
{
    assert_threads_make_no_difference(state, "fast", 2);
}

/* ---- Refused checkpoints ----------------------------------------------------------------------------------------- */

/* A checkpoint in the middle of an epoch. */
static path save_checkpoint(void **state, const char *recipe)
{
    const path file = path_in(*state, "checkpoint");
    const lenet5_training_options options = options_of(recipe, 2, 1);
    lenet5_training *training = new_training(&options, &digits_200);
    take_steps(training, 3);
    assert_int_equal(lenet5_training_save(file.text, training, NULL), LENET5_OK);
    lenet5_training_free(training);
    return file;
}

static void assert_not_resumed(const char *file, const lenet5_dataset *set, const lenet5_dataset *others,
                               lenet5_status wanted)
{
    lenet5_training *training;
    lenet5_error error;
    fill(&error, sizeof error);
    fill(&training, sizeof training);
    assert_failure(lenet5_training_resume(&training, file, NULL, set, others, &error), wanted, &error, file);
    assert_untouched(&training, sizeof training);
}

static void checkpoint_is_a_model_file(void **state)
{
    static lenet5_model model;
    const path file = path_in(*state, "checkpoint");
    const lenet5_training_options options = options_of("fast", 2, 1);
    lenet5_training *training = new_training(&options, &digits_200);
    take_steps(training, 9);
    assert_int_equal(lenet5_training_save(file.text, training, NULL), LENET5_OK);
    lenet5_training_model(&model, training);
    lenet5_training_free(training);
    assert_int_equal(lenet5_model_load(&read_back, file.text, NULL), LENET5_OK);
    assert_memory_equal(&read_back.network, &model.network, sizeof model.network);
    assert_same_provenance(&read_back.provenance, &model.provenance);
}

static void assert_not_resumed_with(const lenet5_committee *teacher, const char *file)
{
    lenet5_training *training;
    lenet5_error error;
    const lenet5_training_options options = {.teacher = teacher};
    fill(&error, sizeof error);
    assert_failure(lenet5_training_resume(&training, file, &options, &digits_200, &held_out, &error),
                   LENET5_E_CHECKPOINT, &error, file);
}

static void other_teacher_is_refused(void **state)
{
    const path file = path_in(*state, "checkpoint");
    const path untaught = save_checkpoint(state, "fast");
    lenet5_committee two = committee_of(2);
    lenet5_committee one = committee_of(1);
    lenet5_training_options options = options_of("fast", 2, 1);
    assert_not_resumed_with(&two, untaught.text);
    options.teacher = &two;
    lenet5_training *training = new_training(&options, &digits_200);
    assert_int_equal(lenet5_training_save(file.text, training, NULL), LENET5_OK);
    lenet5_training_free(training);
    assert_not_resumed_with(&one, file.text);
    assert_not_resumed(file.text, &digits_200, &held_out, LENET5_E_CHECKPOINT);
    lenet5_committee_free(&two);
    lenet5_committee_free(&one);
}

/* In every recipe, also those that distort without shifting. */
static void undistorted_training_resumes_undistorted(void **state)
{
    for (size_t i = 0; lenet5_recipe_at(i); i++) {
        const path whole = path_in(*state, "whole");
        lenet5_training_options options = options_of(lenet5_recipe_at(i)->name, 1, 1);
        options.undistorted = true;
        finish(whole.text, new_training(&options, &digits_200));
        assert_resumes(state, &options, &digits_200, 1, whole.text);
    }
}

static void model_file_is_no_checkpoint(void **state)
{
    const path file = save_sample(state);
    assert_not_resumed(file.text, &digits_200, &held_out, LENET5_E_CHECKPOINT);
}

static void other_data_are_refused(void **state)
{
    const path file = save_checkpoint(state, "fast");
    lenet5_dataset others = synthetic_digits(200, 99);
    const lenet5_dataset fewer = lenet5_dataset_slice(&digits_200, 0, 100);
    const lenet5_dataset fewer_held_out = lenet5_dataset_slice(&held_out, 0, 10);
    assert_not_resumed(file.text, &others, &held_out, LENET5_E_CHECKPOINT);
    assert_not_resumed(file.text, &digits_300, &held_out, LENET5_E_CHECKPOINT);
    assert_not_resumed(file.text, &fewer, &held_out, LENET5_E_CHECKPOINT);
    assert_not_resumed(file.text, &digits_200, NULL, LENET5_E_CHECKPOINT);
    assert_not_resumed(file.text, &digits_200, &fewer_held_out, LENET5_E_CHECKPOINT);
    lenet5_dataset_free(&others);
}

/* Overwrites bytes of a tensor from its number `place` on. */
static void assert_change_refused(void **state, const char *tensor, size_t place, uint64_t value, size_t size)
{
    const path file = path_in(*state, "changed");
    model_parts parts = take_apart(save_checkpoint(state, "1998").text);
    for (size_t i = 0; i < size; i++)
        parts.data[offset_of(&parts, tensor, 0) + place * size + i] = (uint8_t)(value >> 8 * i);
    put_together(file.text, &parts, true);
    free_parts(&parts);
    assert_not_resumed(file.text, &digits_200, &held_out, LENET5_E_CHECKPOINT);
}

static void order_out_of_range_is_refused(void **state)
{
    assert_change_refused(state, "training.order", 0, 200, 4);
    assert_change_refused(state, "training.order", 199, UINT32_MAX, 4);
}

static void counts_out_of_range_are_refused(void **state)
{
    enum { POSITION = 1, FINISHED, EPOCHS };
    assert_change_refused(state, "training.counts", POSITION, 201, 8);
    assert_change_refused(state, "training.counts", POSITION, UINT64_MAX, 8);
    assert_change_refused(state, "training.counts", FINISHED, 3, 8);
    assert_change_refused(state, "training.counts", FINISHED, UINT64_MAX, 8);
    assert_change_refused(state, "training.counts", EPOCHS, 3, 8);
    assert_change_refused(state, "training.counts", EPOCHS, 0, 8);
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Counts are stored as doubles; those beyond size_t cannot be converted back. */
static void sums_out_of_range_are_refused(void **state)
{
    enum { ERRORS = 1 };
    assert_change_refused(state, "training.sums", ERRORS, bits_of(-1), 8);
    assert_change_refused(state, "training.sums", ERRORS, bits_of(1e300), 8);
}

/* xoshiro256** never leaves state 0, and a shuffle would not end. */
static void random_state_zero_is_refused(void **state)
{
    const path file = path_in(*state, "changed");
    model_parts parts = take_apart(save_checkpoint(state, "1998").text);
    memset(parts.data + offset_of(&parts, "training.random", 0), 0, 32);
    put_together(file.text, &parts, true);
    free_parts(&parts);
    assert_not_resumed(file.text, &digits_200, &held_out, LENET5_E_CHECKPOINT);
}

static void assert_metadata_refused(void **state, const char *key, const char *value, lenet5_status wanted)
{
    const path file = path_in(*state, "changed");
    model_parts parts = take_apart(save_checkpoint(state, "fast").text);
    json_object_set_new(metadata_of(&parts), key, json_string(value));
    put_together(file.text, &parts, true);
    free_parts(&parts);
    assert_not_resumed(file.text, &digits_200, &held_out, wanted);
}

static void other_recipe_is_refused(void **state)
{
    assert_metadata_refused(state, "recipe", "2098", LENET5_E_CHECKPOINT);
    assert_metadata_refused(state, "recipe", "1998", LENET5_E_CHECKPOINT);
}

static void other_batch_is_refused(void **state)
{
    assert_metadata_refused(state, "batch", "0", LENET5_E_CHECKPOINT);
    assert_metadata_refused(state, "batch", "1025", LENET5_E_MODEL_METADATA);
}

static void other_negatives_are_refused(void **state)
{
    assert_metadata_refused(state, "negatives", "1.5", LENET5_E_MODEL_METADATA);
    assert_metadata_refused(state, "negatives", "0.5", LENET5_E_MODEL_SHAPE);
}

static void other_number_of_epochs_is_refused(void **state)
{
    assert_metadata_refused(state, "epochs_total", "0", LENET5_E_CHECKPOINT);
    assert_metadata_refused(state, "epochs_total", "1001", LENET5_E_MODEL_METADATA);
    assert_metadata_refused(state, "epochs_total", "3", LENET5_E_MODEL_SHAPE);
}

/* A checkpoint holds the options of its training. */
static void a_checkpoint_holds_its_options(void **state)
{
    const path file = path_in(*state, "checkpoint");
    const lenet5_criterion criterion = LENET5_MSE;
    const double negatives = 0.25;
    lenet5_training_options options = options_of("fast", 7, 1);
    options.batch = 48;
    options.undistorted = true;
    options.criterion = &criterion;
    options.negatives = &negatives;
    options.size = sizeof options;
    options.without_drawn = true;
    lenet5_training *training = new_training(&options, &digits_200);
    take_steps(training, 6); /* 250 pictures an epoch, so that one is finished */
    assert_int_equal(lenet5_training_save(file.text, training, NULL), LENET5_OK);
    lenet5_training_free(training);
    lenet5_checkpoint c;
    assert_int_equal(lenet5_checkpoint_load(&c, file.text, NULL), LENET5_OK);
    assert_string_equal(c.provenance.recipe, "fast");
    assert_int_equal(c.provenance.seed, 11);
    assert_int_equal(c.provenance.epochs, 1);
    assert_int_equal(c.provenance.loss.criterion, LENET5_MSE);
    assert_int_equal(c.provenance.validation_pictures, 5);
    assert_int_equal(c.epochs_total, 7);
    assert_int_equal(c.batch, 48);
    assert_memory_equal(&c.negatives, &negatives, sizeof negatives);
    assert_true(c.undistorted);
    assert_true(c.without_drawn);
}

static void drawn_digits_are_left_out_if_asked_for(void **state)
{
    const path whole = path_in(*state, "whole");
    lenet5_training_options options = options_of("hands", 1, 1);
    lenet5_training *with = new_training(&options, &digits_200);
    options.size = sizeof options;
    options.without_drawn = true;
    lenet5_training *without = new_training(&options, &digits_200);
    assert_true(lenet5_training_epoch_length(without) >= digits_200.count);
    assert_true(lenet5_training_epoch_length(with) > lenet5_training_epoch_length(without));
    lenet5_training_free(with);
    finish(whole.text, without);
    assert_resumes(state, &options, &digits_200, 1, whole.text);
}

static lenet5_training_options continued_options(void)
{
    lenet5_training_options options = options_of("hands", 1, 1);
    options.size = sizeof options;
    options.start = &lenet5_builtin()->network;
    return options;
}

static void a_training_begins_with_the_given_network(void **state)
{
    const path whole = path_in(*state, "whole");
    const lenet5_training_options options = continued_options();
    lenet5_training *training = new_training(&options, &digits_200);
    lenet5_model model;
    lenet5_training_model(&model, training);
    assert_memory_equal(&model.network, &lenet5_builtin()->network, sizeof model.network);
    finish(whole.text, training);
    assert_resumes(state, &options, &digits_200, 2, whole.text);
}

static double distance_to_start(const lenet5_training *training, const lenet5_network *start)
{
    lenet5_model model;
    double sum = 0;
    lenet5_training_model(&model, training);
    for (size_t k = 0; k < LENET5_PARAMETERS; k++) {
        const double d = (double)((const float *)&model.network)[k] - (double)((const float *)start)[k];
        sum += d * d;
    }
    return sqrt(sum);
}

/* The last step, at a rate near 0, moves the model back towards the network begun with, by a fifth of the way. */
static void a_part_of_the_first_weights_is_kept(void **state)
{
    (void)state;
    const lenet5_training_options options = continued_options();
    lenet5_training *training = new_training(&options, &digits_300);
    take_steps(training, lenet5_training_epoch_length(training) / 64);
    const double before = distance_to_start(training, options.start);
    take_steps(training, 1);
    assert_true(lenet5_training_finished(training));
    const double left = distance_to_start(training, options.start) / before;
    print_message("%.3f of the distance is left\n", left);
    assert_true(left > 0.7 && left < 0.9);
    lenet5_training_free(training);
}

static void only_a_checkpoint_is_loaded_as_one(void **state)
{
    const path model = save_sample(state);
    lenet5_checkpoint c;
    lenet5_error error;
    fill(&c, sizeof c);
    assert_failure(lenet5_checkpoint_load(&c, model.text, &error), LENET5_E_CHECKPOINT, &error, model.text);
    assert_untouched(&c, sizeof c);
}

/* A long name is truncated between characters, so that it remains valid JSON. */
static void long_name_of_the_data_can_be_saved(void **state)
{
    char name[2 * sizeof sample.provenance.data_name] = "x";
    for (size_t i = 1; i + 2 < sizeof name; i += 2)
        memcpy(name + i, "\xC3\xBC", 2);
    lenet5_training_options options = options_of("fast", 1, 1);
    options.data_name = name;
    lenet5_training *training = new_training(&options, &digits_200);
    memmove(name, name + 1, sizeof name - 1);
    lenet5_training *other = new_training(&options, &digits_200);
    const path file = path_in(*state, "checkpoint");
    assert_int_equal(lenet5_training_save(file.text, training, NULL), LENET5_OK);
    assert_int_equal(lenet5_training_save(file.text, other, NULL), LENET5_OK);
    lenet5_training_free(training);
    lenet5_training_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(saved_model_reads_back),
        TEST_IN_FOLDER(both_criteria_read_back),
        TEST_IN_FOLDER(same_model_has_same_bytes),
        TEST_IN_FOLDER(locale_makes_no_difference),
        TEST_IN_FOLDER(saving_replaces_a_file),
        TEST_IN_FOLDER(long_text_is_kept_whole),
        TEST_IN_FOLDER(header_follows_safetensors),
        TEST_IN_FOLDER(tensors_are_those_of_the_network),
        TEST_IN_FOLDER(numbers_are_little_endian),
        TEST_IN_FOLDER(metadata_are_strings),
        TEST_IN_FOLDER(missing_file_cannot_be_opened),
        TEST_IN_FOLDER(folder_cannot_be_read),
        TEST_IN_FOLDER(missing_folder_cannot_be_written_to),
        TEST_IN_FOLDER(truncated_files_are_errors),
        TEST_IN_FOLDER(header_of_impossible_size_is_an_error),
        TEST_IN_FOLDER(header_that_is_not_json_is_an_error),
        TEST_IN_FOLDER(deep_nesting_is_an_error),
        TEST_IN_FOLDER(metadata_that_are_no_strings_are_an_error),
        TEST_IN_FOLDER(other_dtype_is_an_error),
        TEST_IN_FOLDER(other_shape_is_an_error),
        TEST_IN_FOLDER(shape_that_contradicts_the_offsets_is_an_error),
        TEST_IN_FOLDER(overlapping_tensors_are_an_error),
        TEST_IN_FOLDER(hole_between_tensors_is_an_error),
        TEST_IN_FOLDER(hole_before_the_first_tensor_is_an_error),
        TEST_IN_FOLDER(offsets_in_the_wrong_order_are_an_error),
        TEST_IN_FOLDER(offsets_that_are_no_pair_are_an_error),
        TEST_IN_FOLDER(data_after_the_last_tensor_are_an_error),
        TEST_IN_FOLDER(tensor_beyond_the_end_is_an_error),
        TEST_IN_FOLDER(missing_tensor_is_an_error),
        TEST_IN_FOLDER(renamed_tensor_is_an_error),
        TEST_IN_FOLDER(missing_metadata_are_an_error),
        TEST_IN_FOLDER(missing_entry_of_the_metadata_is_an_error),
        TEST_IN_FOLDER(unknown_tensor_is_an_error),
        TEST_IN_FOLDER(number_that_is_not_finite_is_an_error),
        TEST_IN_FOLDER(number_is_checked_without_a_sum_too),
        TEST_IN_FOLDER(model_without_a_sum_can_be_read),
        TEST_IN_FOLDER(changed_number_is_an_error),
        TEST_IN_FOLDER(changed_sum_is_an_error),
        TEST_IN_FOLDER(impossible_metadata_are_an_error),
        TEST_IN_FOLDER(resumed_1998_ends_in_the_same_bits),
        TEST_IN_FOLDER(resumed_fast_ends_in_the_same_bits),
        TEST_IN_FOLDER(resumed_with_other_negatives_ends_in_the_same_bits),
        TEST_IN_FOLDER(resumed_mse_ends_in_the_same_bits),
        TEST_IN_FOLDER(resumed_taught_ends_in_the_same_bits),
        TEST_IN_FOLDER(a_teacher_changes_the_model),
        TEST_IN_FOLDER(no_teacher_for_recipe_1998_or_eq_8),
        TEST_IN_FOLDER(saving_does_not_change_the_training),
        TEST_IN_FOLDER(threads_make_no_difference_to_1998),
        TEST_IN_FOLDER(threads_make_no_difference_to_fast),
        TEST_IN_FOLDER(checkpoint_is_a_model_file),
        TEST_IN_FOLDER(undistorted_training_resumes_undistorted),
        TEST_IN_FOLDER(drawn_digits_are_left_out_if_asked_for),
        TEST_IN_FOLDER(a_training_begins_with_the_given_network),
        TEST_IN_FOLDER(a_part_of_the_first_weights_is_kept),
        TEST_IN_FOLDER(a_checkpoint_holds_its_options),
        TEST_IN_FOLDER(only_a_checkpoint_is_loaded_as_one),
        TEST_IN_FOLDER(model_file_is_no_checkpoint),
        TEST_IN_FOLDER(other_data_are_refused),
        TEST_IN_FOLDER(other_teacher_is_refused),
        TEST_IN_FOLDER(order_out_of_range_is_refused),
        TEST_IN_FOLDER(counts_out_of_range_are_refused),
        TEST_IN_FOLDER(sums_out_of_range_are_refused),
        TEST_IN_FOLDER(random_state_zero_is_refused),
        TEST_IN_FOLDER(other_recipe_is_refused),
        TEST_IN_FOLDER(other_batch_is_refused),
        TEST_IN_FOLDER(other_negatives_are_refused),
        TEST_IN_FOLDER(other_number_of_epochs_is_refused),
        TEST_IN_FOLDER(long_name_of_the_data_can_be_saved),
    };
    return cmocka_run_group_tests(tests, make_sets, free_sets);
}
