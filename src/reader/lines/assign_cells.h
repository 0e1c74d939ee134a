/* The cells of a layout that components are written in. */
#ifndef LENET5_READER_ASSIGN_CELLS_H
#define LENET5_READER_ASSIGN_CELLS_H

#include "reader/page/components.h"
#include "reader/page/layout.h"

typedef struct cell_assignment {
    int32_t *field; /* (components): the field in a cell of which its centre of mass is, or NO_FIELD */
} cell_assignment;

/* Assigns a field to each component. Free the assignment, whatever the status. */
lenet5_status lenet5_assign_cells(cell_assignment *found, const components *c, const layout *printed, budget *b,
                                  lenet5_error *error);

void lenet5_cell_assignment_free(cell_assignment *found);

/*
 * Divides components that are in several cells, and measures all components again. A component that reaches only a
 * little into a cell is not in it.
 */
lenet5_status lenet5_divide_between_cells(components *c, const ink_map *map, const box *cells, size_t count, budget *b,
                                          lenet5_error *error);

#endif
