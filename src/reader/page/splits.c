/*
 * A 1 that reaches from the upper side of its box to the lower one divides it, as far as the eye of frames.c goes. But
 * then the two parts together are as large as the other boxes, and each of them is not:
 *
 *     +----+----+--+-+----+
 *     | 3  | 5  |  1 | 7  |
 *     +----+----+--+-+----+
 *
 * And where the side between two boxes is hidden by what is written, a frame is twice as wide as the others of its row.
 */
#include "splits.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "junctions.h"

#define MAX_COMPARED 2000   /* frames: each is compared with each */
#define MIN_OTHERS 2        /* frames of the size of both parts together */
#define MIDDLE 0.3          /* of a frame's width to either side of its middle: what is written in it crosses this */
#define WRITTEN 0.4         /* of its height, at least */
#define MIN_ROW 2           /* boxes of a row, beside one that is wider */
#define MAX_HIDDEN 4        /* times as wide as the others is a frame that is divided */
#define HIDDEN_OFF 0.08     /* of a box's width that what is left of a side is off, and */
#define HIDDEN_OFF_PIXELS 2 /* pixels */
#define HIDDEN_INK 0.7      /* of such a side there is ink: what is left of it, or what hides it */
#define HIDDEN_THICKER 1.6  /* times the thickness of other sides, and 1 pixel, that it is thick at most */
#define HIDDEN_SLANTED 0.06 /* the tangent of its angle to where it should be */
#define MOSTLY_LEFT 0.6     /* of a side's length, beside a single box: the stroke of a digit is shorter or slanted */
#define ROW_OFF 0.08        /* of their height that the sides of a row's frames are off a line, and */
#define ROW_PIXELS 2        /* pixels */
#define LETTER 0.25         /* of the mean area of frames that are alike: what e or B encloses in print */
#define LOW 0.25            /* of a cell's height: what letters in it enclose */
#define LETTER_THICK 0.1    /* of its shorter side: its strokes are thicker than those of a box */
#define MAX_DISPLAYED 64    /* frames of a display */
#define THICK 0.05          /* of the shorter side: a display's strokes */
#define LIKE_SIDE 0.25      /* of a side's length and thickness that a stroke like it may differ */
#define LIKE_SLANTED 0.05   /* the tangent of the angle between them */
#define LOOSE 2             /* such strokes to a frame: of boxes that were not found there are fewer */
#define SAME 0.12           /* of a side that it may differ, and 2 pixels */

double lenet5_frame_width(const frame *f)
{
    return 0.5 * (f->corner[1].x - f->corner[0].x + f->corner[2].x - f->corner[3].x);
}

double lenet5_frame_height(const frame *f)
{
    return 0.5 * (f->corner[3].y - f->corner[0].y + f->corner[2].y - f->corner[1].y);
}

static bool similar(double a, double b)
{
    return fabs(a - b) <= SAME * fmax(a, b) + 2;
}

bool lenet5_frames_similar(const frame *a, const frame *b)
{
    return similar(lenet5_frame_width(a), lenet5_frame_width(b)) &&
           similar(lenet5_frame_height(a), lenet5_frame_height(b));
}

size_t lenet5_count_similar(const frames *f, const frame *like)
{
    size_t count = 0;
    for (size_t i = 0; i < f->count; i++)
        count += lenet5_frames_similar(&f->list[i], like);
    return count;
}

static bool is_side(const frames *f, uint32_t number)
{
    for (size_t i = 0; i < f->count; i++)
        for (int side = 0; side < 4; side++)
            if (f->list[i].side[side] == number)
                return true;
    return false;
}

void lenet5_drop_frame(frames *f, size_t which, const bool *combed)
{
    const frame dropped = f->list[which];
    for (size_t k = which; k + 1 < f->count; k++)
        f->list[k] = f->list[k + 1];
    f->count--;
    for (int side = 0; side < 4; side++)
        f->printed[dropped.side[side]] = combed[dropped.side[side]] || is_side(f, dropped.side[side]);
}

/* What the frames before and after a segment are together: left and right of it, or above and below. */
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

/* The frames on both sides of each segment, and how many it is a side of. */
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

/* Whether there is ink at a place or beside it, as far as that may be off. */
static bool has_ink(const ink_map *map, double x, double y, double off)
{
    bool found = false;
    for (double at = floor(fmax(0, x - off)); at <= x + off && !found; at++)
        found = is_inked(map, at, y);
    return found;
}

static point point_between(const point *a, const point *b, double share)
{
    return (point){a->x + share * (b->x - a->x), a->y + share * (b->y - a->y)};
}

/* The share of the rows from one place down to another that have ink. */
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
    const point top = point_between(&f->corner[0], &f->corner[1], 0.5),
                bottom = point_between(&f->corner[3], &f->corner[2], 0.5);
    return inked_rows(map, &top, &bottom, MIDDLE * lenet5_frame_width(f)) >= WRITTEN;
}

/* Whether two frames are parts of one. A side that has something written on both sides of it is no 1. */
static bool is_split(frame *joined, const frames *f, const neighbours *n, bool vertical, const ink_map *map)
{
    const int near = vertical ? 1 : 2, far = vertical ? 3 : 0;
    const frame *before = &f->list[n->before], *after = &f->list[n->after];
    if (n->count != 2 || before->side[near] != after->side[far])
        return false;
    *joined = joined_frame(before, after, vertical);
    return lenet5_count_similar(f, joined) >= MIN_OTHERS && lenet5_count_similar(f, before) <= MIN_OTHERS &&
           lenet5_count_similar(f, after) <= MIN_OTHERS && !(is_written(map, before) && is_written(map, after));
}

static lenet5_status join_frames(frames *f, const segments *all, const ink_map *map, budget *b, lenet5_error *error)
{
    neighbours *list = calloc(all->count + 1, sizeof *list);
    if (!list)
        return lenet5_fail_memory(error);
    lenet5_status status = LENET5_OK;
    list_neighbours(list, f);
    for (size_t i = 0; i < all->count && status == LENET5_OK; i++) {
        frame joined;
        if (list[i].count != 2 || !is_split(&joined, f, &list[i], all->list[i].vertical, map))
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

/* ---- Sides that are hidden ------------------------------------------------------------------------------------ */

/* Where the line through two corners is at a column. */
static double line_at(const point *from, const point *to, double x)
{
    return from->y + (x - from->x) * (to->y - from->y) / (to->x - from->x);
}

/* Whether the upper and lower sides of a frame go on in another one's. */
static bool is_in_row_of(const frame *wide, const frame *other)
{
    const double off = ROW_PIXELS + ROW_OFF * lenet5_frame_height(wide);
    bool in_row = true;
    for (int i = 0; i < 4; i++) {
        const point *c = &other->corner[i];
        const double y = i < 2 ? line_at(&wide->corner[0], &wide->corner[1], c->x)
                               : line_at(&wide->corner[3], &wide->corner[2], c->x);
        in_row &= fabs(c->y - y) <= off;
    }
    return in_row;
}

/* How many boxes of its row a frame is as wide as, by boxes that are alike; *like becomes their number. */
static size_t count_boxes(size_t *like, const frames *f, const frame *wide)
{
    size_t most = 1;
    *like = 0;
    for (size_t i = 0; i < f->count && *like < MIN_ROW; i++) {
        const frame *other = &f->list[i];
        const double boxes = round(lenet5_frame_width(wide) / lenet5_frame_width(other));
        size_t here = 0;
        if (boxes < 2 || boxes > MAX_HIDDEN || !similar(lenet5_frame_width(wide), boxes * lenet5_frame_width(other)) ||
            !is_in_row_of(wide, other))
            continue;
        for (size_t k = 0; k < f->count; k++)
            here +=
                similar(lenet5_frame_width(&f->list[k]), lenet5_frame_width(other)) && is_in_row_of(wide, &f->list[k]);
        if (here > *like) {
            *like = here;
            most = (size_t)boxes;
        }
    }
    return most;
}

/* Whether a segment is where a side is hidden, and may be what is left of it. */
static bool is_left_of_side(const segments *all, const segment *s, const point *top, const point *bottom, double width,
                            double thickness)
{
    const double middle = 0.5 * (double)(s->from + s->to);
    const double share = (middle - top->y) / (bottom->y - top->y);
    return s->vertical && share > 0 && share < 1 &&
           fabs(lenet5_segment_at(all, s, middle) - point_between(top, bottom, share).x) <=
               HIDDEN_OFF_PIXELS + HIDDEN_OFF * width &&
           s->thickness <= HIDDEN_THICKER * thickness + 1 &&
           fabs(s->slope - (bottom->x - top->x) / (bottom->y - top->y)) <= HIDDEN_SLANTED;
}

/* Takes what is left of a hidden side for printed: verticals where it should be. */
static void find_hidden(frames *f, const segments *all, const point *top, const point *bottom, double width,
                        double thickness)
{
    for (size_t i = 0; i < all->count; i++)
        if (is_left_of_side(all, &all->list[i], top, bottom, width, thickness))
            f->printed[i] = true;
}

/* Whether most of a side is left, in one piece. */
static bool is_mostly_left(const segments *all, const point *top, const point *bottom, double width, double thickness)
{
    for (size_t i = 0; i < all->count; i++) {
        const segment *s = &all->list[i];
        if (is_left_of_side(all, s, top, bottom, width, thickness) &&
            length_of(s) >= MOSTLY_LEFT * (bottom->y - top->y))
            return true;
    }
    return false;
}

/*
 * Whether all sides that would divide a frame are hidden; else it is as wide as it looks. Beside a single box most of
 * each has to be left.
 */
static bool are_hidden(const segments *all, const ink_map *map, const frame *wide, size_t boxes, size_t like)
{
    const double width = lenet5_frame_width(wide) / (double)boxes;
    bool hidden = like > 0;
    for (size_t k = 1; k < boxes && hidden; k++) {
        const double share = (double)k / (double)boxes;
        const point top = point_between(&wide->corner[0], &wide->corner[1], share);
        const point bottom = point_between(&wide->corner[3], &wide->corner[2], share);
        hidden = like >= MIN_ROW ? inked_rows(map, &top, &bottom, HIDDEN_OFF_PIXELS + HIDDEN_OFF * width) >= HIDDEN_INK
                                 : is_mostly_left(all, &top, &bottom, width, wide->thickness);
    }
    return hidden;
}

static bool divide(frames *f, const segments *all, size_t i, size_t boxes)
{
    const frame wide = f->list[i];
    for (size_t k = 0; k < boxes; k++) {
        const double from = (double)k / (double)boxes, to = (double)(k + 1) / (double)boxes;
        frame part = wide;
        part.corner[0] = point_between(&wide.corner[0], &wide.corner[1], from);
        part.corner[1] = point_between(&wide.corner[0], &wide.corner[1], to);
        part.corner[2] = point_between(&wide.corner[3], &wide.corner[2], to);
        part.corner[3] = point_between(&wide.corner[3], &wide.corner[2], from);
        if (k + 1 < boxes)
            find_hidden(f, all, &part.corner[1], &part.corner[2], lenet5_frame_width(&wide) / (double)boxes,
                        wide.thickness);
        if (k == 0)
            f->list[i] = part;
        else if (!lenet5_add_frame(f, &part))
            return false;
    }
    return true;
}

lenet5_status lenet5_repair_frames(frames *f, const segments *all, const ink_map *map, budget *b, lenet5_error *error)
{
    if (f->count > MAX_COMPARED || f->count < MIN_ROW)
        return LENET5_OK;
    lenet5_status status = join_frames(f, all, map, b, error);
    const size_t count = f->count;
    for (size_t i = 0; i < count && status == LENET5_OK; i++) {
        const frame wide = f->list[i];
        size_t like;
        const size_t boxes = count_boxes(&like, f, &wide);
        if (boxes > 1 && are_hidden(all, map, &wide, boxes, like) && !divide(f, all, i, boxes))
            status = lenet5_fail_memory(error);
        if (status == LENET5_OK)
            status = lenet5_check_time(b, 10 * f->count + (boxes - 1) * 10 * all->count, error);
    }
    return status;
}

bool lenet5_all_have_similar(const frames *f)
{
    bool alike = f->count <= MAX_COMPARED;
    for (size_t i = 0; i < f->count && alike; i++)
        alike = lenet5_count_similar(f, &f->list[i]) > 1;
    return alike;
}

/* ---- Frames within others ------------------------------------------------------------------------------------- */

static double area_of(const frame *f)
{
    return lenet5_frame_width(f) * lenet5_frame_height(f);
}

static bool share_three_sides(const frame *a, const frame *b)
{
    int common = 0;
    for (int side = 0; side < 4; side++)
        common += a->side[side] == b->side[side];
    return common == 3;
}

/*
 * Whether the smaller of two frames that share three sides is none: the stroke of a 5 from side to side is one of its
 * sides, and only the larger one is like others. Else the larger one is a box and the gap beside it.
 */
static bool is_smaller_none(const frames *f, const frame *smaller, const frame *larger)
{
    return lenet5_count_similar(f, smaller) <= 1 && lenet5_count_similar(f, larger) >= MIN_OTHERS;
}

/* Whether most of the smaller of two frames is in the other: sides that were not found are those of a neighbour. */
static bool do_overlap(const frame *a, const frame *b)
{
    const double wide = fmin(a->corner[2].x, b->corner[2].x) - fmax(a->corner[0].x, b->corner[0].x);
    const double high = fmin(a->corner[2].y, b->corner[2].y) - fmax(a->corner[0].y, b->corner[0].y);
    return wide > 0.5 * fmin(lenet5_frame_width(a), lenet5_frame_width(b)) &&
           high > 0.5 * fmin(lenet5_frame_height(a), lenet5_frame_height(b));
}

/* Finds a frame that shares three sides with another one and is none; false: there is no such. */
static bool find_overlaid(size_t *found, const frames *f, size_t i)
{
    for (size_t k = i + 1; k < f->count; k++) {
        if (!share_three_sides(&f->list[i], &f->list[k]) || !do_overlap(&f->list[i], &f->list[k]))
            continue;
        const bool first_smaller = area_of(&f->list[i]) < area_of(&f->list[k]);
        const size_t smaller = first_smaller ? i : k, larger = first_smaller ? k : i;
        *found = is_smaller_none(f, &f->list[smaller], &f->list[larger]) ? smaller : larger;
        return true;
    }
    return false;
}

lenet5_status lenet5_drop_overlaid(frames *f, const bool *combed, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < f->count && f->count <= MAX_COMPARED && status == LENET5_OK;) {
        size_t which;
        status = lenet5_check_time(b, f->count, error);
        if (!find_overlaid(&which, f, i)) {
            i++;
            continue;
        }
        lenet5_drop_frame(f, which, combed);
        if (status == LENET5_OK)
            status = lenet5_check_time(b, 20 * f->count, error);
    }
    return status;
}

/* The mean area of the frames that are like others; 0: there are none. */
static double mean_area(const frames *f)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < f->count; i++)
        if (lenet5_count_similar(f, &f->list[i]) > 1) {
            sum += area_of(&f->list[i]);
            count++;
        }
    return count > 0 ? sum / (double)count : 0;
}

/* Whether a frame is within another one that is far higher, as letters are in a cell. */
static bool is_low_in_other(const frames *f, const frame *low)
{
    const double x = 0.5 * (low->corner[0].x + low->corner[2].x), y = 0.5 * (low->corner[0].y + low->corner[2].y);
    for (size_t i = 0; i < f->count; i++) {
        const point *c = f->list[i].corner;
        if (c[0].x < x && x < c[2].x && c[0].y < y && y < c[2].y &&
            lenet5_frame_height(low) <= LOW * lenet5_frame_height(&f->list[i]))
            return true;
    }
    return false;
}

lenet5_status lenet5_drop_letters(frames *f, const bool *combed, budget *b, lenet5_error *error)
{
    if (f->count > MAX_COMPARED)
        return LENET5_OK;
    const uint64_t work = 6 * f->count * f->count;
    const double most = LETTER * mean_area(f);
    for (size_t i = f->count; i-- > 0;) {
        const frame *here = &f->list[i];
        const double shorter = fmin(lenet5_frame_width(here), lenet5_frame_height(here));
        const bool alone = area_of(here) <= most && lenet5_count_similar(f, here) == 1;
        if (here->thickness >= LETTER_THICK * shorter && (alone || is_low_in_other(f, here)))
            lenet5_drop_frame(f, i, combed);
    }
    return lenet5_check_time(b, work, error);
}

/* ---- Displays ------------------------------------------------------------------------------------------------- */

/* Whether a segment begins and ends, or is, where the sides of a frame do that are parallel to it: it is of their row.
 */
static bool is_in_row(const segment *s, const frame *f, const segments *all, double near)
{
    const double top = 0.5 * (f->corner[0].y + f->corner[1].y), bottom = 0.5 * (f->corner[2].y + f->corner[3].y);
    const double at = lenet5_segment_at(all, s, 0.5 * (double)(s->from + s->to));
    return s->vertical ? fabs((double)s->from - top) <= near && fabs((double)s->to - bottom) <= near
                       : fmin(fabs(at - top), fabs(at - bottom)) <= near;
}

/* Whether a segment that is no side is as long and as thick as the sides of a frame, as level or vertical, and beside.
 */
static bool is_like_side(const segment *s, const frame *f, const segments *all)
{
    const segment *side = &all->list[f->side[s->vertical ? 1 : 0]];
    const double length = s->vertical ? lenet5_frame_height(f) : lenet5_frame_width(f), thickness = side->thickness;
    const double near = LIKE_SIDE * length + 2 * thickness;
    return fabs(length_of(s) - length) <= near && fabs(s->thickness - thickness) <= LIKE_SIDE * thickness + 0.5 &&
           fabs(s->slope - side->slope) <= LIKE_SLANTED && is_in_row(s, f, all, near);
}

lenet5_status lenet5_drop_displays(frames *f, const segments *all, budget *b, lenet5_error *error)
{
    size_t loose = 0;
    if (f->count == 0 || f->count > MAX_DISPLAYED)
        return LENET5_OK;
    for (size_t i = 0; i < f->count; i++)
        if (f->list[i].thickness < THICK * fmin(lenet5_frame_width(&f->list[i]), lenet5_frame_height(&f->list[i])))
            return LENET5_OK;
    const uint64_t work = all->count * f->count;
    for (size_t i = 0; i < all->count; i++) {
        bool like = false;
        for (size_t k = 0; k < f->count && !f->printed[i] && !like; k++)
            like = is_like_side(&all->list[i], &f->list[k], all);
        loose += like;
    }
    if (loose >= LOOSE * f->count)
        for (size_t i = 0; i < f->count; i++)
            for (int side = 0; side < 4; side++)
                f->printed[f->list[i].side[side]] = false;
    f->count = loose >= LOOSE * f->count ? 0 : f->count;
    return lenet5_check_time(b, work, error);
}
