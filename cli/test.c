/* lenet5 test: the error of a model on a set of labelled pictures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascending.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/wilson.h"
#include "common.h"
#include "drawing/drawing.h"
#include "lenet5.h"
#include "outputs.h"
#include "system/file.h"
#include "transposed.h"

#define NEED_LABELS "--images and --labels go together; only a text file of USPS has its own labels"

static lenet5_status load_files(named_set *loaded, const char *images, const char *labels,
                                const lenet5_committee *models, lenet5_error *error)
{
    snprintf(loaded->name, sizeof loaded->name, "%s", "the given pictures");
    const lenet5_status status = lenet5_dataset_read(&loaded->set, images, labels, error);
    return status == LENET5_OK ? transpose_if_needed(&loaded->set, images, models, error) : status;
}

static int load(named_set *loaded, const cli_arguments *arguments, const lenet5_committee *models)
{
    lenet5_error error;
    const char *images = argument_text(arguments, "images");
    lenet5_status status;
    if (images)
        status = load_files(loaded, images, argument_text(arguments, "labels"), models, &error);
    else
        status = load_or_draw_set(loaded, arguments, LENET5_TEST, &error);
    if (status != LENET5_OK)
        return report_library_error(&error);
    if (!loaded->set.labels)
        return report_usage_error(arguments->command, NEED_LABELS);
    status = normalise_set(&loaded->set, argument_flag(arguments, "normalise"), &error);
    return status == LENET5_OK ? EXIT_DONE : report_library_error(&error);
}

/* The answers of lenet5_bulk_read compared with those of the float passes. */
typedef struct bulk_result {
    bool in_int8;
    size_t errors, changed, in_float;
    double pictures_per_s;
} bulk_result;

static lenet5_status read_in_bulk(bulk_result *result, const lenet5_network *network, const lenet5_dataset *set,
                                  const lenet5_evaluation *e, lenet5_error *error)
{
    lenet5_bulk *bulk;
    uint8_t *digits = calloc(set->count, 1);
    if (!digits)
        return lenet5_fail_memory(error);
    const lenet5_status status = lenet5_bulk_new(&bulk, network, error);
    if (status == LENET5_OK) {
        *result = (bulk_result){.in_int8 = lenet5_bulk_uses_int8(bulk)};
        const double start = lenet5_clock();
        result->in_float = lenet5_bulk_read(digits, bulk, set->pixels, set->count);
        result->pictures_per_s = (double)set->count / (lenet5_clock() - start);
        for (size_t i = 0; i < set->count; i++) {
            result->errors += digits[i] != set->labels[i];
            result->changed += digits[i] != lenet5_best((const float *)e->penalty[i]);
        }
        lenet5_bulk_free(bulk);
    }
    free(digits);
    return status;
}

/* Quality of the model's probabilities. */
typedef struct trust {
    double rejected[LENET5_RISKS];  /* for each of lenet5_risks among the rest */
    double threshold[LENET5_RISKS]; /* the least probability that is then accepted */
    double calibration_error;
} trust;

static lenet5_status find_trust(trust *t, const lenet5_evaluation *e, const lenet5_dataset *set,
                                const lenet5_loss *loss, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < LENET5_RISKS && status == LENET5_OK; i++)
        status = lenet5_rejection(&t->rejected[i], &t->threshold[i], e, set, loss, lenet5_risks[i], error);
    t->calibration_error = lenet5_calibration_error(e, set, loss);
    return status;
}

#define HALF_PERCENT 2 /* of lenet5_risks */

/* bulk may be NULL, here and below. */
static int print_result_json(const lenet5_evaluation *e, const named_set *data, const trust *t, const bulk_result *bulk)
{
    json_t *risks = json_array();
    for (size_t i = 0; i < LENET5_RISKS; i++)
        add_item(&risks, json_pack("{s:f, s:f, s:f}", "error_pct", 100 * lenet5_risks[i], "rejected_pct",
                                   100 * t->rejected[i], "least_probability", t->threshold[i]));
    double low, high;
    lenet5_wilson(&low, &high, e->errors, e->count);
    json_t *rows = json_array();
    for (size_t truth = 0; truth < LENET5_CLASSES; truth++) {
        json_t *row = json_array();
        for (size_t given = 0; given < LENET5_CLASSES; given++)
            add_item(&row, json_integer((json_int_t)e->confusion[truth][given]));
        add_item(&rows, row);
    }
    json_t *result = json_pack(
        "{s:s, s:I, s:I, s:f, s:[f,f], s:o, s:f, s:o, s:f, s:f}", "data", data->name, "n", (json_int_t)e->count,
        "errors", (json_int_t)e->errors, "error_pct", percent(e->errors, e->count), "interval_pct", 100 * low,
        100 * high, "confusion", rows, "rejected_for_half_pct", 100 * t->rejected[HALF_PERCENT], "risks", risks,
        "calibration_error_pct", 100 * t->calibration_error, "pictures_per_s", (double)e->count / e->seconds);
    if (bulk)
        add_member(&result, "int8",
                   json_pack("{s:b, s:I, s:I, s:I, s:f}", "in_use", (int)bulk->in_int8, "errors",
                             (json_int_t)bulk->errors, "changed", (json_int_t)bulk->changed, "read_in_float",
                             (json_int_t)bulk->in_float, "pictures_per_s", bulk->pictures_per_s));
    return print_json(result);
}

static void print_confusion(const lenet5_evaluation *e)
{
    printf("\ntruth   read as 0     1     2     3     4     5     6     7     8     9   errors\n");
    for (size_t truth = 0; truth < LENET5_CLASSES; truth++) {
        size_t all = 0;
        printf("%5zu      ", truth);
        for (size_t given = 0; given < LENET5_CLASSES; given++) {
            all += e->confusion[truth][given];
            printf("%6zu", e->confusion[truth][given]);
        }
        printf("  %4zu of %zu, %.2f %%\n", all - e->confusion[truth][truth], all,
               percent(all - e->confusion[truth][truth], all));
    }
}

static void print_bulk(const bulk_result *bulk)
{
    if (bulk->in_int8)
        printf("8-bit integers: %zu misread, %zu answers changed, %zu pictures read again in float, "
               "%.0f pictures/s\n",
               bulk->errors, bulk->changed, bulk->in_float, bulk->pictures_per_s);
    else
        printf("8-bit integers are not supported by the processor, LENET5_ISA or the model; "
               "in bulk %.0f pictures/s\n",
               bulk->pictures_per_s);
}

static void print_trust(const trust *t)
{
    printf("\nerror among the accepted   rejected   least probability accepted\n");
    for (size_t i = 0; i < LENET5_RISKS; i++)
        printf("%22.2f %%  %7.2f %%   %.6f\n", 100 * lenet5_risks[i], 100 * t->rejected[i], t->threshold[i]);
    printf("expected calibration error %.2f %%\n", 100 * t->calibration_error);
}

static void print_result(const lenet5_evaluation *e, const named_set *data, const trust *t, const bulk_result *bulk)
{
    double low, high;
    lenet5_wilson(&low, &high, e->errors, e->count);
    print_line(stdout, "%zu of %zu test pictures of %s misread: %.2f %% (95 %% interval %.2f to %.2f)", e->errors,
               e->count, data->name, percent(e->errors, e->count), 100 * low, 100 * high);
    printf("%.0f pictures/s\n", (double)e->count / e->seconds);
    if (bulk)
        print_bulk(bulk);
    print_confusion(e);
    print_trust(t);
}

/* ---- Distorted pictures, and pictures that are no digits --------------------------------------------------------- */

typedef struct seen {
    const char *what;
    lenet5_view view;
} seen;

#define DEGREES(n) ((float)(n)*3.14159265f / 180)

static const seen views[] = {
    {"moved 1 to the right", {.right = 1}},
    {"moved 2 to the right", {.right = 2}},
    {"moved 3 to the right", {.right = 3}},
    {"moved 4 to the right", {.right = 4}},
    {"moved 3 to the left", {.right = -3}},
    {"moved 4 to the left", {.right = -4}},
    {"moved 2 down", {.down = 2}},
    {"moved 3 down", {.down = 3}},
    {"moved 4 down", {.down = 4}},
    {"moved 3 up", {.down = -3}},
    {"moved 4 up", {.down = -4}},
    {"turned 10 degrees clockwise", {.rotation = DEGREES(10)}},
    {"turned 15 degrees clockwise", {.rotation = DEGREES(15)}},
    {"turned 20 degrees clockwise", {.rotation = DEGREES(20)}},
    {"turned 10 degrees back", {.rotation = DEGREES(-10)}},
    {"turned 15 degrees back", {.rotation = DEGREES(-15)}},
    {"turned 20 degrees back", {.rotation = DEGREES(-20)}},
    {"0.7 times as large", {.size = 0.7f}},
    {"0.8 times as large", {.size = 0.8f}},
    {"0.9 times as large", {.size = 0.9f}},
    {"1.1 times as large", {.size = 1.1f}},
    {"1.2 times as large", {.size = 1.2f}},
    {"1.3 times as large", {.size = 1.3f}},
    {"slanted 0.2 to the right", {.shear = -0.2f}},
    {"slanted 0.4 to the right", {.shear = -0.4f}},
    {"slanted 0.2 to the left", {.shear = 0.2f}},
    {"slanted 0.4 to the left", {.shear = 0.4f}},
    {"noise of 25 levels", {.noise = 25}},
    {"noise of 50 levels", {.noise = 50}},
    {"noise of 100 levels", {.noise = 100}},
};

static int report_distorted(const lenet5_committee *models, const lenet5_dataset *set, unsigned threads, bool json)
{
    lenet5_error error;
    json_t *rows = json_array();
    int code = EXIT_DONE;
    for (size_t i = 0; i < sizeof views / sizeof views[0] && code == EXIT_DONE; i++) {
        lenet5_evaluation e;
        if (lenet5_committee_evaluate(&e, models, set, &views[i].view, threads, &error) != LENET5_OK) {
            code = report_library_error(&error);
            break;
        }
        const double error_pct = percent(e.errors, e.count);
        add_item(&rows, json_pack("{s:s, s:f}", "seen", views[i].what, "error_pct", error_pct));
        if (!json)
            printf("%s%-28s %7.2f %%\n", i == 0 ? "\nseen                           error\n" : "", views[i].what,
                   error_pct);
        lenet5_evaluation_free(&e);
    }
    if (json && code == EXIT_DONE)
        code = print_json(json_pack("{s:o}", "distorted", rows));
    else
        json_decref(rows);
    return code;
}

/* The quantile of the probabilities: below it is that share of the digits. Sorted input. */
static double threshold_for(double *probabilities, size_t count, double share)
{
    return probabilities[(size_t)(share * (double)count)];
}

static double *probabilities_of(const lenet5_evaluation *e, const lenet5_loss *loss)
{
    double *probabilities = malloc(e->count * sizeof *probabilities);
    for (size_t i = 0; probabilities && i < e->count; i++)
        probabilities[i] = 1 / (1 + lenet5_odds_against(loss, e->penalty[i]));
    return probabilities;
}

static int print_negatives(double *digits, size_t digit_count, const double *negatives, size_t count, bool json)
{
    static const double shares[] = {0.005, 0.01, 0.02};
    json_t *rows = json_array();
    qsort(digits, digit_count, sizeof *digits, ascending_numbers);
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        const double threshold = threshold_for(digits, digit_count, shares[i]);
        size_t rejected = 0;
        for (size_t k = 0; k < count; k++)
            rejected += negatives[k] < threshold;
        add_item(&rows, json_pack("{s:f, s:f, s:f}", "digits_rejected_pct", 100 * shares[i], "negatives_rejected_pct",
                                  percent(rejected, count), "least_probability", threshold));
        if (!json)
            printf("%s%12.1f %%  %16.2f %%   %.6f\n",
                   i == 0 ? "\ndigits rejected   negatives rejected   least probability accepted\n" : "",
                   100 * shares[i], percent(rejected, count), threshold);
    }
    if (json)
        return print_json(json_pack("{s:I, s:o}", "negatives", (json_int_t)count, "rejections", rows));
    json_decref(rows);
    return EXIT_DONE;
}

static int report_negatives(const char *path, const lenet5_committee *models, const lenet5_evaluation *digits,
                            unsigned threads, bool json)
{
    lenet5_error error;
    lenet5_evaluation e = {0};
    named_set negatives = {0};
    lenet5_status status = lenet5_dataset_read(&negatives.set, path, NULL, &error);
    if (status == LENET5_OK && !negatives.set.labels && !(negatives.set.labels = calloc(negatives.set.count, 1)))
        status = lenet5_fail_memory(&error);
    if (status == LENET5_OK)
        status = lenet5_committee_evaluate(&e, models, &negatives.set, NULL, threads, &error);
    int code = status == LENET5_OK ? EXIT_DONE : report_library_error(&error);
    if (code == EXIT_DONE) {
        double *of_digits = probabilities_of(digits, &models->provenance.loss);
        double *of_negatives = probabilities_of(&e, &models->provenance.loss);
        if (of_digits && of_negatives)
            code = print_negatives(of_digits, digits->count, of_negatives, e.count, json);
        else
            code = report_out_of_memory();
        free(of_digits);
        free(of_negatives);
    }
    lenet5_evaluation_free(&e);
    lenet5_dataset_free(&negatives.set);
    return code;
}

static int draw_errors(const char *path, const lenet5_evaluation *e, const lenet5_dataset *set)
{
    lenet5_error error;
    misread *digits = calloc(e->errors + 1, sizeof *digits);
    if (!digits)
        return report_out_of_memory();
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        const unsigned given = lenet5_best((const float *)e->penalty[i]);
        if (given != set->labels[i])
            digits[count++] = (misread){i, set->labels[i], given};
    }
    const lenet5_status status = draw_misread(path, set, digits, count, &error);
    free(digits);
    return status == LENET5_OK ? EXIT_DONE : report_library_error(&error);
}

static char *answers_text(const lenet5_evaluation *e, const lenet5_dataset *set, const lenet5_loss *loss)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return NULL;
    fputs("picture,truth,answer,probability,odds_against\n", stream);
    for (size_t i = 0; i < e->count; i++) {
        const float *penalty = e->penalty[i];
        const double odds = lenet5_odds_against(loss, penalty);
        fprintf(stream, "%zu,%u,%u,%.6f,%.4e\n", i, (unsigned)set->labels[i], lenet5_best(penalty), 1 / (1 + odds),
                odds);
    }
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

static int write_answers(const char *path, const lenet5_evaluation *e, const lenet5_dataset *set,
                         const lenet5_loss *loss)
{
    lenet5_error error;
    char *text = answers_text(e, set, loss);
    if (!text)
        return report_out_of_memory();
    const file_piece piece = {text, strlen(text)};
    const lenet5_status status = lenet5_file_write(path, &piece, 1, &error);
    free(text);
    return status == LENET5_OK ? EXIT_DONE : report_library_error(&error);
}

static int report(const cli_arguments *arguments, const lenet5_committee *models, const named_set *data,
                  unsigned threads)
{
    lenet5_error error;
    lenet5_evaluation e;
    trust t;
    bulk_result in_bulk = {0};
    const bulk_result *bulk = argument_flag(arguments, "int8") ? &in_bulk : NULL;
    if (lenet5_committee_evaluate(&e, models, &data->set, NULL, threads, &error) != LENET5_OK)
        return report_library_error(&error);
    int code = EXIT_DONE;
    if (find_trust(&t, &e, &data->set, &models->provenance.loss, &error) != LENET5_OK ||
        (bulk && read_in_bulk(&in_bulk, models->networks, &data->set, &e, &error) != LENET5_OK))
        code = report_library_error(&error);
    else if (argument_flag(arguments, "json"))
        code = print_result_json(&e, data, &t, bulk);
    else
        print_result(&e, data, &t, bulk);
    if (code == EXIT_DONE && argument_flag(arguments, "distorted"))
        code = report_distorted(models, &data->set, threads, argument_flag(arguments, "json"));
    const char *negatives = argument_text(arguments, "negatives");
    if (code == EXIT_DONE && negatives)
        code = report_negatives(negatives, models, &e, threads, argument_flag(arguments, "json"));
    const char *errors = argument_text(arguments, "errors");
    if (code == EXIT_DONE && errors)
        code = draw_errors(errors, &e, &data->set);
    const char *answers = argument_text(arguments, "answers");
    if (code == EXIT_DONE && answers)
        code = write_answers(answers, &e, &data->set, &models->provenance.loss);
    lenet5_evaluation_free(&e);
    return code;
}

/* Checks that the output of an option replaces no input. */
static int keep_apart_from_inputs(const cli_arguments *arguments, const char *output)
{
    static const char *const inputs[] = {"images", "labels", "negatives"};
    int code = EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && i < sizeof inputs / sizeof inputs[0]; i++)
        code = keep_apart(arguments, output, argument_text(arguments, inputs[i]));
    for (size_t i = 0; code == EXIT_DONE && i < arguments->count; i++)
        code = keep_apart(arguments, output, arguments->operands[i]);
    return code == EXIT_DONE ? keep_apart_from_data(arguments, output) : code;
}

static int check_outputs(const cli_arguments *arguments)
{
    int code = check_output(arguments, "errors", ".png");
    if (code == EXIT_DONE)
        code = check_output(arguments, "answers", NULL);
    if (code == EXIT_DONE)
        code = keep_apart(arguments, "errors", argument_text(arguments, "answers"));
    if (code == EXIT_DONE)
        code = keep_apart_from_inputs(arguments, "errors");
    return code == EXIT_DONE ? keep_apart_from_inputs(arguments, "answers") : code;
}

static int run(const cli_arguments *arguments)
{
    unsigned threads;
    if (!argument_threads(&threads, arguments))
        return EXIT_USAGE;
    if (argument_text(arguments, "labels") && !argument_text(arguments, "images"))
        return report_usage_error(arguments->command, NEED_LABELS);
    if (argument_flag(arguments, "int8") && threads > 1)
        return report_usage_error(arguments->command, "--int8 compares speeds on one thread: --threads has to be 1");
    if (argument_flag(arguments, "int8"))
        threads = 1;
    int code = check_outputs(arguments);
    if (code != EXIT_DONE)
        return code;
    lenet5_committee models;
    named_set data = {0};
    code = load_models(&models, (const char *const *)arguments->operands, arguments->count, lenet5_builtin());
    if (code == EXIT_DONE && argument_flag(arguments, "int8") && models.count > 1)
        code = report_error("--int8 reads with one network, not with a committee of %zu", models.count);
    if (code == EXIT_DONE)
        code = load(&data, arguments, &models);
    if (code == EXIT_DONE)
        code = report(arguments, &models, &data, threads);
    lenet5_dataset_free(&data.set);
    lenet5_committee_free(&models);
    return code;
}

static const option options[] = {
    OPTION_DATA,
    {"images", "FILE", VALUE_FILE, NULL,
     "test on this IDX file of pictures, of any size, with --labels; or on a text file of USPS"},
    {"labels", "FILE", VALUE_FILE, NULL, "the IDX file of their labels"},
    FLAG("normalise", "scale and centre the ink of each picture as classify does, even at 28x28 pixels"),
    FLAG("distorted", "also test on shifted, rotated, scaled, slanted and noisy pictures (the paper's figure 13)"),
    {"negatives", "FILE", VALUE_FILE, NULL,
     "an IDX file of pictures that are no digits: print how many are rejected when 0.5, 1 or 2 % of the test digits "
     "are"},
    {"errors", "FILE.png", VALUE_NEW_FILE, NULL, "draw all misread digits, like the paper's figure 8"},
    {"answers", "FILE.csv", VALUE_NEW_FILE, NULL, "write the answer to each picture and its probability"},
    OPTION_THREADS(THREADS_DEFAULT),
    FLAG("int8", "also read all pictures in 8-bit integers, and compare; both on one thread"),
    OPTION_JSON("one JSON object, one more each for --distorted and --negatives (docs/json.md)"),
    {0},
};

const cli_command test_command = {
    .name = "test",
    .summary = "measure the error of a model on a test set",
    .usage = "[MODEL...] [options]",
    .description = "Reads every picture of the test set (MNIST, Fashion-MNIST, EMNIST, QMNIST, USPS or two IDX\n"
                   "files) and prints the error with its 95 % interval, the confusion matrix, the share of digits\n"
                   "to reject for six error rates among the rest (the paper's figure 10), and the calibration\n"
                   "error of the probabilities. Pictures of another size than 28x28 pixels are normalised; of\n"
                   "EMNIST, only digits are read.\n\n"
                   "Without MODEL the built-in model is tested. Several models answer together, by the mean of\n"
                   "their penalties. Where MNIST is not installed, synthetic digits are used. Pictures of\n"
                   "--images whose rows and columns are exchanged, as in EMNIST, are transposed.",
    .examples = "lenet5 test\n"
                "lenet5 test m.safetensors --errors misread.png --answers answers.csv\n"
                "lenet5 test --images images-idx3-ubyte --labels labels-idx1-ubyte --normalise",
    .options = options,
    .operand = VALUE_FILE,
    .max_operands = LENET5_MAX_COMMITTEE,
    .run = run,
};
