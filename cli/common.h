/* What the commands share: complaints, interrupts, data sets, models, JSON. */
#ifndef LENET5_CLI_COMMON_H
#define LENET5_CLI_COMMON_H

#include <signal.h>
#include <stdio.h>

#include "json/build.h"
#include "lenet5.h"
#include "options.h"

/* Says on stderr that something failed; returns EXIT_FAILED. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
int complain_error(const lenet5_error *error);
int complain_memory(void);

/* The last one as an error. */
lenet5_status fail_memory(lenet5_error *error);

/* Where this thread's complaints go from now on; NULL: to stderr, as at first. */
void complain_into(FILE *stream);
FILE *complaints(void);

/* Set once SIGINT or SIGTERM has come after watch_interrupts. A second one ends the program at once. */
extern volatile sig_atomic_t interrupted;
void watch_interrupts(void);

#define PATH_SIZE 4096

/* The folder of the data: --data, else $LENET5_DATA, else lenet5/mnist in the XDG data folder. */
void data_folder(char path[PATH_SIZE], const cli_arguments *arguments);

/* A set, and what to call it: "MNIST" if it is that, else the name of its folder. */
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
