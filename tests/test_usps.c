/* The text files of USPS, in both forms. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 3, PIXELS = 256, LINE = 8192 };

static const uint8_t sample_labels[COUNT] = {6, 0, 9};

/* The grey level of a pixel of the sample. */
static uint8_t level(size_t picture, size_t pixel)
{
    return (uint8_t)(picture * 100 + pixel * 3);
}

/* Writes the values of a picture of the sample, with indices or without. Returns their length. */
static size_t put_values(char *text, size_t picture, bool indexed)
{
    size_t length = 0;
    for (size_t i = 0; i < PIXELS; i++) {
        const double value = level(picture, i) / 127.5 - 1;
        length += (size_t)(indexed ? sprintf(text + length, " %zu:%g", i + 1, value)
                                   : sprintf(text + length, " %.4f", value));
    }
    return length;
}

typedef struct text_file {
    char text[COUNT * LINE];
    size_t size;
} text_file;

static text_file sample(bool indexed)
{
    text_file file = {.size = 0};
    for (size_t i = 0; i < COUNT; i++) {
        char *line = file.text + file.size;
        const int label = sample_labels[i];
        size_t length = (size_t)(indexed ? sprintf(line, "%d", label + 1) : sprintf(line, "%d.0000", label));
        length += put_values(line + length, i, indexed);
        file.size += length + (size_t)sprintf(line + length, " \n");
    }
    return file;
}

static void assert_sample(const lenet5_dataset *set)
{
    assert_int_equal(set->count, COUNT);
    assert_int_equal(set->height, 16);
    assert_int_equal(set->width, 16);
    assert_memory_equal(set->labels, sample_labels, COUNT);
    for (size_t i = 0; i < COUNT * PIXELS; i++)
        assert_int_equal(set->pixels[i], level(i / PIXELS, i % PIXELS));
    assert_int_equal(strlen(set->sha256), 64);
}

/* Reading a file fails with that status, at that line and byte, and leaves the set untouched. */
static void assert_unreadable(const char *file, lenet5_status wanted, const char *place, uint64_t offset)
{
    lenet5_dataset set;
    lenet5_error error;
    fill(&set, sizeof set);
    fill(&error, sizeof error);
    assert_failure(lenet5_dataset_read(&set, file, NULL, &error), wanted, &error, file);
    assert_non_null(strstr(error.message, place));
    assert_int_equal(error.offset, offset);
    assert_untouched(&set, sizeof set);
}

/* The same for a file of one line. */
static void assert_bad_line(void **state, const char *line, lenet5_status wanted, const char *reason)
{
    const path file = path_in(*state, "zip.test");
    write_bytes(file.text, line, strlen(line));
    assert_unreadable(file.text, wanted, reason, 0);
}

/* ---- Valid files ------------------------------------------------------------------------------------------------- */

static void both_forms_read_the_same(void **state)
{
    for (int indexed = 0; indexed < 2; indexed++) {
        const text_file text = sample(indexed);
        const path file = path_in(*state, "digits");
        lenet5_dataset set;
        write_bytes(file.text, text.text, text.size);
        assert_int_equal(lenet5_dataset_read(&set, file.text, NULL, NULL), LENET5_OK);
        assert_sample(&set);
        lenet5_dataset_free(&set);
    }
}

static void last_line_needs_no_end(void **state)
{
    const text_file text = sample(false);
    const path file = path_in(*state, "digits");
    lenet5_dataset set;
    write_bytes(file.text, text.text, text.size - 2);
    assert_int_equal(lenet5_dataset_read(&set, file.text, NULL, NULL), LENET5_OK);
    assert_sample(&set);
    lenet5_dataset_free(&set);
}

static void numbers_have_every_form(void **state)
{
    static const char *const numbers[] = {"-1", "+1",      "1e0",  "10E-1",  "-.5",
                                          "0.", "-0.0000", "5e-1", "1e-400", "0e999"};
    static const uint8_t levels[] = {0, 255, 255, 255, 64, 128, 128, 191, 128, 128};
    char line[LINE] = "7";
    const path file = path_in(*state, "digits");
    for (size_t i = 0; i < PIXELS; i++)
        snprintf(line + strlen(line), sizeof line - strlen(line), "\t%s", numbers[i % LENGTH(numbers)]);
    strcat(line, "\r\n");
    write_bytes(file.text, line, strlen(line));
    lenet5_dataset set;
    assert_int_equal(lenet5_dataset_read(&set, file.text, NULL, NULL), LENET5_OK);
    for (size_t i = 0; i < PIXELS; i++)
        assert_int_equal(set.pixels[i], levels[i % LENGTH(levels)]);
    lenet5_dataset_free(&set);
}

static void every_name_is_found(void **state)
{
    static const char *const names[][2] = {{"zip.train.gz", "zip.test.gz"}, {"usps", "usps.t"}};
    for (size_t i = 0; i < LENGTH(names); i++)
        for (int part = 0; part < 2; part++) {
            const text_file text = sample(i == 1);
            const path file = path_in(*state, names[i][part]);
            lenet5_dataset set;
            if (i == 0)
                write_gzipped(file.text, text.text, text.size);
            else
                write_bytes(file.text, text.text, text.size);
            assert_int_equal(lenet5_dataset_load(&set, *state, (lenet5_part)part, NULL), LENET5_OK);
            assert_sample(&set);
            lenet5_dataset_free(&set);
            remove(file.text);
        }
}

/* ---- Errors ------------------------------------------------------------------------------------------------------ */

static void file_of_labels_is_an_error(void **state)
{
    const text_file text = sample(false);
    const path file = path_in(*state, "digits");
    lenet5_dataset set;
    lenet5_error error;
    fill(&set, sizeof set);
    write_bytes(file.text, text.text, text.size);
    assert_failure(lenet5_dataset_read(&set, file.text, file.text, &error), LENET5_E_ARGUMENT, &error, file.text);
    assert_untouched(&set, sizeof set);
}

static void bad_lines_are_errors(void **state)
{
    char line[LINE];
    assert_bad_line(state, "10 0 0\n", LENET5_E_IDX_LABEL, "line 1: the label is 10; it must be 0 to 9");
    assert_bad_line(state, "0 1:0\n", LENET5_E_IDX_LABEL, "the label is 0; it must be 1 to 10");
    assert_bad_line(state, "2.5 0 0\n", LENET5_E_IDX_LABEL, "the label is 2.5");
    assert_bad_line(state, "1e99 0 0\n", LENET5_E_IDX_LABEL, "the label is 1e+99");
    assert_bad_line(state, "3 0 0.5\n", LENET5_E_DATA_TEXT, "ends after 2 of 256 values");
    assert_bad_line(state, "3 0 1.01\n", LENET5_E_DATA_TEXT, "value 2 is 1.01");
    assert_bad_line(state, "3 -1 nan\n", LENET5_E_DATA_TEXT, "value 2 is no number");
    assert_bad_line(state, "3 -1 1e\n", LENET5_E_DATA_TEXT, "value 2 is no number");
    assert_bad_line(state, "3 -1 0,5\n", LENET5_E_DATA_TEXT, "value 2 is no number");
    assert_bad_line(state, "3 -1 .\n", LENET5_E_DATA_TEXT, "value 2 is no number");
    assert_bad_line(state, "3 1:0 3:0\n", LENET5_E_DATA_TEXT, "value 2 does not begin with its index, 2:");
    assert_bad_line(state, "3 1:0 0\n", LENET5_E_DATA_TEXT, "value 2 does not begin with its index, 2:");
    const size_t length = (size_t)sprintf(line, "3");
    strcpy(line + length + put_values(line + length, 0, false), " 0.5\n");
    assert_bad_line(state, line, LENET5_E_DATA_TEXT, "goes on after 256 values");
}

/* The third line is damaged: the message and the offset name it. */
static void place_is_that_of_the_line(void **state)
{
    text_file text = sample(false);
    const path file = path_in(*state, "zip.train");
    size_t begin = text.size - 1;
    while (text.text[begin - 1] != '\n')
        begin--;
    text.text[begin + 8] = 'x';
    write_bytes(file.text, text.text, text.size);
    assert_unreadable(file.text, LENET5_E_DATA_TEXT, "line 3: value 1 is no number", begin);
}

static void long_lines_and_zero_bytes_are_errors(void **state)
{
    static char line[20000];
    const path file = path_in(*state, "zip.test");
    memset(line, '1', sizeof line);
    write_bytes(file.text, line, sizeof line);
    assert_unreadable(file.text, LENET5_E_DATA_TEXT, "line 1: has a zero byte or more than 16384 bytes", 0);
    text_file text = sample(false);
    text.text[5] = '\0';
    write_bytes(file.text, text.text, text.size);
    assert_unreadable(file.text, LENET5_E_DATA_TEXT, "line 1:", 0);
}

static void excess_of_lines_is_an_error(void **state)
{
    enum { EXCESS = 100001 };
    static char line[2 * (PIXELS + 1)];
    const path file = path_in(*state, "zip.test");
    for (size_t i = 0; i <= PIXELS; i++)
        memcpy(line + 2 * i, i < PIXELS ? "0 " : "0\n", 2);
    char *all = malloc(EXCESS * sizeof line);
    assert_non_null(all);
    for (size_t i = 0; i < EXCESS; i++)
        memcpy(all + i * sizeof line, line, sizeof line);
    write_bytes(file.text, all, EXCESS * sizeof line);
    free(all);
    assert_unreadable(file.text, LENET5_E_DATA_TEXT, "more than 100000 lines", 100000 * sizeof line);
}

static void truncated_gzip_is_an_error(void **state)
{
    const text_file text = sample(false);
    const path file = path_in(*state, "zip.test.gz");
    write_gzipped(file.text, text.text, text.size);
    buffer packed = read_bytes(file.text);
    write_bytes(file.text, packed.data, packed.size - 6);
    free(packed.data);
    lenet5_dataset set;
    lenet5_error error;
    assert_failure(lenet5_dataset_read(&set, file.text, NULL, &error), LENET5_E_READ, &error, file.text);
}

static void bzip2_has_to_be_unpacked(void **state)
{
    const path file = path_in(*state, "usps.t.bz2");
    lenet5_dataset set;
    lenet5_error error;
    write_bytes(file.text, "BZh91AY&SY", 10);
    assert_failure(lenet5_dataset_load(&set, *state, LENET5_TEST, &error), LENET5_E_IDX_MAGIC, &error, file.text);
    assert_non_null(strstr(error.message, "bunzip2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(both_forms_read_the_same),    TEST_IN_FOLDER(last_line_needs_no_end),
        TEST_IN_FOLDER(numbers_have_every_form),     TEST_IN_FOLDER(every_name_is_found),
        TEST_IN_FOLDER(file_of_labels_is_an_error),  TEST_IN_FOLDER(bad_lines_are_errors),
        TEST_IN_FOLDER(place_is_that_of_the_line),   TEST_IN_FOLDER(long_lines_and_zero_bytes_are_errors),
        TEST_IN_FOLDER(excess_of_lines_is_an_error), TEST_IN_FOLDER(truncated_gzip_is_an_error),
        TEST_IN_FOLDER(bzip2_has_to_be_unpacked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
