/* Shared by the commands: common options, models, JSON; messages, interrupts and data sets by their headers. */
#ifndef LENET5_CLI_COMMON_H
#define LENET5_CLI_COMMON_H

#include "data_sets.h"
#include "interrupts.h"
#include "lenet5.h"
#include "messages.h"
#include "options.h"
#include "json/build.h"

/* ---- Options that several commands have -------------------------------------------------------------------------- */

#define OPTION_DATA                                                                                      \
    {                                                                                                    \
        "data", "DIR", VALUE_FOLDER, NULL,                                                               \
            "folder of MNIST or another IDX set; default: $LENET5_DATA, else where lenet5 fetch puts it" \
    }
#define OPTION_JSON(what) FLAG("json", what)
#define OPTION_MODEL(usual)                                                                      \
    {                                                                                            \
        "model", "FILE,...", VALUE_FILES, NULL, "models, which answer together; default: " usual \
    }
#define OPTION_THREADS(help)                    \
    {                                           \
        "threads", "N", VALUE_WHOLE, NULL, help \
    }
#define OPTION_DIGIT_THRESHOLD                                                                              \
    {                                                                                                       \
        "threshold", "P", VALUE_NUMBER, NULL, "accept digits from this probability on, 0 to 1; default 0.5" \
    }
#define OPTION_DIGIT_MAX_ERROR                                                                               \
    {                                                                                                        \
        "max-error", "SHARE", VALUE_SHARE, NULL,                                                             \
            "choose the threshold so that at most this share of the accepted digits is wrong: 0.1% or 0.001" \
    }
#define THREADS_DEFAULT "number of threads; default: the number of processors"

/* The value of --threads, 0 for the number of processors if it is not given. Returns false after reporting an error. */
bool argument_threads(unsigned *threads, const cli_arguments *arguments);

/* The number of threads for a number of jobs: as many as asked for, 0: as there are processors; at most one a job. */
size_t thread_count(unsigned asked, size_t jobs);

/* name_list: of lenet5_recipe_at and of lenet5_string_style_at. */
const char *recipe_at(size_t index);
const char *style_at(size_t index);

/* ---- Models ------------------------------------------------------------------------------------------------------ */

/* The output of lenet5 train if --out is not given. */
#define DEFAULT_MODEL "lenet5.safetensors"

/* Loads the networks of those files; for count 0, copies a built-in model (NULL: it found no memory). Returns an exit
 * code. Free the committee in any case. */
int load_models(lenet5_committee *committee, const char *const *paths, size_t count, const lenet5_model *builtin);

/* The files of a list separated by commas, which is cut up. Returns their number, LENET5_MAX_COMMITTEE at most. */
size_t split_models(const char *paths[LENET5_MAX_COMMITTEE], char *list);

/* Loads a list of files separated by commas; NULL: the built-in model. */
int load_named_models(lenet5_committee *committee, const char *names, const lenet5_model *builtin);

/* The threshold of single digits: --threshold, or the one that the model needs for --max-error. Returns an exit code. */
int choose_digit_threshold(double *threshold, const cli_arguments *arguments, const lenet5_provenance *provenance);

/* ---- JSON and numbers -------------------------------------------------------------------------------------------- */

/* Prints an object as one line and drops it; print_json prints to stdout and flushes it. If object is NULL, or memory
 * runs out, nothing is printed and the exit code is a failure. */
int put_json(FILE *out, json_t *object);
int print_json(json_t *object);

/* part / whole in per cent; 0 if whole is 0. */
double percent(size_t part, size_t whole);

#endif
