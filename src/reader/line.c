/*
 * From a line to its strings: its pieces, their segmentation graph, the network's scores of all arcs, and the best
 * paths. A doubtful line is cut and read a second time without a slant that was left at first.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "scores.h"
#include "search/evidence.h"
#include "second_opinion.h"
#include "show.h"

/* ---- Boxes in the picture ---------------------------------------------------------------------------------------- */

static double within(double value, size_t size)
{
    return fmax(0, fmin(value, (double)size));
}

static lenet5_box box_in_picture(const box *s, const text_line *l, const page *p)
{
    const transform to_picture = transform_compose(&p->to_picture, &l->to_page);
    double left = INFINITY, top = INFINITY, right = 0, bottom = 0;
    for (int corner = 0; corner < 4; corner++) {
        double at[2];
        transform_point(at, &to_picture, (double)(corner & 1 ? s->right : s->left),
                        (double)(corner & 2 ? s->bottom : s->top));
        left = fmin(left, at[0]);
        top = fmin(top, at[1]);
        right = fmax(right, at[0]);
        bottom = fmax(bottom, at[1]);
    }
    left = within(floor(left), p->width);
    top = within(floor(top), p->height);
    return (lenet5_box){(size_t)left, (size_t)top, (size_t)(within(ceil(right), p->width) - left),
                        (size_t)(within(ceil(bottom), p->height) - top)};
}

static box whole_line(const text_line *l)
{
    return l->count == 0 ? (box){0, 0, l->map.width, l->map.height} : pieces_box(l, 0, l->count);
}

/* ---- Strings ----------------------------------------------------------------------------------------------------- */

/* Measures the evidence for and against the likeliest string, from which page_context.c computes a probability. */
static lenet5_status gather_evidence(double evidence[LENET5_EVIDENCE], const solution *best, const graph *g,
                                     const text_line *line, page *p, lenet5_error *error)
{
    lenet5_measure_evidence(evidence, g, line, best, p->format.any);
    return lenet5_second_opinion(evidence, p, g, best, error);
}

/* Reports the digits and marks of the likeliest string. */
static void report_symbols(lenet5_read_line *out, const solution *s, const graph *g, const text_line *l, const page *p)
{
    assert(s->length <= LENET5_MAX_STRING);
    for (size_t i = 0; i < s->length; i++) {
        const arc *a = &g->arcs[s->arc[i]];
        const unsigned symbol = symbol_of(s->digits[i]);
        const lenet5_box bounds = box_in_picture(&a->box, l, p);
        if (is_digit(symbol))
            out->digit[out->digits++] = (lenet5_read_digit){symbol, (double)a->posterior[symbol], bounds};
        else
            out->mark[out->marks++] = (lenet5_read_mark){s->digits[i], i, a->mark[symbol - LENET5_CLASSES], bounds};
    }
}

static unsigned notes_of(const solution *s)
{
    return (s->omitted_marks > 0 ? LENET5_NOTE_MARKS : 0) | (s->beside ? LENET5_NOTE_BESIDE : 0);
}

static void report(lenet5_reading *reading, const n_best *found, const graph *g, const text_line *l, const page *p)
{
    lenet5_read_line *out = &reading->lines[reading->count];
    assert(found->count <= LENET5_MAX_N_BEST);
    out->strings = found->count;
    for (size_t i = 0; i < found->count; i++) {
        lenet5_format_text(out->string[i].text, sizeof out->string[i].text, &p->format, found->list[i].digits);
        out->string[i].probability = found->list[i].probability;
    }
    if (found->count == 0)
        return;
    reading->notes |= notes_of(&found->list[0]);
    report_symbols(out, &found->list[0], g, l, p);
}

/* Makes the graph of a line, with the scores of its arcs, by the method in the options. */
static lenet5_status make_graph(graph *g, size_t number, const text_line *line, page *p, lenet5_error *error)
{
    sweep s;
    lenet5_status status;
    if (p->options->method == LENET5_METHOD_PIECES) {
        status = lenet5_graph_new(g, line, &p->budget, error);
        if (status == LENET5_OK) {
            status = lenet5_score_arcs(p->reader, g, &p->budget, error);
            if (status != LENET5_OK)
                lenet5_graph_free(g);
        }
        return status;
    }
    status = lenet5_sweep_line(&s, p->reader->committee, line, &p->budget, error);
    if (status != LENET5_OK)
        return status;
    status = lenet5_show_sweep(p->options, number, &s, error);
    if (status == LENET5_OK)
        status = lenet5_sweep_graph(g, &s, line, error);
    lenet5_sweep_free(&s);
    return status;
}

/* ---- Attempts ---------------------------------------------------------------------------------------------------- */

#define MUCH_LIKELIER 2.0              /* times the probability: what a second reading needs to be preferred */
#define DOUBTFUL (1.0 / MUCH_LIKELIER) /* probability from which on no second reading can be that much likelier */
#define SPARE_WORK (MAX_WORK / 2) /* units of work that a second reading leaves to the lines that are not read yet */

/* A line cut in one way, and what is read there. */
typedef struct attempt {
    text_line line;
    bool solved; /* there are a graph and what follows */
    graph g;
    solution solutions[LENET5_MAX_N_BEST];
    n_best found;
    double evidence[LENET5_EVIDENCE];
} attempt;

static void free_attempt(attempt *a)
{
    if (a->solved)
        lenet5_graph_free(&a->g);
    lenet5_line_free(&a->line);
}

/* Finds the strings of a line that is cut. number: for an observer. */
static lenet5_status solve(attempt *a, size_t number, page *p, lenet5_error *error)
{
    a->found = (n_best){a->solutions, p->options->n_best ? p->options->n_best : 1, 0};
    lenet5_status status = make_graph(&a->g, number, &a->line, p, error);
    if (status != LENET5_OK)
        return status;
    a->solved = true;
    status = lenet5_graph_solve(&a->found, &a->g, &p->format, &p->budget, error);
    if (status == LENET5_OK && a->found.count > 0)
        status = gather_evidence(a->evidence, &a->solutions[0], &a->g, &a->line, p, error);
    return status;
}

static bool has_pieces(const attempt *a)
{
    return a->line.count > 0 && !a->line.crowded;
}

/* Cuts a line and finds its strings. Free the attempt if the status is LENET5_OK. */
static lenet5_status try_line(attempt *a, const line_groups *groups, size_t group, slant_undone undo, size_t number,
                              page *p, lenet5_error *error)
{
    a->solved = false;
    lenet5_status status = lenet5_cut_line(&a->line, groups, group, undo, &p->budget, error);
    if (status != LENET5_OK || !has_pieces(a))
        return status;
    status = solve(a, number, p, error);
    if (status != LENET5_OK)
        free_attempt(a);
    return status;
}

static double probability_of(const attempt *a)
{
    return a->solved && a->found.count > 0 ? lenet5_string_probability(a->evidence) : 0;
}

static bool needs_second_reading(const attempt *a, const page *p)
{
    return p->options->method == LENET5_METHOD_PIECES && has_pieces(a) && a->line.slanted &&
           probability_of(a) < DOUBTFUL && p->budget.left >= SPARE_WORK;
}

static lenet5_status report_attempt(lenet5_reading *reading, const attempt *a, page *p, lenet5_error *error)
{
    const size_t number = reading->count + 1;
    const lenet5_status status = lenet5_show_map(p->options, "pieces", number, &a->line.map, a->line.owner, error);
    if (status != LENET5_OK)
        return status;
    lenet5_show_arcs(p->options, number, &a->g, a->found.count > 0 ? &a->solutions[0] : NULL);
    if (a->found.count > 0)
        memcpy(reading->lines[reading->count].evidence, a->evidence, sizeof a->evidence);
    report(reading, &a->found, &a->g, &a->line, p);
    return LENET5_OK;
}

/* Appends a line to the reading. */
static lenet5_status append(lenet5_reading *reading, const attempt *a, page *p, lenet5_error *error)
{
    const text_line *line = &a->line;
    if (line->count == 0 && !line->crowded)
        return LENET5_OK;
    const box all = whole_line(line);
    reading->lines[reading->count] =
        (lenet5_read_line){.decision = LENET5_UNSURE, .crowded = line->crowded, .box = box_in_picture(&all, line, p)};
    reading->notes |= line->crowded ? LENET5_NOTE_CROWDED : 0;
    const lenet5_status status = line->crowded ? LENET5_OK : report_attempt(reading, a, p, error);
    reading->count += status == LENET5_OK;
    return status;
}

/*
 * Reads a line into the first of two attempts and appends it; or the second one, without the slant, if the line is
 * doubtful and then much likelier.
 */
static lenet5_status append_better(lenet5_reading *reading, attempt *two, const line_groups *groups, size_t group,
                                   page *p, lenet5_error *error)
{
    const size_t number = reading->count + 1;
    lenet5_status status = try_line(&two[0], groups, group, UNDO_CLEAR_SLANT, number, p, error);
    if (status != LENET5_OK)
        return status;
    bool second = needs_second_reading(&two[0], p);
    if (second)
        status = try_line(&two[1], groups, group, UNDO_ANY_SLANT, number, p, error);
    second &= status == LENET5_OK;
    const bool better = second && probability_of(&two[1]) > MUCH_LIKELIER * probability_of(&two[0]);
    if (status == LENET5_OK || status == LENET5_CROWDED)
        status = append(reading, &two[better ? 1 : 0], p, error);
    if (second)
        free_attempt(&two[1]);
    free_attempt(&two[0]);
    return status;
}

lenet5_status lenet5_read_text_line(lenet5_reading *reading, const line_groups *groups, size_t group, page *p,
                                    lenet5_error *error)
{
    attempt *two = malloc(2 * sizeof *two);
    if (!two)
        return lenet5_fail_memory(error);
    const lenet5_status status = append_better(reading, two, groups, group, p, error);
    free(two);
    return status;
}
