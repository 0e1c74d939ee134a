/* What speaks for a string and against it, besides the search, and how probable it is with all of that. */
#ifndef LENET5_READER_EVIDENCE_H
#define LENET5_READER_EVIDENCE_H

#include "search.h"

/* What the networks say of a string's digits: the mean of the one that reads strings, shown variants, and the other. */
typedef struct opinions {
    bool augmented[LENET5_MAX_STRING];               /* the variants of this symbol are known, or it is no digit */
    double other[LENET5_MAX_STRING][LENET5_CLASSES]; /* the probability of each class, by the other network */
    double mean[LENET5_MAX_STRING][LENET5_CLASSES];  /* the mean of that and of the variants */
    double kind[LENET5_MAX_STRING]; /* that a symbol is a digit or a mark, as it is read, by the network for signs */
} opinions;

/* Fills value from what is known of a line and its likeliest string, but for the looks. any: no format was given. */
void lenet5_measure_evidence(double value[LENET5_EVIDENCE], const graph *g, const text_line *line, const solution *best,
                             bool any);

/* Fills in the looks. */
void lenet5_add_opinions(double value[LENET5_EVIDENCE], const graph *g, const solution *best, const opinions *seen);

/* The greatest probability of a string that is never sure. */
#define MAX_REJECTED_PROBABILITY 0.4

/* The probability of its likeliest string from which on a line may be a number; with less it is worth no further look.
 */
#define MIN_NUMBER_PROBABILITY 0.05

/* The kind of evidence that speaks most against the string. */
unsigned lenet5_main_doubt(const double value[LENET5_EVIDENCE]);

/* The probability that the string is what stands there. */
double lenet5_string_probability(const double value[LENET5_EVIDENCE]);

/* The greatest that it may become, whatever the other lines of the page are. */
double lenet5_max_string_probability(const double value[LENET5_EVIDENCE]);

#endif
