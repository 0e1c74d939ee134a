/*
 * The symbols of the likeliest string, scored by two other networks, and its digits as augmented views (test-time
 * augmentation) by the first one again. Digits are augmented one after the other, the most doubtful first, as long as
 * the string may still be a number; the others keep the score of the other network.
 */
#ifndef LENET5_READER_SECOND_OPINION_H
#define LENET5_READER_SECOND_OPINION_H

#include "reading.h"
#include "search/search.h"

/* Adds the opinions to value, which has the other evidence. */
lenet5_status lenet5_second_opinion(double value[LENET5_EVIDENCE], page *p, const graph *g, const solution *s,
                                    lenet5_error *error);

#endif
