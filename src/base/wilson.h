/* The interval of an error rate. */
#ifndef LENET5_BASE_WILSON_H
#define LENET5_BASE_WILSON_H

#include <stddef.h>

/* The 95 % Wilson interval of an error rate, as fractions of 1; errors is at most count. For count 0: 0 to 1. */
void lenet5_wilson(double *low, double *high, size_t errors, size_t count);

#endif
