/*
 * Heuristic over-segmentation. The nodes of the graph are the gaps between pieces; an arc takes some neighbouring
 * pieces for one digit:
 *
 *         ___a01__   _a12_   _a23_
 *     (0)          (1)     (2)     (3)          a path from the first node to the last is a way to cut the line,
 *         \______a02______/                     and with a digit for each of its arcs, a reading
 *
 * A reading's weight is the product over its arcs of the probability of the digit (eq. 9, with its outcome for what is
 * no digit) and a prior of shape. The weight of a string is the sum over all paths that read so; its probability is
 * that divided by the weight of all strings of the format and, with a small share, of no format; times the trust that
 * each of its digits is one.
 *
 * The best strings are found from left to right, for each node those kept that can lead farthest: what a prefix has,
 * times the best that can follow, which a pass from right to left has found before (A*). The format's states go along.
 */
#include "graph.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "normalise.h"
#include "shortlist.h"

#define MOST_JOINED 6    /* pieces of one digit, unless they are all of a part */
#define WIDEST 1.5       /* of a digit made of several pieces; of the line's height */
#define WIDEST_WHOLE 2.6 /* the same, of all pieces of a part */
#define LEAST_PROBABILITY 1e-9

/* Priors are e to the power of minus these, fitted to strings of training digits (docs/results.md). */
#define CUT_COST 0.3         /* of a cut */
#define CUT_INK_COST 2.8     /* of the ink on it, in pixels to the line's height */
#define STROKE_COST 1.1      /* of each stroke that it goes through but the first */
#define WIDTH_COST 9.0       /* of a width beyond that of a digit, squared, to the line's height */
#define WIDE_PART 0.54       /* that width */
#define WIDE_WHOLE 0.8       /* that width of what touches nothing else */
#define GAP_COST 12.0        /* of a gap within a digit, to the line's height */
#define LOW_COST 0.4         /* of lowness: how far below the line's height */
#define LOW_SQUARE_COST 17.0 /* and of its square */
#define SKIP_COST 4.0        /* of leaving a piece out */
#define SKIP_AREA_COST 120.0 /* and of its ink, to the square of the line's height */
#define SHARPNESS 5.8        /* the power of a probability that counts */
#define OTHER_SHARE 0.01     /* of strings that are not of the format */

/* Trust in a digit, in logarithms of the odds that it is one; fitted to such strings and to pictures of other things.
 */
#define TRUST -2.5         /* where nothing speaks for or against it */
#define TRUST_RUBBISH 1.3  /* for each power of e that the network takes it for rubbish less */
#define TRUST_SHAPE 0.28   /* and for each of its shape's prior */
#define TRUST_SOLID 22.0   /* against what ink fills of its box beyond */
#define SOLID 0.55         /* this share of it */
#define TRUST_CUT_ONE 1.3  /* against a 1 that was cut out: so many other things' strokes can be */
#define TRUST_ALL_CUT 2.25 /* and against digits none of which stands by itself */

/* Units of work. */
#define ARC_WORK 3000 /* for an arc, besides its pixels */
#define STATE_WORK 25 /* for a state and an arc */
#define OFFER_WORK 4  /* for a prefix that another one is compared with */

#define BEAM 64
#define LEAST_PROMISE 1e-7         /* of that of the best: what promises less is not followed */
#define LEAST_PROMISE_N_BEST 1e-20 /* where others than the best are asked for */

/* ---- Arcs -----------------------------------------------------------------------------------------------------------
 */

static span together(const span *pieces, size_t first, size_t last)
{
    span b = pieces[first];
    for (size_t i = first + 1; i < last; i++)
        b = span_of_both(b, pieces[i]);
    return b;
}

static double cut_prior(const text_line *l, const arc *a)
{
    const double ink = l->cut[a->first] / l->height;
    return ink < 0 ? 1 : exp(-CUT_COST - CUT_INK_COST * ink - STROKE_COST * ((double)l->strokes[a->first] - 1));
}

static bool is_whole(const text_line *l, size_t first, size_t last)
{
    return l->cut[first] < 0 && (last == l->count || l->cut[last] < 0);
}

/* Digits are about as high as their line, seldom wider than high, in one piece, and no blots. */
static double shape_prior(const text_line *l, const arc *a)
{
    const double width = (double)(a->box.right - a->box.left) / l->height;
    const double height = (double)(a->box.bottom - a->box.top) / l->height;
    double gap = 0;
    size_t end = l->pieces[a->first].right;
    for (size_t i = a->first + 1; i < a->last; i++) {
        if (l->pieces[i].left > end)
            gap += (double)(l->pieces[i].left - end) / l->height;
        end = l->pieces[i].right > end ? l->pieces[i].right : end;
    }
    const bool whole = is_whole(l, a->first, a->last);
    const double wide = fmax(0, width - (whole ? WIDE_WHOLE : WIDE_PART));
    const double low = fmax(0, 1 - height);
    return exp(-WIDTH_COST * wide * wide - GAP_COST * gap - LOW_COST * low - LOW_SQUARE_COST * low * low);
}

/* What stands by itself may be none of the writing; what has been cut off is a part of something. */
static double skip_prior(const text_line *l, size_t piece)
{
    return is_whole(l, piece, piece + 1) ? exp(-SKIP_COST - SKIP_AREA_COST * l->area[piece] / (l->height * l->height))
                                         : 0;
}

/* How much of its box ink fills beyond what strokes do; narrow boxes count for less, for a 1 fills its own. */
static double solidity(const text_line *l, const arc *a)
{
    const double width = (double)(a->box.right - a->box.left), height = (double)(a->box.bottom - a->box.top);
    double area = 0;
    for (size_t i = a->first; i < a->last; i++)
        area += (double)l->area[i];
    return fmax(0, area / (width * height) - SOLID) * fmin(1, 2 * width / height);
}

/* The pieces of an arc, and nothing of others, as the network is shown them. */
static void draw_arc(arc *a, uint8_t *ink, const text_line *l)
{
    const size_t width = a->box.right - a->box.left;
    for (size_t y = a->box.top; y < a->box.bottom; y++)
        for (size_t x = a->box.left; x < a->box.right; x++) {
            const size_t at = y * l->map.width + x;
            const bool own = l->owner[at] > a->first && l->owner[at] <= a->last;
            ink[(y - a->box.top) * width + x - a->box.left] = own ? l->map.ink[at] : 0;
        }
    lenet5_normalise_ink(a->picture, ink, width, a->box.bottom - a->box.top);
}

/* Some neighbouring pieces, or all that a part of the line has been cut into. */
static bool may_be_joined(const text_line *l, const arc *a)
{
    return a->last <= a->first + MOST_JOINED || is_whole(l, a->first, a->last);
}

static bool may_be_a_digit(const text_line *l, const arc *a)
{
    const double widest = is_whole(l, a->first, a->last) ? WIDEST_WHOLE : WIDEST;
    return a->last == a->first + 1 || (double)(a->box.right - a->box.left) <= widest * l->height;
}

/* The arcs that begin with a piece: MOST_JOINED + 1 at most. */
static lenet5_status add_arcs(graph *g, uint8_t *ink, const text_line *line, size_t first, budget *b,
                              lenet5_error *error)
{
    for (size_t last = first + 1; last <= line->count; last++) {
        assert(g->count < g->room);
        arc *a = &g->arcs[g->count];
        a->first = first;
        a->last = last;
        a->box = together(line->pieces, first, last);
        if ((double)(a->box.right - a->box.left) > WIDEST_WHOLE * line->height && last > first + 1)
            break;
        if (!may_be_joined(line, a) || !may_be_a_digit(line, a))
            continue;
        const lenet5_status status = lenet5_spend(b, ARC_WORK + 4 * span_area(a->box), error);
        if (status != LENET5_OK)
            return status;
        a->prior = cut_prior(line, a);
        a->shape = shape_prior(line, a);
        a->solid = solidity(line, a);
        a->is_cut = !is_whole(line, first, last);
        draw_arc(a, ink, line);
        g->count++;
        if (last > first + MOST_JOINED)
            break;
    }
    return LENET5_OK;
}

lenet5_status lenet5_graph_new(graph *g, const text_line *line, budget *b, lenet5_error *error)
{
    uint8_t *ink = malloc(line->map.width * line->map.height);
    *g = (graph){.nodes = line->count + 1, .room = (MOST_JOINED + 1) * line->count + 1};
    g->arcs = malloc(g->room * sizeof *g->arcs);
    lenet5_status status = ink && g->arcs ? LENET5_OK : lenet5_fail_memory(error);
    assert(line->count <= MOST_PIECES);
    for (size_t first = 0; first < line->count && status == LENET5_OK; first++) {
        g->skip[first] = skip_prior(line, first);
        status = add_arcs(g, ink, line, first, b, error);
        g->begin[first + 1] = g->count;
    }
    free(ink);
    if (status != LENET5_OK)
        lenet5_graph_free(g);
    return status;
}

void lenet5_graph_free(graph *g)
{
    free(g->arcs);
    *g = (graph){0};
}

/* ---- Sums and bests from right to left ------------------------------------------------------------------------------
 */

/* Once for all that the search asks of the arcs. */
static void weigh_arcs(graph *g)
{
    for (size_t i = 0; i < g->count; i++)
        for (unsigned digit = 0; digit < LENET5_CLASSES; digit++) {
            arc *a = &g->arcs[i];
            const double probability = pow((double)a->posterior[digit], SHARPNESS);
            a->weight[digit] = a->prior * a->shape * fmax(LEAST_PROBABILITY, probability);
        }
}

/* What can follow a node and a state: the weight of the best, or the sum of all. */
typedef struct future {
    double *best, *sum; /* (nodes, states) */
    double least;       /* promise that is followed */
} future;

static void look_ahead(future *f, const graph *g, const grammar *format, size_t node)
{
    const size_t states = format->count;
    for (size_t state = 0; state < states; state++) {
        double best = g->skip[node] * f->best[(node + 1) * states + state];
        double sum = g->skip[node] * f->sum[(node + 1) * states + state];
        for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++) {
            const arc *a = &g->arcs[i];
            for (unsigned digit = 0; digit < 10; digit++) {
                const int32_t next = format->next[state][digit];
                if (next == DEAD)
                    continue;
                const double w = a->weight[digit];
                best = fmax(best, w * f->best[a->last * states + (size_t)next]);
                sum += w * f->sum[a->last * states + (size_t)next];
            }
        }
        f->best[node * states + state] = best;
        f->sum[node * states + state] = sum;
    }
}

static lenet5_status find_future(future *f, const graph *g, const grammar *format, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    f->best = calloc(g->nodes * format->count, sizeof *f->best);
    f->sum = calloc(g->nodes * format->count, sizeof *f->sum);
    if (!f->best || !f->sum)
        return lenet5_fail_memory(error);
    const size_t end = (g->nodes - 1) * format->count;
    for (size_t state = 0; state < format->count; state++)
        f->best[end + state] = f->sum[end + state] = format->accepts[state] ? 1 : 0;
    for (size_t node = g->nodes - 1; node-- > 0 && status == LENET5_OK;) {
        status = lenet5_spend(b, STATE_WORK * format->count * (1 + g->begin[node + 1] - g->begin[node]), error);
        if (status == LENET5_OK)
            look_ahead(f, g, format, node);
    }
    return status;
}

/* The weight of all strings of digits, of the format or not. */
static double weigh_all(const graph *g)
{
    double sums[MOST_PIECES + 1];
    sums[g->nodes - 1] = 1;
    for (size_t node = g->nodes - 1; node-- > 0;) {
        sums[node] = g->skip[node] * sums[node + 1];
        for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++)
            for (unsigned digit = 0; digit < 10; digit++)
                sums[node] += g->arcs[i].weight[digit] * sums[g->arcs[i].last];
    }
    return sums[0];
}

/* ---- Strings from left to right -------------------------------------------------------------------------------------
 */

/* A string that ends at a node. */
typedef struct prefix {
    solution read;
    double weight;    /* of all paths that read so */
    double strongest; /* of the best of them, which read.arc describes */
    double promise;   /* weight times the best that can follow */
    int32_t state;
} prefix;

typedef struct beam {
    size_t count;
    prefix list[BEAM];
} beam;

/* Adds a way to read a string to a node; the least promising prefix gives way where there is no room. Returns how many
 * prefixes it may have been compared with. */
static size_t offer(beam *b, const prefix *p)
{
    const size_t compared = b->count + 1;
    size_t worst = 0;
    for (size_t i = 0; i < b->count; i++) {
        prefix *other = &b->list[i];
        if (other->read.length == p->read.length && memcmp(other->read.digits, p->read.digits, p->read.length) == 0) {
            other->weight += p->weight;
            other->promise += p->promise;
            if (p->strongest > other->strongest) {
                other->strongest = p->strongest;
                memcpy(other->read.arc, p->read.arc, sizeof p->read.arc);
            }
            return compared;
        }
        worst = other->promise < b->list[worst].promise ? i : worst;
    }
    if (b->count < BEAM)
        b->list[b->count++] = *p;
    else if (p->promise > b->list[worst].promise)
        b->list[worst] = *p;
    return compared;
}

static size_t extend(beam *beams, const prefix *p, const graph *g, const grammar *format, const future *f,
                     size_t arc_number)
{
    const arc *a = &g->arcs[arc_number];
    size_t compared = 0;
    for (unsigned digit = 0; digit < 10 && p->read.length < LENET5_MAX_STRING; digit++) {
        const int32_t next = format->next[p->state][digit];
        const double ahead = next == DEAD ? 0 : f->best[a->last * format->count + (size_t)next];
        const double w = a->weight[digit];
        if (p->weight * w * ahead <= f->least)
            continue;
        prefix longer = *p;
        longer.weight *= w;
        longer.strongest *= w;
        longer.promise = longer.weight * ahead;
        longer.state = next;
        longer.read.arc[longer.read.length] = (uint32_t)arc_number;
        longer.read.digits[longer.read.length++] = (char)('0' + digit);
        longer.read.digits[longer.read.length] = '\0';
        compared += offer(&beams[a->last], &longer);
    }
    return compared;
}

/* The prefixes of a node, made longer by its arcs or by leaving its piece out. Returns the comparisons of prefixes. */
static size_t go_on(beam *beams, size_t node, const graph *g, const grammar *format, const future *f)
{
    size_t compared = 0;
    for (size_t i = 0; i < beams[node].count; i++) {
        prefix skipped = beams[node].list[i];
        for (size_t k = g->begin[node]; k < g->begin[node + 1]; k++)
            compared += extend(beams, &beams[node].list[i], g, format, f, k);
        skipped.weight *= g->skip[node];
        skipped.strongest *= g->skip[node];
        skipped.promise = skipped.weight * f->best[(node + 1) * format->count + (size_t)skipped.state];
        if (skipped.promise > 0)
            compared += offer(&beams[node + 1], &skipped);
    }
    return compared;
}

static lenet5_status go_through(beam *beams, const graph *g, const grammar *format, const future *f, budget *b,
                                lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    beams[0].count = 1;
    beams[0].list[0] = (prefix){.weight = 1, .strongest = 1, .promise = f->best[0]};
    for (size_t node = 0; node + 1 < g->nodes && status == LENET5_OK; node++)
        status = lenet5_spend(b, OFFER_WORK * go_on(beams, node, g, format, f), error);
    return status;
}

static int by_weight(const void *a, const void *b)
{
    const double left = ((const prefix *)a)->weight, right = ((const prefix *)b)->weight;
    return (left < right) - (left > right);
}

/* Logarithm of the odds that what has been read as a digit is one, and whole. */
static double trust_in_digit(const arc *a, unsigned digit)
{
    const double rubbish = fmax(LEAST_PROBABILITY, (double)a->posterior[LENET5_RUBBISH]);
    return TRUST - TRUST_RUBBISH * log(rubbish) + TRUST_SHAPE * log(a->shape) - TRUST_SOLID * a->solid -
           (a->is_cut && digit == 1 ? TRUST_CUT_ONE : 0);
}

bool lenet5_all_cut(const graph *g, const solution *read)
{
    bool all_cut = true;
    for (size_t i = 0; i < read->length; i++)
        all_cut &= g->arcs[read->arc[i]].is_cut;
    return all_cut;
}

/* How sure it is that all digits are. */
static double trust(const graph *g, const solution *read)
{
    double all = 1;
    const bool all_cut = lenet5_all_cut(g, read);
    for (size_t i = 0; i < read->length; i++) {
        const double odds = trust_in_digit(&g->arcs[read->arc[i]], (unsigned)(read->digits[i] - '0'));
        all *= 1 / (1 + exp((all_cut ? TRUST_ALL_CUT : 0) - odds));
    }
    return all;
}

/* The strings at the last node, with their probabilities. */
static size_t take_best(solution *solutions, size_t most, const graph *g, beam *last, double everything)
{
    size_t count = 0;
    for (size_t i = 0; i < last->count; i++)
        last->list[i].weight *= trust(g, &last->list[i].read);
    qsort(last->list, last->count, sizeof *last->list, by_weight);
    for (size_t i = 0; i < last->count && count < most; i++) {
        if (last->list[i].read.length == 0)
            continue;
        solutions[count] = last->list[i].read;
        solutions[count++].probability = fmin(1, fmax(0, last->list[i].weight / everything));
    }
    return count;
}

/* What is to be found in a graph. */
typedef struct task {
    const graph *g;
    size_t most;    /* solutions */
    double any;     /* the weight of all strings, of the format or not */
    double allowed; /* of those of the list; below 0: there is no list */
    budget *budget;
} task;

static lenet5_status search(solution *solutions, size_t *count, const task *t, const grammar *f, lenet5_error *error)
{
    future ahead = {0};
    const graph *g = t->g;
    beam *beams = calloc(g->nodes, sizeof *beams);
    lenet5_status status = beams ? find_future(&ahead, g, f, t->budget, error) : lenet5_fail_memory(error);
    if (status == LENET5_OK && ahead.best[0] > 0) {
        const double allowed = t->allowed < 0 ? ahead.sum[0] : t->allowed;
        ahead.least = ahead.best[0] * (t->most > 1 ? LEAST_PROMISE_N_BEST : LEAST_PROMISE);
        status = go_through(beams, g, f, &ahead, t->budget, error);
        if (status == LENET5_OK)
            *count = take_best(solutions, t->most, g, &beams[g->nodes - 1],
                               allowed + OTHER_SHARE * fmax(0, t->any - allowed));
    }
    free(ahead.best);
    free(ahead.sum);
    free(beams);
    return status;
}

/* Searches those codes of the list that weigh most. */
static lenet5_status search_list(solution *solutions, size_t *count, task *t, const grammar *f, lenet5_error *error)
{
    grammar few = {0};
    lenet5_status status = lenet5_shortlist(&few, &t->allowed, t->g, f, t->budget, error);
    if (status == LENET5_OK)
        status = search(solutions, count, t, &few, error);
    lenet5_format_free(&few);
    return status;
}

lenet5_status lenet5_graph_solve(solution *solutions, size_t *count, size_t count_most, graph *g, const grammar *f,
                                 budget *b, lenet5_error *error)
{
    *count = 0;
    weigh_arcs(g);
    task t = {.g = g, .most = count_most, .any = weigh_all(g), .allowed = -1, .budget = b};
    return f->code_count > 0 ? search_list(solutions, count, &t, f, error) : search(solutions, count, &t, f, error);
}
