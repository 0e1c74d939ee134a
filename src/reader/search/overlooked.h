/* What a string makes of marks and digits because its format asks for it. */
#ifndef LENET5_READER_OVERLOOKED_H
#define LENET5_READER_OVERLOOKED_H

#include "search.h"

/* Counts the marks of the best reading of a solved graph, whatever the format, that a string does not read as marks,
 * and those of its digits that stand by themselves and that the string reads as several. */
size_t lenet5_overlooked(const graph *g, const solution *s);

#endif
