/* Printed structure of a page: frames, cells and rules are found and removed from the ink before anything is read. */
#ifndef LENET5_READER_LAYOUT_H
#define LENET5_READER_LAYOUT_H

#include "box.h"
#include "ink.h"
#include "transform.h"

#define NO_FIELD (-1)

/* A region of paper enclosed by printed lines, or nearly. */
typedef struct cell {
    box box;       /* the paper within its frame */
    int32_t field; /* index into fields */
} cell;

/* Cells that hold one number: a row of boxes for a digit each, one cell of a table, or a single frame. */
typedef struct field {
    size_t first, count; /* its cells, consecutive in their list, from left to right */
    box box;
    size_t table, row, column; /* its table, and its cell there, from 1; 0: in none */
} field;

/* A horizontal line that was removed. */
typedef struct horizontal_line {
    double x0, y0, x1, y1; /* its ends, from left to right */
    double thickness;
} horizontal_line;

typedef struct layout {
    size_t cell_count, field_count, horizontal_count;
    cell *cells;                  /* (cell_count), field by field */
    field *fields;                /* (field_count), in reading order */
    horizontal_line *horizontals; /* (horizontal_count): a number that one crosses may have been struck out */
    size_t rules;                 /* printed lines and circles that were removed */
} layout;

/*
 * Finds printed structure, removes it from the map, and rotates the map until it is horizontal. to_source: from the map
 * to the one it was rotated from. Without printed structure nothing changes. Free the layout, whatever the status.
 */
lenet5_status lenet5_find_layout(layout *found, ink_map *map, transform *to_source, const ink_report *report, budget *b,
                                 lenet5_error *error);

void lenet5_layout_free(layout *found);

#endif
