/* lenet5 read: whatever digits stand in some pictures. */
#include "read.h"

#include <stdio.h>
#include <string.h>

#include "common.h"
#include "outputs.h"
#include "json/values.h"

#define DEFAULT_SECONDS 60 /* for a page; the worst of 40 megapixels takes a few */
#define MAX_SECONDS 86400

static bool is_to_end(void *context)
{
    (void)context;
    return interrupted != 0;
}

static int parse_region(read_job *j, const cli_arguments *a, const char *text)
{
    int end = 0;
    j->whole = !text;
    if (text && (sscanf(text, "%zu,%zu,%zu,%zu%n", &j->region.x, &j->region.y, &j->region.width, &j->region.height,
                        &end) != 4 ||
                 text[end] != '\0' || strchr(text, '-') || j->region.width == 0 || j->region.height == 0))
        return complain_usage(a->command, "--region is left,top,width,height in pixels, not \"%s\"", text);
    return EXIT_DONE;
}

/* Options that cannot go together. */
static int check_together(const cli_arguments *a)
{
    if (argument_text(a, "threshold") && argument_text(a, "max-error"))
        return complain_usage(a->command, "--max-error chooses the threshold; give one of the two");
    if (argument_flag(a, "json") && (argument_flag(a, "csv") || argument_flag(a, "csv-raw")))
        return complain_usage(a->command, "--json or --csv, not both");
    if (argument_flag(a, "evidence") && !argument_flag(a, "json"))
        return complain_usage(a->command, "--evidence needs --json");
    if (argument_text(a, "template") && argument_text(a, "region"))
        return complain_usage(a->command, "--template has regions of its own; give it or --region");
    return EXIT_DONE;
}

static int read_numbers(read_job *j, const cli_arguments *a)
{
    lenet5_error error;
    uint64_t n_best, max_pixels, threads;
    double max_error;
    if (!argument_whole(&n_best, a, "n-best", 1, 1, LENET5_MAX_N_BEST) ||
        !argument_whole(&max_pixels, a, "max-pixels", LENET5_DEFAULT_PICTURE_PIXELS, 1, LENET5_MAX_PICTURE_PIXELS) ||
        !argument_whole(&threads, a, "threads", 0, 1, LENET5_MAX_THREADS) ||
        !argument_real(&j->options.threshold, a, "threshold", 0, 0, 1) ||
        !argument_real(&j->options.seconds, a, "timeout", DEFAULT_SECONDS, 0, MAX_SECONDS) ||
        !argument_percent(&max_error, a, "max-error", 0))
        return EXIT_USAGE;
    j->options.n_best = (size_t)n_best;
    j->options.max_pixels = (size_t)max_pixels;
    j->threads = (unsigned)threads;
    if (max_error > 0 && lenet5_read_threshold(&j->options.threshold, max_error, &error) != LENET5_OK)
        return complain_error(&error);
    return EXIT_DONE;
}

static int parse_method(read_job *j, const cli_arguments *a)
{
    const char *text = argument_text(a, "method");
    const size_t place = text ? name_index(method_names, text) : LENET5_METHOD_PIECES;
    if (!method_names[place])
        return complain_unknown(a->command, "method", text, method_names);
    j->options.method = (lenet5_read_method)place;
    return EXIT_DONE;
}

static int parse_marks(read_job *j, const cli_arguments *a)
{
    static const char *const names[] = {"yes", "no", NULL};
    const char *text = argument_text(a, "marks");
    const size_t place = text ? name_index(names, text) : 0;
    if (!names[place])
        return complain_unknown(a->command, "marks", text, names);
    j->options.digits_only = place == 1;
    return EXIT_DONE;
}

static int read_options(read_job *j, const cli_arguments *a)
{
    const char *check = argument_text(a, "check");
    j->evidence = argument_flag(a, "evidence");
    j->telling = argument_flag(a, "json")      ? TELL_JSON
                 : argument_flag(a, "csv-raw") ? TELL_CSV_RAW
                 : argument_flag(a, "csv")     ? TELL_CSV
                                               : TELL_TEXT;
    j->options.stop = is_to_end;
    j->options.format = argument_text(a, "format");
    j->annotated = argument_text(a, "annotate");
    int code = check_together(a);
    if (code == EXIT_DONE)
        code = check_output(a, "annotate", ".png");
    if (code == EXIT_DONE)
        code = read_numbers(j, a);
    if (code == EXIT_DONE)
        code = parse_region(j, a, argument_text(a, "region"));
    if (code == EXIT_DONE)
        code = parse_method(j, a);
    if (code == EXIT_DONE)
        code = parse_marks(j, a);
    if (code == EXIT_DONE && check && !parse_check(&j->options.check, check))
        code = complain_unknown(a->command, "check", check, check_names);
    if (code == EXIT_DONE && argument_text(a, "list"))
        code = load_codes(&j->codes, argument_text(a, "list"));
    j->options.list = (const char *const *)j->codes.codes;
    j->options.list_count = j->codes.count;
    return code;
}

/* Loads the template and checks what it wants of each field, so that a format that is none is told before any picture
 * is read. */
static int read_template(read_job *j, const char *path)
{
    lenet5_error error;
    int code = template_load(&j->form, path);
    for (size_t i = 0; code == EXIT_DONE && i < j->form.count; i++) {
        const lenet5_read_options options = template_options(&j->form.fields[i], &j->options);
        if (lenet5_read_options_check(&options, &error) != LENET5_OK)
            code = complain("%s: fields[%zu]: %s", path, i, error.message);
    }
    return code;
}

/* The format by itself, and with the codes that are listed. */
static int check_format(const read_job *j, const cli_arguments *a)
{
    lenet5_error error;
    lenet5_read_options options = j->options;
    options.list = NULL;
    options.list_count = 0;
    if (lenet5_read_options_check(&options, &error) != LENET5_OK)
        return error.status == LENET5_E_MEMORY ? complain_error(&error)
                                               : complain_usage(a->command, "%s", error.message);
    if (lenet5_read_options_check(&j->options, &error) != LENET5_OK)
        return complain("%s: %s", argument_text(a, "list"), error.message);
    return EXIT_DONE;
}

/* Everything that is asked for and may be wrong; after a failure nothing is read. */
static int prepare(read_job *j, const cli_arguments *a)
{
    int code = read_options(j, a);
    if (code == EXIT_DONE)
        code = check_format(j, a);
    if (code == EXIT_DONE)
        code = load_named_models(&j->models, argument_text(a, "model"), lenet5_builtin_strings());
    if (code == EXIT_DONE && argument_text(a, "template"))
        code = read_template(j, argument_text(a, "template"));
    return code;
}

/* The drawing is written onto nothing that is read; of several, none onto anything. */
static int check_drawings(const read_job *j, const cli_arguments *a)
{
    char path[PATH_SIZE + 32];
    int code = keep_apart(a, "annotate", argument_text(a, "list"));
    if (code == EXIT_DONE)
        code = keep_apart(a, "annotate", argument_text(a, "template"));
    if (code == EXIT_DONE)
        code = keep_apart_from_list(a, "annotate", argument_text(a, "model"));
    for (size_t i = 0; code == EXIT_DONE && i < j->files.count; i++)
        code = keep_apart(a, "annotate", j->files.files[i]);
    for (size_t i = 1; j->annotated && code == EXIT_DONE && j->files.count > 1 && i <= j->files.count; i++) {
        name_drawing(path, j->annotated, i);
        if (is_taken(path))
            code = complain("%s is there; remove it or choose another name", path);
    }
    return code;
}

static int begin_outputs(read_job *j, const cli_arguments *a)
{
    const char *folder = argument_text(a, "explain");
    int code = check_drawings(j, a);
    if (code == EXIT_DONE && folder)
        code = explain_begin(&j->explanation, folder, &j->files);
    if (j->explanation)
        j->options.observer = explain_observer(j->explanation);
    return code;
}

static int run(const cli_arguments *arguments)
{
    read_job j = {0};
    watch_interrupts();
    int code = prepare(&j, arguments);
    if (code == EXIT_DONE) {
        const int listed = list_files(&j.files, arguments->others, arguments->count);
        code = begin_outputs(&j, arguments);
        if (code == EXIT_DONE) {
            tell_head(&j);
            code = read_files(&j);
        }
        code = listed == EXIT_DONE ? code : listed;
    }
    if (j.explanation && explain_end(j.explanation, code == EXIT_FAILED) != EXIT_DONE)
        code = EXIT_FAILED;
    free_files(&j.files);
    template_free(&j.form);
    lenet5_committee_free(&j.models);
    free_codes(&j.codes);
    return code;
}

static const option options[] = {
    {"format", "F", "digits (the default), N, MIN-MAX, zip5, zip9, amount, date, decimal, phone or a mask: dd/dd/dddd"},
    {"marks", "no", "digits only: points, commas, strokes and the like are left out of the answer"},
    {"method", "M", "pieces (the default): lines are cut; or sdnn: the network goes over them"},
    {"list", "FILE", "codes that exist, one a line: the answer is one of them"},
    {"check", "C", "luhn, mod10 or mod11: the last digit has to agree with the others"},
    {"threshold", "P", "the least probability of an accepted string; default 0.91"},
    {"max-error", "P%", "accept so few that at most so many of them are wrong: 1%"},
    {"n-best", "N", "tell the N likeliest strings of each line"},
    {"region", "X,Y,W,H", "read this part of each picture"},
    {"template", "FILE.json", "read these fields of each picture of a form, as docs/json.md says"},
    {"explain", "DIR", "write a page on how each picture was read into a folder that is new, empty or its own"},
    {"annotate", "OUT.png", "draw the picture with what was read in it; several are OUT-1.png ..., which are new"},
    {"model", "FILE,...", "models, which answer together; default: the built-in one for strings"},
    {"max-pixels", "N", "refuse pictures that have more; default 100000000"},
    {"timeout", "SECONDS", "give a page up that takes longer, with exit code 1; default 60, 0: never"},
    {"threads", "N", "default: one for each processor; the answers don't depend on it"},
    {"json", NULL, "an object a line of writing, as docs/json.md says"},
    {"evidence", NULL, "with --json: what each probability is made of, as docs/reading.md says"},
    {"csv", NULL, "a row a line of writing; an apostrophe before cells that begin with = + - or @"},
    {"csv-raw", NULL, "the same with every cell as it is, also control characters"},
    {0},
};

const cli_command read_command = {
    .name = "read",
    .summary = "read the digits in photos and scans",
    .usage = "PICTURE... [options]",
    .description = "Finds lines of handwritten digits in pictures of any kind and reads them: uneven\n"
                   "light, ruled, squared or boxed paper, forms and tables, patterned paper, a sheet\n"
                   "on a table, a slope of up to twelve degrees, a page on its side or upside down\n"
                   "and digits that touch are dealt with. The answer to each line is a string with\n"
                   "its probability, or \"not sure\" and why: then the exit code is 3. A picture in\n"
                   "which nothing is written has no lines.\n\n"
                   "A string is accepted from a probability of 0.91 on, whatever it is. If you know\n"
                   "what is written, use --format, --list or --check: answers are then surer.\n\n"
                   "The string includes the marks . , : - / = + ( ) between and beside digits.\n"
                   "N, MIN-MAX and zip5 are digits only; a mask's own marks may be in the ink or\n"
                   "not. decimal is 17,5 or -3, amount 1.234,50 or 31.964.- or (7.50), date\n"
                   "12/08/2024, 1.2.24 or 2024-08-12, and phone +82-2-123-4567. What stands beside\n"
                   "a number of a format, apart from it, is left out. docs/reading.md says how a\n"
                   "page is read and what its probabilities are made of.\n\n"
                   "A folder stands for the picture files in it, by name, and - for standard input. Pages of\n"
                   "PDF are rendered by pdftoppm (Debian's poppler-utils). docs/json.md lists the limits. What\n"
                   "--format, --list, --check, --threshold, --max-error and --n-best say holds for the fields\n"
                   "of a template that do not say it themselves.",
    .options = options,
    .least = 1,
    .most = SIZE_MAX,
    .run = run,
};
