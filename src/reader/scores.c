#include "scores.h"

#include <assert.h>
#include <string.h>

#define MAX_ONE_BY_ONE 11 /* pictures: so few are faster one by one, with any instruction set */

void lenet5_score_pictures(posteriors seen, lenet5_reader *r, const lenet5_committee *committee,
                           const uint8_t *pictures[LENET5_LANES], size_t count)
{
    float penalty[LENET5_LANES][LENET5_CLASSES];
    assert(count > 0 && count <= LENET5_LANES);
    if (count <= MAX_ONE_BY_ONE) {
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

static void score_arcs(lenet5_reader *r, arc *arcs, size_t count)
{
    posteriors seen;
    const uint8_t *pictures[LENET5_LANES];
    for (size_t i = 0; i < count; i++)
        pictures[i] = arcs[i].picture;
    lenet5_score_pictures(seen, r, r->committee, pictures, count);
    for (size_t i = 0; i < count; i++)
        memcpy(arcs[i].posterior, seen[i], sizeof seen[i]);
}

double lenet5_sign_probability(const float posterior[LENET5_CLASSES + 1])
{
    double sign = 0;
    for (unsigned label = DIGIT_LABELS; label < LENET5_CLASSES; label++)
        sign += label == MARK_LABEL ? 0 : (double)posterior[label];
    return sign;
}

/* Sets how surely count arcs are letters or signs, by the network for signs. */
static void score_letters(lenet5_reader *r, arc *arcs[LENET5_LANES], size_t count)
{
    posteriors seen;
    const uint8_t *pictures[LENET5_LANES];
    for (size_t i = 0; i < count; i++)
        pictures[i] = arcs[i]->picture;
    lenet5_score_pictures(seen, r, &r->signs, pictures, count);
    for (size_t i = 0; i < count; i++) {
        arcs[i]->letter = lenet5_sign_probability(seen[i]);
        arcs[i]->sign = (double)seen[i][SIGN_LABEL];
    }
}

/* Whether there is a gap beside which a letter can stand. */
static bool has_gap(const graph *g)
{
    bool found = false;
    for (size_t node = 0; node < g->nodes; node++)
        found |= g->gap[node];
    return found;
}

/* Scores all connected parts, each of which may be a letter. */
static lenet5_status score_parts(lenet5_reader *r, graph *g, budget *b, lenet5_error *error)
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
            score_letters(r, parts, count);
        count = 0;
    }
    return status;
}

lenet5_status lenet5_score_arcs(lenet5_reader *r, graph *g, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t first = 0; first < g->count && status == LENET5_OK; first += LENET5_LANES) {
        status = lenet5_spend(b, LANES_WORK * r->committee->count, error);
        if (status == LENET5_OK)
            score_arcs(r, g->arcs + first, lanes_left(first, g->count));
    }
    return status == LENET5_OK && has_gap(g) ? score_parts(r, g, b, error) : status;
}
