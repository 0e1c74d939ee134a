/* The graph of all ways to make digits of the pieces of a line (sections V to VII of the paper). */
#ifndef LENET5_READER_GRAPH_H
#define LENET5_READER_GRAPH_H

#include "format.h"
#include "marks.h"
#include "priors.h"
#include "reader/lines/pieces.h"

/* A way to make one digit: pieces first to last - 1, and what the network says of them. */
typedef struct arc {
    size_t first, last;
    box box;
    uint8_t picture[LENET5_PICTURE_BYTES];
    float posterior[LENET5_CLASSES + 1];
    double measure[ARC_MEASURES];
    bool is_whole;                 /* it stands by itself among digits, so that it may be a mark */
    double mark_measure[MEASURES]; /* of one that is whole */
    double prior;                  /* of the cut that it needs, at most 1 */
    double shape;                  /* how well a digit may have its shape, at most 1 */
    double solid;                  /* how much more of its box it fills than strokes do, at most 1 */
    bool is_cut;                   /* from a neighbour, on either side */
    bool is_part;                  /* it is all that hangs together */
    double letter;                 /* of such: how surely it is a letter or a sign that is no mark */
    double sign;                   /* and how surely a sign, and no letter */
    bool marked;                   /* it may be a mark */
    double mark[MARKS];            /* the share of each mark; what is left is that of all digits */
    double weight[SYMBOLS];        /* of each symbol: its probability and priors; lenet5_graph_solve sets it */
} arc;

/* A piece by itself, as it may be left out. */
typedef struct single_piece {
    bool is_cut;   /* it is a part of something and never left out */
    double area;   /* its ink, to the square of the line's height */
    double marked; /* minus the logarithm of what is left to be no mark */
} single_piece;

typedef struct graph {
    const double *weights;  /* (SEARCH_WEIGHTS) */
    const mark_form *forms; /* (MARK_FORMS) */
    double height;          /* of the line's digits */
    bool swept;             /* its nodes are places of a sweep, not gaps between pieces */
    size_t nodes;           /* one more than pieces */
    size_t count, room;
    arc *arcs;                    /* (count), in the order of their first pieces */
    size_t begin[MAX_PIECES + 1]; /* (nodes): the first arc of each node; where the last node's would be, count */
    single_piece piece[MAX_PIECES];
    double skip[MAX_PIECES];   /* the weight of leaving a piece unread */
    bool part[MAX_PIECES + 1]; /* (nodes): the pieces on either side do not hang together */
    bool gap[MAX_PIECES + 1];  /* (nodes): they are so far apart that one may be beside the string */
    /* (nodes): the weights of what stands before a string that begins at a node, and behind one that ends there;
     * lenet5_graph_solve sets them. */
    double before[MAX_PIECES + 1], behind[MAX_PIECES + 1];
} graph;

/* Symbols that an arc may be: digits and, if it is marked, marks. */
static inline unsigned symbols_of(const arc *a)
{
    return a->marked ? SYMBOLS : LENET5_CLASSES;
}

/* The arc of all pieces between two nodes, or NULL. */
static inline const arc *find_arc(const graph *g, size_t first, size_t last)
{
    for (size_t i = g->begin[first]; i < g->begin[first + 1]; i++)
        if (g->arcs[i].last == last)
            return &g->arcs[i];
    return NULL;
}

/* Makes the arcs, with the weights of weights.h and without posteriors. */
lenet5_status lenet5_graph_new(graph *g, const text_line *line, budget *b, lenet5_error *error);

/* Sets the shares of marks, and the priors of arcs and of pieces that are left out, by the graph's weights and forms.
 */
void lenet5_set_priors(graph *g);

void lenet5_graph_free(graph *g);

#endif
