/* Cells that hold several lines, one below the other: a frame around a list, or a column whose level rules are lost. */
#ifndef LENET5_READER_CELL_LINES_H
#define LENET5_READER_CELL_LINES_H

#include "chains.h"
#include "reader/page/layout.h"

/* Gives the strokes of each such cell a line for each row that they make; until then all of a field are one line. */
lenet5_status lenet5_split_cell_lines(strokes *s, const layout *printed, lenet5_error *error);

#endif
