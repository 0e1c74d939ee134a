/* lenet5 classify: pictures of a single digit each. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "art.h"
#include "common.h"
#include "lenet5.h"
#include "read/files.h"
#include "reader/decode/formats.h"
#include "transposed.h"
#include "json/answers.h"
#include "json/values.h"

typedef struct job {
    const cli_arguments *arguments;
    lenet5_committee models;
    lenet5_maps maps;
    double threshold;
    bool json, show;
    bool failed, rejected;
} job;

static bool print_answer_json(const char *file, const digit_answer *a)
{
    text_buffer line = {0};
    text_puts(&line, "{\"file\":");
    text_string(&line, file);
    text_puts(&line, ",");
    put_digit_answer(&line, a);
    text_puts(&line, "}\n");
    if (!line.failed)
        fwrite(line.bytes, 1, line.size, stdout);
    const bool printed = !line.failed || report_out_of_memory() == EXIT_DONE;
    text_free(&line);
    return printed;
}

static void print_answer(const char *file, const digit_answer *a)
{
    if (a->accepted)
        print_line(stdout, "%s: %u  (probability %.4f)", file, a->digit, (double)a->posterior[a->digit]);
    else if (a->empty)
        print_line(stdout, "%s: not sure  (no ink found)", file);
    else
        print_line(stdout, "%s: not sure  (nearest %u, probability %.4f; not a digit %.4f)", file, a->digit,
                   (double)a->posterior[a->digit], (double)a->posterior[LENET5_RUBBISH]);
}

static void print_decision(job *j, const char *file, const digit_answer *a)
{
    j->rejected |= !a->accepted;
    if (!j->json)
        print_answer(file, a);
    else if (!print_answer_json(file, a))
        j->failed = true;
    flush_stream(stdout);
}

static void answer(job *j, const char *file, const uint8_t picture[LENET5_PICTURE_BYTES])
{
    float penalty[LENET5_CLASSES];
    lenet5_set_input(&j->maps, picture);
    lenet5_committee_forward(penalty, &j->maps, &j->models);
    const digit_answer a = digit_answer_of(&j->models.provenance.loss, penalty, j->threshold);
    if (j->show && !j->json)
        print_pictures(&picture, 1);
    print_decision(j, file, &a);
}

/* A picture without ink has no digit, and is rejected. */
static void answer_empty(job *j, const char *file)
{
    const digit_answer a = digit_answer_empty();
    print_decision(j, file, &a);
}

static void classify_picture(job *j, const char *file)
{
    lenet5_error error;
    lenet5_picture picture;
    uint8_t digit[LENET5_PICTURE_BYTES];
    if (lenet5_picture_load(&picture, file, &error) != LENET5_OK) {
        j->failed = true;
        report_library_error(&error);
        return;
    }
    if (lenet5_normalise(digit, picture.grey, picture.width, picture.height, &error) == LENET5_OK)
        answer(j, file, digit);
    else
        answer_empty(j, file);
    lenet5_picture_free(&picture);
}

/* ---- Pictures of an IDX file, by their indices ------------------------------------------------------------------- */

static void classify_of_set(job *j, const char *file, const lenet5_dataset *set, size_t index)
{
    char name[PATH_SIZE];
    snprintf(name, sizeof name, "%s[%zu]", file, index);
    const uint8_t *picture = lenet5_dataset_picture(set, index);
    uint8_t digit[LENET5_PICTURE_BYTES];
    if (set->height == LENET5_PICTURE_SIDE && set->width == LENET5_PICTURE_SIDE)
        answer(j, name, picture);
    else if (lenet5_normalise(digit, picture, set->width, set->height, NULL) == LENET5_OK)
        answer(j, name, digit);
    else
        answer_empty(j, name);
}

/* picks: indices, separated by commas. */
static void classify_picks(job *j, const char *file, const char *picks)
{
    lenet5_error error;
    lenet5_dataset set;
    if (lenet5_dataset_read(&set, file, NULL, &error) != LENET5_OK) {
        j->failed = true;
        report_library_error(&error);
        return;
    }
    if (transpose_if_needed(&set, file, &j->models, &error) != LENET5_OK) {
        j->failed = true;
        report_library_error(&error);
        lenet5_dataset_free(&set);
        return;
    }
    const char *next = picks;
    do {
        char *end;
        errno = 0;
        const unsigned long index = strtoul(next, &end, 10);
        if (end == next || next[0] < '0' || next[0] > '9' || errno || (*end != ',' && *end != '\0') ||
            index >= set.count) {
            j->failed = true;
            report_error("%s: --pick is a list of indices from 0 to %zu, separated by commas, not \"%s\"", file,
                         set.count - 1, picks);
            break;
        }
        classify_of_set(j, file, &set, index);
        next = *end ? end + 1 : end;
    } while (*next);
    lenet5_dataset_free(&set);
}

/* All pictures; a folder stands for those in it. */
static int classify_all(job *j)
{
    file_list files;
    const cli_arguments *a = j->arguments;
    const char *picks = argument_text(a, "pick");
    const int listed = list_files(&files, a->operands, a->count, PICTURES);
    for (size_t i = 0; i < files.count; i++)
        if (picks)
            classify_picks(j, files.files[i], picks);
        else
            classify_picture(j, files.files[i]);
    free_files(&files);
    if (listed != EXIT_DONE)
        return listed;
    return j->failed ? EXIT_FAILED : j->rejected ? EXIT_UNREADABLE : EXIT_DONE;
}

static int run(const cli_arguments *arguments)
{
    job *j = calloc(1, sizeof *j);
    if (!j)
        return report_out_of_memory();
    j->arguments = arguments;
    j->json = argument_flag(arguments, "json");
    j->show = argument_flag(arguments, "show");
    int code = load_named_models(&j->models, argument_text(arguments, "model"), lenet5_builtin());
    if (code == EXIT_DONE)
        code = choose_digit_threshold(&j->threshold, arguments, &j->models.provenance);
    if (code == EXIT_DONE)
        code = classify_all(j);
    lenet5_committee_free(&j->models);
    free(j);
    return code;
}

static const option options[] = {
    OPTION_MODEL("the built-in one for single digits"),
    OPTION_DIGIT_THRESHOLD,
    OPTION_DIGIT_MAX_ERROR,
    {"pick", "N,...", VALUE_TEXT, NULL, "FILE is an IDX file: classify its pictures of these indices, from 0"},
    FLAG("show", "draw each picture in the terminal as the network sees it"),
    OPTION_JSON("one JSON object for each picture (docs/json.md)"),
    {0},
};

const cli_command classify_command = {
    .name = "classify",
    .summary = "classify pictures of a single digit each",
    .usage = "FILE... [options]",
    .description = "Each FILE is a picture of one handwritten digit, of any size, dark on light or light on dark.\n"
                   "The ink is scaled to 20x20 pixels and centred by its mass, as in MNIST. Prints the digit and\n"
                   "its probability, or \"not sure\": the exit code is then 3. A picture without ink has no digit\n"
                   "and is rejected too, unlike in lenet5 read, where it is a page without lines.\n\n"
                   "FILE is a picture, a folder, which stands for the picture files in it, in alphabetical order\n"
                   "and without subfolders, or - for standard input. Formats: " LENET5_PICTURE_FORMATS ".",
    .examples = "lenet5 classify seven.png\n"
                "lenet5 classify --max-error 0.1% --json digits/ > answers.jsonl\n"
                "lenet5 classify --show --pick 0,1,2 t10k-images-idx3-ubyte",
    .options = options,
    .operand = VALUE_PATH,
    .min_operands = 1,
    .max_operands = SIZE_MAX,
    .run = run,
};
