/* Names and checks of data sets, and the synthetic signs and letters that negatives are made of. */
#ifndef LENET5_DATA_DATASET_H
#define LENET5_DATA_DATASET_H

#include "base/random.h"
#include "lenet5/data.h"
#include "lenet5/network.h"

/* Returns the subfolder of that index in which lenet5_dataset_load looks, "" or with a slash at its end; NULL beyond the
 * last. */
const char *lenet5_data_subfolder(size_t index);

/* Whether a file of that name in such a folder counts as part of a data set: IDX files, and the names of USPS. */
bool lenet5_is_data_name(const char *name);

/* Whether a file is part of EMNIST by its name; its pictures are stored transposed. */
bool lenet5_is_emnist(const char *path);

/* Exchanges rows and columns of square pictures, and seals the set anew. */
void lenet5_dataset_transpose(lenet5_dataset *set);

/* LENET5_E_ARGUMENT unless a set has pictures, of a valid size, and valid labels if any. */
lenet5_status lenet5_check_set(const lenet5_dataset *set, lenet5_error *error);

/* The same; also requires labels and pictures of 28x28. */
lenet5_status lenet5_check_digits(const lenet5_dataset *set, lenet5_error *error);

/* Makes a set of count pictures of 28x28, with room for pixels and labels. Free the set if the status is LENET5_OK. */
lenet5_status lenet5_dataset_allocate(lenet5_dataset *set, size_t count, lenet5_error *error);

/* Computes set->sha256 over its pixels and labels. */
void lenet5_dataset_seal(lenet5_dataset *set);

/* Draws a digit in any of its forms, those that only strings have included or not, with any hand and pen. */
void lenet5_draw_hand(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random, unsigned digit, bool in_strings);

/* Draws a letter, a sign or a scribble with the pen of synthetic digits. */
void lenet5_draw_sign(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random);

/* Draws one of a second list of letters and signs. */
void lenet5_draw_letter(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random);

#endif
