#include "frame_filter.h"

#include <math.h>

#define MIN_OTHERS 2      /* frames of the size of the larger of two that are overlaid, for the smaller to be none */
#define OVERLAP 0.5       /* of the smaller frame's width and height: overlaid frames have more in common */
#define LETTER 0.25       /* of the mean area of frames with a similar one: what e or B encloses in print */
#define LOW 0.25          /* of a cell's height: what letters in it enclose */
#define LETTER_THICK 0.1  /* of a frame's shorter side: the strokes of a letter are thicker than those of a box */
#define MAX_DISPLAYED 64  /* frames of a display */
#define THICK 0.05        /* of a frame's shorter side: thickness of a display's strokes, at least */
#define LIKE_SIDE 0.25    /* of a side's length and thickness: how far a stroke like it may differ */
#define LIKE_SLANTED 0.05 /* tangent of the angle between the two */
#define LOOSE 2           /* such strokes a frame; around boxes that are missing there are fewer */

static double area_of(const frame *f)
{
    return lenet5_frame_width(f) * lenet5_frame_height(f);
}

/* ---- Overlaid frames --------------------------------------------------------------------------------------------- */

static bool share_three_sides(const frame *a, const frame *b)
{
    int common = 0;
    for (int side = 0; side < 4; side++)
        common += a->side[side] == b->side[side];
    return common == 3;
}

/*
 * Whether the smaller of two frames that share three sides is no box: only the larger one has similar frames, and the
 * stroke of a 5 from side to side is a side of the smaller one. Else the larger one is a box and the gap beside it.
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
    return wide > OVERLAP * fmin(lenet5_frame_width(a), lenet5_frame_width(b)) &&
           high > OVERLAP * fmin(lenet5_frame_height(a), lenet5_frame_height(b));
}

/* Finds a frame to drop among those from i on that are overlaid with frame i; false: there is none. */
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

lenet5_status lenet5_drop_overlaid(const frame_context *c, budget *b, lenet5_error *error)
{
    const frames *f = c->found;
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < f->count && f->count <= MAX_COMPARED_FRAMES && status == LENET5_OK;) {
        size_t which;
        status = lenet5_check_time(b, f->count, error);
        if (!find_overlaid(&which, f, i)) {
            i++;
            continue;
        }
        lenet5_drop_frame(c, which);
        if (status == LENET5_OK)
            status = lenet5_check_time(b, 20 * f->count, error);
    }
    return status;
}

/* ---- Letters ----------------------------------------------------------------------------------------------------- */

/* The mean area of the frames that have a similar one; 0: there are none. */
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

lenet5_status lenet5_drop_letters(const frame_context *c, budget *b, lenet5_error *error)
{
    const frames *f = c->found;
    if (f->count > MAX_COMPARED_FRAMES)
        return LENET5_OK;
    const uint64_t work = 6 * f->count * f->count;
    const double max = LETTER * mean_area(f);
    for (size_t i = f->count; i-- > 0;) {
        const frame *here = &f->list[i];
        const double shorter = fmin(lenet5_frame_width(here), lenet5_frame_height(here));
        const bool alone = area_of(here) <= max && lenet5_count_similar(f, here) == 1;
        if (here->thickness >= LETTER_THICK * shorter && (alone || is_low_in_other(f, here)))
            lenet5_drop_frame(c, i);
    }
    return lenet5_check_time(b, work, error);
}

/* ---- Displays ---------------------------------------------------------------------------------------------------- */

/* Whether a segment ends, or is, where the sides of a frame parallel to it do: it is of their row. */
static bool is_in_row(const segment *s, const frame *f, const segments *all, double near)
{
    const double top = 0.5 * (f->corner[0].y + f->corner[1].y), bottom = 0.5 * (f->corner[2].y + f->corner[3].y);
    const double at = lenet5_segment_at(all, s, 0.5 * (double)(s->from + s->to));
    return s->vertical ? fabs((double)s->from - top) <= near && fabs((double)s->to - bottom) <= near
                       : fmin(fabs(at - top), fabs(at - bottom)) <= near;
}

/* Whether a segment is as long and as thick as the sides of a frame in its direction, and in their row. */
static bool is_like_side(const segment *s, const frame *f, const segments *all)
{
    const segment *side = &all->list[f->side[s->vertical ? 1 : 0]];
    const double length = s->vertical ? lenet5_frame_height(f) : lenet5_frame_width(f), thickness = side->thickness;
    const double near = LIKE_SIDE * length + 2 * thickness;
    return fabs(length_of(s) - length) <= near && fabs(s->thickness - thickness) <= LIKE_SIDE * thickness + 0.5 &&
           fabs(s->slope - side->slope) <= LIKE_SLANTED && is_in_row(s, f, all, near);
}

/* The segments that are not printed and are like a side of a frame. */
static size_t count_loose(const frame_context *c)
{
    const frames *f = c->found;
    size_t loose = 0;
    for (size_t i = 0; i < c->all->count; i++) {
        bool like = false;
        for (size_t k = 0; k < f->count && !f->printed[i] && !like; k++)
            like = is_like_side(&c->all->list[i], &f->list[k], c->all);
        loose += like;
    }
    return loose;
}

lenet5_status lenet5_drop_displays(const frame_context *c, budget *b, lenet5_error *error)
{
    frames *f = c->found;
    if (f->count == 0 || f->count > MAX_DISPLAYED)
        return LENET5_OK;
    for (size_t i = 0; i < f->count; i++)
        if (f->list[i].thickness < THICK * fmin(lenet5_frame_width(&f->list[i]), lenet5_frame_height(&f->list[i])))
            return LENET5_OK;
    const uint64_t work = c->all->count * f->count;
    if (count_loose(c) >= LOOSE * f->count) {
        for (size_t i = 0; i < f->count; i++)
            for (int side = 0; side < 4; side++)
                f->printed[f->list[i].side[side]] = false;
        f->count = 0;
    }
    return lenet5_check_time(b, work, error);
}
