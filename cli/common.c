#include "common.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json/text.h"
#include "json/values.h"

/* ---- Options ----------------------------------------------------------------------------------------------------- */

bool argument_threads(unsigned *threads, const cli_arguments *arguments)
{
    uint64_t given;
    const bool right = argument_whole(&given, arguments, "threads", 0, 1, LENET5_MAX_THREADS);
    *threads = (unsigned)given;
    return right;
}

size_t thread_count(unsigned asked, size_t jobs)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t threads = asked ? asked : processors > 0 ? (size_t)processors : 1;
    threads = threads < LENET5_MAX_THREADS ? threads : LENET5_MAX_THREADS;
    return threads < jobs ? threads : jobs;
}

const char *recipe_at(size_t index)
{
    const lenet5_recipe_description *recipe = lenet5_recipe_at(index);
    return recipe ? recipe->name : NULL;
}

const char *style_at(size_t index)
{
    const lenet5_string_style *style = lenet5_string_style_at(index);
    return style ? style->name : NULL;
}

/* ---- Models ------------------------------------------------------------------------------------------------------ */

static int copy_model(lenet5_committee *committee, const lenet5_model *builtin)
{
    committee->networks = builtin ? malloc(sizeof *committee->networks) : NULL;
    if (!committee->networks)
        return report_out_of_memory();
    committee->count = 1;
    committee->networks[0] = builtin->network;
    committee->provenance = builtin->provenance;
    return EXIT_DONE;
}

int load_models(lenet5_committee *committee, const char *const *paths, size_t count, const lenet5_model *builtin)
{
    lenet5_error error;
    *committee = (lenet5_committee){0};
    if (count == 0)
        return copy_model(committee, builtin);
    return lenet5_committee_load(committee, paths, count, &error) == LENET5_OK ? EXIT_DONE
                                                                               : report_library_error(&error);
}

size_t split_models(const char *paths[LENET5_MAX_COMMITTEE], char *list)
{
    size_t count = 0;
    for (char *rest = list, *name; count < LENET5_MAX_COMMITTEE && (name = strtok_r(rest, ",", &rest));)
        paths[count++] = name;
    return count;
}

int load_named_models(lenet5_committee *models, const char *names, const lenet5_model *builtin)
{
    const char *paths[LENET5_MAX_COMMITTEE];
    char *list = strdup(names ? names : "");
    if (!list)
        return report_out_of_memory();
    const size_t count = split_models(paths, list);
    const int code =
        names && count == 0 ? report_error("--model names no file") : load_models(models, paths, count, builtin);
    free(list);
    return code;
}

int choose_digit_threshold(double *threshold, const cli_arguments *arguments, const lenet5_provenance *provenance)
{
    lenet5_error error;
    double max_error;
    const bool given = argument_text(arguments, "max-error") != NULL;
    if (!argument_real(threshold, arguments, "threshold", DEFAULT_DIGIT_THRESHOLD, 0, 1) ||
        !argument_percent(&max_error, arguments, "max-error", 1))
        return EXIT_USAGE;
    if (given && argument_text(arguments, "threshold"))
        return report_usage_error(arguments->command, "--threshold and --max-error exclude each other");
    double needed = 0;
    if (given && lenet5_threshold(&needed, provenance, max_error, &error) != LENET5_OK)
        return report_library_error(&error);
    *threshold = needed > *threshold ? needed : *threshold;
    return EXIT_DONE;
}

/* ---- JSON and numbers -------------------------------------------------------------------------------------------- */

int put_json(FILE *out, json_t *object)
{
    text_buffer line = {0};
    text_json(&line, object);
    text_puts(&line, "\n");
    const bool whole = !line.failed;
    if (whole)
        fwrite(line.bytes, 1, line.size, out);
    text_free(&line);
    return whole ? EXIT_DONE : report_out_of_memory();
}

int print_json(json_t *object)
{
    const int code = put_json(stdout, object);
    flush_stream(stdout);
    return code;
}

double percent(size_t part, size_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}
