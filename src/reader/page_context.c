/*
 * What the lines of a page say for each other. Where the others are numbers, one that is hard to read is a number too;
 * among words and scraps of forms, what looks like a digit often is none.
 */
#include <math.h>
#include <string.h>

#include "reading.h"
#include "search/evidence.h"

#define DEFAULT_THRESHOLD 0.91 /* of the probability of a string that is accepted: see docs/results.md */
#define MIN_PROBABILITY 1e-12  /* that a ratio is made of */

/*
 * From the probabilities of the search, which add up to 1 at most. The other strings keep their ratio to the first,
 * and together have no more than it leaves.
 */
static void set_probability(lenet5_read_line *l, double belief, double threshold)
{
    const double before = l->string[0].probability;
    const double ratio = fmin(belief / fmax(MIN_PROBABILITY, before), (1 - belief) / fmax(MIN_PROBABILITY, 1 - before));
    for (size_t i = 1; i < l->strings; i++)
        l->string[i].probability *= ratio;
    l->string[0].probability = belief;
    l->decision = belief >= threshold ? LENET5_ACCEPTED : LENET5_UNSURE;
}

void lenet5_reject_line(lenet5_read_line *l, unsigned doubt)
{
    set_probability(l, fmin(l->string[0].probability, MAX_REJECTED_PROBABILITY), INFINITY);
    l->doubt = doubt;
}

/* Whether a line is read as nothing but 1s: what is left of a grid looks so, and grids leave several. */
static bool is_ones(const lenet5_read_line *l)
{
    return l->digits > 0 && strspn(l->string[0].text, "1") == strlen(l->string[0].text);
}

/* Lines with strings, and the sum of their probabilities. */
typedef struct group {
    double sum;
    size_t count;
} group;

static void add_line(group *g, double belief)
{
    g->sum += belief;
    g->count++;
}

static double group_mean(const group *g)
{
    return g->sum / (double)g->count;
}

/* Remnants do not vouch for each other: lines of 1s have no better company than those that are none, and are alone
 * without these. */
static void set_page_context(lenet5_read_line *l, const group *all, const group *ones)
{
    const group others = {all->sum - lenet5_string_probability(l->evidence), all->count - 1};
    const group no_ones = {all->sum - ones->sum, all->count - ones->count};
    const bool alone = others.count == 0 || (is_ones(l) && no_ones.count == 0);
    if (!alone)
        l->evidence[LENET5_EVIDENCE_COMPANY] =
            is_ones(l) ? fmin(group_mean(&others), group_mean(&no_ones)) : group_mean(&others);
    l->evidence[LENET5_EVIDENCE_ALONE] = alone;
}

void lenet5_apply_page_context(lenet5_reading *reading, double threshold)
{
    group all = {0, 0}, ones = {0, 0};
    for (size_t i = 0; i < reading->count; i++) {
        const lenet5_read_line *l = &reading->lines[i];
        if (l->strings == 0)
            continue;
        const double belief = lenet5_string_probability(l->evidence);
        add_line(&all, belief);
        if (is_ones(l))
            add_line(&ones, belief);
    }
    for (size_t i = 0; i < reading->count; i++) {
        lenet5_read_line *l = &reading->lines[i];
        if (l->strings == 0)
            continue;
        set_page_context(l, &all, &ones);
        l->doubt = lenet5_main_doubt(l->evidence);
        set_probability(l, lenet5_string_probability(l->evidence), threshold > 0 ? threshold : DEFAULT_THRESHOLD);
    }
}
