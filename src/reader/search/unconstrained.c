/*
 * A format says what is likely, but ink that is more like a mark than like a digit does not become a digit by it, nor
 * does a digit become two:
 *
 *     22/06/1998      as ten digits       22 1 06 1 1998       both slashes are overlooked
 *     30.7            as an amount        307                  the point is
 *     4.6             as three digits     4 1 0                and the 6 is
 *
 * The best path through the graph, on which any symbol may follow any other, has the marks that are likelier than
 * digits. Those that the string has in their places, or its mask, are seen.
 */
#include "unconstrained.h"

#include <assert.h>
#include <math.h>

#include "beside.h"

/* The best way on from a node. */
typedef struct step {
    double weight;
    const arc *way; /* NULL: the reading ends here, or a piece is left out */
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

/* Where the best reading begins. */
static size_t first_node(const graph *g, const step *steps)
{
    size_t best = 0;
    for (size_t node = 1; node + 1 < g->nodes; node++)
        if (g->before[node] * steps[node].weight > g->before[best] * steps[best].weight)
            best = node;
    return best;
}

/* How a string reads the pieces of a mark. */
enum { SEEN_AS_MARK, SEEN_AS_DIGIT, SEEN_NOT, SEEN_BESIDE, WAYS_TO_SEE };

static int seen_as(const graph *g, const solution *s, const arc *mark)
{
    for (size_t i = 0; i < s->length; i++) {
        const arc *a = &g->arcs[s->arc[i]];
        if (a->first < mark->last && mark->first < a->last)
            return is_digit(symbol_of(s->digits[i])) ? SEEN_AS_DIGIT : SEEN_AS_MARK;
    }
    return s->beside && lenet5_is_beside(g, s, mark->first) ? SEEN_BESIDE : SEEN_NOT;
}

/* Whether a string reads a digit of the best reading, which is not cut from a neighbour, as several symbols. */
static bool is_split(const graph *g, const solution *s, const arc *digit)
{
    size_t parts = 0;
    for (size_t i = 0; i < s->length && !digit->is_cut; i++)
        parts += g->arcs[s->arc[i]].first >= digit->first && g->arcs[s->arc[i]].last <= digit->last;
    return parts > 1;
}

/* Whether a digit of the best reading is none of a string's: one too many for its format. */
static bool is_dropped(const graph *g, const solution *s, const arc *digit)
{
    return lenet5_is_beside(g, s, digit->first) && lenet5_is_beside(g, s, digit->last - 1);
}

bool lenet5_contradicts_best_path(const graph *g, const solution *s)
{
    step steps[MAX_PIECES + 1];
    size_t count[WAYS_TO_SEE] = {0};
    size_t digits = 0;
    double weight;
    assert(g->nodes <= MAX_PIECES + 1 && s->length > 0);
    steps[g->nodes - 1] = (step){.weight = g->behind[g->nodes - 1]};
    for (size_t node = g->nodes - 1; node-- > 0;)
        steps[node] = best_step(g, steps, node);
    for (size_t node = first_node(g, steps); steps[node].goes_on;) {
        const arc *a = steps[node].way;
        if (a && best_is_mark(&weight, a))
            count[seen_as(g, s, a)]++;
        else
            digits += a && (is_split(g, s, a) || is_dropped(g, s, a));
        node = a ? a->last : node + 1;
    }
    const size_t known = s->omitted_marks + s->masked_marks;
    return digits > 0 || count[SEEN_AS_DIGIT] > 0 || count[SEEN_NOT] > known;
}
