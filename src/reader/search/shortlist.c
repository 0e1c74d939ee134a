/*
 * Branch and bound in a sorted list.
 *
 * Codes with a common prefix are consecutive, so that the list is a trie without being stored as one: a branch is a
 * range of codes and the number of digits that they share. A branch has the weights of all paths that read these
 * digits, by the node where they end; one more digit gives those of a narrower branch, and at a whole code they add up
 * to its weight. Only the branches from the root to the present one are kept.
 *
 * The bound of a branch is its weights times all completions of as many digits as the longest code has more: no less
 * than its codes weigh together. The branch with the highest bound is followed first; branches whose bound is
 * negligible beside the best code so far are not followed.
 */
#include "shortlist.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/*
 * Of the best code's weight: branches with a lower bound are not followed. Even the longest list has so few branches
 * that they do not count together.
 */
#define MIN_SHARE 1e-20

typedef struct arcs {
    double *weight[10]; /* (count) of each digit, in one block */
    double *mark;       /* (count) sum over all marks, which are no part of a code */
    bool *marked;       /* (nodes): one of its arcs may be a mark */
    uint16_t *last;     /* (count): end node of each arc */
} arcs;

typedef struct branch {
    size_t first, end;   /* codes */
    double bound;        /* upper bound of their total weight */
    const double *paths; /* (nodes): weight of all paths that read the digits that they share */
} branch;

typedef struct shortlisting {
    const graph *g;
    const grammar *f;
    budget *budget;
    lenet5_status status; /* LENET5_OK until the time is over */
    lenet5_error *error;
    size_t longest; /* length of the longest code */
    arcs arcs;
    double *sums;        /* (longest + 1, nodes): of all completions of at most that many digits */
    double *paths;       /* (longest + 1, 10, nodes): of the branches of each length */
    double allowed;      /* weight of the codes found so far */
    double best;         /* the greatest of them */
    size_t count, least; /* codes found, and the one with the least weight */
    struct {
        size_t code;
        double weight;
    } found[MAX_SHORTLISTED];
} shortlisting;

static void find_least(shortlisting *s)
{
    s->least = 0;
    for (size_t i = 1; i < s->count; i++)
        if (s->found[i].weight < s->found[s->least].weight)
            s->least = i;
}

static void add_code(shortlisting *s, size_t code, double weight)
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

/* Skips what is no part of a code at a node: a piece, or a mark. */
static void leave_out(double *paths, const shortlisting *s, size_t node)
{
    const graph *g = s->g;
    if (paths[node] == 0)
        return;
    paths[node + 1] += paths[node] * g->skip[node];
    for (size_t i = g->begin[node]; s->arcs.marked[node] && i < g->begin[node + 1]; i++)
        paths[s->arcs.last[i]] += paths[node] * s->arcs.mark[i];
}

/* The weight of all paths that may end at their nodes. */
static double ended(const graph *g, const double *paths)
{
    double sum = 0;
    for (size_t node = 0; node < g->nodes; node++)
        sum += paths[node] * g->behind[node];
    return sum;
}

/* Computes the weights of all paths that read one more digit; returns their bound. */
static double add_digit(double *longer, const shortlisting *s, const double *paths, size_t position, unsigned digit)
{
    const graph *g = s->g;
    const double *weight = s->arcs.weight[digit];
    const double *sums = s->sums + (s->longest - position - 1) * g->nodes;
    const size_t last = g->nodes - 1;
    double bound = 0;
    memset(longer, 0, g->nodes * sizeof *longer);
    for (size_t node = 0; node < last; node++) {
        if (paths[node] > 0)
            for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++)
                longer[s->arcs.last[i]] += paths[node] * weight[i];
        leave_out(longer, s, node);
        bound += longer[node] * sums[node];
    }
    return bound + longer[last] * sums[last];
}

/* The end of the codes from first on that have the same digit at a position. */
static size_t end_of_digit(const grammar *f, size_t first, size_t end, size_t position)
{
    const char digit = f->codes[first][position];
    size_t inside = first;
    while (end - inside > 1) {
        const size_t middle = inside + (end - inside) / 2;
        if (f->codes[middle][position] == digit)
            inside = middle;
        else
            end = middle;
    }
    return end;
}

/*
 * Divides codes with common digits before position into branches by that digit, sorted by bound; returns their
 * number.
 */
static size_t divide(branch branches[10], const shortlisting *s, size_t first, size_t end, size_t position,
                     const double *paths)
{
    size_t count = 0;
    while (first < end) {
        const unsigned digit = (unsigned)(s->f->codes[first][position] - '0');
        assert(digit < 10 && position < s->longest);
        double *longer = s->paths + (10 * position + digit) * s->g->nodes;
        const branch b = {first, end_of_digit(s->f, first, end, position), add_digit(longer, s, paths, position, digit),
                          longer};
        first = b.end;
        size_t at = count++;
        for (; at > 0 && branches[at - 1].bound < b.bound; at--)
            branches[at] = branches[at - 1];
        branches[at] = b;
    }
    return count;
}

/* Follows the codes first to end - 1, which share the digits before position. */
static void follow(shortlisting *s, size_t first, size_t end, size_t position, const double *paths)
{
    branch branches[10] = {{0}};
    const size_t nodes = s->g->nodes;
    if (s->f->codes[first][position] == '\0')
        add_code(s, first++, ended(s->g, paths));
    s->status = lenet5_check_time(s->budget, 10 * (s->g->count + nodes), s->error);
    const size_t count = divide(branches, s, first, end, position, paths);
    for (size_t i = 0; i < count && s->status == LENET5_OK && branches[i].bound > MIN_SHARE * s->best; i++)
        follow(s, branches[i].first, branches[i].end, position + 1, branches[i].paths);
}

static lenet5_status allocate(shortlisting *s, lenet5_error *error)
{
    const size_t count = s->g->count, nodes = s->g->nodes;
    s->arcs.weight[0] = malloc((11 * count + 1) * sizeof *s->arcs.weight[0]);
    s->arcs.marked = calloc(nodes, sizeof *s->arcs.marked);
    s->arcs.last = malloc((count + 1) * sizeof *s->arcs.last);
    s->sums = malloc((s->longest + 1) * nodes * sizeof *s->sums);
    s->paths = malloc((s->longest + 1) * 10 * nodes * sizeof *s->paths);
    return s->arcs.weight[0] && s->arcs.marked && s->arcs.last && s->sums && s->paths ? LENET5_OK
                                                                                      : lenet5_fail_memory(error);
}

/* Copies what the search needs of the arcs into contiguous memory; arcs have pictures between. */
static void copy_arcs(shortlisting *s)
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
        assert(a->first < a->last && a->last < s->g->nodes);
        s->arcs.last[i] = (uint16_t)a->last;
    }
}

/* The weight of an arc, summed over the digits. */
static double any_digit(const shortlisting *s, size_t position)
{
    double sum = 0;
    for (unsigned digit = 0; digit < 10; digit++)
        sum += s->arcs.weight[digit][position];
    return sum;
}

static void weigh_strings(shortlisting *s)
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

static void begin(shortlisting *s)
{
    double *none = s->paths + s->longest * 10 * s->g->nodes; /* no code has more digits than the longest */
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

static lenet5_status take_found(grammar *few, const shortlisting *s, lenet5_error *error)
{
    code_digits codes[MAX_SHORTLISTED];
    for (size_t i = 0; i < s->count; i++)
        memcpy(codes[i], s->f->codes[s->found[i].code], sizeof codes[i]);
    return lenet5_format_tree(few, codes, s->count, error);
}

lenet5_status lenet5_shortlist(grammar *few, double *allowed, const graph *g, const grammar *f, budget *b,
                               lenet5_error *error)
{
    shortlisting s = {.g = g, .f = f, .budget = b, .error = error, .longest = longest(f)};
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
    free(s.paths);
    return s.status;
}
