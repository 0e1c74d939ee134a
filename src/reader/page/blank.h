/* Most of a page is blank: loops over its pixels skip blank ones eight at a time. */
#ifndef LENET5_READER_BLANK_H
#define LENET5_READER_BLANK_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The first index from from on whose level is not 0; count if there is none. */
static inline size_t skip_blank(const uint8_t *levels, size_t from, size_t count)
{
    uint64_t eight = 0;
    while (from + sizeof eight <= count && (memcpy(&eight, levels + from, sizeof eight), eight == 0))
        from += sizeof eight;
    while (from < count && levels[from] == 0)
        from++;
    return from;
}

#endif
