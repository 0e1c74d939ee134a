/*
 * The SHA-256 of a model's data. sum.c computes it with nettle; unchecked.c stands for it in lenet5_core, which has no
 * library.
 */
#ifndef LENET5_MODEL_SUM_H
#define LENET5_MODEL_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes 64 hexadecimal digits and a zero. Not in unchecked.c. */
void lenet5_data_sum(char sum[65], const uint8_t *data, size_t size);

/* Whether data have that sum; always true in unchecked.c. */
bool lenet5_data_match(const char *sum, const uint8_t *data, size_t size);

#endif
