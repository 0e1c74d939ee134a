/* The symbols of strings: digits, and the marks between and beside them. */
#ifndef LENET5_READER_ALPHABET_H
#define LENET5_READER_ALPHABET_H

#include "lenet5/network.h"

/* Symbols: 0 to 9 are the digits. */
enum {
    POINT = LENET5_CLASSES,
    COMMA,
    COLON,
    HYPHEN, /* also a minus or a dash */
    SLASH,
    EQUALS,
    PLUS,
    OPEN,
    CLOSE,
    SYMBOLS,
    MARKS = SYMBOLS - LENET5_CLASSES,
    NO_SYMBOL = SYMBOLS
};

static const char lenet5_symbols[SYMBOLS + 1] = "0123456789.,:-/=+()";

/* The symbol of a character, or NO_SYMBOL. */
static inline unsigned symbol_of(char c)
{
    for (unsigned symbol = 0; symbol < SYMBOLS; symbol++)
        if (lenet5_symbols[symbol] == c)
            return symbol;
    return NO_SYMBOL;
}

static inline bool is_digit(unsigned symbol)
{
    return symbol < LENET5_CLASSES;
}

#endif
