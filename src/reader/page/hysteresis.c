/*
 * Hysteresis thresholding. Smoothing (pattern.c) removes a pattern, but small marks too, and it joins what is close. If
 * the pen is darker than the darkest of the pattern, contrasts need no smoothing:
 *
 *     paper      what is away from all contrasts above a threshold: Otsu's, or Otsu's among those above it
 *     strokes    components above a weak threshold that reach a strong one; both are between paper and ink
 */
#include "hysteresis.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "components.h"
#include "histogram.h"
#include "pattern.h"
#include "threshold.h"

#define DARKEST 0.999   /* quantile of the paper's contrasts that is the darkest of its pattern */
#define MAX_DARK 0.5    /* of the way from paper to ink: the darkest of the pattern, at most */
#define MIN_CONTRAST 40 /* of 255: contrast of ink and paper, at least; noise of fainter ink is as dark as itself */
#define FLOOR 0.1       /* of the way from paper to ink that becomes 0 */
#define WEAK 0.15       /* of the way from the darkest of the paper to the ink: the weak threshold */
#define MIN_PAPER 0.5   /* share of pixels that are away from ink, at least: a pattern leaves fewer between its lines */
#define STROKE_BORDER 1 /* pixels around ink that are its edge */

/* The contrasts of paper and ink, if they are separate. */
typedef struct parting {
    uint32_t counts[256];        /* pixels of each contrast */
    double middle, darkest, ink; /* contrasts: median of the paper, its darkest, mean of the ink */
    unsigned threshold;          /* strong: a stroke has a pixel above it */
    unsigned weak;               /* weak: a stroke is connected above it */
} parting;

static double mean_above(const uint32_t counts[256], unsigned threshold)
{
    double sum = 0, count = 0;
    for (unsigned level = threshold + 1; level < 256; level++) {
        sum += (double)counts[level] * level;
        count += counts[level];
    }
    return count > 0 ? sum / count : 0;
}

/* Whether a threshold separates ink from paper; fills p. */
static lenet5_status is_parted(bool *parted, parting *p, unsigned threshold, const ink_map *map, budget *b,
                               lenet5_error *error)
{
    uint32_t paper[256];
    size_t count = 0;
    const lenet5_status status = lenet5_paper_levels(paper, map, threshold, b, error);
    *parted = false;
    if (status != LENET5_OK)
        return status;
    for (size_t level = 0; level < 256; level++)
        count += paper[level];
    p->middle = quantile(paper, count, 0.5);
    p->darkest = quantile(paper, count, DARKEST);
    p->ink = mean_above(p->counts, threshold);
    p->threshold = (unsigned)((p->darkest + p->ink) / 2);
    p->weak = (unsigned)(p->darkest + WEAK * (p->ink - p->darkest));
    *parted = (double)count >= MIN_PAPER * (double)(map->width * map->height) && p->ink - p->middle >= MIN_CONTRAST &&
              p->darkest - p->middle <= MAX_DARK * (p->ink - p->middle) &&
              !lenet5_is_uniform(map, p->threshold, lenet5_stroke_width(map, p->threshold));
    return status;
}

/* Marks the components with a pixel above the strong threshold. */
static void find_strokes(bool *is_stroke, const components *c, const uint8_t *contrast, size_t size, unsigned threshold)
{
    for (size_t i = 0; i < size; i++)
        if (c->labels[i] && contrast[i] > threshold) {
            assert(c->labels[i] <= c->count);
            is_stroke[c->labels[i] - 1] = true;
        }
}

/* Whether a stroke is within STROKE_BORDER pixels. */
static bool is_near_stroke(const components *c, const bool *is_stroke, const ink_map *map, size_t x, size_t y)
{
    const size_t right = x + STROKE_BORDER < map->width ? x + STROKE_BORDER : map->width - 1;
    const size_t bottom = y + STROKE_BORDER < map->height ? y + STROKE_BORDER : map->height - 1;
    for (size_t j = y > STROKE_BORDER ? y - STROKE_BORDER : 0; j <= bottom; j++)
        for (size_t i = x > STROKE_BORDER ? x - STROKE_BORDER : 0; i <= right; i++) {
            const uint32_t label = c->labels[j * map->width + i];
            if (label && is_stroke[label - 1])
                return true;
        }
    return false;
}

static void show_strokes(ink_map *map, const uint8_t *contrast, const components *c, const bool *is_stroke,
                         const parting *p)
{
    for (size_t y = 0; y < map->height; y++)
        for (size_t x = 0; x < map->width; x++) {
            const size_t at = y * map->width + x;
            const double share = ((contrast[at] - p->middle) / (p->ink - p->middle) - FLOOR) / (1 - FLOOR);
            const bool ink = share > 0 && is_near_stroke(c, is_stroke, map, x, y);
            map->ink[at] = (uint8_t)(!ink ? 0 : share >= 1 ? 255 : 255 * share + 0.5);
        }
}

static lenet5_status part(ink_map *map, const uint8_t *contrast, const parting *p, budget *b, lenet5_error *error)
{
    const size_t size = map->width * map->height;
    components c;
    for (size_t i = 0; i < size; i++)
        map->ink[i] = contrast[i] > p->weak ? 255 : 0;
    lenet5_status status = lenet5_find_components(&c, map, b, error);
    if (status != LENET5_OK)
        return status;
    bool *is_stroke = calloc(c.count + 1, sizeof *is_stroke);
    status = is_stroke ? lenet5_check_time(b, 16 * size, error) : lenet5_fail_memory(error);
    if (status == LENET5_OK) {
        find_strokes(is_stroke, &c, contrast, size, p->threshold);
        show_strokes(map, contrast, &c, is_stroke, p);
    }
    free(is_stroke);
    lenet5_components_free(&c);
    return status;
}

lenet5_status lenet5_hysteresis_ink(hysteresis_ink *found, const ink_map *contrast, budget *b, lenet5_error *error)
{
    const size_t size = contrast->width * contrast->height;
    bool parted = false;
    parting p;
    *found = (hysteresis_ink){.map = {contrast->width, contrast->height, NULL}};
    count_levels(p.counts, contrast->ink, size);
    unsigned threshold = lenet5_otsu(p.counts, 0).threshold;
    lenet5_status status = is_parted(&parted, &p, threshold, contrast, b, error);
    if (status == LENET5_OK && !parted) {
        threshold = lenet5_otsu(p.counts, threshold + 1).threshold;
        status = is_parted(&parted, &p, threshold, contrast, b, error);
    }
    if (status != LENET5_OK || !parted)
        return status;
    found->contrast = p.ink - p.middle;
    found->map.ink = malloc(size);
    status = found->map.ink ? part(&found->map, contrast->ink, &p, b, error) : lenet5_fail_memory(error);
    if (status != LENET5_OK)
        lenet5_ink_free(&found->map);
    return status == LENET5_CROWDED ? LENET5_OK : status;
}
