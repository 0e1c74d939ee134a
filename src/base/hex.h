/* Hexadecimal. */
#ifndef LENET5_BASE_HEX_H
#define LENET5_BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Writes size bytes as 2 size digits and a terminating zero. */
static inline void lenet5_hex(char *text, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * size] = '\0';
}

#endif
