/*
 * A beam search with an exact estimate of the rest.
 *
 * The weight of a string is the sum over all paths that read it. Its probability is that weight over the sum of all
 * strings' weights, of the format and, with a small share, of no format; times the confidence in its digits.
 *
 * A pass from right to left computes, for each node and state of the format's automaton, the weight of the best
 * completion, and the sum of all. A pass from left to right extends prefixes by arcs or skipped pieces, and keeps at
 * each node the BEAM prefixes with the highest estimate: weight times best completion, as in A*. Prefixes with the same
 * text and state are merged, and their weights added.
 *
 * In: a graph with posteriors and priors, and a format. Out: the n-best list. Invariants: the estimate of a prefix
 * never exceeds the weight of its completions together; a node's beam is complete before the node is left, since arcs
 * go to the right. Cost: O(arcs x symbols x states) for the first pass, O(nodes x BEAM x arcs of a node x symbols x
 * BEAM) at most for the second.
 */
#include "search.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "confidence.h"
#include "shortlist.h"

/* Weights of what is beside a string. */
#define WIDEST_LETTER 1.1 /* width to height: a wider part may be several digits */
#define MAX_LETTER 1e5    /* of the odds of a letter, at most, and */
#define MIN_LETTER 0.001  /* at least */
#define MAX_BESIDE 1e100  /* of all that is on one side, at most: hundreds of letters would overflow */

/* Units of work. */
#define STATE_WORK 25 /* a state and an arc */
#define OFFER_WORK 4  /* a comparison of two prefixes */

#define BEAM 64           /* prefixes kept at a node; bounds the memory, and the time of the search by its square */
#define MIN_ESTIMATE 1e-7 /* of the best estimate: prefixes below it are dropped, or */
#define MIN_ESTIMATE_N_BEST 1e-20 /* below this one if more than the best string is wanted */

/* ---- Backward pass ----------------------------------------------------------------------------------------------- */

static void weigh_arc(arc *a, double sharpness, double left_out)
{
    const double prior = digit_prior(a);
    for (unsigned mark = 0; mark < MARKS; mark++)
        a->weight[LENET5_CLASSES + mark] = a->marked ? left_out * a->mark[mark] : 0;
    for (unsigned digit = 0; digit < LENET5_CLASSES; digit++) {
        const double probability = pow((double)a->posterior[digit], sharpness);
        a->weight[digit] = prior * fmax(MIN_PROBABILITY, probability);
    }
}

/* Sets the weights of all arcs. Where the format has only digits, a mark is a skipped piece. */
static void weigh_arcs(graph *g, const grammar *f)
{
    const double left_out = f->digits_alone ? exp(-g->weights[SKIP_PIECE]) : 1;
    for (size_t i = 0; i < g->count; i++)
        weigh_arc(&g->arcs[i], g->weights[SHARPNESS], left_out);
}

/* The best way to read some pieces as digits: its log-weight and number of arcs. */
typedef struct digit_path {
    double weight;
    double parts;
} digit_path;

static digit_path better(digit_path a, const digit_path *first, double weight)
{
    const digit_path b = {first->weight + log(fmax(MIN_PROBABILITY, weight)), first->parts + 1};
    return b.weight > a.weight ? b : a;
}

static double best_digit(const arc *a)
{
    double best = 0;
    for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
        best = fmax(best, a->weight[digit]);
    return best;
}

/* The geometric mean weight of the digits in the best way to read some pieces. */
static double weigh_as_digits(const graph *g, size_t first, size_t last)
{
    digit_path up_to[MAX_PIECES + 1];
    for (size_t node = first; node <= last; node++)
        up_to[node] = (digit_path){-INFINITY, 0};
    up_to[first] = (digit_path){0, 0};
    for (size_t node = first; node < last; node++)
        for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++)
            if (g->arcs[i].last <= last)
                up_to[g->arcs[i].last] = better(up_to[g->arcs[i].last], &up_to[node], best_digit(&g->arcs[i]));
    return exp(up_to[last].weight / up_to[last].parts);
}

/* The probability that a connected part is a letter or a sign; 0 if it is wide enough for several digits. */
static double letter_of(const graph *g, size_t first, size_t last)
{
    const arc *a = find_arc(g, first, last);
    if (!a)
        return 0;
    const double width = (double)(a->box.right - a->box.left), height = (double)(a->box.bottom - a->box.top);
    return width <= WIDEST_LETTER * height ? a->letter : 0;
}

/*
 * The weight of a connected part beside a string: a letter, a sign or, if a format restricts the string, anything but
 * digits.
 */
static double weigh_letter(const graph *g, size_t first, size_t last, const grammar *f)
{
    const double letter = letter_of(g, first, last);
    const double odds = pow(letter / fmax(MIN_PROBABILITY, 1 - letter), g->weights[BESIDE_LETTER]);
    const double speck = last == first + 1 ? g->skip[first] : 0;
    const double other = f->any ? 0 : 1 - weigh_as_digits(g, first, last) / g->weights[BESIDE_DIGITS];
    return exp(-g->weights[BESIDE_PART]) * fmax(fmax(MIN_LETTER, speck), fmax(other, fmin(MAX_LETTER, odds)));
}

/* Sets the weights of what is before and behind each node, part by part. */
static void weigh_ends(graph *g, const grammar *f)
{
    const size_t last = g->nodes - 1;
    double weight = exp(-g->weights[BESIDE]);
    for (size_t node = 1, first = 0; node <= last; node++) {
        weight = fmin(MAX_BESIDE, weight * (g->part[node] ? weigh_letter(g, first, node, f) : 1));
        g->before[node] = g->gap[node] ? weight : 0;
        first = g->part[node] ? node : first;
    }
    weight = exp(-g->weights[BESIDE]);
    for (size_t node = last, end = last; node-- > 0;) {
        weight = fmin(MAX_BESIDE, weight * (g->part[node] ? weigh_letter(g, node, end, f) : 1));
        g->behind[node] = g->gap[node] ? weight : 0;
        end = g->part[node] ? node : end;
    }
    g->before[0] = g->behind[last] = 1;
}

/* What can follow a node in a state. */
typedef struct completions {
    double *best, *sum; /* (nodes, states): weight of the best completion, and sum of all */
    double least;       /* estimate below which a prefix is dropped */
} completions;

static void complete_node(completions *ahead, const graph *g, const grammar *f, size_t node)
{
    const size_t states = f->count;
    for (size_t state = 0; state < states; state++) {
        const double end = f->accepts[state] ? g->behind[node] : 0;
        double best = fmax(end, g->skip[node] * ahead->best[(node + 1) * states + state]);
        double sum = end + g->skip[node] * ahead->sum[(node + 1) * states + state];
        for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++) {
            const arc *a = &g->arcs[i];
            for (unsigned symbol = 0; symbol < symbols_of(a); symbol++) {
                const int32_t next = f->next[state][symbol];
                if (next == DEAD)
                    continue;
                assert(a->last > node && a->last < g->nodes && (size_t)next < states);
                const double w = a->weight[symbol];
                best = fmax(best, w * ahead->best[a->last * states + (size_t)next]);
                sum += w * ahead->sum[a->last * states + (size_t)next];
            }
        }
        ahead->best[node * states + state] = best;
        ahead->sum[node * states + state] = sum;
    }
}

static lenet5_status find_completions(completions *ahead, const graph *g, const grammar *f, budget *b,
                                      lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    ahead->best = calloc(g->nodes * f->count, sizeof *ahead->best);
    ahead->sum = calloc(g->nodes * f->count, sizeof *ahead->sum);
    if (!ahead->best || !ahead->sum)
        return lenet5_fail_memory(error);
    const size_t end = (g->nodes - 1) * f->count;
    for (size_t state = 0; state < f->count; state++)
        ahead->best[end + state] = ahead->sum[end + state] = f->accepts[state] ? g->behind[g->nodes - 1] : 0;
    for (size_t node = g->nodes - 1; node-- > 0 && status == LENET5_OK;) {
        status = lenet5_spend(b, STATE_WORK * f->count * (1 + g->begin[node + 1] - g->begin[node]), error);
        if (status == LENET5_OK)
            complete_node(ahead, g, f, node);
    }
    return status;
}

/* The weight of the best string, wherever it begins. */
static double best_from_all(const completions *ahead, const graph *g, const grammar *f)
{
    double best = 0;
    for (size_t node = 0; node + 1 < g->nodes; node++)
        best = fmax(best, g->before[node] * ahead->best[node * f->count]);
    return best;
}

static double sum_from_all(const completions *ahead, const graph *g, const grammar *f)
{
    double sum = 0;
    for (size_t node = 0; node + 1 < g->nodes; node++)
        sum += g->before[node] * ahead->sum[node * f->count];
    return sum;
}

/* The weight of all strings of digits, and of marks if the format has them, whatever the format. */
static double weigh_all(const graph *g, const grammar *f)
{
    double sums[MAX_PIECES + 1];
    sums[g->nodes - 1] = 1;
    for (size_t node = g->nodes - 1; node-- > 0;) {
        sums[node] = g->skip[node] * sums[node + 1];
        for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++)
            for (unsigned symbol = 0; symbol < (f->has_marks ? symbols_of(&g->arcs[i]) : LENET5_CLASSES); symbol++)
                sums[node] += g->arcs[i].weight[symbol] * sums[g->arcs[i].last];
    }
    return sums[0];
}

/* ---- Forward pass ------------------------------------------------------------------------------------------------ */

/* A string read up to a node. */
typedef struct prefix {
    solution read;
    double weight;    /* of all paths that read it */
    double strongest; /* of the best path, which read.arc is */
    double estimate;  /* weight times best completion */
    int32_t state;
    uint32_t key; /* hash of the text */
} prefix;

typedef struct beam {
    size_t count;
    uint32_t key[BEAM]; /* of each prefix, contiguous for comparisons */
    prefix list[BEAM];
} beam;

static bool same_text(const prefix *a, const prefix *b)
{
    return a->read.length == b->read.length && memcmp(a->read.digits, b->read.digits, a->read.length) == 0;
}

static void merge_prefix(prefix *to, const prefix *from)
{
    to->weight += from->weight;
    to->estimate += from->estimate;
    if (from->strongest > to->strongest) {
        to->strongest = from->strongest;
        to->read = from->read;
    }
}

static void put(beam *b, size_t at, const prefix *p)
{
    b->key[at] = p->key;
    b->list[at] = *p;
}

static size_t lowest_estimate(const beam *b)
{
    size_t worst = 0;
    for (size_t i = 1; i < b->count; i++)
        worst = b->list[i].estimate < b->list[worst].estimate ? i : worst;
    return worst;
}

/*
 * Adds a prefix to a beam, in place of the one with the lowest estimate if the beam is full. Returns the number of
 * comparisons.
 */
static size_t offer(beam *b, const prefix *p)
{
    const size_t compared = b->count + 1;
    assert(b->count <= BEAM);
    for (size_t i = 0; i < b->count; i++) {
        prefix *other = &b->list[i];
        if (b->key[i] == p->key && other->state == p->state && same_text(other, p)) {
            merge_prefix(other, p);
            return compared;
        }
    }
    if (b->count < BEAM) {
        put(b, b->count++, p);
        return compared;
    }
    const size_t worst = lowest_estimate(b);
    if (p->estimate > b->list[worst].estimate)
        put(b, worst, p);
    return compared;
}

/* Appends a symbol to a prefix, if it is a part of the string. */
static void write_symbol(prefix *p, const grammar *f, unsigned symbol, size_t arc_number)
{
    solution *s = &p->read;
    if (!is_digit(symbol) && !f->has_marks) {
        s->omitted_marks += f->notes;
        s->masked_marks += !f->notes;
        return;
    }
    assert(s->length < LENET5_MAX_STRING);
    s->arc[s->length] = (uint32_t)arc_number;
    s->digits[s->length++] = lenet5_symbols[symbol];
    s->digits[s->length] = '\0';
    p->key = p->key * (SYMBOLS + 1) + symbol + 1;
}

static size_t extend(beam *beams, const prefix *p, const graph *g, const grammar *f, const completions *ahead,
                     size_t arc_number)
{
    const arc *a = &g->arcs[arc_number];
    size_t compared = 0;
    for (unsigned symbol = 0; symbol < symbols_of(a); symbol++) {
        if (p->read.length == LENET5_MAX_STRING && (is_digit(symbol) || f->has_marks))
            continue;
        const int32_t next = f->next[p->state][symbol];
        const double best = next == DEAD ? 0 : ahead->best[a->last * f->count + (size_t)next];
        const double w = a->weight[symbol];
        if (p->weight * w * best <= ahead->least)
            continue;
        prefix longer = *p;
        longer.weight *= w;
        longer.strongest *= w;
        longer.estimate = longer.weight * best;
        longer.state = next;
        write_symbol(&longer, f, symbol, arc_number);
        compared += offer(&beams[a->last], &longer);
    }
    return compared;
}

/* Extends the prefixes of a node by its arcs, or by skipping its piece. Returns the number of comparisons. */
static size_t go_on(beam *beams, size_t node, const graph *g, const grammar *f, const completions *ahead)
{
    size_t compared = 0;
    for (size_t i = 0; i < beams[node].count; i++) {
        prefix skipped = beams[node].list[i];
        for (size_t k = g->begin[node]; k < g->begin[node + 1]; k++)
            compared += extend(beams, &beams[node].list[i], g, f, ahead, k);
        skipped.weight *= g->skip[node];
        skipped.strongest *= g->skip[node];
        skipped.estimate = skipped.weight * ahead->best[(node + 1) * f->count + (size_t)skipped.state];
        if (skipped.estimate > 0)
            compared += offer(&beams[node + 1], &skipped);
    }
    return compared;
}

/* Begins strings at a node. */
static size_t start(beam *b, const graph *g, const grammar *f, const completions *ahead, size_t node)
{
    const double weight = g->before[node];
    const prefix none = {.weight = weight,
                         .strongest = weight,
                         .estimate = weight * ahead->best[node * f->count],
                         .read.beside = node > 0};
    return none.estimate > 0 ? offer(b, &none) : 0;
}

/* Ends strings at a node before the last. */
static size_t finish(beam *whole_strings, const beam *b, const graph *g, const grammar *f, size_t node)
{
    const double weight = g->behind[node];
    size_t compared = 0;
    for (size_t i = 0; i < b->count && weight > 0; i++) {
        prefix whole = b->list[i];
        if (!f->accepts[whole.state])
            continue;
        whole.weight *= weight;
        whole.strongest *= weight;
        whole.estimate = whole.weight;
        whole.read.beside = true;
        compared += offer(whole_strings, &whole);
    }
    return compared;
}

static lenet5_status go_through(beam *beams, const graph *g, const grammar *f, const completions *ahead, budget *b,
                                lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t node = 0; node + 1 < g->nodes && status == LENET5_OK; node++) {
        size_t compared = start(&beams[node], g, f, ahead, node);
        compared += finish(&beams[g->nodes - 1], &beams[node], g, f, node);
        compared += go_on(beams, node, g, f, ahead);
        status = lenet5_spend(b, OFFER_WORK * compared, error);
    }
    return status;
}

static int by_weight(const void *a, const void *b)
{
    const double left = ((const prefix *)a)->weight, right = ((const prefix *)b)->weight;
    return (left < right) - (left > right);
}

/* Merges strings that were read in several states. */
static void join_same(beam *whole_strings)
{
    for (size_t i = 0; i < whole_strings->count; i++)
        for (size_t k = whole_strings->count - 1; k > i; k--)
            if (same_text(&whole_strings->list[i], &whole_strings->list[k])) {
                merge_prefix(&whole_strings->list[i], &whole_strings->list[k]);
                whole_strings->list[k] = whole_strings->list[--whole_strings->count];
            }
}

/* Lists the strings at the last node, with their probabilities. everything: the weight of all strings. */
static void take_best(n_best *found, const graph *g, beam *whole_strings, double everything)
{
    join_same(whole_strings);
    for (size_t i = 0; i < whole_strings->count; i++)
        whole_strings->list[i].weight *= lenet5_digit_confidence(g, &whole_strings->list[i].read);
    qsort(whole_strings->list, whole_strings->count, sizeof *whole_strings->list, by_weight);
    for (size_t i = 0; i < whole_strings->count && found->count < found->room; i++) {
        if (whole_strings->list[i].read.length == 0)
            continue;
        found->list[found->count] = whole_strings->list[i].read;
        found->list[found->count++].probability = fmin(1, fmax(0, whole_strings->list[i].weight / everything));
    }
}

/* A search of one graph. */
typedef struct task {
    const graph *g;
    double any;     /* weight of all strings, of the format or not */
    double allowed; /* weight of the list's codes; below 0: there is no list */
    budget *budget;
} task;

static lenet5_status search(n_best *found, const task *t, const grammar *f, lenet5_error *error)
{
    completions ahead = {0};
    const graph *g = t->g;
    beam *beams = malloc(g->nodes * sizeof *beams);
    for (size_t node = 0; beams && node < g->nodes; node++)
        beams[node].count = 0;
    lenet5_status status = beams ? find_completions(&ahead, g, f, t->budget, error) : lenet5_fail_memory(error);
    const double best = status == LENET5_OK ? best_from_all(&ahead, g, f) : 0;
    if (best > 0) {
        const double allowed = t->allowed < 0 ? sum_from_all(&ahead, g, f) : t->allowed;
        ahead.least = best * (found->room > 1 ? MIN_ESTIMATE_N_BEST : MIN_ESTIMATE);
        status = go_through(beams, g, f, &ahead, t->budget, error);
        if (status == LENET5_OK)
            take_best(found, g, &beams[g->nodes - 1],
                      allowed + exp(g->weights[OTHER_SHARE]) * fmax(0, t->any - allowed));
    }
    free(ahead.best);
    free(ahead.sum);
    free(beams);
    return status;
}

/* Searches the codes of the list that weigh most. */
static lenet5_status search_list(n_best *found, task *t, const grammar *f, lenet5_error *error)
{
    grammar few = {0};
    lenet5_status status = lenet5_shortlist(&few, &t->allowed, t->g, f, t->budget, error);
    if (status == LENET5_OK)
        status = search(found, t, &few, error);
    lenet5_format_free(&few);
    return status;
}

lenet5_status lenet5_graph_solve(n_best *found, graph *g, const grammar *f, budget *b, lenet5_error *error)
{
    assert(g->nodes >= 1 && g->nodes <= MAX_PIECES + 1);
    found->count = 0;
    weigh_arcs(g, f);
    weigh_ends(g, f);
    task t = {.g = g, .any = weigh_all(g, f), .allowed = -1, .budget = b};
    return f->code_count > 0 ? search_list(found, &t, f, error) : search(found, &t, f, error);
}
