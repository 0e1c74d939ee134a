/* Formats with marks, as automata. */
#ifndef LENET5_READER_PATTERNS_H
#define LENET5_READER_PATTERNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A pattern's states are integers below PATTERN_STATES, the first 0. Their meaning is the pattern's own; most values
 * are unused.
 */
#define PATTERN_STATES 16384

typedef struct pattern {
    const char *name;
    int32_t (*next)(int32_t state, unsigned symbol); /* the state after a symbol, or DEAD */
    bool (*accepts)(int32_t state);
} pattern;

/* Any number, with marks in plausible places. */
extern const pattern lenet5_any_pattern;

/* The pattern named amount, date, decimal or phone; NULL: none. */
const pattern *lenet5_pattern_named(const char *name);

#endif
