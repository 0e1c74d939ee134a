/* Which field of the layout a component is written in. */
#ifndef LENET5_READER_ASSIGN_CELLS_H
#define LENET5_READER_ASSIGN_CELLS_H

#include "reader/page/components.h"
#include "reader/page/layout.h"

typedef struct cell_assignment {
    int32_t *field; /* of each component: the one in a cell of which its middle lies, or NO_FIELD */
} cell_assignment;

/* Free it, whatever the status. */
lenet5_status lenet5_assign_cells(cell_assignment *found, const components *c, const layout *printed, budget *b,
                                  lenet5_error *error);

void lenet5_cell_assignment_free(cell_assignment *found);

/*
 * Divides components that are written in several of the cells, and measures all anew. What only goes a little way into
 * a cell is not in it.
 */
lenet5_status lenet5_divide_between_cells(components *c, const ink_map *map, const box *cells, size_t count, budget *b,
                                          lenet5_error *error);

#endif
