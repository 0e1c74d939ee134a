/* Evaluation functions that training and calibration use. */
#ifndef LENET5_TRAIN_EVALUATE_H
#define LENET5_TRAIN_EVALUATE_H

#include "kernels/kernels.h"
#include "lenet5/data.h"
#include "lenet5/model.h"
#include "system/workers.h"

/* The mean penalties of a committee for every picture of a set, each distorted by warp unless that is NULL. */
lenet5_status lenet5_penalties(float (*penalty)[LENET5_CLASSES], const lenet5_committee *committee,
                               const lenet5_dataset *set, const lenet5_warp *warp, workers *pool, lenet5_error *error);

#endif
