/*
 * What is printed on a page and what is written: the frames, cells and rules that a form prints are found and taken out
 * of the ink before anything is read.
 */
#ifndef LENET5_READER_LAYOUT_H
#define LENET5_READER_LAYOUT_H

#include "box.h"
#include "ink.h"
#include "transform.h"

#define NO_FIELD (-1)

/* A region of paper that printed ink encloses, or nearly. */
typedef struct cell {
    box box;       /* the paper within its frame */
    int32_t field; /* the place in the list of fields */
} cell;

/* Cells that hold one number: a row of boxes for a digit each, or one cell of a table, or a single frame. */
typedef struct field {
    size_t first, count; /* its cells, which are side by side in their list, from left to right */
    box box;
    size_t table, row, column; /* which of the page's tables it is in, and where, from 1; 0: in none */
} field;

/* A line from left to right that was taken out. */
typedef struct horizontal_line {
    double x0, y0, x1, y1; /* its ends */
    double thickness;
} horizontal_line;

typedef struct layout {
    size_t cell_count, field_count, horizontal_count;
    cell *cells;                  /* (cell_count), field by field */
    field *fields;                /* (field_count), in reading order */
    horizontal_line *horizontals; /* (level_count): a number that one of them crosses may have been struck out */
    size_t rules;                 /* printed lines and circles that were taken out */
} layout;

/*
 * Finds printed structure, turns the map until it is level, and takes it out of the map; place becomes where the map is
 * in the one that it was turned from. Where nothing is printed nothing changes. Free the layout, whatever the status.
 */
lenet5_status lenet5_find_layout(layout *found, ink_map *map, transform *place, const ink_report *report, budget *b,
                                 lenet5_error *error);

void lenet5_layout_free(layout *found);

#endif
