/* From a line to its strings: the graph of what its pieces may be, the network on all arcs, and the best readings. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "reading.h"
#include "search/evidence.h"
#include "search/second_look.h"
#include "show.h"

#define OTHERS 2          /* networks besides the committee */
#define DIGIT_LABELS 5    /* of lenet5_builtin_signs: the first */
#define MARK_LABEL 8      /* likewise */
#define LANES_WORK 130000 /* units of a budget: what a network takes for LENET5_LANES pictures */
#define FEW 5             /* pictures that a network sees in less time one by one than in lanes */
#define HOPELESS 0.01     /* the greatest probability of a string at which no further look is worth its time */

/* ---- The network on all arcs --------------------------------------------------------------------------------------
 */

typedef float posteriors[LENET5_LANES][LENET5_CLASSES + 1];

/* What a committee sees in count pictures; those behind them may be anything. */
static void ask_pictures(posteriors seen, lenet5_reader *r, const lenet5_committee *committee,
                         const uint8_t *pictures[LENET5_LANES], size_t count)
{
    float penalty[LENET5_LANES][LENET5_CLASSES];
    if (count <= FEW) {
        for (size_t i = 0; i < count; i++) {
            lenet5_set_input(&r->maps, pictures[i]);
            lenet5_committee_forward(penalty[i], &r->maps, committee);
        }
    } else {
        for (size_t lane = count; lane < LENET5_LANES; lane++)
            pictures[lane] = pictures[0];
        lenet5_set_input_lanes(&r->lanes, pictures);
        lenet5_committee_forward_lanes(penalty, &r->lanes, committee);
    }
    for (size_t i = 0; i < count; i++)
        lenet5_posterior(seen[i], &committee->provenance.loss, penalty[i]);
}

static size_t lanes_from(size_t first, size_t count)
{
    return count - first < LENET5_LANES ? count - first : LENET5_LANES;
}

static void ask_arcs(lenet5_reader *r, arc *arcs, size_t count)
{
    posteriors seen;
    const uint8_t *pictures[LENET5_LANES];
    for (size_t i = 0; i < count; i++)
        pictures[i] = arcs[i].picture;
    ask_pictures(seen, r, r->committee, pictures, count);
    for (size_t i = 0; i < count; i++)
        memcpy(arcs[i].posterior, seen[i], sizeof seen[i]);
}

/* How probable it is to the network for signs that something is a sign, a letter or a syllable. */
static double share_of_signs(const float posterior[LENET5_CLASSES + 1])
{
    double sign = 0;
    for (unsigned label = DIGIT_LABELS; label < LENET5_CLASSES; label++)
        sign += label == MARK_LABEL ? 0 : (double)posterior[label];
    return sign;
}

/* How surely arcs, as many as there are lanes, are letters or signs, to the network for these. */
static void ask_letters(lenet5_reader *r, arc *arcs[LENET5_LANES], size_t count)
{
    posteriors seen;
    const uint8_t *pictures[LENET5_LANES];
    for (size_t i = 0; i < count; i++)
        pictures[i] = arcs[i]->picture;
    ask_pictures(seen, r, &r->signs, pictures, count);
    for (size_t i = 0; i < count; i++)
        arcs[i]->letter = share_of_signs(seen[i]);
}

/* Whatever hangs together may be a letter. */
static lenet5_status ask_parts(lenet5_reader *r, graph *g, budget *b, lenet5_error *error)
{
    arc *parts[LENET5_LANES];
    size_t count = 0;
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < g->count && status == LENET5_OK; i++) {
        if (g->arcs[i].is_part)
            parts[count++] = &g->arcs[i];
        if (count == 0 || (count < LENET5_LANES && i + 1 < g->count))
            continue;
        status = lenet5_spend(b, LANES_WORK, error);
        if (status == LENET5_OK)
            ask_letters(r, parts, count);
        count = 0;
    }
    return status;
}

static lenet5_status ask(lenet5_reader *r, graph *g, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t first = 0; first < g->count && status == LENET5_OK; first += LENET5_LANES) {
        status = lenet5_spend(b, LANES_WORK * r->committee->count, error);
        if (status == LENET5_OK)
            ask_arcs(r, g->arcs + first, lanes_from(first, g->count));
    }
    return status == LENET5_OK ? ask_parts(r, g, b, error) : status;
}

/* Shows a digit to the network again, varied. */
static void look_at_digit(looks *seen, size_t place, lenet5_reader *r, const uint8_t *picture, unsigned digit)
{
    posteriors said;
    uint8_t varied[SECOND_LOOKS][LENET5_PICTURE_BYTES];
    const uint8_t *pictures[SECOND_LOOKS];
    lenet5_second_looks(varied, picture);
    for (unsigned i = 0; i < SECOND_LOOKS; i++)
        pictures[i] = varied[i];
    ask_pictures(said, r, r->committee, pictures, SECOND_LOOKS);
    seen->varied[place] = true;
    seen->mean[place] = 0;
    for (unsigned i = 0; i < SECOND_LOOKS; i++) {
        const double probability = (double)said[i][digit];
        seen->mean[place] += probability / SECOND_LOOKS;
        seen->least[place] = fmin(seen->least[place], probability);
    }
}

/* How probable it is to it that a symbol is a digit or a mark, as it is read. It has not
 * been shown slashes and commas, which look like 1s. */
static double share_of_kind(const float posterior[LENET5_CLASSES + 1], unsigned symbol)
{
    double digit = 0;
    if (symbol == SLASH || symbol == COMMA)
        return 1;
    for (unsigned label = 0; label < DIGIT_LABELS; label++)
        digit += (double)posterior[label];
    return is_digit(symbol) ? digit : (double)posterior[MARK_LABEL];
}

/* Shows symbols of a string to the networks for single digits and for signs: some that follow each other, as many as
 * there are lanes. */
static void ask_others_together(looks *seen, size_t first, lenet5_reader *r, const graph *g, const solution *s)
{
    posteriors single, signs;
    const uint8_t *pictures[LENET5_LANES];
    const size_t count = lanes_from(first, s->length);
    for (size_t i = 0; i < count; i++)
        pictures[i] = g->arcs[s->arc[first + i]].picture;
    ask_pictures(single, r, &r->single, pictures, count);
    ask_pictures(signs, r, &r->signs, pictures, count);
    for (size_t i = 0; i < count; i++) {
        const unsigned symbol = symbol_of(s->digits[first + i]);
        seen->kind[first + i] = share_of_kind(signs[i], symbol);
        if (is_digit(symbol))
            seen->other[first + i] = (double)single[i][symbol];
    }
}

/* The arc that takes two digits for one symbol, if they have been cut from each other; else NULL. */
static const arc *joined(const graph *g, const solution *s, size_t place)
{
    const arc *left = &g->arcs[s->arc[place]], *right = &g->arcs[s->arc[place + 1]];
    if (g->swept || !left->is_cut || !right->is_cut || left->last != right->first ||
        !is_digit(symbol_of(s->digits[place])) || !is_digit(symbol_of(s->digits[place + 1])))
        return NULL;
    for (size_t i = g->begin[left->first]; i < g->begin[left->first + 1]; i++)
        if (g->arcs[i].last == right->last)
            return &g->arcs[i];
    return NULL;
}

/* Shows the network for signs what two digits have been cut from: a sign in halves, as of %, may look like two digits.
 * Two digits together it calls rubbish. */
static void ask_pairs(looks *seen, size_t first, lenet5_reader *r, const graph *g, const solution *s)
{
    posteriors signs;
    const uint8_t *pictures[LENET5_LANES];
    size_t place[LENET5_LANES], count = 0;
    const size_t end = first + lanes_from(first, s->length - 1);
    for (size_t i = first; i < end; i++) {
        const arc *whole = joined(g, s, i);
        if (!whole)
            continue;
        pictures[count] = whole->picture;
        place[count++] = i;
    }
    if (count == 0)
        return;
    ask_pictures(signs, r, &r->signs, pictures, count);
    for (size_t i = 0; i < count; i++)
        seen->kind[place[i]] = fmin(seen->kind[place[i]], 1 - share_of_signs(signs[i]));
}

/* The same for all of a string's; the variants of its digits are as good as can be, as long as they are unknown. */
static lenet5_status ask_others(looks *seen, page *p, const graph *g, const solution *s, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < s->length && status == LENET5_OK; i += LENET5_LANES) {
        status = lenet5_spend(&p->budget, LANES_WORK * (OTHERS + 1), error); /* and once more for pairs */
        if (status == LENET5_OK)
            ask_others_together(seen, i, p->reader, g, s);
        if (status == LENET5_OK && i + 1 < s->length)
            ask_pairs(seen, i, p->reader, g, s);
    }
    for (size_t i = 0; i < s->length; i++) {
        seen->varied[i] = !is_digit(symbol_of(s->digits[i]));
        seen->mean[i] = seen->least[i] = 1;
    }
    return status;
}

/* The digit that the other network doubts most, of those whose variants are unknown; the string's length: none. */
static size_t most_doubtful(const looks *seen, const solution *s)
{
    size_t most = s->length;
    for (size_t i = 0; i < s->length; i++)
        if (!seen->varied[i] && (most == s->length || seen->other[i] < seen->other[most]))
            most = i;
    return most;
}

/* Looks at digit after digit, as long as there is hope; what is not looked at is as the other network has it. */
static lenet5_status look_again(double value[LENET5_EVIDENCE], page *p, const graph *g, const solution *s,
                                lenet5_error *error)
{
    looks seen = {0};
    assert(s->length <= LENET5_MAX_STRING);
    lenet5_status status = ask_others(&seen, p, g, s, error);
    for (size_t i = most_doubtful(&seen, s); i < s->length && status == LENET5_OK; i = most_doubtful(&seen, s)) {
        lenet5_gather_looks(value, s, &seen);
        if (lenet5_most_belief(value) < HOPELESS)
            break;
        status = lenet5_spend(&p->budget, LANES_WORK * p->reader->committee->count, error);
        if (status == LENET5_OK)
            look_at_digit(&seen, i, p->reader, g->arcs[s->arc[i]].picture, symbol_of(s->digits[i]));
    }
    for (size_t i = 0; i < s->length; i++)
        if (!seen.varied[i])
            seen.mean[i] = seen.least[i] = seen.other[i];
    lenet5_gather_looks(value, s, &seen);
    return status;
}

/* ---- Boxes in the picture -----------------------------------------------------------------------------------------
 */

static double within(double value, size_t size)
{
    return fmax(0, fmin(value, (double)size));
}

static lenet5_box to_picture(const span *s, const text_line *l, const page *p)
{
    const transform place = transform_both(&p->place, &l->place);
    double left = INFINITY, top = INFINITY, right = 0, bottom = 0;
    for (int corner = 0; corner < 4; corner++) {
        double at[2];
        transform_place(at, &place, (double)(corner & 1 ? s->right : s->left),
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

static span whole_line(const text_line *l)
{
    if (l->count == 0)
        return (span){0, 0, l->map.width, l->map.height};
    span all = l->pieces[0];
    for (size_t i = 1; i < l->count; i++)
        all = span_of_both(all, l->pieces[i]);
    return all;
}

/* ---- Strings ------------------------------------------------------------------------------------------------------
 */

/* All that speaks for and against the likeliest string, which company.c makes a probability of. */
static lenet5_status gather(double evidence[LENET5_EVIDENCE], const solution *best, const graph *g,
                            const text_line *line, page *p, lenet5_error *error)
{
    lenet5_gather_evidence(evidence, g, line, best, p->noise, p->format.any);
    return look_again(evidence, p, g, best, error);
}

/* The digits and the marks of the likeliest string. */
static void report_symbols(lenet5_read_line *out, const solution *s, const graph *g, const text_line *l, const page *p)
{
    assert(s->length <= LENET5_MAX_STRING);
    for (size_t i = 0; i < s->length; i++) {
        const arc *a = &g->arcs[s->arc[i]];
        const unsigned symbol = symbol_of(s->digits[i]);
        const lenet5_box box = to_picture(&a->box, l, p);
        if (is_digit(symbol))
            out->digit[out->digits++] = (lenet5_read_digit){symbol, (double)a->posterior[symbol], box};
        else
            out->mark[out->marks++] = (lenet5_read_mark){s->digits[i], i, a->mark[symbol - LENET5_CLASSES], box};
    }
}

static unsigned notes_of(const solution *s)
{
    return (s->untold > 0 ? LENET5_NOTE_MARKS : 0) | (s->beside ? LENET5_NOTE_BESIDE : 0);
}

static void report(lenet5_read_line *out, unsigned *notes, const solution *solutions, size_t count, const graph *g,
                   const text_line *l, const page *p)
{
    assert(count <= LENET5_MAX_N_BEST);
    out->strings = count;
    for (size_t i = 0; i < count; i++) {
        lenet5_format_text(out->string[i].text, sizeof out->string[i].text, &p->format, solutions[i].digits);
        out->string[i].probability = solutions[i].probability;
    }
    if (count == 0)
        return;
    *notes |= notes_of(&solutions[0]);
    report_symbols(out, &solutions[0], g, l, p);
}

/* The graph of a line with what the network says of its arcs, by the method that was asked for. */
static lenet5_status make_graph(graph *g, size_t number, const text_line *line, page *p, lenet5_error *error)
{
    sweep s;
    lenet5_status status;
    if (p->options->method == LENET5_METHOD_PIECES) {
        status = lenet5_graph_new(g, line, &p->budget, error);
        if (status == LENET5_OK) {
            status = ask(p->reader, g, &p->budget, error);
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

static lenet5_status read_line(lenet5_read_line *out, unsigned *notes, size_t number, const text_line *line, page *p,
                               lenet5_error *error)
{
    graph g;
    solution solutions[LENET5_MAX_N_BEST];
    size_t count;
    const size_t wanted = p->options->n_best ? p->options->n_best : 1;
    lenet5_status status = make_graph(&g, number, line, p, error);
    if (status != LENET5_OK)
        return status;
    status = lenet5_graph_solve(solutions, &count, wanted, &g, &p->format, &p->budget, error);
    if (status == LENET5_OK)
        status = lenet5_show_map(p->options, "pieces", number, &line->map, line->owner, error);
    if (status == LENET5_OK)
        lenet5_show_arcs(p->options, number, &g, count > 0 ? &solutions[0] : NULL);
    if (status == LENET5_OK && count > 0)
        status = gather(out->evidence, &solutions[0], &g, line, p, error);
    if (status == LENET5_OK)
        report(out, notes, solutions, count, &g, line, p);
    lenet5_graph_free(&g);
    return status;
}

lenet5_status lenet5_read_line_of(lenet5_reading *reading, const text_line *line, page *p, lenet5_error *error)
{
    if (line->count == 0 && !line->crowded)
        return LENET5_OK;
    const span all = whole_line(line);
    lenet5_read_line *out = &reading->lines[reading->count];
    *out = (lenet5_read_line){.decision = LENET5_UNSURE, .crowded = line->crowded, .box = to_picture(&all, line, p)};
    reading->notes |= line->crowded ? LENET5_NOTE_CROWDED : 0;
    const lenet5_status status =
        line->crowded ? LENET5_OK : read_line(out, &reading->notes, reading->count + 1, line, p, error);
    reading->count += status == LENET5_OK;
    return status;
}
