/* One step of each optimiser, from the mean gradient of a batch. */
#ifndef LENET5_TRAIN_OPTIMISER_H
#define LENET5_TRAIN_OPTIMISER_H

#include "training.h"

/* Before a pass: h_kk from some pictures of the pass, and from it the rate of each parameter. */
void lenet5_estimate_rates(lenet5_training *training);

/* Changes the network by the mean gradient of the count pictures of the shards. */
void lenet5_adam_update(lenet5_training *training, size_t count);

#endif
