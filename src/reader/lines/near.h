/* Which rectangles are near another one: they are kept by rows of the page, so that a search looks at its surroundings
 * alone. */
#ifndef LENET5_READER_NEAR_H
#define LENET5_READER_NEAR_H

#include "lenet5_reader.h"
#include "reader/page/span.h"

typedef struct near_rows {
    const span *boxes;
    size_t count;   /* rows */
    double height;  /* of a row, in pixels */
    size_t *begin;  /* (count + 1): the first entry of each row */
    size_t *widest; /* (count): of the boxes in each row */
    size_t *entry;  /* numbers of boxes, in a row by their left sides; a box is in every row that it meets */
} near_rows;

/* A search for the boxes that meet a window, which reports each of them once. */
typedef struct near_search {
    const near_rows *rows;
    span window;
    size_t row, last; /* where it is, and the last row to look at */
    size_t at;        /* the next entry; the row's end where the row is over */
    size_t visited;   /* entries looked at: units of a budget */
} near_search;

/* Sorts boxes, which have to outlive it, into rows. Free the rows, whatever the status. */
lenet5_status lenet5_near_new(near_rows *rows, const span *boxes, size_t count, double height, lenet5_error *error);

void lenet5_near_free(near_rows *rows);

near_search lenet5_near(const near_rows *rows, span window);

/* Whether there is another box; its number is in *found. */
bool lenet5_near_next(near_search *s, size_t *found);

/* A box made larger on all sides, as far as the numbers go. */
static inline span span_around(span s, double across, double down)
{
    const size_t x = (size_t)across, y = (size_t)down;
    return (span){s.left > x ? s.left - x : 0, s.top > y ? s.top - y : 0, s.right + x, s.bottom + y};
}

#endif
