#include "junctions.h"

#include <assert.h>
#include <stdlib.h>

#include "base/error.h"

#define MAX_JUNCTIONS 400000 /* of a page; two lists of 24 bytes each: bounds them to 20 MB. Further ones are ignored */
#define CORNER_REACH 0.18    /* of the shorter segment's length, besides REACH_PIXELS: reach to a round corner */
#define EVEN 0.3    /* nearer to farther end at a round corner, at least: else one of them runs into the other */
#define MAX_PAPER 1 /* pixels of paper between a segment and one that it runs into */

/* The columns that a vertical segment takes. */
typedef struct vertical_range {
    double left, right;
    size_t index; /* of the segment */
} vertical_range;

typedef struct finder {
    const segments *all;
    const ink_map *map;
    junctions *found;
    size_t room;               /* of by_horizontal */
    vertical_range *verticals; /* (vertical_count), from left to right */
    size_t vertical_count;
    double widest; /* of them, in pixels */
} finder;

/* The intersection of a horizontal and a vertical segment. */
static point meeting(const segments *all, const segment *horizontal, const segment *vertical)
{
    point p = {0, 0.5 * (double)(vertical->from + vertical->to)};
    for (int i = 0; i < 3; i++) {
        p.x = lenet5_segment_at(all, vertical, p.y);
        p.y = lenet5_segment_at(all, horizontal, p.x);
    }
    return p;
}

/* The steps of paper between the end of a segment and a junction. */
static size_t paper_before(const finder *b, const segment *s, double step)
{
    const size_t from = step < (double)s->from ? (size_t)fmax(0, ceil(step)) : s->to;
    const size_t to = step < (double)s->from ? s->from : (size_t)fmax(0, ceil(step));
    size_t paper = 0;
    for (size_t i = from; i < to; i++) {
        const double at = fmax(0, round(lenet5_segment_at(b->all, s, (double)i)));
        const size_t x = s->vertical ? (size_t)at : i, y = s->vertical ? i : (size_t)at;
        paper += x < b->map->width && y < b->map->height && b->map->ink[y * b->map->width + x] < FAINT;
    }
    return paper;
}

/* Whether two segments meet: both may end before a corner, which may be round; else one comes up to the other. */
static bool do_meet(const finder *b, const segment *horizontal, const segment *vertical, const point *p)
{
    const double off = beyond(horizontal, p->x), off2 = beyond(vertical, p->y);
    const double gap = (double)(horizontal->gap + vertical->gap);
    const double reach = REACH_PIXELS + horizontal->thickness + vertical->thickness + gap;
    if (off > 0 && off2 > 0) {
        const double round = reach + CORNER_REACH * fmin(length_of(horizontal), length_of(vertical));
        const bool is_round = fmax(off, off2) <= round && fmin(off, off2) >= EVEN * fmax(off, off2);
        return fmax(off, off2) <= reach || is_round;
    }
    return off <= reach && off2 <= reach && (double)paper_before(b, horizontal, p->x) <= MAX_PAPER + gap &&
           (double)paper_before(b, vertical, p->y) <= MAX_PAPER + gap;
}

static bool add_junction(finder *b, size_t horizontal, size_t vertical)
{
    const segment *l = &b->all->list[horizontal], *u = &b->all->list[vertical];
    const point p = meeting(b->all, l, u);
    if (!do_meet(b, l, u, &p) || b->found->count >= MAX_JUNCTIONS)
        return true;
    if (b->found->count == b->room) {
        const size_t room = 2 * b->room + 256;
        junction *larger = realloc(b->found->by_horizontal, room * sizeof *larger);
        if (!larger)
            return false;
        b->found->by_horizontal = larger;
        b->room = room;
    }
    assert(b->found->count < b->room);
    b->found->by_horizontal[b->found->count++] = (junction){(uint32_t)horizontal, (uint32_t)vertical, p.x, p.y};
    return true;
}

static int by_left(const void *a, const void *b)
{
    const vertical_range *left = a, *right = b;
    return left->left != right->left ? (left->left > right->left ? 1 : -1)
                                     : (left->index > right->index) - (left->index < right->index);
}

static int along_horizontal(const void *a, const void *b)
{
    const junction *left = a, *right = b;
    if (left->horizontal != right->horizontal)
        return left->horizontal > right->horizontal ? 1 : -1;
    return (left->x > right->x) - (left->x < right->x);
}

static int down_vertical(const void *a, const void *b)
{
    const junction *left = a, *right = b;
    if (left->vertical != right->vertical)
        return left->vertical > right->vertical ? 1 : -1;
    return (left->y > right->y) - (left->y < right->y);
}

/* Lists the vertical segments from left to right. */
static void list_verticals(finder *b)
{
    for (size_t i = 0; i < b->all->count; i++) {
        const segment *s = &b->all->list[i];
        if (!s->vertical)
            continue;
        const double top = lenet5_segment_at(b->all, s, (double)s->from);
        const double bottom = lenet5_segment_at(b->all, s, (double)(s->to - 1));
        assert(b->vertical_count < b->all->count);
        b->verticals[b->vertical_count++] = (vertical_range){fmin(top, bottom), fmax(top, bottom), i};
        b->widest = fmax(b->widest, fabs(top - bottom));
    }
    qsort(b->verticals, b->vertical_count, sizeof *b->verticals, by_left);
}

/* The first vertical segment that begins at a column or to the right of it. */
static size_t first_from(const finder *b, double left)
{
    size_t low = 0, high = b->vertical_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (b->verticals[middle].left < left)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Adds the junctions of one horizontal segment. */
static lenet5_status meet_verticals(finder *b, size_t horizontal, budget *work, lenet5_error *error)
{
    const segment *l = &b->all->list[horizontal];
    const double rise = fabs(l->slope) * length_of(l);
    const double reach = 3 * REACH_PIXELS + 2 * l->thickness + CORNER_REACH * length_of(l);
    const double y = lenet5_segment_at(b->all, l, 0.5 * (double)(l->from + l->to));
    const size_t first = first_from(b, (double)l->from - reach - b->widest);
    size_t i = first;
    for (; i < b->vertical_count && b->verticals[i].left <= (double)l->to + reach; i++) {
        const size_t vertical = b->verticals[i].index;
        const segment *u = &b->all->list[vertical];
        if (beyond(u, y) <= reach + rise + u->thickness && !add_junction(b, horizontal, vertical))
            return lenet5_fail_memory(error);
    }
    return lenet5_check_time(work, 4 * (i - first), error);
}

static void index_junctions(finder *b)
{
    const size_t segment_count = b->all->count;
    if (b->found->count > 0) /* else there is no list */
        qsort(b->found->by_horizontal, b->found->count, sizeof *b->found->by_horizontal, along_horizontal);
    for (size_t i = 0; i < b->found->count; i++)
        b->found->by_vertical[i] = b->found->by_horizontal[i];
    qsort(b->found->by_vertical, b->found->count, sizeof *b->found->by_vertical, down_vertical);
    for (size_t i = 0, k = 0, s = 0; s <= segment_count; s++) {
        while (i < b->found->count && b->found->by_horizontal[i].horizontal < s)
            i++;
        while (k < b->found->count && b->found->by_vertical[k].vertical < s)
            k++;
        b->found->first_horizontal[s] = i;
        b->found->first_vertical[s] = k;
    }
}

static lenet5_status find_junctions(finder *b, budget *work, lenet5_error *error)
{
    const size_t segment_count = b->all->count;
    junctions *found = b->found;
    b->verticals = malloc((segment_count + 1) * sizeof *b->verticals);
    found->first_horizontal = malloc((segment_count + 1) * sizeof *found->first_horizontal);
    found->first_vertical = malloc((segment_count + 1) * sizeof *found->first_vertical);
    const bool enough = b->verticals && found->first_horizontal && found->first_vertical;
    lenet5_status status = enough ? LENET5_OK : lenet5_fail_memory(error);
    if (status == LENET5_OK)
        list_verticals(b);
    for (size_t i = 0; i < segment_count && status == LENET5_OK; i++)
        if (!b->all->list[i].vertical)
            status = meet_verticals(b, i, work, error);
    free(b->verticals);
    if (status != LENET5_OK)
        return status;
    found->by_vertical = malloc((found->count + 1) * sizeof *found->by_vertical);
    if (!found->by_vertical)
        return lenet5_fail_memory(error);
    index_junctions(b);
    return lenet5_check_time(work, 50 * found->count, error);
}

lenet5_status lenet5_find_junctions(junctions *found, const segments *all, const ink_map *map, budget *b,
                                    lenet5_error *error)
{
    *found = (junctions){0};
    finder f = {.all = all, .map = map, .found = found};
    return find_junctions(&f, b, error);
}

void lenet5_junctions_free(junctions *found)
{
    free(found->by_horizontal);
    free(found->by_vertical);
    free(found->first_horizontal);
    free(found->first_vertical);
    *found = (junctions){0};
}
