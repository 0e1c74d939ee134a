/* Formats with marks in them, as automata. */
#ifndef LENET5_READER_PATTERNS_H
#define LENET5_READER_PATTERNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A pattern's states are whole numbers below PATTERN_STATES, 0 the first. What they mean is the pattern's own; most of
 * the numbers stand for none.
 */
#define PATTERN_STATES 16384

typedef struct pattern {
    const char *name;
    int32_t (*next)(int32_t state, unsigned symbol); /* the state after a symbol, or DEAD */
    bool (*accepts)(int32_t state);
} pattern;

/* Any number with any marks where they make sense. */
extern const pattern lenet5_any_pattern;

/* amount, date, decimal or phone; NULL: there is none of the name. */
const pattern *lenet5_pattern_named(const char *name);

#endif
