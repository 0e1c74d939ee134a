/*
 * The probability of a string by the search knows nothing of other hands, of what the line holds besides, nor of the
 * paper. Here these have their say: a logistic regression on the measures below, each of which is 0 where nothing is
 * wrong. Its weights are fitted to generated pages (weights.h).
 */
#include "evidence.h"

#include <math.h>

#include "trust.h"
#include "weights.h"

#define LEAST_ODDS 1e-4 /* beyond which a probability says no more */
#define LEAST_LOOK 1e-3 /* the same of what the network says of a variant */
#define MOST_LEFT 1.0   /* squares of a digit's height: so much ink beside a string is enough against it */

static const char *const names[LENET5_EVIDENCE] = {
    [LENET5_EVIDENCE_ODDS] = "odds",        [LENET5_EVIDENCE_LOOKS] = "looks",
    [LENET5_EVIDENCE_WORST_LOOK] = "worst", [LENET5_EVIDENCE_LENGTH] = "length",
    [LENET5_EVIDENCE_HEIGHT] = "height",    [LENET5_EVIDENCE_LEFT_OUT] = "left_out",
    [LENET5_EVIDENCE_CUT] = "cut",          [LENET5_EVIDENCE_NOISE] = "noise",
    [LENET5_EVIDENCE_SINGLE] = "single",    [LENET5_EVIDENCE_ALL_CUT] = "all_cut",
    [LENET5_EVIDENCE_ONES] = "ones",        [LENET5_EVIDENCE_CLIPPED] = "clipped",
    [LENET5_EVIDENCE_WIDTH] = "width",      [LENET5_EVIDENCE_RUBBISH] = "rubbish",
};

const char *lenet5_evidence_name(unsigned kind)
{
    return kind < LENET5_EVIDENCE ? names[kind] : "";
}

static unsigned digit_at(const solution *s, size_t i)
{
    return (unsigned)(s->digits[i] - '0');
}

static void gather_looks(double *value, const solution *s, const looks *seen)
{
    double worst = 0;
    for (size_t i = 0; i < s->length; i++) {
        value[LENET5_EVIDENCE_LOOKS] -= log(fmax(LEAST_LOOK, seen->mean[i]));
        worst = fmax(worst, -log(fmax(LEAST_LOOK, seen->least[i])));
    }
    value[LENET5_EVIDENCE_WORST_LOOK] = worst;
}

/* How far the digits differ from each other in height, and how many of them are cut out or are 1s. */
static void gather_shapes(double *value, const graph *g, const text_line *line, const solution *s)
{
    double cut = 0, ones = 0;
    for (size_t i = 0; i < s->length; i++) {
        const arc *a = &g->arcs[s->arc[i]];
        const double height = (double)(a->box.bottom - a->box.top), width = (double)(a->box.right - a->box.left);
        value[LENET5_EVIDENCE_HEIGHT] = fmax(value[LENET5_EVIDENCE_HEIGHT], fabs(log(height / line->height)));
        value[LENET5_EVIDENCE_WIDTH] = fmax(value[LENET5_EVIDENCE_WIDTH], width / line->height);
        value[LENET5_EVIDENCE_RUBBISH] += (double)a->posterior[LENET5_RUBBISH];
        cut += a->is_cut;
        ones += digit_at(s, i) == 1;
    }
    value[LENET5_EVIDENCE_CUT] = cut / (double)s->length;
    value[LENET5_EVIDENCE_ONES] = ones / (double)s->length;
}

/* Ink of the line that is of no digit, in squares of a digit's height. */
static double ink_left_out(const graph *g, const text_line *line, const solution *s)
{
    double left = 0;
    for (size_t i = 0; i < line->count; i++)
        left += line->area[i];
    for (size_t i = 0; i < s->length; i++)
        for (size_t k = g->arcs[s->arc[i]].first; k < g->arcs[s->arc[i]].last; k++)
            left -= line->area[k];
    return fmin(MOST_LEFT, left / (line->height * line->height));
}

void lenet5_gather_evidence(double value[LENET5_EVIDENCE], const graph *g, const text_line *line, const solution *best,
                            const looks *seen, double noise, bool any)
{
    const double p = fmax(LEAST_ODDS, fmin(1 - LEAST_ODDS, best->probability));
    for (unsigned i = 0; i < LENET5_EVIDENCE; i++)
        value[i] = 0;
    value[LENET5_EVIDENCE_ODDS] = log(p / (1 - p));
    value[LENET5_EVIDENCE_LENGTH] = log((double)best->length);
    value[LENET5_EVIDENCE_NOISE] = noise;
    value[LENET5_EVIDENCE_SINGLE] = any && best->length == 1;
    value[LENET5_EVIDENCE_ALL_CUT] = any && lenet5_all_cut(g, best);
    value[LENET5_EVIDENCE_LEFT_OUT] = ink_left_out(g, line, best);
    gather_looks(value, best, seen);
    gather_shapes(value, g, line, best);
}

double lenet5_belief(const double value[LENET5_EVIDENCE])
{
    double odds = BELIEF;
    for (unsigned i = 0; i < LENET5_EVIDENCE; i++)
        odds += belief_weights[i] * value[i];
    return 1 / (1 + exp(-odds));
}
