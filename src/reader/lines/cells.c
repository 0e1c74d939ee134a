#include "cells.h"

#include <stdlib.h>

#include "base/error.h"
#include "near.h"

#define ROW 32 /* pixels: about the height of a cell */

static bool is_in(const span *s, double x, double y)
{
    return x >= (double)s->left && x < (double)s->right && y >= (double)s->top && y < (double)s->bottom;
}

/* The field in which a place is. */
static int32_t field_at(const near_rows *rows, const layout *printed, double x, double y, size_t *visited)
{
    const size_t left = (size_t)x, top = (size_t)y;
    near_search search = lenet5_near(rows, (span){left, top, left + 1, top + 1});
    int32_t of = NO_FIELD;
    size_t k;
    while (of == NO_FIELD && lenet5_near_next(&search, &k))
        if (is_in(&rows->boxes[k], x, y))
            of = printed->cells[k].field;
    *visited = search.visited;
    return of;
}

static lenet5_status look_up(cells_of *found, const near_rows *rows, const components *c, const layout *printed,
                             budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < c->count && status == LENET5_OK; i++) {
        size_t visited;
        found->field[i] = field_at(rows, printed, c->list[i].x, c->list[i].y, &visited);
        status = lenet5_check_time(b, 10 * visited, error);
    }
    return status;
}

lenet5_status lenet5_assign_cells(cells_of *found, const components *c, const layout *printed, budget *b,
                                lenet5_error *error)
{
    near_rows rows = {0};
    *found = (cells_of){malloc((c->count + 1) * sizeof *found->field)};
    span *boxes = malloc((printed->cell_count + 1) * sizeof *boxes);
    lenet5_status status = found->field && boxes ? LENET5_OK : lenet5_fail_memory(error);
    for (size_t i = 0; status == LENET5_OK && i < printed->cell_count; i++)
        boxes[i] = printed->cells[i].box;
    if (status == LENET5_OK)
        status = lenet5_near_new(&rows, boxes, printed->cell_count, ROW, error);
    if (status == LENET5_OK)
        status = look_up(found, &rows, c, printed, b, error);
    lenet5_near_free(&rows);
    free(boxes);
    return status;
}

void lenet5_cells_free(cells_of *found)
{
    free(found->field);
    *found = (cells_of){0};
}
