/*
 * A format restricts the strings, but it must not turn ink that is more like a mark into a digit, or a digit
 * into two:
 *
 *     22/06/1998      as ten digits       22 1 06 1 1998       both slashes are misread
 *     30.7            as an amount        307                  the point is
 *     4.6             as three digits     4 1 0                and the 6 is
 *
 * The best path through the graph without a format (Viterbi) has the marks that are likelier than digits. The string
 * may have them in their places, or its mask may.
 */
#include "unconstrained.h"

#include <assert.h>
#include <math.h>

#include "beside.h"

/* The best continuation from a node. */
typedef struct step {
    double weight;
    const arc *arc_taken; /* NULL: the reading ends here, or a piece is skipped */
    bool goes_on;
} step;

/* Whether the likeliest symbol of an arc is a mark; *weight becomes that of the symbol. */
static bool best_is_mark(double *weight, const arc *a)
{
    double digit = 0, mark = 0;
    for (unsigned symbol = 0; symbol < LENET5_CLASSES; symbol++)
        digit = fmax(digit, a->weight[symbol]);
    for (size_t i = 0; i < MARKS && a->marked; i++)
        mark = fmax(mark, a->mark[i]);
    *weight = fmax(digit, mark);
    return mark > digit;
}

static step best_step(const graph *g, const step *steps, size_t node)
{
    step best = {.weight = g->behind[node]};
    const double skipped = g->skip[node] * steps[node + 1].weight;
    if (skipped > best.weight)
        best = (step){.weight = skipped, .goes_on = true};
    for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++) {
        double weight;
        best_is_mark(&weight, &g->arcs[i]);
        weight *= steps[g->arcs[i].last].weight;
        if (weight > best.weight)
            best = (step){weight, &g->arcs[i], true};
    }
    return best;
}

/* The node where the best path begins. */
static size_t first_node(const graph *g, const step *steps)
{
    size_t best = 0;
    for (size_t node = 1; node + 1 < g->nodes; node++)
        if (g->before[node] * steps[node].weight > g->before[best] * steps[best].weight)
            best = node;
    return best;
}

/* How a string reads the pieces of a mark. */
enum { READ_AS_MARK, READ_AS_DIGIT, NOT_READ_AT_ALL, READ_BESIDE, READINGS_OF_MARK };

static int reading_of(const graph *g, const solution *s, const arc *mark)
{
    for (size_t i = 0; i < s->length; i++) {
        const arc *a = &g->arcs[s->arc[i]];
        if (a->first < mark->last && mark->first < a->last)
            return is_digit(symbol_of(s->digits[i])) ? READ_AS_DIGIT : READ_AS_MARK;
    }
    return s->beside && lenet5_is_beside(g, s, mark->first) ? READ_BESIDE : NOT_READ_AT_ALL;
}

/* Whether a string reads a digit of the best path, not cut from a neighbour, as several symbols. */
static bool is_split(const graph *g, const solution *s, const arc *digit)
{
    size_t parts = 0;
    for (size_t i = 0; i < s->length && !digit->is_cut; i++)
        parts += g->arcs[s->arc[i]].first >= digit->first && g->arcs[s->arc[i]].last <= digit->last;
    return parts > 1;
}

/* Whether a digit of the best path is beside a string: one too many for its format. */
static bool is_dropped(const graph *g, const solution *s, const arc *digit)
{
    return lenet5_is_beside(g, s, digit->first) && lenet5_is_beside(g, s, digit->last - 1);
}

bool lenet5_contradicts_best_path(const graph *g, const solution *s)
{
    step steps[MAX_PIECES + 1];
    size_t count[READINGS_OF_MARK] = {0};
    size_t digits = 0;
    double weight;
    assert(g->nodes <= MAX_PIECES + 1 && s->length > 0);
    steps[g->nodes - 1] = (step){.weight = g->behind[g->nodes - 1]};
    for (size_t node = g->nodes - 1; node-- > 0;)
        steps[node] = best_step(g, steps, node);
    for (size_t node = first_node(g, steps); steps[node].goes_on;) {
        const arc *a = steps[node].arc_taken;
        if (a && best_is_mark(&weight, a))
            count[reading_of(g, s, a)]++;
        else
            digits += a && (is_split(g, s, a) || is_dropped(g, s, a));
        node = a ? a->last : node + 1;
    }
    const size_t known = s->omitted_marks + s->masked_marks;
    return digits > 0 || count[READ_AS_DIGIT] > 0 || count[NOT_READ_AT_ALL] > known;
}
