/*
 * A stroke that runs along a segment and touches it, as the bar of a 7 under a rule, is part of its traces. The median
 * of an edge over the steps around is the segment's own edge:
 *
 *     ==================             ==================
 *     =====########=====     --->    ==================
 *               ##                        ########
 *              ##                              ##
 */
#include "trim.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"

#define TRIM_REACH 64 /* steps before and after, longer than a digit's bar */
#define FARTHEST 24   /* pixels from the expected edge: larger offsets are clamped */
#define MIN_THICK 3.5 /* pixels: strokes cross a thinner segment, as traces have it */
#define UNEVEN 1      /* pixels: roughness of an edge */
#define NONE INT8_MAX /* in place of an offset */

/* The offset of an edge from a straight line along the segment; NONE where something crosses it. */
static int8_t offset_of(const segment *s, const trace *here, size_t step, bool last, double origin)
{
    const double at = (last ? here->last : here->first) - s->slope * (double)step - origin;
    return here->crosses == CROSSES_NOTHING ? (int8_t)fmin(fmax(round(at), -FARTHEST), FARTHEST) : NONE;
}

/* Histogram of the offsets within reach. */
typedef struct window {
    uint32_t counts[2 * FARTHEST + 1], total;
} window;

static void count_offset(window *w, int8_t offset, uint32_t change)
{
    if (offset == NONE)
        return;
    assert(offset >= -FARTHEST && offset <= FARTHEST);
    w->counts[offset + FARTHEST] += change;
    w->total += change;
}

static int median_of(const window *w)
{
    uint32_t below = 0;
    for (int i = 0; i <= 2 * FARTHEST; i++) {
        below += w->counts[i];
        if (2 * below >= w->total)
            return i - FARTHEST;
    }
    return FARTHEST;
}

/* Trims one edge. offsets: room for one of each step. */
static void trim_edge(trace *path, const segment *s, bool last, int8_t *offsets)
{
    const size_t length = s->to - s->from;
    const double origin = (last ? path->last : path->first);
    window w = {0};
    for (size_t i = 0; i < length; i++)
        offsets[i] = offset_of(s, &path[i], i, last, origin);
    for (size_t i = 0; i < length && i < TRIM_REACH; i++)
        count_offset(&w, offsets[i], 1);
    for (size_t i = 0; i < length; i++) {
        if (i + TRIM_REACH < length)
            count_offset(&w, offsets[i + TRIM_REACH], 1);
        if (i > TRIM_REACH)
            count_offset(&w, offsets[i - TRIM_REACH - 1], UINT32_MAX);
        const int beyond = offsets[i] == NONE ? 0 : last ? offsets[i] - median_of(&w) : median_of(&w) - offsets[i];
        if (beyond <= UNEVEN)
            continue;
        trace *here = &path[i];
        if (last)
            here->last = here->last > here->first + (uint32_t)beyond ? here->last - (uint32_t)beyond : here->first;
        else
            here->first = here->last > here->first + (uint32_t)beyond ? here->first + (uint32_t)beyond : here->last;
    }
}

lenet5_status lenet5_trim_segments(segments *all, const bool *chosen, budget *b, lenet5_error *error)
{
    size_t longest = 0;
    for (size_t i = 0; i < all->count; i++) {
        const size_t length = all->list[i].to - all->list[i].from;
        longest = chosen[i] && length > longest ? length : longest;
    }
    int8_t *offsets = malloc(longest + 1);
    if (!offsets)
        return lenet5_fail_memory(error);
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < all->count && status == LENET5_OK; i++) {
        const segment *s = &all->list[i];
        if (!chosen[i] || s->thickness < MIN_THICK)
            continue;
        trim_edge(all->traces + s->path, s, false, offsets);
        trim_edge(all->traces + s->path, s, true, offsets);
        status = lenet5_check_time(b, 2 * (2 * FARTHEST + 1) * (s->to - s->from), error);
    }
    free(offsets);
    return status;
}
