/* A training that several processes share. */
#ifndef LENET5_TRAIN_SHARE_H
#define LENET5_TRAIN_SHARE_H

#include "lenet5/training.h"
#include "system/ranks.h"

/*
 * Lets all ranks of a job train together: from here on each computes its share of every step, and all have the same
 * weights after it, those that one process would have. Each rank has created the training with the same options and
 * data. It then calls the same functions of the training as the others, except for those that only look at it or save
 * it. Call before the first step; the ranks outlive the training. LENET5_E_RANKS if their states differ.
 */
lenet5_status lenet5_training_share(lenet5_training *training, rank_group *ranks, lenet5_error *error);

#endif
