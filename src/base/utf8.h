/* Checks of untrusted text: UTF-8 and printable characters. */
#ifndef LENET5_BASE_UTF8_H
#define LENET5_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes the first character of text. Returns its size, 1 to 4 bytes; 0 at the end of the text and for invalid UTF-8:
 * a stray or missing byte, an overlong form, a surrogate, or a number above 0x10FFFF.
 */
static inline size_t lenet5_utf8_next(uint32_t *character, const char *text)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char first = (unsigned char)text[0];
    const size_t size = first < 0x80 ? first != 0 : first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (size == 0 || first > 0xF4)
        return 0;
    *character = size == 1 ? first : first & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        if (((unsigned char)text[i] & 0xC0) != 0x80) /* also at the end of the text */
            return 0;
        *character = *character << 6 | ((unsigned char)text[i] & 0x3F);
    }
    const bool surrogate = *character >= 0xD800 && *character <= 0xDFFF;
    return *character < least[size] || *character > 0x10FFFF || surrogate ? 0 : size;
}

static inline bool lenet5_is_utf8(const char *text)
{
    uint32_t character;
    while (*text) {
        const size_t size = lenet5_utf8_next(&character, text);
        if (size == 0)
            return false;
        text += size;
    }
    return true;
}

/* Whether text is UTF-8 without control characters (C0, DEL and C1). */
static inline bool lenet5_is_printable(const char *text)
{
    uint32_t character;
    while (*text) {
        const size_t size = lenet5_utf8_next(&character, text);
        if (size == 0 || character < 0x20 || (character >= 0x7F && character < 0xA0))
            return false;
        text += size;
    }
    return true;
}

#endif
