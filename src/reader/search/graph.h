/* The segmentation graph of a line: all ways to make symbols of its pieces (sections V to VII of the paper). */
#ifndef LENET5_READER_GRAPH_H
#define LENET5_READER_GRAPH_H

#include <math.h>

#include "format.h"
#include "marks.h"
#include "priors.h"
#include "reader/lines/pieces.h"

/* A candidate symbol: pieces first to last - 1, with the network's scores. */
typedef struct arc {
    size_t first, last;
    box box;
    uint8_t picture[LENET5_PICTURE_BYTES];
    float posterior[LENET5_CLASSES + 1];
    double measure[ARC_MEASURES];
    bool is_whole;                 /* it touches nothing among digits, so that it may be a mark */
    double mark_measure[MEASURES]; /* of one that is whole */
    double prior;                  /* of its cut, at most 1 */
    double shape;                  /* of its shape, at most 1 */
    double solid;                  /* share of its box filled beyond strokes */
    bool is_cut;                   /* from a neighbour, on either side */
    bool is_part;                  /* it is a whole connected part */
    double letter;                 /* of a part: probability that it is a letter, or a sign that is no mark */
    double sign;                   /* of a part: probability that it is a sign */
    bool marked;                   /* it may be a mark */
    double mark[MARKS];            /* share of each mark; digits have the rest */
    double weight[SYMBOLS];        /* of each symbol: probability times priors; lenet5_graph_solve sets it */
} arc;

/* A single piece, as it may be skipped. */
typedef struct single_piece {
    bool is_cut;   /* it was cut from a neighbour and is never skipped */
    double area;   /* its ink, in squares of the line's height */
    double marked; /* minus the logarithm of the share that is no mark */
} single_piece;

typedef struct graph {
    const double *weights;  /* (SEARCH_WEIGHTS) */
    const mark_form *forms; /* (MARK_FORMS) */
    double height;          /* of the line's digits */
    bool swept;             /* its nodes are positions of a sweep, not gaps between pieces */
    size_t nodes;           /* pieces plus 1 */
    size_t count, room;
    arc *arcs;                    /* (count), in the order of their first pieces */
    size_t begin[MAX_PIECES + 1]; /* (nodes): first arc of each node; count for the last one */
    single_piece piece[MAX_PIECES];
    double skip[MAX_PIECES];   /* the weight of skipping each piece */
    bool part[MAX_PIECES + 1]; /* (nodes): the pieces before and behind are not connected */
    bool gap[MAX_PIECES + 1];  /* (nodes): the string may begin or end there, with something beside it */
    /*
     * (nodes): weights of what is before a string that begins at a node, and behind one that ends there.
     * lenet5_graph_solve sets them.
     */
    double before[MAX_PIECES + 1], behind[MAX_PIECES + 1];
} graph;

/* The number of an arc's possible symbols: digits and, if it is marked, marks. */
static inline unsigned symbols_of(const arc *a)
{
    return a->marked ? SYMBOLS : LENET5_CLASSES;
}

/* The weight of an arc as a digit, whichever it is. */
static inline double digit_prior(const arc *a)
{
    double digits = 1;
    for (unsigned mark = 0; mark < MARKS; mark++)
        digits -= a->marked ? a->mark[mark] : 0;
    return a->prior * a->shape * fmax(0, digits);
}

/* The arc between two nodes, or NULL. */
static inline const arc *find_arc(const graph *g, size_t first, size_t last)
{
    for (size_t i = g->begin[first]; i < g->begin[first + 1]; i++)
        if (g->arcs[i].last == last)
            return &g->arcs[i];
    return NULL;
}

/*
 * Makes the arcs of a line, with the weights of weights.h, and without posteriors. Free the graph if the status is
 * LENET5_OK.
 */
lenet5_status lenet5_graph_new(graph *g, const text_line *line, budget *b, lenet5_error *error);

/* Sets the shares of marks, and the priors of arcs and skipped pieces, by the graph's weights and forms. */
void lenet5_set_priors(graph *g);

void lenet5_graph_free(graph *g);

#endif
