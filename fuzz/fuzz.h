/* Functions common to the targets. */
#ifndef LENET5_FUZZ_FUZZ_H
#define LENET5_FUZZ_FUZZ_H

#include "lenet5.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads a picture with the built-in model and the options chosen by `choice`, and discards the result. */
void fuzz_read(const lenet5_picture *picture, uint8_t choice);

#endif
