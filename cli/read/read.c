/* lenet5 read: the lines of digits in pictures. */
#include "read.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "by_ranks.h"
#include "common.h"
#include "outputs.h"
#include "ranks/ranks.h"
#include "reader/decode/formats.h"
#include "json/values.h"

#define DEFAULT_SECONDS 60 /* for a page; the slowest of 40 megapixels takes 5 s (docs/security.md) */
#define MAX_SECONDS 86400  /* a day */

static bool must_stop(void *context)
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
        return report_usage_error(a->command, "--region is left,top,width,height in pixels, not \"%s\"", text);
    return EXIT_DONE;
}

/* I/N: part I of N; parts count from 1, or with --zero-based from 0. */
static int parse_shard(read_job *j, const cli_arguments *a)
{
    const char *text = argument_text(a, "shard");
    const bool zero_based = argument_flag(a, "zero-based");
    int end = 0;
    j->shard = (shard){.part = 1, .parts = 1};
    if (!text)
        return EXIT_DONE;
    const bool two = sscanf(text, "%5" SCNu64 "/%5" SCNu64 "%n", &j->shard.part, &j->shard.parts, &end) == 2 &&
                     text[end] == '\0' && text[strspn(text, "0123456789/")] == '\0';
    j->shard.part += zero_based;
    if (!two || j->shard.part < 1 || j->shard.part > j->shard.parts || j->shard.parts > MAX_PARTS)
        return report_usage_error(a->command, "--shard is I/N, part I of N, from %s; N is at most %d; not \"%s\"",
                                  zero_based ? "0/N to N-1/N" : "1/N to N/N", MAX_PARTS, text);
    return EXIT_DONE;
}

/* ---- Options together -------------------------------------------------------------------------------------------- */

typedef struct option_pair {
    const char *first, *second;
} option_pair;

static const option_pair exclusions[] = {
    {"threshold", "max-error"}, {"json", "csv"},      {"json", "csv-raw"},   {"template", "region"},
    {"files", "tar"},           {"files", "explain"}, {"files", "annotate"}, {"tar", "explain"},
    {"tar", "annotate"},        {"out", "explain"},   {"out", "annotate"},   {"out", "csv-raw"},
};
static const option_pair needs[] = {{"evidence", "json"}, {"shard", "out"}, {"zero-based", "shard"}};

static int check_pairs(const cli_arguments *a)
{
    for (size_t i = 0; i < sizeof exclusions / sizeof exclusions[0]; i++)
        if (argument_flag(a, exclusions[i].first) && argument_flag(a, exclusions[i].second))
            return report_usage_error(a->command, "--%s and --%s exclude each other", exclusions[i].first,
                                      exclusions[i].second);
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (argument_flag(a, needs[i].first) && !argument_flag(a, needs[i].second))
            return report_usage_error(a->command, "--%s needs --%s", needs[i].first, needs[i].second);
    if (argument_flag(a, "out") && !argument_flag(a, "json") && !argument_flag(a, "csv"))
        return report_usage_error(a->command, "--out needs --json or --csv");
    return EXIT_DONE;
}

static bool names_stdin(const cli_arguments *a, const char *name)
{
    const char *path = argument_text(a, name);
    return path && strcmp(path, "-") == 0;
}

/* Checks that there are inputs, and that standard input is one thing only. */
static int check_inputs(const cli_arguments *a)
{
    if (a->count == 0 && !argument_flag(a, "files") && !argument_flag(a, "tar"))
        return report_usage_error(a->command, "read: missing argument PICTURE, --files or --tar");
    if (a->count > 0 && argument_flag(a, "tar"))
        return report_usage_error(a->command, "--tar and %s exclude each other", a->operands[0]);
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->operands[i], "-") == 0 && names_stdin(a, "files"))
            return report_usage_error(a->command, "standard input cannot be a list and a picture");
    return EXIT_DONE;
}

static int check_together(const cli_arguments *a)
{
    const int code = check_pairs(a);
    return code == EXIT_DONE ? check_inputs(a) : code;
}

static int read_numbers(read_job *j, const cli_arguments *a)
{
    lenet5_error error;
    uint64_t n_best, max_pixels;
    double max_error;
    if (!argument_whole(&n_best, a, "n-best", 1, 1, LENET5_MAX_N_BEST) ||
        !argument_whole(&max_pixels, a, "max-pixels", LENET5_DEFAULT_PICTURE_PIXELS, 1, LENET5_MAX_PICTURE_PIXELS) ||
        !argument_threads(&j->threads, a) || !argument_real(&j->options.threshold, a, "threshold", 0, 0, 1) ||
        !argument_real(&j->options.seconds, a, "timeout", DEFAULT_SECONDS, 0, MAX_SECONDS) ||
        !argument_percent(&max_error, a, "max-error", 0))
        return EXIT_USAGE;
    j->options.n_best = (size_t)n_best;
    j->options.max_pixels = (size_t)max_pixels;
    if (max_error > 0 && lenet5_read_threshold(&j->options.threshold, max_error, &error) != LENET5_OK)
        return report_usage_error(a->command, "--max-error: %s", error.message);
    return EXIT_DONE;
}

/* ---- Names ------------------------------------------------------------------------------------------------------- */

/* The formats that have a name; N, MIN-MAX and masks are formats too. */
static const char *format_at(size_t index)
{
    static const char *const names[] = {"digits", "zip5", "zip9", "amount", "date", "decimal", "phone", NULL};
    return names[index];
}

static const char *method_at(size_t index)
{
    return method_names[index];
}

static const char *check_at(size_t index)
{
    return check_names[index];
}

static const char *marks_at(size_t index)
{
    static const char *const names[] = {"yes", "no", NULL};
    return names[index];
}

static int parse_names(read_job *j, const cli_arguments *a)
{
    size_t method, marks, check;
    if (!argument_index(&method, a, "method", LENET5_METHOD_PIECES) || !argument_index(&marks, a, "marks", 0) ||
        !argument_index(&check, a, "check", LENET5_CHECK_NONE))
        return EXIT_USAGE;
    j->options.method = (lenet5_read_method)method;
    j->options.digits_only = marks == 1;
    j->options.check = (lenet5_check)check;
    return EXIT_DONE;
}

static int read_options(read_job *j, const cli_arguments *a)
{
    j->evidence = argument_flag(a, "evidence");
    j->output = argument_flag(a, "json")      ? OUTPUT_JSON
                : argument_flag(a, "csv-raw") ? OUTPUT_CSV_RAW
                : argument_flag(a, "csv")     ? OUTPUT_CSV
                                              : OUTPUT_TEXT;
    j->options.stop = must_stop;
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
        code = parse_shard(j, a);
    if (code == EXIT_DONE)
        code = parse_names(j, a);
    if (code == EXIT_DONE && argument_text(a, "list"))
        code = load_codes(&j->codes, argument_text(a, "list"));
    j->options.list = (const char *const *)j->codes.codes;
    j->options.list_count = j->codes.count;
    return code;
}

/* Loads the template and checks the options of each field before any picture is read. */
static int read_template(read_job *j, const char *path)
{
    lenet5_error error;
    int code = template_load(&j->form, path);
    for (size_t i = 0; code == EXIT_DONE && i < j->form.count; i++) {
        const lenet5_read_options options = template_options(&j->form.fields[i], &j->options);
        if (lenet5_read_options_validate(&options, &error) != LENET5_OK)
            code = report_error("%s: fields[%zu]: %s", path, i, error.message);
    }
    return code;
}

/* Checks the format by itself, and with the codes of the list. */
static int check_format(const read_job *j, const cli_arguments *a)
{
    lenet5_error error;
    lenet5_read_options options = j->options;
    options.list = NULL;
    options.list_count = 0;
    if (lenet5_read_options_validate(&options, &error) != LENET5_OK)
        return error.status == LENET5_E_MEMORY ? report_library_error(&error)
                                               : report_usage_error(a->command, "%s", error.message);
    if (lenet5_read_options_validate(&j->options, &error) != LENET5_OK)
        return report_error("%s: %s", argument_text(a, "list"), error.message);
    return EXIT_DONE;
}

static int prepare_options(read_job *j, const cli_arguments *a)
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

/* Lists the operands. After an error about one the others are read, but not for a part. */
static int list_operands(read_job *j, const cli_arguments *a)
{
    j->listed = list_files(&j->operands, a->operands, a->count, PICTURES_AND_PDF);
    return argument_text(a, "out") ? j->listed : EXIT_DONE;
}

static int make_header(read_job *j)
{
    j->header = part_header(j);
    return j->header ? EXIT_DONE : report_out_of_memory();
}

/* Checks all that is given; after a failure nothing is read. */
static int prepare(void *argument)
{
    read_job *j = argument;
    int code = by_ranks_check(j);
    if (code == EXIT_DONE)
        code = prepare_options(j, j->arguments);
    if (code == EXIT_DONE)
        code = list_operands(j, j->arguments);
    if (code == EXIT_DONE)
        code = by_ranks_survey(j);
    if (code == EXIT_DONE && argument_text(j->arguments, "out"))
        code = make_header(j);
    return code;
}

/* Checks that the annotated picture replaces no input, and that several replace no file. */
static int check_drawings(const read_job *j, const cli_arguments *a)
{
    char path[PATH_SIZE + 32];
    int code = keep_apart(a, "annotate", argument_text(a, "list"));
    if (code == EXIT_DONE)
        code = keep_apart(a, "annotate", argument_text(a, "template"));
    if (code == EXIT_DONE)
        code = keep_apart_from_list(a, "annotate", argument_text(a, "model"));
    for (size_t i = 0; code == EXIT_DONE && i < j->operands.count; i++)
        code = keep_apart(a, "annotate", j->operands.files[i]);
    for (size_t i = 1; j->annotated && code == EXIT_DONE && j->operands.count > 1 && i <= j->operands.count; i++) {
        name_drawing(path, j->annotated, i);
        if (is_taken(path))
            code = report_error("%s exists; remove it or choose another name", path);
    }
    return code;
}

/* The results go to a part of --out, to standard output otherwise. */
static int begin_results(read_job *j, const cli_arguments *a)
{
    const char *folder = argument_text(a, "out");
    json_t *header = j->header;
    j->header = NULL;
    if (folder)
        return part_begin(&j->part, folder, &j->shard, j->output == OUTPUT_JSON ? ".jsonl" : ".csv", header_of(j),
                          header);
    fputs(header_of(j), stdout);
    return EXIT_DONE;
}

static int begin_outputs(read_job *j, const cli_arguments *a)
{
    const char *folder = argument_text(a, "explain");
    int code = check_drawings(j, a);
    if (code == EXIT_DONE && folder)
        code = explain_begin(&j->explanation, folder, &j->operands);
    if (j->explanation)
        j->options.observer = explain_observer(j->explanation);
    return code == EXIT_DONE ? begin_results(j, a) : code;
}

static int begin(void *argument)
{
    read_job *j = argument;
    const cli_arguments *a = j->arguments;
    const int code =
        inputs_open(&j->inputs, &j->operands, argument_text(a, "files"), argument_text(a, "tar"), j->shard);
    return code == EXIT_DONE ? begin_outputs(j, a) : code;
}

static void abandon_part(read_job *j)
{
    part_abandon(j->part);
    j->part = NULL;
}

static int end_part(void *argument)
{
    read_job *j = argument;
    part_writer *whole = j->part;
    j->part = NULL;
    return whole ? part_end(whole, j->inputs) : EXIT_DONE;
}

/* Ends the part, if all ranks have read theirs. A failure of one of them ends the others at once (ranks_end); only an
 * interrupt is one of all. */
static int end_results(read_job *j, int code)
{
    const bool done = code == EXIT_DONE || code == EXIT_UNREADABLE;
    if (!done)
        abandon_part(j);
    if (!done && !interrupted)
        return code;
    int together = ranks_agree(done ? EXIT_DONE : code);
    if (together == EXIT_DONE)
        together = ranks_in_turn(end_part, j);
    return together == EXIT_DONE ? ranks_agree(code) : together;
}

static int read_all(read_job *j)
{
    int code = by_ranks_begin(j);
    if (code == EXIT_DONE)
        code = ranks_in_turn(prepare, j);
    if (code == EXIT_DONE)
        code = by_ranks_agree(j);
    if (code == EXIT_DONE)
        code = ranks_in_turn(begin, j);
    if (code == EXIT_DONE)
        code = end_results(j, read_inputs(j));
    by_ranks_end(j);
    return j->listed == EXIT_DONE ? code : j->listed;
}

static int run(const cli_arguments *arguments)
{
    read_job j = {.arguments = arguments};
    watch_interrupts();
    int code = read_all(&j);
    if (j.explanation && explain_end(j.explanation, code == EXIT_FAILED) != EXIT_DONE)
        code = EXIT_FAILED;
    part_abandon(j.part);
    json_decref(j.header);
    inputs_close(j.inputs);
    free_files(&j.operands);
    template_free(&j.form);
    lenet5_committee_free(&j.models);
    free_codes(&j.codes);
    ranks_end(code);
    return code == EXIT_UNREADABLE && argument_flag(arguments, "exit-zero") ? EXIT_DONE : code;
}

static const option options[] = {
    {"format", "FORMAT", VALUE_TEXT, format_at,
     "the expected form: digits (default), N, MIN-MAX, zip5, zip9, amount, date, decimal, phone, or a mask such as "
     "dd/dd/dddd; at most 32 digits"},
    {"list", "FILE", VALUE_FILE, NULL, "accept only codes of this list, one a line"},
    {"check", "NAME", VALUE_NAME, check_at, "verify the last digit by luhn, mod10 or mod11; default none"},
    {"marks", "yes|no", VALUE_NAME, marks_at, "include marks such as . , - / in the string; default yes"},
    {"threshold", "P", VALUE_NUMBER, NULL, "accept strings from this probability on, 0 to 1; default 0.91"},
    {"max-error", "SHARE", VALUE_SHARE, NULL,
     "choose the threshold so that at most this share of the accepted strings is wrong: 1% or 0.01"},
    {"n-best", "N", VALUE_WHOLE, NULL, "print the N most probable strings of each line, 1 to 10; default 1"},
    {"region", "X,Y,W,H", VALUE_TEXT, NULL, "read only this box of each picture: left, top, width, height in pixels"},
    {"template", "FILE.json", VALUE_FILE, NULL, "read the fields of a form that this file describes (docs/json.md)"},
    {"method", "NAME", VALUE_NAME, method_at,
     "pieces (default): cut lines into digits; sdnn: sweep the network over them, as the paper's section VII"},
    OPTION_MODEL("the built-in one for strings"),
    {"max-pixels", "N", VALUE_WHOLE, NULL, "refuse larger pictures; default 100000000"},
    {"timeout", "SECONDS", VALUE_NUMBER, NULL,
     "give up on a page after this time, which is an error; default 60, 0: never"},
    {"files", "FILE", VALUE_FILE, NULL,
     "read the pictures that this list names too, one a line, or each ended by a zero byte; - is standard input"},
    {"tar", "FILE", VALUE_FILE, NULL,
     "read the pictures in a TAR archive, which may be compressed; - is standard input"},
    OPTION_THREADS("files that are read at the same time; default: the number of processors"),
    {"explain", "DIR", VALUE_FOLDER, NULL,
     "write index.html, which shows how each picture was read, to a new or empty folder or one of an earlier "
     "explanation"},
    {"annotate", "FILE.png", VALUE_NEW_FILE, NULL,
     "draw each picture with its digits; several are FILE-1.png, FILE-2.png ..., which must not exist"},
    OPTION_JSON("one JSON object for each line of writing (docs/json.md)"),
    FLAG("evidence", "with --json: the measures behind each probability (docs/reading.md)"),
    FLAG("csv", "one CSV row for each line; an apostrophe protects cells that begin with = + - or @"),
    FLAG("csv-raw", "CSV with every cell unchanged, control characters included"),
    {"out", "DIR", VALUE_FOLDER, NULL,
     "with --json or --csv: write the results and a manifest to this folder, for lenet5 merge; a row for each error"},
    {"shard", "I/N", VALUE_TEXT, NULL, "with --out: read part I of N alone, pictures I, I+N, I+2N ...; default 1/1"},
    FLAG("zero-based", "count the parts of --shard from 0: I/N is 0/N to N-1/N, as the indices of a Kubernetes Job"),
    FLAG("exit-zero", "exit with 0 instead of 3 if a string is not sure, or with --out an input cannot be read"),
    {0},
};

#ifdef LENET5_MPI
#define MPI_DESCRIPTION                                                                                   \
    "\n\nUnder mpirun, --out without --shard divides the pictures among the ranks, each of which takes\n" \
    "the next ones when it is through with some. The parts appear when all ranks have read theirs; if\n"  \
    "one fails, run the same command again. --threads is for each rank."
#else
#define MPI_DESCRIPTION ""
#endif

const cli_command read_command = {
    .name = "read",
    .summary = "read the digits in photos, scans and PDF files",
    .usage = "[PICTURE...] [options]",
    .description = "Finds the lines of handwritten digits in each picture and prints a string and its probability\n"
                   "for each. A line below the threshold is printed as \"not sure\" with the most probable string\n"
                   "and the reason; the exit code is then 3. A picture without writing has no lines, and is no\n"
                   "error: the exit code stays 0.\n\n"
                   "PICTURE is a file, a folder, which stands for the picture files in it, in alphabetical order\n"
                   "and without subfolders, or - for standard input. Formats: " LENET5_PICTURE_FORMATS ",\n"
                   "and PDF, whose pages pdftoppm renders (Debian: poppler-utils). --files and --tar name many\n"
                   "pictures; memory does not grow with their number.\n\n"
                   "--out writes the results to a folder, and --shard divides the pictures among processes, on one\n"
                   "or many machines: lenet5 merge joins the parts to the bytes that a single process writes. A\n"
                   "part appears when it is complete. A process that was killed is started again as before. With\n"
                   "--out, a picture that cannot be read is a row with the error, and the exit code is 3.\n\n"
                   "The reader copes with uneven light, ruled, squared, boxed or patterned paper, forms and\n"
                   "tables, a sheet on a table, slopes up to 12 degrees, pages on their side or upside down, and\n"
                   "digits that touch. If you know the format, pass --format, --list or --check: fewer strings\n"
                   "are possible then, and probabilities are higher.\n\n"
                   "Strings include the marks . , : - / = + ( ) between and beside digits. N, MIN-MAX and zip5\n"
                   "are digits only; the marks of a mask may be present in the ink or not. Examples: decimal\n"
                   "17,5 or -3; amount 1.234,50 or (7.50); date 12/08/2024 or 2024-08-12; phone\n"
                   "+82-2-123-4567.\n\n"
                   "--format, --list, --check, --max-error and --n-best are the defaults for fields of a\n"
                   "template that do not set their own." MPI_DESCRIPTION,
    .examples = "lenet5 read letter.jpg                             # all lines of a photo\n"
                "lenet5 read --format zip5 --list codes.txt scans/  # postal codes of a folder\n"
                "lenet5 read --template form.json --csv forms/*.png > forms.csv\n"
                "lenet5 read letter.jpg --explain why               # then open why/index.html\n"
                "find scans -name '*.png' | sort >list              # many pictures\n"
                "lenet5 read --files list --csv --out parts --shard 1/4",
    .options = options,
    .operand = VALUE_PATH,
    .max_operands = SIZE_MAX,
    .run = run,
};
