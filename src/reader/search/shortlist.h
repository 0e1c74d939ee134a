/* The codes of a list that are likeliest in a graph, for lists of any length. */
#ifndef LENET5_READER_SHORTLIST_H
#define LENET5_READER_SHORTLIST_H

#include "graph.h"

#define MAX_SHORTLISTED 64

/*
 * Makes an automaton of the MAX_SHORTLISTED codes of f's list that weigh most in the graph; free it with
 * lenet5_format_free. *allowed: weight of all codes of the list. The arcs must have their weights.
 *
 * Memory: less than 1 MB for any list and graph. Time: at most the digits of all codes times the arcs, usually a small
 * part of it. It depends on the caller's list more than on the picture, so that it counts against the time limit only,
 * not against the picture's units of work.
 */
lenet5_status lenet5_shortlist(grammar *few, double *allowed, const graph *g, const grammar *f, budget *b,
                               lenet5_error *error);

#endif
