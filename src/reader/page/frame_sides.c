#include "frame_sides.h"

#include <assert.h>
#include <math.h>

#define ALONG 0.1    /* of a side's length: how far a segment of it goes beyond its ends */
#define SLANTED 0.08 /* tangent of the angle between such a segment and the side */

double lenet5_inked_share(const point *from, const point *to, bool vertical, double near, const ink_map *map)
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

/* A side of a frame as a line: it goes from begin to end, and is at (across) at its beginning. */
typedef struct side_line {
    bool vertical;
    double begin, end, at, slope;
    double near; /* pixels that a segment of it may be off */
} side_line;

static side_line side_of(const frame *f, int side, double near)
{
    static const int ends[4][2] = {{0, 1}, {1, 2}, {3, 2}, {0, 3}};
    assert(side >= 0 && side < 4);
    const point *from = &f->corner[ends[side][0]], *to = &f->corner[ends[side][1]];
    side_line l = {.vertical = side == 1 || side == 3, .near = near};
    l.begin = l.vertical ? from->y : from->x;
    l.end = l.vertical ? to->y : to->x;
    l.at = l.vertical ? from->x : from->y;
    l.slope = ((l.vertical ? to->x : to->y) - l.at) / (l.end - l.begin);
    return l;
}

static bool is_along(const segments *all, const segment *s, const side_line *l)
{
    const double middle = 0.5 * (double)(s->from + s->to), more = ALONG * (l->end - l->begin) + SIDE_TOLERANCE_PIXELS;
    return s->vertical == l->vertical && (double)s->from >= l->begin - more && (double)s->to <= l->end + more &&
           fabs(lenet5_segment_at(all, s, middle) - (l->at + l->slope * (middle - l->begin))) <= l->near &&
           fabs(s->slope - l->slope) <= SLANTED;
}

void lenet5_take_side(const frame_context *c, frame *of, int side, double near)
{
    const segments *all = c->all;
    const side_line l = side_of(of, side, near);
    const segment *longest = NULL;
    for (size_t i = 0; i < all->count; i++)
        if (is_along(all, &all->list[i], &l) && (!longest || length_of(&all->list[i]) > length_of(longest)))
            longest = &all->list[i];
    if (!longest)
        return;
    of->side[side] = (uint32_t)(longest - all->list);
    for (size_t i = 0; i < all->count; i++) {
        const segment *s = &all->list[i];
        const double both = fmin((double)s->to, (double)longest->to) - fmax((double)s->from, (double)longest->from);
        if (is_along(all, s, &l) && (s == longest || both <= SIDE_TOLERANCE_PIXELS))
            c->found->printed[i] = true;
    }
}

uint64_t lenet5_side_work(const frame_context *c, const frame *like)
{
    const double width = lenet5_frame_width(like), height = lenet5_frame_height(like);
    const double places = 2 * side_tolerance(height) + 1;
    const uint64_t pixels = (uint64_t)fmax(0, 2 * (width + height) * places);
    return MAX_TRIED_BOXES * (pixels + c->found->count + 4 * c->all->count);
}
