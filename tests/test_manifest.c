/* Manifests of parts: names of files, runs of inputs, and lines, whole and broken. */
#include "manifest.h"
#include "unit.h"

#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* ---- Names ------------------------------------------------------------------------------------------------------- */

static void names_sort_by_number(void **state)
{
    (void)state;
    char path[PART_PATH_SIZE], before[PART_PATH_SIZE] = "";
    for (uint64_t part = 1; part <= 1000; part++) {
        uint64_t found, parts;
        part_path(path, "folder", part, 1000, MANIFEST_ENDING);
        assert_true(strcmp(before, path) < 0);
        strcpy(before, path);
        assert_true(parse_manifest_name(&found, &parts, path + strlen("folder/")));
        assert_true(found == part && parts == 1000);
    }
    part_path(path, "folder", 3, 16, ".csv");
    assert_string_equal(path, "folder/part-03-of-16.csv");
}

static void other_names_are_no_parts(void **state)
{
    (void)state;
    static const char *const names[] = {"",
                                        "part-03-of-16.jsonl",
                                        "part-3-of-16.manifest.jsonl",
                                        "part-003-of-16.manifest.jsonl",
                                        "part-00-of-16.manifest.jsonl",
                                        "part-17-of-16.manifest.jsonl",
                                        "part-03-of-16.manifest.jsonl.lenet5-0.tmp",
                                        "part-03-of-16.manifest.jsonl~",
                                        "part-00003-of-10001.manifest.jsonl",
                                        "part-000003-of-100000.manifest.jsonl",
                                        "part-+3-of-16.manifest.jsonl",
                                        "part--3-of-16.manifest.jsonl",
                                        "part-1-of-1 manifest.jsonl",
                                        ".part-1-of-1.manifest.jsonl"};
    uint64_t part, parts;
    for (size_t i = 0; i < LENGTH(names); i++)
        if (parse_manifest_name(&part, &parts, names[i]))
            fail_msg("%s is taken for a manifest", names[i]);
}

/* ---- Runs -------------------------------------------------------------------------------------------------------- */

#define INPUTS 300

typedef struct rows_of_input {
    uint64_t number, rows;
} rows_of_input;

static FILE *write_runs(const rows_of_input *inputs, size_t count, size_t *lines)
{
    FILE *file = tmpfile();
    char line[RUN_LINE_SIZE];
    input_run run = {0};
    assert_non_null(file);
    *lines = 0;
    for (size_t i = 0; i < count; i++) {
        if (run_extend(&run, inputs[i].number, inputs[i].rows))
            continue;
        write_run(line, &run);
        fputs(line, file);
        ++*lines;
        run = (input_run){0};
        assert_true(run_extend(&run, inputs[i].number, inputs[i].rows));
    }
    if (run.count > 0) {
        write_run(line, &run);
        fputs(line, file);
        ++*lines;
    }
    rewind(file);
    return file;
}

/* Writes inputs as runs, and reads them again. Returns the number of runs. */
static size_t assert_kept(const rows_of_input *inputs, size_t count)
{
    size_t lines, at = 0;
    FILE *file = write_runs(inputs, count, &lines);
    input_run run;
    part_totals totals;
    for (size_t i = 0; i < lines; i++) {
        assert_int_equal(read_manifest_line(&run, &totals, file), LINE_RUN);
        for (uint64_t k = 0; k < run.count; k++, at++) {
            assert_true(at < count);
            assert_true(run.first + k * run.step == inputs[at].number && run.rows == inputs[at].rows);
        }
    }
    assert_int_equal(at, count);
    assert_int_equal(read_manifest_line(&run, &totals, file), LINE_WRONG); /* the totals are missing */
    fclose(file);
    return lines;
}

/* Subsets as a counter shared by several processes distributes inputs, with some number of rows each. */
static void any_ascending_inputs_are_kept(void **state)
{
    (void)state;
    rows_of_input inputs[INPUTS];
    uint64_t random = 1;
    for (int round = 0; round < 200; round++) {
        uint64_t number = 0;
        for (size_t i = 0; i < INPUTS; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            number += 1 + (random >> 40) % (1 + (unsigned)round % 5);
            inputs[i] = (rows_of_input){number, 1 + (random >> 50) % (1 + (unsigned)round % 3)};
        }
        assert_kept(inputs, INPUTS);
    }
    assert_kept(inputs, 0);
    assert_kept(inputs, 1);
}

static void a_shard_is_one_run(void **state)
{
    (void)state;
    rows_of_input inputs[INPUTS];
    for (size_t i = 0; i < INPUTS; i++)
        inputs[i] = (rows_of_input){3 + 16 * i, 2};
    assert_int_equal(assert_kept(inputs, INPUTS), 1);
    inputs[100].rows = 3;
    assert_int_equal(assert_kept(inputs, INPUTS), 3);
}

/* ---- Lines ------------------------------------------------------------------------------------------------------- */

#define SUM "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const part_totals sample = {
    .inputs = 7, .unreadable = 2, .rows = {5, 4, 3, 2}, .results_sha256 = SUM, .all_inputs = 9, .names_sha256 = SUM};

static FILE *file_with(const char *bytes, size_t size)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    rewind(file);
    return file;
}

static manifest_line line_of(const char *text, part_totals *totals)
{
    input_run run;
    FILE *file = file_with(text, strlen(text));
    const manifest_line line = read_manifest_line(&run, totals, file);
    fclose(file);
    return line;
}

static void totals_are_kept(void **state)
{
    (void)state;
    part_totals found;
    json_t *object = totals_json(&sample);
    char *text = json_dumps(object, JSON_COMPACT), line[1024];
    snprintf(line, sizeof line, "%s\n", text);
    assert_int_equal(line_of(line, &found), LINE_TOTALS);
    assert_memory_equal(&found, &sample, sizeof found);
    assert_true(all_rows(&found.rows) == 14);
    assert_int_equal(line_of(text, &found), LINE_WRONG); /* without the end of the line */
    snprintf(line, sizeof line, "%s\n\n", text);
    assert_int_equal(line_of(line, &found), LINE_WRONG); /* not the last line */
    free(text);
    json_decref(object);
}

static void broken_lines_are_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "\n",
        "[1,1,1,1]",
        "[1,1,1]\n",
        "[0,1,1,1]\n",
        "[1,0,1,1]\n",
        "[1,1,0,1]\n",
        "[1,1,1,-1]\n",
        "[-1,1,1,1]\n",
        "[1,1,1,1]x\n",
        "[1,1,1,1] \n",
        "[1.5,1,1,1]\n",
        "[1,4503599627370496,4,1]\n", /* the last input is beyond MAX_INPUTS */
        "[18446744073709551615,1,1,1]\n",
        "[1,1,18446744073709551615,1]\n",
        "{}\n",
        "null\n",
        "{\"inputs\":7}\n",
    };
    part_totals totals;
    for (size_t i = 0; i < LENGTH(lines); i++)
        if (line_of(lines[i], &totals) != LINE_WRONG)
            fail_msg("line %zu is taken", i);
    assert_int_equal(line_of("[1,1,1,0]\n", &totals), LINE_RUN);
    assert_int_equal(line_of("[1,4503599627370495,3,1]\n", &totals), LINE_RUN);
}

/* Each member of the totals, left out or changed to something impossible. */
static void broken_totals_are_refused(void **state)
{
    (void)state;
    const char *key;
    json_t *value, *whole = totals_json(&sample);
    part_totals totals;
    char line[1024];
    json_object_foreach (whole, key, value) {
        json_t *const wrong[] = {NULL, json_null(), json_integer(-1), json_integer(INT64_MAX), json_string("00")};
        for (size_t i = 0; i < LENGTH(wrong); i++) {
            json_t *broken = json_copy(whole);
            if (wrong[i])
                json_object_set_new(broken, key, wrong[i]);
            else
                json_object_del(broken, key);
            char *text = json_dumps(broken, JSON_COMPACT);
            snprintf(line, sizeof line, "%s\n", text);
            if (line_of(line, &totals) != LINE_WRONG)
                fail_msg("totals are taken: %s", text);
            free(text);
            json_decref(broken);
        }
    }
    json_decref(whole);
}

static void headers_are_objects_of_one_line(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "", "{\"lenet5_part\":1}", "[]\n", "{\"part\":1}\n", "{\"lenet5_part\":\"1\"}\n", "{\"lenet5_part\":1\n}\n"};
    for (size_t i = 0; i < LENGTH(lines); i++) {
        FILE *file = file_with(lines[i], strlen(lines[i]));
        assert_null(read_header(file));
        fclose(file);
    }
    static const char zero[] = "{\"lenet5_part\":1}\0\n", good[] = "{\"lenet5_part\":1,\"part\":2}\n";
    FILE *file = file_with(zero, sizeof zero - 1);
    assert_null(read_header(file));
    fclose(file);
    file = file_with(good, sizeof good - 1);
    json_t *header = read_header(file);
    assert_int_equal(json_integer_value(json_object_get(header, "part")), 2);
    json_decref(header);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_sort_by_number),
        cmocka_unit_test(other_names_are_no_parts),
        cmocka_unit_test(any_ascending_inputs_are_kept),
        cmocka_unit_test(a_shard_is_one_run),
        cmocka_unit_test(totals_are_kept),
        cmocka_unit_test(broken_lines_are_refused),
        cmocka_unit_test(broken_totals_are_refused),
        cmocka_unit_test(headers_are_objects_of_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
