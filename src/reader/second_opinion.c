#include "second_opinion.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "scores.h"
#include "search/augment.h"
#include "search/evidence.h"

#define OTHERS 2 /* networks besides the committee */

/* Averages the posteriors of the augmented views of a digit with those of the other network. */
static void average_views(opinions *seen, size_t position, lenet5_reader *r, const uint8_t *picture)
{
    posteriors scores;
    uint8_t augmented[VIEWS][LENET5_PICTURE_BYTES];
    const uint8_t *pictures[LENET5_LANES];
    lenet5_augment(augmented, picture);
    for (unsigned i = 0; i < VIEWS; i++)
        pictures[i] = augmented[i];
    lenet5_score_pictures(scores, r, r->committee, pictures, VIEWS);
    seen->augmented[position] = true;
    for (unsigned digit = 0; digit < LENET5_CLASSES; digit++) {
        double mean = 0;
        for (unsigned i = 0; i < VIEWS; i++)
            mean += (double)scores[i][digit] / VIEWS;
        seen->mean[position][digit] = (seen->other[position][digit] + mean) / 2;
    }
}

/*
 * The probability, by the network for signs, that a symbol is a digit or a mark, as it is read. That network has not
 * seen slashes and commas, which look like 1s. Scaled to one size, a handwritten point may look like anything; at the
 * foot of a line it cannot be anything else.
 */
static double share_of_kind(const float posterior[LENET5_CLASSES + 1], unsigned symbol)
{
    double digit = 0;
    if (symbol == SLASH || symbol == COMMA || symbol == POINT)
        return 1;
    for (unsigned label = 0; label < DIGIT_LABELS; label++)
        digit += (double)posterior[label];
    return is_digit(symbol) ? digit : (double)posterior[MARK_LABEL];
}

/*
 * Scores symbols of a string from first on, as many as fit into the lanes, by the networks for single digits and for
 * signs.
 */
static void score_symbols(opinions *seen, size_t first, lenet5_reader *r, const graph *g, const solution *s)
{
    posteriors single, signs;
    const uint8_t *pictures[LENET5_LANES];
    const size_t count = lanes_left(first, s->length);
    for (size_t i = 0; i < count; i++)
        pictures[i] = g->arcs[s->arc[first + i]].picture;
    lenet5_score_pictures(single, r, &r->single, pictures, count);
    lenet5_score_pictures(signs, r, &r->signs, pictures, count);
    for (size_t i = 0; i < count; i++) {
        const unsigned symbol = symbol_of(s->digits[first + i]);
        seen->kind[first + i] = share_of_kind(signs[i], symbol);
        for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
            seen->other[first + i][digit] = (double)single[i][digit];
    }
}

/* The arc that takes two digits, cut from each other, for one symbol; NULL: there is none. */
static const arc *arc_of_pair(const graph *g, const solution *s, size_t position)
{
    const arc *left = &g->arcs[s->arc[position]], *right = &g->arcs[s->arc[position + 1]];
    if (g->swept || !left->is_cut || !right->is_cut || left->last != right->first ||
        !is_digit(symbol_of(s->digits[position])) || !is_digit(symbol_of(s->digits[position + 1])))
        return NULL;
    return find_arc(g, left->first, right->last);
}

/*
 * The probability that what two digits were cut from is not a sign. The network often takes two digits for a letter or
 * a syllable, but seldom for a sign, so that the label of signs counts three times.
 */
static double share_of_pair(const float posterior[LENET5_CLASSES + 1])
{
    const double no_sign = 1 - (double)posterior[SIGN_LABEL];
    return (1 - lenet5_sign_probability(posterior)) * no_sign * no_sign;
}

/*
 * Scores what two digits were cut from by the network for signs: the halves of a sign, as of %, may look like two
 * digits. Two real digits together are rubbish to it.
 */
static void score_pairs(opinions *seen, size_t first, lenet5_reader *r, const graph *g, const solution *s)
{
    posteriors signs;
    const uint8_t *pictures[LENET5_LANES];
    size_t position[LENET5_LANES], count = 0;
    const size_t end = first + lanes_left(first, s->length - 1);
    for (size_t i = first; i < end; i++) {
        const arc *whole = arc_of_pair(g, s, i);
        if (!whole)
            continue;
        pictures[count] = whole->picture;
        position[count++] = i;
    }
    if (count == 0)
        return;
    lenet5_score_pictures(signs, r, &r->signs, pictures, count);
    for (size_t i = 0; i < count; i++)
        seen->kind[position[i]] = fmin(seen->kind[position[i]], share_of_pair(signs[i]));
}

/* The highest mean that the views of a symbol may reach: as long as they are not scored. */
static void assume_best(opinions *seen, size_t position, unsigned symbol)
{
    seen->augmented[position] = !is_digit(symbol);
    for (unsigned digit = 0; digit < LENET5_CLASSES; digit++)
        seen->mean[position][digit] = (seen->other[position][digit] + (digit == symbol)) / 2;
}

static lenet5_status score_all_symbols(opinions *seen, page *p, const graph *g, const solution *s, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < s->length && status == LENET5_OK; i += LENET5_LANES) {
        status = lenet5_spend(&p->budget, LANES_WORK * OTHERS, error);
        if (status == LENET5_OK)
            score_symbols(seen, i, p->reader, g, s);
    }
    for (size_t i = 0; i < s->length && status == LENET5_OK; i++)
        assume_best(seen, i, symbol_of(s->digits[i]));
    return status;
}

static lenet5_status score_all_pairs(opinions *seen, page *p, const graph *g, const solution *s, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i + 1 < s->length && status == LENET5_OK; i += LENET5_LANES) {
        status = lenet5_spend(&p->budget, LANES_WORK, error);
        if (status == LENET5_OK)
            score_pairs(seen, i, p->reader, g, s);
    }
    return status;
}

/* Whether a string may be a number, by the scores so far. */
static bool is_hopeful(double value[LENET5_EVIDENCE], const graph *g, const solution *s, const opinions *seen)
{
    lenet5_add_opinions(value, g, s, seen);
    return lenet5_max_string_probability(value) >= MIN_NUMBER_PROBABILITY;
}

/* The digit that the other network doubts most, of those without scored views; the string's length if there is none. */
static size_t most_doubtful(const opinions *seen, const solution *s)
{
    size_t most = s->length;
    double least = 2;
    for (size_t i = 0; i < s->length; i++)
        if (!seen->augmented[i] && seen->other[i][symbol_of(s->digits[i])] < least) {
            least = seen->other[i][symbol_of(s->digits[i])];
            most = i;
        }
    return most;
}

lenet5_status lenet5_second_opinion(double value[LENET5_EVIDENCE], page *p, const graph *g, const solution *s,
                                    lenet5_error *error)
{
    opinions seen = {0};
    assert(s->length <= LENET5_MAX_STRING);
    lenet5_status status = score_all_symbols(&seen, p, g, s, error);
    if (status != LENET5_OK)
        return status;
    if (is_hopeful(value, g, s, &seen))
        status = score_all_pairs(&seen, p, g, s, error);
    for (size_t i = most_doubtful(&seen, s); i < s->length && status == LENET5_OK; i = most_doubtful(&seen, s)) {
        if (!is_hopeful(value, g, s, &seen))
            break;
        status = lenet5_spend(&p->budget, LANES_WORK * p->reader->committee->count, error);
        if (status == LENET5_OK)
            average_views(&seen, i, p->reader, g->arcs[s->arc[i]].picture);
    }
    for (size_t i = 0; i < s->length; i++)
        if (!seen.augmented[i])
            memcpy(seen.mean[i], seen.other[i], sizeof seen.mean[i]);
    lenet5_add_opinions(value, g, s, &seen);
    return status;
}
