/* What the commands share: complaints, interrupts, data sets, models, JSON. */
#ifndef LENET5_CLI_COMMON_H
#define LENET5_CLI_COMMON_H

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include "lenet5.h"
#include "options.h"
#include "json/build.h"

#define PATH_SIZE 4096

/* ---- Options that several commands have ------------------------------------------------------------------------- */

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
#define THREADS_DEFAULT "threads; default: the number of processors"

/* The value of --threads, 0 for the number of processors if it is not given. Returns false after reporting an error. */
bool argument_threads(unsigned *threads, const cli_arguments *arguments);

/* The number of threads for a number of jobs: as many as asked for, 0: as there are processors; at most one a job. */
size_t thread_count(unsigned asked, size_t jobs);

/* name_list: of lenet5_recipe_at and of lenet5_string_style_at. */
const char *recipe_at(size_t index);
const char *style_at(size_t index);

/* ---- Messages --------------------------------------------------------------------------------------------------- */

/* Says on stderr that something failed, in characters that put_escaped lets through; returns EXIT_FAILED. */
int report_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
int vreport_error(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));
int report_library_error(const lenet5_error *error);
int report_out_of_memory(void);

/* The last one as an error. */
lenet5_status fail_memory(lenet5_error *error);

/* Where this thread's complaints go from now on; NULL: to stderr, as at first. */
void set_error_stream(FILE *stream);
FILE *error_stream(void);

/*
 * Text that others have chosen (names of files, fields of a form, metadata of a model) as a terminal may show it:
 * control characters, those that turn the direction of writing, and bytes that are not UTF-8 become \x1b and the like.
 * What is escaped already stays as it is. escape_text keeps within size bytes; a line is cut off after 8 KiB.
 */
void put_escaped(FILE *out, const char *text);
void escape_text(char *to, size_t size, const char *text);

/* Prints a line of such text, whose end it adds. */
void print_line(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Commands that messages suggest, to be pasted into a shell. */
#define COMMAND_SIZE (4 * PATH_SIZE)

/* Writes how this program was called, and the name of one of its commands: "build/lenet5 train". */
void begin_command(char command[COMMAND_SIZE], const char *name);

/* Appends a blank and the word, in quotes where a shell needs them; cut off at COMMAND_SIZE bytes. */
void add_word(char command[COMMAND_SIZE], const char *word);

/* Reports on stderr that the model, or committee, is written, and how to test it. */
void report_written(const char *what, const char *path);

/*
 * The signal, SIGINT or SIGTERM, that has come after watch_interrupts; else 0. Work that sees it saves what is worth it
 * and returns. What has not returned after BACKSTOP_MICROSECONDS is ended by the signal all the same, as by a second
 * one: files are written beside their names and renamed, so that nothing is ever half written. Reads that wait fail
 * with EINTR.
 */
extern volatile sig_atomic_t interrupted;
void watch_interrupts(void);

/* Ends the process by that signal's default action, so that its parent sees what ended it. */
_Noreturn void end_by_signal(int number);

/* fflush that keeps errno in output_errno where it is stdout that cannot be written; 0: it could. */
extern int output_errno;
void flush_stream(FILE *stream);

/* Opens descriptors 0 to 2 where the parent has closed them, in a way that reading and writing fail as before: else the
 * next files to be opened would take their places, and complaints would be written into them. */
void hold_standard_descriptors(void);

/* The bytes of a text file of at most that many, and a zero behind them; no device or pipe is read further. Returns an
 * exit code. Free the text whatever it is. */
int load_text(char **text, size_t *size, const char *path, size_t most);

/*
 * The folder of the data: --data, else $LENET5_DATA, else lenet5/mnist in $XDG_DATA_HOME or $HOME/.local/share. Returns
 * false, with an empty path, where none of them is set.
 */
bool data_folder(char path[PATH_SIZE], const cli_arguments *arguments);

/* Complains that data_folder has returned false. */
int report_no_data_folder(void);

/* Whether --data or $LENET5_DATA names the folder: then a missing set is an error, and synthetic digits are no
 * substitute. */
bool data_is_named(const cli_arguments *arguments);

/* A set and its name for reports: "MNIST" if it is that, else the name of its folder. */
typedef struct named_set {
    lenet5_dataset set;
    char name[64];
} named_set;

lenet5_status load_set(named_set *loaded, const cli_arguments *arguments, lenet5_part part, lenet5_error *error);

/* How many synthetic digits stand in for a set that is not there, and from which seeds they are drawn. */
#define SYNTHETIC_TRAINING 20000
#define SYNTHETIC_TEST 5000
#define SYNTHETIC_NAME "synthetic digits"

lenet5_status synthetic_set(named_set *drawn, lenet5_part part, lenet5_error *error);

/* What lenet5 train writes where no name is given. */
#define DEFAULT_MODEL "lenet5.safetensors"

/* The networks of those files; where count is 0, a built-in one (NULL: there was no memory). Free it, whatever the
 * code. */
int load_models(lenet5_committee *committee, const char *const *paths, size_t count, const lenet5_model *builtin);

/* The same from a list of files between commas, or NULL for the built-in one. */
int load_named_models(lenet5_committee *committee, const char *names, const lenet5_model *builtin);

/*
 * Prints an object as one line, and drops it; print_json on stdout, at once. NULL stands for one that found no memory:
 * nothing is printed, and the exit code says so.
 */
int put_json(FILE *out, json_t *object);
int print_json(json_t *object);

double percent(size_t part, size_t whole);

/* For qsort of doubles. */
int ascending(const void *a, const void *b);

#endif
