/* From the picture of a string to its segmentation graph, by the stages of the reader. */
#ifndef LENET5_GLOBAL_CUT_H
#define LENET5_GLOBAL_CUT_H

#include "reader/search/graph.h"

/*
 * Makes the graph of a drawn string, as reading does, without posteriors. *cut: whether there is one, as the reader
 * finds exactly one line that is not crowded. Free the graph then.
 */
lenet5_status lenet5_cut_string(graph *g, bool *cut, const lenet5_string *string, lenet5_error *error);

#endif
