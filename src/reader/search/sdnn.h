/* The space displacement network (section VII of the paper). */
#ifndef LENET5_READER_SDNN_H
#define LENET5_READER_SDNN_H

#include "graph.h"

/* The input of a sweep over a line, and its scores. */
typedef struct sweep {
    size_t width;     /* columns, of LENET5_SWEEP_HEIGHT rows; 0: the line is too long */
    uint8_t *strip;   /* (LENET5_SWEEP_HEIGHT, width): ink */
    float scale;      /* columns of the strip a column of the line's map */
    size_t positions; /* two columns apart */
    float (*posterior)[LENET5_CLASSES + 1];
} sweep;

/* Sweeps all networks over a line. Free the sweep if the status is LENET5_OK. */
lenet5_status lenet5_sweep_line(sweep *s, const lenet5_committee *committee, const text_line *line, budget *b,
                                lenet5_error *error);

/* Makes the graph of all digits among the positions, with posteriors. Free the graph if the status is LENET5_OK. */
lenet5_status lenet5_sweep_graph(graph *g, const sweep *s, const text_line *line, lenet5_error *error);

/*
 * Draws a sweep as in figure 25: the strip, and below it a row for each digit, darker where it is likelier. (height,
 * width, 3), the caller's to free; NULL: no memory.
 */
uint8_t *lenet5_sweep_picture(size_t *width, size_t *height, const sweep *s);

void lenet5_sweep_free(sweep *s);

#endif
