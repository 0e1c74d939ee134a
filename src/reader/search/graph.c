/*
 * The segmentation graph (heuristic over-segmentation, sections V to VII of the paper). The nodes are the gaps between
 * pieces; an arc takes some consecutive pieces for one symbol:
 *
 *         ___a01__   _a12_   _a23_
 *     (0)          (1)     (2)     (3)          a path from the first node to the last segments the line;
 *         \______a02______/                     with a symbol for each arc it is a reading
 *
 * The weight of a reading is the product over its arcs of the probability of the symbol (eq. 9, with its rubbish
 * outcome) and of the priors of cut and shape.
 *
 * In: the pieces of a line. Out: arcs in the order of their first nodes, at most MAX_JOINED + 1 for each, with pictures
 * for the network and measures for the priors. Invariants: the first arc of a node is its single piece; begin is
 * ascending. Cost: for each arc a pass over its box and over the pieces of the line.
 */
#include "graph.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "reader/normalise.h"
#include "weights.h"

#define MAX_JOINED 6        /* pieces of one arc, unless it is a whole part */
#define MAX_ARC_WIDTH 1.5   /* of the line's height: width of an arc of several pieces, at most */
#define MAX_WHOLE_WIDTH 2.6 /* the same of a whole part */
#define MIN_ARC_HEIGHT 0.3  /* of the line's height: a lower arc is no digit */
#define WIDE_PART 0.54      /* of the line's height: wider digits cut from a neighbour are rare */
#define WIDE_WHOLE 0.8      /* the same of digits that touch nothing */
#define SOLID 0.55          /* of a box: what strokes fill, at most */
#define BESIDE_GAP 0.2      /* of the line's height: gap between a number and what is beside it, at least */
/* Lower bounds of what the share of a mark leaves to digits, since a mark may be wrong: */
#define MIN_LEFT_OUT 0.01 /* where it would be skipped */
#define MIN_JOINED 0.1    /* where it would be a part of a digit */
/* Two similar slashes, as in a date; lengths are in heights of the line. */
#define PAIR_GAIN 5.0    /* log-odds that each gains */
#define PAIR_UNLIKE 0.12 /* difference of the sides of their boxes, at most */
#define MIN_PAIR_GAP 0.6 /* the distance between them, at least, and */
#define MAX_PAIR_GAP 4.0 /* at most, for two digits */
#define MAX_COST 10.0    /* cost of shape and cuts of several pieces, at most: nothing likely contains costlier arcs */
#define ARC_WORK 3000    /* units of work of an arc, besides its pixels */

/* ---- Arcs -------------------------------------------------------------------------------------------------------- */

static void measure_cut(arc *a, const text_line *l)
{
    const double ink = l->cut[a->first] / l->height;
    if (ink < 0)
        return;
    a->measure[PRIOR_CUT] = 1;
    a->measure[PRIOR_CUT_INK] = ink;
    a->measure[PRIOR_STROKES] = (double)l->strokes[a->first] - 1;
    a->measure[PRIOR_HOLE] = l->hole[a->first] / l->height;
}

static bool is_whole(const text_line *l, size_t first, size_t last)
{
    return l->cut[first] < 0 && (last == l->count || l->cut[last] < 0);
}

static bool is_part(const text_line *l, size_t first, size_t last)
{
    bool hangs = is_whole(l, first, last);
    for (size_t i = first + 1; i < last; i++)
        hangs &= l->cut[i] >= 0;
    return hangs;
}

/* Whether pieces are all that is in a cell, which is one digit whatever its parts. */
static bool is_cell(const text_line *l, size_t first, size_t last)
{
    return l->cell[first] != NO_CELL && (first == 0 || l->cell[first - 1] != l->cell[first]) &&
           (last == l->count || l->cell[last] != l->cell[first]);
}

/*
 * Measures the shape: digits are about as high as their line or higher, seldom wider than high, in one piece, and no
 * blots.
 */
static void measure_shape(arc *a, const text_line *l)
{
    const double height = (double)(a->box.bottom - a->box.top) / l->height;
    const double width = (double)(a->box.right - a->box.left) / l->height / fmax(1, height);
    double gap = 0;
    size_t end = l->pieces[a->first].right;
    for (size_t i = a->first + 1; i < a->last; i++) {
        if (l->pieces[i].left > end && !is_cell(l, a->first, a->last))
            gap += (double)(l->pieces[i].left - end) / l->height;
        end = l->pieces[i].right > end ? l->pieces[i].right : end;
    }
    const bool whole = is_whole(l, a->first, a->last);
    const double wide = fmax(0, width - (whole ? WIDE_WHOLE : WIDE_PART));
    const double low = fmax(0, 1 - height);
    a->measure[PRIOR_WIDTH] = wide * wide;
    a->measure[PRIOR_APART] = gap > 0;
    a->measure[PRIOR_GAP] = gap;
    a->measure[PRIOR_LOW] = low;
    a->measure[PRIOR_LOW_SQUARE] = low * low;
}

/* The share of its box that ink fills beyond what strokes do; less for narrow boxes, since a 1 fills its box. */
static double solidity(const text_line *l, const arc *a)
{
    const double width = (double)(a->box.right - a->box.left), height = (double)(a->box.bottom - a->box.top);
    double area = 0;
    for (size_t i = a->first; i < a->last; i++)
        area += (double)l->area[i];
    return fmax(0, area / (width * height) - SOLID) * fmin(1, 2 * width / height);
}

/* Copies the ink that pieces first to last - 1 own from a run of pixels; owners count from 1. */
static void copy_own(uint8_t *restrict to, const uint8_t *restrict ink, const uint16_t *restrict owner, size_t count,
                     uint16_t first, uint16_t last)
{
    for (size_t i = 0; i < count; i++) {
        const uint16_t piece = (uint16_t)(owner[i] - 1 - first);
        const uint8_t own = piece < (uint16_t)(last - first) ? UINT8_MAX : 0;
        to[i] = ink[i] & own; /* without a branch, so that it is vectorised */
    }
}

/* Draws the pieces of an arc alone, for the network, and measures them as a mark. */
static void draw_arc(arc *a, uint8_t *ink, const text_line *l)
{
    const size_t width = a->box.right - a->box.left;
    for (size_t y = a->box.top; y < a->box.bottom; y++) {
        const size_t at = y * l->map.width + a->box.left;
        copy_own(ink + (y - a->box.top) * width, l->map.ink + at, l->owner + at, width, (uint16_t)a->first,
                 (uint16_t)a->last);
    }
    lenet5_normalise_ink(a->picture, ink, width, a->box.bottom - a->box.top);
    const footing beside = is_whole(l, a->first, a->last) ? lenet5_footing(l, a->first, a->last) : (footing){0};
    a->is_whole = beside.height > 0;
    if (a->is_whole)
        lenet5_measure_mark(a->mark_measure, ink, &a->box, &beside);
}

/* Whether the pieces of an arc are in one cell, and few enough or a whole part. */
static bool may_be_joined(const text_line *l, const arc *a)
{
    return l->cell[a->first] == l->cell[a->last - 1] &&
           (a->last <= a->first + MAX_JOINED || is_whole(l, a->first, a->last));
}

/* Whether an arc is flat, as a dash of any width is. */
static bool is_flat(const text_line *l, const arc *a)
{
    return (double)(a->box.bottom - a->box.top) < MIN_ARC_HEIGHT * l->height;
}

static bool may_be_symbol(const text_line *l, const arc *a)
{
    const double widest = is_whole(l, a->first, a->last) ? MAX_WHOLE_WIDTH : MAX_ARC_WIDTH;
    return a->last == a->first + 1 || (double)(a->box.right - a->box.left) <= widest * l->height ||
           (is_flat(l, a) && is_whole(l, a->first, a->last));
}

static double cost_of(const double *measure, const double *weight, size_t count)
{
    double cost = 0;
    for (size_t i = 0; i < count; i++)
        cost += weight[i] * measure[i];
    return cost;
}

/* Measures an arc for the priors, except for the marks in it. */
static void measure_arc(arc *a, const text_line *line)
{
    memset(a->measure, 0, sizeof a->measure);
    measure_cut(a, line);
    measure_shape(a, line);
    a->solid = solidity(line, a);
    a->is_cut = !is_whole(line, a->first, a->last);
    a->is_part = is_part(line, a->first, a->last);
    a->letter = a->sign = 0;
}

/* Adds the arcs that begin with a piece: at most MAX_JOINED + 1. */
static lenet5_status add_arcs(graph *g, uint8_t *ink, const text_line *line, size_t first, budget *b,
                              lenet5_error *error)
{
    for (size_t last = first + 1; last <= line->count; last++) {
        assert(g->count < g->room);
        arc *a = &g->arcs[g->count];
        a->first = first;
        a->last = last;
        a->box = pieces_box(line, first, last);
        if ((double)(a->box.right - a->box.left) > MAX_WHOLE_WIDTH * line->height && last > first + 1 &&
            !is_flat(line, a))
            break;
        if (!may_be_joined(line, a) || !may_be_symbol(line, a))
            continue;
        const lenet5_status status = lenet5_spend(b, ARC_WORK + 30 * line->count + 8 * box_area(a->box), error);
        if (status != LENET5_OK)
            return status;
        measure_arc(a, line);
        if (last == first + 1 || is_flat(line, a) || cost_of(a->measure, g->weights, ARC_MEASURES) <= MAX_COST) {
            draw_arc(a, ink, line);
            g->count++;
        }
        if (last > first + MAX_JOINED)
            break;
    }
    return LENET5_OK;
}

/* Finds the connected parts, and the gaps beside which words and signs may be; in cells of a row there are none. */
static void find_gaps(graph *g, const text_line *line)
{
    size_t right = 0;
    g->part[0] = g->part[line->count] = true;
    for (size_t node = 1; node < line->count; node++) {
        right = line->pieces[node - 1].right > right ? line->pieces[node - 1].right : right;
        const bool in_cells = line->cell[node] != NO_CELL;
        g->part[node] = line->cut[node] < 0;
        g->gap[node] =
            g->part[node] && !in_cells && (double)line->pieces[node].left - (double)right >= BESIDE_GAP * line->height;
    }
}

lenet5_status lenet5_graph_new(graph *g, const text_line *line, budget *b, lenet5_error *error)
{
    uint8_t *ink = malloc(line->map.width * line->map.height);
    *g = (graph){.weights = search_weights,
                 .forms = mark_forms,
                 .height = line->height,
                 .nodes = line->count + 1,
                 .room = (MAX_JOINED + 1) * line->count + 1};
    g->arcs = malloc(g->room * sizeof *g->arcs);
    lenet5_status status = ink && g->arcs ? LENET5_OK : lenet5_fail_memory(error);
    assert(line->count <= MAX_PIECES && line->height > 0);
    for (size_t first = 0; first < line->count && status == LENET5_OK; first++) {
        g->piece[first] =
            (single_piece){!is_whole(line, first, first + 1), line->area[first] / (line->height * line->height), 0};
        status = add_arcs(g, ink, line, first, b, error);
        g->begin[first + 1] = g->count;
    }
    free(ink);
    if (status != LENET5_OK) {
        lenet5_graph_free(g);
        return status;
    }
    find_gaps(g, line);
    lenet5_set_priors(g);
    return LENET5_OK;
}

/* ---- Marks ------------------------------------------------------------------------------------------------------- */

static void find_marks(graph *g)
{
    for (size_t i = 0; i < g->count; i++) {
        arc *a = &g->arcs[i];
        a->marked = false;
        memset(a->mark, 0, sizeof a->mark);
        if (a->is_whole)
            lenet5_mark_shares(a->mark, a->mark_measure, g->forms);
        for (size_t mark = 0; mark < MARKS; mark++)
            a->marked |= a->mark[mark] > 0;
    }
}

static bool are_pair(const arc *a, const arc *b, double height)
{
    const double wide = (double)(a->box.right - a->box.left) - (double)(b->box.right - b->box.left);
    const double top = (double)a->box.top - (double)b->box.top;
    const double foot = (double)a->box.bottom - (double)b->box.bottom;
    const double away = ((double)b->box.left - (double)a->box.right) / height;
    return fmax(fabs(wide), fmax(fabs(top), fabs(foot))) < PAIR_UNLIKE * height && away > MIN_PAIR_GAP &&
           away < MAX_PAIR_GAP;
}

static bool has_pair(const graph *g, const arc *a)
{
    const size_t slash = SLASH - LENET5_CLASSES;
    bool found = false;
    for (size_t i = 0; i < g->count && a->mark[slash] > 0 && !found; i++)
        found =
            g->arcs[i].mark[slash] > 0 && (are_pair(a, &g->arcs[i], g->height) || are_pair(&g->arcs[i], a, g->height));
    return found;
}

/* Raises the share of slashes in pairs: a single long 1 may look like a slash, but the slashes of a date are two. */
static void pair_slashes(graph *g)
{
    for (size_t i = 0; i < g->count; i++)
        if (has_pair(g, &g->arcs[i])) {
            double *share = &g->arcs[i].mark[SLASH - LENET5_CLASSES];
            const double odds = *share / fmax(1e-9, 1 - *share) * exp(PAIR_GAIN);
            *share = odds / (1 + odds);
        }
}

/* Measures how surely pieces are marks: these are seldom skipped, and seldom parts of a digit. */
static void keep_marks(graph *g)
{
    double none[MAX_PIECES] = {0};
    for (size_t piece = 0; piece + 1 < g->nodes; piece++) {
        const arc *alone = &g->arcs[g->begin[piece]];
        assert(alone->first == piece && alone->last == piece + 1);
        none[piece] = 1;
        for (size_t mark = 0; mark < MARKS; mark++)
            none[piece] -= alone->mark[mark];
        g->piece[piece].marked = -log(fmax(MIN_LEFT_OUT, none[piece]));
    }
    for (size_t i = 0; i < g->count; i++) {
        arc *a = &g->arcs[i];
        a->measure[PRIOR_MARKED] = 0;
        for (size_t piece = a->first; piece < a->last && a->last > a->first + 1; piece++)
            a->measure[PRIOR_MARKED] -= log(fmax(MIN_JOINED, none[piece]));
    }
}

/* ---- Priors ------------------------------------------------------------------------------------------------------ */

static double prior_of(const double *measure, const double *weight, size_t count)
{
    return exp(-cost_of(measure, weight, count));
}

/* The weight of skipping a piece; one that was cut from a neighbour is never skipped. */
static double skip_prior(const single_piece *p, const double *w)
{
    return p->is_cut ? 0 : exp(-w[SKIP_PIECE] - w[SKIP_AREA] * p->area - w[SKIP_MARKED] * p->marked);
}

void lenet5_set_priors(graph *g)
{
    const double *w = g->weights;
    find_marks(g);
    pair_slashes(g);
    keep_marks(g);
    for (size_t i = 0; i < g->count; i++) {
        arc *a = &g->arcs[i];
        a->prior = prior_of(a->measure, w, FIRST_OF_SHAPE);
        a->shape = prior_of(a->measure + FIRST_OF_SHAPE, w + FIRST_OF_SHAPE, ARC_MEASURES - FIRST_OF_SHAPE);
    }
    for (size_t piece = 0; piece + 1 < g->nodes; piece++)
        g->skip[piece] = skip_prior(&g->piece[piece], w);
}

void lenet5_graph_free(graph *g)
{
    free(g->arcs);
    *g = (graph){0};
}
