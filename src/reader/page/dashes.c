/*
 * Dashes are horizontal segments of one length in a row, at even distances:
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
#define MIN_GAP 3        /* steps of a gap between two that blur has joined */
#define ALIKE 0.15       /* of their lengths and distances: how far they differ */
#define ROW_PIXELS 2     /* pixels, besides: how far dashes of a row are off one line */
#define FREE_PIXELS 2    /* pixels of paper beyond the edges of a free dash; half of a row are free */
#define APART 4          /* one in this many dashes of a row, at least, touches nothing */
#define END 0.15         /* of a dash's length: its end */
#define CROSSED 0.35     /* share of a dash's length along which a digit may continue below it */
#define SLANTED 0.05     /* tangent of the angle between dashes and their row, at most, and */
#define SLANTED_PIXELS 1 /* pixels over their length: the least that this allows */
#define MIN_DASH 0.45    /* of the distance from one dash to the next: its length; a hyphen between digits is shorter */

static bool alike(double a, double b)
{
    return fabs(a - b) <= ALIKE * fmax(a, b) + 1;
}

enum {
    MAX_PARTS = 4,  /* of a segment: dashes that blur has joined */
    MAX_IN_ROW = 64 /* dashes that are judged together: a longer row is several */
};

/* A horizontal segment, or a part of it between two gaps that blur has closed. */
typedef struct dash {
    double row;
    size_t from, to;         /* its steps */
    size_t index;            /* of the segment */
    const struct dash *next; /* of the same row; NULL: none */
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

/* ---- Parts of segments ------------------------------------------------------------------------------------------- */

/* Whether a segment has a gap at a step: no ink of its own, and nothing that crosses it. */
static bool is_gap(const segments *all, const ink_map *map, const segment *s, size_t step)
{
    return all->traces[s->path + step - s->from].crosses != CROSSES_NOTHING &&
           !is_inked(map, (double)step, round(lenet5_segment_at(all, s, (double)step)));
}

/* The first step from step on that is a gap (or is none); the segment's end if there is no such step. */
static size_t end_of(const segments *all, const ink_map *map, const segment *s, size_t step, bool gap)
{
    while (step < s->to && is_gap(all, map, s, step) == gap)
        step++;
    return step;
}

/* Lists the parts of a segment between its gaps; the whole segment if it has no gaps, or too many for dashes. */
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

/* Lists possible dashes; list: room for MAX_PARTS of each segment. */
static size_t list_dashes(dash *list, const segments *all, const ink_map *map, const bool *printed)
{
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        if (!all->list[i].vertical && !printed[i])
            count += list_parts(list + count, all, map, i);
    assert(count <= MAX_PARTS * all->count);
    return count;
}

/* ---- Dashes ------------------------------------------------------------------------------------------------------ */

/* Whether a dash has paper around both ends; the bar of a 4, 5 or 7 does not. */
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

/* Whether a dash is no stroke of a digit, by its ends and by what continues below it. */
static bool is_free(const segments *all, const ink_map *map, const dash *d)
{
    const segment *s = &all->list[d->index];
    size_t inked = 0;
    for (size_t step = d->from; step < d->to; step++)
        inked += is_inked(map, (double)step,
                          lenet5_segment_at(all, s, (double)step) + 0.5 * s->thickness + FREE_PIXELS + 0.5);
    return has_free_ends(all, map, d) && (double)inked <= CROSSED * length(d);
}

/* Whether nothing touches a dash; the feet of printed 1s are touched. */
static bool is_apart(const segments *all, const dash *d)
{
    const segment *s = &all->list[d->index];
    for (size_t step = d->from; step < d->to; step++)
        if (all->traces[s->path + step - s->from].crosses == CROSSES_INK)
            return false;
    return true;
}

/* ---- Rows -------------------------------------------------------------------------------------------------------- */

/* Finds the next dash of the same row; returns the number of comparisons. */
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

/* Lists the dashes of a row from d on, at even distances; returns their number. */
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

/* Measures what rows are judged by. */
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

/* Whether dashes slope as their row does; arcs of circles do not. */
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

/* Marks a row that begins with a dash as printed, if it is one. */
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
