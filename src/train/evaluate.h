/* What training and evaluation share. */
#ifndef LENET5_TRAIN_EVALUATE_H
#define LENET5_TRAIN_EVALUATE_H

#include "base/workers.h"
#include "kernels/kernels.h"
#include "lenet5/data.h"
#include "lenet5/model.h"

/* The ten penalties of every picture of a set, a committee's means, seen as warp says; as it is where that is NULL. */
lenet5_status lenet5_penalties(float (*penalty)[LENET5_CLASSES], const lenet5_committee *committee,
                               const lenet5_dataset *set, const lenet5_warp *warp, workers *pool, lenet5_error *error);

#endif
