/* What the files of src/data share. */
#ifndef LENET5_DATA_DATASET_H
#define LENET5_DATA_DATASET_H

#include "lenet5.h"

/* Computes set->sha256 over its pixels and labels. */
void lenet5_dataset_seal(lenet5_dataset *set);

#endif
