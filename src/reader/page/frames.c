/*
 * From segments to structure.
 *
 *     frames       from a junction right along a horizontal segment, down along two vertical ones, to a horizontal one
 *     doubts       frames with round corners or thick sides count if others are similar
 *     filters      frame_filter.c, frame_repair.c, missing_boxes.c and merged_cells.c
 *     dividers     segments from one printed line to another
 *
 * Cost: at most MAX_TRIED squared combinations for each junction.
 */
#include "frames.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "combs.h"
#include "dashes.h"
#include "frame_filter.h"
#include "frame_repair.h"
#include "junctions.h"
#include "merged_cells.h"
#include "missing_boxes.h"

#define MIN_SIDE 7.0          /* pixels: side of a frame, at least; a digit in it is five high */
#define MAX_TRIED 8           /* junctions that are tried along a side, since strokes of digits may meet it */
#define LONGEST_GAP 0.3       /* of a side: gap in it, at most */
#define THICK_SIDE 0.2        /* of the frame's shorter side: a thicker side may be the stroke of an 8 or a 0, and */
#define THICKEST_SIDE 0.35    /* a side thicker than this is one */
#define MIN_RATIO 0.7         /* shorter to longer of two opposite sides, at least, in perspective */
#define SLANTED 0.15          /* tangent of a corner's deviation from a right angle, in perspective */
#define SHARP_CORNERS 3       /* corners with ink in them of a frame whose corners are not round; a 0 has none */
#define ROUND_THICKEST 0.1    /* of the shorter side: thickness of sides between round corners, at most */
#define MIN_STRAIGHT_SIDE 0.7 /* share of each side between round corners that is straight, at least */
#define ROUND_CORNER 0.2      /* of the shorter side: size of a round corner */
#define LONG_SIDE 4.0         /* times its thickness: length of a side, at least, or */
#define SIDE_THICKER 2.2      /* times the thinnest side: its thickness, at most; two rules side by side are thick */
#define OPPOSITE_THICKER 1.6  /* times the opposite side, plus 1 pixel: a thicker side is a stroke */
#define PARALLEL 0.06         /* tangent of the angle between opposite sides, at most, and */
#define PARALLEL_PIXELS 2     /* pixels over their length: the least that this allows */
#define DIVIDER_THICKER 1.8   /* times the line that it divides, plus 1.5 pixels: thickness of a divider, at most */
#define DIVIDER_SLANTED 0.05  /* tangent of a divider's deviation from a right angle */
#define MIN_LIKE 2            /* frames similar to one, itself included: with more, it is not divided and is no doubt */
#define MAX_PASSES 4          /* rounds in which dividers divide the parts that others made */

typedef struct builder {
    const segments *all;
    const ink_map *map;
    const junctions *met;
    frames *found;
    const bool *combed; /* (all->count): of a comb */
} builder;

/* ---- Frames ------------------------------------------------------------------------------------------------------ */

static bool is_whole(const builder *b, uint32_t s, double from, double to)
{
    const segment *side = &b->all->list[s];
    return (double)lenet5_longest_gap(b->all, side, from, to) <= fmax(4, LONGEST_GAP * (to - from));
}

static bool has_ink(const builder *b, const point *p, double around)
{
    const size_t left = (size_t)fmax(0, p->x - around), top = (size_t)fmax(0, p->y - around);
    for (size_t y = top; (double)y <= p->y + around && y < b->map->height; y++)
        for (size_t x = left; (double)x <= p->x + around && x < b->map->width; x++)
            if (b->map->ink[y * b->map->width + x] >= INK)
                return true;
    return false;
}

static bool are_sides(double a, double b)
{
    return fmin(a, b) >= MIN_RATIO * fmax(a, b) && fmin(a, b) >= MIN_SIDE;
}

/*
 * Whether a segment may be a side: about as thick as the others, or much longer than thick, unlike strokes of digits.
 */
static bool is_like_a_side(const segment *s, double thinnest)
{
    return length_of(s) >= LONG_SIDE * s->thickness || s->thickness <= SIDE_THICKER * thinnest + 0.5;
}

static bool are_parallel(const segment *a, const segment *b)
{
    return fabs(a->slope - b->slope) <= PARALLEL + PARALLEL_PIXELS / fmin(length_of(a), length_of(b));
}

static bool are_like_sides(const segment *const sides[4])
{
    double thinnest = sides[0]->thickness;
    for (int i = 1; i < 4; i++)
        thinnest = fmin(thinnest, sides[i]->thickness);
    bool like = are_parallel(sides[0], sides[2]) && are_parallel(sides[1], sides[3]);
    for (int i = 0; i < 4; i++)
        like &= is_like_a_side(sides[i], thinnest);
    return like;
}

/* Whether a vertical side meets those above and below at right angles, nearly. */
static bool is_square(const builder *b, const junction *top, const junction *bottom)
{
    const segment *list = b->all->list;
    const double slope = list[top->vertical].slope;
    return fabs(slope + list[top->horizontal].slope) <= SLANTED &&
           fabs(slope + list[bottom->horizontal].slope) <= SLANTED;
}

/* Whether the sides between round corners are mostly straight; those of a 0 are not. */
static bool are_mostly_straight(const frame *f, const segment *const sides[4])
{
    bool straight = true;
    for (int i = 0; i < 4; i++) {
        const bool vertical = sides[i]->vertical;
        const double from = vertical ? f->corner[0].y : f->corner[0].x, to = vertical ? f->corner[2].y : f->corner[2].x;
        straight &=
            fmin((double)sides[i]->to, to) - fmax((double)sides[i]->from, from) >= MIN_STRAIGHT_SIDE * (to - from);
    }
    return straight;
}

/* Whether two junctions on a horizontal segment and two on another below it are the corners of a frame. */
static bool encloses(frame *f, const builder *b, const junction *a, const junction *c, const junction *a2,
                     const junction *c2)
{
    const segment *list = b->all->list;
    const double width = c->x - a->x, width2 = c2->x - a2->x, height = a2->y - a->y, height2 = c2->y - c->y;
    const double shorter = fmin(fmin(width, width2), fmin(height, height2));
    const segment *const sides[4] = {&list[a->horizontal], &list[c->vertical], &list[a2->horizontal],
                                     &list[a->vertical]};
    const double thickness =
        fmax(fmax(sides[0]->thickness, sides[1]->thickness), fmax(sides[2]->thickness, sides[3]->thickness));
    *f = (frame){{{a->x, a->y}, {c->x, c->y}, {c2->x, c2->y}, {a2->x, a2->y}},
                 {a->horizontal, c->vertical, a2->horizontal, a->vertical},
                 thickness,
                 false,
                 false};
    if (!are_like_sides(sides) || !is_square(b, a, a2) || !is_square(b, c, c2) || !are_sides(width, width2) ||
        !are_sides(height, height2) || thickness > THICKEST_SIDE * shorter)
        return false;
    if (!is_whole(b, a->horizontal, a->x, c->x) || !is_whole(b, a2->horizontal, a2->x, c2->x) ||
        !is_whole(b, a->vertical, a->y, a2->y) || !is_whole(b, c->vertical, c->y, c2->y))
        return false;
    const double gap = (double)(sides[0]->gap + sides[1]->gap + sides[2]->gap + sides[3]->gap) / 2;
    int sharp = 0;
    for (int i = 0; i < 4; i++)
        sharp += has_ink(b, &f->corner[i], 1 + 0.3 * thickness + gap);
    f->round = sharp < SHARP_CORNERS;
    f->doubtful = f->round || thickness > THICK_SIDE * shorter + 0.5;
    return !f->round || (thickness <= ROUND_THICKEST * shorter && are_mostly_straight(f, sides));
}

static const junction *joined(const builder *b, uint32_t vertical, uint32_t horizontal)
{
    for (size_t i = b->met->first_vertical[vertical]; i < b->met->first_vertical[vertical + 1]; i++)
        if (b->met->by_vertical[i].horizontal == horizontal)
            return &b->met->by_vertical[i];
    return NULL;
}

/* Whether a side is far thicker than the opposite one: it may be the bar of a 4 from side to side. */
static bool is_stroke_like(const segment *side, const segment *opposite)
{
    return side->thickness > OPPOSITE_THICKER * opposite->thickness + 1;
}

/*
 * Finds the frame whose upper corners are two junctions on a horizontal segment. A stroke may look like the lower side;
 * then a side as thin as the upper one is below it.
 */
static bool frame_below(frame *f, const builder *b, const junction *a, const junction *c)
{
    size_t tried = 0;
    bool found = false;
    for (size_t i = b->met->first_vertical[a->vertical];
         i < b->met->first_vertical[a->vertical + 1] && tried < MAX_TRIED; i++) {
        const junction *a2 = &b->met->by_vertical[i];
        frame here;
        if (a2->y < a->y + MIN_SIDE)
            continue;
        tried++;
        const junction *c2 = joined(b, c->vertical, a2->horizontal);
        if (!c2 || b->combed[a2->horizontal] || !encloses(&here, b, a, c, a2, c2))
            continue;
        const segment *top = &b->all->list[a->horizontal], *bottom = &b->all->list[a2->horizontal];
        const bool stroke = is_stroke_like(bottom, top);
        if (is_stroke_like(top, bottom))
            continue;
        if (!found || !stroke)
            *f = here;
        found = true;
        if (!stroke)
            break;
    }
    return found;
}

/* Marks the sides of a frame as printed, unless it is doubtful. */
static void mark_sides(frames *found, const frame *f)
{
    for (int side = 0; side < 4 && !f->doubtful; side++)
        found->printed[f->side[side]] = true;
}

static double shorter_side(const frame *f)
{
    return fmin(f->corner[2].x - f->corner[0].x, f->corner[2].y - f->corner[0].y);
}

/* Keeps doubtful frames that have similar ones, and drops the others: alone, such a frame is a 0. */
static lenet5_status settle_doubts(frames *found, budget *work, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    size_t left = 0;
    for (size_t i = 0; i < found->count && status == LENET5_OK; i++) {
        frame *f = &found->list[i];
        if (f->doubtful) {
            f->doubtful = lenet5_count_similar(found, f) <= MIN_LIKE;
            if (f->round && !f->doubtful)
                found->corner = fmax(found->corner, ROUND_CORNER * shorter_side(f));
            status = lenet5_check_time(work, 4 * found->count, error);
        }
        mark_sides(found, f);
    }
    for (size_t i = 0; i < found->count; i++)
        if (!found->list[i].doubtful)
            found->list[left++] = found->list[i];
    found->count = left;
    return status;
}

/* Adds the frames below a horizontal segment, from left to right. false: no memory. */
static bool frames_below(builder *b, size_t horizontal)
{
    const size_t end = b->met->first_horizontal[horizontal + 1];
    for (size_t i = b->met->first_horizontal[horizontal]; i < end; i++) {
        const junction *a = &b->met->by_horizontal[i];
        for (size_t k = i + 1; k < end && k <= i + MAX_TRIED; k++) {
            const junction *c = &b->met->by_horizontal[k];
            frame f;
            if (c->x < a->x + MIN_SIDE || !frame_below(&f, b, a, c))
                continue;
            mark_sides(b->found, &f);
            if (!lenet5_add_frame(b->found, &f))
                return false;
            break;
        }
    }
    return true;
}

/* ---- Dividers ---------------------------------------------------------------------------------------------------- */

/*
 * Whether a segment ends near a step at a printed line across it. *corner: at the end of that line. Combs have no
 * dividers: the foot of a 2 goes from tooth to tooth.
 */
static bool ends_at(bool *corner, const builder *b, const segment *here, size_t step)
{
    const segment *list = b->all->list;
    const size_t s = (size_t)(here - list);
    const junction *met = here->vertical ? b->met->by_vertical : b->met->by_horizontal;
    const size_t *first = here->vertical ? b->met->first_vertical : b->met->first_horizontal;
    bool found = false;
    *corner = false;
    for (size_t i = first[s]; i < first[s + 1]; i++) {
        const segment *other = &list[here->vertical ? met[i].horizontal : met[i].vertical];
        const double at = here->vertical ? met[i].y : met[i].x;
        const double across = here->vertical ? met[i].x : met[i].y;
        const double near = REACH_PIXELS + here->thickness + other->thickness;
        if (!b->found->printed[other - list] || b->combed[other - list] ||
            here->thickness > DIVIDER_THICKER * other->thickness + 1.5 || !is_like_a_side(here, other->thickness) ||
            fabs(here->slope + other->slope) > DIVIDER_SLANTED || fabs(at - (double)step) > near)
            continue;
        found = true;
        *corner |= fmin(fabs(across - (double)other->from), fabs(across - (double)other->to)) <= near;
    }
    return found;
}

/*
 * Whether a segment goes from one printed line to another, or to the border of the map; a 1 on a rule does not count.
 */
static bool divides(const builder *b, size_t s)
{
    const segment *here = &b->all->list[s];
    const size_t size = here->vertical ? b->map->height : b->map->width;
    const bool cut = here->from <= REACH_PIXELS, cut_end = here->to + REACH_PIXELS >= size;
    bool corner, corner_end;
    const bool begins = ends_at(&corner, b, here, here->from), ends = ends_at(&corner_end, b, here, here->to);
    return (begins && ends) || (cut && ends && (corner_end || !here->vertical)) ||
           (begins && cut_end && (corner || !here->vertical));
}

/* Whether a segment would divide a box that has similar ones: it is a stroke of the writing there. */
static bool divides_box(const builder *b, const segment *s)
{
    const double step = 0.5 * (double)(s->from + s->to), across = lenet5_segment_at(b->all, s, step);
    const point middle = s->vertical ? (point){across, step} : (point){step, across};
    for (size_t i = 0; i < b->found->count; i++) {
        const frame *f = &b->found->list[i];
        if (middle.x > f->corner[0].x && middle.x < f->corner[2].x && middle.y > f->corner[0].y &&
            middle.y < f->corner[2].y && lenet5_count_similar(b->found, f) > MIN_LIKE)
            return true;
    }
    return false;
}

static void find_dividers(builder *b)
{
    bool more = true;
    for (int pass = 0; pass < MAX_PASSES && more; pass++) {
        more = false;
        for (size_t s = 0; s < b->all->count; s++)
            if (!b->found->printed[s] && length_of(&b->all->list[s]) >= MIN_SIDE && divides(b, s) &&
                !divides_box(b, &b->all->list[s]))
                b->found->printed[s] = more = true;
    }
}

/* ---- The stage --------------------------------------------------------------------------------------------------- */

bool lenet5_add_frame(frames *found, const frame *f)
{
    if (found->count >= MAX_FRAMES)
        return true;
    if (found->count == found->room) {
        const size_t room = 2 * found->room + 32;
        frame *larger = realloc(found->list, room * sizeof *larger);
        if (!larger)
            return false;
        found->list = larger;
        found->room = room;
    }
    assert(found->count < found->room);
    found->list[found->count++] = *f;
    return true;
}

/* A step that filters, repairs or completes the frames. */
typedef lenet5_status (*frame_step)(const frame_context *c, budget *b, lenet5_error *error);

/* In their order: boxes are compared once those of displays are gone, and overlaid frames appear twice. */
static const frame_step frame_steps[] = {lenet5_drop_displays,     lenet5_drop_overlaid,       lenet5_repair_frames,
                                         lenet5_add_missing_boxes, lenet5_divide_merged_cells, lenet5_drop_overlaid,
                                         lenet5_drop_letters};

static lenet5_status find_boxes(builder *b, budget *work, lenet5_error *error)
{
    const segments *all = b->all;
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < all->count && status == LENET5_OK; i++)
        if (!all->list[i].vertical && !b->combed[i])
            status = frames_below(b, i) ? lenet5_check_time(work, 1000, error) : lenet5_fail_memory(error);
    if (b->found->count == MAX_FRAMES) {
        memset(b->found->printed, 0, all->count * sizeof *b->found->printed);
        b->found->count = 0;
    }
    if (status == LENET5_OK)
        status = settle_doubts(b->found, work, error);
    const frame_context c = {b->found, all, b->map, b->combed};
    for (size_t i = 0; i < sizeof frame_steps / sizeof frame_steps[0] && status == LENET5_OK; i++)
        status = frame_steps[i](&c, work, error);
    if (status != LENET5_OK)
        return status;
    find_dividers(b);
    return lenet5_find_dashes(b->found, all, b->map, work, error);
}

static lenet5_status find_structure(builder *b, budget *work, lenet5_error *error)
{
    bool *combed = malloc((b->all->count + 1) * sizeof *combed);
    if (!combed)
        return lenet5_fail_memory(error);
    memcpy(combed, b->found->printed, b->all->count * sizeof *combed);
    b->combed = combed;
    const lenet5_status status = find_boxes(b, work, error);
    free(combed);
    return status;
}

/* Finds combs, and all junctions again if combs have added segments. */
static lenet5_status find_combs(frames *found, segments *all, junctions *met, const ink_map *map, budget *b,
                                lenet5_error *error)
{
    const size_t before = all->count;
    const lenet5_status status = lenet5_find_combs(found, all, met, map, b, error);
    if (status != LENET5_OK || all->count == before)
        return status;
    lenet5_junctions_free(met);
    return lenet5_find_junctions(met, all, map, b, error);
}

lenet5_status lenet5_find_frames(frames *found, segments *all, const ink_map *map, budget *b, lenet5_error *error)
{
    *found = (frames){.printed = calloc(all->count + 1, sizeof *found->printed)};
    if (!found->printed)
        return lenet5_fail_memory(error);
    junctions met;
    lenet5_status status = lenet5_find_junctions(&met, all, map, b, error);
    if (status == LENET5_OK)
        status = find_combs(found, all, &met, map, b, error);
    builder built = {.all = all, .map = map, .met = &met, .found = found};
    if (status == LENET5_OK)
        status = find_structure(&built, b, error);
    lenet5_junctions_free(&met);
    return status;
}

void lenet5_frames_free(frames *found)
{
    free(found->printed);
    free(found->list);
    *found = (frames){0};
}
