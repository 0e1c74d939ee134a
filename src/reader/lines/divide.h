/* Components that are more than one: the digits of two lines that touch, or of two cells. */
#ifndef LENET5_READER_DIVIDE_H
#define LENET5_READER_DIVIDE_H

#include "chains.h"

/* Whether any stroke goes through several lines; if so its component is divided between them, and measured anew. */
lenet5_status lenet5_divide_between_lines(bool *divided, components *c, const strokes *s, const ink_map *map,
                                          lenet5_error *error);

#endif
