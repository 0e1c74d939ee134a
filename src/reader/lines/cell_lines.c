#include "cell_lines.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "sort.h"

#define ROOM 2.0           /* of a digit's height: a lower cell holds one line */
#define MIN_ROW_STROKE 0.6 /* of the highest stroke's height: strokes that make rows; parts of digits are lower */
#define OVER 0.2           /* of that height: how far a label is above the digits, at least */

/* A row of strokes in a cell. */
typedef struct row {
    double count, middle, bottom; /* of its strokes; middle and bottom are sums */
    int32_t line;
} row;

/* The height of the digits in one cell, which may be higher than the page's. */
static double height_in(const strokes *s, const sort_key *order, size_t count)
{
    double tallest = s->height;
    for (size_t i = 0; i < count; i++)
        tallest = fmax(tallest, box_height(&s->boxes[order[i].index]));
    return tallest;
}

static bool makes_rows(const box *bounds, double height)
{
    return box_height(bounds) >= MIN_ROW_STROKE * height;
}

/* Whether a stroke is below a row: neither its top nor the row's bottom reaches the middle of the other. */
static bool is_below(const row *r, const box *bounds)
{
    return middle_y(bounds) > r->bottom / r->count && (double)bounds->top > r->middle / r->count;
}

/* The top of the strokes that make rows. */
static double top_of_rows(const strokes *s, const sort_key *order, size_t count, double height)
{
    double top = INFINITY;
    for (size_t i = 0; i < count; i++)
        if (makes_rows(&s->boxes[order[i].index], height))
            top = fmin(top, (double)s->boxes[order[i].index].top);
    return top;
}

static void add_to_row(row *r, const box *bounds)
{
    r->count++;
    r->middle += middle_y(bounds);
    r->bottom += (double)bounds->bottom;
}

/*
 * Makes a row of a label: small print above all digits of a cell. The bar of a 5 is nearer to its body. Returns 1, or 0
 * if there is no label.
 */
static size_t find_label(row *rows, const strokes *s, const sort_key *order, size_t count, double height)
{
    const double end = top_of_rows(s, order, count, height) - OVER * height;
    rows[0] = (row){0, 0, 0, s->list[order[0].index].line};
    for (size_t i = 0; i < count; i++)
        if ((double)s->boxes[order[i].index].bottom <= end)
            add_to_row(&rows[0], &s->boxes[order[i].index]);
    return rows[0].count > 0 && isfinite(end) ? 1 : 0;
}

/* Finds the rows of one cell; order: its strokes by their middles. Returns their number. */
static size_t find_rows(row *rows, const strokes *s, const sort_key *order, size_t count)
{
    const double height = height_in(s, order, count);
    size_t found = find_label(rows, s, order, count, height);
    for (size_t i = 0; i < count; i++) {
        const box *bounds = &s->boxes[order[i].index];
        if (!makes_rows(bounds, height))
            continue;
        assert(found <= i);
        if (found == 0 || is_below(&rows[found - 1], bounds))
            rows[found++] = (row){0, 0, 0, s->list[order[i].index].line};
        add_to_row(&rows[found - 1], bounds);
    }
    return found;
}

static const row *nearest_row(const row *rows, size_t count, double y)
{
    const row *best = rows;
    for (size_t i = 1; i < count; i++)
        if (fabs(rows[i].middle / rows[i].count - y) < fabs(best->middle / best->count - y))
            best = &rows[i];
    return best;
}

/* Gives the strokes of one cell the lines of their rows; the first row keeps the line of the field. */
static lenet5_status part_cell(strokes *s, row *rows, const sort_key *order, size_t count, lenet5_error *error)
{
    const size_t found = find_rows(rows, s, order, count);
    if (found < 2)
        return LENET5_OK;
    const lenet5_status status = lenet5_spend(s->budget, found * count, error);
    if (status != LENET5_OK)
        return status;
    baseline *whole = &s->lines[rows[0].line];
    whole->shares = true;
    for (size_t i = 1; i < found; i++) {
        if (s->line_count == MAX_LINES)
            return LENET5_CROWDED;
        rows[i].line = (int32_t)s->line_count;
        s->lines[s->line_count++] = *whole;
    }
    for (size_t i = 0; i < count; i++)
        s->list[order[i].index].line = nearest_row(rows, found, middle_y(&s->boxes[order[i].index]))->line;
    return LENET5_OK;
}

/* Whether a stroke is in a cell that is a whole field, and high enough for several lines. */
static bool may_be_stacked(const strokes *s, size_t number, const layout *printed)
{
    if (s->list[number].kind != IN_CELL)
        return false;
    const field *f = &printed->fields[s->list[number].line];
    return f->count == 1 && box_height(&printed->cells[f->first].box) > ROOM * s->height;
}

/* Lists such strokes, cell by cell and from the top down; returns their number. */
static size_t list_stacked(sort_key *order, const strokes *s, const layout *printed)
{
    size_t count = 0, bottom = 1;
    for (size_t i = 0; i < s->count; i++)
        bottom = s->boxes[i].bottom > bottom ? s->boxes[i].bottom : bottom;
    for (size_t i = 0; i < s->count; i++)
        if (may_be_stacked(s, i, printed))
            order[count++] = (sort_key){(double)s->list[i].line * (double)bottom + middle_y(&s->boxes[i]), i};
    assert(count <= s->count);
    lenet5_sort_keys(order, count);
    return count;
}

lenet5_status lenet5_split_cell_lines(strokes *s, const layout *printed, lenet5_error *error)
{
    sort_key *order = malloc((s->count + 1) * sizeof *order);
    row *rows = malloc((s->count + 1) * sizeof *rows);
    lenet5_status status = order && rows ? LENET5_OK : lenet5_fail_memory(error);
    const size_t count = status == LENET5_OK ? list_stacked(order, s, printed) : 0;
    for (size_t first = 0, end; first < count && status == LENET5_OK; first = end) {
        const int32_t cell_line = s->list[order[first].index].line;
        for (end = first + 1; end < count && s->list[order[end].index].line == cell_line; end++)
            ;
        status = part_cell(s, rows, order + first, end - first, error);
    }
    free(order);
    free(rows);
    return status;
}
