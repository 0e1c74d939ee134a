/* The optimisers. */
#ifndef LENET5_TRAIN_OPTIMISER_H
#define LENET5_TRAIN_OPTIMISER_H

#include "training.h"

/* Estimates h_kk from the first pictures of an epoch and sets the learning rate of each parameter. */
lenet5_status lenet5_estimate_rates(lenet5_training *training, lenet5_error *error);

/* One step of Adam by the gradient in the shards, of the mean of so many losses. */
void lenet5_adam_update(lenet5_training *training, size_t shards, size_t losses);

#endif
