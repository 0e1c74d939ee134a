/* The confidence in the digits of a string, whatever other strings there are. */
#ifndef LENET5_READER_CONFIDENCE_H
#define LENET5_READER_CONFIDENCE_H

#include "search.h"

#define MIN_PROBABILITY 1e-9 /* of a divisor or of the argument of a logarithm: keeps the result finite */

/*
 * The probability that all digits of a string are digits: a product of logistic functions, with the CONFIDENCE weights.
 */
double lenet5_digit_confidence(const graph *g, const solution *read);

#endif
