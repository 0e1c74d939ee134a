/*
 * A component whose outline is an ellipse, with a stroke of even thickness, is either drawn by hand or printed. It is
 * printed if a similar one stands beside it, or if it surrounds ink that does not touch it: handwritten zeros differ
 * from each other, and surround nothing.
 *
 *     outline    fit an ellipse through the outermost pixels of rows and columns; strokes that stick out weigh little
 *     rays       find where the stroke begins and ends on each ray from the centre, to a fraction of a pixel
 *     ring       fit an ellipse through the middle of the stroke; its residuals separate print from hands
 *
 * Cost: for each component of suitable size one pass over its box and at most 2 ROUNDS fits of at most RAYS points;
 * each circle is compared with MAX_NEAR others.
 */
#include "circles.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/ascending.h"
#include "base/error.h"
#include "blank.h"
#include "components.h"
#include "histogram.h"

#define FAINT_RING 45    /* of 255: ink from which on a thin grey ring is connected */
#define MIN_ACROSS 16    /* pixels: a smaller circle has no room for a digit */
#define MIN_ASPECT 0.8   /* shorter to longer axis, at least: a narrower one is a 0 */
#define LOOSE_ASPECT 0.6 /* the same of a component's box, which strokes that cross it make larger */
#define MAX_FILLED 0.8   /* share of its box that a ring and a digit in it cover, at most */
#define RAYS 96          /* enough to meet the thinnest stroke that crosses */
#define ENOUGH 24        /* rows, and columns, whose ends are used for the outline */
#define ROUNDS 12        /* iterations of a fit: strokes that stick out lose their weight in half of them */
#define SETTLED 0.02     /* pixels: a fit that changes by less has converged */
#define OFF 0.02 /* of the radius: distance of a printed stroke from its ellipse, at most; by hand it is larger; and */
#define OFF_PIXELS 0.4    /* pixels: the least that this allows */
#define GOOD_RAYS 0.8     /* share of rays with such a stroke, at least: the others meet strokes that touch */
#define MIN_RAYS 0.5      /* the same of a ring beside a sure one that is similar */
#define THICKEST 0.3      /* of the radius: thickness of the stroke, at most */
#define UNEVEN 0.25       /* of the thickness: its interquartile range, at most; by hand it is larger; and */
#define UNEVEN_PIXELS 0.6 /* pixels: the least that this allows, from the pixel grid */
#define SAME 0.05         /* of their radius: how far circles of a row differ, and are off the row */
#define NEAREST 3         /* radii: half of the distance between neighbouring centres, at most */
#define MAX_NEAR 50       /* circles that each one is compared with */
#define DIGIT 0.35        /* of the inner height: height of ink that a circle surrounds, at least */
#define DARKER 70         /* levels darker than the ring: a stroke that runs along it */
#define RING_BORDER 1.25  /* pixels on each side that a ring makes grey */
#define SEEN 2.0          /* pixels beyond the edge within which a crossing stroke shows */
#define PI 3.14159265358979323846

typedef struct ellipse {
    double x, y, a, b; /* its centre, and half its width and height */
} ellipse;

typedef struct circle {
    ellipse ring; /* through the middle of its stroke */
    double thickness;
    uint32_t label;
    bool sure; /* enough of it is free of other strokes to separate a hand from print */
    bool printed;
} circle;

typedef struct outline_point {
    double x, y, weight;
} outline_point;

/* ---- Fit --------------------------------------------------------------------------------------------------------- */

/*
 * Solves four linear equations by Gauss-Jordan elimination; column 4 has the right sides, and then the solution. false:
 * the matrix is singular.
 */
static bool solve(double m[4][5])
{
    for (int i = 0; i < 4; i++) {
        int pivot = i;
        for (int k = i + 1; k < 4; k++)
            pivot = fabs(m[k][i]) > fabs(m[pivot][i]) ? k : pivot;
        if (fabs(m[pivot][i]) < 1e-9)
            return false;
        for (int j = 0; j < 5; j++) {
            const double swapped = m[i][j];
            m[i][j] = m[pivot][j];
            m[pivot][j] = swapped;
        }
        for (int k = 0; k < 4; k++) {
            const double times = k == i ? 0 : m[k][i] / m[i][i];
            for (int j = i; j < 5; j++)
                m[k][j] -= times * m[i][j];
        }
    }
    for (int i = 0; i < 4; i++)
        m[i][4] /= m[i][i];
    return true;
}

/* An ellipse, prepared for distances to it. */
typedef struct ruler {
    double x, y, per_a, per_b; /* its centre, 1 / a² and 1 / b² */
    double min;                /* the shorter of a and b: the distance of the centre */
} ruler;

static ruler ruler_of(const ellipse *e)
{
    return (ruler){e->x, e->y, 1 / (e->a * e->a), 1 / (e->b * e->b), fmin(e->a, e->b)};
}

/* The square of the distance from (x, y) to an ellipse along the ray from its centre, in square pixels. */
static double squared_distance(const ruler *r, double x, double y)
{
    const double dx = x - r->x, dy = y - r->y, square = dx * dx * r->per_a + dy * dy * r->per_b;
    const double share = 1 - 1 / sqrt(square);
    return square > 0 ? (dx * dx + dy * dy) * share * share : r->min * r->min;
}

/*
 * Fits x² + p y² + q x + r y + s = 0 by weighted least squares. Coordinates are relative to e and its size, so that the
 * sums are of one magnitude. false: there is no such ellipse.
 */
static bool fit_once(ellipse *e, const outline_point *list, size_t count)
{
    const double scale = fmax(e->a, e->b), to_one = 1 / scale;
    double m[4][5] = {{0}};
    for (size_t i = 0; i < count; i++) {
        const double x = (list[i].x - e->x) * to_one, y = (list[i].y - e->y) * to_one;
        const double row[5] = {y * y, x, y, 1, -x * x};
        for (int k = 0; k < 4; k++)
            for (int j = k; j < 5; j++)
                m[k][j] += list[i].weight * row[k] * row[j];
    }
    for (int k = 1; k < 4; k++)
        for (int j = 0; j < k; j++)
            m[k][j] = m[j][k];
    if (!solve(m) || m[0][4] <= 0)
        return false;
    const double p = m[0][4], x = -m[1][4] / 2, y = -m[2][4] / (2 * p);
    const double size = x * x + p * y * y - m[3][4];
    if (size <= 0)
        return false;
    *e = (ellipse){e->x + scale * x, e->y + scale * y, scale * sqrt(size), scale * sqrt(size / p)};
    return true;
}

static bool has_settled(const ellipse *before, const ellipse *e)
{
    return fabs(e->x - before->x) + fabs(e->y - before->y) + fabs(e->a - before->a) + fabs(e->b - before->b) < SETTLED;
}

/* Sets Cauchy's weights, by which distant points count for less. */
static void weigh(outline_point *list, size_t count, const ellipse *e)
{
    const ruler r = ruler_of(e);
    const double near = 0.5 + 0.02 * r.min, per_near = 1 / (near * near);
    for (size_t i = 0; i < count; i++)
        list[i].weight = 1 / (1 + squared_distance(&r, list[i].x, list[i].y) * per_near);
}

/* Fits by iteratively reweighted least squares from e on. false: there is no ellipse of suitable aspect. */
static bool fit(ellipse *e, outline_point *list, size_t count)
{
    for (int round = 0; round < ROUNDS; round++) {
        const ellipse before = *e;
        if (!fit_once(e, list, count))
            return false;
        if (has_settled(&before, e))
            break;
        weigh(list, count, e);
    }
    return fmin(e->a, e->b) >= MIN_ASPECT * fmax(e->a, e->b);
}

/* ---- Outline ----------------------------------------------------------------------------------------------------- */

/*
 * Lists the first and the last pixel of component i in row at of the map, or in column at. Returns 2, or 0 if it has
 * none.
 */
static size_t ends(outline_point *list, const components *c, size_t width, size_t i, size_t at, bool column)
{
    const box *bounds = &c->list[i].box;
    size_t first = column ? bounds->top : bounds->left, last = column ? bounds->bottom : bounds->right;
    const size_t end = last, x = column ? at : 0, y = column ? 0 : at;
    const size_t step = column ? width : 1, base = y * width + x;
    while (first < end && c->labels[base + first * step] != i + 1)
        first++;
    while (last > first && c->labels[base + (last - 1) * step] != i + 1)
        last--;
    if (first == last)
        return 0;
    const double across = (double)at, low = (double)first - 0.5, high = (double)last - 0.5;
    list[0] = column ? (outline_point){across, low, 1} : (outline_point){low, across, 1};
    list[1] = column ? (outline_point){across, high, 1} : (outline_point){high, across, 1};
    return 2;
}

/*
 * Fits an ellipse to the middle half of a component's rows and columns: the ends of the others run along the outline.
 */
static lenet5_status find_outline(ellipse *e, bool *found, const components *c, size_t width, size_t i,
                                  lenet5_error *error)
{
    const box *bounds = &c->list[i].box;
    const size_t wide = bounds->right - bounds->left, high = bounds->bottom - bounds->top;
    const size_t room = 2 * (wide + high);
    outline_point *list = malloc(room * sizeof *list);
    if (!list)
        return lenet5_fail_memory(error);
    size_t count = 0;
    for (size_t y = bounds->top + high / 8; y < bounds->bottom - high / 8; y += 1 + high / ENOUGH)
        count += ends(list + count, c, width, i, y, false);
    for (size_t x = bounds->left + wide / 8; x < bounds->right - wide / 8; x += 1 + wide / ENOUGH)
        count += ends(list + count, c, width, i, x, true);
    assert(count <= room);
    *e = (ellipse){0.5 * (double)(bounds->left + bounds->right), 0.5 * (double)(bounds->top + bounds->bottom),
                   0.5 * (double)wide, 0.5 * (double)high};
    *found = fit(e, list, count);
    free(list);
    return LENET5_OK;
}

/* ---- Ring -------------------------------------------------------------------------------------------------------- */

/*
 * Finds the stroke on a ray: the distances from the centre at which it begins and ends. false: there is no clear one.
 */
static bool follow(double *inner, double *outer, const ink_map *map, const ellipse *e, double angle)
{
    const double c = cos(angle), s = sin(angle), radius = 1 / hypot(c / e->a, s / e->b);
    const double step = 0.25, max = radius + 3;
    double last = lenet5_interpolate_ink(map, e->x + c * max, e->y + s * max);
    bool in = false;
    if (last >= SURELY_INK)
        return false;
    for (double at = max - step; at > 0.4 * radius; at -= step) {
        const double here = lenet5_interpolate_ink(map, e->x + c * at, e->y + s * at);
        const double edge = at + step * (SURELY_INK - here) / (last - here + 1e-9);
        if (!in && here >= SURELY_INK) {
            *outer = edge;
            in = true;
        } else if (in && here < SURELY_INK) {
            *inner = edge;
            return true;
        }
        last = here;
    }
    return false;
}

/*
 * Finds the ring inside an outline; false: there is none. If thickness is not 0 it is that of the ring, and only the
 * outer edge counts, since a bold digit may fill the ring.
 */
static bool find_ring(circle *r, const ink_map *map, const ellipse *outline, double thickness)
{
    outline_point list[RAYS];
    double thick[RAYS];
    size_t count = 0, good = 0;
    for (size_t i = 0; i < RAYS; i++) {
        const double angle = 2 * PI * (double)i / RAYS;
        double inner = 0, outer = 0;
        if (!follow(&inner, &outer, map, outline, angle))
            continue;
        const double middle = thickness > 0 ? outer - 0.5 * thickness : 0.5 * (inner + outer);
        thick[count] = thickness > 0 ? thickness : outer - inner;
        list[count++] = (outline_point){outline->x + cos(angle) * middle, outline->y + sin(angle) * middle, 1};
    }
    r->ring = *outline;
    if ((double)count < MIN_RAYS * RAYS || !fit(&r->ring, list, count))
        return false;
    const double radius = fmin(r->ring.a, r->ring.b);
    const ruler to_ring = ruler_of(&r->ring);
    for (size_t i = 0; i < count; i++)
        good += sqrt(squared_distance(&to_ring, list[i].x, list[i].y)) <= OFF_PIXELS + OFF * radius;
    qsort(thick, count, sizeof *thick, ascending_numbers);
    r->thickness = thick[count / 2];
    r->sure = (double)good >= GOOD_RAYS * RAYS &&
              thick[3 * count / 4] - thick[count / 4] <= UNEVEN_PIXELS + UNEVEN * r->thickness;
    return (double)good >= MIN_RAYS * RAYS && r->thickness <= THICKEST * radius;
}

static bool may_be_circle(const component *c)
{
    const double wide = (double)(c->box.right - c->box.left), high = (double)(c->box.bottom - c->box.top);
    return fmin(wide, high) >= MIN_ACROSS && fmin(wide, high) >= LOOSE_ASPECT * fmax(wide, high) &&
           (double)c->area >= fmax(wide, high) && (double)c->area <= MAX_FILLED * wide * high;
}

/* ---- Printed circles --------------------------------------------------------------------------------------------- */

static bool are_alike(const circle *a, const circle *b)
{
    const double radius = fmax(a->ring.a, a->ring.b), max = 0.5 + SAME * radius;
    return fabs(a->ring.a - b->ring.a) <= max && fabs(a->ring.b - b->ring.b) <= max &&
           fabs(a->ring.y - b->ring.y) <= 2 * max && fabs(a->thickness - b->thickness) <= 0.5 + 0.3 * a->thickness &&
           fabs(a->ring.x - b->ring.x) <= 2 * NEAREST * radius;
}

/* Whether a ring surrounds a component as high as a digit that does not touch it. */
static bool holds_digit(const circle *r, const components *c, size_t width)
{
    const double in = 0.7;
    const size_t top = (size_t)(r->ring.y - in * r->ring.b), bottom = (size_t)(r->ring.y + in * r->ring.b);
    const size_t left = (size_t)(r->ring.x - in * r->ring.a), right = (size_t)(r->ring.x + in * r->ring.a);
    for (size_t y = top; y < bottom; y++)
        for (size_t x = left; x < right; x++) {
            const uint32_t label = c->labels[y * width + x];
            if (label == 0 || label == r->label)
                continue;
            const box *bounds = &c->list[label - 1].box;
            if ((double)(bounds->bottom - bounds->top) >= DIGIT * 2 * r->ring.b &&
                (double)(bounds->bottom - bounds->top) < 2 * r->ring.b)
                return true;
        }
    return false;
}

static int by_position(const void *a, const void *b)
{
    const circle *left = a, *right = b;
    return (left->ring.x > right->ring.x) - (left->ring.x < right->ring.x);
}

static void choose(circle *list, size_t count, const components *c, size_t width)
{
    qsort(list, count, sizeof *list, by_position);
    for (size_t i = 0; i < count; i++) {
        list[i].printed |= list[i].sure && holds_digit(&list[i], c, width);
        for (size_t k = i + 1; k < count && k <= i + MAX_NEAR; k++)
            if (list[i].sure && list[k].sure && are_alike(&list[i], &list[k]))
                list[i].printed = list[k].printed = true;
    }
}

/* Takes rings that strokes touch at many rays for printed if they are similar to printed ones. */
static void choose_touched(circle *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = i > MAX_NEAR ? i - MAX_NEAR : 0; !list[i].sure && k < count && k <= i + MAX_NEAR; k++)
            list[i].printed |= list[k].sure && list[k].printed && are_alike(&list[i], &list[k]);
}

/* The nearest printed circle of its row to the right of circle i; count if there is none. */
static size_t next_of_row(const circle *list, size_t count, size_t i)
{
    size_t best = count;
    for (size_t k = 0; k < count; k++)
        if (list[k].printed && list[k].ring.x > list[i].ring.x && are_alike(&list[i], &list[k]) &&
            (best == count || list[k].ring.x < list[best].ring.x))
            best = k;
    return best;
}

static bool is_known(const circle *list, size_t count, const circle *r)
{
    for (size_t k = 0; k < count; k++)
        if (list[k].printed && fabs(list[k].ring.x - r->ring.x) < r->ring.a &&
            fabs(list[k].ring.y - r->ring.y) < r->ring.b)
            return true;
    return false;
}

/* Adds the circle at (x, y) from circle i, if it is there; strokes may connect it to others. */
static void add_beside(circle *list, size_t *count, const ink_map *map, size_t i, double x, double y)
{
    const double half = 0.5 * list[i].thickness;
    const ellipse outline = {list[i].ring.x + x, list[i].ring.y + y, list[i].ring.a + half, list[i].ring.b + half};
    circle beside = {.ring = outline};
    if (is_known(list, *count, &beside))
        return;
    const bool found = (find_ring(&beside, map, &outline, 0) && are_alike(&list[i], &beside)) ||
                       (find_ring(&beside, map, &outline, list[i].thickness) && are_alike(&list[i], &beside));
    if (!found || is_known(list, *count, &beside))
        return;
    beside.printed = true;
    list[(*count)++] = beside;
}

/* Continues rows of circles on both sides, at their distance. room: of the list. */
static lenet5_status complete_rows(circle *list, size_t *count, size_t room, const ink_map *map, budget *b,
                                   lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < *count && *count + 2 <= room && status == LENET5_OK; i++) {
        const size_t next = list[i].printed ? next_of_row(list, *count, i) : *count;
        if (next == *count)
            continue;
        const double x = list[next].ring.x - list[i].ring.x, y = list[next].ring.y - list[i].ring.y;
        add_beside(list, count, map, i, -x, -y);
        add_beside(list, count, map, next, x, y);
        status = lenet5_spend(b, 20000 + 10 * *count, error);
    }
    return status;
}

/* ---- Erasing ----------------------------------------------------------------------------------------------------- */

/* A ring unrolled into steps, with the strokes that reach it from the inside and from the outside at each. */
typedef struct unrolled {
    ruler to_ring;
    size_t count;
    bool *in, *out; /* (count) */
    bool *keep;     /* (count) */
} unrolled;

static bool is_stroke(const ink_map *map, const circle *r, double angle, double from, double to)
{
    const double c = cos(angle), s = sin(angle), radius = 1 / hypot(c / r->ring.a, s / r->ring.b);
    for (double at = from; at <= to; at += 0.5)
        if (lenet5_interpolate_ink(map, r->ring.x + c * (radius + at), r->ring.y + s * (radius + at)) >=
            SURELY_INK + 25)
            return true;
    return false;
}

/* Whether any step within reach of step i is set. */
static bool any_near(const bool *list, size_t count, size_t i, size_t reach)
{
    for (size_t k = 0; k <= 2 * reach; k++)
        if (list[(i + count + k - reach) % count])
            return true;
    return false;
}

/* Keeps the steps at which a stroke is on both sides, or slants from one side to the other. */
static void keep_crossing(unrolled *u, const ink_map *map, const circle *r)
{
    const double edge = 0.5 * r->thickness + RING_BORDER;
    const size_t slant = (size_t)(r->thickness + 1.5);
    for (size_t i = 0; i < u->count; i++) {
        const double angle = 2 * PI * (double)i / (double)u->count;
        u->in[i] = is_stroke(map, r, angle, -edge - SEEN, -edge);
        u->out[i] = is_stroke(map, r, angle, edge, edge + SEEN);
    }
    for (size_t i = 0; i < u->count; i++)
        u->keep[i] =
            (u->in[i] && any_near(u->out, u->count, i, slant)) || (u->out[i] && any_near(u->in, u->count, i, slant));
}

/* The distance of a pixel from the middle of the ring, in pixels; *step becomes the step that it is at. */
static double across(size_t *step, const unrolled *u, size_t x, size_t y)
{
    const double angle = atan2((double)y - u->to_ring.y, (double)x - u->to_ring.x) / (2 * PI);
    assert(u->count > 0);
    *step = (size_t)((angle < 0 ? angle + 1 : angle) * (double)u->count + 0.5) % u->count;
    return sqrt(squared_distance(&u->to_ring, (double)x, (double)y));
}

static box around(const circle *r, const ink_map *map)
{
    const double more = 0.5 * r->thickness + RING_BORDER + 1;
    const double wide = (double)map->width, high = (double)map->height;
    return (box){(size_t)fmax(0, r->ring.x - r->ring.a - more), (size_t)fmax(0, r->ring.y - r->ring.b - more),
                 (size_t)fmin(wide, r->ring.x + r->ring.a + more + 1),
                 (size_t)fmin(high, r->ring.y + r->ring.b + more + 1)};
}

/* The third quartile of the ink along the middle of the ring. */
static unsigned level_of(const ink_map *map, const unrolled *u, const box *bounds)
{
    uint32_t histogram[256] = {0}, count = 0;
    size_t step;
    for (size_t y = bounds->top; y < bounds->bottom; y++)
        for (size_t x = bounds->left; x < bounds->right; x++)
            if (across(&step, u, x, y) <= 0.5) {
                histogram[map->ink[y * map->width + x]]++;
                count++;
            }
    return quantile(histogram, count, 0.75);
}

static lenet5_status erase(ink_map *map, const circle *r, lenet5_error *error)
{
    const size_t count = (size_t)(2 * PI * fmax(r->ring.a, r->ring.b)) + 8;
    bool *steps = calloc(3 * count, sizeof *steps);
    if (!steps)
        return lenet5_fail_memory(error);
    unrolled u = {ruler_of(&r->ring), count, steps, steps + count, steps + 2 * count};
    const box bounds = around(r, map);
    const unsigned level = level_of(map, &u, &bounds);
    keep_crossing(&u, map, r);
    for (size_t y = bounds.top; y < bounds.bottom; y++)
        for (size_t x = bounds.left; x < bounds.right; x++) {
            size_t step;
            uint8_t *here = &map->ink[y * map->width + x];
            const double far = across(&step, &u, x, y);
            if (far <= 0.5 * r->thickness + RING_BORDER && !u.keep[step] && *here < level + DARKER)
                *here = 0;
        }
    free(steps);
    return LENET5_OK;
}

/* ---- The stage --------------------------------------------------------------------------------------------------- */

static frame frame_of(const circle *r)
{
    const double left = r->ring.x - r->ring.a, right = r->ring.x + r->ring.a;
    const double top = r->ring.y - r->ring.b, bottom = r->ring.y + r->ring.b;
    return (frame){.corner = {{left, top}, {right, top}, {right, bottom}, {left, bottom}}, .thickness = r->thickness};
}

static lenet5_status find_rings(circle *list, size_t *count, const components *c, const ink_map *map, budget *b,
                                lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < c->count && *count < MAX_FRAMES && status == LENET5_OK; i++) {
        if (!may_be_circle(&c->list[i]))
            continue;
        ellipse outline;
        bool round = false;
        status = lenet5_spend(b, 4 * box_area(c->list[i].box) + 20000, error);
        if (status == LENET5_OK)
            status = find_outline(&outline, &round, c, map->width, i, error);
        if (status == LENET5_OK && round && find_ring(&list[*count], map, &outline, 0)) {
            list[*count].label = (uint32_t)i + 1;
            list[(*count)++].printed = false;
        }
    }
    return status;
}

static lenet5_status take_out(frames *found, ink_map *map, const circle *list, size_t count, budget *b,
                              lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < count && status == LENET5_OK; i++) {
        if (!list[i].printed)
            continue;
        const frame f = frame_of(&list[i]);
        status = erase(map, &list[i], error);
        if (status == LENET5_OK && !lenet5_add_frame(found, &f))
            status = lenet5_fail_memory(error);
        if (status == LENET5_OK)
            status = lenet5_check_time(b, (uint64_t)(400 * list[i].ring.a * list[i].ring.b), error);
    }
    return status;
}

/* Makes a copy of the map in which faint ink counts as ink, since a ring is often grey. */
static lenet5_status lift(ink_map *lifted, const ink_map *map, budget *b, lenet5_error *error)
{
    const size_t size = map->width * map->height;
    *lifted = (ink_map){map->width, map->height, calloc(size, 1)};
    if (!lifted->ink)
        return lenet5_fail_memory(error);
    for (size_t i = skip_blank(map->ink, 0, size); i < size; i = skip_blank(map->ink, i + 1, size)) {
        const unsigned ink = map->ink[i] * (unsigned)SURELY_INK / FAINT_RING;
        lifted->ink[i] = (uint8_t)(ink < 255 ? ink : 255);
    }
    return lenet5_check_time(b, size, error);
}

/* Finds the circles of map in lifted, whose components are c, adds their frames and erases them from map. */
static lenet5_status find_in(frames *found, ink_map *map, const ink_map *lifted, const components *c, budget *b,
                             lenet5_error *error)
{
    size_t room = MAX_NEAR, count = 0;
    for (size_t i = 0; i < c->count; i++)
        room += 2 * may_be_circle(&c->list[i]); /* itself, and one that is not a component of its own */
    circle *list = malloc(room * sizeof *list);
    lenet5_status status = list ? find_rings(list, &count, c, lifted, b, error) : lenet5_fail_memory(error);
    if (status == LENET5_OK) {
        choose(list, count, c, map->width);
        choose_touched(list, count);
        status = complete_rows(list, &count, room, lifted, b, error);
    }
    assert(count <= room);
    if (status == LENET5_OK)
        status = take_out(found, map, list, count, b, error);
    free(list);
    return status;
}

lenet5_status lenet5_find_circles(frames *found, ink_map *map, budget *b, lenet5_error *error)
{
    ink_map lifted;
    components c = {0};
    lenet5_status status = lift(&lifted, map, b, error);
    if (status == LENET5_OK)
        status = lenet5_find_components(&c, &lifted, b, error);
    if (status == LENET5_OK)
        status = find_in(found, map, &lifted, &c, b, error);
    lenet5_components_free(&c);
    lenet5_ink_free(&lifted);
    return status;
}
