/* Data sets: IDX files and their folders. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COUNT = 3, SIDE = 4, PICTURE = SIDE * SIDE, PIXELS = COUNT * PICTURE };
enum {
    IMAGES_HEADER = 16,
    IMAGES_FILE = IMAGES_HEADER + PIXELS,
    LABELS_HEADER = 8,
    LABELS_FILE = LABELS_HEADER + COUNT
};

static const uint8_t sample_labels[COUNT] = {3, 0, 9};

/* The bytes of the sample's files. */
static const uint8_t images_header[IMAGES_HEADER] = {0, 0, 8, 3, 0, 0, 0, COUNT, 0, 0, 0, SIDE, 0, 0, 0, SIDE};
static const uint8_t labels_file[LABELS_FILE] = {0, 0, 8, 1, 0, 0, 0, COUNT, 3, 0, 9};

static void images_file(uint8_t file[IMAGES_FILE])
{
    memcpy(file, images_header, IMAGES_HEADER);
    for (size_t i = 0; i < PIXELS; i++)
        file[IMAGES_HEADER + i] = (uint8_t)(5 * i + 1);
}

static void write_sample(const char *images, const char *labels)
{
    uint8_t file[IMAGES_FILE];
    images_file(file);
    write_bytes(images, file, sizeof file);
    write_bytes(labels, labels_file, sizeof labels_file);
}

static void assert_sample(const lenet5_dataset *set)
{
    uint8_t file[IMAGES_FILE];
    images_file(file);
    assert_int_equal(set->count, COUNT);
    assert_int_equal(set->height, SIDE);
    assert_int_equal(set->width, SIDE);
    assert_memory_equal(set->pixels, file + IMAGES_HEADER, PIXELS);
    assert_memory_equal(set->labels, sample_labels, COUNT);
    assert_int_equal(strlen(set->sha256), 64);
}

/* Reading two files fails with the given status and offset, names the file at fault, and leaves the set untouched. */
static void assert_unreadable(const path *images, const path *labels, lenet5_status wanted, uint64_t offset,
                              const path *named)
{
    lenet5_dataset set;
    lenet5_error error;
    fill(&set, sizeof set);
    fill(&error, sizeof error);
    assert_failure(lenet5_dataset_read(&set, images->text, labels ? labels->text : NULL, &error), wanted, &error,
                   named->text);
    assert_int_equal(error.offset, offset);
    assert_untouched(&set, sizeof set);
    assert_int_equal(lenet5_dataset_read(&set, images->text, labels ? labels->text : NULL, NULL), wanted);
    assert_untouched(&set, sizeof set);
}

/* The same for given bytes of a file of pictures, or of labels. */
static void assert_bad_images(void **state, const uint8_t *bytes, size_t size, lenet5_status wanted, uint64_t offset)
{
    const path images = path_in(*state, "images");
    write_bytes(images.text, bytes, size);
    assert_unreadable(&images, NULL, wanted, offset, &images);
}

static void assert_bad_labels(void **state, const uint8_t *bytes, size_t size, lenet5_status wanted, uint64_t offset)
{
    const path images = path_in(*state, "images");
    const path labels = path_in(*state, "labels");
    write_sample(images.text, labels.text);
    write_bytes(labels.text, bytes, size);
    assert_unreadable(&images, &labels, wanted, offset, &labels);
}

/* The same for valid pictures with one byte changed. */
static void assert_bad_byte(void **state, size_t place, uint8_t value, lenet5_status wanted, uint64_t offset)
{
    uint8_t file[IMAGES_FILE];
    images_file(file);
    file[place] = value;
    assert_bad_images(state, file, sizeof file, wanted, offset);
}

/* ---- Valid files ------------------------------------------------------------------------------------------------- */

static void written_set_reads_back(void **state)
{
    const path images = path_in(*state, "images");
    const path labels = path_in(*state, "labels");
    lenet5_dataset set = synthetic_digits(25, 3);
    lenet5_dataset again;
    assert_int_equal(lenet5_dataset_write(images.text, labels.text, &set, NULL), LENET5_OK);
    assert_int_equal(lenet5_dataset_read(&again, images.text, labels.text, NULL), LENET5_OK);
    assert_int_equal(again.count, 25);
    assert_int_equal(again.height, LENET5_PICTURE_SIDE);
    assert_int_equal(again.width, LENET5_PICTURE_SIDE);
    assert_memory_equal(again.pixels, set.pixels, 25 * LENET5_PICTURE_BYTES);
    assert_memory_equal(again.labels, set.labels, 25);
    assert_string_equal(again.sha256, set.sha256);
    assert_int_equal(count_entries(*state), 2);
    lenet5_dataset_free(&set);
    lenet5_dataset_free(&again);
    assert_null(again.pixels);
    lenet5_dataset_free(&again);
}

static void written_bytes_are_those_of_the_format(void **state)
{
    const path images = path_in(*state, "images");
    const path labels = path_in(*state, "labels");
    uint8_t expected[IMAGES_FILE];
    uint8_t label[COUNT];
    images_file(expected);
    memcpy(label, sample_labels, COUNT);
    const lenet5_dataset set = {COUNT, SIDE, SIDE, expected + IMAGES_HEADER, label, ""};
    assert_int_equal(lenet5_dataset_write(images.text, labels.text, &set, NULL), LENET5_OK);
    buffer file = read_bytes(images.text);
    assert_int_equal(file.size, IMAGES_FILE);
    assert_memory_equal(file.data, expected, IMAGES_FILE);
    free(file.data);
    file = read_bytes(labels.text);
    assert_int_equal(file.size, LABELS_FILE);
    assert_memory_equal(file.data, labels_file, LABELS_FILE);
    free(file.data);
}

static void labels_may_be_left_out(void **state)
{
    const path images = path_in(*state, "images");
    write_sample(images.text, path_in(*state, "labels").text);
    lenet5_dataset set;
    assert_int_equal(lenet5_dataset_read(&set, images.text, NULL, NULL), LENET5_OK);
    assert_int_equal(set.count, COUNT);
    assert_null(set.labels);
    lenet5_dataset_free(&set);
}

static void gzipped_files_read_the_same(void **state)
{
    const path images = path_in(*state, "images.gz");
    const path labels = path_in(*state, "labels.gz");
    uint8_t file[IMAGES_FILE];
    images_file(file);
    write_gzipped(images.text, file, sizeof file);
    write_gzipped(labels.text, labels_file, sizeof labels_file);
    lenet5_dataset set;
    assert_int_equal(lenet5_dataset_read(&set, images.text, labels.text, NULL), LENET5_OK);
    assert_sample(&set);
    lenet5_dataset_free(&set);
}

static void slice_shares_the_memory(void **state)
{
    (void)state;
    lenet5_dataset set = synthetic_digits(10, 1);
    const lenet5_dataset slice = lenet5_dataset_slice(&set, 4, 3);
    assert_int_equal(slice.count, 3);
    assert_ptr_equal(lenet5_dataset_picture(&slice, 0), lenet5_dataset_picture(&set, 4));
    assert_ptr_equal(slice.labels, set.labels + 4);
    assert_string_equal(slice.sha256, "");
    lenet5_dataset_free(&set);
}

/* ---- Folders ----------------------------------------------------------------------------------------------------- */

static void make_subfolder(const char *folder, const char *subfolder)
{
    for (const char *end = strchr(subfolder, '/'); end; end = strchr(end + 1, '/')) {
        path above = path_in(folder, subfolder);
        above.text[strlen(folder) + 1 + (size_t)(end - subfolder)] = '\0';
        mkdir(above.text, 0777);
    }
    mkdir(path_in(folder, subfolder).text, 0777);
}

static void assert_loads(const char *folder, lenet5_part part)
{
    lenet5_dataset set;
    assert_int_equal(lenet5_dataset_load(&set, folder, part, NULL), LENET5_OK);
    assert_sample(&set);
    lenet5_dataset_free(&set);
}

/* Finds one part of a set, under the given names, in its own folder. */
static void assert_finds(void **state, const char *subfolder, const char *images, const char *labels, lenet5_part part)
{
    const path folder = path_in(*state, "set");
    make_subfolder(*state, "set");
    make_subfolder(folder.text, subfolder);
    const path inside = path_in(folder.text, subfolder);
    const path image_path = path_in(inside.text, images);
    const path label_path = path_in(inside.text, labels);
    write_sample(image_path.text, label_path.text);
    assert_loads(folder.text, part);
    remove(image_path.text);
    remove(label_path.text);
}

static void both_spellings_are_found_in_every_subfolder(void **state)
{
    static const char *const subfolders[] = {".", "MNIST/raw", "raw", "FashionMNIST/raw"};
    for (size_t i = 0; i < LENGTH(subfolders); i++) {
        assert_finds(state, subfolders[i], "train-images-idx3-ubyte", "train-labels-idx1-ubyte", LENET5_TRAIN);
        assert_finds(state, subfolders[i], "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", LENET5_TEST);
        assert_finds(state, subfolders[i], "train-images.idx3-ubyte", "train-labels.idx1-ubyte", LENET5_TRAIN);
        assert_finds(state, subfolders[i], "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte", LENET5_TEST);
    }
}

static void gzipped_files_are_found(void **state)
{
    uint8_t file[IMAGES_FILE];
    images_file(file);
    write_gzipped(path_in(*state, "t10k-images-idx3-ubyte.gz").text, file, sizeof file);
    write_gzipped(path_in(*state, "t10k-labels-idx1-ubyte.gz").text, labels_file, sizeof labels_file);
    assert_loads(*state, LENET5_TEST);
}

static void plain_pictures_go_with_gzipped_labels(void **state)
{
    write_sample(path_in(*state, "train-images.idx3-ubyte").text, path_in(*state, "labels").text);
    write_gzipped(path_in(*state, "train-labels.idx1-ubyte.gz").text, labels_file, sizeof labels_file);
    assert_loads(*state, LENET5_TRAIN);
}

/* The sample with rows and columns exchanged. */
static void transposed_file(uint8_t stored[IMAGES_FILE])
{
    uint8_t upright[IMAGES_FILE];
    images_file(upright);
    memcpy(stored, upright, sizeof upright);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t row = 0; row < SIDE; row++)
            for (size_t column = 0; column < SIDE; column++)
                stored[IMAGES_HEADER + i * PICTURE + column * SIDE + row] =
                    upright[IMAGES_HEADER + i * PICTURE + row * SIDE + column];
}

static void emnist_is_transposed(void **state)
{
    static const char *const splits[] = {"digits", "mnist", "byclass", "bymerge", "balanced"};
    uint8_t stored[IMAGES_FILE];
    transposed_file(stored);
    for (size_t i = 0; i < LENGTH(splits); i++) {
        char name[64];
        snprintf(name, sizeof name, "emnist-%s-test-images-idx3-ubyte", splits[i]);
        const path images = path_in(*state, name);
        snprintf(name, sizeof name, "emnist-%s-test-labels-idx1-ubyte", splits[i]);
        const path labels = path_in(*state, name);
        write_bytes(images.text, stored, sizeof stored);
        write_bytes(labels.text, labels_file, sizeof labels_file);
        assert_loads(*state, LENET5_TEST);
        remove(images.text);
        remove(labels.text);
    }
}

static void letters_of_emnist_are_left_out(void **state)
{
    uint8_t stored[IMAGES_FILE], upright[IMAGES_FILE], labels[LABELS_FILE];
    const path image_path = path_in(*state, "emnist-byclass-train-images-idx3-ubyte");
    const path label_path = path_in(*state, "emnist-byclass-train-labels-idx1-ubyte");
    transposed_file(stored);
    images_file(upright);
    memcpy(labels, labels_file, sizeof labels);
    labels[LABELS_HEADER] = 61; /* z */
    write_bytes(image_path.text, stored, sizeof stored);
    write_bytes(label_path.text, labels, sizeof labels);
    lenet5_dataset set;
    assert_int_equal(lenet5_dataset_load(&set, *state, LENET5_TRAIN, NULL), LENET5_OK);
    assert_int_equal(set.count, COUNT - 1);
    assert_memory_equal(set.labels, sample_labels + 1, COUNT - 1);
    assert_memory_equal(set.pixels, upright + IMAGES_HEADER + PICTURE, (COUNT - 1) * PICTURE);
    lenet5_dataset_free(&set);

    /* As single files: the same pictures, as they are stored. */
    assert_int_equal(lenet5_dataset_read(&set, image_path.text, label_path.text, NULL), LENET5_OK);
    assert_int_equal(set.count, COUNT - 1);
    assert_memory_equal(set.pixels, stored + IMAGES_HEADER + PICTURE, (COUNT - 1) * PICTURE);
    lenet5_dataset_free(&set);

    set_byte(label_path.text, LABELS_HEADER, 62);
    assert_unreadable(&image_path, &label_path, LENET5_E_IDX_LABEL, LABELS_HEADER, &label_path);
    for (size_t i = 0; i < COUNT; i++)
        set_byte(label_path.text, LABELS_HEADER + i, 10);
    assert_unreadable(&image_path, &label_path, LENET5_E_IDX_LABEL, LENET5_NO_OFFSET, &label_path);
}

/* A folder with the name of a set's file is none. */
static void folder_is_no_set(void **state)
{
    mkdir(path_in(*state, "usps").text, 0777);
    write_sample(path_in(*state, "emnist-mnist-train-images-idx3-ubyte").text,
                 path_in(*state, "emnist-mnist-train-labels-idx1-ubyte").text);
    lenet5_dataset set;
    assert_int_equal(lenet5_dataset_load(&set, *state, LENET5_TRAIN, NULL), LENET5_OK);
    lenet5_dataset_free(&set);
}

static void sum_is_that_of_the_transposed_pictures(void **state)
{
    write_sample(path_in(*state, "emnist-digits-train-images-idx3-ubyte").text,
                 path_in(*state, "emnist-digits-train-labels-idx1-ubyte").text);
    lenet5_dataset turned;
    assert_int_equal(lenet5_dataset_load(&turned, *state, LENET5_TRAIN, NULL), LENET5_OK);
    const path images = path_in(*state, "images");
    const path labels = path_in(*state, "labels");
    assert_int_equal(lenet5_dataset_write(images.text, labels.text, &turned, NULL), LENET5_OK);
    lenet5_dataset again;
    assert_int_equal(lenet5_dataset_read(&again, images.text, labels.text, NULL), LENET5_OK);
    assert_string_equal(again.sha256, turned.sha256);
    lenet5_dataset_free(&turned);
    lenet5_dataset_free(&again);
}

/* Eight integers a picture; the first is the class. */
static size_t qmnist_labels(uint8_t file[12 + COUNT * 32])
{
    static const uint8_t header[12] = {0, 0, 0x0C, 2, 0, 0, 0, COUNT, 0, 0, 0, 8};
    memcpy(file, header, sizeof header);
    for (size_t i = 0; i < (size_t)COUNT * 8; i++) {
        const uint8_t number[4] = {(uint8_t)(i % 8 ? 0x7F : 0), 0, 0, i % 8 ? (uint8_t)i : sample_labels[i / 8]};
        memcpy(file + sizeof header + 4 * i, number, sizeof number);
    }
    return 12 + COUNT * 32;
}

static void qmnist_labels_are_integers(void **state)
{
    uint8_t labels[12 + COUNT * 32];
    const size_t size = qmnist_labels(labels);
    write_sample(path_in(*state, "qmnist-train-images-idx3-ubyte").text, path_in(*state, "unused").text);
    write_bytes(path_in(*state, "qmnist-train-labels-idx2-int").text, labels, size);
    assert_loads(*state, LENET5_TRAIN);
}

/* ---- One test for each status ------------------------------------------------------------------------------------ */

static void missing_file_cannot_be_opened(void **state)
{
    const path images = path_in(*state, "images");
    const path labels = path_in(*state, "labels");
    const path nowhere = path_in(*state, "nowhere");
    write_sample(images.text, labels.text);
    assert_unreadable(&nowhere, &labels, LENET5_E_OPEN, LENET5_NO_OFFSET, &nowhere);
    assert_unreadable(&images, &nowhere, LENET5_E_OPEN, LENET5_NO_OFFSET, &nowhere);
}

static void folder_cannot_be_read(void **state)
{
    const path folder = path_in(*state, ".");
    assert_unreadable(&folder, NULL, LENET5_E_READ, 0, &folder);
}

static void other_magic_is_an_error(void **state)
{
    assert_bad_byte(state, 0, 1, LENET5_E_IDX_MAGIC, 0);
    assert_bad_byte(state, 1, 0x80, LENET5_E_IDX_MAGIC, 0);
}

static void other_type_is_an_error(void **state)
{
    assert_bad_byte(state, 2, 0x0D, LENET5_E_IDX_TYPE, 2);
    assert_bad_byte(state, 2, 0, LENET5_E_IDX_TYPE, 2);
    assert_bad_byte(state, 2, 0x0C, LENET5_E_IDX_TYPE, 2);
}

static void other_number_of_dimensions_is_an_error(void **state)
{
    assert_bad_byte(state, 3, 0, LENET5_E_IDX_DIMENSIONS, 3);
    assert_bad_byte(state, 3, 2, LENET5_E_IDX_DIMENSIONS, 3);
    assert_bad_byte(state, 3, 4, LENET5_E_IDX_DIMENSIONS, 3);
    assert_bad_byte(state, 3, 255, LENET5_E_IDX_DIMENSIONS, 3);
    assert_bad_images(state, labels_file, sizeof labels_file, LENET5_E_IDX_DIMENSIONS, 3);
}

static void pictures_are_no_labels(void **state)
{
    uint8_t file[IMAGES_FILE];
    images_file(file);
    assert_bad_labels(state, file, sizeof file, LENET5_E_IDX_DIMENSIONS, 2);
}

static void size_zero_is_an_error(void **state)
{
    assert_bad_byte(state, 7, 0, LENET5_E_IDX_DIMENSIONS, 4);
    assert_bad_byte(state, 11, 0, LENET5_E_IDX_DIMENSIONS, 8);
    assert_bad_byte(state, 15, 0, LENET5_E_IDX_DIMENSIONS, 12);
}

static void excessive_size_is_an_error(void **state)
{
    static const uint8_t too_much[] = {0, 0, 8, 3, 0, 0x98, 0x96, 0x80, 0, 0, 4, 0, 0, 0, 4, 0}; /* 9.5 TiB */
    assert_bad_byte(state, 4, 255, LENET5_E_IDX_DIMENSIONS, 4);
    assert_bad_byte(state, 10, 5, LENET5_E_IDX_DIMENSIONS, 8);
    assert_bad_byte(state, 12, 1, LENET5_E_IDX_DIMENSIONS, 12);
    assert_bad_images(state, too_much, sizeof too_much, LENET5_E_IDX_DIMENSIONS, 4);
    static const uint8_t rows[] = {0, 0, 12, 2, 0, 0x98, 0x96, 0x80, 0, 0, 4, 0}; /* labels of 38 GiB */
    assert_bad_labels(state, rows, sizeof rows, LENET5_E_IDX_DIMENSIONS, 4);
}

/* The header claims 10,000,000 pictures of 20x20, 4 GB; the file has 4 bytes of them. */
static void header_claims_are_not_trusted(void **state)
{
    static const uint8_t file[] = {0, 0, 8, 3, 0, 0x98, 0x96, 0x80, 0, 0, 0, 20, 0, 0, 0, 20, 1, 2, 3, 4};
    assert_bad_images(state, file, sizeof file, LENET5_E_IDX_TRUNCATED, sizeof file);
}

static void truncated_files_are_errors(void **state)
{
    uint8_t file[IMAGES_FILE];
    images_file(file);
    assert_bad_images(state, file, 0, LENET5_E_IDX_TRUNCATED, 0);
    assert_bad_images(state, file, 3, LENET5_E_IDX_TRUNCATED, 3);
    assert_bad_images(state, file, 10, LENET5_E_IDX_TRUNCATED, 10);
    assert_bad_images(state, file, IMAGES_FILE - 1, LENET5_E_IDX_TRUNCATED, IMAGES_FILE - 1);
    assert_bad_labels(state, labels_file, 9, LENET5_E_IDX_TRUNCATED, 9);
}

static void trailing_bytes_are_errors(void **state)
{
    uint8_t file[IMAGES_FILE + 1] = {0};
    images_file(file);
    assert_bad_images(state, file, sizeof file, LENET5_E_IDX_TRAILING, IMAGES_FILE);
    uint8_t labels[LABELS_FILE + 1] = {0};
    memcpy(labels, labels_file, LABELS_FILE);
    assert_bad_labels(state, labels, sizeof labels, LENET5_E_IDX_TRAILING, LABELS_FILE);
}

static void label_above_nine_is_an_error(void **state)
{
    uint8_t file[LABELS_FILE];
    memcpy(file, labels_file, sizeof file);
    file[LABELS_HEADER + 1] = 10;
    assert_bad_labels(state, file, sizeof file, LENET5_E_IDX_LABEL, LABELS_HEADER + 1);
}

static void integer_label_above_nine_is_an_error(void **state)
{
    uint8_t file[12 + COUNT * 32];
    const size_t size = qmnist_labels(file);
    file[12 + 32] = 1;
    assert_bad_labels(state, file, size, LENET5_E_IDX_LABEL, 12 + 32);
}

static void other_number_of_labels_is_an_error(void **state)
{
    static const uint8_t file[] = {0, 0, 8, 1, 0, 0, 0, 2, 3, 0};
    assert_bad_labels(state, file, sizeof file, LENET5_E_IDX_COUNT, 4);
}

static void assert_no_set(void **state, lenet5_part part, const char *named)
{
    lenet5_dataset set;
    lenet5_error error;
    fill(&set, sizeof set);
    fill(&error, sizeof error);
    assert_failure(lenet5_dataset_load(&set, *state, part, &error), LENET5_E_DATA_MISSING, &error, named);
    assert_int_equal(error.offset, LENET5_NO_OFFSET);
    assert_untouched(&set, sizeof set);
}

static void folder_without_a_set_is_an_error(void **state)
{
    assert_no_set(state, LENET5_TRAIN, *state);
    assert_no_set(state, LENET5_TEST, *state);
}

static void pictures_without_their_labels_are_an_error(void **state)
{
    const path images = path_in(*state, "train-images-idx3-ubyte");
    write_sample(images.text, path_in(*state, "elsewhere").text);
    assert_no_set(state, LENET5_TRAIN, images.text);
    assert_no_set(state, LENET5_TEST, *state);
}

static void unreadable_set_in_a_folder_is_an_error(void **state)
{
    const path images = path_in(*state, "emnist-digits-train-images-idx3-ubyte");
    const path labels = path_in(*state, "emnist-digits-train-labels-idx1-ubyte");
    write_sample(images.text, labels.text);
    set_byte(labels.text, LABELS_HEADER, 77);
    lenet5_dataset set;
    lenet5_error error;
    fill(&set, sizeof set);
    assert_failure(lenet5_dataset_load(&set, *state, LENET5_TRAIN, &error), LENET5_E_IDX_LABEL, &error, labels.text);
    assert_untouched(&set, sizeof set);
}

/* Writes the sample gzipped with one byte changed, counted from the end if negative. */
static path damaged_gzip(void **state, int place, uint8_t flip)
{
    const path images = path_in(*state, "images.gz");
    uint8_t file[IMAGES_FILE];
    images_file(file);
    write_gzipped(images.text, file, sizeof file);
    const buffer packed = read_bytes(images.text);
    const size_t offset = place < 0 ? packed.size - (size_t)-place : (size_t)place;
    packed.data[offset] ^= flip;
    write_bytes(images.text, packed.data, packed.size);
    free(packed.data);
    return images;
}

static void wrong_check_sum_of_gzip_is_an_error(void **state)
{
    const path images = damaged_gzip(state, -8, 1);
    lenet5_dataset set;
    lenet5_error error;
    fill(&set, sizeof set);
    assert_failure(lenet5_dataset_read(&set, images.text, NULL, &error), LENET5_E_READ, &error, images.text);
    assert_untouched(&set, sizeof set);
}

static void wrong_length_of_gzip_is_an_error(void **state)
{
    const path images = damaged_gzip(state, -4, 1);
    lenet5_dataset set;
    lenet5_error error;
    fill(&set, sizeof set);
    assert_failure(lenet5_dataset_read(&set, images.text, NULL, &error), LENET5_E_READ, &error, images.text);
    assert_untouched(&set, sizeof set);
}

/* Both bits of the first block's type are set, which is no valid type. */
static void damaged_deflate_stream_is_an_error(void **state)
{
    const path images = damaged_gzip(state, 10, 0);
    const buffer packed = read_bytes(images.text);
    set_byte(images.text, 10, packed.data[10] | 6);
    free(packed.data);
    assert_unreadable(&images, NULL, LENET5_E_READ, 0, &images);
}

static void truncated_gzip_is_an_error(void **state)
{
    const path images = damaged_gzip(state, 0, 0);
    const buffer packed = read_bytes(images.text);
    for (size_t size = 0; size < packed.size; size++) {
        write_bytes(images.text, packed.data, size);
        lenet5_dataset set;
        fill(&set, sizeof set);
        assert_true(lenet5_dataset_read(&set, images.text, NULL, NULL) < 0);
        assert_untouched(&set, sizeof set);
    }
    free(packed.data);
}

/* ---- Failing writes ---------------------------------------------------------------------------------------------- */

static void assert_unwritable(const char *images, const char *labels, const char *named)
{
    lenet5_dataset set = synthetic_digits(2, 1);
    lenet5_error error;
    fill(&error, sizeof error);
    assert_failure(lenet5_dataset_write(images, labels, &set, &error), LENET5_E_WRITE, &error, named);
    lenet5_dataset_free(&set);
}

static void missing_folder_cannot_be_written_to(void **state)
{
    const path images = path_in(*state, "nowhere/images");
    assert_unwritable(images.text, path_in(*state, "labels").text, images.text);
    assert_int_equal(count_entries(*state), 0);
}

static void folder_cannot_be_overwritten(void **state)
{
    const path images = path_in(*state, "images");
    make_subfolder(*state, "images");
    assert_unwritable(images.text, path_in(*state, "labels").text, images.text);
    assert_int_equal(count_entries(*state), 1);
    assert_int_equal(count_entries(images.text), 0);
}

static void unwritable_labels_are_an_error(void **state)
{
    const path labels = path_in(*state, "nowhere/labels");
    assert_unwritable(path_in(*state, "images").text, labels.text, labels.text);
    assert_true(count_entries(*state) <= 1);
}

static void full_device_is_an_error(void **state)
{
    if (access("/dev/full", W_OK) != 0) {
        print_message("skipped: there is no /dev/full\n");
        skip();
    }
    assert_unwritable("/dev/full", path_in(*state, "labels").text, "/dev/full");
    assert_int_equal(count_entries(*state), 0);
}

/* ---- Real sets, if present ------------------------------------------------------------------------------------ */

static void assert_mnist_shape(lenet5_dataset *set, const char *folder, lenet5_part part, size_t count)
{
    lenet5_error error = {0};
    if (lenet5_dataset_load(set, folder, part, &error) != LENET5_OK)
        fail_msg("%s", error.message);
    assert_int_equal(set->count, count);
    assert_int_equal(set->height, LENET5_PICTURE_SIDE);
    assert_int_equal(set->width, LENET5_PICTURE_SIDE);
}

static void assert_class_counts(const lenet5_dataset *set, const size_t expected[LENET5_CLASSES])
{
    size_t counts[LENET5_CLASSES] = {0};
    for (size_t i = 0; i < set->count; i++)
        counts[set->labels[i]]++;
    assert_memory_equal(counts, expected, sizeof counts);
}

static void mnist_is_whole(void **state)
{
    (void)state;
    static const size_t in_training[] = {5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949};
    static const size_t in_test[] = {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009};
    const char *folder = getenv("LENET5_DATA");
    lenet5_dataset set;
    if (!folder || lenet5_dataset_load(&set, folder, LENET5_TEST, NULL) != LENET5_OK) {
        print_message("skipped: LENET5_DATA names no folder with MNIST\n");
        skip();
    }
    lenet5_dataset_free(&set);
    assert_mnist_shape(&set, folder, LENET5_TRAIN, 60000);
    assert_class_counts(&set, in_training);
    lenet5_dataset_free(&set);
    assert_mnist_shape(&set, folder, LENET5_TEST, 10000);
    assert_class_counts(&set, in_test);
    lenet5_dataset_free(&set);
}

static void fashion_mnist_is_whole(void **state)
{
    (void)state;
    static const char folder[] = "/usr/share/datasets/fashion-mnist";
    static const size_t in_training[] = {6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000};
    static const size_t in_test[] = {1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000};
    if (access(folder, F_OK) != 0) {
        print_message("skipped: there is no %s\n", folder);
        skip();
    }
    lenet5_dataset set;
    assert_mnist_shape(&set, folder, LENET5_TRAIN, 60000);
    assert_class_counts(&set, in_training);
    lenet5_dataset_free(&set);
    assert_mnist_shape(&set, folder, LENET5_TEST, 10000);
    assert_class_counts(&set, in_test);
    lenet5_dataset_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(written_set_reads_back),
        TEST_IN_FOLDER(written_bytes_are_those_of_the_format),
        TEST_IN_FOLDER(labels_may_be_left_out),
        TEST_IN_FOLDER(gzipped_files_read_the_same),
        cmocka_unit_test(slice_shares_the_memory),
        TEST_IN_FOLDER(both_spellings_are_found_in_every_subfolder),
        TEST_IN_FOLDER(gzipped_files_are_found),
        TEST_IN_FOLDER(plain_pictures_go_with_gzipped_labels),
        TEST_IN_FOLDER(emnist_is_transposed),
        TEST_IN_FOLDER(letters_of_emnist_are_left_out),
        TEST_IN_FOLDER(folder_is_no_set),
        TEST_IN_FOLDER(sum_is_that_of_the_transposed_pictures),
        TEST_IN_FOLDER(qmnist_labels_are_integers),
        TEST_IN_FOLDER(missing_file_cannot_be_opened),
        TEST_IN_FOLDER(folder_cannot_be_read),
        TEST_IN_FOLDER(other_magic_is_an_error),
        TEST_IN_FOLDER(other_type_is_an_error),
        TEST_IN_FOLDER(other_number_of_dimensions_is_an_error),
        TEST_IN_FOLDER(pictures_are_no_labels),
        TEST_IN_FOLDER(size_zero_is_an_error),
        TEST_IN_FOLDER(excessive_size_is_an_error),
        TEST_IN_FOLDER(header_claims_are_not_trusted),
        TEST_IN_FOLDER(truncated_files_are_errors),
        TEST_IN_FOLDER(trailing_bytes_are_errors),
        TEST_IN_FOLDER(label_above_nine_is_an_error),
        TEST_IN_FOLDER(integer_label_above_nine_is_an_error),
        TEST_IN_FOLDER(other_number_of_labels_is_an_error),
        TEST_IN_FOLDER(folder_without_a_set_is_an_error),
        TEST_IN_FOLDER(pictures_without_their_labels_are_an_error),
        TEST_IN_FOLDER(unreadable_set_in_a_folder_is_an_error),
        TEST_IN_FOLDER(wrong_check_sum_of_gzip_is_an_error),
        TEST_IN_FOLDER(wrong_length_of_gzip_is_an_error),
        TEST_IN_FOLDER(damaged_deflate_stream_is_an_error),
        TEST_IN_FOLDER(truncated_gzip_is_an_error),
        TEST_IN_FOLDER(missing_folder_cannot_be_written_to),
        TEST_IN_FOLDER(folder_cannot_be_overwritten),
        TEST_IN_FOLDER(unwritable_labels_are_an_error),
        TEST_IN_FOLDER(full_device_is_an_error),
        cmocka_unit_test(mnist_is_whole),
        cmocka_unit_test(fashion_mnist_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
