#include "box_index.h"

#include <assert.h>
#include <stdlib.h>

#include "base/error.h"
#include "sort.h"

#define MIN_ROW 8 /* pixels: height of a row, at least, which bounds the rows that one box is in */

static size_t row_of(const box_index *rows, size_t y)
{
    const size_t row = (size_t)((double)y / rows->height);
    return row < rows->count ? row : rows->count - 1;
}

static size_t bottom_of(const box *s)
{
    return s->bottom > s->top ? s->bottom - 1 : s->top;
}

/* Counts the entries of each row, and sums them up so that begin has where each row begins. Returns all entries. */
static size_t count_entries(box_index *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const box *s = &rows->boxes[i];
        for (size_t row = row_of(rows, s->top); row <= row_of(rows, bottom_of(s)); row++) {
            rows->begin[row + 1]++;
            rows->widest[row] = s->right - s->left > rows->widest[row] ? s->right - s->left : rows->widest[row];
        }
    }
    for (size_t row = 0; row < rows->count; row++)
        rows->begin[row + 1] += rows->begin[row];
    return rows->begin[rows->count];
}

static void fill(box_index *rows, const sort_key *order, size_t *end, size_t count)
{
    for (size_t row = 0; row < rows->count; row++)
        end[row] = rows->begin[row];
    for (size_t i = 0; i < count; i++) {
        const box *s = &rows->boxes[order[i].index];
        for (size_t row = row_of(rows, s->top); row <= row_of(rows, bottom_of(s)); row++) {
            assert(end[row] < rows->begin[row + 1]);
            rows->entry[end[row]++] = order[i].index;
        }
    }
}

static lenet5_status sort_into_rows(box_index *rows, size_t count, lenet5_error *error)
{
    sort_key *order = malloc((count + 1) * sizeof *order);
    size_t *end = malloc(rows->count * sizeof *end);
    rows->entry = malloc((count_entries(rows, count) + 1) * sizeof *rows->entry);
    const bool enough = order && end && rows->entry;
    if (enough) {
        for (size_t i = 0; i < count; i++)
            order[i] = (sort_key){(double)rows->boxes[i].left, i};
        lenet5_sort_keys(order, count);
        fill(rows, order, end, count);
    }
    free(order);
    free(end);
    return enough ? LENET5_OK : lenet5_fail_memory(error);
}

lenet5_status lenet5_box_index_new(box_index *rows, const box *boxes, size_t count, double height, lenet5_error *error)
{
    size_t bottom = 1;
    for (size_t i = 0; i < count; i++)
        bottom = boxes[i].bottom > bottom ? boxes[i].bottom : bottom;
    *rows = (box_index){.boxes = boxes, .height = height > MIN_ROW ? height : MIN_ROW};
    rows->count = (size_t)((double)bottom / rows->height) + 1;
    rows->begin = calloc(rows->count + 1, sizeof *rows->begin);
    rows->widest = calloc(rows->count, sizeof *rows->widest);
    if (!rows->begin || !rows->widest)
        return lenet5_fail_memory(error);
    return sort_into_rows(rows, count, error);
}

void lenet5_box_index_free(box_index *rows)
{
    free(rows->begin);
    free(rows->widest);
    free(rows->entry);
    *rows = (box_index){0};
}

/* The first entry of a row that may reach into the window. */
static size_t first_in_row(const box_index *rows, size_t row, size_t left)
{
    size_t low = rows->begin[row], high = rows->begin[row + 1];
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (rows->boxes[rows->entry[middle]].left + rows->widest[row] < left)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

box_query lenet5_box_query(const box_index *rows, box window)
{
    box_query s = {rows, window, row_of(rows, window.top), row_of(rows, bottom_of(&window)), 0, 0};
    s.at = first_in_row(rows, s.row, window.left);
    return s;
}

bool lenet5_box_query_next(box_query *s, size_t *found)
{
    const box_index *rows = s->rows;
    const size_t first = row_of(rows, s->window.top);
    assert(s->row <= s->last && s->last < rows->count);
    for (;;) {
        while (s->at < rows->begin[s->row + 1] && rows->boxes[rows->entry[s->at]].left < s->window.right) {
            const size_t number = rows->entry[s->at++];
            const box *b = &rows->boxes[number];
            const size_t top = row_of(rows, b->top);
            s->visited++;
            if (b->right <= s->window.left || b->bottom <= s->window.top || b->top >= s->window.bottom ||
                s->row != (top > first ? top : first))
                continue;
            *found = number;
            return true;
        }
        s->visited++;
        if (s->row == s->last)
            return false;
        s->row++;
        s->at = first_in_row(rows, s->row, s->window.left);
    }
}
