#include "confidence.h"

#include <math.h>

/* The log-odds that what was read as a digit is one, and a whole one. */
static double digit_log_odds(const arc *a, unsigned digit, const double *w)
{
    const double rubbish = fmax(MIN_PROBABILITY, (double)a->posterior[LENET5_RUBBISH]);
    return w[CONFIDENCE] - w[CONFIDENCE_RUBBISH] * log(rubbish) + w[CONFIDENCE_SHAPE] * log(a->shape) -
           w[CONFIDENCE_SOLID] * a->solid - (a->is_cut && digit == 1 ? w[CONFIDENCE_CUT_ONE] : 0);
}

/* Whether each digit of the string was cut from a neighbour. */
static bool are_all_cut(const graph *g, const solution *read)
{
    bool all_cut = true;
    for (size_t i = 0; i < read->length; i++)
        all_cut &= g->arcs[read->arc[i]].is_cut || !is_digit(symbol_of(read->digits[i]));
    return all_cut;
}

double lenet5_digit_confidence(const graph *g, const solution *read)
{
    double all = 1;
    const bool all_cut = are_all_cut(g, read);
    for (size_t i = 0; i < read->length; i++) {
        if (!is_digit(symbol_of(read->digits[i])))
            continue; /* the share of a mark is its confidence */
        const double odds = digit_log_odds(&g->arcs[read->arc[i]], symbol_of(read->digits[i]), g->weights);
        all *= 1 / (1 + exp((all_cut ? g->weights[CONFIDENCE_ALL_CUT] : 0) - odds));
    }
    return all;
}
