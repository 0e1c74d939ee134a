/* What training and evaluation share. */
#ifndef LENET5_TRAIN_EVALUATE_H
#define LENET5_TRAIN_EVALUATE_H

#include "base/workers.h"
#include "kernels/kernels.h"

/* Says what is wrong with a set that is not labelled and of 28x28. */
lenet5_status lenet5_check_set(const lenet5_dataset *set, lenet5_error *error);

/* The ten penalties of every picture of a set, the means over count networks, seen as warp says; as it is where that is
 * NULL. */
lenet5_status lenet5_penalties(float (*penalty)[LENET5_CLASSES], const lenet5_network *networks, size_t count,
                               const lenet5_dataset *set, const lenet5_warp *warp, workers *pool, lenet5_error *error);

#endif
