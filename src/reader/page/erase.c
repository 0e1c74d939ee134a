/*
 * A segment is erased along its traces, step by step, with its faint edges. A stroke that crosses it shows above and
 * below; what is between is kept, whatever the slant:
 *
 *          ##                      ##
 *     =======##=====   --->          ##
 *              ##                      ##
 *
 * A stroke that touches from one side ends there. Ink that is far darker than the segment stays.
 *
 * Then round strokes that ran along a segment get their ink back (bridge), and crumbs beside segments are erased.
 */
#include "erase.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "blank.h"
#include "components.h"
#include "histogram.h"

#define SURE_INK 110       /* of 255: ink of a stroke, at least */
#define DARKER 70          /* levels darker than the segment: a stroke that runs along it */
#define MOSTLY 0.75        /* share of a segment's steps whose darkest ink is at most its level */
#define SEGMENT_BORDER 1   /* pixels on each side that a segment makes grey */
#define SEEN 2             /* pixels beyond the edge within which a crossing stroke shows */
#define WIDEST_BRIDGE 1.3  /* of a stroke's height: how far it may run along a segment */
#define MAX_ARC_DEPTH 0.25 /* of its length: depth of an arc that begins at less than 45 degrees, at most */
#define ALL_GIVEN 0.9 /* share of a component's pixels that were given back, from which on nothing of it is a stroke */
#define POINT_INK 170 /* of 255: ink of a handwritten point beside horizontal lines, in */
#define POINT_AREA 4  /* pixels, at least; the edge of a segment leaves fewer */
#define CRUMB 1.5     /* times the thickest segment, plus 2 pixels: side of a crumb, at most */

/* Bits of the mask. */
enum {
    OF_SEGMENT = 1, /* of a segment, or of its edge */
    KEPT = 2,       /* of a stroke that crosses a segment */
    ERASED = 4,     /* erased, unless it is kept */
    GIVEN_BACK = 8  /* to a stroke that runs along a segment */
};

/* A map seen along a segment: steps are columns, or rows if the segment is vertical. */
typedef struct oriented_map {
    uint8_t *ink, *mask;  /* (height, width) */
    size_t along, across; /* offset to the next step, and to the next position across */
    size_t steps, positions;
} oriented_map;

static oriented_map oriented_along(ink_map *map, uint8_t *mask, bool vertical)
{
    return vertical ? (oriented_map){map->ink, mask, map->width, 1, map->height, map->width}
                    : (oriented_map){map->ink, mask, 1, map->width, map->width, map->height};
}

/* The positions that a segment covers at a step, edges included. */
typedef struct zone {
    size_t first, last;
    bool above, below; /* a stroke reaches it from there */
} zone;

static zone zone_at(const segments *all, const segment *s, size_t step, size_t positions)
{
    double first, last;
    if (step >= s->from && step < s->to) {
        const trace *here = &all->traces[s->path + step - s->from];
        first = here->first;
        last = here->last;
    } else {
        const double middle = lenet5_segment_at(all, s, (double)step);
        first = round(middle - 0.5 * (s->thickness - 1));
        last = round(middle + 0.5 * (s->thickness - 1));
    }
    const double max = (double)positions - 1;
    return (zone){(size_t)fmin(fmax(0, first - SEGMENT_BORDER), max), (size_t)fmin(fmax(0, last + SEGMENT_BORDER), max),
                  false, false};
}

/* The steps of a segment, extended to cover its corners. */
static void steps_of(size_t *from, size_t *to, const segment *s, size_t steps)
{
    const size_t more = (size_t)(s->thickness + 2);
    *from = s->from > more ? s->from - more : 0;
    *to = s->to + more < steps ? s->to + more : steps;
}

static void mark(const oriented_map *v, const segments *all, const segment *s)
{
    size_t from, to;
    steps_of(&from, &to, s, v->steps);
    for (size_t step = from; step < to; step++) {
        const zone z = zone_at(all, s, step, v->positions);
        for (size_t position = z.first; position <= z.last; position++)
            v->mask[step * v->along + position * v->across] |= OF_SEGMENT;
    }
}

/* Whether positions first to last at a step have ink of a stroke, outside all segments. */
static bool is_stroke(const oriented_map *v, size_t step, size_t first, size_t last)
{
    for (size_t position = first; position <= last && position < v->positions; position++) {
        const size_t at = step * v->along + position * v->across;
        if (v->ink[at] >= SURE_INK && !(v->mask[at] & OF_SEGMENT))
            return true;
    }
    return false;
}

/* The MOSTLY quantile of the darkest ink across a segment. */
static unsigned level_of(const oriented_map *v, const segments *all, const segment *s)
{
    uint32_t histogram[256] = {0}, count = 0;
    for (size_t step = s->from; step < s->to; step++) {
        const trace *here = &all->traces[s->path + step - s->from];
        uint8_t darkest = 0;
        for (size_t position = here->first; here->crosses == CROSSES_NOTHING && position <= here->last; position++) {
            const uint8_t ink = v->ink[step * v->along + position * v->across];
            darkest = ink > darkest ? ink : darkest;
        }
        histogram[darkest] += darkest > 0;
        count += darkest > 0;
    }
    return quantile(histogram, count, MOSTLY);
}

/* The end of the consecutive steps from i on at which a stroke comes from above, or from below. */
static size_t end_of_stroke(const zone *zones, size_t count, size_t i, bool above)
{
    while (i < count && (above ? zones[i].above : zones[i].below))
        i++;
    return i;
}

/* Steps of a segment, counted from its first zone: first to end - 1. */
typedef struct step_range {
    size_t first, end;
} step_range;

/*
 * Keeps what is between the steps that a stroke has above a segment and those below; from: the step of the first zone.
 */
static void keep_between(const oriented_map *v, const zone *zones, size_t from, step_range above, step_range below)
{
    const size_t first = above.first < below.first ? above.first : below.first;
    const size_t last = above.end > below.end ? above.end : below.end;
    for (size_t i = first; i < last; i++) {
        const zone *z = &zones[i];
        for (size_t position = z->first; position <= z->last; position++) {
            const double share = ((double)(position - z->first) + 0.5) / (double)(z->last - z->first + 1);
            const double left = (double)above.first + share * ((double)below.first - (double)above.first);
            const double right = (double)above.end + share * ((double)below.end - (double)above.end);
            if ((double)i >= left - 0.5 && (double)i < right + 0.5)
                v->mask[(from + i) * v->along + position * v->across] |= KEPT;
        }
    }
}

/*
 * Keeps every pair of a stroke above and one below that are within a zone's thickness of each other, along the segment.
 */
static void keep_strokes(const oriented_map *v, const zone *zones, size_t from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!zones[i].above || (i > 0 && zones[i - 1].above))
            continue;
        const size_t slant = zones[i].last - zones[i].first + 1, nearest = i > slant ? i - slant : 0;
        const step_range above = {i, end_of_stroke(zones, count, i, true)};
        for (size_t k = nearest; k < above.end + slant && k < count; k++) {
            if (!zones[k].below || (k > nearest && zones[k - 1].below))
                continue;
            step_range below = {k, end_of_stroke(zones, count, k, false)};
            while (below.first > 0 && zones[below.first - 1].below)
                below.first--;
            keep_between(v, zones, from, above, below);
        }
    }
}

static lenet5_status erase(const oriented_map *v, const segments *all, const segment *s, lenet5_error *error)
{
    size_t from, to;
    steps_of(&from, &to, s, v->steps);
    zone *zones = malloc((to - from + 1) * sizeof *zones);
    if (!zones)
        return lenet5_fail_memory(error);
    const unsigned level = level_of(v, all, s);
    for (size_t step = from; step < to; step++) {
        zone z = zone_at(all, s, step, v->positions);
        z.above = z.first >= SEEN && is_stroke(v, step, z.first - SEEN, z.first - 1);
        z.below = is_stroke(v, step, z.last + 1, z.last + SEEN);
        zones[step - from] = z;
    }
    keep_strokes(v, zones, from, to - from);
    for (size_t step = from; step < to; step++)
        for (size_t position = zones[step - from].first; position <= zones[step - from].last; position++) {
            const size_t at = step * v->along + position * v->across;
            if (v->ink[at] < level + DARKER && !(v->mask[at] & KEPT))
                v->mask[at] |= ERASED;
        }
    free(zones);
    return LENET5_OK;
}

/* ---- Strokes along a segment ------------------------------------------------------------------------------------- */

/* The components of the map after erasing, and the map before. */
typedef struct remains {
    const uint8_t *before; /* (height, width) */
    components found;
    bool given; /* some ink was given back */
} remains;

/* One side of a segment, along which strokes are followed. */
typedef struct flank {
    const oriented_map *v;
    remains *r;
    const segments *all;
    const segment *s;
    bool above; /* or below it; of a vertical segment, to its left or right */
} flank;

/* The first component at distances from to to (pixels) beyond the edge of a segment at a step; 0: none. */
static uint32_t component_beyond(const flank *f, size_t step, size_t from, size_t to)
{
    const oriented_map *v = f->v;
    const zone z = zone_at(f->all, f->s, step, v->positions);
    for (size_t i = from; i <= to; i++) {
        if (f->above ? z.first < i : z.last + i >= v->positions)
            break;
        const size_t position = f->above ? z.first - i : z.last + i;
        const uint32_t here = f->r->found.labels[step * v->along + position * v->across];
        assert(here <= f->r->found.count);
        if (here != 0 && f->r->found.list[here - 1].area > 0)
            return here;
    }
    return 0;
}

/*
 * The distance in steps between the two ends of a component at a distance from the edge, one on each side of step
 * middle; each end is looked for within most steps.
 */
static size_t apart_at(const flank *f, size_t middle, size_t distance, uint32_t label, size_t max)
{
    size_t left = 0, right = 0;
    for (; left < max && left < middle; left++)
        if (component_beyond(f, middle - left, distance, distance) == label)
            break;
    for (; right < max && middle + right + 1 < f->v->steps; right++)
        if (component_beyond(f, middle + right, distance, distance) == label)
            break;
    return left + right;
}

/* Gives the ink of a segment from one step to another back, as deep as a round stroke goes. */
static void restore(const flank *f, size_t from, size_t to)
{
    const oriented_map *v = f->v;
    const size_t depth = SEGMENT_BORDER + 1 + (size_t)(MAX_ARC_DEPTH * (double)(to - from));
    for (size_t step = from; step < to; step++) {
        zone z = zone_at(f->all, f->s, step, v->positions);
        if (f->above && z.last > z.first + depth)
            z.last = z.first + depth;
        if (!f->above && z.last > z.first + depth)
            z.first = z.last - depth;
        for (size_t position = z.first; position <= z.last; position++) {
            const size_t at = step * v->along + position * v->across;
            v->ink[at] = f->r->before[at];
            v->mask[at] |= GIVEN_BACK;
        }
    }
    f->r->given = true;
}

/* Whether a component leaves a segment at two steps, and its ends draw near to each other towards the segment. */
static bool is_arc(const flank *f, uint32_t label, size_t left, size_t right)
{
    const size_t gap = right - left;
    const box *bounds = &f->r->found.list[label - 1].box;
    const size_t high = f->v->along == 1 ? bounds->bottom - bounds->top : bounds->right - bounds->left;
    const size_t distance = SEEN + (size_t)(0.5 * f->s->thickness) + 1;
    return (double)gap <= WIDEST_BRIDGE * (double)high && apart_at(f, left + gap / 2, distance, label, gap) > gap;
}

/*
 * A round stroke that touches a segment meets it at one step and leaves it at another, on the same side:
 *
 *     #        #                 #        #
 *      ##    ##        --->       ##    ##         these ends draw near to each other
 *     ===####=====                  ####
 */
static void bridge(const flank *f)
{
    uint32_t last = 0;
    size_t end = 0, from, to;
    steps_of(&from, &to, f->s, f->v->steps);
    for (size_t step = from; step < to; step++) {
        const uint32_t here = component_beyond(f, step, 1, SEEN);
        if (here == 0)
            continue;
        if (here == last && step - end > 1 && is_arc(f, here, end, step))
            restore(f, end + 1, step);
        last = here;
        end = step;
    }
}

/* ---- Crumbs ------------------------------------------------------------------------------------------------------ */

static bool beside_segment(const ink_map *map, const uint8_t *mask, const box *bounds)
{
    for (size_t y = bounds->top > 2 ? bounds->top - 2 : 0; y < bounds->bottom + 2 && y < map->height; y++)
        for (size_t x = bounds->left > 2 ? bounds->left - 2 : 0; x < bounds->right + 2 && x < map->width; x++)
            if (mask[y * map->width + x] & OF_SEGMENT)
                return true;
    return false;
}

/* How crumbs differ from points. */
typedef struct leavings {
    double largest; /* side of a crumb, in pixels */
    unsigned level; /* of the darkest segment */
    bool verticals; /* some segments are vertical, and may have left corners */
} leavings;

/*
 * Whether a crumb is a handwritten point: far darker than the segments, or a thick dark spot beside horizontal lines,
 * whose own edges leave nothing thick.
 */
static bool is_point(const ink_map *map, const remains *r, size_t number, const leavings *l)
{
    const box *bounds = &r->found.list[number].box;
    size_t dark = 0;
    bool darker = false;
    for (size_t y = bounds->top; y < bounds->bottom; y++)
        for (size_t x = bounds->left; x < bounds->right; x++) {
            if (r->found.labels[y * map->width + x] != number + 1)
                continue;
            darker |= map->ink[y * map->width + x] >= l->level + DARKER;
            dark += map->ink[y * map->width + x] >= POINT_INK;
        }
    const size_t width = bounds->right - bounds->left, height = bounds->bottom - bounds->top;
    return darker || (!l->verticals && dark >= POINT_AREA && width <= 2 * height && height <= 2 * width);
}

/* Erases crumbs, whose area becomes 0. */
static void erase_crumbs(ink_map *map, remains *r, const uint8_t *mask, const leavings *l)
{
    for (size_t i = 0; i < r->found.count; i++) {
        const box *bounds = &r->found.list[i].box;
        if ((double)(bounds->right - bounds->left) > l->largest ||
            (double)(bounds->bottom - bounds->top) > l->largest || !beside_segment(map, mask, bounds) ||
            is_point(map, r, i, l))
            continue;
        for (size_t y = bounds->top; y < bounds->bottom; y++)
            for (size_t x = bounds->left; x < bounds->right; x++)
                if (r->found.labels[y * map->width + x] == i + 1)
                    map->ink[y * map->width + x] = 0;
        r->found.list[i].area = 0;
    }
}

/* ---- The stage --------------------------------------------------------------------------------------------------- */

/* A map whose printed segments are erased. */
typedef struct erasure {
    ink_map *map;
    uint8_t *mask;   /* (height, width) */
    uint8_t *before; /* (height, width): the map as it was */
    const segments *all;
    const bool *chosen; /* (all->count): the segments that are erased */
    budget *budget;
} erasure;

/*
 * Erases what was given back to strokes but is connected to none of them. That ink connects components, so that
 * they are found again with it.
 */
static lenet5_status drop_unconnected(const erasure *e, lenet5_error *error)
{
    components c;
    const lenet5_status status = lenet5_find_components(&c, e->map, e->budget, error);
    if (status != LENET5_OK)
        return status;
    const size_t size = e->map->width * e->map->height;
    const uint8_t *mask = e->mask;
    uint32_t *given = calloc(c.count + 1, sizeof *given); /* pixels of each label that were given back */
    for (size_t i = skip_blank(mask, 0, size); given && i < size; i = skip_blank(mask, i + 1, size))
        given[c.labels[i]] += (mask[i] & GIVEN_BACK) != 0;
    for (size_t i = skip_blank(mask, 0, size); given && i < size; i = skip_blank(mask, i + 1, size)) {
        const uint32_t label = c.labels[i];
        if (label > 0 && given[label] >= ALL_GIVEN * (double)c.list[label - 1].area)
            e->map->ink[i] = 0;
    }
    lenet5_components_free(&c);
    free(given);
    return given ? lenet5_check_time(e->budget, 2 * size, error) : lenet5_fail_memory(error);
}

static leavings leavings_of(const erasure *e, double corner)
{
    double thickest = 0;
    leavings l = {0};
    for (size_t i = 0; i < e->all->count; i++) {
        const segment *s = &e->all->list[i];
        if (!e->chosen[i])
            continue;
        const oriented_map v = oriented_along(e->map, e->mask, s->vertical);
        const unsigned level = level_of(&v, e->all, s);
        thickest = fmax(thickest, s->thickness);
        l.level = level > l.level ? level : l.level;
        l.verticals |= s->vertical;
    }
    l.largest = fmax(corner, CRUMB * thickest + 2);
    return l;
}

/* Erases crumbs from what is left, and gives strokes back what was theirs. */
static lenet5_status mend(const erasure *e, const leavings *l, lenet5_error *error)
{
    remains r = {.before = e->before};
    const lenet5_status status = lenet5_find_components(&r.found, e->map, e->budget, error);
    if (status != LENET5_OK)
        return status;
    erase_crumbs(e->map, &r, e->mask, l);
    for (size_t i = 0; i < e->all->count; i++) {
        if (!e->chosen[i])
            continue;
        const oriented_map v = oriented_along(e->map, e->mask, e->all->list[i].vertical);
        bridge(&(flank){&v, &r, e->all, &e->all->list[i], true});
        bridge(&(flank){&v, &r, e->all, &e->all->list[i], false});
    }
    lenet5_components_free(&r.found);
    return r.given ? drop_unconnected(e, error) : LENET5_OK;
}

static lenet5_status erase_all(const erasure *e, lenet5_error *error)
{
    const segments *all = e->all;
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < all->count; i++)
        if (e->chosen[i]) {
            const oriented_map v = oriented_along(e->map, e->mask, all->list[i].vertical);
            mark(&v, all, &all->list[i]);
        }
    for (size_t i = 0; i < all->count && status == LENET5_OK; i++)
        if (e->chosen[i]) {
            const oriented_map v = oriented_along(e->map, e->mask, all->list[i].vertical);
            status = erase(&v, all, &all->list[i], error);
        }
    if (status != LENET5_OK)
        return status;
    const uint8_t *mask = e->mask;
    const size_t size = e->map->width * e->map->height;
    for (size_t i = skip_blank(mask, 0, size); i < size; i = skip_blank(mask, i + 1, size))
        e->map->ink[i] = (mask[i] & (KEPT | ERASED)) == ERASED ? 0 : e->map->ink[i];
    return LENET5_OK;
}

lenet5_status lenet5_erase_segments(ink_map *map, const segments *all, const bool *chosen, double corner, budget *b,
                                    lenet5_error *error)
{
    const size_t size = map->width * map->height;
    const erasure e = {map, calloc(size, 1), malloc(size), all, chosen, b};
    lenet5_status status = e.mask && e.before ? LENET5_OK : lenet5_fail_memory(error);
    leavings l = {0};
    if (status == LENET5_OK) {
        memcpy(e.before, map->ink, size);
        l = leavings_of(&e, corner);
        status = erase_all(&e, error);
    }
    if (status == LENET5_OK)
        status = mend(&e, &l, error);
    free(e.before);
    free(e.mask);
    return status == LENET5_OK ? lenet5_check_time(b, 5 * size, error) : status;
}
