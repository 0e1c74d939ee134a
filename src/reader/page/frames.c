/*
 * Structure.
 *
 *     junctions    where a level segment and an upright one meet, or nearly
 *     frames       from a junction right along the level one, down along two uprights, to a level one that joins them
 *     dividers     from one printed line to another
 *     combs        uprights of one length on a base that the first and the last of them end
 *     dashes       level ones of one length in a row, each as far from the next
 */
#include "frames.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "splits.h"

#define MOST_JUNCTIONS 400000
#define REACH_PIXELS 2    /* beyond its end a segment may meet another: so far, and the thickness of both, and */
#define REACH 0.08        /* of the shorter one's length: rounded corners */
#define MOST_PAPER 1      /* pixels between a segment and one that it runs into */
#define LEAST_SIDE 7.0    /* pixels of a frame: a digit in it is five high */
#define MOST_TRIED 8      /* junctions along a side until it is given up: strokes of digits may meet it */
#define LONGEST_GAP 0.3   /* of a side of a frame */
#define THICKEST_SIDE 0.2 /* of the shorter side of a frame: what is thicker are strokes of an 8 or a 0 */
#define LEAST_RATIO 0.7   /* between opposite sides of a frame: perspective */
#define SLANTED 0.15      /* the tangent of the angle that a frame's corner may differ from a right one: perspective */
#define SHARP_CORNERS 3   /* of a frame's four that have ink in them: a 0 has none */
#define LONG_SIDE 4.0     /* times its thickness: a side's length, or */
#define SIDE_THICKER 2.2  /* times the thickness of the thinnest side, at most: two rules side by side */
#define PARALLEL 0.06     /* the tangent of the angle between opposite sides, and */
#define PARALLEL_PIXELS 2 /* to their length */
#define DIVIDER_THICKER 1.8  /* times, and 1.5 pixels, than what it divides */
#define DIVIDER_SLANTED 0.05 /* the same as SLANTED, of what divides nothing that is a frame */
#define LEAST_TEETH 3        /* of a comb, and dashes of a row */
#define ALIKE 0.15           /* of their lengths and distances that they may differ */
#define LEAST_DASH 0.45      /* of the distance from a dash to the next: a hyphen between digits is shorter */
#define MOST_PASSES 4        /* dividers that divide what others divide */

typedef struct junction {
    uint32_t level, upright; /* segments */
    double x, y;
} junction;

typedef struct builder {
    const segments *all;
    const ink_map *map;
    frames *found;
    size_t frame_room;
    junction *by_level, *by_upright;     /* (count): the same, along each level segment, and down each upright one */
    size_t *first_level, *first_upright; /* (segments + 1): where those of a segment begin */
    size_t count, room;
} builder;

/* ---- Junctions ----------------------------------------------------------------------------------------------------
 */

static double length_of(const segment *s)
{
    return (double)(s->to - s->from);
}

/* How far a step is beyond a segment's ends. */
static double beyond(const segment *s, double step)
{
    return fmax(0, fmax((double)s->from - step, step - (double)(s->to - 1)));
}

/* Where a level segment and an upright one meet. */
static spot meeting(const segments *all, const segment *level, const segment *upright)
{
    spot p = {0, 0.5 * (double)(upright->from + upright->to)};
    for (int i = 0; i < 3; i++) {
        p.x = lenet5_segment_at(all, upright, p.y);
        p.y = lenet5_segment_at(all, level, p.x);
    }
    return p;
}

/* How many steps of paper there are from a segment's end to where it is to meet another. */
static size_t paper_before(const builder *b, const segment *s, double step)
{
    const size_t from = step < (double)s->from ? (size_t)fmax(0, ceil(step)) : s->to;
    const size_t to = step < (double)s->from ? s->from : (size_t)fmax(0, ceil(step));
    size_t paper = 0;
    for (size_t i = from; i < to; i++) {
        const double at = fmax(0, round(lenet5_segment_at(b->all, s, (double)i)));
        const size_t x = s->upright ? (size_t)at : i, y = s->upright ? i : (size_t)at;
        paper += x < b->map->width && y < b->map->height && b->map->ink[y * b->map->width + x] < INK;
    }
    return paper;
}

/* Both may end before a corner, which may be round; where one goes on the other comes up to it. */
static bool do_meet(const builder *b, const segment *level, const segment *upright, const spot *p)
{
    const double off = beyond(level, p->x), off2 = beyond(upright, p->y);
    const double gap = (double)(level->gap + upright->gap);
    const double reach = REACH_PIXELS + level->thickness + upright->thickness + gap;
    if (off > 0 && off2 > 0) {
        const double round = reach + REACH * fmin(length_of(level), length_of(upright));
        return off <= round && off2 <= round;
    }
    return off <= reach && off2 <= reach && (double)paper_before(b, level, p->x) <= MOST_PAPER + gap &&
           (double)paper_before(b, upright, p->y) <= MOST_PAPER + gap;
}

static bool add_junction(builder *b, size_t level, size_t upright)
{
    const segment *l = &b->all->list[level], *u = &b->all->list[upright];
    const spot p = meeting(b->all, l, u);
    if (!do_meet(b, l, u, &p) || b->count >= MOST_JUNCTIONS)
        return true;
    if (b->count == b->room) {
        const size_t room = 2 * b->room + 256;
        junction *larger = realloc(b->by_level, room * sizeof *larger);
        if (!larger)
            return false;
        b->by_level = larger;
        b->room = room;
    }
    b->by_level[b->count++] = (junction){(uint32_t)level, (uint32_t)upright, p.x, p.y};
    return true;
}

typedef struct extent {
    double left, right;
    size_t index;
} extent;

static int by_left(const void *a, const void *b)
{
    const extent *left = a, *right = b;
    return left->left != right->left ? (left->left > right->left ? 1 : -1)
                                     : (left->index > right->index) - (left->index < right->index);
}

static int along_level(const void *a, const void *b)
{
    const junction *left = a, *right = b;
    if (left->level != right->level)
        return left->level > right->level ? 1 : -1;
    return (left->x > right->x) - (left->x < right->x);
}

static int down_upright(const void *a, const void *b)
{
    const junction *left = a, *right = b;
    if (left->upright != right->upright)
        return left->upright > right->upright ? 1 : -1;
    return (left->y > right->y) - (left->y < right->y);
}

/* Lists the uprights from left to right. */
static size_t list_uprights(extent *list, const segments *all, double *widest)
{
    size_t count = 0;
    *widest = 0;
    for (size_t i = 0; i < all->count; i++) {
        const segment *s = &all->list[i];
        if (!s->upright)
            continue;
        const double top = lenet5_segment_at(all, s, (double)s->from);
        const double bottom = lenet5_segment_at(all, s, (double)(s->to - 1));
        list[count++] = (extent){fmin(top, bottom), fmax(top, bottom), i};
        *widest = fmax(*widest, fabs(top - bottom));
    }
    qsort(list, count, sizeof *list, by_left);
    return count;
}

static size_t first_from(const extent *list, size_t count, double left)
{
    size_t low = 0;
    while (low < count) {
        const size_t middle = low + (count - low) / 2;
        if (list[middle].left < left)
            low = middle + 1;
        else
            return first_from(list, middle, left);
    }
    return low;
}

static lenet5_status meet_uprights(builder *b, size_t level, const extent *uprights, size_t count, double widest,
                                   budget *work, lenet5_error *error)
{
    const segment *l = &b->all->list[level];
    const double rise = fabs(l->slope) * length_of(l);
    const double reach = 3 * REACH_PIXELS + 2 * l->thickness + REACH * length_of(l);
    const double y = lenet5_segment_at(b->all, l, 0.5 * (double)(l->from + l->to));
    size_t i = first_from(uprights, count, (double)l->from - reach - widest);
    const size_t first = i;
    for (; i < count && uprights[i].left <= (double)l->to + reach; i++) {
        const segment *u = &b->all->list[uprights[i].index];
        const double far = reach + rise + u->thickness;
        if (beyond(u, y) <= far && !add_junction(b, level, uprights[i].index))
            return lenet5_fail_memory(error);
    }
    return lenet5_check_time(work, 4 * (i - first), error);
}

static void index_junctions(builder *b)
{
    const size_t segment_count = b->all->count;
    qsort(b->by_level, b->count, sizeof *b->by_level, along_level);
    for (size_t i = 0; i < b->count; i++)
        b->by_upright[i] = b->by_level[i];
    qsort(b->by_upright, b->count, sizeof *b->by_upright, down_upright);
    for (size_t i = 0, k = 0, s = 0; s <= segment_count; s++) {
        while (i < b->count && b->by_level[i].level < s)
            i++;
        while (k < b->count && b->by_upright[k].upright < s)
            k++;
        b->first_level[s] = i;
        b->first_upright[s] = k;
    }
}

static lenet5_status find_junctions(builder *b, budget *work, lenet5_error *error)
{
    const size_t segment_count = b->all->count;
    double widest;
    extent *uprights = malloc((segment_count + 1) * sizeof *uprights);
    b->first_level = malloc((segment_count + 1) * sizeof *b->first_level);
    b->first_upright = malloc((segment_count + 1) * sizeof *b->first_upright);
    lenet5_status status = uprights && b->first_level && b->first_upright ? LENET5_OK : lenet5_fail_memory(error);
    if (status == LENET5_OK) {
        const size_t count = list_uprights(uprights, b->all, &widest);
        for (size_t i = 0; i < segment_count && status == LENET5_OK; i++)
            if (!b->all->list[i].upright)
                status = meet_uprights(b, i, uprights, count, widest, work, error);
    }
    free(uprights);
    if (status != LENET5_OK)
        return status;
    b->by_upright = malloc((b->count + 1) * sizeof *b->by_upright);
    if (!b->by_upright)
        return lenet5_fail_memory(error);
    index_junctions(b);
    return lenet5_check_time(work, 50 * b->count, error);
}

/* ---- Frames -------------------------------------------------------------------------------------------------------
 */

static bool is_whole(const builder *b, uint32_t s, double from, double to)
{
    const segment *side = &b->all->list[s];
    return (double)lenet5_longest_gap(b->all, side, from, to) <= fmax(4, LONGEST_GAP * (to - from));
}

static bool has_ink(const builder *b, const spot *p, double around)
{
    const size_t left = (size_t)fmax(0, p->x - around), top = (size_t)fmax(0, p->y - around);
    for (size_t y = top; (double)y <= p->y + around && y < b->map->height; y++)
        for (size_t x = left; (double)x <= p->x + around && x < b->map->width; x++)
            if (b->map->ink[y * b->map->width + x] >= INK)
                return true;
    return false;
}

static bool are_sides(double a, double b)
{
    return fmin(a, b) >= LEAST_RATIO * fmax(a, b) && fmin(a, b) >= LEAST_SIDE;
}

/* A side as thick as another, or at least much longer than thick: the short thick strokes of digits are none. */
static bool is_like_a_side(const segment *s, double thinnest)
{
    return length_of(s) >= LONG_SIDE * s->thickness || s->thickness <= SIDE_THICKER * thinnest + 0.5;
}

static bool are_parallel(const segment *a, const segment *b)
{
    return fabs(a->slope - b->slope) <= PARALLEL + PARALLEL_PIXELS / fmin(length_of(a), length_of(b));
}

static bool are_like_sides(const segment *const sides[4])
{
    double thinnest = sides[0]->thickness;
    for (int i = 1; i < 4; i++)
        thinnest = fmin(thinnest, sides[i]->thickness);
    bool like = are_parallel(sides[0], sides[2]) && are_parallel(sides[1], sides[3]);
    for (int i = 0; i < 4; i++)
        like &= is_like_a_side(sides[i], thinnest);
    return like;
}

/* Whether an upright side meets those above and below it at right angles, or nearly. */
static bool is_square(const builder *b, const junction *top, const junction *bottom)
{
    const segment *list = b->all->list;
    const double slope = list[top->upright].slope;
    return fabs(slope + list[top->level].slope) <= SLANTED && fabs(slope + list[bottom->level].slope) <= SLANTED;
}

/* Whether two junctions on one level segment and two on another, below, are the corners of a frame. */
static bool encloses(frame *f, const builder *b, const junction *a, const junction *c, const junction *a2,
                     const junction *c2)
{
    const segment *list = b->all->list;
    const double width = c->x - a->x, width2 = c2->x - a2->x, height = a2->y - a->y, height2 = c2->y - c->y;
    const segment *const sides[4] = {&list[a->level], &list[c->upright], &list[a2->level], &list[a->upright]};
    const double thickness =
        fmax(fmax(sides[0]->thickness, sides[1]->thickness), fmax(sides[2]->thickness, sides[3]->thickness));
    *f = (frame){{{a->x, a->y}, {c->x, c->y}, {c2->x, c2->y}, {a2->x, a2->y}},
                 {a->level, c->upright, a2->level, a->upright},
                 thickness};
    if (!are_like_sides(sides) || !is_square(b, a, a2) || !is_square(b, c, c2) || !are_sides(width, width2) ||
        !are_sides(height, height2) ||
        thickness > THICKEST_SIDE * fmin(fmin(width, width2), fmin(height, height2)) + 0.5)
        return false;
    if (!is_whole(b, a->level, a->x, c->x) || !is_whole(b, a2->level, a2->x, c2->x) ||
        !is_whole(b, a->upright, a->y, a2->y) || !is_whole(b, c->upright, c->y, c2->y))
        return false;
    const double gap = (double)(sides[0]->gap + sides[1]->gap + sides[2]->gap + sides[3]->gap) / 2;
    int sharp = 0;
    for (int i = 0; i < 4; i++)
        sharp += has_ink(b, &f->corner[i], 1 + 0.3 * thickness + gap);
    return sharp >= SHARP_CORNERS;
}

static const junction *joined(const builder *b, uint32_t upright, uint32_t level)
{
    for (size_t i = b->first_upright[upright]; i < b->first_upright[upright + 1]; i++)
        if (b->by_upright[i].level == level)
            return &b->by_upright[i];
    return NULL;
}

/* The frame that two junctions on a level segment are the upper corners of. */
static bool frame_below(frame *f, const builder *b, const junction *a, const junction *c)
{
    size_t tried = 0;
    for (size_t i = b->first_upright[a->upright]; i < b->first_upright[a->upright + 1] && tried < MOST_TRIED; i++) {
        const junction *a2 = &b->by_upright[i];
        if (a2->y < a->y + LEAST_SIDE)
            continue;
        tried++;
        const junction *c2 = joined(b, c->upright, a2->level);
        if (c2 && encloses(f, b, a, c, a2, c2))
            return true;
    }
    return false;
}

static bool add_frame(builder *b, const frame *f)
{
    frames *found = b->found;
    if (found->count >= MOST_FRAMES)
        return true;
    if (found->count == b->frame_room) {
        const size_t room = 2 * b->frame_room + 32;
        frame *larger = realloc(found->list, room * sizeof *larger);
        if (!larger)
            return false;
        found->list = larger;
        b->frame_room = room;
    }
    found->list[found->count++] = *f;
    return true;
}

/* The frames below a level segment, from left to right. */
static bool frames_below(builder *b, size_t level)
{
    const size_t end = b->first_level[level + 1];
    for (size_t i = b->first_level[level]; i < end; i++) {
        const junction *a = &b->by_level[i];
        for (size_t k = i + 1; k < end && k <= i + MOST_TRIED; k++) {
            const junction *c = &b->by_level[k];
            frame f;
            if (c->x < a->x + LEAST_SIDE || !frame_below(&f, b, a, c))
                continue;
            for (int side = 0; side < 4; side++)
                b->found->printed[f.side[side]] = true;
            if (!add_frame(b, &f))
                return false;
            break;
        }
    }
    return true;
}

/* ---- Dividers -----------------------------------------------------------------------------------------------------
 */

/* Whether a segment ends at a printed line across, at a step or near it; corner: at that one's end. */
static bool ends_at(bool *corner, const builder *b, const segment *here, size_t step)
{
    const segment *list = b->all->list;
    const size_t s = (size_t)(here - list);
    const junction *junctions = here->upright ? b->by_upright : b->by_level;
    const size_t *first = here->upright ? b->first_upright : b->first_level;
    bool found = false;
    *corner = false;
    for (size_t i = first[s]; i < first[s + 1]; i++) {
        const segment *other = &list[here->upright ? junctions[i].level : junctions[i].upright];
        const double at = here->upright ? junctions[i].y : junctions[i].x;
        const double across = here->upright ? junctions[i].x : junctions[i].y;
        const double near = REACH_PIXELS + here->thickness + other->thickness;
        if (!b->found->printed[other - list] || here->thickness > DIVIDER_THICKER * other->thickness + 1.5 ||
            !is_like_a_side(here, other->thickness) || fabs(here->slope + other->slope) > DIVIDER_SLANTED ||
            fabs(at - (double)step) > near)
            continue;
        found = true;
        *corner |= fmin(fabs(across - (double)other->from), fabs(across - (double)other->to)) <= near;
    }
    return found;
}

/* Whether a segment goes from one printed line to another, or to the map's border; a 1 may do that from a rule on. */
static bool divides(const builder *b, size_t s)
{
    const segment *here = &b->all->list[s];
    const size_t size = here->upright ? b->map->height : b->map->width;
    const bool cut = here->from <= REACH_PIXELS, cut_end = here->to + REACH_PIXELS >= size;
    bool corner, corner_end;
    const bool begins = ends_at(&corner, b, here, here->from), ends = ends_at(&corner_end, b, here, here->to);
    return (begins && ends) || (cut && ends && (corner_end || !here->upright)) ||
           (begins && cut_end && (corner || !here->upright));
}

static void find_dividers(builder *b)
{
    bool more = true;
    for (int pass = 0; pass < MOST_PASSES && more; pass++) {
        more = false;
        for (size_t s = 0; s < b->all->count; s++)
            if (!b->found->printed[s] && length_of(&b->all->list[s]) >= LEAST_SIDE && divides(b, s))
                b->found->printed[s] = more = true;
    }
}

/* ---- Combs and dashes ---------------------------------------------------------------------------------------------
 */

static bool alike(double a, double b)
{
    return fabs(a - b) <= ALIKE * fmax(a, b) + 1;
}

/* Whether an upright stands on a base. */
static bool is_tooth(const builder *b, const junction *j)
{
    const segment *u = &b->all->list[j->upright];
    return fabs(j->y - (double)u->to) <= REACH_PIXELS + u->thickness + b->all->list[j->level].thickness;
}

static lenet5_status find_comb(builder *b, size_t level, lenet5_error *error)
{
    const segment *list = b->all->list, *base = &list[level];
    const junction *first = NULL, *last = NULL;
    size_t teeth = 0;
    for (size_t i = b->first_level[level]; i < b->first_level[level + 1]; i++) {
        const junction *j = &b->by_level[i];
        if (!is_tooth(b, j) || (first && !alike(length_of(&list[j->upright]), length_of(&list[first->upright]))))
            continue;
        const double near = REACH_PIXELS + 2 * list[j->upright].thickness;
        if (!first && beyond(base, j->x) == 0 && j->x > (double)base->from + near)
            continue;
        first = first ? first : j;
        last = j;
        teeth++;
    }
    if (teeth < LEAST_TEETH || last->x < (double)base->to - REACH_PIXELS - 2 * list[last->upright].thickness)
        return LENET5_OK;
    const double height = length_of(&list[first->upright]);
    const junction *before = NULL;
    b->found->printed[level] = true;
    for (const junction *j = first; j <= last; j++) {
        if (!is_tooth(b, j) || !alike(length_of(&list[j->upright]), height))
            continue;
        b->found->printed[j->upright] = true;
        const frame f = {{{before ? before->x : 0, before ? before->y - height : 0},
                          {j->x, j->y - height},
                          {j->x, j->y},
                          {before ? before->x : 0, before ? before->y : 0}},
                         {(uint32_t)level, j->upright, (uint32_t)level, before ? before->upright : 0},
                         base->thickness};
        if (before && !add_frame(b, &f))
            return lenet5_fail_memory(error);
        before = j;
    }
    return LENET5_OK;
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
    const double off = 2 + 0.15 * length_of(s);
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

/* Whether little of what is above and below a segment is ink. */
static bool is_free(const builder *b, const segment *s)
{
    size_t inked = 0;
    for (size_t step = s->from; step < s->to; step++)
        inked += b->all->traces[s->path + step - s->from].crosses != CROSSES_NOTHING;
    return (double)inked <= 0.1 * length_of(s);
}

static lenet5_status find_dashes(builder *b, budget *work, lenet5_error *error)
{
    enum { MOST = 64 };
    const dash *row[MOST];
    const segments *all = b->all;
    dash *list = malloc((all->count + 1) * sizeof *list);
    if (!list)
        return lenet5_fail_memory(error);
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        if (!all->list[i].upright && !b->found->printed[i])
            list[count++] =
                (dash){lenet5_segment_at(all, &all->list[i], (double)all->list[i].from), (double)all->list[i].from, i};
    qsort(list, count, sizeof *list, by_row);
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < count && status == LENET5_OK; i++) {
        size_t free_ones = 0;
        const size_t n = count_dashes(row, MOST, &list[i], list, count, all);
        for (size_t k = 0; k < n; k++)
            free_ones += is_free(b, &all->list[row[k]->index]);
        for (size_t k = 0; k < n && n >= LEAST_TEETH && 2 * free_ones >= n; k++)
            b->found->printed[row[k]->index] = true;
        status = lenet5_check_time(work, 100 * n, error);
    }
    free(list);
    return status;
}

/* ---- All of it ----------------------------------------------------------------------------------------------------
 */

static lenet5_status find_structure(builder *b, budget *work, lenet5_error *error)
{
    const segments *all = b->all;
    lenet5_status status = find_junctions(b, work, error);
    for (size_t i = 0; i < all->count && status == LENET5_OK; i++)
        if (!all->list[i].upright)
            status = frames_below(b, i) ? lenet5_check_time(work, 1000, error) : lenet5_fail_memory(error);
    if (status == LENET5_OK)
        status = lenet5_join_frames(b->found, all, work, error);
    for (size_t i = 0; i < all->count && status == LENET5_OK; i++)
        if (!all->list[i].upright && !b->found->printed[i])
            status = find_comb(b, i, error);
    if (status != LENET5_OK)
        return status;
    find_dividers(b);
    return find_dashes(b, work, error);
}

lenet5_status lenet5_find_frames(frames *found, const segments *all, const ink_map *map, budget *b, lenet5_error *error)
{
    *found = (frames){.printed = calloc(all->count + 1, sizeof *found->printed)};
    if (!found->printed)
        return lenet5_fail_memory(error);
    builder built = {.all = all, .map = map, .found = found};
    const lenet5_status status = find_structure(&built, b, error);
    free(built.by_level);
    free(built.by_upright);
    free(built.first_level);
    free(built.first_upright);
    return status;
}

void lenet5_frames_free(frames *found)
{
    free(found->printed);
    free(found->list);
    *found = (frames){0};
}
