#include "attach.h"

#include <math.h>

#include "base/error.h"

#define MAX_PART_DISTANCE 1.5 /* of a digit's height: how far from a line its parts may be */
#define THROUGH 0.6           /* of a line's height: what a stroke through its band covers, at least */
#define LONE_HIGHER 2.0       /* times as high as the only stroke of a line: a stroke that contains that one */
#define EDGE_INSIDE 0.7       /* share of a stroke cut by the border that is in the band of its line, at least */
#define EDGE_HEIGHT 0.35      /* of a digit's height: height of such a stroke, at least */
#define LOW_INSIDE 0.5        /* share of a mark, or part of a digit, in the band of its line, at least */
#define HANG 0.25             /* of a digit's height: how far a mark, as a comma, hangs out of the band */
#define OUTSIDE 1.5           /* digits' heights: distance that a stroke fully outside the band is charged with */
#define OVER -0.05          /* of a low stroke's width: what lies over or under a digit, at least; below 0: beside it */
#define OVER_GAP 0.4        /* of a digit's height: vertical gap between the two, at most */
#define OVER_AREA 0.01      /* squares of a digit's height: ink of a stroke that lies over or under a digit, at least */
#define HALVES 0.3          /* of the narrower half's width: what lies over the other half, at least */
#define HALVES_GAP 0.2      /* of both halves' height: gap between the halves, at most */
#define HALVES_CLOSE 0.1    /* the same for halves of about one height */
#define HALVES_SLIM 1.6     /* height to width of a digit broken into such halves, at most */
#define MIN_HALF_HEIGHT 0.6 /* of the other half's height: a lower stroke is no digit by itself */

#define FAR_HIGHER 1.6  /* times as high as a stroke: digits of which it is a part, at least */
#define PART_INSIDE 0.9 /* share of such a part in the band of the digits' line, at least */
#define LONE 2          /* strokes of a line that may be such parts, at most */

static double gap_down(const box *a, const box *b)
{
    return fmax((double)a->top, (double)b->top) - fmin((double)a->bottom, (double)b->bottom);
}

size_t lenet5_lines_through(int32_t found[MAX_SPANNED], const strokes *s, size_t number, size_t *visited)
{
    const box *bounds = &s->boxes[number];
    box_query search = lenet5_box_query(&s->index, box_grown(*bounds, MAX_PART_DISTANCE * s->height, 0));
    size_t count = 0, k;
    while (lenet5_box_query_next(&search, &k) && count < MAX_SPANNED) {
        const int32_t line = s->list[k].line;
        bool known = k == number || line == NO_LINE || s->list[k].kind != REGULAR;
        for (size_t i = 0; i < count && !known; i++)
            known = found[i] == line;
        if (known || lenet5_in_band(&s->lines[line], bounds) < THROUGH * s->lines[line].height ||
            (s->lines[line].tall < 2 && s->lines[line].height * LONE_HIGHER < box_height(bounds)))
            continue;
        size_t at = count++;
        const double x = middle_x(bounds), y = line_at(&s->lines[line], x);
        for (; at > 0 && line_at(&s->lines[found[at - 1]], x) > y; at--)
            found[at] = found[at - 1];
        found[at] = line;
    }
    *visited = search.visited;
    return count;
}

/* The line whose middle is nearest to that of a stroke. */
static int32_t middle_line(const strokes *s, size_t number, const int32_t *lines, size_t count)
{
    int32_t best = lines[0];
    for (size_t i = 1; i < count; i++) {
        const double x = middle_x(&s->boxes[number]), y = middle_y(&s->boxes[number]);
        if (fabs(line_at(&s->lines[lines[i]], x) - y) < fabs(line_at(&s->lines[best], x) - y))
            best = lines[i];
    }
    return best;
}

lenet5_status lenet5_attach_high(strokes *s, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < s->count && status == LENET5_OK; i++) {
        if (s->list[i].kind != HIGH || s->list[i].line != NO_LINE)
            continue;
        int32_t through[MAX_SPANNED];
        size_t visited;
        const size_t count = lenet5_lines_through(through, s, i, &visited);
        if (count > 0)
            s->list[i].line = middle_line(s, i, through, count);
        status = lenet5_spend(s->budget, 10 * visited, error);
    }
    return status;
}

/* Makes strokes that were lines by themselves parts of far higher digits. */
lenet5_status lenet5_absorb_parts(strokes *s, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < s->count && status == LENET5_OK; i++) {
        const int32_t line = s->list[i].line;
        if (s->list[i].kind != REGULAR || line == NO_LINE || s->lines[line].tall > LONE)
            continue;
        const double height = box_height(&s->boxes[i]);
        box_query search = lenet5_box_query(&s->index, box_grown(s->boxes[i], MAX_PART_DISTANCE * s->height, 0));
        size_t k;
        while (s->list[i].kind == REGULAR && lenet5_box_query_next(&search, &k)) {
            const int32_t other = s->list[k].line;
            if (s->list[k].kind != REGULAR || other == NO_LINE || s->lines[other].tall < 2 ||
                s->lines[other].height < FAR_HIGHER * height ||
                lenet5_in_band(&s->lines[other], &s->boxes[i]) < PART_INSIDE * height)
                continue;
            s->list[i].kind = LOW;
            s->list[i].line = other;
        }
        status = lenet5_spend(s->budget, 10 * search.visited, error);
    }
    return status;
}

/*
 * The distance from a low or cut stroke to a digit of a line, in digits' heights; INFINITY if it cannot be of that
 * line.
 */
static double far_from(const strokes *s, size_t number, size_t digit)
{
    const box *bounds = &s->boxes[number], *other = &s->boxes[digit];
    const baseline *l = &s->lines[s->list[digit].line];
    const double inside = lenet5_in_band(l, bounds) / box_height(bounds);
    const double over = box_common_width(*bounds, *other), width = (double)(bounds->right - bounds->left);
    const double across = fmax(0, -over) / l->height, down = fmax(0, gap_down(bounds, other)) / l->height;
    if (s->list[number].kind == DOUBTFUL)
        return inside >= EDGE_INSIDE && box_height(bounds) >= EDGE_HEIGHT * l->height ? across : INFINITY;
    const bool hangs = lenet5_in_band(l, bounds) + HANG * l->height >= LOW_INSIDE * box_height(bounds);
    const bool is_over =
        over >= OVER * width && down <= OVER_GAP && width * box_height(bounds) >= OVER_AREA * l->height * l->height;
    return hangs || is_over ? hypot(across, down) + OUTSIDE * (1 - fmax(0, inside)) : INFINITY;
}

lenet5_status lenet5_attach_low(strokes *s, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < s->count && status == LENET5_OK; i++) {
        const bool is_free = s->list[i].kind == LOW || s->list[i].kind == DOUBTFUL;
        if (!is_free || s->list[i].line != NO_LINE)
            continue;
        double nearest = INFINITY;
        box_query search =
            lenet5_box_query(&s->index, box_grown(s->boxes[i], MAX_PART_DISTANCE * s->height, OVER_GAP * s->height));
        size_t k;
        while (lenet5_box_query_next(&search, &k)) {
            if (s->list[k].line == NO_LINE || (s->list[k].kind != REGULAR && s->list[k].kind != HIGH))
                continue;
            const double far = far_from(s, i, k);
            if (far < nearest) {
                nearest = far;
                s->list[i].line = s->list[k].line;
            }
        }
        status = lenet5_spend(s->budget, 10 * search.visited, error);
    }
    return status;
}

/* Whether two strokes are the upper and the lower half of a digit, as of a 5 whose bar does not touch it. */
static bool are_halves(const box *a, const box *b)
{
    const box both = box_union(*a, *b);
    const double narrower = fmin((double)(a->right - a->left), (double)(b->right - b->left));
    const double height = box_height(&both), gap = gap_down(a, b);
    const double lower = fmin(box_height(a), box_height(b)), higher = fmax(box_height(a), box_height(b));
    if (box_common_width(*a, *b) < HALVES * narrower)
        return false;
    if (lower <= MIN_HALF_HEIGHT * higher)
        return gap <= HALVES_GAP * height;
    return gap <= HALVES_CLOSE * height && height <= HALVES_SLIM * (double)(both.right - both.left);
}

static bool may_be_half(const stroke *one)
{
    return one->line != NO_LINE && (one->kind == REGULAR || one->kind == HIGH);
}

lenet5_status lenet5_join_halves(strokes *s, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < s->count && status == LENET5_OK; i++) {
        const int32_t line = s->list[i].line;
        if (!may_be_half(&s->list[i]) || s->lines[line].count != 1)
            continue;
        box_query search = lenet5_box_query(&s->index, box_grown(s->boxes[i], 0, s->height));
        size_t k, joined = 0;
        while (lenet5_box_query_next(&search, &k) && joined == 0) {
            const int32_t other = s->list[k].line;
            if (!may_be_half(&s->list[k]) || other == line || s->lines[other].count != 1 ||
                !are_halves(&s->boxes[i], &s->boxes[k]))
                continue;
            lenet5_join_lines(s, line, other);
            joined = s->count;
        }
        status = lenet5_spend(s->budget, 10 * search.visited + joined, error);
    }
    return status;
}
