/*
 * lenet5_reader.h: deprecated, and removed in version 1.0. Include lenet5.h, or lenet5/reading.h for the reader alone.
 */
#ifndef LENET5_READER_H
#define LENET5_READER_H

#include "lenet5.h"

/* The name of lenet5_read_options_validate up to version 0.1. */
LENET5_DEPRECATED("use lenet5_read_options_validate")
static inline lenet5_status lenet5_read_options_check(const lenet5_read_options *options, lenet5_error *error)
{
    return lenet5_read_options_validate(options, error);
}

#endif
