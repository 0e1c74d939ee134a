/* Pictures of more pixels than reading takes. */
#ifndef LENET5_READER_REDUCE_H
#define LENET5_READER_REDUCE_H

#include "reader/budget.h"

/* How many times smaller, each way, a picture is best read; 1: as it is. */
size_t lenet5_reduction_of(const lenet5_picture *picture);

/* Makes a picture so many times smaller: the mean of each square, and what is left over at the right and below goes.
 * Free its grey. */
lenet5_status lenet5_reduce(lenet5_picture *reduced, const lenet5_picture *picture, size_t times, budget *b,
                            lenet5_error *error);

#endif
