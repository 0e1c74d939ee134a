/* lenet5 synth: synthetic digits as IDX files, pictures of strings, sheets of training pictures. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "common.h"
#include "drawing/drawing.h"
#include "outputs.h"
#include "png_file.h"
#include "system/file.h"

#define MAX_DIGITS 10000000u /* and pictures of strings */

static void name_part(char images[PATH_SIZE], char labels[PATH_SIZE], const char *folder, const char *part)
{
    snprintf(images, PATH_SIZE, "%s/%s-images-idx3-ubyte", folder, part);
    snprintf(labels, PATH_SIZE, "%s/%s-labels-idx1-ubyte", folder, part);
}

static int refuse_part(const char *folder, const char *part, bool force)
{
    char images[PATH_SIZE], labels[PATH_SIZE];
    name_part(images, labels, folder, part);
    const int code = refuse_taken(images, force);
    return code == EXIT_DONE ? refuse_taken(labels, force) : code;
}

static int write_part(const char *folder, const char *part, size_t count, uint64_t seed)
{
    char images[PATH_SIZE];
    char labels[PATH_SIZE];
    lenet5_error error;
    lenet5_dataset set = {0};
    name_part(images, labels, folder, part);
    lenet5_status status = lenet5_dataset_synthesise(&set, count, seed, &error);
    if (status == LENET5_OK)
        status = lenet5_dataset_write(images, labels, &set, &error);
    lenet5_dataset_free(&set);
    if (status != LENET5_OK)
        return report_library_error(&error);
    print_line(stdout, "%s", images);
    print_line(stdout, "%s", labels);
    return EXIT_DONE;
}

/* ---- A sheet of training pictures -------------------------------------------------------------------------------- */

#define CELL 34 /* pixels: a picture of 32, and a gap */
#define COLUMNS 24
#define SET_ROWS 14
#define DRAWN_ROWS 10 /* one for each digit */
#define NEGATIVE_ROWS 10
#define SHEET_ROWS (SET_ROWS + DRAWN_ROWS + NEGATIVE_ROWS)
#define SHEET_WIDTH (COLUMNS * CELL)

/* Dark on light, as on paper. */
static void put(uint8_t *sheet, size_t row, size_t column, const uint8_t shown[32][32])
{
    for (size_t y = 0; y < 32; y++)
        for (size_t x = 0; x < 32; x++)
            sheet[(row * CELL + y) * SHEET_WIDTH + column * CELL + x] = (uint8_t)(255 - shown[y][x]);
}

/* Draws a row: a picture as in one epoch after the other. */
static void put_row(uint8_t *sheet, size_t row, const lenet5_training *training, size_t picture)
{
    for (unsigned epoch = 0; epoch < COLUMNS; epoch++) {
        uint8_t shown[32][32];
        lenet5_training_show(shown, training, epoch + 1, picture);
        put(sheet, row, epoch, (const uint8_t(*)[32])shown);
    }
}

static size_t at_most(size_t count, size_t most)
{
    return count < most ? count : most;
}

/* Draws rows of the first digits of the set, of the drawn digits behind them and of the negatives, which come last, as
 * far as an epoch has them. Returns the number of rows. */
static size_t fill_sheet(uint8_t *sheet, const lenet5_training *training, size_t digits)
{
    const size_t length = lenet5_training_epoch_length(training);
    const size_t drawn = at_most(length - digits, DRAWN_ROWS);
    const size_t negatives = at_most(length - digits - drawn, NEGATIVE_ROWS);
    size_t row = 0;
    for (size_t i = 0; i < at_most(digits, SET_ROWS); i++)
        put_row(sheet, row++, training, i);
    for (size_t i = 0; i < drawn; i++)
        put_row(sheet, row++, training, digits + i);
    for (size_t i = 0; i < negatives; i++)
        put_row(sheet, row++, training, length - negatives + i);
    return row;
}

static int draw_sheet(const cli_arguments *arguments, const char *path, uint64_t seed)
{
    lenet5_error error;
    named_set data = {0};
    int code = check_output(arguments, "distort", ".png");
    if (code == EXIT_DONE)
        code = keep_apart_from_data(arguments, "distort");
    if (code != EXIT_DONE)
        return code;
    lenet5_training *training = NULL;
    size_t recipe;
    if (!argument_index(&recipe, arguments, "recipe", index_of_name(recipe_at, "best")))
        return EXIT_USAGE;
    const lenet5_training_options options = {.recipe = recipe_at(recipe), .seed = seed, .threads = 1};
    lenet5_status status = load_or_draw_set(&data, arguments, LENET5_TRAIN, &error);
    uint8_t *sheet = calloc(SHEET_ROWS, SHEET_WIDTH * CELL);
    if (status == LENET5_OK && !sheet)
        status = lenet5_fail_memory(&error);
    if (status == LENET5_OK)
        status = lenet5_training_new(&training, &options, &data.set, NULL, &error);
    if (status == LENET5_OK)
        status = write_png(path, sheet, SHEET_WIDTH, CELL * fill_sheet(sheet, training, data.set.count), 1, &error);
    lenet5_training_free(training);
    lenet5_dataset_free(&data.set);
    free(sheet);
    if (status != LENET5_OK)
        return report_library_error(&error);
    print_line(stdout, "%s", path);
    return EXIT_DONE;
}

/* ---- A sheet of forms ------------------------------------------------------------------------------------------- */

static const char *sheet_at(size_t index)
{
    return index == 0 ? "forms" : NULL;
}

static int show_forms(const cli_arguments *arguments, uint64_t seed)
{
    lenet5_error error;
    size_t sheet;
    const char *out = argument_text(arguments, "out");
    const char *path = out ? out : "forms.png";
    if (!argument_index(&sheet, arguments, "show", 0))
        return EXIT_USAGE;
    const int code = check_output(arguments, "out", ".png");
    if (code != EXIT_DONE)
        return code;
    if (draw_forms(path, seed, &error) != LENET5_OK)
        return report_library_error(&error);
    print_line(stdout, "%s", path);
    return EXIT_DONE;
}

/* ---- Strings of digits as pictures ------------------------------------------------------------------------------- */

#define DEFAULT_STRINGS 20

typedef struct string_plan {
    const char *folder, *style;
    const lenet5_dataset *set;
    size_t count, digits;
    uint64_t seed;
} string_plan;

/* Draws and writes one string, and adds a line to the list of names and strings. */
static lenet5_status write_string(FILE *truth, const string_plan *plan, size_t index, lenet5_error *error)
{
    char path[PATH_SIZE];
    lenet5_string s;
    lenet5_status status = lenet5_string_draw(&s, plan->set, plan->style, plan->digits, index, plan->seed, error);
    if (status != LENET5_OK)
        return status;
    snprintf(path, sizeof path, "%s/%05zu.png", plan->folder, index);
    status = write_png(path, s.rgb, s.width, s.height, 3, error);
    fprintf(truth, "%05zu.png\t%s\n", index, s.text);
    lenet5_string_free(&s);
    return status;
}

static int refuse_strings(const string_plan *plan, bool force)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/truth.tsv", plan->folder);
    int code = refuse_taken(path, force);
    for (size_t i = 0; code == EXIT_DONE && i < plan->count; i++) {
        snprintf(path, sizeof path, "%s/%05zu.png", plan->folder, i);
        code = refuse_taken(path, force);
    }
    return code;
}

static int write_strings(const string_plan *plan)
{
    lenet5_error error;
    char path[PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    FILE *truth = open_memstream(&text, &size);
    if (!truth)
        return report_out_of_memory();
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < plan->count && status == LENET5_OK; i++)
        status = write_string(truth, plan, i, &error);
    if (fclose(truth) != 0) {
        free(text);
        return report_out_of_memory();
    }
    snprintf(path, sizeof path, "%s/truth.tsv", plan->folder);
    const file_piece piece = {text, size};
    if (status == LENET5_OK)
        status = lenet5_file_write(path, &piece, 1, &error);
    free(text);
    if (status != LENET5_OK)
        return report_library_error(&error);
    print_line(stdout, "%s", path);
    return EXIT_DONE;
}

static int draw_strings(const cli_arguments *arguments, const char *folder, uint64_t seed)
{
    lenet5_error error;
    named_set data = {0};
    uint64_t count, digits;
    size_t style;
    const lenet5_part part = argument_flag(arguments, "of-test") ? LENET5_TEST : LENET5_TRAIN;
    if (!argument_index(&style, arguments, "style", index_of_name(style_at, "spaced")) ||
        !argument_whole(&count, arguments, "count", DEFAULT_STRINGS, 1, MAX_DIGITS) ||
        !argument_whole(&digits, arguments, "digits", 5, 1, LENET5_MAX_STRING))
        return EXIT_USAGE;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return report_error("%s: the folder cannot be made: %s", folder, strerror(errno));
    const string_plan plan = {folder, style_at(style), &data.set, (size_t)count, (size_t)digits, seed};
    if (refuse_strings(&plan, argument_flag(arguments, "force")) != EXIT_DONE)
        return EXIT_FAILED;
    const lenet5_status status = load_or_draw_set(&data, arguments, part, &error);
    const int code = status == LENET5_OK ? write_strings(&plan) : report_library_error(&error);
    lenet5_dataset_free(&data.set);
    return code;
}

static int write_digits(const cli_arguments *arguments, const char *folder, size_t count, size_t test_count,
                        uint64_t seed)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return report_error("%s: the folder cannot be made: %s", folder, strerror(errno));
    const bool force = argument_flag(arguments, "force");
    int code = refuse_part(folder, "train", force);
    if (code == EXIT_DONE && test_count > 0)
        code = refuse_part(folder, "t10k", force);
    if (code == EXIT_DONE)
        code = write_part(folder, "train", count, seed);
    if (code == EXIT_DONE && test_count > 0)
        code = write_part(folder, "t10k", test_count, ~seed);
    return code;
}

static int run(const cli_arguments *arguments)
{
    uint64_t count, test_count, seed;
    const char *out = argument_text(arguments, "out"); /* a folder, or the file of --show */
    const char *strings = argument_text(arguments, "strings");
    const char *sheet = argument_text(arguments, "distort");
    const char *show = argument_text(arguments, "show");
    if ((out || show) + (strings != NULL) + (sheet != NULL) != 1)
        return report_usage_error(
            arguments->command,
            "exactly one of --out DIR, --strings DIR, --distort FILE.png and --show forms is required");
    if (!argument_whole(&count, arguments, "count", SYNTHETIC_TRAINING, 1, MAX_DIGITS) ||
        !argument_whole(&test_count, arguments, "test-count", 0, 0, MAX_DIGITS) ||
        !argument_whole(&seed, arguments, "seed", 1, 0, UINT64_MAX))
        return EXIT_USAGE;
    if (show)
        return show_forms(arguments, seed);
    if (sheet)
        return draw_sheet(arguments, sheet, seed);
    if (strings)
        return draw_strings(arguments, strings, seed);
    return write_digits(arguments, out, (size_t)count, (size_t)test_count, seed);
}

static const option options[] = {
    {"out", "DIR", VALUE_FOLDER, NULL,
     "write digits to this folder under MNIST's file names; created if missing. With --show, the file to write"},
    {"strings", "DIR", VALUE_FOLDER, NULL,
     "write PNG pictures of strings of digits to this folder, and their digits to truth.tsv"},
    {"show", "WHAT", VALUE_NAME, sheet_at,
     "forms: draw all forms of digits, with their names, to --out FILE.png (default forms.png)"},
    {"distort", "FILE.png", VALUE_NEW_FILE, NULL, "draw a sheet of training pictures as a recipe distorts them"},
    {"count", "N", VALUE_WHOLE, NULL, "training digits (default 20000) or strings (default 20)"},
    {"test-count", "N", VALUE_WHOLE, NULL, "test digits; default 0"},
    {"style", "NAME", VALUE_NAME, style_at, "style of the strings: spaced (default), touching, form or ligatures"},
    {"digits", "N", VALUE_WHOLE, NULL, "digits of each string, 1 to 32; default 5"},
    FLAG("of-test", "make the strings of test digits instead of training digits"),
    {"recipe", "NAME", VALUE_NAME, recipe_at, "the recipe whose distortion --distort shows; default best"},
    OPTION_DATA,
    {"seed", "N", VALUE_WHOLE, NULL, "the same seed gives the same bytes; default 1"},
    FLAG("force", "replace existing files in --out or --strings"),
    {0},
};

const cli_command synth_command = {
    .name = "synth",
    .summary = "draw synthetic digits, pictures of strings of digits, distorted training pictures or forms of digits",
    .usage = "--out DIR | --strings DIR | --distort FILE | --show forms",
    .description = "--out draws digits with a simulated pen, whose slant, size, thickness and wobble vary, and\n"
                   "writes them as IDX files that --data DIR finds. No data set is needed.\n\n"
                   "--strings composes the digits of a set into pictures of strings: on clean paper, touching, on\n"
                   "a form in poor light, or joined by ligatures. Every digit of the set is used once before any\n"
                   "is used again.\n\n"
                   "--distort draws a row for each of some training pictures, as they appear in one epoch after\n"
                   "the other: digits of the set, below them drawn digits, which recipes hands and amounts have, and\n"
                   "negatives, pictures that are no digits. Recipes 1998 and fast have digits of the set alone.\n\n"
                   "--show forms draws the forms that drawn digits have, with their names.\n\n"
                   "Where MNIST is not installed, --strings and --distort use synthetic digits.",
    .examples = "lenet5 synth --out digits --count 3000 --test-count 500\n"
                "lenet5 synth --strings strings --style form --count 100\n"
                "lenet5 synth --distort sheet.png --recipe best\n"
                "lenet5 synth --show forms --out forms.png",
    .options = options,
    .run = run,
};
