/*
 * From frames to fields.
 *
 *     interiors    the paper inside each frame that holds no other frame
 *     blocks       interiors that have a side in common: a row of boxes, a table
 *     numbers      the narrow interiors of a block of one row are the places of one number's digits; so are narrow ones
 *                  of one size that stand apart in a row, but near each other
 *     tables       each interior of any other block is a field of its own
 */
#include "cells.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "components.h"

#define MAX_DIGIT_BOX_ASPECT 1.3 /* width to height of a box for one digit, at most */
#define SAME_SIZE 0.25           /* of their widths and heights: how far boxes of one number differ */
#define SAME_ROW 0.3             /* of their height: how far they are off one row */
#define APART 1.3      /* of their width: the gap between two, at most; a box that was not found may be in it */
#define COMMON 0.5     /* of the shorter of two sides: what adjoining interiors have in common, at least */
#define PAGE 0.5       /* of the map's width and height: a larger frame is around the whole form, and is no cell */
#define BEYOND 0.3     /* of a cell's width and height: a component that extends farther beyond it is not in it */
#define MAX_BEYOND 0.3 /* share of the components in a table's cells that do; in squared paper there are more */
#define ACROSS 0.08 /* of a cell's width and height: a component that extends farther beyond it lies across its side */
#define MAX_ACROSS 0.3  /* share of the components in square cells that do; in the cells of a table there are fewer */
#define SQUARE 0.8      /* shorter to longer side of a square, at least, in perspective */
#define MIN_SQUARES 0.8 /* share of squares in squared paper, at least: some are not found whole */
#define MIN_AREA 12     /* pixels of a component that counts for this */
#define MAX_NEAR 2000   /* interiors that are compared with one: on no form do more begin within its width */

typedef struct framed_cell {
    box paper;
    double thickness;
    size_t block; /* the first interior of its block, a union-find forest */
    size_t row, column;
    bool holds_others;
} framed_cell;

static double paper_width(const framed_cell *b)
{
    return (double)(b->paper.right - b->paper.left);
}

static double paper_height(const framed_cell *b)
{
    return (double)(b->paper.bottom - b->paper.top);
}

/* ---- Boxes ------------------------------------------------------------------------------------------------------- */

static point to_map(const point *p, const transform *to_source)
{
    double at[2];
    rotation_inverse(at, to_source, p->x, p->y);
    return (point){at[0], at[1]};
}

static double bounded(double value, size_t size)
{
    return fmin(fmax(0, round(value)), (double)size);
}

static bool paper_of(framed_cell *b, const frame *f, const ink_map *map, const transform *to_source)
{
    point at[4];
    for (int i = 0; i < 4; i++)
        at[i] = to_map(&f->corner[i], to_source);
    const double in = 0.5 * f->thickness + 0.5;
    b->thickness = f->thickness;
    b->paper = (box){(size_t)bounded(0.5 * (at[0].x + at[3].x) + in, map->width),
                     (size_t)bounded(0.5 * (at[0].y + at[1].y) + in, map->height),
                     (size_t)bounded(0.5 * (at[1].x + at[2].x) - in + 1, map->width),
                     (size_t)bounded(0.5 * (at[2].y + at[3].y) - in + 1, map->height)};
    return b->paper.left < b->paper.right && b->paper.top < b->paper.bottom;
}

static int by_left(const void *a, const void *b)
{
    const box *left = &((const framed_cell *)a)->paper, *right = &((const framed_cell *)b)->paper;
    if (left->left != right->left)
        return left->left > right->left ? 1 : -1;
    return (left->top > right->top) - (left->top < right->top);
}

static bool holds(const box *outer, const box *inner)
{
    const size_t x = (inner->left + inner->right) / 2, y = (inner->top + inner->bottom) / 2;
    return outer->left <= x && x < outer->right && outer->top <= y && y < outer->bottom &&
           box_area(*outer) > box_area(*inner);
}

/* The length that two ranges have in common, as a share of the shorter one. */
static double common_share(size_t from, size_t to, size_t from2, size_t to2)
{
    const double both = fmin((double)to, (double)to2) - fmax((double)from, (double)from2);
    return both / fmin((double)(to - from), (double)(to2 - from2));
}

static bool are_joined(const framed_cell *a, const framed_cell *b)
{
    const double side = fmax(a->thickness, b->thickness) * 1.5 + 3;
    const box *p = &a->paper, *q = &b->paper;
    const bool beside = fabs((double)p->right - (double)q->left) <= side &&
                        common_share(p->top, p->bottom, q->top, q->bottom) >= COMMON;
    const bool below =
        fmin(fabs((double)p->bottom - (double)q->top), fabs((double)q->bottom - (double)p->top)) <= side &&
        common_share(p->left, p->right, q->left, q->right) >= COMMON;
    return beside || below;
}

static size_t first_of_block(framed_cell *list, size_t i)
{
    while (list[i].block != i)
        i = list[i].block = list[list[i].block].block;
    return i;
}

/* Marks interiors that hold others, and joins adjoining ones to blocks. The list is ordered by left sides. */
static lenet5_status compare(framed_cell *list, size_t count, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < count && status == LENET5_OK; i++) {
        const double reach = (double)list[i].paper.right + 2 * list[i].thickness + 3;
        size_t k = i + 1;
        for (; k < count && k <= i + MAX_NEAR && (double)list[k].paper.left <= reach; k++) {
            list[i].holds_others |= holds(&list[i].paper, &list[k].paper);
            list[k].holds_others |= holds(&list[k].paper, &list[i].paper);
            if (!are_joined(&list[i], &list[k]))
                continue;
            const size_t a = first_of_block(list, i), c = first_of_block(list, k);
            list[a > c ? a : c].block = a < c ? a : c;
        }
        status = lenet5_check_time(b, 20 * (k - i), error);
    }
    return status;
}

/* ---- Rows and columns -------------------------------------------------------------------------------------------- */

static int by_block_and_top(const void *a, const void *b)
{
    const framed_cell *left = a, *right = b;
    if (left->block != right->block)
        return left->block > right->block ? 1 : -1;
    if (left->paper.top != right->paper.top)
        return left->paper.top > right->paper.top ? 1 : -1;
    return (left->paper.left > right->paper.left) - (left->paper.left < right->paper.left);
}

static int by_row(const void *a, const void *b)
{
    const framed_cell *left = a, *right = b;
    if (left->row != right->row)
        return left->row > right->row ? 1 : -1;
    return (left->paper.left > right->paper.left) - (left->paper.left < right->paper.left);
}

/* Numbers the rows of a block, from 1, and the columns in each row; returns the number of rows. */
static size_t number_rows(framed_cell *list, size_t count)
{
    size_t row = 0;
    double middle = 0;
    for (size_t i = 0; i < count; i++) {
        const double here = 0.5 * (double)(list[i].paper.top + list[i].paper.bottom);
        if (row == 0 || here > middle + 0.5 * paper_height(&list[i])) {
            row++;
            middle = here;
        }
        list[i].row = row;
    }
    qsort(list, count, sizeof *list, by_row);
    for (size_t i = 0; i < count; i++)
        list[i].column = i > 0 && list[i - 1].row == list[i].row ? list[i - 1].column + 1 : 1;
    return row;
}

/* ---- Fields ------------------------------------------------------------------------------------------------------ */

static bool alike(double a, double b)
{
    return fabs(a - b) <= SAME_SIZE * fmax(a, b) + 1;
}

/* Whether an interior continues a number: it joins the one before or is of its size, and is near to the right of it. */
static bool goes_on(const framed_cell *before, const framed_cell *b)
{
    const double apart = (double)b->paper.left - (double)before->paper.right;
    const double off =
        fabs((double)(b->paper.top + b->paper.bottom) - (double)(before->paper.top + before->paper.bottom)) / 2;
    const bool like = before->block == b->block || alike(paper_width(before), paper_width(b));
    return alike(paper_height(before), paper_height(b)) && like && apart >= -2 &&
           apart <= APART * paper_width(before) && off <= SAME_ROW * paper_height(before);
}

static void add_field(layout *found, const framed_cell *list, size_t count, size_t table)
{
    field *f = &found->fields[found->field_count];
    *f = (field){.first = found->cell_count, .count = count, .box = EMPTY_BOX, .table = table};
    if (table) {
        f->row = list->row;
        f->column = list->column;
    }
    for (size_t i = 0; i < count; i++) {
        found->cells[found->cell_count++] = (cell){list[i].paper, (int32_t)found->field_count};
        f->box = box_union(f->box, list[i].paper);
    }
    found->field_count++;
}

static bool is_narrow(const framed_cell *b)
{
    return paper_width(b) <= MAX_DIGIT_BOX_ASPECT * paper_height(b);
}

/*
 * Adds the numbers that single rows of narrow interiors make. row 0 marks an interior that is taken. row: room for
 * count.
 */
static void add_numbers(layout *found, framed_cell *list, size_t count, framed_cell *row)
{
    qsort(list, count, sizeof *list, by_left);
    for (size_t i = 0; i < count; i++) {
        if (list[i].row == 0 || !is_narrow(&list[i]))
            continue;
        size_t n = 0;
        row[n++] = list[i];
        list[i].row = 0;
        for (size_t k = i + 1; k < count && k <= i + MAX_NEAR; k++)
            if (list[k].row != 0 && is_narrow(&list[k]) && goes_on(&row[n - 1], &list[k])) {
                row[n++] = list[k];
                list[k].row = 0;
            }
        assert(n <= count);
        add_field(found, row, n, 0);
    }
}

static bool is_page(const framed_cell *b, const ink_map *map)
{
    return paper_width(b) >= PAGE * (double)map->width && paper_height(b) >= PAGE * (double)map->height;
}

/*
 * Adds tables. Moves single rows of narrow interiors, and single narrow ones, to the front of the list; returns their
 * number.
 */
static size_t add_tables(layout *found, framed_cell *list, size_t count, const ink_map *map)
{
    size_t left = 0, tables = 0;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && list[end].block == list[i].block; end++)
            ;
        const size_t rows = number_rows(list + i, end - i);
        bool narrow = true;
        for (size_t k = i; k < end; k++)
            narrow &= is_narrow(&list[k]);
        if (end - i == 1 && !narrow && !is_page(&list[i], map))
            add_field(found, list + i, 1, 0);
        else if (end - i > 1 && (rows > 1 || !narrow)) {
            tables++;
            for (size_t k = i; k < end; k++)
                add_field(found, list + k, 1, tables);
        } else if (end - i > 1 || narrow)
            for (size_t k = i; k < end; k++)
                list[left++] = list[k];
    }
    return left;
}

/* ---- Squared paper ----------------------------------------------------------------------------------------------- */

/* Of one table: its cells, the squares among them, the components in them, and those that extend beyond a cell. */
typedef struct filling {
    size_t cells, squares;
    size_t pieces, across, beyond; /* across: by more than ACROSS; beyond: by more than BEYOND */
} filling;

/* Whether a component extends beyond a cell by more than a share of its width or height. */
static bool goes_beyond(const box *piece, const box *within, double share)
{
    const double across = share * (double)(within->right - within->left),
                 down = share * (double)(within->bottom - within->top);
    return (double)piece->left < (double)within->left - across ||
           (double)piece->right > (double)within->right + across || (double)piece->top < (double)within->top - down ||
           (double)piece->bottom > (double)within->bottom + down;
}

static void count_cells(filling *tables, const layout *found)
{
    for (size_t i = 0; i < found->field_count; i++) {
        const box *of = &found->fields[i].box;
        const double width = (double)(of->right - of->left), height = (double)(of->bottom - of->top);
        filling *t = &tables[found->fields[i].table];
        t->cells++;
        t->squares += fmin(width, height) >= SQUARE * fmax(width, height);
    }
}

static lenet5_status fill(filling *tables, const layout *found, const components *c, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    count_cells(tables, found);
    for (size_t i = 0; i < c->count && status == LENET5_OK; i++) {
        const box *piece = &c->list[i].box;
        const size_t x = (piece->left + piece->right) / 2, y = (piece->top + piece->bottom) / 2;
        for (size_t k = 0; k < found->field_count && c->list[i].area >= MIN_AREA; k++) {
            const box *within = &found->fields[k].box;
            if (within->left <= x && x < within->right && within->top <= y && y < within->bottom) {
                filling *t = &tables[found->fields[k].table];
                t->pieces++;
                t->across += goes_beyond(piece, within, ACROSS);
                t->beyond += goes_beyond(piece, within, BEYOND);
            }
        }
        status = lenet5_check_time(b, found->field_count, error);
    }
    return status;
}

/* Whether a table is squared paper: much extends far beyond its cells, or the cells are squares and are ignored. */
static bool is_squared_paper(const filling *t)
{
    return (double)t->beyond > MAX_BEYOND * (double)t->pieces ||
           ((double)t->squares >= MIN_SQUARES * (double)t->cells && (double)t->across > MAX_ACROSS * (double)t->pieces);
}

/* Drops tables that are squared paper, which is written over. */
static lenet5_status drop_squared_paper(layout *found, const ink_map *map, budget *b, lenet5_error *error)
{
    components c;
    size_t fields = 0, cells = 0;
    lenet5_status status = lenet5_list_components(&c, map, b, error);
    if (status != LENET5_OK)
        return status;
    filling *tables = calloc(found->field_count + 1, sizeof *tables);
    status = tables ? fill(tables, found, &c, b, error) : lenet5_fail_memory(error);
    for (size_t i = 0; i < found->field_count && status == LENET5_OK; i++) {
        field f = found->fields[i];
        if (f.table && is_squared_paper(&tables[f.table]))
            continue;
        for (size_t k = 0; k < f.count; k++)
            found->cells[cells + k] = (cell){found->cells[f.first + k].box, (int32_t)fields};
        f.first = cells;
        cells += f.count;
        found->fields[fields++] = f;
    }
    found->cell_count = status == LENET5_OK ? cells : 0;
    found->field_count = status == LENET5_OK ? fields : 0;
    free(tables);
    lenet5_components_free(&c);
    return status;
}

/* ---- The stage --------------------------------------------------------------------------------------------------- */

static int by_reading_order(const void *a, const void *b)
{
    const field *left = a, *right = b;
    const box *p = &left->box, *q = &right->box;
    if (left->table && left->table == right->table)
        return left->row != right->row ? (left->row > right->row ? 1 : -1)
                                       : (left->column > right->column) - (left->column < right->column);
    if (p->top != q->top)
        return p->top > q->top ? 1 : -1;
    return (p->left > q->left) - (p->left < q->left);
}

/* Sorts the fields into reading order, and their cells with them. */
static lenet5_status sort_fields(layout *found, lenet5_error *error)
{
    cell *cells = malloc((found->cell_count + 1) * sizeof *cells);
    if (!cells)
        return lenet5_fail_memory(error);
    qsort(found->fields, found->field_count, sizeof *found->fields, by_reading_order);
    size_t count = 0;
    for (size_t i = 0; i < found->field_count; i++) {
        field *f = &found->fields[i];
        for (size_t k = 0; k < f->count; k++)
            cells[count + k] = (cell){found->cells[f->first + k].box, (int32_t)i};
        f->first = count;
        count += f->count;
    }
    assert(count == found->cell_count);
    free(found->cells);
    found->cells = cells;
    return LENET5_OK;
}

/* The interiors of frames, as they become fields. */
typedef struct interiors {
    framed_cell *list; /* room for one of each frame */
    framed_cell *row;  /* likewise, for add_numbers() */
    size_t count;
} interiors;

/* Drops interiors that hold others, and finds the block of each. The list is ordered by left sides. */
static lenet5_status find_blocks(interiors *n, budget *b, lenet5_error *error)
{
    framed_cell *list = n->list;
    size_t left = 0;
    for (size_t i = 0; i < n->count; i++) {
        list[i].block = i;
        list[i].holds_others = false;
    }
    const lenet5_status status = compare(list, n->count, b, error);
    if (status != LENET5_OK)
        return status;
    for (size_t i = 0; i < n->count; i++)
        list[i].block = first_of_block(list, i);
    for (size_t i = 0; i < n->count; i++)
        if (!list[i].holds_others)
            list[left++] = list[i];
    n->count = left;
    return LENET5_OK;
}

static lenet5_status find_fields(layout *found, interiors *n, const ink_map *map, budget *b, lenet5_error *error)
{
    qsort(n->list, n->count, sizeof *n->list, by_left);
    lenet5_status status = find_blocks(n, b, error);
    if (status != LENET5_OK)
        return status;
    qsort(n->list, n->count, sizeof *n->list, by_block_and_top);
    add_numbers(found, n->list, add_tables(found, n->list, n->count, map), n->row);
    assert(found->field_count <= found->cell_count && found->cell_count <= n->count);
    status = drop_squared_paper(found, map, b, error);
    return status == LENET5_OK ? sort_fields(found, error) : status;
}

lenet5_status lenet5_find_cells(layout *found, const frames *f, const ink_map *map, const transform *to_frames,
                                budget *b, lenet5_error *error)
{
    if (f->count == 0)
        return LENET5_OK;
    interiors n = {malloc(f->count * sizeof *n.list), malloc(f->count * sizeof *n.row), 0};
    found->cells = malloc(f->count * sizeof *found->cells);
    found->fields = malloc(f->count * sizeof *found->fields);
    lenet5_status status = n.list && n.row && found->cells && found->fields ? LENET5_OK : lenet5_fail_memory(error);
    for (size_t i = 0; i < f->count && status == LENET5_OK; i++)
        n.count += paper_of(&n.list[n.count], &f->list[i], map, to_frames);
    if (status == LENET5_OK)
        status = find_fields(found, &n, map, b, error);
    free(n.list);
    free(n.row);
    return status;
}
