/*
 * Recipe strings: global training of the network within the reader, on whole strings of which only the transcript is
 * known (forward.h). In each step strings are drawn from the training digits, cut by the reader, and learned together
 * with a minibatch of recipe read. That keeps the answers to single digits, and their probabilities, as they were.
 */
#ifndef LENET5_GLOBAL_STRINGS_H
#define LENET5_GLOBAL_STRINGS_H

#include "train/training.h"

/* Draws the strings of a training, and has the memory for them. */
typedef struct string_source string_source;

/*
 * Starts a training of recipe strings from the network start, as lenet5_training_new does one of another recipe. Free
 * the training, then the source. LENET5_E_ARGUMENT for eq. 8, which has no probabilities.
 */
lenet5_status lenet5_strings_begin(lenet5_training **training, string_source **source,
                                   const lenet5_training_options *options, const lenet5_dataset *set,
                                   const lenet5_dataset *held_out, const lenet5_network *start, lenet5_error *error);

/* Continues one from a checkpoint, as lenet5_training_resume does. Free the training, then the source. */
lenet5_status lenet5_strings_continue(lenet5_training **training, string_source **source, const char *path,
                                      const lenet5_training_options *options, const lenet5_dataset *set,
                                      const lenet5_dataset *held_out, lenet5_error *error);

void lenet5_strings_free(string_source *source);

/* The recipe, which lenet5_recipe_at does not list since the library has no reader. */
const lenet5_recipe_description *lenet5_strings_recipe(void);

/* The statistics of finished epoch number index, from 0, or NULL: as lenet5_training_epoch. */
const string_sums *lenet5_strings_epoch(const lenet5_training *training, unsigned index);

/* Reads the held-out strings by the network as it is, and sets the last two members of *sums; 0 without a set. */
lenet5_status lenet5_strings_evaluate(string_sums *sums, const lenet5_training *training, lenet5_error *error);

#endif
