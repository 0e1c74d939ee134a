#include "digit_size.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "sort.h"

#define SLANTED_EDGE 2.5  /* width times edge over area of a long stroke: 2 along the grid, more if slanted */
#define SHADOW_FILL 0.6   /* share of its box that a shadow fills, at least; digits but 1 fill less */
#define SHADOW_STROKE 4.0 /* widths of a stroke: thickness of a shadow, at least */
#define SHADOW_SHAPE 0.2  /* shorter to longer side of a shadow, at least: longer bars are judged by their place */
#define DOT 2.0           /* widths of a stroke: a lower component is a dot */
#define INK_POWER 0.75 /* power of its ink that weighs a stroke, so that a few large digits outweigh many small marks */

double lenet5_stroke_thickness(const component *c)
{
    return c->edge > 0 ? SLANTED_EDGE * (double)c->area / (double)c->edge : 0;
}

bool lenet5_is_shadow(const component *c, const ink_map *map, double stroke)
{
    const box *b = &c->box;
    const double width = (double)(b->right - b->left), height = (double)(b->bottom - b->top);
    const bool border = b->left == 0 || b->top == 0 || b->right == map->width || b->bottom == map->height;
    return border && (double)c->area > SHADOW_FILL * width * height &&
           lenet5_stroke_thickness(c) > SHADOW_STROKE * stroke &&
           fmin(width, height) > SHADOW_SHAPE * fmax(width, height);
}

/* The weighted median of a list, which is sorted. weight: by the list's numbers. */
static double median(sort_key *list, size_t count, const double *weight)
{
    double total = 0, below = 0, value = 0;
    lenet5_sort_keys(list, count);
    for (size_t i = 0; i < count; i++)
        total += weight[list[i].index];
    for (size_t i = 0; i < count && 2 * below < total; i++) {
        below += weight[list[i].index];
        value = list[i].at;
    }
    return value;
}

/* The weighted median thickness. Weights between edge and number let digits outweigh both large shapes and specks. */
static double typical_stroke(sort_key *list, double *weight, const components *c)
{
    for (size_t i = 0; i < c->count; i++) {
        list[i] = (sort_key){lenet5_stroke_thickness(&c->list[i]), i};
        weight[i] = sqrt((double)c->list[i].edge) * fmin(1, (double)c->list[i].area / 12);
    }
    return median(list, c->count, weight);
}

/* The weighted median height. A component weighs by its ink, but no more than two vertical strokes of its height. */
static double typical_height(sort_key *list, double *weight, const components *c, const ink_map *map, double stroke)
{
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++) {
        const component *one = &c->list[i];
        const double height = (double)(one->box.bottom - one->box.top);
        if (height <= DOT * stroke || lenet5_is_shadow(one, map, stroke))
            continue;
        list[count++] = (sort_key){height, i};
        weight[i] = pow(fmin((double)one->area, 2 * stroke * height), INK_POWER);
    }
    return median(list, count, weight);
}

lenet5_status lenet5_find_digit_size(digit_size *size, const components *c, const ink_map *map, lenet5_error *error)
{
    sort_key *list = malloc((c->count + 1) * sizeof *list);
    double *weight = malloc((c->count + 1) * sizeof *weight);
    const bool enough = list && weight;
    if (enough) {
        size->stroke = typical_stroke(list, weight, c);
        size->height = typical_height(list, weight, c, map, size->stroke);
    }
    free(list);
    free(weight);
    return enough ? LENET5_OK : lenet5_fail_memory(error);
}
