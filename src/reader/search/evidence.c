/*
 * The search's probability of a string knows nothing of other hands, of other ink on the line, or of the paper. Two
 * logistic regressions on the measures below include them; each measure is 0 where nothing is wrong. Their weights are
 * fitted to generated pages by bench/fit_reader.py (weights.h).
 */
#include "evidence.h"

#include <math.h>
#include <string.h>

#include "beside.h"
#include "unconstrained.h"
#include "weights.h"

#define MIN_ODDS 1e-4   /* probabilities are clamped to this distance from 0 and 1 */
#define MIN_LOOK 1e-3   /* lower bound of the networks' scores, and of the shares of marks */
#define MIN_RIVAL 0.01  /* added to the probabilities of two digits, which bounds their ratio */
#define LIKELIER 0.69   /* of the evidence of marks: log 2, from which on they are likelier something else */
#define MAX_MARKS 1.0   /* of the evidence of marks, at most: no string with this much is accepted */
#define SURE_ODDS 5.0   /* log-odds of a string without rivals */
#define UNEVEN 0.2      /* difference of log-heights within one hand */
#define MAX_UNREAD 0.02 /* squares of a digit's height: unread ink of an accepted string, at most */
#define HOLE 0.05 /* squares of unread ink that an empty box between others counts as: its digit may have been faint */
#define MIN_MARK_DISTANCE 0.18 /* digits' heights: a nearer mark may be a part of the digit */
#define WIDE_INNER_GAP 0.5     /* of a gap that separates numbers: 49 of 50 numbers have only narrower gaps, and */
#define TWO_NUMBERS_GAP 0.75   /* a string with a wider gap is probably two numbers */
#define FAR 3.0                /* digits' heights: nothing farther away is part of the same number */
#define FORMAT_HELPS 0.9 /* probability from which on a format would be enough, and its lack can be the main doubt */
#define MAX_LEFT 1.0     /* squares of a digit's height: unread ink that is counted, at most */

static const struct {
    const char *name, *doubt;
} kinds[LENET5_EVIDENCE] = {
    [LENET5_EVIDENCE_ODDS] = {"odds", "other strings are nearly as likely"},
    [LENET5_EVIDENCE_LOOKS] = {"looks", "a digit is hard to tell from another"},
    [LENET5_EVIDENCE_RIVAL] = {"rival", "a digit or mark is nearly as much like another"},
    [LENET5_EVIDENCE_LENGTH] = {"length", "so many digits leave room for an error"},
    [LENET5_EVIDENCE_HEIGHT] = {"height", "the digits differ in height"},
    [LENET5_EVIDENCE_UNREAD] = {"unread",
                                "there is ink between or beside the digits that is not read, or an empty box"},
    [LENET5_EVIDENCE_LEFT_OUT] = {"left_out", "there is ink beside the line or across it that is not read"},
    [LENET5_EVIDENCE_MARKS] = {"marks", "a mark may be something else, or a digit a mark"},
    [LENET5_EVIDENCE_UNTOLD] = {"untold", "there are marks between or beside the digits"},
    [LENET5_EVIDENCE_BESIDE] = {"beside", "something stands before or behind the number"},
    [LENET5_EVIDENCE_BROKEN] = {"broken", "it may be a part of what stands beside it, or two numbers"},
    [LENET5_EVIDENCE_COMPANY] = {"company", "the other lines are hardly numbers"},
    [LENET5_EVIDENCE_ALONE] = {"alone", "nothing else is there to compare it with"},
    [LENET5_EVIDENCE_CUT] = {"cut", "digits touch"},
    [LENET5_EVIDENCE_ANY] = {"any", "no format says what to expect"},
    [LENET5_EVIDENCE_ONES] = {"ones", "a stroke at an end may be something other than a 1"},
    [LENET5_EVIDENCE_CLIPPED] = {"clipped", "a part of the line may be beyond the border of the picture"},
    [LENET5_EVIDENCE_RUBBISH] = {"rubbish", "a sign looks like no digit"},
    [LENET5_EVIDENCE_SIGN] = {"sign", "a digit or mark may be another sign or a letter"},
};

const char *lenet5_evidence_name(unsigned kind)
{
    return kind < LENET5_EVIDENCE ? kinds[kind].name : "";
}

const char *lenet5_evidence_doubt(unsigned kind)
{
    return kind < LENET5_EVIDENCE ? kinds[kind].doubt : "";
}

/* The log-odds of a rival, shifted so that the least are 0. */
static double odds_to(double taken, double rival)
{
    return fmax(0, log((rival + MIN_RIVAL) / (taken + MIN_RIVAL)) + log(1 / MIN_RIVAL));
}

/* The log-odds of the likeliest other digit. */
static double rival_of(const double as[LENET5_CLASSES], unsigned digit)
{
    double rival = 0;
    for (unsigned i = 0; i < LENET5_CLASSES; i++)
        rival = i == digit ? rival : fmax(rival, as[i]);
    return odds_to(as[digit], rival);
}

static double share_of_marks(const arc *a)
{
    double share = 0;
    for (size_t mark = 0; mark < MARKS; mark++)
        share += a->mark[mark];
    return share;
}

static void measure_digit(double *value, const arc *a, const text_line *line, bool swept)
{
    const double height = (double)(a->box.bottom - a->box.top);
    value[LENET5_EVIDENCE_MARKS] += a->measure[PRIOR_MARKED] - log(fmax(MIN_LOOK, 1 - share_of_marks(a)));
    value[LENET5_EVIDENCE_RUBBISH] += (double)a->posterior[LENET5_RUBBISH];
    if (swept) /* positions of a sweep have no heights */
        return;
    value[LENET5_EVIDENCE_HEIGHT] = fmax(value[LENET5_EVIDENCE_HEIGHT], fabs(log(height / line->height)) - UNEVEN);
}

/* The distance from an arc's box to other ink of the line, in pixels; at most most. */
static double distance_to_ink(const arc *a, const text_line *line, double most)
{
    const double left = (double)a->box.left, right = (double)a->box.right - 1;
    const double top = (double)a->box.top, bottom = (double)a->box.bottom - 1;
    double least = most;
    for (double y = fmax(0, ceil(top - most)); y <= fmin(bottom + most, (double)line->map.height - 1); y++)
        for (double x = fmax(0, ceil(left - most)); x <= fmin(right + most, (double)line->map.width - 1); x++) {
            const uint16_t owner = line->owner[(size_t)y * line->map.width + (size_t)x];
            if (owner > 0 && (owner <= a->first || owner > a->last))
                least = fmin(least, hypot(fmax(0, fmax(left - x, x - right)), fmax(0, fmax(top - y, y - bottom))));
        }
    return least;
}

/* Measures the share of a mark, lowered if it is near enough to a digit to be a part of it. */
static void measure_mark(double *value, const arc *a, const text_line *line, unsigned symbol)
{
    const double near =
        1 - distance_to_ink(a, line, MIN_MARK_DISTANCE * line->height) / (MIN_MARK_DISTANCE * line->height);
    value[LENET5_EVIDENCE_MARKS] -= log(fmax(MIN_LOOK, a->mark[symbol - LENET5_CLASSES] * (1 - near * near)));
}

static bool is_one(const solution *s, size_t position)
{
    return symbol_of(s->digits[position]) == 1;
}

/* Measures the symbols: heights, cut digits, 1s at the ends, rubbish, and how sure the marks are. */
static void measure_symbols(double *value, const graph *g, const text_line *line, const solution *s)
{
    size_t digits = 0, cut = 0;
    for (size_t i = 0; i < s->length; i++) {
        const arc *a = &g->arcs[s->arc[i]];
        const unsigned symbol = symbol_of(s->digits[i]);
        if (!is_digit(symbol)) {
            measure_mark(value, a, line, symbol);
            continue;
        }
        measure_digit(value, a, line, g->swept);
        digits++;
        cut += a->is_cut;
    }
    const double share = 1 / fmax(1, (double)digits);
    value[LENET5_EVIDENCE_RUBBISH] *= share;
    value[LENET5_EVIDENCE_LENGTH] = log(fmax(1, (double)digits));
    value[LENET5_EVIDENCE_CUT] = share * (double)cut;
    value[LENET5_EVIDENCE_ONES] = s->length > 0 ? (is_one(s, 0) + is_one(s, s->length - 1)) / 2.0 : 0;
}

static bool is_read(const graph *g, const text_line *line, const solution *s, size_t piece)
{
    const size_t middle = (line->pieces[piece].left + line->pieces[piece].right) / 2;
    for (size_t i = 0; i < s->length; i++) {
        const arc *a = &g->arcs[s->arc[i]];
        if (g->swept ? middle >= a->box.left && middle < a->box.right : piece >= a->first && piece < a->last)
            return true;
    }
    return false;
}

/* Whether a piece is more likely a mark, or a part of one, than anything else. */
static bool is_mark(const graph *g, size_t piece)
{
    double most = 0;
    for (size_t i = 0; i < g->count; i++) {
        if (piece >= g->arcs[i].first && piece < g->arcs[i].last)
            most = fmax(most, share_of_marks(&g->arcs[i]));
    }
    return most > 0.5;
}

/* Ink of the line that is not in the string or its mask, nor clearly something else, in squares of a digit's height. */
static double ink_unread(const graph *g, const text_line *line, const solution *s, bool plain)
{
    double left = 0;
    for (size_t i = 0; i < line->count; i++) {
        const bool read =
            is_read(g, line, s, i) || (s->masked_marks > 0 && is_mark(g, i)) || (plain && lenet5_is_beside(g, s, i));
        left += read ? 0 : line->area[i];
    }
    return left / (line->height * line->height);
}

void lenet5_measure_evidence(double value[LENET5_EVIDENCE], const graph *g, const text_line *line, const solution *best,
                             bool any)
{
    const double p = fmax(MIN_ODDS, fmin(1 - MIN_ODDS, best->probability));
    for (unsigned i = 0; i < LENET5_EVIDENCE; i++)
        value[i] = 0;
    value[LENET5_EVIDENCE_ODDS] = log(p / (1 - p));
    value[LENET5_EVIDENCE_ANY] = any;
    value[LENET5_EVIDENCE_ALONE] = 1; /* until other lines are known */
    value[LENET5_EVIDENCE_BROKEN] = fmax(fmax(0, 1 - line->gap / FAR),
                                         fmin(1, (line->widest - WIDE_INNER_GAP) / (TWO_NUMBERS_GAP - WIDE_INNER_GAP)));
    value[LENET5_EVIDENCE_CLIPPED] = line->clipped;
    value[LENET5_EVIDENCE_LEFT_OUT] = fmin(MAX_LEFT, line->left_out);
    const bool plain = best->beside && lenet5_is_plain_beside(g, line, best);
    value[LENET5_EVIDENCE_UNREAD] = fmin(MAX_LEFT, ink_unread(g, line, best, plain) + HOLE * (double)line->holes);
    value[LENET5_EVIDENCE_UNTOLD] = (double)best->omitted_marks;
    value[LENET5_EVIDENCE_BESIDE] = best->beside && !plain;
    measure_symbols(value, g, line, best);
    if (!any && lenet5_contradicts_best_path(g, best))
        value[LENET5_EVIDENCE_MARKS] = MAX_MARKS;
    value[LENET5_EVIDENCE_MARKS] = fmin(MAX_MARKS, value[LENET5_EVIDENCE_MARKS]);
}

/* The log-odds of the likeliest alternative of a mark, another mark or a digit. */
static double rival_of_mark(const arc *a, size_t mark)
{
    double rival = 0;
    for (size_t i = 0; i < LENET5_CLASSES; i++)
        rival = fmax(rival, (double)a->posterior[i] * (1 - share_of_marks(a)));
    for (size_t i = 0; i < MARKS; i++)
        rival = i == mark ? rival : fmax(rival, a->mark[i]);
    return odds_to(a->mark[mark], rival);
}

void lenet5_add_opinions(double value[LENET5_EVIDENCE], const graph *g, const solution *best, const opinions *seen)
{
    double sign = 0, doubt = 0, worst = 0;
    for (size_t i = 0; i < best->length; i++) {
        const unsigned symbol = symbol_of(best->digits[i]);
        sign = fmax(sign, -log(fmax(MIN_LOOK, seen->kind[i])));
        if (!is_digit(symbol)) {
            worst = fmax(worst, rival_of_mark(&g->arcs[best->arc[i]], symbol - LENET5_CLASSES));
            continue;
        }
        doubt -= log(fmax(MIN_LOOK, seen->mean[i][symbol]));
        worst = fmax(worst, rival_of(seen->mean[i], symbol));
    }
    value[LENET5_EVIDENCE_SIGN] = sign;
    value[LENET5_EVIDENCE_LOOKS] = doubt;
    value[LENET5_EVIDENCE_RIVAL] = worst;
}

/*
 * A rule rather than a statistic: the evidence that makes any string unaccepted, or LENET5_EVIDENCE if none does. Ink
 * that may be a digit or a mark is not dropped, except beside the string of a format; and marks must not be likelier
 * something else.
 */
static unsigned rejection_reason(const double value[LENET5_EVIDENCE])
{
    const double unread = value[LENET5_EVIDENCE_UNREAD], left_out = value[LENET5_EVIDENCE_LEFT_OUT];
    const bool apart = value[LENET5_EVIDENCE_BESIDE] > 0 && value[LENET5_EVIDENCE_ANY] == 0;
    if (!apart && unread + left_out > MAX_UNREAD)
        return unread > left_out ? LENET5_EVIDENCE_UNREAD : LENET5_EVIDENCE_LEFT_OUT;
    return value[LENET5_EVIDENCE_MARKS] > LIKELIER ? LENET5_EVIDENCE_MARKS : LENET5_EVIDENCE;
}

static double probability_by(const logistic *l, const double value[LENET5_EVIDENCE])
{
    double odds = l->constant;
    for (unsigned i = 0; i < LENET5_EVIDENCE; i++)
        odds += l->weights[i] * value[i];
    return 1 / (1 + exp(-odds));
}

/* Both factors must be high: neither makes up for the other. */
static double product(const double value[LENET5_EVIDENCE])
{
    return probability_by(&whole_number, value) * probability_by(&right_symbols, value);
}

double lenet5_string_probability(const double value[LENET5_EVIDENCE])
{
    const double probability = product(value);
    return rejection_reason(value) < LENET5_EVIDENCE ? fmin(probability, MAX_REJECTED_PROBABILITY) : probability;
}

double lenet5_max_string_probability(const double value[LENET5_EVIDENCE])
{
    double alone[LENET5_EVIDENCE], among[LENET5_EVIDENCE];
    memcpy(alone, value, sizeof alone);
    memcpy(among, value, sizeof among);
    alone[LENET5_EVIDENCE_COMPANY] = among[LENET5_EVIDENCE_ALONE] = 0;
    alone[LENET5_EVIDENCE_ALONE] = among[LENET5_EVIDENCE_COMPANY] = 1;
    return fmax(lenet5_string_probability(alone), lenet5_string_probability(among));
}

/* A kind of evidence as it is without doubt. */
static double without_doubt(unsigned kind, const double value[LENET5_EVIDENCE])
{
    switch (kind) {
    case LENET5_EVIDENCE_ODDS: return fmax(SURE_ODDS, value[kind]);
    case LENET5_EVIDENCE_COMPANY: return value[LENET5_EVIDENCE_ALONE] > 0 ? value[kind] : 1;
    case LENET5_EVIDENCE_LENGTH:
    case LENET5_EVIDENCE_ALONE: return value[kind];
    default: return 0;
    }
}

unsigned lenet5_main_doubt(const double value[LENET5_EVIDENCE])
{
    const unsigned ground = rejection_reason(value);
    if (ground < LENET5_EVIDENCE && product(value) > MAX_REJECTED_PROBABILITY)
        return ground;
    unsigned worst = LENET5_EVIDENCE_ODDS;
    double most = 0, other[LENET5_EVIDENCE];
    memcpy(other, value, sizeof other);
    for (unsigned i = 0; i < LENET5_EVIDENCE; i++) {
        other[i] = without_doubt(i, value);
        const double probability = lenet5_string_probability(other);
        other[i] = value[i];
        if (probability > most && (i != LENET5_EVIDENCE_ANY || probability >= FORMAT_HELPS)) {
            most = probability;
            worst = i;
        }
    }
    return worst;
}
