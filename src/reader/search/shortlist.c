/*
 * The codes are in order, so that those with a common prefix are neighbours, and the list is a tree without being
 * stored as one: a branch is a range of codes and a number of digits that they share. With a branch go the weights
 * of all ways to read its digits, by the node where they end; one more digit makes them those of a narrower branch,
 * and at a whole code the last node's is the code's weight. Only the branches on the way to the present one are kept.
 *
 * What a branch has, times all that can follow in as many digits as the longest code has more, is more than its codes
 * weigh together. The branch that promises most is followed first, and those that promise next to nothing beside a code
 * found already are not followed.
 */
#include "shortlist.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Of the likeliest code's weight: a branch that promises less is not followed. The greatest list has so few branches
 * that together they do not count either. */
#define MIN_SHARE 1e-20

typedef struct arcs {
    double *weight[10]; /* (count) of each digit, one after the other in memory */
    double *mark;       /* (count) of all marks, which are no part of a code */
    bool *marked;       /* (nodes): one of its arcs may be a mark */
    uint16_t *last;     /* (count): the node where the arc ends */
} arcs;

typedef struct branch {
    size_t first, end;  /* codes */
    double promise;     /* more than they weigh together */
    const double *ways; /* (nodes): the weight of all ways to read the digits that they share */
} branch;

typedef struct search {
    const graph *g;
    const grammar *f;
    budget *budget;
    lenet5_status status; /* LENET5_OK until the time is over */
    lenet5_error *error;
    size_t longest; /* code, in digits */
    arcs arcs;
    double *sums;        /* (longest + 1, nodes): of all strings of at most so many digits that can follow */
    double *ways;        /* (LENET5_MAX_STRING + 1, 10, nodes): of the branches at each length */
    double allowed;      /* the weight of the codes so far */
    double best;         /* and of the likeliest */
    size_t count, least; /* of codes found; which of them weighs least */
    struct {
        size_t code;
        double weight;
    } found[MAX_SHORTLISTED];
} search;

static void find_least(search *s)
{
    s->least = 0;
    for (size_t i = 1; i < s->count; i++)
        if (s->found[i].weight < s->found[s->least].weight)
            s->least = i;
}

static void add_code(search *s, size_t code, double weight)
{
    s->allowed += weight;
    s->best = weight > s->best ? weight : s->best;
    if (weight <= 0 || (s->count == MAX_SHORTLISTED && weight <= s->found[s->least].weight))
        return;
    const size_t at = s->count < MAX_SHORTLISTED ? s->count++ : s->least;
    s->found[at].code = code;
    s->found[at].weight = weight;
    if (s->count == MAX_SHORTLISTED)
        find_least(s);
}

/* Goes on from a node by what is no part of a code: a piece that is skipped, or a mark. */
static void leave_out(double *ways, const search *s, size_t node)
{
    const graph *g = s->g;
    if (ways[node] == 0)
        return;
    ways[node + 1] += ways[node] * g->skip[node];
    for (size_t i = g->begin[node]; s->arcs.marked[node] && i < g->begin[node + 1]; i++)
        ways[s->arcs.last[i]] += ways[node] * s->arcs.mark[i];
}

/* The weight of all ways that end, wherever a code may. */
static double ended(const graph *g, const double *ways)
{
    double sum = 0;
    for (size_t node = 0; node < g->nodes; node++)
        sum += ways[node] * g->behind[node];
    return sum;
}

/* The weights of all ways to read one more digit; returns what that promises. */
static double add_digit(double *longer, const search *s, const double *ways, size_t place, unsigned digit)
{
    const graph *g = s->g;
    const double *weight = s->arcs.weight[digit];
    const double *sums = s->sums + (s->longest - place - 1) * g->nodes;
    const size_t last = g->nodes - 1;
    double promise = 0;
    memset(longer, 0, g->nodes * sizeof *longer);
    for (size_t node = 0; node < last; node++) {
        if (ways[node] > 0)
            for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++)
                longer[s->arcs.last[i]] += ways[node] * weight[i];
        leave_out(longer, s, node);
        promise += longer[node] * sums[node];
    }
    return promise + longer[last] * sums[last];
}

/* The first of the codes from first on that has another digit at this place. */
static size_t end_of_digit(const grammar *f, size_t first, size_t end, size_t place)
{
    const char digit = f->codes[first][place];
    size_t inside = first;
    while (end - inside > 1) {
        const size_t middle = inside + (end - inside) / 2;
        if (f->codes[middle][place] == digit)
            inside = middle;
        else
            end = middle;
    }
    return end;
}

/* The branches, by the digit at place, of codes that share the digits before it; the most promising first. */
static size_t divide(branch branches[10], const search *s, size_t first, size_t end, size_t place, const double *ways)
{
    size_t count = 0;
    while (first < end) {
        const unsigned digit = (unsigned)(s->f->codes[first][place] - '0');
        double *longer = s->ways + (10 * place + digit) * s->g->nodes;
        const branch b = {first, end_of_digit(s->f, first, end, place), add_digit(longer, s, ways, place, digit),
                          longer};
        first = b.end;
        size_t at = count++;
        for (; at > 0 && branches[at - 1].promise < b.promise; at--)
            branches[at] = branches[at - 1];
        branches[at] = b;
    }
    return count;
}

/* Codes of at least place digits, of which they share those before place. */
static void follow(search *s, size_t first, size_t end, size_t place, const double *ways)
{
    branch branches[10] = {{0}};
    const size_t nodes = s->g->nodes;
    if (s->f->codes[first][place] == '\0')
        add_code(s, first++, ended(s->g, ways));
    s->status = lenet5_check_time(s->budget, 10 * (s->g->count + nodes), s->error);
    const size_t count = divide(branches, s, first, end, place, ways);
    for (size_t i = 0; i < count && s->status == LENET5_OK && branches[i].promise > MIN_SHARE * s->best; i++)
        follow(s, branches[i].first, branches[i].end, place + 1, branches[i].ways);
}

static lenet5_status allocate(search *s, lenet5_error *error)
{
    const size_t count = s->g->count, nodes = s->g->nodes;
    s->arcs.weight[0] = malloc((11 * count + 1) * sizeof *s->arcs.weight[0]);
    s->arcs.marked = calloc(nodes, sizeof *s->arcs.marked);
    s->arcs.last = malloc((count + 1) * sizeof *s->arcs.last);
    s->sums = malloc((s->longest + 1) * nodes * sizeof *s->sums);
    s->ways = malloc((s->longest + 1) * 10 * nodes * sizeof *s->ways);
    return s->arcs.weight[0] && s->arcs.marked && s->arcs.last && s->sums && s->ways ? LENET5_OK
                                                                                     : lenet5_fail_memory(error);
}

/* What the search needs of the arcs, close together; the arcs themselves have pictures between. */
static void copy_arcs(search *s)
{
    for (unsigned digit = 0; digit < 10; digit++) {
        s->arcs.weight[digit] = s->arcs.weight[0] + digit * s->g->count;
        for (size_t i = 0; i < s->g->count; i++)
            s->arcs.weight[digit][i] = s->g->arcs[i].weight[digit];
    }
    s->arcs.mark = s->arcs.weight[0] + 10 * s->g->count;
    for (size_t i = 0; i < s->g->count; i++) {
        const arc *a = &s->g->arcs[i];
        s->arcs.mark[i] = 0;
        for (unsigned mark = LENET5_CLASSES; mark < symbols_of(a); mark++)
            s->arcs.mark[i] += a->weight[mark];
        s->arcs.marked[a->first] |= s->arcs.mark[i] > 0;
        s->arcs.last[i] = (uint16_t)a->last;
    }
}

/* The weight of any digit, summed over the digits, of an arc. */
static double any_digit(const search *s, size_t place)
{
    double sum = 0;
    for (unsigned digit = 0; digit < 10; digit++)
        sum += s->arcs.weight[digit][place];
    return sum;
}

static void weigh_strings(search *s)
{
    const graph *g = s->g;
    const size_t last = g->nodes - 1;
    for (size_t length = 0; length <= s->longest; length++) {
        double *sums = s->sums + length * g->nodes;
        sums[last] = g->behind[last];
        for (size_t node = last; node-- > 0;) {
            sums[node] = g->behind[node] + g->skip[node] * sums[node + 1];
            for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++) {
                sums[node] += s->arcs.mark[i] * sums[s->arcs.last[i]];
                if (length > 0)
                    sums[node] += any_digit(s, i) * (sums - g->nodes)[s->arcs.last[i]];
            }
        }
    }
}

static void begin(search *s)
{
    double *none = s->ways + s->longest * 10 * s->g->nodes; /* no code has more digits than the longest */
    memcpy(none, s->g->before, s->g->nodes * sizeof *none);
    for (size_t node = 0; node + 1 < s->g->nodes; node++)
        leave_out(none, s, node);
    follow(s, 0, s->f->code_count, 0, none);
}

static size_t longest(const grammar *f)
{
    size_t most = 0;
    for (size_t i = 0; i < f->code_count; i++)
        most = strlen(f->codes[i]) > most ? strlen(f->codes[i]) : most;
    return most;
}

static lenet5_status take_found(grammar *few, const search *s, lenet5_error *error)
{
    code_digits codes[MAX_SHORTLISTED];
    for (size_t i = 0; i < s->count; i++)
        memcpy(codes[i], s->f->codes[s->found[i].code], sizeof codes[i]);
    return lenet5_format_tree(few, codes, s->count, error);
}

lenet5_status lenet5_shortlist(grammar *few, double *allowed, const graph *g, const grammar *f, budget *b,
                               lenet5_error *error)
{
    search s = {.g = g, .f = f, .budget = b, .error = error, .longest = longest(f)};
    s.status = allocate(&s, error);
    if (s.status == LENET5_OK) {
        copy_arcs(&s);
        weigh_strings(&s);
        begin(&s);
    }
    if (s.status == LENET5_OK)
        s.status = take_found(few, &s, error);
    *allowed = s.allowed;
    free(s.arcs.weight[0]);
    free(s.arcs.marked);
    free(s.arcs.last);
    free(s.sums);
    free(s.ways);
    return s.status;
}
