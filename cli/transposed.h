/* IDX files in which rows and columns are exchanged, as EMNIST's are. */
#ifndef LENET5_CLI_TRANSPOSED_H
#define LENET5_CLI_TRANSPOSED_H

#include "lenet5.h"

/*
 * Transposes the pictures of a set, and reports it on stderr: if the file has a name of EMNIST, or if the pictures are
 * 28x28 and a sample of them is recognised far better so. path: of the file that they were read from.
 */
lenet5_status transpose_if_needed(lenet5_dataset *set, const char *path, const lenet5_committee *models,
                                  lenet5_error *error);

#endif
