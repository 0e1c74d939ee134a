/* The most that the processor could do, which bench compares the passes with. */
#ifndef LENET5_TRAIN_PEAK_H
#define LENET5_TRAIN_PEAK_H

#include "lenet5/base.h"

/*
 * Measures the multiply-adds a second of threads threads, at most LENET5_MAX_THREADS, that do nothing else, with the
 * instruction set isa, a name from lenet5_isa_at. Takes about 0.2 s.
 */
lenet5_status lenet5_measure_peak(double *multiply_adds_per_s, const char *isa, unsigned threads, lenet5_error *error);

#endif
