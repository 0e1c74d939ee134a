/* Printed digits among handwriting. */
#ifndef LENET5_READER_PRINT_H
#define LENET5_READER_PRINT_H

#include "budget.h"

/* Lines of small and even digits among accepted lines are not accepted, and that is noted. The picture is upright. */
lenet5_status lenet5_reject_printed_digits(lenet5_reading *reading, budget *b, lenet5_error *error);

#endif
