/*
 * A wedge begins at a corner of the picture, with a side along the border, and tapers off or reaches the next corner.
 * Its inner side is straight:
 *
 *     ##########################
 *     #################                 depth: rows of ink from the border on
 *     ########
 *
 * A digit cut off in a corner is shorter, or thicker for its length, or has no straight side.
 */
#include "wedges.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/ascending.h"
#include "base/error.h"

#define MIN_LENGTH 24  /* pixels along the border, and */
#define MIN_SHARE 0.05 /* of that side of the picture: length, at least, and */
#define MIN_BEYOND 16  /* pixels of it beyond the wedge across */
#define DEEP 4.0       /* pixels at the corner: deeper than a rule, which writing may touch */
#define SLIM 3.0       /* times its depth: length, at least */
#define DEEPEST 0.25   /* of the picture's other side: depth, at most */
#define TAPERED 0.3    /* of its depth at the corner, plus END_PIXELS: depth at its other end, at most */
#define END_PIXELS 2.5
#define WHOLE 0.97              /* of the side: a wedge so long need not taper, if it is */
#define MIN_WEDGE_DEPTH 1.5     /* times as deep as a stroke, unlike a rule; or nothing touches it */
#define MAX_GAP 2               /* pixels of the border without ink: noise */
#define OFF_PIXELS 1.5          /* pixels: deviation of the inner side from a straight line, at */
#define MIN_STRAIGHT_DEEP 0.85  /* of its length, if it is deep, since writing may touch it, or */
#define MIN_STRAIGHT_WEDGE 0.98 /* of its length, otherwise */
#define EDGE_PIXELS 3.0         /* pixels of its inner side that are grey */
#define TRIES 3                 /* starting points beyond the wedge across, */
#define FURTHER 4               /* each by one part in this many of the rest: the last is near the middle */

/* A map seen from one corner, along a side. */
typedef struct corner_map {
    uint8_t *corner;
    ptrdiff_t along, inward;
    size_t length, across; /* of this side, and of the one across */
} corner_map;

/* Its depth at a position is depth + slope * position. */
typedef struct wedge {
    size_t length;
    double depth, slope;
} wedge;

static corner_map seen_from_corner(const ink_map *map, int side, bool from_end)
{
    const ptrdiff_t width = (ptrdiff_t)map->width, height = (ptrdiff_t)map->height;
    const bool level = side % 2 == 0, far = side / 2 == 1;
    corner_map v = level ? (corner_map){map->ink, 1, width, map->width, map->height}
                         : (corner_map){map->ink, width, 1, map->height, map->width};
    if (far) {
        v.corner += level ? (height - 1) * width : width - 1;
        v.inward = -v.inward;
    }
    if (from_end) {
        v.corner += v.along * ((ptrdiff_t)v.length - 1);
        v.along = -v.along;
    }
    return v;
}

static uint8_t *pixel(const corner_map *v, size_t position, size_t depth)
{
    return v->corner + v->along * (ptrdiff_t)position + v->inward * (ptrdiff_t)depth;
}

static size_t depth_at(const corner_map *v, size_t position, size_t max, unsigned threshold)
{
    size_t depth = 0;
    while (depth < max && threshold < *pixel(v, position, depth))
        depth++;
    return depth;
}

/* Measures depths from the corner on, while there is ink at the border; returns their number. */
static size_t measure(size_t *depths, const corner_map *v, size_t max, unsigned threshold)
{
    size_t length = 0;
    for (size_t i = 0; i < v->length && i <= length + MAX_GAP; i++) {
        depths[i] = depth_at(v, i, max, threshold);
        length = depths[i] > 0 ? i + 1 : length;
    }
    return length;
}

static double middle_one(size_t *sorted, const size_t *depths, size_t count)
{
    assert(count > 0);
    for (size_t i = 0; i < count; i++)
        sorted[i] = depths[i];
    qsort(sorted, count, sizeof *sorted, ascending_sizes);
    return (double)sorted[count / 2];
}

/* Fits a line through the median depths of the first and the last third, from first on. */
static void fit(wedge *w, size_t *spare, const size_t *depths, size_t first)
{
    const size_t third = (w->length - first) / 3;
    const double left = middle_one(spare, depths + first, third);
    const double right = middle_one(spare, depths + w->length - third, third);
    w->slope = (right - left) / (double)(w->length - first - third);
    w->depth = left - w->slope * ((double)first + 0.5 * (double)third);
}

/* The share of its length at which the inner side is on its line. */
static double straightness(const wedge *w, const size_t *depths, size_t first)
{
    size_t near = 0;
    for (size_t i = first; i < w->length; i++)
        near += fabs((double)depths[i] - w->depth - w->slope * (double)i) <= OFF_PIXELS;
    return (double)near / (double)(w->length - first);
}

/* A map whose wedges are looked for. */
typedef struct wedge_context {
    const ink_map *map;
    unsigned threshold;
    double stroke; /* width of strokes; below 0: not measured yet */
} wedge_context;

static double stroke_of(wedge_context *o)
{
    o->stroke = o->stroke < 0 ? lenet5_stroke_width(o->map, o->threshold) : o->stroke;
    return o->stroke;
}

/* Whether depths from first on are those of a wedge. */
static bool is_wedge_from(wedge *w, size_t *spare, const size_t *depths, size_t first, const corner_map *v,
                          wedge_context *o)
{
    fit(w, spare, depths, first);
    const double end = w->depth + w->slope * (double)w->length, straight = straightness(w, depths, first);
    const bool all_straight = straight >= MIN_STRAIGHT_WEDGE;
    const bool whole = (double)w->length >= WHOLE * (double)v->length &&
                       (all_straight || fmin(w->depth, end) >= MIN_WEDGE_DEPTH * stroke_of(o));
    return (whole || end <= TAPERED * w->depth + END_PIXELS) && (double)w->length >= SLIM * w->depth &&
           (all_straight || (w->depth >= DEEP && straight >= MIN_STRAIGHT_DEEP));
}

/* Finds a wedge. The one across, which begins at the same corner, may cover half of its length. */
static bool find_wedge(wedge *w, size_t *depths, size_t *spare, const corner_map *v, wedge_context *o)
{
    const size_t max = (size_t)(DEEPEST * (double)v->across);
    size_t first = 0;
    w->length = measure(depths, v, max, o->threshold);
    if ((double)w->length < fmax(MIN_LENGTH, MIN_SHARE * (double)v->length))
        return false;
    while (first < w->length && depths[first] == max)
        first++;
    for (int i = 0; i < TRIES && w->length - first >= MIN_BEYOND; i++, first += (w->length - first) / FURTHER)
        if (is_wedge_from(w, spare, depths, first, v, o))
            return true;
    return false;
}

/* Clears a wedge and its grey edge; a stroke that touches it keeps what is beyond the line. */
static void clear(const corner_map *v, const wedge *w, unsigned threshold)
{
    for (size_t i = 0; i < w->length; i++) {
        const double line = fmax(0, w->depth + w->slope * (double)i);
        const size_t max = (size_t)fmin(line + EDGE_PIXELS, (double)v->across);
        const bool touched = depth_at(v, i, max, threshold) == max;
        for (size_t k = 0; k < max && (!touched || (double)k < line); k++)
            *pixel(v, i, k) = 0;
    }
}

lenet5_status lenet5_remove_wedges(bool *found, ink_map *contrast, unsigned threshold, budget *b, lenet5_error *error)
{
    enum { VIEWS = 8 };
    const size_t longer = contrast->width > contrast->height ? contrast->width : contrast->height;
    size_t *depths = malloc(2 * longer * sizeof *depths);
    wedge list[VIEWS];
    bool is_wedge[VIEWS];
    wedge_context context = {contrast, threshold, -1};
    *found = false;
    if (!depths)
        return lenet5_fail_memory(error);
    for (int i = 0; i < VIEWS; i++) {
        const corner_map v = seen_from_corner(contrast, i / 2, i % 2 == 1);
        is_wedge[i] = find_wedge(&list[i], depths, depths + longer, &v, &context);
        *found |= is_wedge[i];
    }
    for (int i = 0; i < VIEWS; i++) {
        const corner_map v = seen_from_corner(contrast, i / 2, i % 2 == 1);
        if (is_wedge[i])
            clear(&v, &list[i], threshold);
    }
    free(depths);
    return lenet5_check_time(b, 2 * contrast->width * contrast->height, error);
}
