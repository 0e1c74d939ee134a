/* What a string makes of marks and digits because its format asks for it. */
#ifndef LENET5_READER_UNCONSTRAINED_H
#define LENET5_READER_UNCONSTRAINED_H

#include "search.h"

/* Whether the best reading of a solved graph, whatever the format, has a mark that a string does not read as one, a
 * digit by itself that the string reads as several, or a digit that it does not have. */
bool lenet5_contradicts_best_path(const graph *g, const solution *s);

#endif
