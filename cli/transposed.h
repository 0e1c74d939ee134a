/* IDX files in which rows and columns are exchanged, as EMNIST's are. */
#ifndef LENET5_CLI_TRANSPOSED_H
#define LENET5_CLI_TRANSPOSED_H

#include "lenet5.h"

/*
 * Exchanges rows and columns of a set's 28x28 pictures if a sample of them is read far more surely so, and says so.
 * name: of the set, for the message.
 */
lenet5_status turn_if_transposed(lenet5_dataset *set, const char *name, const lenet5_committee *models,
                                 lenet5_error *error);

#endif
