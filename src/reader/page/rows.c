/*
 * A stroke that runs into a side of a box hides it from frames.c. But where boxes of one size are at even distances,
 * they say where the next one is, and most of its sides are enough:
 *
 *     +---+  +---+  +---+  +---+
 *     | 3 |  | 5 |    7 |  | 1 |
 *     +---+  +---+  +---+  +---+
 */
#include "rows.h"

#include <math.h>

#include "base/error.h"
#include "splits.h"

#define MOST_COMPARED 400 /* frames: each is compared with each */
#define MOST_BETWEEN 7    /* boxes that are missing between two */
#define MOST_ADDED 40     /* boxes that are looked for: all ways to divide the way to the next, and those at its ends */
#define NEAREST 0.9       /* of a box's width from one to the next, at least: boxes may be joined */
#define FARTHEST 1.7      /* the same, at most */
#define SAME_ROW 0.25     /* of a box's height that the next one is off: a row that slopes */
#define PLACE 0.3         /* of a box's width from its place: it is there already */
#define OFF 0.04          /* of a box's height, and OFF_PIXELS, that a side is off its place */
#define OFF_PIXELS 2
#define ALL_THERE 0.7     /* of all sides there is ink, and */
#define LEVEL_THERE 0.5   /* of each level one; digits have no such strokes above and below */
#define UPRIGHT_THERE 0.7 /* the same, of one of the upright sides, and */
#define OTHER_THERE 0.3   /* of the other one */
#define ALONG 0.1         /* of a side's length that a segment of it goes beyond */
#define SLANTED 0.08      /* the tangent of the angle between such a segment and the side */

static spot apart(const frame *a, const frame *b)
{
    return (spot){b->corner[0].x - a->corner[0].x, b->corner[0].y - a->corner[0].y};
}

/* The way from a box to the nearest of its row on the right that is like it; false: there is none. */
static bool find_neighbour(spot *way, const frames *f, const frame *from)
{
    const double width = lenet5_frame_width(from), height = lenet5_frame_height(from);
    bool found = false;
    for (size_t i = 0; i < f->count; i++) {
        const spot to = apart(from, &f->list[i]);
        if (to.x < NEAREST * width || to.x > (MOST_BETWEEN + 1) * FARTHEST * width || fabs(to.y) > SAME_ROW * height ||
            !lenet5_frames_alike(from, &f->list[i]) || (found && to.x >= way->x))
            continue;
        *way = to;
        found = true;
    }
    return found;
}

static bool is_there(const frames *f, const frame *place)
{
    const double near = PLACE * lenet5_frame_width(place);
    for (size_t i = 0; i < f->count; i++) {
        const spot to = apart(place, &f->list[i]),
                   size = {f->list[i].corner[2].x - place->corner[2].x, f->list[i].corner[2].y - place->corner[2].y};
        if (fabs(to.x) <= near && fabs(to.y) <= near && fabs(size.x) <= near && fabs(size.y) <= near)
            return true;
    }
    return false;
}

/* Whether a place lies over a part of a frame, and beside the rest of it: boxes of a row may differ in width. */
static bool is_across(const frames *f, const frame *place)
{
    const double near = PLACE * lenet5_frame_width(place);
    for (size_t i = 0; i < f->count; i++) {
        const spot *a = f->list[i].corner, *b = place->corner;
        const double left = a[0].x - b[0].x, right = a[2].x - b[2].x;
        const double wide = fmin(a[2].x, b[2].x) - fmax(a[0].x, b[0].x),
                     high = fmin(a[2].y, b[2].y) - fmax(a[0].y, b[0].y);
        if (wide > near && high > 0 && (fabs(left) > near || fabs(right) > near))
            return true;
    }
    return false;
}

/* The share of a side's length at which there is ink at its place, or near. */
static double share_there(const spot *from, const spot *to, bool upright, double near, const ink_map *map)
{
    const double length = upright ? to->y - from->y : to->x - from->x;
    size_t steps = 0, there = 0;
    for (double at = 0; at < length; at++, steps++) {
        const double x = from->x + at / length * (to->x - from->x), y = from->y + at / length * (to->y - from->y);
        bool inked = false;
        for (double off = -near; off <= near && !inked; off++)
            inked = is_inked(map, round(x + (upright ? off : 0)), round(y + (upright ? 0 : off)));
        there += inked;
    }
    return (double)there / fmax(1, (double)steps);
}

/* Whether most of a box's sides is there, of both level ones at least a half, and of one of the upright ones most. */
static bool has_sides(const frame *f, const ink_map *map)
{
    const double near = OFF_PIXELS + OFF * lenet5_frame_height(f);
    const spot *c = f->corner;
    const double left = share_there(&c[0], &c[3], true, near, map);
    const double right = share_there(&c[1], &c[2], true, near, map);
    const double top = share_there(&c[0], &c[1], false, near, map);
    const double bottom = share_there(&c[3], &c[2], false, near, map);
    return (left + right + top + bottom) / 4 >= ALL_THERE && fmin(top, bottom) >= LEVEL_THERE &&
           fmax(left, right) >= UPRIGHT_THERE && fmin(left, right) >= OTHER_THERE;
}

/* Takes the segments along a side for printed, and makes one of them that of the frame. */
static void take_side(frames *f, frame *of, int side, const segments *all, double near)
{
    static const int ends[4][2] = {{0, 1}, {1, 2}, {3, 2}, {0, 3}};
    const spot *from = &of->corner[ends[side][0]], *to = &of->corner[ends[side][1]];
    const bool upright = side == 1 || side == 3;
    const double begin = upright ? from->y : from->x, end = upright ? to->y : to->x;
    const double at = upright ? from->x : from->y, slope = ((upright ? to->x : to->y) - at) / (end - begin);
    for (size_t i = 0; i < all->count; i++) {
        const segment *s = &all->list[i];
        const double middle = 0.5 * (double)(s->from + s->to), more = ALONG * (end - begin) + OFF_PIXELS;
        if (s->upright == upright && (double)s->from >= begin - more && (double)s->to <= end + more &&
            fabs(lenet5_segment_at(all, s, middle) - (at + slope * (middle - begin))) <= near &&
            fabs(s->slope - slope) <= SLANTED) {
            f->printed[i] = true;
            of->side[side] = (uint32_t)i;
        }
    }
}

/* Units of work for boxes of a frame's size that are missing. */
static uint64_t work_of(const frames *f, const segments *all, const frame *like)
{
    const double width = lenet5_frame_width(like), height = lenet5_frame_height(like);
    const double places = 2 * (OFF_PIXELS + OFF * height) + 1;
    const uint64_t pixels = (uint64_t)fmax(0, 2 * (width + height) * places);
    return MOST_ADDED * (pixels + f->count + 4 * all->count);
}

static frame moved(const frame *from, spot step, double times)
{
    frame to = *from;
    for (int i = 0; i < 4; i++)
        to.corner[i] = (spot){to.corner[i].x + times * step.x, to.corner[i].y + times * step.y};
    return to;
}

/* Adds the box that is a step away from another one, if it is there and not known. */
static bool add_next(frames *f, const segments *all, const ink_map *map, size_t from, spot step)
{
    frame next = moved(&f->list[from], step, 1);
    if (is_there(f, &next) || is_across(f, &next) || !has_sides(&next, map))
        return true;
    const double near = OFF_PIXELS + OFF * lenet5_frame_height(&next);
    for (int side = 0; side < 4; side++)
        take_side(f, &next, side, all, near);
    return lenet5_add_frame(f, &next);
}

/* The step from a box to the next, on a way on which there are some that have sides; false: there is none. */
static bool find_step(spot *step, const frame *from, spot way, const ink_map *map)
{
    const double width = lenet5_frame_width(from);
    for (int boxes = 1; boxes <= MOST_BETWEEN + 1; boxes++) {
        *step = (spot){way.x / boxes, way.y / boxes};
        bool there = step->x >= NEAREST * width && step->x <= FARTHEST * width;
        for (int i = 1; i < boxes && there; i++) {
            const frame between = moved(from, *step, i);
            there = has_sides(&between, map);
        }
        if (there)
            return true;
    }
    return false;
}

/* Adds those between a box and its neighbour, one behind it, and one before. */
static bool complete_row(frames *f, const segments *all, const ink_map *map, size_t from, spot way)
{
    spot step;
    if (!find_step(&step, &f->list[from], way, map))
        return true;
    const int boxes = (int)lround(way.x / step.x);
    bool enough = add_next(f, all, map, from, (spot){-step.x, -step.y});
    for (int i = 1; i <= boxes + 1 && enough; i++)
        enough = add_next(f, all, map, from, (spot){i * step.x, i * step.y});
    return enough;
}

lenet5_status lenet5_complete_rows(frames *f, const segments *all, const ink_map *map, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < f->count && f->count <= MOST_COMPARED && status == LENET5_OK; i++) {
        spot way = {0, 0};
        if (!find_neighbour(&way, f, &f->list[i]))
            continue;
        status = lenet5_check_time(b, work_of(f, all, &f->list[i]), error);
        if (status == LENET5_OK && !complete_row(f, all, map, i, way))
            status = lenet5_fail_memory(error);
    }
    return status;
}
