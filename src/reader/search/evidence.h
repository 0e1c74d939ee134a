/* Evidence for and against a string, besides the search, and the probability that follows from all of it. */
#ifndef LENET5_READER_EVIDENCE_H
#define LENET5_READER_EVIDENCE_H

#include "search.h"

/* The scores of a string's symbols by other networks, and by augmented views. */
typedef struct opinions {
    bool augmented[LENET5_MAX_STRING];               /* the views of this symbol are scored, or it is no digit */
    double other[LENET5_MAX_STRING][LENET5_CLASSES]; /* posterior of each class, by the network for single digits */
    double mean[LENET5_MAX_STRING][LENET5_CLASSES];  /* mean of that and of the views' scores */
    double kind[LENET5_MAX_STRING]; /* that the symbol is a digit, or a mark, as read, by the network for signs */
} opinions;

/* Measures all evidence but the opinions. any: no format is given. */
void lenet5_measure_evidence(double value[LENET5_EVIDENCE], const graph *g, const text_line *line, const solution *best,
                             bool any);

/* Adds the evidence of the opinions. */
void lenet5_add_opinions(double value[LENET5_EVIDENCE], const graph *g, const solution *best, const opinions *seen);

/* The highest probability of a string that is never accepted. */
#define MAX_REJECTED_PROBABILITY 0.4

/* The probability of its best string from which on a line may be a number; below it, nothing more is computed. */
#define MIN_NUMBER_PROBABILITY 0.05

/* The kind of evidence that lowers the probability of the string most. */
unsigned lenet5_main_doubt(const double value[LENET5_EVIDENCE]);

/* The probability that the string is what is written. */
double lenet5_string_probability(const double value[LENET5_EVIDENCE]);

/* The highest value that this can have, whatever the other lines of the page are. */
double lenet5_max_string_probability(const double value[LENET5_EVIDENCE]);

#endif
