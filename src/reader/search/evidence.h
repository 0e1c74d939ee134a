/* What speaks for a string and against it, besides the search, and how probable it is with all of that. */
#ifndef LENET5_READER_EVIDENCE_H
#define LENET5_READER_EVIDENCE_H

#include "search.h"

/* What the network says of the variants of a string's digits. */
typedef struct looks {
    double mean[LENET5_MAX_STRING];  /* probability of each digit over its variants */
    double least[LENET5_MAX_STRING]; /* that of the variant that speaks most against it */
    double other[LENET5_MAX_STRING]; /* that by another network */
    double kind[LENET5_MAX_STRING];  /* that a symbol is a digit or a mark, as it is read, by the network for signs */
} looks;

/* Fills value from what is known of a line and its likeliest string. noise: ink_report's. any: no format was given. */
void lenet5_gather_evidence(double value[LENET5_EVIDENCE], const graph *g, const text_line *line, const solution *best,
                            const looks *seen, double noise, bool any);

/* The kind of evidence that speaks most against the string. */
unsigned lenet5_doubt(const double value[LENET5_EVIDENCE]);

/* The probability that the string is what stands there. */
double lenet5_belief(const double value[LENET5_EVIDENCE]);

#endif
