/*
 * What a string may be: lengths, masks, check digits and patterns as a finite automaton over digits and marks, and
 * lists of codes that exist. The search for the best reading goes through the automaton's states, so that no string is
 * ever considered that cannot be. A list may be long; it is kept as it is, in order, and the search makes an automaton
 * of those of its codes that a line may be (shortlist.h).
 */
#ifndef LENET5_READER_FORMAT_H
#define LENET5_READER_FORMAT_H

#include "alphabet.h"
#include "lenet5/reading.h"

enum { DEAD = -1 };

/* A code as the reader takes it: its digits, and nothing that stands between them. */
typedef char code_digits[LENET5_MAX_STRING + 1];

/*
 * Either an automaton or, where there is a list, the codes of it that are of the format. Marks are a part of the string
 * or, where it is the digits that count (lengths, check digits, masks, lists), only of the ink: a string with them and
 * without is the same.
 */
typedef struct grammar {
    size_t count;                     /* states; the first is where a string begins */
    int32_t (*next)[SYMBOLS];         /* (count): the state after each symbol, or DEAD */
    bool *accepts;                    /* (count) */
    bool any;                         /* takes any number */
    bool has_marks;                   /* marks are a part of the string */
    bool notes;                       /* marks that are none are worth a note: no mask says where they are */
    bool digits_alone;                /* the format knows of no marks: they are seldom there */
    size_t code_count;                /* 0: there is no list */
    code_digits *codes;               /* (code_count), in order and each once */
    char mask[2 * LENET5_MAX_STRING]; /* how a string is written out, d for a digit; "" as it is */
} grammar;

lenet5_status lenet5_format_new(grammar *f, const lenet5_read_options *options, lenet5_error *error);

/* The automaton of some codes: a tree of at most count x LENET5_MAX_STRING + 1 states. */
lenet5_status lenet5_format_tree(grammar *f, code_digits *codes, size_t count, lenet5_error *error);

/* Whether a string of digits and marks is of the format and, if there is a list, in it. */
bool lenet5_format_accepts(const grammar *f, const char *text);

/* Writes digits out, with what the mask has between them. */
void lenet5_format_text(char *text, size_t size, const grammar *f, const char *digits);

void lenet5_format_free(grammar *f);

#endif
