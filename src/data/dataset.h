/* What the files of src/data share. */
#ifndef LENET5_DATA_DATASET_H
#define LENET5_DATA_DATASET_H

#include "base/random.h"
#include "lenet5/data.h"
#include "lenet5/network.h"

/* What is wrong with a set: pictures, their size, memory and labels, where it has any. */
lenet5_status lenet5_check_set(const lenet5_dataset *set, lenet5_error *error);

/* The same, and it has to be labelled and of 28x28. */
lenet5_status lenet5_check_digits(const lenet5_dataset *set, lenet5_error *error);

/* Computes set->sha256 over its pixels and labels. */
void lenet5_dataset_seal(lenet5_dataset *set);

/* Draws what is no digit with the same pen: a letter, a sign or a scribble. */
void lenet5_draw_sign(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random);

/* Draws a letter or a figure of those that lenet5_draw_sign does not know. */
void lenet5_draw_letter(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random);

#endif
