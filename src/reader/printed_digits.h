/* Printed digits among handwriting. */
#ifndef LENET5_READER_PRINTED_DIGITS_H
#define LENET5_READER_PRINTED_DIGITS_H

#include "budget.h"

/* Rejects accepted lines of small and regular digits among larger ones, and notes it. The picture is upright. */
lenet5_status lenet5_reject_printed_digits(lenet5_reading *reading, budget *b, lenet5_error *error);

#endif
