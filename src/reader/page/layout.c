/*
 * Printed structure, stage by stage:
 *
 *     faint_rules    a copy of the ink in which faint rules are ink
 *     segments       thin straight lines in it, horizontal and vertical
 *     frames         the ones that make boxes, grids, combs and rows of dashes
 *     rulings        others that are far longer than the writing is high
 *     trim           cuts strokes that run along a thick segment off it
 *     erase          removes all of these, and keeps what crosses them
 *     circles        rings around digits in what is left; removed likewise
 *     rotate         rotates the map until printed lines are horizontal
 *     cells          the interiors of frames, as fields
 */
#include "layout.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "cells.h"
#include "circles.h"
#include "erase.h"
#include "faint_rules.h"
#include "frame_geometry.h"
#include "frames.h"
#include "rulings.h"
#include "trim.h"

#define MAX_ROTATED_AREA 2.5 /* times the map's area: a long strip on a slope would need more, and is not rotated */
#define MIN_ANGLE 0.006      /* radians: less is not rotated, since interpolation blurs */

/* A form that is being taken apart. */
typedef struct form {
    layout *found;
    ink_map *map;
    transform *to_source; /* from the map to the one that it was rotated from */
    double stroke;        /* width of a typical stroke, in pixels */
    segments all;
    frames frames;
    budget *budget;
} form;

/* ---- Rotation ---------------------------------------------------------------------------------------------------- */

/* The size of the map after a rotation, without ink. */
static ink_map rotated_size(const ink_map *map, double angle)
{
    const double c = cos(angle), s = fabs(sin(angle));
    const double width = (double)map->width, height = (double)map->height;
    return (ink_map){(size_t)(width * c + height * s), (size_t)(width * s + height * c), NULL};
}

static bool may_rotate(const ink_map *map, double angle)
{
    const ink_map t = rotated_size(map, angle);
    return (double)t.width * (double)t.height <= MAX_ROTATED_AREA * (double)map->width * (double)map->height;
}

/*
 * Rotates a map by an angle in radians: what falls by it from left to right becomes horizontal. to_source: from to to
 * map.
 */
static lenet5_status rotate(ink_map *to, transform *to_source, const ink_map *map, double angle, budget *b,
                            lenet5_error *error)
{
    ink_map rotated = rotated_size(map, angle);
    rotated.ink = malloc(rotated.width * rotated.height);
    if (!rotated.ink)
        return lenet5_fail_memory(error);
    const double c = cos(angle), s = sin(angle);
    const double from_x = (double)rotated.width / 2, from_y = (double)rotated.height / 2;
    *to_source = (transform){c, -s, (double)map->width / 2 - c * from_x + s * from_y,
                             s, c,  (double)map->height / 2 - s * from_x - c * from_y};
    lenet5_status status = LENET5_OK;
    for (size_t y = 0; y < rotated.height && status == LENET5_OK; y++) {
        for (size_t x = 0; x < rotated.width; x++) {
            double at[2];
            transform_point(at, to_source, (double)x, (double)y);
            rotated.ink[y * rotated.width + x] = (uint8_t)(lenet5_interpolate_ink(map, at[0], at[1]) + 0.5);
        }
        status = lenet5_check_time(b, 10 * rotated.width, error);
    }
    if (status == LENET5_OK)
        *to = rotated;
    else
        free(rotated.ink);
    return status;
}

typedef struct weighed {
    double angle, length;
} weighed;

static int by_angle(const void *a, const void *b)
{
    const double left = ((const weighed *)a)->angle, right = ((const weighed *)b)->angle;
    return (left > right) - (left < right);
}

/* The median angle of printed segments, weighted by length. */
static lenet5_status find_angle(double *angle, const segments *all, const bool *printed, lenet5_error *error)
{
    weighed *list = malloc((all->count + 1) * sizeof *list);
    if (!list)
        return lenet5_fail_memory(error);
    size_t count = 0;
    double total = 0, below = 0;
    for (size_t i = 0; i < all->count; i++) {
        const segment *s = &all->list[i];
        if (!printed[i])
            continue;
        list[count++] = (weighed){s->vertical ? -atan(s->slope) : atan(s->slope), (double)(s->to - s->from)};
        total += list[count - 1].length;
    }
    qsort(list, count, sizeof *list, by_angle);
    *angle = 0;
    for (size_t i = 0; i < count && 2 * below < total; i++) {
        below += list[i].length;
        *angle = list[i].angle;
    }
    free(list);
    return LENET5_OK;
}

/* Rotates the map until what is printed is horizontal. */
static lenet5_status straighten_map(form *f, lenet5_error *error)
{
    double angle = 0;
    ink_map rotated;
    lenet5_status status = find_angle(&angle, &f->all, f->frames.printed, error);
    if (status != LENET5_OK || fabs(angle) < MIN_ANGLE || !may_rotate(f->map, angle))
        return status;
    status = rotate(&rotated, f->to_source, f->map, angle, f->budget, error);
    if (status != LENET5_OK)
        return status;
    lenet5_ink_free(f->map);
    *f->map = rotated;
    return LENET5_OK;
}

/* ---- The stage --------------------------------------------------------------------------------------------------- */

/* Removes printed lines and then circles, which are whole only without them. */
static lenet5_status erase(form *f, lenet5_error *error)
{
    const bool *printed = f->frames.printed;
    lenet5_status status = lenet5_trim_segments(&f->all, printed, f->budget, error);
    for (size_t i = 0; i < f->all.count; i++)
        f->found->rules += printed[i];
    if (status == LENET5_OK && f->found->rules > 0)
        status = lenet5_erase_segments(f->map, &f->all, printed, f->frames.corner, f->budget, error);
    const size_t framed = f->frames.count;
    if (status == LENET5_OK)
        status = lenet5_find_circles(&f->frames, f->map, f->budget, error);
    f->found->rules += f->frames.count - framed;
    return status;
}

/* Lists the horizontal lines that were removed, as they lie in the rotated map. */
static lenet5_status list_horizontals(form *f, lenet5_error *error)
{
    layout *found = f->found;
    found->horizontals = malloc((f->all.count + 1) * sizeof *found->horizontals);
    if (!found->horizontals)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < f->all.count; i++) {
        const segment *s = &f->all.list[i];
        if (!f->frames.printed[i] || s->vertical)
            continue;
        const double first = (double)s->from, last = (double)(s->to - 1);
        double from[2], to[2];
        rotation_inverse(from, f->to_source, first, lenet5_segment_at(&f->all, s, first));
        rotation_inverse(to, f->to_source, last, lenet5_segment_at(&f->all, s, last));
        assert(found->horizontal_count < f->all.count);
        found->horizontals[found->horizontal_count++] = (horizontal_line){from[0], from[1], to[0], to[1], s->thickness};
    }
    return LENET5_OK;
}

/* Removes what is printed from the map, and makes fields of the frames. */
static lenet5_status take_out(form *f, lenet5_error *error)
{
    lenet5_status status = lenet5_find_rulings(&f->frames, &f->all, f->map, f->stroke, f->budget, error);
    if (status == LENET5_OK)
        status = erase(f, error);
    if (status != LENET5_OK || f->found->rules == 0)
        return status;
    status = straighten_map(f, error);
    if (status == LENET5_OK)
        status = list_horizontals(f, error);
    return status == LENET5_OK ? lenet5_find_cells(f->found, &f->frames, f->map, f->to_source, f->budget, error)
                               : status;
}

/* Finds the straight lines of a map that continue through ink of at least ink_level, and the frames that they make. */
static lenet5_status find_lines_in(form *f, const ink_map *map, unsigned ink_level, lenet5_error *error)
{
    const lenet5_status status = lenet5_find_segments(&f->all, map, f->stroke, ink_level, f->budget, error);
    return status == LENET5_OK ? lenet5_find_frames(&f->frames, &f->all, map, f->budget, error) : status;
}

/*
 * The same with faint rules. If only some boxes of a number are found, they part it: where frames have no similar ones,
 * the lines that are found without faint ink are used instead.
 */
static lenet5_status find_lines(form *f, lenet5_error *error)
{
    ink_map lifted;
    lenet5_status status = lenet5_lift_faint_rules(&lifted, f->map, f->budget, error);
    if (status != LENET5_OK)
        return status;
    status = find_lines_in(f, &lifted, FAINT, error);
    lenet5_ink_free(&lifted);
    if (status != LENET5_OK || lenet5_all_have_similar(&f->frames))
        return status;
    lenet5_frames_free(&f->frames);
    lenet5_segments_free(&f->all);
    return find_lines_in(f, f->map, INK, error);
}

lenet5_status lenet5_find_layout(layout *found, ink_map *map, transform *to_source, const ink_report *report, budget *b,
                                 lenet5_error *error)
{
    form f = {.found = found, .map = map, .to_source = to_source, .stroke = report->stroke, .budget = b};
    *found = (layout){0};
    *to_source = IDENTITY;
    lenet5_status status = find_lines(&f, error);
    if (status == LENET5_OK)
        status = take_out(&f, error);
    lenet5_frames_free(&f.frames);
    lenet5_segments_free(&f.all);
    return status;
}

void lenet5_layout_free(layout *found)
{
    free(found->cells);
    free(found->fields);
    free(found->horizontals);
    *found = (layout){0};
}
