/*
 * Cells with several lines, one below the other: a frame around a list, or a column whose horizontal rules are missing.
 */
#ifndef LENET5_READER_CELL_LINES_H
#define LENET5_READER_CELL_LINES_H

#include "chains.h"
#include "reader/page/layout.h"

/* Gives each row of strokes in such a cell a line of its own; before, all strokes of a field are one line. */
lenet5_status lenet5_split_cell_lines(strokes *s, const layout *printed, lenet5_error *error);

#endif
