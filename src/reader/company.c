/*
 * What the lines of a page say for each other. Where the others are numbers, one that is hard to read is a number too;
 * among words and scraps of forms, what looks like a digit often is none.
 */
#include <math.h>

#include "reading.h"
#include "search/evidence.h"

#define DEFAULT_THRESHOLD 0.91  /* of the probability of a string that is accepted: see docs/results.md */
#define LEAST_PROBABILITY 1e-12 /* that a ratio is made of */

/*
 * From the probabilities of the search, which add up to 1 at most. The other strings keep their ratio to the first,
 * and together have no more than it leaves.
 */
static void set_probability(lenet5_read_line *l, double belief, double threshold)
{
    const double before = l->string[0].probability;
    const double ratio =
        fmin(belief / fmax(LEAST_PROBABILITY, before), (1 - belief) / fmax(LEAST_PROBABILITY, 1 - before));
    for (size_t i = 1; i < l->strings; i++)
        l->string[i].probability *= ratio;
    l->string[0].probability = belief;
    l->decision = belief >= threshold ? LENET5_ACCEPTED : LENET5_UNSURE;
}

void lenet5_weigh_company(lenet5_reading *reading, double threshold)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < reading->count; i++)
        if (reading->lines[i].strings > 0) {
            sum += lenet5_belief(reading->lines[i].evidence);
            count++;
        }
    for (size_t i = 0; i < reading->count; i++) {
        lenet5_read_line *l = &reading->lines[i];
        if (l->strings == 0)
            continue;
        if (count > 1)
            l->evidence[LENET5_EVIDENCE_COMPANY] = (sum - lenet5_belief(l->evidence)) / (double)(count - 1);
        l->evidence[LENET5_EVIDENCE_ALONE] = count == 1;
        l->doubt = lenet5_doubt(l->evidence);
        set_probability(l, lenet5_belief(l->evidence), threshold > 0 ? threshold : DEFAULT_THRESHOLD);
    }
}
