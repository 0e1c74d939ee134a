/* The ranges of the numbers that a caller or a file supplies. */
#ifndef LENET5_NET_BOUNDS_H
#define LENET5_NET_BOUNDS_H

#include "lenet5/model.h"

/* Of a lenet5_loss. They keep exponents finite in float; calibration finds j below 100 and scales around 0.1. */
#define LENET5_MAX_RUBBISH 1e6 /* j of eq. 9 */
#define LENET5_MIN_SCALE 1e-6
#define LENET5_MAX_SCALE 1e6

bool lenet5_loss_fits(const lenet5_loss *loss);

/* LENET5_E_ARGUMENT, with a message, for a value out of range. */
lenet5_status lenet5_check_loss(const lenet5_loss *loss, lenet5_error *error);
lenet5_status lenet5_check_committee(const lenet5_committee *committee, lenet5_error *error);

#endif
