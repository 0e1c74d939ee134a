#include "options.h"

#include <string.h>

#include "error.h"

lenet5_status lenet5_options_copy(void *copy, size_t size, size_t first_size, const void *options, lenet5_error *error)
{
    size_t given;
    memcpy(&given, options, sizeof given);
    if (given == 0)
        given = first_size;
    if (given < first_size)
        return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                           "options of %zu bytes; set the member size to 0 or to sizeof the struct", given);
    for (size_t i = size; i < given; i++)
        if (((const unsigned char *)options)[i] != 0)
            return lenet5_fail(error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
                               "an option that version %s of the library does not have", LENET5_VERSION);
    memset(copy, 0, size);
    memcpy(copy, options, given < size ? given : size);
    return LENET5_OK;
}
