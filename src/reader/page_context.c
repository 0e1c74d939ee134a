/*
 * What the lines of a page say about each other. Where the others are numbers, a line that is hard to read is probably
 * a number too; among words and fragments of a form, what looks like a digit often is not one.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "reading.h"
#include "search/evidence.h"

#define DEFAULT_THRESHOLD 0.91 /* probability from which on a string is accepted; docs/results.md has its errors */
#define MIN_DENOMINATOR 1e-12  /* of ratios of probabilities: keeps them finite */

/*
 * Replaces the probability of the best string. The others, whose sum with it is at most 1, keep their ratio to it as
 * long as the sum stays so.
 */
static void set_probability(lenet5_read_line *l, double probability, double threshold)
{
    const double before = l->string[0].probability;
    const double ratio =
        fmin(probability / fmax(MIN_DENOMINATOR, before), (1 - probability) / fmax(MIN_DENOMINATOR, 1 - before));
    for (size_t i = 1; i < l->strings; i++)
        l->string[i].probability *= ratio;
    l->string[0].probability = probability;
    l->decision = probability >= threshold ? LENET5_ACCEPTED : LENET5_UNSURE;
}

void lenet5_reject_line(lenet5_read_line *l, unsigned doubt)
{
    set_probability(l, fmin(l->string[0].probability, MAX_REJECTED_PROBABILITY), INFINITY);
    l->doubt = doubt;
}

/* Whether a line is read as 1s alone: so are the remains of a grid, which leaves several such lines. */
static bool is_ones(const lenet5_read_line *l)
{
    return l->digits > 0 && strspn(l->string[0].text, "1") == strlen(l->string[0].text);
}

/* Lines with strings, and the sum of their probabilities. */
typedef struct group {
    double sum;
    size_t count;
} group;

static void add_line(group *g, double probability)
{
    g->sum += probability;
    g->count++;
}

static double group_mean(const group *g)
{
    assert(g->count > 0);
    return g->sum / (double)g->count;
}

/*
 * Sets the evidence of the other lines. Lines of 1s do not support each other: for them the other lines that are not
 * all 1s are an upper bound, and without any they count as alone.
 */
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
        const double probability = lenet5_string_probability(l->evidence);
        add_line(&all, probability);
        if (is_ones(l))
            add_line(&ones, probability);
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
