#include "error.h"

#include <stdarg.h>
#include <stdio.h>

lenet5_status lenet5_fail(lenet5_error *error, lenet5_status status, uint64_t offset, const char *format, ...)
{
    if (!error)
        return status;
    error->status = status;
    error->offset = offset;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return status;
}

lenet5_status lenet5_fail_memory(lenet5_error *error)
{
    return lenet5_fail(error, LENET5_E_MEMORY, LENET5_NO_OFFSET, "out of memory");
}
