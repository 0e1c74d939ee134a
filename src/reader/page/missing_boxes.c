/*
 * A stroke that runs into a side of a box hides that side from frames.c. But boxes of one size at even distances say
 * where the next box is, and then most of its sides are enough:
 *
 *     +---+  +---+  +---+  +---+
 *     | 3 |  | 5 |    7 |  | 1 |
 *     +---+  +---+  +---+  +---+
 *
 * For each frame: find the nearest similar frame on its right and the step that divides the way to it into boxes whose
 * sides are inked; add a box at each step between the two, one before the first and one behind the last.
 */
#include "missing_boxes.h"

#include <math.h>

#include "base/error.h"
#include "frame_sides.h"

#define MAX_MISSING 7        /* boxes between two that are found: beyond that the step is ambiguous */
#define MIN_STEP 0.9         /* of a box's width: from one box to the next; joined boxes overlap by a side */
#define MAX_STEP 1.7         /* the same, at most */
#define ROW_TOLERANCE 0.25   /* of a box's height: how far the next box is off, in a row that slopes */
#define SAME_PLACE 0.3       /* of a box's width: a frame nearer to the place of a box is that box */
#define LOWER 0.85           /* of a box's height: frames that strokes enclose in it are lower than this */
#define MAX_PARTS 2          /* similar frames that strokes make in a box: more are a row or a table */
#define ALL_SIDES 0.7        /* inked share of all sides together, and */
#define HORIZONTAL_SIDES 0.5 /* of each horizontal one; digits have no such strokes above and below, and */
#define VERTICAL_SIDE 0.7    /* of one of the vertical sides, and */
#define OTHER_SIDE 0.3       /* of the other vertical side, which a stroke may hide */

static point step_between(const frame *a, const frame *b)
{
    return (point){b->corner[0].x - a->corner[0].x, b->corner[0].y - a->corner[0].y};
}

/* Finds the way from a box to the nearest similar one of its row on the right; false: there is none. */
static bool find_neighbour(point *way, const frames *f, const frame *from)
{
    const double width = lenet5_frame_width(from), height = lenet5_frame_height(from);
    bool found = false;
    for (size_t i = 0; i < f->count; i++) {
        const point to = step_between(from, &f->list[i]);
        if (to.x < MIN_STEP * width || to.x > (MAX_MISSING + 1) * MAX_STEP * width ||
            fabs(to.y) > ROW_TOLERANCE * height || !lenet5_frames_similar(from, &f->list[i]) ||
            (found && to.x >= way->x))
            continue;
        *way = to;
        found = true;
    }
    return found;
}

/* Whether a frame of the size of a box is at its place already. */
static bool is_known(const frames *f, const frame *expected)
{
    const double near = SAME_PLACE * lenet5_frame_width(expected);
    for (size_t i = 0; i < f->count; i++) {
        const point to = step_between(expected, &f->list[i]);
        const point *a = &f->list[i].corner[2], *b = &expected->corner[2];
        if (fabs(to.x) <= near && fabs(to.y) <= near && fabs(a->x - b->x) <= near && fabs(a->y - b->y) <= near)
            return true;
    }
    return false;
}

/*
 * Whether a frame lies within a box, is lower, and has at most one similar frame: strokes of a digit and sides of its
 * box make it. Boxes of a row may differ in width, but not in height.
 */
static bool is_part_of(const frames *f, const frame *part, const frame *whole)
{
    const double near = side_tolerance(lenet5_frame_height(whole));
    const point *a = part->corner, *b = whole->corner;
    return a[0].x >= b[0].x - near && a[0].y >= b[0].y - near && a[2].x <= b[2].x + near && a[2].y <= b[2].y + near &&
           lenet5_frame_height(part) <= LOWER * lenet5_frame_height(whole) &&
           lenet5_count_similar(f, part) <= MAX_PARTS;
}

/* Whether a box would cover a part of a frame only: that frame is a box of the row, of another width. */
static bool is_across(const frames *f, const frame *expected)
{
    const double near = SAME_PLACE * lenet5_frame_width(expected);
    for (size_t i = 0; i < f->count; i++) {
        if (is_part_of(f, &f->list[i], expected))
            continue;
        const point *a = f->list[i].corner, *b = expected->corner;
        const double left = a[0].x - b[0].x, right = a[2].x - b[2].x;
        const double wide = fmin(a[2].x, b[2].x) - fmax(a[0].x, b[0].x);
        const double high = fmin(a[2].y, b[2].y) - fmax(a[0].y, b[0].y);
        if (wide > near && high > 0 && (fabs(left) > near || fabs(right) > near))
            return true;
    }
    return false;
}

/* Whether enough of a box's sides is inked. */
static bool has_sides(const frame *f, const ink_map *map)
{
    const double near = side_tolerance(lenet5_frame_height(f));
    const point *c = f->corner;
    const double left = lenet5_inked_share(&c[0], &c[3], true, near, map);
    const double right = lenet5_inked_share(&c[1], &c[2], true, near, map);
    const double top = lenet5_inked_share(&c[0], &c[1], false, near, map);
    const double bottom = lenet5_inked_share(&c[3], &c[2], false, near, map);
    return (left + right + top + bottom) / 4 >= ALL_SIDES && fmin(top, bottom) >= HORIZONTAL_SIDES &&
           fmax(left, right) >= VERTICAL_SIDE && fmin(left, right) >= OTHER_SIDE;
}

static frame moved(const frame *from, point step, double times)
{
    frame to = *from;
    for (int i = 0; i < 4; i++)
        to.corner[i] = (point){to.corner[i].x + times * step.x, to.corner[i].y + times * step.y};
    return to;
}

static void drop_parts(const frame_context *c, const frame *whole)
{
    for (size_t i = c->found->count; i-- > 0;)
        if (is_part_of(c->found, &c->found->list[i], whole))
            lenet5_drop_frame(c, i);
}

/* Adds the box that is a step away from another one, if it is there and not known. false: no memory. */
static bool add_next(const frame_context *c, const frame *from, point step)
{
    frame next = moved(from, step, 1);
    if (is_known(c->found, &next) || is_across(c->found, &next) || !has_sides(&next, c->map))
        return true;
    drop_parts(c, &next);
    const double near = side_tolerance(lenet5_frame_height(&next));
    for (int side = 0; side < 4; side++)
        lenet5_take_side(c, &next, side, near);
    return lenet5_add_frame(c->found, &next);
}

/* Finds the step from box to box on the way to a neighbour, such that all boxes between have sides; false: none. */
static bool find_step(point *step, const frame *from, point way, const ink_map *map)
{
    const double width = lenet5_frame_width(from);
    for (int boxes = 1; boxes <= MAX_MISSING + 1; boxes++) {
        *step = (point){way.x / boxes, way.y / boxes};
        bool there = step->x >= MIN_STEP * width && step->x <= MAX_STEP * width;
        for (int i = 1; i < boxes && there; i++) {
            const frame midway = moved(from, *step, i);
            there = has_sides(&midway, map);
        }
        if (there)
            return true;
    }
    return false;
}

/* Adds the boxes between a box and its neighbour, one behind the neighbour and one before. false: no memory. */
static bool complete_row(const frame_context *c, const frame *from, point way)
{
    point step;
    if (!find_step(&step, from, way, c->map))
        return true;
    const int boxes = (int)lround(way.x / step.x);
    drop_parts(c, from);
    bool enough = add_next(c, from, (point){-step.x, -step.y});
    for (int i = 1; i <= boxes + 1 && enough; i++)
        enough = add_next(c, from, (point){i * step.x, i * step.y});
    return enough;
}

lenet5_status lenet5_add_missing_boxes(const frame_context *c, budget *b, lenet5_error *error)
{
    const frames *f = c->found;
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < f->count && f->count <= MAX_PATCHED_FRAMES && status == LENET5_OK; i++) {
        const frame from = f->list[i]; /* a copy: frames of its row may move in the list */
        point way = {0, 0};
        if (!find_neighbour(&way, f, &from))
            continue;
        status = lenet5_check_time(b, lenet5_side_work(c, &from), error);
        if (status == LENET5_OK && !complete_row(c, &from, way))
            status = lenet5_fail_memory(error);
    }
    return status;
}
