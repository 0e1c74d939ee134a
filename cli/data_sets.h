/* Data sets of the commands: the folder they are in, and synthetic digits where there is none. */
#ifndef LENET5_CLI_DATA_SETS_H
#define LENET5_CLI_DATA_SETS_H

#include "lenet5.h"
#include "messages.h"
#include "options.h"

/*
 * Writes the folder of the data: --data, else $LENET5_DATA, else lenet5/mnist in $XDG_DATA_HOME or $HOME/.local/share.
 * Returns false, and an empty path, if none of them is set.
 */
bool data_folder(char path[PATH_SIZE], const cli_arguments *arguments);

/* The same for the named set, "mnist", whose files lenet5 fetch writes; $LENET5_DATA does not count. */
bool set_folder(char path[PATH_SIZE], const cli_arguments *arguments, const char *set);

/* Reports that data_folder or set_folder has returned false. */
int report_no_data_folder(void);

/* Whether --data or $LENET5_DATA names the folder: then a missing set is an error, and synthetic digits are no
 * substitute. */
bool data_is_named(const cli_arguments *arguments);

/* A set and its name for reports: "MNIST" if it is that, else the name of its folder. */
typedef struct named_set {
    lenet5_dataset set;
    char name[64];
} named_set;

/* Loads one part of the set in the folder of the data, normalised. The caller frees the set, also after a failure. */
lenet5_status load_set(named_set *loaded, const cli_arguments *arguments, lenet5_part part, lenet5_error *error);

/* Normalises the pictures of a set to 28x28 pixels if they have another size, or always, and seals the set anew.
 * Reports pictures without ink on stderr. */
lenet5_status normalise_set(lenet5_dataset *set, bool always, lenet5_error *error);

#define SYNTHETIC_TRAINING 20000 /* synthetic digits in place of the training set */
#define SYNTHETIC_TEST 5000      /* and of the test set */
#define SYNTHETIC_NAME "synthetic digits"

/* Draws synthetic digits, always the same. */
lenet5_status synthetic_set(named_set *drawn, lenet5_part part, lenet5_error *error);

/* Loads the set; if no folder is named and MNIST is not installed, reports that on stderr and draws synthetic
 * digits. */
lenet5_status load_or_draw_set(named_set *loaded, const cli_arguments *arguments, lenet5_part part,
                               lenet5_error *error);

/* Reports that synthetic digits are used because MNIST is not installed. */
void announce_synthetic_digits(void);

#endif
