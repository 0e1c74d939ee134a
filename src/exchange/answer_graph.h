/* From penalties to answers: the outputs of the graph, as in the server's /v2. */
#ifndef LENET5_EXCHANGE_ANSWER_GRAPH_H
#define LENET5_EXCHANGE_ANSWER_GRAPH_H

#include "graph.h"
#include "lenet5/network.h"

/* Declares the outputs; with penalties, that one alone. */
void add_outputs(graph *g, bool penalties);

/* Adds what computes the others from the penalties, [n,10]. */
void add_answers(graph *g, value penalty, const lenet5_loss *loss, double threshold);

#endif
