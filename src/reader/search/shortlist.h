/* The codes of a list that are likeliest in a graph, however long the list is. */
#ifndef LENET5_READER_SHORTLIST_H
#define LENET5_READER_SHORTLIST_H

#include "graph.h"

#define MAX_SHORTLISTED 64

/*
 * Makes an automaton of the MAX_SHORTLISTED codes of f's list that weigh most in the graph, to be freed with
 * lenet5_format_free, and sets *allowed to the weight of all codes of the list. The arcs have to have their weights.
 *
 * Memory: less than 1 MB, whatever the list and the graph. Time: at most the digits of all codes times the arcs, and
 * mostly a small part of that. It depends on the caller's list more than on the picture, so it counts against the time
 * limit and not against the picture's share of work.
 */
lenet5_status lenet5_shortlist(grammar *few, double *allowed, const graph *g, const grammar *f, budget *b,
                               lenet5_error *error);

#endif
