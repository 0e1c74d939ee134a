/* Options structs that grow: their first member, size, says how much of the struct the caller's compiler has seen. */
#ifndef LENET5_BASE_OPTIONS_H
#define LENET5_BASE_OPTIONS_H

#include "lenet5/base.h"

/*
 * Copies options, a struct whose first member is a size_t with its size in bytes, into copy, which has room for size
 * bytes; members that the caller's struct lacks become 0. The size 0 stands for first_size, that of version 0.2.0.
 * LENET5_E_ARGUMENT if the struct is shorter than that, or if it has members, not all 0, that this library lacks.
 */
lenet5_status lenet5_options_copy(void *copy, size_t size, size_t first_size, const void *options, lenet5_error *error);

#endif
