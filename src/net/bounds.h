/* What the numbers that come from a caller, or from a file, may be. */
#ifndef LENET5_NET_BOUNDS_H
#define LENET5_NET_BOUNDS_H

#include "lenet5/model.h"

/* Of a lenet5_loss. */
#define LENET5_MAX_RUBBISH 1e6
#define LENET5_MIN_SCALE 1e-6
#define LENET5_MAX_SCALE 1e6

bool lenet5_loss_fits(const lenet5_loss *loss);

/* LENET5_E_ARGUMENT, with a message, for what does not fit. */
lenet5_status lenet5_check_loss(const lenet5_loss *loss, lenet5_error *error);
lenet5_status lenet5_check_committee(const lenet5_committee *committee, lenet5_error *error);

#endif
