/* A line of writing on its own: cut out of its page, without slope and slant. */
#ifndef LENET5_READER_STRAIGHTEN_H
#define LENET5_READER_STRAIGHTEN_H

#include "pieces.h"

/*
 * Makes the map of a line, without pieces; or a crowded line. in_cells: slope and slant stay as they are, since the
 * cells are upright. Free the line, whatever the status.
 */
lenet5_status lenet5_straighten_line(text_line *line, const line_groups *groups, size_t number, bool in_cells,
                                     slant_undone undo, budget *b, lenet5_error *error);

#endif
