/* Reduction of large pictures. */
#ifndef LENET5_READER_REDUCE_H
#define LENET5_READER_REDUCE_H

#include "reader/budget.h"

/* The factor, each way, by which a picture is best reduced; 1: none. */
size_t lenet5_reduction_of(const lenet5_picture *picture);

/*
 * Reduces a picture by a factor: each pixel is the mean of a square; a remainder at the right and below is lost. Free
 * its grey.
 */
lenet5_status lenet5_reduce(lenet5_picture *reduced, const lenet5_picture *picture, size_t times, budget *b,
                            lenet5_error *error);

#endif
