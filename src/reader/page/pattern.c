/*
 * A printed pattern is thinner than a pen, and fainter. So the contrasts are smoothed as widely as a thin stroke, which
 * blurs the lines of a pattern into an even grey and leaves most of a stroke:
 *
 *     fine       smoothed once: what the network is shown
 *     coarse     smoothed twice: what decides
 *     strong     where coarse is above Otsu's threshold
 *     ink        fine, where coarse is not near the paper's level and a strong pixel is next to it
 */
#include "pattern.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "components.h"
#include "histogram.h"
#include "threshold.h"

#define AWAY 2            /* pixels from ink: nearer there are the edges of strokes */
#define REACH 1           /* pixels that smoothing goes each way: less than a thin stroke is wide */
#define LEAST_CLEARANCE 3 /* of ink from the paper's middle, in deviations of the paper to the lighter side */
#define LEAST_CONTRAST 15 /* of 255: what the smoothed ink stands out by */
#define WEAK 0.35         /* of the way from paper to ink: what is fainter belongs to no stroke */
#define FLOOR 0.15        /* of the way from paper to ink that is shown as paper */
#define LEAST_AREA 6      /* pixels of a piece of ink: less is a crossing of the pattern's lines */

static lenet5_status new_levels(uint8_t **levels, const ink_map *map, lenet5_error *error)
{
    *levels = malloc(map->width * map->height);
    return *levels ? LENET5_OK : lenet5_fail_memory(error);
}

/* Means over 2 reach + 1 levels that are step apart, of count; beyond the ends the last one goes on. */
static void smooth_run(uint8_t *to, const uint8_t *from, size_t count, size_t step, size_t reach)
{
    const size_t window = 2 * reach + 1, last = count - 1;
    size_t sum = window / 2;
    for (size_t i = 0; i < window; i++)
        sum += from[(i < reach ? 0 : i - reach < last ? i - reach : last) * step];
    for (size_t i = 0; i < count; i++) {
        to[i * step] = (uint8_t)(sum / window);
        sum += from[(i + reach + 1 < last ? i + reach + 1 : last) * step];
        sum -= from[(i > reach ? i - reach : 0) * step];
    }
}

/* The mean of the square around each pixel. */
static lenet5_status smooth(uint8_t *to, const uint8_t *from, const ink_map *map, size_t reach, budget *b,
                            lenet5_error *error)
{
    const size_t width = map->width, height = map->height;
    uint8_t *rows;
    lenet5_status status = new_levels(&rows, map, error);
    if (status == LENET5_OK)
        status = lenet5_check_time(b, 4 * width * height, error);
    for (size_t y = 0; y < height && status == LENET5_OK; y++)
        smooth_run(rows + y * width, from + y * width, width, 1, reach);
    for (size_t x = 0; x < width && status == LENET5_OK; x++)
        smooth_run(to + x, rows + x, height, width, reach);
    free(rows);
    return status;
}

/* Whether any level within some pixels, in a square, is above the threshold. */
static bool above_near(const uint8_t *levels, const ink_map *map, size_t x, size_t y, size_t reach, unsigned threshold)
{
    const size_t left = x > reach ? x - reach : 0, right = x + reach < map->width ? x + reach : map->width - 1;
    const size_t bottom = y + reach < map->height ? y + reach : map->height - 1;
    for (size_t j = y > reach ? y - reach : 0; j <= bottom; j++)
        for (size_t i = left; i <= right; i++)
            if (levels[j * map->width + i] > threshold)
                return true;
    return false;
}

lenet5_status lenet5_paper_noise(double *noise, const ink_map *contrast, unsigned threshold, budget *b,
                                 lenet5_error *error)
{
    uint32_t counts[256] = {0};
    size_t count = 0;
    lenet5_status status = LENET5_OK;
    for (size_t y = 0; y < contrast->height && status == LENET5_OK; y++) {
        status = lenet5_check_time(b, 8 * contrast->width, error);
        for (size_t x = 0; x < contrast->width; x++)
            if (!above_near(contrast->ink, contrast, x, y, AWAY, threshold)) {
                counts[contrast->ink[y * contrast->width + x]]++;
                count++;
            }
    }
    *noise = count ? (quantile(counts, count, 0.84) - quantile(counts, count, 0.16)) / 2.0 : 0;
    return status;
}

static bool stands_out(const division *d, const uint32_t counts[256], size_t count)
{
    const double middle = quantile(counts, count, 0.5);
    const double noise = fmax(1, middle - quantile(counts, count, 0.16));
    return d->ink - middle >= fmax(LEAST_CONTRAST, LEAST_CLEARANCE * noise);
}

/* Marks pixels of strokes with 255. */
static void mark_strokes(ink_map *marks, const uint8_t *coarse, const division *d)
{
    const unsigned weak = (unsigned)(d->paper + WEAK * (d->ink - d->paper));
    for (size_t y = 0; y < marks->height; y++)
        for (size_t x = 0; x < marks->width; x++) {
            const size_t at = y * marks->width + x;
            marks->ink[at] = coarse[at] > weak && above_near(coarse, marks, x, y, REACH, d->threshold) ? 255 : 0;
        }
}

/* Takes pieces out that are too small to be of a stroke. */
static lenet5_status drop_specks(ink_map *marks, budget *b, lenet5_error *error)
{
    components c;
    const lenet5_status status = lenet5_find_components(&c, marks, b, error);
    if (status != LENET5_OK)
        return status;
    for (size_t i = 0; i < marks->width * marks->height; i++)
        if (c.labels[i] && c.list[c.labels[i] - 1].area < LEAST_AREA)
            marks->ink[i] = 0;
    lenet5_components_free(&c);
    return LENET5_OK;
}

/* Fine where it is marked, from the middle of the paper's levels, 0, to the mean of what is surely ink, 255. */
static void show_strokes(ink_map *map, const ink_map *marks, const uint8_t *fine, const uint8_t *coarse,
                         unsigned threshold)
{
    uint32_t paper[256] = {0};
    size_t papers = 0;
    double ink = 0, inks = 1;
    const size_t count = map->width * map->height;
    for (size_t i = 0; i < count; i++) {
        const bool strong = coarse[i] > threshold;
        ink += strong ? fine[i] : 0;
        inks += strong;
        if (!marks->ink[i]) {
            paper[fine[i]]++;
            papers++;
        }
    }
    const double middle = quantile(paper, papers, 0.5);
    const double range = ink / inks - middle;
    for (size_t i = 0; i < count; i++) {
        const double share = ((fine[i] - middle) / range - FLOOR) / (1 - FLOOR);
        map->ink[i] = (uint8_t)(!marks->ink[i] || share <= 0 ? 0 : share >= 1 ? 255 : 255 * share + 0.5);
    }
}

static lenet5_status part_strokes(bool *found, ink_map *map, ink_map *marks, const uint8_t *fine, const uint8_t *coarse,
                                  budget *b, lenet5_error *error)
{
    uint32_t counts[256];
    const size_t count = map->width * map->height;
    count_levels(counts, coarse, count);
    const division d = lenet5_divide(counts, 0);
    *found = stands_out(&d, counts, count);
    lenet5_status status = lenet5_check_time(b, 16 * count, error);
    if (status != LENET5_OK || !*found)
        return status;
    mark_strokes(marks, coarse, &d);
    status = drop_specks(marks, b, error);
    *found = status == LENET5_OK;
    if (*found)
        show_strokes(map, marks, fine, coarse, d.threshold);
    return status == LENET5_CROWDED ? LENET5_OK : status;
}

lenet5_status lenet5_leave_out_pattern(bool *found, ink_map *map, budget *b, lenet5_error *error)
{
    uint8_t *fine = NULL, *coarse = NULL;
    ink_map marks = {map->width, map->height, NULL};
    *found = false;
    lenet5_status status = new_levels(&fine, map, error);
    if (status == LENET5_OK)
        status = new_levels(&coarse, map, error);
    if (status == LENET5_OK)
        status = new_levels(&marks.ink, map, error);
    if (status == LENET5_OK)
        status = smooth(fine, map->ink, map, REACH, b, error);
    if (status == LENET5_OK)
        status = smooth(coarse, fine, map, REACH, b, error);
    if (status == LENET5_OK)
        status = part_strokes(found, map, &marks, fine, coarse, b, error);
    free(fine);
    free(coarse);
    free(marks.ink);
    return status;
}
