/*
 * Dashes are level lines of one length in a row, each as far from the next:
 *
 *     ---  ---  ---  ---
 */
#include "dashes.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "junctions.h"

#define LEAST_DASHES 3  /* of a row */
#define ALIKE 0.15      /* of their lengths and distances that dashes may differ */
#define ROW_PIXELS 2    /* and so many, that dashes of a row may be one over the other */
#define FREE_PIXELS 2   /* beyond its edges that a free dash has paper; half of a row are free */
#define APART 4         /* of so many dashes one at least is touched by nothing */
#define END 0.15        /* of its length: an end */
#define CROSSED 0.35    /* of its length that a digit may go on below it */
#define LEAST_DASH 0.45 /* of the distance from a dash to the next: a hyphen between digits is shorter */

static bool alike(double a, double b)
{
    return fabs(a - b) <= ALIKE * fmax(a, b) + 1;
}

typedef struct dash {
    double row, from;
    size_t index;
} dash;

static int by_row(const void *a, const void *b)
{
    const dash *left = a, *right = b;
    if (left->row != right->row)
        return left->row > right->row ? 1 : -1;
    return (left->from > right->from) - (left->from < right->from);
}

/* The dash of the same row that comes next, or NULL. */
static const dash *next_dash(const dash *d, const dash *list, size_t count, const segments *all)
{
    const segment *s = &all->list[d->index];
    const dash *next = NULL;
    const double off = ROW_PIXELS + ALIKE * length_of(s);
    const dash *i = d;
    while (i > list && (i - 1)->row >= d->row - off)
        i--;
    for (; i < list + count && i->row <= d->row + off; i++)
        if (i->from > d->from && (!next || i->from < next->from) &&
            alike(length_of(&all->list[i->index]), length_of(s)))
            next = i;
    return next;
}

/* How many dashes there are in a row from one on; each is as far from the next. */
static size_t count_dashes(const dash **row, size_t most, const dash *d, const dash *list, size_t count,
                           const segments *all)
{
    size_t n = 0;
    double pitch = 0;
    while (d && n < most) {
        row[n++] = d;
        const dash *next = next_dash(d, list, count, all);
        const double apart = next ? next->from - d->from : 0;
        if (!next || (n > 1 && !alike(apart, pitch)) || length_of(&all->list[d->index]) < LEAST_DASH * apart)
            break;
        pitch = n == 1 ? apart : pitch;
        d = next;
    }
    return n;
}

/* Whether there is paper around both ends of a level segment: one end of the bar of a 4, 5 or 7 has none. */
static bool has_free_ends(const segments *all, const ink_map *map, const segment *s)
{
    const double off = 0.5 * s->thickness + FREE_PIXELS + 0.5, end = END * length_of(s);
    for (double step = (double)s->from - FREE_PIXELS; step < (double)s->to + FREE_PIXELS; step++) {
        const double at = lenet5_segment_at(all, s, step);
        const bool middle = step > (double)s->from + end && step < (double)s->to - end;
        if (!middle && (is_inked(map, step, at - off) || is_inked(map, step, at + off) ||
                        (beyond(s, step) >= FREE_PIXELS && is_inked(map, step, at))))
            return false;
    }
    return true;
}

/* Whether a level segment is no stroke of a digit, by its ends, and by what goes on below it. */
static bool is_free(const segments *all, const ink_map *map, const segment *s)
{
    size_t inked = 0;
    for (size_t step = s->from; step < s->to; step++)
        inked += is_inked(map, (double)step,
                          lenet5_segment_at(all, s, (double)step) + 0.5 * s->thickness + FREE_PIXELS + 0.5);
    return has_free_ends(all, map, s) && (double)inked <= CROSSED * length_of(s);
}

/* Whether nothing at all touches a level segment: of the feet of printed 1s none is so. */
static bool is_apart(const segments *all, const segment *s)
{
    for (size_t step = s->from; step < s->to; step++)
        if (all->traces[s->path + step - s->from].crosses == CROSSES_INK)
            return false;
    return true;
}

lenet5_status lenet5_find_dashes(frames *found, const segments *all, const ink_map *map, budget *work,
                                 lenet5_error *error)
{
    enum { MOST = 64 };
    const dash *row[MOST];
    dash *list = malloc((all->count + 1) * sizeof *list);
    if (!list)
        return lenet5_fail_memory(error);
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        if (!all->list[i].upright && !found->printed[i])
            list[count++] =
                (dash){lenet5_segment_at(all, &all->list[i], (double)all->list[i].from), (double)all->list[i].from, i};
    qsort(list, count, sizeof *list, by_row);
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < count && status == LENET5_OK; i++) {
        size_t free_ones = 0, apart = 0;
        const size_t n = count_dashes(row, MOST, &list[i], list, count, all);
        for (size_t k = 0; k < n; k++) {
            free_ones += is_free(all, map, &all->list[row[k]->index]);
            apart += is_apart(all, &all->list[row[k]->index]);
        }
        for (size_t k = 0; k < n && n >= LEAST_DASHES && 2 * free_ones >= n && APART * apart >= n; k++)
            found->printed[row[k]->index] = true;
        status = lenet5_check_time(work, 100 * n, error);
    }
    free(list);
    return status;
}
