/* What stands before or behind a string, on its line. */
#ifndef LENET5_READER_BESIDE_H
#define LENET5_READER_BESIDE_H

#include "search.h"

/*
 * Whether all that stands beside a string is plainly no part of it: on either side nothing, a word, or a sign by
 * itself, with a gap between.
 */
bool lenet5_is_plain_beside(const graph *g, const text_line *line, const solution *s);

/* Whether a piece stands before the string's first or behind its last symbol. */
bool lenet5_is_beside(const graph *g, const solution *s, size_t piece);

#endif
