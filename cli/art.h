/* Pictures in the terminal, two pixels a character. */
#ifndef LENET5_CLI_ART_H
#define LENET5_CLI_ART_H

#include "lenet5.h"

/* Prints pictures of 28x28 pixels side by side, 24 columns each: the ink as blocks. */
void print_pictures(const uint8_t *const *pictures, size_t count);

#endif
