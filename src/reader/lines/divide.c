#include "divide.h"

#include <math.h>

#include "attach.h"
#include "base/error.h"

#define OF_TWO_LINES 1.2 /* times the height of a digit: a higher stroke may be two digits */
#define BEYOND 0.6       /* of a digit's height: how far touching digits extend beyond both bands, at most */
#define NEAREST 0.25     /* of the distance between two lines' middles: a border is no nearer to either */
#define OFF_BORDER 0.5   /* pixels of ink: the cost of a border that is one pixel off the middle between digits */

/* A component that is divided between two lines. */
typedef struct division {
    components *c;
    const ink_map *map;
    const box *bounds; /* of the stroke */
    uint32_t label;    /* of the part that is divided next */
    const baseline *upper, *lower;
} division;

/* The row of the border at a column; share: of the way from the upper line's middle, 0, to the lower one's, 1. */
static size_t border_at(const division *d, double share, size_t x)
{
    const double y = (1 - share) * line_at(d->upper, (double)x) + share * line_at(d->lower, (double)x);
    return y > 0 ? (size_t)y : 0;
}

static size_t pixels_on(const division *d, double share)
{
    size_t count = 0;
    for (size_t x = d->bounds->left; x < d->bounds->right; x++) {
        const size_t y = border_at(d, share, x);
        count += y < d->map->height && d->c->labels[y * d->map->width + x] == d->label;
    }
    return count;
}

/* Finds the border with least ink on it that is near the middle between the digits of both lines. */
static double choose_border(const division *d)
{
    const double x = middle_x(d->bounds);
    const double way = fmax(1, line_at(d->lower, x) - line_at(d->upper, x));
    const double midway = (way + (d->upper->height - d->lower->height) / 2) / 2 / way;
    double best = 0.5, least = INFINITY;
    for (double share = NEAREST; share <= 1 - NEAREST; share += 1 / way) {
        const double cost = (double)pixels_on(d, share) + OFF_BORDER * fabs(share - midway) * way;
        if (cost < least) {
            least = cost;
            best = share;
        }
    }
    return best;
}

/* Makes what is below the border a component of its own, which is divided next. */
static lenet5_status divide(division *d, lenet5_error *error)
{
    components *c = d->c;
    const double share = choose_border(d);
    const lenet5_status status = lenet5_add_components(c, 1, error);
    if (status != LENET5_OK)
        return status;
    for (size_t x = d->bounds->left; x < d->bounds->right; x++)
        for (size_t y = border_at(d, share, x); y < d->bounds->bottom; y++)
            if (c->labels[y * d->map->width + x] == d->label)
                c->labels[y * d->map->width + x] = (uint32_t)c->count;
    d->label = (uint32_t)c->count;
    return LENET5_OK;
}

/*
 * Whether lines that a stroke goes through have several digits each, and the stroke extends little beyond them: else
 * they are parts of one high digit.
 */
static bool are_lines(const strokes *s, size_t number, const int32_t *lines, size_t count)
{
    const double x = middle_x(&s->boxes[number]);
    const baseline *first = &s->lines[lines[0]], *last = &s->lines[lines[count - 1]];
    const double top = line_at(first, x) - first->height / 2, bottom = line_at(last, x) + last->height / 2;
    bool several = box_height(&s->boxes[number]) < bottom - top + BEYOND * s->height;
    for (size_t i = 0; i < count; i++)
        several &= s->lines[lines[i]].tall >= 2;
    return several;
}

/* Divides the component of a stroke between the lines that it goes through, from the top down. */
static lenet5_status divide_stroke(division *d, const strokes *s, size_t number, const int32_t *lines, size_t count,
                                   lenet5_error *error)
{
    lenet5_status status = lenet5_spend(s->budget, 4 * count * box_area(s->boxes[number]), error);
    d->bounds = &s->boxes[number];
    d->label = (uint32_t)s->list[number].component + 1;
    for (size_t i = 1; i < count && status == LENET5_OK; i++) {
        d->upper = &s->lines[lines[i - 1]];
        d->lower = &s->lines[lines[i]];
        status = divide(d, error);
    }
    return status;
}

static bool may_be_two(const strokes *s, size_t number)
{
    const stroke *one = &s->list[number];
    return one->kind == HIGH || (one->kind == REGULAR && box_height(&s->boxes[number]) > OF_TWO_LINES * s->height);
}

lenet5_status lenet5_divide_between_lines(bool *divided, components *c, const strokes *s, const ink_map *map,
                                          lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    division d = {.c = c, .map = map};
    *divided = false;
    for (size_t i = 0; i < s->count && status == LENET5_OK; i++) {
        if (!may_be_two(s, i))
            continue;
        int32_t through[MAX_SPANNED];
        size_t visited;
        const size_t count = lenet5_lines_through(through, s, i, &visited);
        status = lenet5_spend(s->budget, 10 * visited, error);
        if (count < 2 || status != LENET5_OK || !are_lines(s, i, through, count))
            continue;
        status = divide_stroke(&d, s, i, through, count, error);
        *divided = true;
    }
    if (*divided && status == LENET5_OK)
        lenet5_measure_components(c, map);
    return status;
}
