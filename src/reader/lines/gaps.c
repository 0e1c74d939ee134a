#include "gaps.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/ascending.h"
#include "base/error.h"
#include "sort.h"

#define SAME_ROW 0.5 /* of the lower line's height: distance between the middles of two lines of one row, at most */
#define NO_GAP 0.15 /* digits' heights: added to gaps before they are compared by ratio, so that small ones are alike */
#define CLEARLY 2.2 /* ratio of gaps that parts a line by its own gaps alone, and */
#define GAP 1.0     /* digits' heights: such a gap, at least */
#define WITHIN 0.34 /* gaps within the numbers of a line for each gap between, at least */
#define TWO_CLUSTERS 0.8   /* share of the variance of a page's gaps between two clusters, at least */
#define CLEARLY_ALL 2.5    /* ratio of the clusters' means, at least */
#define GAP_ALL 0.45       /* digits' heights: gap that parts lines by the page's gaps, at least */
#define GAP_MARKED 0.6     /* the same for a gap with a low stroke in it, which may be a part of a digit */
#define GAP_COUNTED 1.2    /* digits' heights: a gap with a mark in it that counts among the page's gaps, at least */
#define LINES_ALL 2        /* lines of a page, at least: the gaps of one may all be within its number */
#define GAP_ON_RULE 1.2    /* digits' heights: gap within a number on a printed line of its own, at most */
#define ON_RULE_ACROSS 0.3 /* digits' heights: how far it extends beyond the line's ends, at most, */
#define ON_RULE_ABOVE 0.4  /* how far its foot is below the line, at most, and */
#define ON_RULE_BELOW 0.8  /* how far above it */
#define RULES_APART 2      /* digits' heights: distance between lines that numbers stand on, at least */
#define ON_RULE_FILLED 0.6 /* of the line: what a number on a line of its own covers, at least */
#define WIDEST_GAP 2.5     /* digits' heights: gap within a number, at most, whatever the others are */

/* ---- Rows -------------------------------------------------------------------------------------------------------- */

/* Sorts lines from the top down, along the page's slope; returns their number. */
static size_t sort_lines(sort_key *order, const strokes *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->line_count; i++)
        if (s->lines[i].count > 0)
            order[count++] = (sort_key){s->lines[i].y - s->slope * s->lines[i].x, i};
    lenet5_sort_keys(order, count);
    return count;
}

lenet5_status lenet5_number_rows(strokes *s, lenet5_error *error)
{
    sort_key *order = malloc((s->line_count + 1) * sizeof *order);
    if (!order)
        return lenet5_fail_memory(error);
    const size_t count = sort_lines(order, s);
    double middle = 0, lines = 0;
    size_t row = 0;
    for (size_t i = 0; i < count; i++) {
        baseline *l = &s->lines[order[i].index];
        if (lines > 0 && order[i].at - middle > SAME_ROW * l->height) {
            row++;
            lines = 0;
        }
        lines++;
        middle = lines > 1 ? middle + (order[i].at - middle) / lines : order[i].at;
        l->row = row;
    }
    free(order);
    return LENET5_OK;
}

/* ---- Gaps -------------------------------------------------------------------------------------------------------- */

/* The strokes of all lines, line by line and from left to right, with the gap before each in digits' heights. */
typedef struct gaps {
    size_t count;
    size_t *stroke; /* (count) */
    double *gap;    /* (count): below 0 for the first of a line */
    double *sorted; /* (count): room for sorted gaps */
} gaps;

/* The geometric mean of two gaps, each with NO_GAP added. */
static double geometric_middle(double narrow, double wide)
{
    return sqrt((narrow + NO_GAP) * (wide + NO_GAP)) - NO_GAP;
}

/*
 * The gap that parts a line by its own gaps: where they become clearly wider than those before. sorted: (count),
 * ascending.
 */
static double clearly_wider(const double *sorted, size_t count)
{
    double gap = WIDEST_GAP, most = CLEARLY;
    for (size_t i = 1; i < count; i++) {
        const double ratio = (sorted[i] + NO_GAP) / (sorted[i - 1] + NO_GAP);
        if (ratio > most && (double)i >= WITHIN * (double)(count - i)) {
            most = ratio;
            gap = fmax(GAP, geometric_middle(sorted[i - 1], sorted[i]));
        }
    }
    return fmin(gap, WIDEST_GAP);
}

static bool is_mark(const strokes *s, size_t number)
{
    return s->list[number].kind == LOW;
}

/* Measures the gaps between digits, less the marks in them. */
static void measure_gaps(gaps *g, const strokes *s, const sort_key *order)
{
    int32_t line = NO_LINE;
    double right = -1, marks = 0;
    for (size_t i = 0; i < g->count; i++) {
        const size_t number = order[i].index;
        const box *b = &s->boxes[number];
        const bool is_first = s->list[number].line != line;
        line = s->list[number].line;
        right = is_first ? -1 : right;
        g->stroke[i] = number;
        g->gap[i] = is_first ? -1 : 0;
        if (is_mark(s, number)) {
            marks += (double)(b->right - b->left);
            continue;
        }
        if (right >= 0)
            g->gap[i] = fmax(0, (double)b->left - right - marks) / s->lines[line].height;
        right = fmax(right, (double)b->right);
        marks = 0;
    }
}

/* Sorts the strokes by line and left side, and measures the gaps. */
static lenet5_status list_gaps(gaps *g, const strokes *s, lenet5_error *error)
{
    size_t width = 1;
    sort_key *order = malloc((s->count + 1) * sizeof *order);
    if (!order)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < s->count; i++)
        width = s->boxes[i].right > width ? s->boxes[i].right : width;
    for (size_t i = 0; i < s->count; i++)
        if (s->list[i].line != NO_LINE && s->lines[s->list[i].line].field == NO_FIELD)
            order[g->count++] = (sort_key){(double)s->list[i].line * (double)width + (double)s->boxes[i].left, i};
    assert(g->count <= s->count);
    lenet5_sort_keys(order, g->count);
    measure_gaps(g, s, order);
    free(order);
    return LENET5_OK;
}

/* The logarithm of a gap. The narrowest quarter counts as equal, so that touching digits are no cluster. */
static double size_of(const double *sorted, size_t count, size_t i)
{
    return log(fmax(sorted[i], sorted[count / 4]) + NO_GAP);
}

/* The gap beyond which lines are parted, by all gaps of a page. known: the page shows it. */
typedef struct page_gap {
    bool known;
    double gap; /* in digits' heights; WIDEST_GAP if it is unknown */
} page_gap;

static const page_gap unknown_gap = {false, WIDEST_GAP};

/*
 * Gaps within numbers and between them make two clusters of logarithms, which are separated by Otsu's method (1979).
 * sorted: (count), ascending.
 */
static page_gap between_clusters(const double *sorted, size_t count)
{
    double sum = 0, squares = 0, below = 0, most = 0, ratio = 0, gap = WIDEST_GAP;
    if (count == 0)
        return unknown_gap;
    for (size_t i = 0; i < count; i++) {
        const double size = size_of(sorted, count, i);
        sum += size;
        squares += size * size;
    }
    for (size_t i = 1; i < count; i++) {
        below += size_of(sorted, count, i - 1);
        const double low = below / (double)i, high = (sum - below) / (double)(count - i);
        const double spread = (double)i * (double)(count - i) / (double)count * (high - low) * (high - low);
        if (spread > most) {
            most = spread;
            ratio = high - low;
            gap = geometric_middle(sorted[i - 1], sorted[i]);
        }
    }
    const double all = squares - sum * sum / (double)count;
    const bool known = most > TWO_CLUSTERS * all && ratio > log(CLEARLY_ALL);
    return known ? (page_gap){true, fmax(gap, GAP_ALL)} : unknown_gap;
}

/* Whether the gap before a stroke is between two digits. With a mark in it, only a wide gap counts. */
static bool is_telling(const strokes *s, const gaps *g, size_t i)
{
    return i > 0 && g->gap[i] >= 0 && !is_mark(s, g->stroke[i]) &&
           (!is_mark(s, g->stroke[i - 1]) || g->gap[i] >= GAP_COUNTED);
}

/* The end of the line that begins with stroke first. */
static size_t end_of_line(const gaps *g, size_t first)
{
    size_t end = first + 1;
    while (end < g->count && g->gap[end] >= 0)
        end++;
    return end;
}

static bool has_gap(const gaps *g, size_t first, size_t end, double least)
{
    bool found = false;
    for (size_t i = first + 1; i < end; i++)
        found |= g->gap[i] > least;
    return found;
}

/* Sorts the gaps of all lines that have one above least; returns their number. */
static size_t sort_gaps(gaps *g, const strokes *s, double least)
{
    size_t count = 0;
    for (size_t first = 0, end; first < g->count; first = end) {
        end = end_of_line(g, first);
        const bool counts = has_gap(g, first, end, least);
        for (size_t i = first + 1; i < end && counts; i++)
            if (is_telling(s, g, i))
                g->sorted[count++] = g->gap[i];
    }
    assert(count <= g->count);
    qsort(g->sorted, count, sizeof *g->sorted, ascending_numbers);
    return count;
}

/*
 * Finds the gap by all lines. If some gaps are wide, it is found again by the lines that have one: lines without, as of
 * print, do not show how wide gaps within the other numbers are.
 */
static page_gap find_page_gap(const strokes *s, gaps *g)
{
    size_t lines = 0;
    for (size_t i = 1; i < g->count; i++)
        lines += g->gap[i] >= 0 && g->gap[i - 1] < 0;
    if (lines < LINES_ALL)
        return unknown_gap;
    const page_gap all = between_clusters(g->sorted, sort_gaps(g, s, -1));
    return all.gap < WIDEST_GAP ? between_clusters(g->sorted, sort_gaps(g, s, all.gap)) : all;
}

/* Moves marks before a digit that are nearer to it than to the digit before to its line. */
static void take_marks(strokes *s, const gaps *g, size_t first, size_t digit)
{
    const box *to = &s->boxes[g->stroke[digit]];
    size_t before = digit;
    while (before > first && is_mark(s, g->stroke[before - 1]))
        before--;
    if (before == first)
        return;
    const box *from = &s->boxes[g->stroke[before - 1]];
    for (size_t i = before; i < digit; i++)
        if (middle_x(&s->boxes[g->stroke[i]]) > (double)(from->right + to->left) / 2)
            s->list[g->stroke[i]].line = s->list[g->stroke[digit]].line;
}

/* ---- On a rule --------------------------------------------------------------------------------------------------- */

/* Whether two strokes stand on a printed line. */
static bool do_stand_on(const horizontal_line *l, const box *left, const box *right, double height)
{
    const double near = ON_RULE_ACROSS * height, x = 0.5 * (double)(left->left + right->right);
    const double y = l->y0 + (x - l->x0) / fmax(1, l->x1 - l->x0) * (l->y1 - l->y0);
    const double foot = fmax((double)left->bottom, (double)right->bottom);
    return l->x0 <= (double)left->left + near && l->x1 >= (double)right->right - near &&
           y >= foot - ON_RULE_ABOVE * height && y <= foot + ON_RULE_BELOW * height;
}

/* Whether no other printed line is near above one, or continues it, as in a table. */
static bool is_alone(const strokes *s, const horizontal_line *l, double height)
{
    for (size_t i = 0; i < s->horizontal_count; i++) {
        const horizontal_line *other = &s->horizontals[i];
        const double below = (other->y0 + other->y1 - l->y0 - l->y1) / 2;
        if (other != l && below >= -RULES_APART * height && below <= ON_RULE_ABOVE * height &&
            other->x0 <= l->x1 + height && other->x1 >= l->x0 - height)
            return false;
    }
    return true;
}

/*
 * Whether the strokes on both sides of gap i stand on a printed line that the line of writing nearly fills: it is
 * printed for one number. first, end: the strokes of the line of writing.
 */
static bool is_on_own_rule(const strokes *s, const gaps *g, size_t first, size_t end, size_t i)
{
    const box *before = &s->boxes[g->stroke[i - 1]], *after = &s->boxes[g->stroke[i]];
    const double height = s->lines[s->list[g->stroke[i]].line].height;
    for (size_t k = 0; k < s->horizontal_count; k++) {
        const horizontal_line *l = &s->horizontals[k];
        double from = INFINITY, to = 0;
        if (!do_stand_on(l, before, after, height) || !is_alone(s, l, height))
            continue;
        for (size_t j = first; j < end; j++) {
            const box *b = &s->boxes[g->stroke[j]];
            if (middle_x(b) >= l->x0 && middle_x(b) <= l->x1) {
                from = fmin(from, (double)b->left);
                to = fmax(to, (double)b->right);
            }
        }
        if (to - from >= ON_RULE_FILLED * (l->x1 - l->x0))
            return true;
    }
    return false;
}

/* ---- Parting ----------------------------------------------------------------------------------------------------- */

/* A line that is split: strokes first to end - 1. */
typedef struct split {
    strokes *s;
    gaps *g;
    size_t first, end;
    double own; /* the gap that parts it, by its own gaps */
    page_gap page;
} split;

/* The widest gap before stroke i that does not part its line. */
static double widest_within(const split *l, size_t i)
{
    const gaps *g = l->g;
    const double within = fmin(l->page.gap, l->own), on_rule = fmin(l->own, GAP_ON_RULE);
    const bool is_marked = g->gap[i] >= 0 && is_mark(l->s, g->stroke[i - 1]);
    if (g->gap[i] > within && g->gap[i] <= on_rule && is_on_own_rule(l->s, g, l->first, l->end, i))
        return on_rule;
    return is_marked ? fmax(within, GAP_MARKED) : within;
}

static double own_gap(const split *l)
{
    gaps *g = l->g;
    size_t count = 0;
    for (size_t i = l->first + 1; i < l->end; i++)
        if (is_telling(l->s, g, i))
            g->sorted[count++] = g->gap[i];
    qsort(g->sorted, count, sizeof *g->sorted, ascending_numbers);
    return clearly_wider(g->sorted, count);
}

/* Gives the strokes behind each gap that parts the line a line of their own. */
static lenet5_status split_line(const split *l)
{
    strokes *s = l->s;
    const gaps *g = l->g;
    int32_t line = s->list[g->stroke[l->first]].line;
    for (size_t i = l->first + 1; i < l->end; i++) {
        const double least = widest_within(l, i);
        const bool parts = g->gap[i] > least;
        if (parts && s->line_count == MAX_LINES)
            return LENET5_CROWDED;
        if (parts) {
            s->lines[s->line_count] = s->lines[line];
            line = (int32_t)s->line_count++;
        }
        s->lines[line].widest = parts || !l->page.known ? 0 : fmax(s->lines[line].widest, g->gap[i] / least);
        s->list[g->stroke[i]].line = line;
        if (parts)
            take_marks(s, g, l->first, i);
    }
    return LENET5_OK;
}

static lenet5_status split_all(strokes *s, gaps *g, lenet5_error *error)
{
    split l = {.s = s, .g = g, .page = find_page_gap(s, g)};
    lenet5_status status = lenet5_spend(s->budget, (100 + 40 * s->horizontal_count) * g->count, error);
    for (size_t end; l.first < g->count && status == LENET5_OK; l.first = end) {
        l.end = end = end_of_line(g, l.first);
        l.own = own_gap(&l);
        status = split_line(&l);
    }
    return status;
}

lenet5_status lenet5_split_lines(strokes *s, lenet5_error *error)
{
    gaps g = {0};
    g.stroke = malloc((s->count + 1) * sizeof *g.stroke);
    g.gap = malloc((s->count + 1) * sizeof *g.gap);
    g.sorted = malloc((s->count + 1) * sizeof *g.sorted);
    lenet5_status status = g.stroke && g.gap && g.sorted ? list_gaps(&g, s, error) : lenet5_fail_memory(error);
    if (status == LENET5_OK)
        status = split_all(s, &g, error);
    free(g.stroke);
    free(g.gap);
    free(g.sorted);
    return status;
}
