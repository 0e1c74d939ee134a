/*
 * A stroke that runs into a side of a box hides it from frames.c. But where boxes of one size are at even distances,
 * they say where the next one is, and most of its sides are enough:
 *
 *     +---+  +---+  +---+  +---+
 *     | 3 |  | 5 |    7 |  | 1 |
 *     +---+  +---+  +---+  +---+
 *
 * The box takes the place of what its strokes and sides enclose in it.
 */
#include "rows.h"

#include <math.h>

#include "base/error.h"
#include "splits.h"

#define MAX_COMPARED 400 /* frames: each is compared with each */
#define MAX_BETWEEN 7    /* boxes that are missing between two */
#define MAX_ADDED 40     /* boxes that are looked for: all ways to divide the way to the next, and those at its ends */
#define NEAREST 0.9      /* of a box's width from one to the next, at least: boxes may be joined */
#define FARTHEST 1.7     /* the same, at most */
#define SAME_ROW 0.25    /* of a box's height that the next one is off: a row that slopes */
#define PLACE 0.3        /* of a box's width from its place: it is there already */
#define LOWER 0.85       /* of a box's height: what strokes enclose in it is lower */
#define MAX_PARTS 2      /* frames alike that strokes make in a box: more are a row or a table */
#define OFF 0.04         /* of a box's height, and OFF_PIXELS, that a side is off its place */
#define OFF_PIXELS 2
#define DIVIDER_THERE 0.7  /* of a line between cells that ran together there is ink */
#define MIN_PART 0.2       /* of a cell's other side: its width or height */
#define ALL_THERE 0.7      /* of all sides there is ink, and */
#define LEVEL_THERE 0.5    /* of each level one; digits have no such strokes above and below */
#define VERTICAL_THERE 0.7 /* the same, of one of the vertical sides, and */
#define OTHER_THERE 0.3    /* of the other one */
#define ALONG 0.1          /* of a side's length that a segment of it goes beyond */
#define SLANTED 0.08       /* the tangent of the angle between such a segment and the side */

static point apart(const frame *a, const frame *b)
{
    return (point){b->corner[0].x - a->corner[0].x, b->corner[0].y - a->corner[0].y};
}

/* The way from a box to the nearest of its row on the right that is like it; false: there is none. */
static bool find_neighbour(point *way, const frames *f, const frame *from)
{
    const double width = lenet5_frame_width(from), height = lenet5_frame_height(from);
    bool found = false;
    for (size_t i = 0; i < f->count; i++) {
        const point to = apart(from, &f->list[i]);
        if (to.x < NEAREST * width || to.x > (MAX_BETWEEN + 1) * FARTHEST * width || fabs(to.y) > SAME_ROW * height ||
            !lenet5_frames_similar(from, &f->list[i]) || (found && to.x >= way->x))
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
        const point to = apart(place, &f->list[i]),
                    size = {f->list[i].corner[2].x - place->corner[2].x, f->list[i].corner[2].y - place->corner[2].y};
        if (fabs(to.x) <= near && fabs(to.y) <= near && fabs(size.x) <= near && fabs(size.y) <= near)
            return true;
    }
    return false;
}

/*
 * Whether a frame is within a place, lower than it, and unlike all others but one: strokes of a digit and sides of its
 * box make it. Boxes of a row may differ in width, but not in height.
 */
static bool is_part_of(const frames *f, const frame *part, const frame *place)
{
    const double near = OFF_PIXELS + OFF * lenet5_frame_height(place);
    const point *a = part->corner, *b = place->corner;
    return a[0].x >= b[0].x - near && a[0].y >= b[0].y - near && a[2].x <= b[2].x + near && a[2].y <= b[2].y + near &&
           lenet5_frame_height(part) <= LOWER * lenet5_frame_height(place) &&
           lenet5_count_similar(f, part) <= MAX_PARTS;
}

/* Whether a place lies over a part of a frame, and beside the rest of it: boxes of a row may differ in width. */
static bool is_across(const frames *f, const frame *place)
{
    const double near = PLACE * lenet5_frame_width(place);
    for (size_t i = 0; i < f->count; i++) {
        if (is_part_of(f, &f->list[i], place))
            continue;
        const point *a = f->list[i].corner, *b = place->corner;
        const double left = a[0].x - b[0].x, right = a[2].x - b[2].x;
        const double wide = fmin(a[2].x, b[2].x) - fmax(a[0].x, b[0].x),
                     high = fmin(a[2].y, b[2].y) - fmax(a[0].y, b[0].y);
        if (wide > near && high > 0 && (fabs(left) > near || fabs(right) > near))
            return true;
    }
    return false;
}

/* The share of a side's length at which there is ink at its place, or near. */
static double share_there(const point *from, const point *to, bool vertical, double near, const ink_map *map)
{
    const double length = vertical ? to->y - from->y : to->x - from->x;
    size_t steps = 0, there = 0;
    for (double at = 0; at < length; at++, steps++) {
        const double x = from->x + at / length * (to->x - from->x), y = from->y + at / length * (to->y - from->y);
        bool inked = false;
        for (double off = -near; off <= near && !inked; off++)
            inked = is_inked(map, round(x + (vertical ? off : 0)), round(y + (vertical ? 0 : off)));
        there += inked;
    }
    return (double)there / fmax(1, (double)steps);
}

/* Whether most of a box's sides is there, of both level ones at least a half, and of one of the vertical ones most. */
static bool has_sides(const frame *f, const ink_map *map)
{
    const double near = OFF_PIXELS + OFF * lenet5_frame_height(f);
    const point *c = f->corner;
    const double left = share_there(&c[0], &c[3], true, near, map);
    const double right = share_there(&c[1], &c[2], true, near, map);
    const double top = share_there(&c[0], &c[1], false, near, map);
    const double bottom = share_there(&c[3], &c[2], false, near, map);
    return (left + right + top + bottom) / 4 >= ALL_THERE && fmin(top, bottom) >= LEVEL_THERE &&
           fmax(left, right) >= VERTICAL_THERE && fmin(left, right) >= OTHER_THERE;
}

/* A side of a frame, and what of a segment along it may differ. */
typedef struct edge {
    bool vertical;
    double begin, end, at, slope, near;
} edge;

static edge edge_of(const frame *f, int side, double near)
{
    static const int ends[4][2] = {{0, 1}, {1, 2}, {3, 2}, {0, 3}};
    const point *from = &f->corner[ends[side][0]], *to = &f->corner[ends[side][1]];
    edge e = {.vertical = side == 1 || side == 3, .near = near};
    e.begin = e.vertical ? from->y : from->x;
    e.end = e.vertical ? to->y : to->x;
    e.at = e.vertical ? from->x : from->y;
    e.slope = ((e.vertical ? to->x : to->y) - e.at) / (e.end - e.begin);
    return e;
}

static bool is_along(const segments *all, const segment *s, const edge *e)
{
    const double middle = 0.5 * (double)(s->from + s->to), more = ALONG * (e->end - e->begin) + OFF_PIXELS;
    return s->vertical == e->vertical && (double)s->from >= e->begin - more && (double)s->to <= e->end + more &&
           fabs(lenet5_segment_at(all, s, middle) - (e->at + e->slope * (middle - e->begin))) <= e->near &&
           fabs(s->slope - e->slope) <= SLANTED;
}

/*
 * Takes the longest segment along a side for printed and makes it that of the frame. Others are pieces of the same line
 * where they are not beside it, as a stroke is.
 */
static void take_side(frames *f, frame *of, int side, const segments *all, double near)
{
    const edge e = edge_of(of, side, near);
    const segment *longest = NULL;
    for (size_t i = 0; i < all->count; i++)
        if (is_along(all, &all->list[i], &e) && (!longest || length_of(&all->list[i]) > length_of(longest)))
            longest = &all->list[i];
    if (!longest)
        return;
    of->side[side] = (uint32_t)(longest - all->list);
    for (size_t i = 0; i < all->count; i++) {
        const segment *s = &all->list[i];
        const double both = fmin((double)s->to, (double)longest->to) - fmax((double)s->from, (double)longest->from);
        if (is_along(all, s, &e) && (s == longest || both <= OFF_PIXELS))
            f->printed[i] = true;
    }
}

/* Units of work for boxes of a frame's size that are missing. */
static uint64_t work_of(const frames *f, const segments *all, const frame *like)
{
    const double width = lenet5_frame_width(like), height = lenet5_frame_height(like);
    const double places = 2 * (OFF_PIXELS + OFF * height) + 1;
    const uint64_t pixels = (uint64_t)fmax(0, 2 * (width + height) * places);
    return MAX_ADDED * (pixels + f->count + 4 * all->count);
}

static frame moved(const frame *from, point step, double times)
{
    frame to = *from;
    for (int i = 0; i < 4; i++)
        to.corner[i] = (point){to.corner[i].x + times * step.x, to.corner[i].y + times * step.y};
    return to;
}

/* What rows are completed in. */
typedef struct row_builder {
    frames *found;
    const segments *all;
    const ink_map *map;
    const bool *combed;
} row_builder;

static void drop_parts(const row_builder *r, const frame *whole)
{
    for (size_t i = r->found->count; i-- > 0;)
        if (is_part_of(r->found, &r->found->list[i], whole))
            lenet5_drop_frame(r->found, i, r->combed);
}

/* Adds the box that is a step away from another one, if it is there and not known. */
static bool add_next(const row_builder *r, const frame *from, point step)
{
    frame next = moved(from, step, 1);
    if (is_there(r->found, &next) || is_across(r->found, &next) || !has_sides(&next, r->map))
        return true;
    drop_parts(r, &next);
    const double near = OFF_PIXELS + OFF * lenet5_frame_height(&next);
    for (int side = 0; side < 4; side++)
        take_side(r->found, &next, side, r->all, near);
    return lenet5_add_frame(r->found, &next);
}

/* The step from a box to the next, on a way on which there are some that have sides; false: there is none. */
static bool find_step(point *step, const frame *from, point way, const ink_map *map)
{
    const double width = lenet5_frame_width(from);
    for (int boxes = 1; boxes <= MAX_BETWEEN + 1; boxes++) {
        *step = (point){way.x / boxes, way.y / boxes};
        bool there = step->x >= NEAREST * width && step->x <= FARTHEST * width;
        for (int i = 1; i < boxes && there; i++) {
            const frame point_between = moved(from, *step, i);
            there = has_sides(&point_between, map);
        }
        if (there)
            return true;
    }
    return false;
}

/* Adds those between a box and its neighbour, one behind it, and one before. */
static bool complete_row(const row_builder *r, const frame *from, point way)
{
    point step;
    if (!find_step(&step, from, way, r->map))
        return true;
    const int boxes = (int)lround(way.x / step.x);
    drop_parts(r, from);
    bool enough = add_next(r, from, (point){-step.x, -step.y});
    for (int i = 1; i <= boxes + 1 && enough; i++)
        enough = add_next(r, from, (point){i * step.x, i * step.y});
    return enough;
}

/* ---- Cells that run together ---------------------------------------------------------------------------------- */

/* Where the sides of a frame are: left and right, or above and below. */
typedef struct range {
    double from, to;
} range;

static range range_of(const frame *f, bool across)
{
    const point *c = f->corner;
    return across ? (range){0.5 * (c[0].x + c[3].x), 0.5 * (c[1].x + c[2].x)}
                  : (range){0.5 * (c[0].y + c[1].y), 0.5 * (c[2].y + c[3].y)};
}

static point point_between(const point *a, const point *b, double share)
{
    return (point){a->x + share * (b->x - a->x), a->y + share * (b->y - a->y)};
}

/* The two parts of a frame that is divided by an vertical or a level line. */
static void part(frame parts[2], const frame *f, bool vertical, double share)
{
    const point *c = f->corner;
    parts[0] = parts[1] = *f;
    if (vertical) {
        parts[0].corner[1] = parts[1].corner[0] = point_between(&c[0], &c[1], share);
        parts[0].corner[2] = parts[1].corner[3] = point_between(&c[3], &c[2], share);
    } else {
        parts[0].corner[3] = parts[1].corner[0] = point_between(&c[0], &c[3], share);
        parts[0].corner[2] = parts[1].corner[1] = point_between(&c[1], &c[2], share);
    }
}

/* Whether most of the line that divides a frame at a place is there. */
static bool is_divided(const frame parts[2], bool vertical, const ink_map *map)
{
    const point *c = parts[1].corner;
    const double near = OFF_PIXELS + OFF * fmin(lenet5_frame_height(&parts[1]), lenet5_frame_width(&parts[1]));
    return share_there(&c[0], &c[vertical ? 3 : 1], vertical, near, map) >= DIVIDER_THERE;
}

/* Finds a cell above or below a frame, or beside it, that ends where something divides the frame. */
static bool find_divider(frame parts[2], const row_builder *r, const frame *f, bool vertical)
{
    const range along = range_of(f, vertical), across = range_of(f, !vertical);
    const double near = OFF_PIXELS + OFF * (across.to - across.from), least = MIN_PART * (across.to - across.from);
    for (size_t i = 0; i < r->found->count; i++) {
        const range beside = range_of(&r->found->list[i], !vertical), ends = range_of(&r->found->list[i], vertical);
        if (fabs(beside.from - across.to) > near && fabs(beside.to - across.from) > near)
            continue;
        for (int end = 0; end < 2; end++) {
            const double at = end ? ends.to : ends.from;
            if (at < along.from + least || at > along.to - least)
                continue;
            part(parts, f, vertical, (at - along.from) / (along.to - along.from));
            if (is_divided(parts, vertical, r->map))
                return true;
        }
    }
    return false;
}

/* Divides a frame at one place where its neighbours say, either way; the second part goes to the list's end. */
static bool divide_once(bool *divided, const row_builder *r, size_t i)
{
    const frame f = r->found->list[i];
    const double near = OFF_PIXELS + OFF * lenet5_frame_height(&f);
    frame parts[2];
    bool vertical = true;
    *divided = find_divider(parts, r, &f, true);
    if (!*divided) {
        vertical = false;
        *divided = find_divider(parts, r, &f, false);
    }
    if (!*divided)
        return true;
    take_side(r->found, &parts[0], vertical ? 1 : 2, r->all, near);
    take_side(r->found, &parts[1], vertical ? 3 : 0, r->all, near);
    r->found->list[i] = parts[0];
    return lenet5_add_frame(r->found, &parts[1]);
}

/* Divides a frame and its parts as long as there is a place. */
static bool divide_cell(const row_builder *r, size_t i)
{
    const size_t before = r->found->count;
    bool divided = true, enough = true;
    while (enough && divided && r->found->count <= MAX_COMPARED)
        enough = divide_once(&divided, r, i);
    for (size_t k = before; k < r->found->count && enough; k++)
        for (divided = true; enough && divided && r->found->count <= MAX_COMPARED;)
            enough = divide_once(&divided, r, k);
    return enough;
}

/* Divides the frames that are like no other. */
static lenet5_status divide_cells(const row_builder *r, budget *b, lenet5_error *error)
{
    const frames *f = r->found;
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < f->count && f->count <= MAX_COMPARED && status == LENET5_OK; i++) {
        if (lenet5_count_similar(f, &f->list[i]) > 1)
            continue;
        const size_t before = f->count;
        const bool enough = divide_cell(r, i);
        status = lenet5_check_time(b, (1 + f->count - before) * work_of(f, r->all, &f->list[i]), error);
        if (status == LENET5_OK && !enough)
            status = lenet5_fail_memory(error);
    }
    return status;
}

lenet5_status lenet5_complete_rows(frames *f, const segments *all, const ink_map *map, const bool *combed, budget *b,
                                   lenet5_error *error)
{
    const row_builder r = {f, all, map, combed};
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < f->count && f->count <= MAX_COMPARED && status == LENET5_OK; i++) {
        const frame from = f->list[i]; /* those in its row may move in the list */
        point way = {0, 0};
        if (!find_neighbour(&way, f, &from))
            continue;
        status = lenet5_check_time(b, work_of(f, all, &from), error);
        if (status == LENET5_OK && !complete_row(&r, &from, way))
            status = lenet5_fail_memory(error);
    }
    return status == LENET5_OK ? divide_cells(&r, b, error) : status;
}
