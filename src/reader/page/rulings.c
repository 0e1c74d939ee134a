/*
 * A line is a ruling if it is far longer than the writing is high. That height is measured after all possible rulings
 * are removed. The bar of a 7 may be one of them; but what is left of a 7 is as high as its bar is long.
 */
#include "rulings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "components.h"
#include "erase.h"
#include "junctions.h"

#define ELONGATION 12.0     /* times its thickness, and */
#define MIN_RULING 24       /* pixels: length of a ruling, at least */
#define MIN_OWN 0.5         /* share of its steps at which nothing crosses it, at least, unless it is dotted */
#define MAX_DOTTED 200      /* dotted lines; more are a halftone screen */
#define LONG_HORIZONTAL 2.5 /* times the height of the writing: length of a horizontal ruling, at least */
#define LONG_VERTICAL 3.5   /* the same of a vertical one, since a 1 may be high */
#define BENT_PIXELS 0.5     /* pixels, and */
#define BENT 0.003          /* of its length: deviation of its middle from a straight line, at most; paper is warped */
#define ALONE_ELONGATION 25 /* times its thickness: length where nothing but lines is there, and one may be a stroke */
#define VERTICAL_ELONGATION 30 /* the same of a vertical line, which may be a 1 */
#define ALONE 0.5              /* of the map's width or height: the same, or */
#define LONG_ALONE 1.5         /* times the highest vertical line */
#define HELD 3       /* pixels, plus its thickness: an end nearer to the border, or to a line across, is held there */
#define AS_THICK 1.3 /* times the thickness of a line whose end a vertical line adjoins: its thickness, at most */
#define RIGHT_ANGLE 0.05         /* tangent of their deviation from a right angle */
#define MAX_BORDER_DISTANCE 0.03 /* of the map's width: distance from the border of a frame around everything */
#define BORDER 2                 /* pixels, plus its thickness: distance from the border of an edge */
#define WHOLE 0.97               /* of the map's side: length of an edge that is cut at both ends, at least */
#define MIN_PAPER 4              /* times its thickness: paper beside an edge, at least */

/* Whether all of a line is along the border. */
static bool is_along_border(const segments *all, const segment *s, const ink_map *map)
{
    const double across = (double)(s->vertical ? map->width : map->height);
    const double at = lenet5_segment_at(all, s, (double)s->from), to = lenet5_segment_at(all, s, (double)(s->to - 1));
    const double near = BORDER + 0.5 * s->thickness;
    return across >= 2 * MIN_PAPER * s->thickness && fabs(at - to) <= BORDER &&
           (fmax(at, to) <= near || fmin(at, to) >= across - 1 - near);
}

/* Whether a vertical line is near enough to the border to be of a frame around everything. */
static bool is_beside_border(const segments *all, const segment *s, const ink_map *map)
{
    const double at = lenet5_segment_at(all, s, (double)s->from), to = lenet5_segment_at(all, s, (double)(s->to - 1));
    const double near = MAX_BORDER_DISTANCE * (double)map->width + BORDER;
    return fmax(at, to) <= near || fmin(at, to) >= (double)map->width - 1 - near;
}

/* Whether a line goes from one side of the map to the other, along the border. */
static bool is_edge(const segments *all, const segment *s, const ink_map *map)
{
    return length_of(s) >= WHOLE * (double)(s->vertical ? map->height : map->width) && is_along_border(all, s, map);
}

typedef struct weighed {
    size_t height, area;
} weighed;

static int by_height(const void *a, const void *b)
{
    const size_t left = ((const weighed *)a)->height, right = ((const weighed *)b)->height;
    return (left > right) - (left < right);
}

/* The median height of components that are no dots, weighted by area; 0: there are none. */
static lenet5_status height_of_writing(double *height, const ink_map *map, double stroke, budget *b,
                                       lenet5_error *error)
{
    components c;
    *height = 0;
    lenet5_status status = lenet5_list_components(&c, map, b, error);
    if (status != LENET5_OK)
        return status;
    weighed *list = malloc((c.count + 1) * sizeof *list);
    size_t count = 0, total = 0, below = 0;
    for (size_t i = 0; list && i < c.count; i++) {
        const size_t high = c.list[i].box.bottom - c.list[i].box.top;
        if ((double)high <= 2 * stroke)
            continue;
        list[count++] = (weighed){high, c.list[i].area};
        total += c.list[i].area;
    }
    if (list)
        qsort(list, count, sizeof *list, by_height);
    for (size_t i = 0; list && i < count && 2 * below < total; i++) {
        below += list[i].area;
        *height = (double)list[i].height;
    }
    status = list ? LENET5_OK : lenet5_fail_memory(error);
    free(list);
    lenet5_components_free(&c);
    return status;
}

/*
 * Whether a segment is long against the writing, and straight. Connected feet of zeros are long, but not as straight as
 * print.
 */
static bool is_long(const segment *s, double height)
{
    return length_of(s) >= (s->vertical ? LONG_VERTICAL : LONG_HORIZONTAL) * height &&
           s->bent <= BENT_PIXELS + BENT * length_of(s);
}

/* Whether an end of a segment is at the border, or at a printed segment across it. */
static bool is_held(const bool *printed, const segments *all, const segment *s, size_t end, const ink_map *map)
{
    const double at = lenet5_segment_at(all, s, (double)end), near = HELD + s->thickness;
    const double last = (double)(s->vertical ? map->height : map->width) - 1;
    if ((double)end <= near || (double)end >= last - near)
        return true;
    for (size_t i = 0; i < all->count; i++) {
        const segment *other = &all->list[i];
        if (printed[i] && other->vertical != s->vertical && at >= (double)other->from - near &&
            at <= (double)other->to + near && fabs(lenet5_segment_at(all, other, at) - (double)end) <= near)
            return true;
    }
    return false;
}

/*
 * Whether an end of a vertical segment adjoins the end of a printed horizontal one at a right angle, and is as thick.
 */
static bool is_corner(const bool *printed, const segments *all, const segment *s, size_t end)
{
    const double at = lenet5_segment_at(all, s, (double)end), near = HELD + s->thickness;
    for (size_t i = 0; i < all->count; i++) {
        const segment *other = &all->list[i];
        if (printed[i] && !other->vertical && s->thickness <= AS_THICK * other->thickness + 0.5 &&
            fmin(fabs(at - (double)other->from), fabs(at - (double)other->to)) <= near &&
            fabs(lenet5_segment_at(all, other, at) - (double)end) <= near &&
            fabs(s->slope + other->slope) <= RIGHT_ANGLE)
            return true;
    }
    return false;
}

/*
 * Marks horizontal lines that are long by themselves, or against the vertical ones, which may be 1s; all if something
 * is printed. Returns whether anything is printed.
 */
static bool find_horizontal(bool *printed, const bool *chosen, const segments *all, const ink_map *map)
{
    double highest = 0;
    bool any = false;
    for (size_t i = 0; i < all->count; i++) {
        any |= printed[i];
        if (all->list[i].vertical && chosen[i] && !printed[i])
            highest = fmax(highest, length_of(&all->list[i]));
    }
    const double min = any ? 0 : fmin(ALONE * (double)map->width, LONG_ALONE * highest);
    const double elongation = any ? ELONGATION : ALONE_ELONGATION;
    for (size_t i = 0; i < all->count; i++) {
        const segment *s = &all->list[i];
        if (!s->vertical && chosen[i] && length_of(s) >= min && length_of(s) >= elongation * s->thickness)
            printed[i] = true;
        any |= printed[i];
    }
    return any;
}

/* Where everything is straight, marks rulings: vertical lines only if others are printed. */
static void find_alone(bool *printed, const bool *chosen, const segments *all, const ink_map *map)
{
    const bool any = find_horizontal(printed, chosen, all, map);
    for (size_t i = 0; i < all->count; i++) {
        const segment *s = &all->list[i];
        if (!s->vertical || printed[i])
            continue;
        printed[i] = is_corner(printed, all, s, s->from) || is_corner(printed, all, s, s->to - 1);
        if (!chosen[i] || printed[i])
            continue;
        const bool lengthy = length_of(s) >= VERTICAL_ELONGATION * s->thickness &&
                             length_of(s) >= ALONE * (double)map->height && (any || is_beside_border(all, s, map));
        const bool edge = s->from <= HELD || s->to + HELD >= map->height;
        printed[i] =
            lengthy || (any && is_along_border(all, s, map)) ||
            (any && edge && is_held(printed, all, s, s->from, map) && is_held(printed, all, s, s->to - 1, map));
    }
}

/* The share of a segment's steps at which it crosses nothing. */
static double own_share(const segments *all, const segment *s)
{
    size_t own = 0;
    for (size_t step = s->from; step < s->to; step++)
        own += all->traces[s->path + step - s->from].crosses == CROSSES_NOTHING;
    return (double)own / length_of(s);
}

/* Chooses printed segments and possible rulings; returns the number of the latter. */
static size_t choose(bool *chosen, const bool *printed, const segments *all)
{
    size_t count = 0, dotted = 0;
    for (size_t i = 0; i < all->count; i++)
        dotted += all->list[i].gap > 0;
    for (size_t i = 0; i < all->count; i++) {
        const segment *s = &all->list[i];
        const bool may =
            length_of(s) >= fmax(MIN_RULING, ELONGATION * s->thickness) &&
            ((s->gap > 0 && dotted <= MAX_DOTTED) || (own_share(all, s) >= MIN_OWN && lenet5_is_solid(all, s)));
        chosen[i] = printed[i] || may;
        count += may && !printed[i];
    }
    return count;
}

lenet5_status lenet5_find_rulings(frames *f, const segments *all, const ink_map *map, double stroke, budget *b,
                                  lenet5_error *error)
{
    bool *printed = f->printed;
    for (size_t i = 0; i < all->count; i++)
        printed[i] |= is_edge(all, &all->list[i], map);
    bool *chosen = malloc((all->count + 1) * sizeof *chosen);
    if (!chosen)
        return lenet5_fail_memory(error);
    if (choose(chosen, printed, all) == 0) {
        free(chosen);
        return LENET5_OK;
    }
    double height = 0;
    ink_map rest = {map->width, map->height, malloc(map->width * map->height)};
    lenet5_status status = rest.ink ? LENET5_OK : lenet5_fail_memory(error);
    if (status == LENET5_OK) {
        memcpy(rest.ink, map->ink, map->width * map->height);
        status = lenet5_erase_segments(&rest, all, chosen, f->corner, b, error);
    }
    if (status == LENET5_OK)
        status = height_of_writing(&height, &rest, stroke, b, error);
    for (size_t i = 0; i < all->count && status == LENET5_OK && height > 0; i++)
        printed[i] |= chosen[i] && is_long(&all->list[i], height);
    if (status == LENET5_OK && height == 0)
        find_alone(printed, chosen, all, map);
    lenet5_ink_free(&rest);
    free(chosen);
    return status;
}
