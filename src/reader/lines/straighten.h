/* A line of writing on its own: cut out of its page, level and upright. */
#ifndef LENET5_READER_STRAIGHTEN_H
#define LENET5_READER_STRAIGHTEN_H

#include "pieces.h"

/*
 * Makes the map of a line, without pieces; or a crowded line. in_cells: it stays as upright as the cells that it is
 * written in. Free the line, whatever the status.
 */
lenet5_status lenet5_straighten_line(text_line *line, const line_groups *groups, size_t number, bool in_cells,
                                     budget *b, lenet5_error *error);

#endif
