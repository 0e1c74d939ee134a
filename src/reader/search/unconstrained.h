/* Comparison of a string with the best path without a format. */
#ifndef LENET5_READER_UNCONSTRAINED_H
#define LENET5_READER_UNCONSTRAINED_H

#include "search.h"

/*
 * Whether the best path of a solved graph, without the format, has a mark that a string does not read as one, a digit
 * by itself that the string splits, or a digit that it does not have.
 */
bool lenet5_contradicts_best_path(const graph *g, const solution *s);

#endif
