/* The scores that the networks of a reader give to pictures. */
#ifndef LENET5_READER_SCORES_H
#define LENET5_READER_SCORES_H

#include "base/lanes.h"
#include "reading.h"
#include "search/graph.h"

/* Labels of lenet5_builtin_signs. */
#define DIGIT_LABELS 5 /* the first ones: digits */
#define SIGN_LABEL 7
#define MARK_LABEL 8

#define LANES_WORK 130000 /* units of work of one network for LENET5_LANES pictures */

typedef float posteriors[LENET5_LANES][LENET5_CLASSES + 1];

/* Computes the posteriors of count pictures by a committee. Entries of pictures behind count may be overwritten. */
void lenet5_score_pictures(posteriors seen, lenet5_reader *r, const lenet5_committee *committee,
                           const uint8_t *pictures[LENET5_LANES], size_t count);

/* The probability, by the network for signs, that something is a sign, a letter or a syllable. */
double lenet5_sign_probability(const float posterior[LENET5_CLASSES + 1]);

/*
 * Sets the posteriors of all arcs and, if letters can stand beside a string, the probability that a connected part is
 * one.
 */
lenet5_status lenet5_score_arcs(lenet5_reader *r, graph *g, budget *b, lenet5_error *error);

#endif
