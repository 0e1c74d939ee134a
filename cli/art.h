/* Pictures in the terminal, two pixels a character. */
#ifndef LENET5_CLI_ART_H
#define LENET5_CLI_ART_H

#include "lenet5.h"

/* Prints the pictures side by side, ink light on a dark ground; ten of 28x28 need 300 columns, so hand it a few. */
void print_pictures(const uint8_t *const *pictures, size_t count);

#endif
