/* Components of touching digits in several lines. */
#ifndef LENET5_READER_DIVIDE_H
#define LENET5_READER_DIVIDE_H

#include "chains.h"

/*
 * Divides components of strokes that go through several lines, and measures all components again. *divided: there are
 * some.
 */
lenet5_status lenet5_divide_between_lines(bool *divided, components *c, const strokes *s, const ink_map *map,
                                          lenet5_error *error);

#endif
