/* The search for the likeliest strings in a graph. */
#ifndef LENET5_READER_SEARCH_H
#define LENET5_READER_SEARCH_H

#include "graph.h"

typedef struct solution {
    char digits[LENET5_MAX_STRING + 1]; /* and marks, if the format has them */
    double probability;
    size_t length;
    uint32_t arc[LENET5_MAX_STRING]; /* of each symbol, on the best path of the string */
    size_t omitted_marks;            /* marks in the ink that are no part of the string, on that path */
    size_t masked_marks;             /* and those that the format's mask has in these places */
    bool beside;                     /* something is before or behind it */
} solution;

/* An n-best list: the likeliest strings, the best first. */
typedef struct n_best {
    solution *list; /* room for that many, the caller's */
    size_t room, count;
} n_best;

/*
 * Finds the found->room likeliest strings of the format in a graph; found->count becomes 0 if it has none. Sets the
 * weights of the graph's arcs and ends.
 */
lenet5_status lenet5_graph_solve(n_best *found, graph *g, const grammar *f, budget *b, lenet5_error *error);

#endif
