/*
 * What a string may be: lengths and masks and check digits as a finite automaton over digits, and lists of codes that
 * exist. The search for the best reading goes through the automaton's states, so that no string is ever considered that
 * cannot be. A list may be long; it is kept as it is, in order, and the search makes an automaton of those of its codes
 * that a line may be (shortlist.h).
 */
#ifndef LENET5_READER_FORMAT_H
#define LENET5_READER_FORMAT_H

#include "lenet5_reader.h"

enum { DEAD = -1 };

/* A code as the reader takes it: its digits, and nothing that stands between them. */
typedef char code_digits[LENET5_MAX_STRING + 1];

/* Either an automaton or, where there is a list, the codes of it that are of the format. */
typedef struct grammar {
    size_t count;                     /* states; the first is where a string begins */
    int32_t (*next)[10];              /* (count): the state after each digit, or DEAD */
    bool *accepts;                    /* (count) */
    size_t code_count;                /* 0: there is no list */
    code_digits *codes;               /* (code_count), in order and each once */
    char mask[2 * LENET5_MAX_STRING]; /* how a string is written out, d for a digit; "" as it is */
} grammar;

lenet5_status lenet5_format_new(grammar *f, const lenet5_read_options *options, lenet5_error *error);

/* The automaton of some codes: a tree of at most count x LENET5_MAX_STRING + 1 states. */
lenet5_status lenet5_format_tree(grammar *f, code_digits *codes, size_t count, lenet5_error *error);

/* Whether a string of digits is of the format and, if there is a list, in it. */
bool lenet5_format_accepts(const grammar *f, const char *digits);

/* Whether it takes any string of digits. */
bool lenet5_format_is_any(const grammar *f);

/* Writes digits out, with what the mask has between them. */
void lenet5_format_text(char *text, size_t size, const grammar *f, const char *digits);

void lenet5_format_free(grammar *f);

#endif
