/*
 * The symbols of the likeliest string are shown to other networks, and its digits, varied, to the same one again: digit
 * after digit, the most doubtful one first, as long as there is hope. What is not looked at is as the other network has
 * it.
 */
#ifndef LENET5_READER_LOOK_AGAIN_H
#define LENET5_READER_LOOK_AGAIN_H

#include "reading.h"
#include "search/search.h"

/* value holds the evidence but for the looks, which are filled in. */
lenet5_status lenet5_second_opinion(double value[LENET5_EVIDENCE], page *p, const graph *g, const solution *s,
                                    lenet5_error *error);

#endif
