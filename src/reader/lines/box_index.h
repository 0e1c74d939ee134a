/* A spatial index of boxes: they are listed by rows of the page, so that a query visits its surroundings alone. */
#ifndef LENET5_READER_BOX_INDEX_H
#define LENET5_READER_BOX_INDEX_H

#include "lenet5/reading.h"
#include "reader/page/box.h"

typedef struct box_index {
    const box *boxes;
    size_t count;   /* rows */
    double height;  /* of a row, in pixels */
    size_t *begin;  /* (count + 1): the first entry of each row */
    size_t *widest; /* (count): width of the widest box of each row */
    size_t *entry;  /* numbers of boxes, in each row by their left sides; a box is in every row that it meets */
} box_index;

/* A query for the boxes that meet a window; each is returned once. */
typedef struct box_query {
    const box_index *rows;
    box window;
    size_t row, last; /* the present row, and the last one */
    size_t at;        /* the next entry of the present row */
    size_t visited;   /* entries visited so far, for the budget */
} box_query;

/*
 * Indexes boxes, which must outlive the index. height: of a row. Free the index, whatever the status. Cost: O(n log n).
 */
lenet5_status lenet5_box_index_new(box_index *rows, const box *boxes, size_t count, double height, lenet5_error *error);

void lenet5_box_index_free(box_index *rows);

box_query lenet5_box_query(const box_index *rows, box window);

/* Returns whether there is another box; *found becomes its number. */
bool lenet5_box_query_next(box_query *s, size_t *found);

/* A box extended on all sides, clipped at 0. */
static inline box box_grown(box s, double across, double down)
{
    const size_t x = (size_t)across, y = (size_t)down;
    return (box){s.left > x ? s.left - x : 0, s.top > y ? s.top - y : 0, s.right + x, s.bottom + y};
}

#endif
