/*
 * Recipe strings: global training of the network within the reader, on whole strings of which only the transcript is
 * known (forward.h). In each step strings are drawn from the training digits, cut by the reader, and learned together
 * with a minibatch of recipe read. That keeps the answers to single digits, and their probabilities, as they were.
 */
#ifndef LENET5_GLOBAL_STRINGS_H
#define LENET5_GLOBAL_STRINGS_H

#include "lenet5/training.h"

/* Draws the strings of a training, and has the memory for them. */
typedef struct string_source string_source;

/*
 * Starts a training of recipe strings, as lenet5_training_new does one of another recipe. The network that it starts
 * from should be trained. Free the training, then the source. LENET5_E_ARGUMENT for eq. 8, which has no probabilities.
 */
lenet5_status lenet5_strings_begin(lenet5_training **training, string_source **source,
                                   const lenet5_training_options *options, const lenet5_dataset *set,
                                   const lenet5_dataset *held_out, lenet5_error *error);

/* Continues one from a checkpoint, as lenet5_training_resume does. Free the training, then the source. */
lenet5_status lenet5_strings_continue(lenet5_training **training, string_source **source, const char *path,
                                      const lenet5_training_options *options, const lenet5_dataset *set,
                                      const lenet5_dataset *held_out, lenet5_error *error);

void lenet5_strings_free(string_source *source);

/* The recipe, which lenet5_recipe_at does not list since the library has no reader. */
const lenet5_recipe_description *lenet5_strings_recipe(void);

/* Strings of held-out digits, the same ones at any time, and how many of them are not read as written. */
typedef struct held_out_strings {
    size_t count, errors; /* 0 without a held-out set */
} held_out_strings;

/* Statistics of the strings of an epoch, beside those of lenet5_epoch. */
typedef struct string_epoch {
    size_t count;   /* strings trained on */
    size_t skipped; /* strings that the reader does not cut into their digits */
    double loss;    /* mean, each string before the update that it led to */
    held_out_strings held_out;
} string_epoch;

/* Returns the statistics of finished epoch number index, from 0 to below lenet5_training_epochs_done. */
string_epoch lenet5_strings_epoch(const lenet5_training *training, unsigned index);

/*
 * Reads the next few held-out strings by the network as it is, and adds them to *read, whose count is that of the ones
 * before. *done: there are no more.
 */
lenet5_status lenet5_strings_evaluate(held_out_strings *read, bool *done, const lenet5_training *training,
                                      lenet5_error *error);

#endif
