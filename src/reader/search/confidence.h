/* How far a string can be trusted. */
#ifndef LENET5_READER_CONFIDENCE_H
#define LENET5_READER_CONFIDENCE_H

#include "search.h"

/* How sure it is that all digits of the string are digits, 0 to 1. */
double lenet5_digit_confidence(const graph *g, const solution *read);

#endif
