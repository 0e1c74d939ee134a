/* What the networks of a reader say of pictures. */
#ifndef LENET5_READER_ASK_H
#define LENET5_READER_ASK_H

#include "reading.h"
#include "search/graph.h"

/* Labels of lenet5_builtin_signs. */
#define DIGIT_LABELS 5 /* the first: digits */
#define SIGN_LABEL 7
#define MARK_LABEL 8

#define LANES_WORK 130000 /* units of a budget: what a network takes for LENET5_LANES pictures */

typedef float posteriors[LENET5_LANES][LENET5_CLASSES + 1];

/* How many there are from the first one on, of count, that lanes have room for. */
static inline size_t lanes_left(size_t first, size_t count)
{
    return count - first < LENET5_LANES ? count - first : LENET5_LANES;
}

/* What a committee sees in count pictures; those behind them may be anything. */
void lenet5_score_pictures(posteriors seen, lenet5_reader *r, const lenet5_committee *committee,
                           const uint8_t *pictures[LENET5_LANES], size_t count);

/* How probable it is to the network for signs that something is a sign, a letter or a syllable. */
double lenet5_sign_probability(const float posterior[LENET5_CLASSES + 1]);

/* Sets what the committee says of all arcs, and where letters can stand beside a string, how surely what hangs together
 * is one. */
lenet5_status lenet5_score_arcs(lenet5_reader *r, graph *g, budget *b, lenet5_error *error);

#endif
