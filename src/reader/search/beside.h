/* What is before or behind a string, on its line. */
#ifndef LENET5_READER_BESIDE_H
#define LENET5_READER_BESIDE_H

#include "search.h"

/*
 * Whether everything beside a string is clearly no part of it: on either side nothing, a word or a single sign, after a
 * gap.
 */
bool lenet5_is_plain_beside(const graph *g, const text_line *line, const solution *s);

/* Whether a piece is before the first or behind the last symbol of a string. */
bool lenet5_is_beside(const graph *g, const solution *s, size_t piece);

#endif
