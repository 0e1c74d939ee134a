#include "assign_cells.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "box_index.h"

#define ROW 32        /* pixels of a row of the box index: about the height of a cell */
#define INTO_CELL 0.4 /* of a cell's width and height: what a component in it reaches into, at least */

enum { MAX_CELLS = 64 }; /* that one component is in; more of them are ignored */

static bool is_in(const box *s, double x, double y)
{
    return x >= (double)s->left && x < (double)s->right && y >= (double)s->top && y < (double)s->bottom;
}

/* The field of the cell at (x, y), or NO_FIELD. */
static int32_t field_at(const box_index *rows, const layout *printed, double x, double y, size_t *visited)
{
    const size_t left = (size_t)x, top = (size_t)y;
    box_query search = lenet5_box_query(rows, (box){left, top, left + 1, top + 1});
    int32_t of = NO_FIELD;
    size_t k;
    while (of == NO_FIELD && lenet5_box_query_next(&search, &k))
        if (is_in(&rows->boxes[k], x, y))
            of = printed->cells[k].field;
    *visited = search.visited;
    return of;
}

static lenet5_status assign_all(cell_assignment *found, const box_index *rows, const components *c,
                                const layout *printed, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < c->count && status == LENET5_OK; i++) {
        size_t visited;
        found->field[i] = field_at(rows, printed, c->list[i].x, c->list[i].y, &visited);
        status = lenet5_check_time(b, 10 * visited, error);
    }
    return status;
}

lenet5_status lenet5_assign_cells(cell_assignment *found, const components *c, const layout *printed, budget *b,
                                  lenet5_error *error)
{
    box_index rows = {0};
    *found = (cell_assignment){malloc((c->count + 1) * sizeof *found->field)};
    box *boxes = malloc((printed->cell_count + 1) * sizeof *boxes);
    lenet5_status status = found->field && boxes ? LENET5_OK : lenet5_fail_memory(error);
    for (size_t i = 0; status == LENET5_OK && i < printed->cell_count; i++)
        boxes[i] = printed->cells[i].box;
    if (status == LENET5_OK)
        status = lenet5_box_index_new(&rows, boxes, printed->cell_count, ROW, error);
    if (status == LENET5_OK)
        status = assign_all(found, &rows, c, printed, b, error);
    lenet5_box_index_free(&rows);
    free(boxes);
    return status;
}

void lenet5_cell_assignment_free(cell_assignment *found)
{
    free(found->field);
    *found = (cell_assignment){0};
}

/* ---- Components in several cells --------------------------------------------------------------------------------- */

static double share(size_t from, size_t to, size_t other_from, size_t other_to)
{
    const double common = fmin((double)to, (double)other_to) - fmax((double)from, (double)other_from);
    return common / fmax(1, (double)(to - from));
}

/* Lists the cells that a box is in; returns their number. */
static size_t cells_under(size_t found[MAX_CELLS], const box_index *rows, const box *bounds, size_t *visited)
{
    box_query search = lenet5_box_query(rows, *bounds);
    size_t count = 0, k;
    while (count < MAX_CELLS && lenet5_box_query_next(&search, &k)) {
        const box *in = &rows->boxes[k];
        if (share(in->left, in->right, bounds->left, bounds->right) >= INTO_CELL &&
            share(in->top, in->bottom, bounds->top, bounds->bottom) >= INTO_CELL)
            found[count++] = k;
    }
    *visited = search.visited;
    return count;
}

static double outside(size_t at, size_t from, size_t to)
{
    return at < from ? (double)(from - at) : at >= to ? (double)(at - to + 1) : 0;
}

/* The cells that one component is in. */
typedef struct reached {
    const box *cells; /* of the layout */
    size_t in[MAX_CELLS], count;
} reached;

/* The index, in the list, of the cell nearest to a pixel. */
static size_t nearest_cell(const reached *r, size_t x, size_t y)
{
    size_t best = 0;
    double nearest = INFINITY;
    for (size_t i = 0; i < r->count; i++) {
        const box *s = &r->cells[r->in[i]];
        const double far = outside(x, s->left, s->right) + outside(y, s->top, s->bottom);
        if (far < nearest) {
            nearest = far;
            best = i;
        }
    }
    return best;
}

/*
 * Gives each pixel of a component to its nearest cell: the first cell keeps the component, the others get those from
 * first_new on.
 */
static void deal_out(components *c, size_t number, const ink_map *map, const reached *r, size_t first_new)
{
    const box bounds = c->list[number].box;
    assert(first_new + r->count - 1 <= c->count);
    for (size_t y = bounds.top; y < bounds.bottom; y++)
        for (size_t x = bounds.left; x < bounds.right; x++) {
            uint32_t *label = &c->labels[y * map->width + x];
            if (*label != number + 1)
                continue;
            const size_t nearest = nearest_cell(r, x, y);
            *label = (uint32_t)(nearest == 0 ? number + 1 : first_new + nearest);
        }
}

static lenet5_status divide_between(bool *divided, components *c, const ink_map *map, const box_index *rows, budget *b,
                                    lenet5_error *error)
{
    const size_t count = c->count;
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < count && status == LENET5_OK; i++) {
        reached r = {.cells = rows->boxes};
        size_t visited;
        r.count = cells_under(r.in, rows, &c->list[i].box, &visited);
        status = lenet5_spend(b, 10 * visited + (r.count > 1 ? r.count * box_area(c->list[i].box) : 0), error);
        if (r.count < 2 || status != LENET5_OK)
            continue;
        const size_t first_new = c->count;
        status = lenet5_add_components(c, r.count - 1, error);
        if (status == LENET5_OK)
            deal_out(c, i, map, &r, first_new);
        *divided = true;
    }
    return status;
}

lenet5_status lenet5_divide_between_cells(components *c, const ink_map *map, const box *cells, size_t count, budget *b,
                                          lenet5_error *error)
{
    box_index rows;
    bool divided = false;
    if (count == 0)
        return LENET5_OK;
    lenet5_status status = lenet5_box_index_new(&rows, cells, count, ROW, error);
    if (status == LENET5_OK)
        status = divide_between(&divided, c, map, &rows, b, error);
    lenet5_box_index_free(&rows);
    if (divided && status == LENET5_OK)
        lenet5_measure_components(c, map);
    return status;
}
