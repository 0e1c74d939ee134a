/*
 * A comb is a base with teeth at even distances, the first and the last at its ends; dashes are level lines of one
 * length in a row, each as far from the next:
 *
 *     |   |   |   |   |
 *     +---+---+---+---+        ---  ---  ---  ---
 */
#include "combs.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

#define LEAST_PLACES 3  /* of a comb */
#define MOST_PLACES 64  /* the same; a ruler has more */
#define LEAST_PITCH 6.0 /* pixels from a tooth to the next */
#define OFF_PITCH 0.2   /* of the distance from a tooth to the next that one may be off: perspective */
#define LEAST_THERE 0.8 /* of a comb's teeth: digits hide some */
#define CLOSED 0.9      /* of the same distance: a line that closes a tooth's top */
#define SHORTEST 0.4    /* of a tooth's length, that a digit covers in part, and */
#define LONGEST 1.2     /* the same, that a stroke lengthens */
#define LEAST_DASHES 3  /* of a row */
#define ALIKE 0.15      /* of their lengths and distances that dashes, and the first and the last tooth, may differ */
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

/* ---- Combs --------------------------------------------------------------------------------------------------------
 */

typedef struct comb {
    const segments *all;
    const junctions *met;
    const segment *base;
    const junction *teeth; /* (count): those of the base, some of which are none */
    size_t count;
} comb;

/* Whether an upright stands on a base. */
static bool is_tooth(const comb *c, const junction *j)
{
    const segment *u = &c->all->list[j->upright];
    return fabs(j->y - (double)u->to) <= REACH_PIXELS + u->thickness + c->base->thickness;
}

/* Whether a line as long as from a tooth to the next closes the top of one: it is a side of a box. */
static bool is_closed(const comb *c, const junction *j, double pitch)
{
    const segment *u = &c->all->list[j->upright];
    const double near = REACH_PIXELS + u->thickness + c->base->thickness;
    bool closed = false;
    for (size_t i = c->met->first_upright[j->upright]; i < c->met->first_upright[j->upright + 1]; i++) {
        const junction *top = &c->met->by_upright[i];
        closed |= top->y <= (double)u->from + near && top->level != j->level &&
                  length_of(&c->all->list[top->level]) >= CLOSED * pitch;
    }
    return closed;
}

/* How high a tooth stands. */
static double height_of(const comb *c, const junction *j)
{
    return j->y - (double)c->all->list[j->upright].from;
}

/* The tooth that is nearest to a place on the base, or NULL. */
static const junction *tooth_at(const comb *c, double x, double pitch, double length)
{
    const junction *nearest = NULL;
    for (size_t i = 0; i < c->count; i++) {
        const junction *j = &c->teeth[i];
        const double here = height_of(c, j);
        if (fabs(j->x - x) <= OFF_PITCH * pitch && is_tooth(c, j) && !is_closed(c, j, pitch) &&
            here >= SHORTEST * length && here <= LONGEST * length &&
            (!nearest || fabs(j->x - x) < fabs(nearest->x - x)))
            nearest = j;
    }
    return nearest;
}

/* The number of places that agree with the teeth; 0: it is no comb. */
static size_t count_places(const comb *c, const junction *first, const junction *last)
{
    const double length = height_of(c, first), span = last->x - first->x;
    const size_t most = c->count - 1 < MOST_PLACES ? c->count - 1 : MOST_PLACES;
    for (size_t places = most * 5 / 4; places >= LEAST_PLACES; places--) {
        const double pitch = span / (double)places;
        size_t there = 0;
        for (size_t i = 0; i <= places; i++)
            there += tooth_at(c, first->x + (double)i * pitch, pitch, length) != NULL;
        if (pitch >= LEAST_PITCH && (double)there >= LEAST_THERE * (double)(places + 1))
            return places;
    }
    return 0;
}

/* The teeth at both ends of the base, which are alike. */
static bool find_ends(const junction **first, const junction **last, const comb *c)
{
    *first = *last = NULL;
    for (size_t i = 0; i < c->count; i++) {
        const junction *j = &c->teeth[i];
        const double near = REACH_PIXELS + 2 * c->all->list[j->upright].thickness;
        if (!is_tooth(c, j))
            continue;
        if (fabs(j->x - (double)c->base->from) <= near && !*first)
            *first = j;
        if (fabs(j->x - (double)c->base->to) <= near)
            *last = j;
    }
    return *first && *last && *first != *last && alike(height_of(c, *first), height_of(c, *last));
}

static lenet5_status find_comb(frames *found, const comb *c, lenet5_error *error)
{
    const junction *first, *last;
    const size_t places = c->count > LEAST_PLACES && find_ends(&first, &last, c) ? count_places(c, first, last) : 0;
    if (places == 0)
        return LENET5_OK;
    const uint32_t base = first->level;
    const double length = height_of(c, first), pitch = (last->x - first->x) / (double)places;
    spot before = {first->x, first->y};
    found->printed[base] = found->printed[first->upright] = true;
    for (size_t i = 1; i <= places; i++) {
        const double x = first->x + (double)i * pitch;
        const junction *tooth = tooth_at(c, x, pitch, length);
        const spot here = {tooth ? tooth->x : x, lenet5_segment_at(c->all, c->base, tooth ? tooth->x : x)};
        const frame f = {{{before.x, before.y - length}, {here.x, here.y - length}, here, before},
                         {base, base, base, base},
                         c->base->thickness,
                         false,
                         false};
        if (tooth)
            found->printed[tooth->upright] = true;
        if (!lenet5_add_frame(found, &f))
            return lenet5_fail_memory(error);
        before = here;
    }
    return LENET5_OK;
}

lenet5_status lenet5_find_combs(frames *found, const segments *all, const junctions *met, budget *b,
                                lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < all->count && status == LENET5_OK; i++) {
        const size_t count = met->first_level[i + 1] - met->first_level[i];
        if (count == 0 || !lenet5_is_solid(all, &all->list[i])) /* 0: an upright one, or there is no list at all */
            continue;
        const comb c = {all, met, &all->list[i], met->by_level + met->first_level[i], count};
        status = find_comb(found, &c, error);
        if (status == LENET5_OK)
            status = lenet5_check_time(b, 10 * count, error);
    }
    return status;
}

/* ---- Dashes -------------------------------------------------------------------------------------------------------
 */

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
