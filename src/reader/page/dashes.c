/*
 * Dashes are level lines of one length in a row, each as far from the next:
 *
 *     ---  ---  ---  ---
 */
#include "dashes.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "junctions.h"

#define MIN_DASHES 3     /* of a row */
#define MIN_GAP 3        /* steps between two of them that blur has joined */
#define ALIKE 0.15       /* of their lengths and distances that dashes may differ */
#define ROW_PIXELS 2     /* and so many, that dashes of a row may be one over the other */
#define FREE_PIXELS 2    /* beyond its edges that a free dash has paper; half of a row are free */
#define APART 4          /* of so many dashes one at least is touched by nothing */
#define END 0.15         /* of its length: an end */
#define CROSSED 0.35     /* of its length that a digit may go on below it */
#define SLANTED 0.05     /* the tangent of the angle between the dashes of a row and the row, and */
#define SLANTED_PIXELS 1 /* to their length: they are short */
#define MIN_DASH 0.45    /* of the distance from a dash to the next: a hyphen between digits is shorter */

static bool alike(double a, double b)
{
    return fabs(a - b) <= ALIKE * fmax(a, b) + 1;
}

enum {
    MAX_PARTS = 4,  /* dashes that blur joins to one segment */
    MAX_IN_ROW = 64 /* that are looked at together: a longer row is several */
};

/* A level segment, or a part of it between two gaps that blur has closed. */
typedef struct dash {
    double row;
    size_t from, to;         /* its steps */
    size_t index;            /* of the segment */
    const struct dash *next; /* of the same row; NULL: there is none */
    bool is_free, is_apart;
} dash;

static double length(const dash *d)
{
    return (double)(d->to - d->from);
}

static int by_row(const void *a, const void *b)
{
    const dash *left = a, *right = b;
    if (left->row != right->row)
        return left->row > right->row ? 1 : -1;
    return (left->from > right->from) - (left->from < right->from);
}

/* ---- Parts of segments ---------------------------------------------------------------------------------------- */

/* Whether a segment has no ink of its own at a step, and nothing crosses it there. */
static bool is_gap(const segments *all, const ink_map *map, const segment *s, size_t step)
{
    return all->traces[s->path + step - s->from].crosses != CROSSES_NOTHING &&
           !is_inked(map, (double)step, round(lenet5_segment_at(all, s, (double)step)));
}

/* The first step from one on that is a gap, or is none; the segment's end if there is no such. */
static size_t end_of(const segments *all, const ink_map *map, const segment *s, size_t step, bool gap)
{
    while (step < s->to && is_gap(all, map, s, step) == gap)
        step++;
    return step;
}

/* Lists the parts of a segment between its gaps; one, where there are none, or too many for dashes. */
static size_t list_parts(dash list[MAX_PARTS], const segments *all, const ink_map *map, size_t index)
{
    const segment *s = &all->list[index];
    const double row = lenet5_segment_at(all, s, (double)s->from);
    size_t count = 0;
    for (size_t from = s->from, to = from; from < s->to;) {
        to = end_of(all, map, s, to, false);
        const size_t next = end_of(all, map, s, to, true);
        if (next < s->to && next - to < MIN_GAP) {
            to = next;
            continue;
        }
        if (count == MAX_PARTS || s->gap > 0) {
            list[0] = (dash){.row = row, .from = s->from, .to = s->to, .index = index};
            return 1;
        }
        list[count++] = (dash){.row = row, .from = from, .to = to, .index = index};
        from = to = next;
    }
    return count;
}

/* Lists what may be dashes; list: of MAX_PARTS for each segment. */
static size_t list_dashes(dash *list, const segments *all, const ink_map *map, const bool *printed)
{
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        if (!all->list[i].vertical && !printed[i])
            count += list_parts(list + count, all, map, i);
    assert(count <= MAX_PARTS * all->count);
    return count;
}

/* ---- Dashes --------------------------------------------------------------------------------------------------- */

/* Whether there is paper around both ends of a dash: one end of the bar of a 4, 5 or 7 has none. */
static bool has_free_ends(const segments *all, const ink_map *map, const dash *d)
{
    const segment *s = &all->list[d->index];
    const double off = 0.5 * s->thickness + FREE_PIXELS + 0.5, end = END * length(d);
    const double from = (double)d->from, to = (double)d->to;
    for (double step = from - FREE_PIXELS; step < to + FREE_PIXELS; step++) {
        const double at = lenet5_segment_at(all, s, step);
        const bool middle = step > from + end && step < to - end;
        const double outside = fmax(from - step, step - (to - 1));
        if (!middle && (is_inked(map, step, at - off) || is_inked(map, step, at + off) ||
                        (outside >= FREE_PIXELS && is_inked(map, step, at))))
            return false;
    }
    return true;
}

/* Whether a dash is no stroke of a digit, by its ends, and by what goes on below it. */
static bool is_free(const segments *all, const ink_map *map, const dash *d)
{
    const segment *s = &all->list[d->index];
    size_t inked = 0;
    for (size_t step = d->from; step < d->to; step++)
        inked += is_inked(map, (double)step,
                          lenet5_segment_at(all, s, (double)step) + 0.5 * s->thickness + FREE_PIXELS + 0.5);
    return has_free_ends(all, map, d) && (double)inked <= CROSSED * length(d);
}

/* Whether nothing at all touches a dash: of the feet of printed 1s none is so. */
static bool is_apart(const segments *all, const dash *d)
{
    const segment *s = &all->list[d->index];
    for (size_t step = d->from; step < d->to; step++)
        if (all->traces[s->path + step - s->from].crosses == CROSSES_INK)
            return false;
    return true;
}

/* ---- Rows ----------------------------------------------------------------------------------------------------- */

/* Finds the dash of the same row that comes next; returns how many were compared with this one. */
static size_t find_next(dash *d, const dash *list, size_t count)
{
    const double off = ROW_PIXELS + ALIKE * length(d);
    const dash *i = d;
    while (i > list && (i - 1)->row >= d->row - off)
        i--;
    const dash *first = i;
    for (; i < list + count && i->row <= d->row + off; i++)
        if (i->from > d->from && (!d->next || i->from < d->next->from) && alike(length(i), length(d)))
            d->next = i;
    return (size_t)(i - first);
}

/* How many dashes there are in a row from one on; each is as far from the next. */
static size_t list_row(const dash *row[MAX_IN_ROW], const dash *d)
{
    size_t n = 0;
    double pitch = 0;
    while (d && n < MAX_IN_ROW) {
        row[n++] = d;
        const double apart = d->next ? (double)(d->next->from - d->from) : 0;
        if ((n > 1 && !alike(apart, pitch)) || length(d) < MIN_DASH * apart)
            break;
        pitch = n == 1 ? apart : pitch;
        d = d->next;
    }
    return n;
}

/* Finds out of each dash all that its row is judged by. */
static lenet5_status measure_dashes(dash *list, size_t count, const segments *all, const ink_map *map, budget *work,
                                    lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < count && status == LENET5_OK; i++) {
        dash *d = &list[i];
        d->is_free = is_free(all, map, d);
        d->is_apart = is_apart(all, d);
        const size_t compared = find_next(d, list, count);
        status = lenet5_check_time(work, 10 * (d->to - d->from) + 2 * compared, error);
    }
    return status;
}

/* Whether dashes slope as their row does: the arcs of circles do not. */
static bool are_in_line(const dash *const *row, size_t n, const segments *all)
{
    const dash *first = row[0], *last = row[n - 1];
    const double slope = (last->row - first->row) / (double)(last->from - first->from);
    double sum = 0, sum_length = 0;
    for (size_t i = 0; i < n; i++) {
        sum += all->list[row[i]->index].slope;
        sum_length += length(row[i]);
    }
    return fabs(sum / (double)n - slope) <= SLANTED + SLANTED_PIXELS * (double)n / sum_length;
}

/* Marks what begins with a dash as printed if it is a row of them. */
static void mark_row(frames *found, const segments *all, const dash *first)
{
    const dash *row[MAX_IN_ROW];
    const size_t n = list_row(row, first);
    size_t free_ones = 0, apart = 0;
    for (size_t i = 0; i < n; i++) {
        free_ones += row[i]->is_free;
        apart += row[i]->is_apart;
    }
    if (n < MIN_DASHES || 2 * free_ones < n || APART * apart < n || !are_in_line(row, n, all))
        return;
    for (size_t i = 0; i < n; i++)
        found->printed[row[i]->index] = true;
}

lenet5_status lenet5_find_dashes(frames *found, const segments *all, const ink_map *map, budget *work,
                                 lenet5_error *error)
{
    dash *list = malloc((MAX_PARTS * all->count + 1) * sizeof *list);
    if (!list)
        return lenet5_fail_memory(error);
    const size_t count = list_dashes(list, all, map, found->printed);
    qsort(list, count, sizeof *list, by_row);
    lenet5_status status = measure_dashes(list, count, all, map, work, error);
    for (size_t i = 0; i < count && status == LENET5_OK; i++) {
        mark_row(found, all, &list[i]);
        status = lenet5_check_time(work, 2 * MAX_IN_ROW, error);
    }
    free(list);
    return status;
}
