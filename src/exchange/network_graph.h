/*
 * LeNet-5 as a graph of ONNX operators, from pictures to answers.
 *
 * The initializers are the twelve tensors of each network as they are. The constants of the squashing function and of
 * the grey levels are multiplied into them by nodes that do not depend on the picture, which a runtime computes once,
 * when it loads the file: between the layers x = A tanh(S a), it then only has to compute tanh.
 */
#ifndef LENET5_EXCHANGE_NETWORK_GRAPH_H
#define LENET5_EXCHANGE_NETWORK_GRAPH_H

#include "exchange.h"
#include "graph.h"
#include "quantise.h"

/* Adds the layers of all networks, and the answers. ranges has one for each network; NULL for float. */
void add_networks(graph *g, const lenet5_committee *models, const state_ranges *ranges, const onnx_options *options);

#endif
