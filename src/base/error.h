/* How a function of the library reports a failure: return lenet5_fail(error, LENET5_E_..., offset, "message", ...). */
#ifndef LENET5_BASE_ERROR_H
#define LENET5_BASE_ERROR_H

#include "lenet5/base.h"

/* Fills *error unless error is NULL, and returns status. */
lenet5_status lenet5_fail(lenet5_error *error, lenet5_status status, uint64_t offset, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Fills *error with LENET5_E_MEMORY. */
lenet5_status lenet5_fail_memory(lenet5_error *error);

#endif
