/* Thousands of truncated files and files with single bits flipped: each is an error and none a crash. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IMAGES_HEADER = 16, LABELS_HEADER = 8, PICTURES = 3 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void cut_to(const char *file, size_t size)
{
    assert_int_equal(truncate(file, (off_t)size), 0);
}

/* An error has a negative status and a message with the file and the place. */
static void assert_reported(lenet5_status status, const lenet5_error *error, const char *file)
{
    assert_true(status < 0);
    assert_failure(status, status, error, file);
}

/* ---- IDX files --------------------------------------------------------------------------------------------------- */

typedef struct idx_files {
    path images, labels;
    buffer image_bytes, label_bytes;
} idx_files;

static idx_files write_idx(void **state)
{
    idx_files files = {.images = path_in(*state, "images"), .labels = path_in(*state, "labels")};
    lenet5_dataset set = synthetic_digits(PICTURES, 1);
    assert_int_equal(lenet5_dataset_write(files.images.text, files.labels.text, &set, NULL), LENET5_OK);
    lenet5_dataset_free(&set);
    files.image_bytes = read_bytes(files.images.text);
    files.label_bytes = read_bytes(files.labels.text);
    assert_int_equal(files.image_bytes.size, IMAGES_HEADER + PICTURES * LENET5_PICTURE_BYTES);
    assert_int_equal(files.label_bytes.size, LABELS_HEADER + PICTURES);
    return files;
}

static void free_idx(idx_files *files)
{
    free(files->image_bytes.data);
    free(files->label_bytes.data);
}

/* The two files are refused, with an error about the named one. */
static void assert_refused(const idx_files *files, const path *named)
{
    lenet5_dataset set;
    lenet5_error error;
    fill(&set, sizeof set);
    fill(&error, sizeof error);
    assert_reported(lenet5_dataset_read(&set, files->images.text, files->labels.text, &error), &error, named->text);
    assert_untouched(&set, sizeof set);
}

static void pictures_cut_short(void **state)
{
    idx_files files = write_idx(state);
    size_t size = files.image_bytes.size;
    while (size > 0) {
        size -= size <= IMAGES_HEADER + 2 ? 1 : smaller(97, size - IMAGES_HEADER - 1);
        cut_to(files.images.text, size);
        assert_refused(&files, &files.images);
    }
    free_idx(&files);
}

static void labels_cut_short(void **state)
{
    idx_files files = write_idx(state);
    for (size_t size = files.label_bytes.size; size-- > 0;) {
        cut_to(files.labels.text, size);
        assert_refused(&files, &files.labels);
    }
    free_idx(&files);
}

static void pictures_with_a_flipped_header_bit(void **state)
{
    idx_files files = write_idx(state);
    for (size_t bit = 0; bit < 8 * IMAGES_HEADER; bit++) {
        const uint8_t good = files.image_bytes.data[bit / 8];
        set_byte(files.images.text, bit / 8, (uint8_t)(good ^ 1u << bit % 8));
        assert_refused(&files, &files.images);
        set_byte(files.images.text, bit / 8, good);
    }
    free_idx(&files);
}

static void labels_with_a_flipped_header_bit(void **state)
{
    idx_files files = write_idx(state);
    for (size_t bit = 0; bit < 8 * LABELS_HEADER; bit++) {
        const uint8_t good = files.label_bytes.data[bit / 8];
        set_byte(files.labels.text, bit / 8, (uint8_t)(good ^ 1u << bit % 8));
        assert_refused(&files, &files.labels);
        set_byte(files.labels.text, bit / 8, good);
    }
    free_idx(&files);
}

static void sizes_of_every_magnitude(void **state)
{
    idx_files files = write_idx(state);
    for (size_t dimension = 0; dimension < 3; dimension++)
        for (unsigned bits = 4; bits < 32; bits++) {
            const uint32_t claimed = 0xFFFFFFFFu >> (31 - bits);
            for (size_t i = 0; i < 4; i++)
                set_byte(files.images.text, 4 + 4 * dimension + i, (uint8_t)(claimed >> (24 - 8 * i)));
            assert_refused(&files, &files.images);
            write_bytes(files.images.text, files.image_bytes.data, files.image_bytes.size);
        }
    free_idx(&files);
}

static void other_files_in_place_of_pictures(void **state)
{
    idx_files files = write_idx(state);
    static const char text[] = "{\"hello\": \"world\"}";
    write_bytes(files.images.text, text, sizeof text);
    assert_refused(&files, &files.images);
    write_bytes(files.images.text, files.label_bytes.data, files.label_bytes.size);
    assert_refused(&files, &files.images);
    write_bytes(files.images.text, files.image_bytes.data, files.image_bytes.size);
    write_bytes(files.labels.text, files.image_bytes.data, files.image_bytes.size);
    assert_refused(&files, &files.labels);
    free_idx(&files);
}

/* Every byte of a gzipped file. Flips in its time stamp or in padding leave the pictures as they are; others are found.
 */
static void gzipped_pictures_with_flipped_bits(void **state)
{
    idx_files files = write_idx(state);
    write_gzipped(files.images.text, files.image_bytes.data, files.image_bytes.size);
    const buffer packed = read_bytes(files.images.text);
    size_t refused = 0;
    for (size_t i = 0; i < packed.size; i++) {
        lenet5_dataset set;
        lenet5_error error;
        set_byte(files.images.text, i, packed.data[i] ^ (uint8_t)(1u << i % 8));
        const lenet5_status status = lenet5_dataset_read(&set, files.images.text, NULL, &error);
        if (status == LENET5_OK) {
            assert_memory_equal(set.pixels, files.image_bytes.data + IMAGES_HEADER, PICTURES * LENET5_PICTURE_BYTES);
            lenet5_dataset_free(&set);
        } else {
            assert_reported(status, &error, files.images.text);
            refused++;
        }
        set_byte(files.images.text, i, packed.data[i]);
    }
    assert_in_range(refused, packed.size / 10 * 9, packed.size);
    free(packed.data);
    free_idx(&files);
}

/* ---- Model files and checkpoints --------------------------------------------------------------------------------- */

/* A safetensors file and the function that reads it. */
typedef struct subject {
    path file;
    buffer bytes;
    size_t header; /* its end, where the data begin */
    lenet5_status (*read)(const char *file, lenet5_error *error);
} subject;

static lenet5_dataset digits;

static lenet5_status read_model(const char *file, lenet5_error *error)
{
    static lenet5_model model;
    fill(&model, sizeof model);
    const lenet5_status status = lenet5_model_load(&model, file, error);
    if (status != LENET5_OK)
        assert_untouched(&model, sizeof model);
    return status;
}

static lenet5_status read_checkpoint(const char *file, lenet5_error *error)
{
    const lenet5_training_options options = {.threads = 1};
    lenet5_training *training;
    fill(&training, sizeof training);
    const lenet5_status status = lenet5_training_resume(&training, file, &options, &digits, NULL, error);
    if (status == LENET5_OK)
        lenet5_training_free(training);
    else
        assert_untouched(&training, sizeof training);
    return status;
}

static subject subject_of(const path *file, lenet5_status (*read)(const char *file, lenet5_error *error))
{
    subject s = {*file, read_bytes(file->text), 8, read};
    for (size_t i = 0; i < 4; i++)
        s.header += (size_t)s.bytes.data[i] << 8 * i;
    assert_int_equal(read(file->text, NULL), LENET5_OK);
    return s;
}

static subject model_subject(void **state)
{
    static lenet5_model model;
    const path file = path_in(*state, "model");
    sample_model(&model);
    assert_int_equal(lenet5_model_save(file.text, &model, NULL), LENET5_OK);
    return subject_of(&file, read_model);
}

static subject checkpoint_subject(void **state)
{
    const path file = path_in(*state, "checkpoint");
    const lenet5_training_options options = {.recipe = "fast", .epochs = 2, .threads = 1, .data_name = "digits"};
    lenet5_training *training;
    assert_int_equal(lenet5_training_new(&training, &options, &digits, NULL, NULL), LENET5_OK);
    assert_int_equal(lenet5_training_step(training, NULL), LENET5_OK);
    assert_int_equal(lenet5_training_step(training, NULL), LENET5_OK);
    assert_int_equal(lenet5_training_save(file.text, training, NULL), LENET5_OK);
    lenet5_training_free(training);
    return subject_of(&file, read_checkpoint);
}

/* Reads the file: success or a complete error. Returns 1 for an error. */
static size_t refusals(const subject *s)
{
    lenet5_error error;
    fill(&error, sizeof error);
    const lenet5_status status = s->read(s->file.text, &error);
    if (status == LENET5_OK)
        return 0;
    assert_reported(status, &error, s->file.text);
    return 1;
}

static void assert_status(const subject *s, lenet5_status wanted)
{
    lenet5_error error;
    fill(&error, sizeof error);
    assert_failure(s->read(s->file.text, &error), wanted, &error, s->file.text);
}

/* The same with one byte changed during the reading. */
static size_t refusals_of_byte(const subject *s, size_t offset, uint8_t flip)
{
    set_byte(s->file.text, offset, s->bytes.data[offset] ^ flip);
    const size_t count = refusals(s);
    set_byte(s->file.text, offset, s->bytes.data[offset]);
    return count;
}

static void try_short_files(subject s, size_t step)
{
    for (size_t size = s.bytes.size; size > s.header;) {
        size -= smaller(size - s.header, s.bytes.size / 10);
        cut_to(s.file.text, size);
        assert_status(&s, LENET5_E_MODEL_TRUNCATED);
    }
    for (size_t size = s.header; size > 0;) {
        size -= size <= 16 ? 1 : smaller(step, size - 16);
        cut_to(s.file.text, size);
        assert_status(&s, LENET5_E_MODEL_TRUNCATED);
    }
    free(s.bytes.data);
}

/* A longer header takes bytes of the data for JSON, a shorter one is truncated, or the data move and their checksum
 * fails. */
static void try_other_lengths(subject s)
{
    for (size_t bit = 0; bit < 64; bit++)
        assert_int_equal(refusals_of_byte(&s, bit / 8, (uint8_t)(1u << bit % 8)), 1);
    free(s.bytes.data);
}

/* A changed free text of the metadata may still be valid: then there is no error. */
static void try_flipped_headers(subject s, size_t step)
{
    size_t refused = 0;
    size_t tried = 0;
    for (size_t offset = 8; offset < s.header; offset += step, tried += 2)
        refused += refusals_of_byte(&s, offset, 1) + refusals_of_byte(&s, offset, 1u << 5);
    free(s.bytes.data);
    assert_in_range(refused, 100, tried);
    assert_in_range(refused, tried / 2, tried);
}

static void try_flipped_data(subject s)
{
    const size_t step = (s.bytes.size - s.header) / 50;
    for (size_t offset = s.header; offset < s.bytes.size; offset += step) {
        set_byte(s.file.text, offset, s.bytes.data[offset] ^ (uint8_t)(1u << offset % 8));
        assert_status(&s, LENET5_E_MODEL_CHECKSUM);
        set_byte(s.file.text, offset, s.bytes.data[offset]);
    }
    free(s.bytes.data);
}

/* Headers with a claimed size of 2^bits, or one less. */
static void try_claimed_headers(subject s)
{
    for (unsigned bits = 0; bits < 64; bits++)
        for (uint64_t less = 0; less < 2; less++) {
            const uint64_t claimed = ((uint64_t)1 << bits) - less;
            for (size_t i = 0; i < 8; i++)
                set_byte(s.file.text, i, (uint8_t)(claimed >> 8 * i));
            assert_int_equal(refusals(&s), 1);
            if (claimed > 1 << 20)
                assert_status(&s, LENET5_E_MODEL_HEADER_SIZE);
        }
    free(s.bytes.data);
}

/* Each digit of a number in the header replaced by a 9. */
static void try_other_digits(subject s)
{
    size_t refused = 0;
    for (size_t offset = 8; offset < s.header; offset++) {
        const uint8_t byte = s.bytes.data[offset];
        if (byte >= '0' && byte < '9')
            refused += refusals_of_byte(&s, offset, byte ^ '9');
    }
    free(s.bytes.data);
    assert_in_range(refused, 100, SIZE_MAX);
}

static void model_cut_short(void **state)
{
    try_short_files(model_subject(state), 1);
}

static void model_with_flipped_length(void **state)
{
    try_other_lengths(model_subject(state));
}

static void model_with_flipped_header(void **state)
{
    try_flipped_headers(model_subject(state), 1);
}

static void model_with_flipped_data(void **state)
{
    try_flipped_data(model_subject(state));
}

static void model_with_huge_header(void **state)
{
    try_claimed_headers(model_subject(state));
}

static void model_with_other_digits(void **state)
{
    try_other_digits(model_subject(state));
}

static void checkpoint_cut_short(void **state)
{
    try_short_files(checkpoint_subject(state), 23);
}

static void checkpoint_with_flipped_length(void **state)
{
    try_other_lengths(checkpoint_subject(state));
}

static void checkpoint_with_flipped_header(void **state)
{
    try_flipped_headers(checkpoint_subject(state), 11);
}

static void checkpoint_with_flipped_data(void **state)
{
    try_flipped_data(checkpoint_subject(state));
}

static void checkpoint_with_huge_header(void **state)
{
    try_claimed_headers(checkpoint_subject(state));
}

/* The data of a checkpoint changed, with a right checksum, as by an attacker: resumed or refused, never a crash. */
static void checkpoint_with_sealed_damage(void **state)
{
    static const uint8_t patterns[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
    static const char *const tensors[] = {"training.counts", "training.order", "training.sums", "training.history",
                                          "training.random"};
    subject s = checkpoint_subject(state);
    model_parts parts = take_apart(s.file.text);
    for (size_t i = 0; i < LENGTH(tensors); i++) {
        const size_t begin = offset_of(&parts, tensors[i], 0);
        const size_t end = offset_of(&parts, tensors[i], 1);
        for (size_t k = begin; k < end && k < begin + 64; k += 4)
            for (size_t p = 0; p < LENGTH(patterns); p++) {
                uint8_t kept[4];
                memcpy(kept, parts.data + k, 4);
                memset(parts.data + k, patterns[p], 4);
                put_together(s.file.text, &parts, false);
                json_object_del(json_object_get(parts.header, "__metadata__"), "sha256");
                refusals(&s);
                memcpy(parts.data + k, kept, 4);
            }
    }
    free_parts(&parts);
    free(s.bytes.data);
}

static int make_digits(void **state)
{
    (void)state;
    digits = synthetic_digits(40, 1);
    return 0;
}

static int free_digits(void **state)
{
    (void)state;
    lenet5_dataset_free(&digits);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(pictures_cut_short),
        TEST_IN_FOLDER(labels_cut_short),
        TEST_IN_FOLDER(pictures_with_a_flipped_header_bit),
        TEST_IN_FOLDER(labels_with_a_flipped_header_bit),
        TEST_IN_FOLDER(sizes_of_every_magnitude),
        TEST_IN_FOLDER(other_files_in_place_of_pictures),
        TEST_IN_FOLDER(gzipped_pictures_with_flipped_bits),
        TEST_IN_FOLDER(model_cut_short),
        TEST_IN_FOLDER(model_with_flipped_length),
        TEST_IN_FOLDER(model_with_flipped_header),
        TEST_IN_FOLDER(model_with_flipped_data),
        TEST_IN_FOLDER(model_with_huge_header),
        TEST_IN_FOLDER(model_with_other_digits),
        TEST_IN_FOLDER(checkpoint_cut_short),
        TEST_IN_FOLDER(checkpoint_with_flipped_length),
        TEST_IN_FOLDER(checkpoint_with_flipped_header),
        TEST_IN_FOLDER(checkpoint_with_flipped_data),
        TEST_IN_FOLDER(checkpoint_with_huge_header),
        TEST_IN_FOLDER(checkpoint_with_sealed_damage),
    };
    return cmocka_run_group_tests(tests, make_digits, free_digits);
}
