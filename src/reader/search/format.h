/*
 * What a string may be: lengths, masks, check digits and patterns as a finite automaton over digits and marks, and
 * lists of codes. The search runs through the automaton's states, so that no other string is considered. A list stays
 * as it is, sorted; the search makes an automaton of the codes that are likeliest in a line (shortlist.h).
 */
#ifndef LENET5_READER_FORMAT_H
#define LENET5_READER_FORMAT_H

#include "alphabet.h"
#include "lenet5/reading.h"

enum { DEAD = -1 };

/* A code: its digits, without what is between them. */
typedef char code_digits[LENET5_MAX_STRING + 1];

/*
 * An automaton, or a list of the codes that a format accepts. In patterns, marks are a part of the string; in lengths,
 * masks, check digits and lists, digits alone are, and marks are ink that may be skipped.
 */
typedef struct grammar {
    size_t count;                     /* states; the first one is the start */
    int32_t (*next)[SYMBOLS];         /* (count): the state after each symbol, or DEAD */
    bool *accepts;                    /* (count) */
    bool any;                         /* any number is accepted */
    bool has_marks;                   /* marks are a part of the string */
    bool notes;                       /* omitted marks are noted: no mask says where they are */
    bool digits_alone;                /* the format has no marks, which are rare then */
    size_t code_count;                /* 0: no list */
    code_digits *codes;               /* (code_count), sorted, without duplicates */
    char mask[2 * LENET5_MAX_STRING]; /* how a string is written, d for a digit; "": as it is */
} grammar;

/*
 * Makes the automaton of the options' format and check digit, or the list of the codes that these accept.
 * LENET5_E_ARGUMENT for a format or a code that is none. Free it if the status is LENET5_OK.
 */
lenet5_status lenet5_format_new(grammar *f, const lenet5_read_options *options, lenet5_error *error);

/* Makes the automaton of some codes: a trie of at most count x LENET5_MAX_STRING + 1 states. */
lenet5_status lenet5_format_tree(grammar *f, code_digits *codes, size_t count, lenet5_error *error);

/* Whether a format accepts a string of digits and marks, and its list, if any, has it. */
bool lenet5_format_accepts(const grammar *f, const char *text);

/* Writes digits out, with the characters of the mask. */
void lenet5_format_text(char *text, size_t size, const grammar *f, const char *digits);

void lenet5_format_free(grammar *f);

#endif
