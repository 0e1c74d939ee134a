/* Which rectangles are near another one: they are kept by rows of the page, so that a search looks at its surroundings
 * alone. */
#ifndef LENET5_READER_BOX_INDEX_H
#define LENET5_READER_BOX_INDEX_H

#include "lenet5/reading.h"
#include "reader/page/box.h"

typedef struct box_index {
    const box *boxes;
    size_t count;   /* rows */
    double height;  /* of a row, in pixels */
    size_t *begin;  /* (count + 1): the first entry of each row */
    size_t *widest; /* (count): of the boxes in each row */
    size_t *entry;  /* numbers of boxes, in a row by their left sides; a box is in every row that it meets */
} box_index;

/* A search for the boxes that meet a window, which reports each of them once. */
typedef struct box_query {
    const box_index *rows;
    box window;
    size_t row, last; /* where it is, and the last row to look at */
    size_t at;        /* the next entry; the row's end where the row is over */
    size_t visited;   /* entries looked at: units of a budget */
} box_query;

/* Sorts boxes, which have to outlive it, into rows. Free the rows, whatever the status. */
lenet5_status lenet5_box_index_new(box_index *rows, const box *boxes, size_t count, double height, lenet5_error *error);

void lenet5_box_index_free(box_index *rows);

box_query lenet5_box_query(const box_index *rows, box window);

/* Whether there is another box; its number is in *found. */
bool lenet5_box_query_next(box_query *s, size_t *found);

/* A box made larger on all sides, as far as the numbers go. */
static inline box box_grown(box s, double across, double down)
{
    const size_t x = (size_t)across, y = (size_t)down;
    return (box){s.left > x ? s.left - x : 0, s.top > y ? s.top - y : 0, s.right + x, s.bottom + y};
}

#endif
