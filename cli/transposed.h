/* IDX files in which rows and columns are exchanged, as EMNIST's are. */
#ifndef LENET5_CLI_TRANSPOSED_H
#define LENET5_CLI_TRANSPOSED_H

#include "lenet5.h"

/*
 * Transposes the 28x28 pictures of a set if a sample of them is recognised far better so, and reports it on stderr.
 * name: of the set, for the message.
 */
lenet5_status transpose_if_needed(lenet5_dataset *set, const char *name, const lenet5_committee *models,
                                  lenet5_error *error);

#endif
