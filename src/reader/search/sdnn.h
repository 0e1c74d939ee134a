/* The space displacement network as a reader of lines (section VII of the paper). */
#ifndef LENET5_READER_SDNN_H
#define LENET5_READER_SDNN_H

#include "graph.h"

/* A line as the network goes over it, and what it says at each place. */
typedef struct sweep {
    size_t width;   /* columns, of LENET5_SWEEP_HEIGHT rows; 0: the line is too long to be swept */
    uint8_t *strip; /* (32, width): ink */
    float scale;    /* columns of the strip for one of the line's map */
    size_t places;  /* two columns apart */
    float (*posterior)[LENET5_CLASSES + 1];
} sweep;

/* Goes over a line with all networks. Free the sweep. */
lenet5_status lenet5_sweep_line(sweep *s, const lenet5_committee *committee, const text_line *line, budget *b,
                                lenet5_error *error);

/* The graph of all ways to see digits among the places; its arcs have posteriors. Free the graph. */
lenet5_status lenet5_sweep_graph(graph *g, const sweep *s, const text_line *line, lenet5_error *error);

/* What was seen as the paper's figure 25 shows it: the strip, and below it a row for each digit, darker where it is
 * likelier. (height, width, 3), the caller's to free; NULL if there is no memory. */
uint8_t *lenet5_sweep_picture(size_t *width, size_t *height, const sweep *s);

void lenet5_sweep_free(sweep *s);

#endif
