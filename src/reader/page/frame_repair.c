/*
 * A 1 that reaches from the upper side of its box to the lower one divides it, as far as frames.c can see. But then the
 * two parts together are as large as the other boxes, and each of them is not:
 *
 *     +----+----+--+-+----+
 *     | 3  | 5  |  1 | 7  |
 *     +----+----+--+-+----+
 *
 * And where writing hides the side between two boxes, a frame is twice as wide as the others of its row.
 */
#include "frame_repair.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

#define MIN_OTHERS 2        /* frames of the size of both parts together */
#define MIDDLE 0.3          /* of a frame's width to either side of its middle: what is written in it crosses this */
#define WRITTEN 0.4         /* share of a frame's rows that have ink there, at least */
#define MIN_ROW 2           /* boxes of a row, beside one that is wider */
#define MAX_HIDDEN 4        /* boxes that a frame is divided into, at most */
#define HIDDEN_OFF 0.08     /* of a box's width: how far what is left of a side is off its place, and */
#define HIDDEN_OFF_PIXELS 2 /* pixels: the least that this allows */
#define HIDDEN_INK 0.7      /* share of a hidden side's rows that have ink: what is left of it, or what hides it */
#define HIDDEN_THICKER 1.6  /* times the thickness of other sides, and 1 pixel: what is left of a side, at most */
#define HIDDEN_SLANTED 0.06 /* tangent of its angle to where it should be */
#define MOSTLY_LEFT 0.6     /* of a side's length, beside a single box: the stroke of a digit is shorter or slanted */
#define ROW_OFF 0.08        /* of their height: how far the sides of a row's frames are off a line, and */
#define ROW_OFF_PIXELS 2    /* pixels: the least that this allows */

/* ---- Frames that a stroke divides -------------------------------------------------------------------------------- */

/* The frame that two frames make together, which a segment parts: left and right of it, or above and below. */
static frame joined_frame(const frame *before, const frame *after, bool vertical)
{
    frame f = *before;
    const int near = vertical ? 1 : 3;
    f.corner[2] = after->corner[2];
    f.corner[near] = after->corner[near];
    f.side[vertical ? 1 : 2] = after->side[vertical ? 1 : 2];
    f.thickness = fmax(before->thickness, after->thickness);
    return f;
}

/* The frames on both sides of a segment, and the number of frames that it is a side of. */
typedef struct neighbours {
    size_t before, after, count;
} neighbours;

static void list_neighbours(neighbours *list, const frames *f)
{
    for (size_t i = 0; i < f->count; i++)
        for (int side = 0; side < 4; side++) {
            neighbours *n = &list[f->list[i].side[side]];
            n->count++;
            if (side == 1 || side == 2)
                n->before = i;
            else
                n->after = i;
        }
}

/* Whether there is ink in a row within off columns of x. */
static bool has_ink(const ink_map *map, double x, double y, double off)
{
    bool found = false;
    for (double at = floor(fmax(0, x - off)); at <= x + off && !found; at++)
        found = is_inked(map, at, y);
    return found;
}

/* The share of the rows on a line from top to bottom that have ink within off columns of it. */
static double inked_rows(const ink_map *map, const point *top, const point *bottom, double off)
{
    size_t inked = 0, rows = 0;
    for (double y = top->y; y < bottom->y; y++, rows++)
        inked += has_ink(map, point_between(top, bottom, (y - top->y) / (bottom->y - top->y)).x, y, off);
    return (double)inked / fmax(1, (double)rows);
}

/* Whether something as high as a digit is in a frame, off its sides. */
static bool is_written(const ink_map *map, const frame *f)
{
    const point top = point_between(&f->corner[0], &f->corner[1], 0.5);
    const point bottom = point_between(&f->corner[3], &f->corner[2], 0.5);
    return inked_rows(map, &top, &bottom, MIDDLE * lenet5_frame_width(f)) >= WRITTEN;
}

/* Whether the two frames beside a segment are parts of one. If both have writing in them, the segment is no 1. */
static bool is_split(frame *joined, const frame_context *c, const neighbours *n, bool vertical)
{
    const int near = vertical ? 1 : 2, far = vertical ? 3 : 0;
    const frames *f = c->found;
    const frame *before = &f->list[n->before], *after = &f->list[n->after];
    if (n->count != 2 || before->side[near] != after->side[far])
        return false;
    *joined = joined_frame(before, after, vertical);
    return lenet5_count_similar(f, joined) >= MIN_OTHERS && lenet5_count_similar(f, before) <= MIN_OTHERS &&
           lenet5_count_similar(f, after) <= MIN_OTHERS && !(is_written(c->map, before) && is_written(c->map, after));
}

static lenet5_status join_frames(const frame_context *c, budget *b, lenet5_error *error)
{
    frames *f = c->found;
    const segments *all = c->all;
    neighbours *list = calloc(all->count + 1, sizeof *list);
    if (!list)
        return lenet5_fail_memory(error);
    lenet5_status status = LENET5_OK;
    list_neighbours(list, f);
    for (size_t i = 0; i < all->count && status == LENET5_OK; i++) {
        frame joined;
        if (list[i].count != 2 || !is_split(&joined, c, &list[i], all->list[i].vertical))
            continue;
        f->printed[i] = false;
        f->list[list[i].before] = joined;
        f->list[list[i].after] = f->list[--f->count];
        for (size_t k = 0; k < all->count; k++)
            list[k] = (neighbours){0};
        list_neighbours(list, f);
        status = lenet5_check_time(b, 10 * f->count + all->count, error);
    }
    free(list);
    return status;
}

/* ---- Hidden sides ------------------------------------------------------------------------------------------------ */

/* The row of the line through two corners at a column. */
static double row_at(const point *from, const point *to, double x)
{
    return from->y + (x - from->x) * (to->y - from->y) / (to->x - from->x);
}

/* Whether the upper and lower sides of another frame continue those of a wide one. */
static bool is_in_row_of(const frame *wide, const frame *other)
{
    const double off = ROW_OFF_PIXELS + ROW_OFF * lenet5_frame_height(wide);
    bool in_row = true;
    for (int i = 0; i < 4; i++) {
        const point *c = &other->corner[i];
        const double y =
            i < 2 ? row_at(&wide->corner[0], &wide->corner[1], c->x) : row_at(&wide->corner[3], &wide->corner[2], c->x);
        in_row &= fabs(c->y - y) <= off;
    }
    return in_row;
}

/* The width of a frame in boxes of its row; 1: in no boxes. *like becomes the number of these boxes. */
static size_t count_boxes(size_t *like, const frames *f, const frame *wide)
{
    size_t max = 1;
    *like = 0;
    for (size_t i = 0; i < f->count && *like < MIN_ROW; i++) {
        const double width = lenet5_frame_width(&f->list[i]);
        const double boxes = round(lenet5_frame_width(wide) / width);
        size_t here = 0;
        if (boxes < 2 || boxes > MAX_HIDDEN || !lenet5_lengths_similar(lenet5_frame_width(wide), boxes * width) ||
            !is_in_row_of(wide, &f->list[i]))
            continue;
        for (size_t k = 0; k < f->count; k++)
            here += lenet5_lengths_similar(lenet5_frame_width(&f->list[k]), width) && is_in_row_of(wide, &f->list[k]);
        if (here > *like) {
            *like = here;
            max = (size_t)boxes;
        }
    }
    return max;
}

/* A vertical side that is looked for between two boxes. */
typedef struct hidden_side {
    point top, bottom;
    double width;     /* of the boxes */
    double thickness; /* of the sides that are found */
} hidden_side;

/* The side behind the first number boxes of a frame that is boxes of them wide. */
static hidden_side hidden_side_of(const frame *wide, size_t number, size_t boxes)
{
    const double share = (double)number / (double)boxes;
    return (hidden_side){point_between(&wide->corner[0], &wide->corner[1], share),
                         point_between(&wide->corner[3], &wide->corner[2], share),
                         lenet5_frame_width(wide) / (double)boxes, wide->thickness};
}

/* Whether a segment is where a side is hidden, and may be what is left of it. */
static bool is_left_of_side(const segments *all, const segment *s, const hidden_side *h)
{
    const point *top = &h->top, *bottom = &h->bottom;
    const double middle = 0.5 * (double)(s->from + s->to);
    const double share = (middle - top->y) / (bottom->y - top->y);
    return s->vertical && share > 0 && share < 1 &&
           fabs(lenet5_segment_at(all, s, middle) - point_between(top, bottom, share).x) <=
               HIDDEN_OFF_PIXELS + HIDDEN_OFF * h->width &&
           s->thickness <= HIDDEN_THICKER * h->thickness + 1 &&
           fabs(s->slope - (bottom->x - top->x) / (bottom->y - top->y)) <= HIDDEN_SLANTED;
}

/* Marks what is left of a hidden side as printed. */
static void mark_hidden(const frame_context *c, const hidden_side *h)
{
    for (size_t i = 0; i < c->all->count; i++)
        if (is_left_of_side(c->all, &c->all->list[i], h))
            c->found->printed[i] = true;
}

/* Whether most of a side is left, in one piece. */
static bool is_mostly_left(const segments *all, const hidden_side *h)
{
    for (size_t i = 0; i < all->count; i++) {
        const segment *s = &all->list[i];
        if (is_left_of_side(all, s, h) && length_of(s) >= MOSTLY_LEFT * (h->bottom.y - h->top.y))
            return true;
    }
    return false;
}

/*
 * Whether all sides that would divide a frame are hidden; else it is as wide as it looks. Beside a single box most of
 * each has to be left. like: the number of boxes in its row.
 */
static bool are_hidden(const frame_context *c, const frame *wide, size_t boxes, size_t like)
{
    bool hidden = like > 0;
    for (size_t k = 1; k < boxes && hidden; k++) {
        const hidden_side h = hidden_side_of(wide, k, boxes);
        hidden = like >= MIN_ROW
                     ? inked_rows(c->map, &h.top, &h.bottom, HIDDEN_OFF_PIXELS + HIDDEN_OFF * h.width) >= HIDDEN_INK
                     : is_mostly_left(c->all, &h);
    }
    return hidden;
}

/* Divides frame i into boxes; all but the first go to the end of the list. false: no memory. */
static bool divide(const frame_context *c, size_t i, size_t boxes)
{
    const frame wide = c->found->list[i];
    for (size_t k = 0; k < boxes; k++) {
        const hidden_side left = hidden_side_of(&wide, k, boxes), right = hidden_side_of(&wide, k + 1, boxes);
        frame part = wide;
        part.corner[0] = left.top;
        part.corner[1] = right.top;
        part.corner[2] = right.bottom;
        part.corner[3] = left.bottom;
        if (k + 1 < boxes)
            mark_hidden(c, &right);
        if (k == 0)
            c->found->list[i] = part;
        else if (!lenet5_add_frame(c->found, &part))
            return false;
    }
    return true;
}

lenet5_status lenet5_repair_frames(const frame_context *c, budget *b, lenet5_error *error)
{
    const frames *f = c->found;
    if (f->count > MAX_COMPARED_FRAMES || f->count < MIN_ROW)
        return LENET5_OK;
    lenet5_status status = join_frames(c, b, error);
    const size_t count = f->count;
    for (size_t i = 0; i < count && status == LENET5_OK; i++) {
        const frame wide = f->list[i];
        size_t like;
        const size_t boxes = count_boxes(&like, f, &wide);
        if (boxes > 1 && are_hidden(c, &wide, boxes, like) && !divide(c, i, boxes))
            status = lenet5_fail_memory(error);
        if (status == LENET5_OK)
            status = lenet5_check_time(b, 10 * f->count + (boxes - 1) * 10 * c->all->count, error);
    }
    return status;
}
