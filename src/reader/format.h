/*
 * What a string may be, as a finite automaton over digits: lengths and masks, lists of codes that exist, check digits.
 * The search for the best reading goes through its states, so that no string is ever considered that cannot be.
 */
#ifndef LENET5_READER_FORMAT_H
#define LENET5_READER_FORMAT_H

#include "lenet5_reader.h"

enum { DEAD = -1 };

typedef struct grammar {
    size_t count;                     /* states; the first is where a string begins */
    int32_t (*next)[10];              /* (count): the state after each digit, or DEAD */
    bool *accepts;                    /* (count) */
    char mask[2 * LENET5_MAX_STRING]; /* how a string is written out, d for a digit; "" as it is */
} grammar;

lenet5_status lenet5_format_new(grammar *f, const lenet5_read_options *options, lenet5_error *error);

/* Whether it takes any string of digits. */
bool lenet5_format_is_any(const grammar *f);

/* Writes digits out, with what the mask has between them. */
void lenet5_format_text(char *text, size_t size, const grammar *f, const char *digits);

void lenet5_format_free(grammar *f);

#endif
