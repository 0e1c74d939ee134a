/* The best readings of a graph. */
#ifndef LENET5_READER_SEARCH_H
#define LENET5_READER_SEARCH_H

#include "graph.h"

typedef struct solution {
    char digits[LENET5_MAX_STRING + 1]; /* and marks, where the format tells them */
    double probability;
    size_t length;
    uint32_t arc[LENET5_MAX_STRING]; /* of each symbol, in the best of the ways to read the string */
    size_t omitted_marks;            /* marks in the ink that are no part of the string, in that way */
    size_t masked_marks;             /* and those that the format's mask has in their places */
    bool beside;                     /* something stands before or behind it */
} solution;

/* The count_most likeliest strings of the format, the best first; returns how many there are in *count. */
lenet5_status lenet5_graph_solve(solution *solutions, size_t *count, size_t count_most, graph *g, const grammar *f,
                                 budget *b, lenet5_error *error);

#endif
