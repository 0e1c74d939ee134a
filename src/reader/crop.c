#include "crop.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "page/histogram.h"
#include "page/threshold.h"

#define GRID 24              /* cells each way of the reduced picture in which connected regions are found */
#define MIXED 0.2            /* share of the border of either kind, from which on it is of both kinds */
#define MAX_ONE_ASPECT 0.6   /* width to height of a 1, at most */
#define STEM 0.4             /* the same of a 1 without a foot */
#define FULL 0.9             /* share of the rows of the middle column that are ink in such a 1, at least */
#define DEEP 0.25            /* of the picture's side: how deep a rule may reach into it */
#define MAX_RULE_MARGIN 0.08 /* of the picture's side: how far from the border a rule may begin */
#define DENSE 0.2            /* share of a side's length: ink in a row of pixels along a rule, at least */
#define SPARSE 0.15          /* the same in the first row beyond a rule, at most */
#define THIN 0.1             /* of the shorter side: width of a rule, at most */
#define LONG 0.7             /* share of a side that a rule along it covers, at least */
#define PIECE 0.3            /* the same of a rule that reaches a corner and touches nothing */
#define MAX_RULE_BEND 0.006  /* of a rule's length: deviation of its inner edge from a straight line, at most, or */
#define MIN_STRAY 0.5        /* so many pixels */
#define CORNER 0.08          /* of a side, at both ends: other rules may cross it there */
#define FRINGE 1             /* pixels beside a rule that it makes grey, besides a quarter of its width */
#define AT_END 0.03          /* of a side: a rule that ends nearer to the side's end ends there */
#define BEYOND 0.05          /* of a side: how far a rule goes beyond both ends of a digit that touches it */

/* ---- Ink and paper ----------------------------------------------------------------------------------------------- */

static double dark_share_of_border(const crop *c, unsigned level)
{
    size_t dark = 0, all = 0;
    for (size_t y = 0; y < c->height; y++) {
        const size_t step = y == 0 || y + 1 == c->height || c->width < 2 ? 1 : c->width - 1;
        for (size_t x = 0; x < c->width; x += step, all++)
            dark += c->grey[y * c->width + x] <= level;
    }
    return (double)dark / (double)all;
}

/* A reduced picture: 1 for dark cells, 0 for light ones. */
typedef struct grid {
    size_t width, height;
    uint8_t dark[GRID * GRID];
} grid;

static void reduce(grid *g, const crop *c, unsigned level)
{
    g->width = c->width < GRID ? c->width : GRID;
    g->height = c->height < GRID ? c->height : GRID;
    for (size_t i = 0; i < g->width * g->height; i++) {
        const size_t left = i % g->width * c->width / g->width, right = (i % g->width + 1) * c->width / g->width;
        const size_t top = i / g->width * c->height / g->height, bottom = (i / g->width + 1) * c->height / g->height;
        size_t dark = 0;
        for (size_t y = top; y < bottom; y++)
            for (size_t x = left; x < right; x++)
                dark += c->grey[y * c->width + x] <= level;
        g->dark[i] = 2 * dark >= (right - left) * (bottom - top);
    }
}

enum { LEFT = 1, RIGHT = 2, TOP = 4, BOTTOM = 8, ALL_SIDES = 15, SIDES = 4 };

/*
 * Marks the connected region of a cell with 2, and returns the sides of the picture that it touches. Dark cells connect
 * at their corners too, light ones do not.
 */
static unsigned follow(grid *g, size_t from)
{
    uint16_t stack[GRID * GRID];
    const uint8_t kind = g->dark[from];
    size_t depth = 0;
    unsigned sides = 0;
    stack[depth++] = (uint16_t)from;
    g->dark[from] = 2;
    while (depth > 0) {
        const size_t at = stack[--depth], x = at % g->width, y = at / g->width;
        sides |= (x == 0 ? LEFT : 0) | (x + 1 == g->width ? RIGHT : 0) | (y == 0 ? TOP : 0) |
                 (y + 1 == g->height ? BOTTOM : 0);
        for (size_t v = y > 0 ? y - 1 : 0; v <= y + 1 && v < g->height; v++)
            for (size_t u = x > 0 ? x - 1 : 0; u <= x + 1 && u < g->width; u++)
                if (g->dark[v * g->width + u] == kind && (kind || u == x || v == y)) {
                    g->dark[v * g->width + u] = 2;
                    assert(depth < GRID * GRID);
                    stack[depth++] = (uint16_t)(v * g->width + u);
                }
    }
    return sides;
}

/* Whether a connected region of one kind touches all four sides. */
static bool goes_across(grid g, bool dark)
{
    for (size_t i = 0; i < g.width * g.height; i++)
        if (g.dark[i] == dark && follow(&g, i) == ALL_SIDES)
            return true;
    return false;
}

/* ---- Pieces of a frame ------------------------------------------------------------------------------------------- */

/* One side of a part of a picture, seen as if it were the top: rows of pixels along it, from the border inwards. */
typedef struct side {
    const crop *c;
    box part;
    unsigned which;       /* LEFT, RIGHT, TOP or BOTTOM */
    size_t length, depth; /* of the part: along the side, and away from it */
} side;

static side side_of(const crop *c, const box *part, unsigned which)
{
    const size_t wide = part->right - part->left, tall = part->bottom - part->top;
    const bool upright = which == LEFT || which == RIGHT;
    return (side){c, *part, which, upright ? tall : wide, upright ? wide : tall};
}

static bool ink_at(const side *s, size_t along, size_t in)
{
    const box *p = &s->part;
    const size_t x = s->which == LEFT ? p->left + in : s->which == RIGHT ? p->right - 1 - in : p->left + along;
    const size_t y = s->which == TOP ? p->top + in : s->which == BOTTOM ? p->bottom - 1 - in : p->top + along;
    return s->c->ink[s->c->grey[y * s->c->width + x]];
}

static size_t ink_of_row(const side *s, size_t in)
{
    size_t count = 0;
    for (size_t i = 0; i < s->length; i++)
        count += ink_at(s, i, in);
    return count;
}

/*
 * Returns the first row inside a possible rule: the first sparse one behind a dense one near the border. 0: there is
 * none.
 */
static size_t row_within(const side *s)
{
    const double dense = DENSE * (double)s->length, sparse = SPARSE * (double)s->length;
    const size_t deep = (size_t)(DEEP * (double)s->depth);
    size_t in = 0;
    while (in <= (size_t)(MAX_RULE_MARGIN * (double)s->depth) && (double)ink_of_row(s, in) < dense)
        in++;
    if (in > (size_t)(MAX_RULE_MARGIN * (double)s->depth))
        return 0;
    while (in < deep && (double)ink_of_row(s, in) > sparse)
        in++;
    while (in < deep && ink_of_row(s, in) > ink_of_row(s, in + 1)) /* its fringe */
        in++;
    return in < deep ? in : 0;
}

/* The rows outside of a row: where their ink begins and ends along the side, and how much like a rule it is. */
typedef struct strip {
    size_t first, last, covered; /* covered: positions along the side that have ink */
    double width;                /* mean, over the covered positions */
    double stray;                /* RMS deviation of its inner edge from a straight line, in pixels */
} strip;

/* Sums for a straight line through points, by least squares. */
typedef struct fit {
    double n, x, y, xx, xy, yy;
} fit;

static void add_point(fit *f, double x, double y)
{
    f->n++;
    f->x += x;
    f->y += y;
    f->xx += x * x;
    f->xy += x * y;
    f->yy += y * y;
}

/* The RMS distance of the points from the line, in pixels; INFINITY for fewer than two. */
static double stray_of(const fit *f)
{
    if (f->n < 2)
        return INFINITY;
    const double xx = f->xx - f->x * f->x / f->n, xy = f->xy - f->x * f->y / f->n, yy = f->yy - f->y * f->y / f->n;
    return sqrt(fmax(0, yy - xy * xy / xx) / f->n);
}

/* Measures the inner edge, since the picture may cut the outer one; positions where a digit touches it do not count. */
static strip measure_strip(const side *s, size_t within)
{
    const size_t corner = (size_t)(CORNER * (double)s->length);
    strip r = {.first = s->length};
    fit edge = {0};
    size_t ink = 0;
    for (size_t i = 0; i < s->length; i++) {
        size_t in = 0;
        while (in < within && !ink_at(s, i, in))
            in++;
        if (in == within)
            continue;
        r.first = i < r.first ? i : r.first;
        r.last = i;
        r.covered++;
        for (; in < within && ink_at(s, i, in); in++)
            ink++;
        if (!ink_at(s, i, in) && i >= corner && i + corner < s->length)
            add_point(&edge, (double)i, (double)in);
    }
    r.width = (double)ink / fmax(1, (double)r.covered);
    r.stray = stray_of(&edge);
    return r;
}

/* Whether a strip is as straight and as thin as a rule. */
static bool is_straight(const side *s, const strip *r)
{
    const double length = (double)s->length, shorter = fmin(length, (double)s->depth);
    return r->width <= THIN * shorter + 1 && r->stray <= fmax(MIN_STRAY, MAX_RULE_BEND * length) &&
           (double)r->covered >= PIECE * length;
}

/* Whether a strip extends beyond both ends of the ink inside it, and that ink ends before the opposite side. */
static bool goes_beyond(const strip *r, size_t offset, const side *inner)
{
    const double beyond = BEYOND * (double)inner->length;
    size_t first = inner->length, last = 0;
    for (size_t in = 0; in < inner->depth; in++)
        for (size_t i = 0; i < inner->length; i++)
            if (ink_at(inner, i, in)) {
                first = i < first ? i : first;
                last = i > last ? i : last;
            }
    return first == inner->length ||
           ((double)(first + offset) >= (double)r->first + beyond &&
            (double)(last + offset) + beyond <= (double)r->last && ink_of_row(inner, inner->depth - 1) == 0);
}

/*
 * Whether a strip is a rule, by the ink inside: the bar of a digit would be a part of it. inner: the side without any
 * strip.
 */
static bool is_rule(const side *s, const strip *r, const side *inner, size_t offset)
{
    const double length = (double)s->length;
    const bool free = ink_of_row(inner, 0) == 0;
    const bool at_end = (double)r->first <= AT_END * length || (double)(r->last + 1) >= (1 - AT_END) * length;
    return (free && at_end) || ((double)r->covered >= LONG * length && (free || goes_beyond(r, offset, inner)));
}

static void cut_off(box *part, unsigned which, size_t rows)
{
    part->left += which == LEFT ? rows : 0;
    part->right -= which == RIGHT ? rows : 0;
    part->top += which == TOP ? rows : 0;
    part->bottom -= which == BOTTOM ? rows : 0;
}

box lenet5_inside_frame(const crop *c, box whole)
{
    box inner = whole, part = whole;
    side sides[SIDES];
    strip strips[SIDES];
    size_t rows[SIDES];
    for (unsigned i = 0; i < SIDES; i++) {
        sides[i] = side_of(c, &whole, 1u << i);
        rows[i] = row_within(&sides[i]);
        if (rows[i] == 0)
            continue;
        strips[i] = measure_strip(&sides[i], rows[i]);
        rows[i] = is_straight(&sides[i], &strips[i]) ? rows[i] : 0;
        cut_off(&inner, 1u << i, rows[i]);
    }
    for (unsigned i = 0; i < SIDES; i++) {
        const side within = side_of(c, &inner, 1u << i);
        const size_t offset = i < 2 ? inner.top - whole.top : inner.left - whole.left;
        if (rows[i] > 0 && is_rule(&sides[i], &strips[i], &within, offset))
            cut_off(&part, 1u << i, rows[i] + FRINGE + (size_t)(strips[i].width / 4));
    }
    const bool left =
        part.left < part.right && part.top < part.bottom && part.right <= c->width && part.bottom <= c->height;
    return left ? part : whole;
}

/* ---- Ink or paper ------------------------------------------------------------------------------------------------ */

/*
 * Whether a region that goes across the picture is a digit, by the corners that it covers: at most one, or two opposite
 * ones if it is as narrow as a 1.
 */
static bool is_cut_out(const grid *g, const crop *c, bool dark)
{
    const size_t right = g->width - 1, below = (g->height - 1) * g->width;
    const bool corners[] = {g->dark[0] == dark, g->dark[right] == dark, g->dark[below] == dark,
                            g->dark[below + right] == dark};
    const int count = corners[0] + corners[1] + corners[2] + corners[3];
    const bool narrow = (double)c->width <= MAX_ONE_ASPECT * (double)c->height;
    return count <= 1 || (count == 2 && narrow && corners[0] == corners[3]);
}

/* Whether one kind fills the middle of a picture that is as narrow as a 1: it is its stem. dark: which kind. */
static bool is_stem(bool *dark, const grid *g, const crop *c)
{
    size_t count = 0;
    for (size_t y = 0; y < g->height; y++)
        count += g->dark[y * g->width + g->width / 2];
    *dark = 2 * count > g->height;
    return (double)c->width <= STEM * (double)c->height &&
           (double)(*dark ? count : g->height - count) >= FULL * (double)g->height;
}

/* Whether the border is a frame of one kind, and the part inside has paper of the other kind along its border. */
static bool is_framed(box *part, const crop *c, unsigned level, bool dark)
{
    const box all = {0, 0, c->width, c->height};
    crop by_kind = *c;
    for (unsigned i = 0; i < 256; i++)
        by_kind.ink[i] = (i <= level) == dark;
    *part = lenet5_inside_frame(&by_kind, all);
    if (memcmp(part, &all, sizeof all) == 0)
        return false;
    size_t ink = 0, count = 0;
    for (unsigned i = 0; i < SIDES; i++) {
        const side s = side_of(&by_kind, part, 1u << i);
        ink += ink_of_row(&s, 0);
        count += s.length;
    }
    return (double)ink <= MIXED * (double)count;
}

/*
 * Finds which kind is ink where the border has both: in a picture cut tight to a digit, more of the border may be ink
 * than paper.
 */
static bool is_tight(bool *dark, const crop *c, unsigned level, double share)
{
    grid g;
    if (share < MIXED || share > 1 - MIXED)
        return false;
    reduce(&g, c, level);
    if (is_stem(dark, &g, c))
        return true;
    *dark = goes_across(g, true);
    return *dark != goes_across(g, false) && ((share > 0.5) != *dark || is_cut_out(&g, c, *dark));
}

crop_analysis lenet5_analyse_crop(const uint8_t *grey, size_t width, size_t height)
{
    const crop c = {.grey = grey, .width = width, .height = height};
    const box all = {0, 0, width, height};
    crop_analysis s = {.part = all};
    uint32_t histogram[256];
    count_levels(histogram, grey, width * height);
    s.level = lenet5_otsu(histogram, 0).threshold;
    const double share = dark_share_of_border(&c, s.level);
    for (int kind = 1; kind >= 0 && !s.known; kind--) {
        s.dark_ink = kind;
        s.known = is_framed(&s.part, &c, s.level, s.dark_ink);
    }
    if (!s.known) {
        s.part = all;
        s.known = is_tight(&s.dark_ink, &c, s.level, share);
    }
    return s;
}
