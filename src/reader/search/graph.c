/*
 * Heuristic over-segmentation. The nodes of the graph are the gaps between pieces; an arc takes some neighbouring
 * pieces for one digit:
 *
 *         ___a01__   _a12_   _a23_
 *     (0)          (1)     (2)     (3)          a path from the first node to the last is a way to cut the line,
 *         \______a02______/                     and with a digit for each of its arcs, a reading
 *
 * A reading's weight is the product over its arcs of the probability of the digit (eq. 9, with its outcome for what is
 * no digit) and a prior of shape.
 */
#include "graph.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "marks.h"
#include "reader/normalise.h"
#include "weights.h"

#define MOST_JOINED 6    /* pieces of one digit, unless they are all of a part */
#define WIDEST 1.5       /* of a digit made of several pieces; of the line's height */
#define WIDEST_WHOLE 2.6 /* the same, of all pieces of a part */
#define FLAT 0.3         /* of the line's height: what is lower is no digit */
#define ARC_WORK 3000    /* units of work for an arc, besides its pixels */

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

/* All that is in a cell: a digit, whatever parts it has. */
static bool is_cell(const text_line *l, size_t first, size_t last)
{
    return l->cell[first] != NO_CELL && (first == 0 || l->cell[first - 1] != l->cell[first]) &&
           (last == l->count || l->cell[last] != l->cell[first]);
}

/* Digits are about as high as their line or higher, seldom wider than high, in one piece, and no blots. */
static double shape_prior(const text_line *l, const arc *a)
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

/* The pieces of an arc, and nothing of others: as the network is shown them, and held against the marks. */
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
    a->marked = false;
    memset(a->mark, 0, sizeof a->mark);
    if (!is_whole(l, a->first, a->last))
        return;
    const footing beside = lenet5_footing(l, a->first, a->last);
    lenet5_mark_shares(a->mark, ink, &a->box, &beside);
    for (size_t mark = 0; mark < MARKS; mark++)
        a->marked |= a->mark[mark] > 0;
}

/* Some neighbouring pieces of one cell, or all that a part of the line has been cut into. */
static bool may_be_joined(const text_line *l, const arc *a)
{
    return l->cell[a->first] == l->cell[a->last - 1] &&
           (a->last <= a->first + MOST_JOINED || is_whole(l, a->first, a->last));
}

/* As a dash is, which may be of any width. */
static bool is_flat(const text_line *l, const arc *a)
{
    return (double)(a->box.bottom - a->box.top) < FLAT * l->height;
}

static bool may_be_symbol(const text_line *l, const arc *a)
{
    const double widest = is_whole(l, a->first, a->last) ? WIDEST_WHOLE : WIDEST;
    return a->last == a->first + 1 || (double)(a->box.right - a->box.left) <= widest * l->height ||
           (is_flat(l, a) && is_whole(l, a->first, a->last));
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
        if ((double)(a->box.right - a->box.left) > WIDEST_WHOLE * line->height && last > first + 1 && !is_flat(line, a))
            break;
        if (!may_be_joined(line, a) || !may_be_symbol(line, a))
            continue;
        const lenet5_status status = lenet5_spend(b, ARC_WORK + 30 * line->count + 8 * span_area(a->box), error);
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

static bool are_pair(const arc *a, const arc *b, double height)
{
    const double wide = (double)(a->box.right - a->box.left) - (double)(b->box.right - b->box.left);
    const double top = (double)a->box.top - (double)b->box.top;
    const double foot = (double)a->box.bottom - (double)b->box.bottom;
    const double away = ((double)b->box.left - (double)a->box.right) / height;
    return fmax(fabs(wide), fmax(fabs(top), fabs(foot))) < PAIR_UNLIKE * height && away > PAIR_LEAST &&
           away < PAIR_MOST;
}

static bool has_pair(const graph *g, const arc *a, double height)
{
    const size_t slash = SLASH - LENET5_CLASSES;
    bool found = false;
    for (size_t i = 0; i < g->count && a->mark[slash] > 0 && !found; i++)
        found = g->arcs[i].mark[slash] > 0 && (are_pair(a, &g->arcs[i], height) || are_pair(&g->arcs[i], a, height));
    return found;
}

/* A long 1 by itself may look like a slash; the slashes of a date come in pairs. */
static void pair_slashes(graph *g, double height)
{
    for (size_t i = 0; i < g->count; i++)
        if (has_pair(g, &g->arcs[i], height)) {
            double *share = &g->arcs[i].mark[SLASH - LENET5_CLASSES];
            const double odds = *share / fmax(1e-9, 1 - *share) * exp(PAIR_GAIN);
            *share = odds / (1 + odds);
        }
}

/* What surely is a mark by itself is seldom left out, and seldom a part of a digit. */
static void keep_marks(graph *g, const text_line *line)
{
    double none[MOST_PIECES] = {0};
    for (size_t piece = 0; piece < line->count; piece++) {
        const arc *alone = &g->arcs[g->begin[piece]];
        assert(alone->first == piece && alone->last == piece + 1);
        none[piece] = 1;
        for (size_t mark = 0; mark < MARKS; mark++)
            none[piece] -= alone->mark[mark];
        g->skip[piece] *= fmax(LEAST_LEFT_OUT, none[piece]);
    }
    for (size_t i = 0; i < g->count; i++)
        for (size_t piece = g->arcs[i].first; piece < g->arcs[i].last && g->arcs[i].last > g->arcs[i].first + 1;
             piece++)
            g->arcs[i].prior *= fmax(LEAST_JOINED, none[piece]);
}

/* Words and signs beside a string are apart from it. */
static void find_gaps(graph *g, const text_line *line)
{
    size_t right = 0;
    for (size_t node = 1; node < line->count; node++) {
        right = line->pieces[node - 1].right > right ? line->pieces[node - 1].right : right;
        g->gap[node] = (double)line->pieces[node].left - (double)right >= BESIDE_GAP * line->height;
    }
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
    if (status != LENET5_OK) {
        lenet5_graph_free(g);
        return status;
    }
    pair_slashes(g, line->height);
    keep_marks(g, line);
    find_gaps(g, line);
    return LENET5_OK;
}

void lenet5_graph_free(graph *g)
{
    free(g->arcs);
    *g = (graph){0};
}
