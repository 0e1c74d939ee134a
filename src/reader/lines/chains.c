/*
 * Nearest-neighbour chaining. Two strokes are neighbours in a line if each is the other's nearest, to the right and to
 * the left. A first pass assumes that lines are horizontal; the slopes of its lines predict where neighbours are in a
 * second pass, so that wide gaps and slopes are possible together. Then ends of chains are joined where one continues
 * the other.
 *
 * In: strokes with kinds and a box index. Out: the line of each REGULAR stroke, and the fitted lines. Invariants: left
 * and right of two strokes are mutual after keep_mutual(); lines before the first new one are not changed. Cost: each
 * stroke visits the boxes in a window of MAX_CHAIN_GAP digits' heights.
 */
#include "chains.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"

#define MAX_CHAIN_GAP 2.5 /* of a digit's height: a wider gap separates two lines */
#define HIGHEST \
    1.5 /* times the typical height: digits of this height may have neighbours at MAX_CHAIN_GAP times their own */
#define OFF_LINE 0.35       /* of the lower one's height: difference of neighbours' tops, middles or bottoms, at most */
#define STEEP 0.2           /* slope of a line in the first pass, at most: about 12 degrees */
#define UNEVEN 0.07         /* the same in the second pass, around the slope that the line had */
#define STEEPEST 0.3        /* slope of a fitted line, at most */
#define STRAIGHTER 0.3      /* of the residual of middles: that of tops or bottoms that are used instead, at most */
#define OFF_LINE_COST 2.0   /* gaps: the cost of a neighbour that is off the line by the lower one's height */
#define SLOPE_STIFFNESS 1.5 /* digits' heights: far longer lines have a slope of their own */

/* ---- Straight lines ---------------------------------------------------------------------------------------------- */

double lenet5_in_band(const baseline *l, const box *bounds)
{
    const double middle = line_at(l, middle_x(bounds));
    return fmin((double)bounds->bottom, middle + l->height / 2) - fmax((double)bounds->top, middle - l->height / 2);
}

static bool makes_lines(const stroke *one)
{
    return one->kind == REGULAR || one->kind == IN_CELL;
}

static void find_middles(strokes *s)
{
    for (size_t i = 0; i < s->line_count; i++)
        s->lines[i] = (baseline){.box = EMPTY_BOX,
                                 .field = s->lines[i].field,
                                 .shares = s->lines[i].shares,
                                 .row = s->lines[i].row,
                                 .widest = s->lines[i].widest};
    for (size_t i = 0; i < s->count; i++) {
        if (s->list[i].line == NO_LINE)
            continue;
        assert((size_t)s->list[i].line < s->line_count);
        baseline *l = &s->lines[s->list[i].line];
        const box *b = &s->boxes[i];
        const double weight = makes_lines(&s->list[i]) ? box_height(b) : 1e-3;
        l->box = box_union(l->box, *b);
        l->count++;
        l->tall += makes_lines(&s->list[i]);
        l->sums.weight += weight;
        l->x += weight * middle_x(b);
        l->height += weight * box_height(b);
        for (size_t level = 0; level < LEVELS; level++)
            l->sums.y[level] += weight * level_of(b, level);
    }
    for (size_t i = 0; i < s->line_count; i++) {
        baseline *l = &s->lines[i];
        const double weight = fmax(1e-9, l->sums.weight);
        l->x /= weight;
        l->height /= weight;
        for (size_t level = 0; level < LEVELS; level++)
            l->sums.y[level] /= weight;
        l->y = l->sums.y[MIDDLES];
    }
}

static void find_spreads(strokes *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->list[i].line == NO_LINE || !makes_lines(&s->list[i]))
            continue;
        baseline *l = &s->lines[s->list[i].line];
        const double x = middle_x(&s->boxes[i]) - l->x;
        l->sums.xx += x * x;
        for (size_t level = 0; level < LEVELS; level++) {
            const double y = level_of(&s->boxes[i], level) - l->sums.y[level];
            l->sums.xy[level] += x * y;
            l->sums.yy[level] += y * y;
        }
    }
}

/*
 * The slope along the tops, middles or bottoms of a line's digits, shrunk towards that of the page; *off becomes the
 * residual, squared.
 */
static double slope_along(double *off, const baseline *l, size_t level, double page, double stiffness)
{
    const double slope = (l->sums.xy[level] + stiffness * page) / (l->sums.xx + stiffness);
    *off = l->sums.yy[level] - 2 * slope * l->sums.xy[level] + slope * slope * l->sums.xx +
           stiffness * (slope - page) * (slope - page);
    return slope;
}

/*
 * The slope of a line is that of its middles, in which different sizes average out. If tops or bottoms are far
 * straighter, digits of two sizes share that edge, and it counts. Short lines slope as the page does.
 */
static double find_slope(const baseline *l, double page, double stiffness)
{
    double least, off;
    double best = slope_along(&least, l, MIDDLES, page, stiffness);
    least *= STRAIGHTER;
    for (size_t level = 0; level < LEVELS; level++) {
        const double slope = slope_along(&off, l, level, page, stiffness);
        if (off < least) {
            least = off;
            best = slope;
        }
    }
    return fmax(-STEEPEST, fmin(best, STEEPEST));
}

void lenet5_fit_lines(strokes *s)
{
    const double stiffness = fmax(1, SLOPE_STIFFNESS * SLOPE_STIFFNESS * s->height * s->height);
    double weight = stiffness, sum = 0;
    find_middles(s);
    find_spreads(s);
    for (size_t i = 0; i < s->line_count; i++) {
        weight += s->lines[i].sums.xx;
        sum += s->lines[i].sums.xx * find_slope(&s->lines[i], 0, stiffness);
    }
    s->slope = sum / weight;
    for (size_t i = 0; i < s->line_count; i++)
        s->lines[i].slope = find_slope(&s->lines[i], s->slope, stiffness);
}

/* ---- Neighbours -------------------------------------------------------------------------------------------------- */

/* The least difference between two boxes' tops, middles or bottoms, if the line falls by fall between them. */
static double off_line(const box *a, const box *b, double fall)
{
    const double top = fabs((double)b->top - (double)a->top - fall);
    const double middle = fabs(middle_y(b) - middle_y(a) - fall);
    const double bottom = fabs((double)b->bottom - (double)a->bottom - fall);
    return fmin(middle, fmin(top, bottom));
}

/* The distance of the second box as the right neighbour of the first, in gaps; INFINITY if it is none. */
static double distance(const box *a, const box *b, double slope, double allowed)
{
    const double across = middle_x(b) - middle_x(a);
    const double lower = fmin(box_height(a), box_height(b));
    const double gap = fmax(0, (double)b->left - (double)a->right) / ((box_height(a) + box_height(b)) / 2);
    const double off = off_line(a, b, slope * across);
    if (across <= 0 || gap > MAX_CHAIN_GAP || off > OFF_LINE * lower + allowed * across)
        return INFINITY;
    return gap + OFF_LINE_COST * off / lower;
}

/* The window in which the right neighbour of a box may be. */
static box neighbour_window(const strokes *s, const box *b)
{
    box window = box_grown(*b, 0, s->height);
    window.right = b->right + (size_t)(MAX_CHAIN_GAP * HIGHEST * s->height) + 1;
    return window;
}

static bool is_free(const strokes *s, size_t i)
{
    return s->list[i].kind == REGULAR && s->list[i].line == NO_LINE;
}

static double slope_of(const strokes *s, size_t i, const int32_t *line)
{
    return line && line[i] != NO_LINE ? s->lines[line[i]].slope : s->slope;
}

/* Finds the nearest strokes on both sides of each free stroke. line: of the strokes in the pass before, or NULL. */
static lenet5_status find_neighbours(strokes *s, const int32_t *line, lenet5_error *error)
{
    for (size_t i = 0; i < s->count; i++) {
        stroke *one = &s->list[i];
        one->left = one->right = NO_LINE;
        one->to_left = one->to_right = INFINITY;
    }
    for (size_t i = 0; i < s->count; i++) {
        if (!is_free(s, i))
            continue;
        box_query search = lenet5_box_query(&s->index, neighbour_window(s, &s->boxes[i]));
        size_t k;
        while (lenet5_box_query_next(&search, &k)) {
            if (!is_free(s, k) || k == i)
                continue;
            const double far = distance(&s->boxes[i], &s->boxes[k], slope_of(s, i, line), line ? UNEVEN : STEEP);
            if (far < s->list[i].to_right) {
                s->list[i].to_right = far;
                s->list[i].right = (int32_t)k;
            }
            if (far < s->list[k].to_left) {
                s->list[k].to_left = far;
                s->list[k].left = (int32_t)i;
            }
        }
        const lenet5_status status = lenet5_spend(s->budget, 10 * search.visited, error);
        if (status != LENET5_OK)
            return status;
    }
    return LENET5_OK;
}

/* Drops neighbours that are not mutual. */
static void keep_mutual(strokes *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const int32_t right = s->list[i].right;
        if (right != NO_LINE && s->list[right].left != (int32_t)i)
            s->list[i].right = NO_LINE;
    }
    for (size_t i = 0; i < s->count; i++) {
        const int32_t left = s->list[i].left;
        if (left != NO_LINE && s->list[left].right != (int32_t)i)
            s->list[i].left = NO_LINE;
    }
}

/* Makes a line of each stroke without a left neighbour and all strokes to the right of it. */
static lenet5_status number_chains(strokes *s, size_t first_line)
{
    s->line_count = first_line;
    for (size_t i = 0; i < s->count; i++) {
        if (!is_free(s, i) || s->list[i].left != NO_LINE)
            continue;
        if (s->line_count == MAX_LINES)
            return LENET5_CROWDED;
        for (int32_t k = (int32_t)i; k != NO_LINE; k = s->list[k].right)
            s->list[k].line = (int32_t)s->line_count;
        s->lines[s->line_count++] = (baseline){.field = NO_FIELD};
    }
    lenet5_fit_lines(s);
    return LENET5_OK;
}

/* ---- Joining chains ---------------------------------------------------------------------------------------------- */

void lenet5_join_lines(strokes *s, int32_t to, int32_t from)
{
    baseline *a = &s->lines[to], *b = &s->lines[from];
    for (size_t i = 0; i < s->count; i++)
        if (s->list[i].line == from)
            s->list[i].line = to;
    a->box = box_union(a->box, b->box);
    a->count += b->count;
    b->count = 0;
    b->box = EMPTY_BOX;
}

/* Whether two strokes are each on the line of the other. */
static bool in_one_line(const strokes *s, size_t i, size_t k)
{
    const baseline *a = &s->lines[s->list[i].line], *b = &s->lines[s->list[k].line];
    const double across = middle_x(&s->boxes[k]) - middle_x(&s->boxes[i]);
    const double allowed = OFF_LINE * fmin(box_height(&s->boxes[i]), box_height(&s->boxes[k]));
    return off_line(&s->boxes[i], &s->boxes[k], a->slope * across) <= allowed &&
           off_line(&s->boxes[i], &s->boxes[k], b->slope * across) <= allowed;
}

/* The nearest stroke to the right in another line that continues this one's line; NO_LINE: none. *visited: work. */
static int32_t next_in_line(const strokes *s, size_t i, size_t *visited)
{
    int32_t next = NO_LINE;
    double nearest = INFINITY;
    box_query search = lenet5_box_query(&s->index, neighbour_window(s, &s->boxes[i]));
    size_t k;
    while (lenet5_box_query_next(&search, &k)) {
        const bool ends = s->list[i].right == NO_LINE || s->list[k].left == NO_LINE;
        if (s->list[k].kind != REGULAR || s->list[k].line == NO_LINE || s->list[k].line == s->list[i].line || !ends)
            continue;
        const double far = distance(&s->boxes[i], &s->boxes[k], slope_of(s, i, NULL), STEEP);
        if (far < nearest && in_one_line(s, i, k)) {
            nearest = far;
            next = (int32_t)k;
        }
    }
    *visited = search.visited;
    return next;
}

static lenet5_status join_ends(strokes *s, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < s->count && status == LENET5_OK; i++) {
        if (s->list[i].kind != REGULAR || s->list[i].line == NO_LINE)
            continue;
        size_t visited;
        const int32_t next = next_in_line(s, i, &visited);
        status = lenet5_spend(s->budget, 10 * visited + (next != NO_LINE ? s->count : 0), error);
        if (next != NO_LINE && status == LENET5_OK)
            lenet5_join_lines(s, s->list[i].line, s->list[next].line);
    }
    return status;
}

/* Chains free strokes in two passes. line: room for all strokes. */
static lenet5_status chain_twice(strokes *s, int32_t *line, lenet5_error *error)
{
    const size_t before = s->line_count;
    lenet5_status status = find_neighbours(s, NULL, error);
    if (status == LENET5_OK) {
        keep_mutual(s);
        status = number_chains(s, before);
    }
    if (status != LENET5_OK)
        return status;
    for (size_t i = 0; i < s->count; i++) {
        line[i] = s->list[i].line;
        if (line[i] >= (int32_t)before)
            s->list[i].line = NO_LINE;
    }
    status = find_neighbours(s, line, error);
    if (status != LENET5_OK)
        return status;
    keep_mutual(s);
    return number_chains(s, before);
}

lenet5_status lenet5_make_chains(strokes *s, lenet5_error *error)
{
    int32_t *line = malloc((s->count + 1) * sizeof *line);
    lenet5_status status = line ? chain_twice(s, line, error) : lenet5_fail_memory(error);
    free(line);
    if (status == LENET5_OK)
        status = join_ends(s, error);
    if (status == LENET5_OK)
        lenet5_fit_lines(s);
    return status;
}
