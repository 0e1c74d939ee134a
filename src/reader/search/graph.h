/* The graph of all ways to make digits of the pieces of a line, and its best readings (sections V to VII of the paper).
 */
#ifndef LENET5_READER_GRAPH_H
#define LENET5_READER_GRAPH_H

#include "format.h"
#include "reader/lines/pieces.h"

/* A way to make one digit: pieces first to last - 1, and what the network says of them. */
typedef struct arc {
    size_t first, last;
    span box;
    uint8_t picture[LENET5_PICTURE_BYTES];
    float posterior[LENET5_CLASSES + 1];
    double prior;                  /* of the cut that it needs, at most 1 */
    double shape;                  /* how well a digit may have its shape, at most 1 */
    double solid;                  /* how much more of its box it fills than strokes do, at most 1 */
    bool is_cut;                   /* from a neighbour, on either side */
    double weight[LENET5_CLASSES]; /* of each digit: its probability and both priors; lenet5_graph_solve sets it */
} arc;

typedef struct graph {
    bool swept;   /* its nodes are places of a sweep, not gaps between pieces */
    size_t nodes; /* one more than pieces */
    size_t count, room;
    arc *arcs;                     /* (count), in the order of their first pieces */
    size_t begin[MOST_PIECES + 1]; /* (nodes): the first arc of each node; where the last node's would be, count */
    double skip[MOST_PIECES];      /* the weight of leaving a piece unread */
} graph;

/* Makes the arcs, without posteriors. */
lenet5_status lenet5_graph_new(graph *g, const text_line *line, budget *b, lenet5_error *error);

void lenet5_graph_free(graph *g);

#endif
