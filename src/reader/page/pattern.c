/*
 * A printed pattern is thinner or fainter than a pen, and the same everywhere. Averaging contrasts over squares
 * narrower than a stroke turns a pattern into an even grey, and leaves most of a stroke:
 *
 *     fine       averaged twice: the result
 *     coarse     averaged four times: decides
 *     strong     coarse above Otsu's threshold
 *     ink        fine, where coarse is clear of the paper's level and a strong pixel is near
 *     points     fine, where it stands out from all of the paper; coarse has lost them
 *
 * The smallest square that makes strokes stand out is used, unless they stand out far more with a larger one.
 */
#include "pattern.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "components.h"
#include "histogram.h"
#include "threshold.h"

#define AWAY 2            /* pixels from ink that are edges of strokes */
#define MIN_SIDES 8       /* sides of a square in the picture's shorter side, at least */
#define MIN_CLEARANCE 2.5 /* of ink from the paper's median, in deviations of the lighter half of the paper */
#define CLEARER 2.0       /* times clearer: what a larger square, which blurs digits more, has to gain */
#define MIN_CONTRAST 15   /* of 255: contrast of the smoothed ink, at least */
#define MIN_LEFT 0.35     /* of the contrast before smoothing that is left, at least: a pattern keeps less */
#define WEAK 0.4          /* of the way from paper to ink: fainter pixels belong to no stroke */
#define FLOOR 0.15        /* of the way from paper to ink that becomes 0 */
#define MIN_AREA 1.5      /* squares that a component fills, at least: less is a crossing of the pattern's lines */
#define POINT_NEAR 1      /* pixels from strokes that are their edges */
#define POINT_PAPER 0.99  /* quantile of the paper's fine levels that is its pattern and noise, and */
#define POINT_CLEAR 1.4   /* times as far from the median is a point, and */
#define POINT_INK 0.45    /* share of the way from the paper to the ink, at least */
#define POINT_LEAST 0.6   /* squares that a point fills, at least */
#define POINT_SIDE 2.5    /* sides of a square that it is wide and high, at most */
#define MIN_TILE 12.0     /* pixels: side of a tile, at least */
#define TILE_STROKES 3.0  /* widths of a stroke: the same */
#define MIN_TILES 20      /* fewer prove little: two digits may fill a dozen */
#define EVEN 0.35 /* coefficient of variation of the tiles' ink: strokes have more than 0.5, patterns less than 0.25 */

static const size_t sides[] = {2, 3, 4, 6, 8, 12};

typedef struct parting {
    size_t side;
    binarisation d;
    double clearance;
} parting;

typedef struct smoothed {
    uint8_t *fine, *coarse, *spare; /* (height, width) */
} smoothed;

static lenet5_status new_levels(uint8_t **levels, const ink_map *map, lenet5_error *error)
{
    *levels = malloc(map->width * map->height);
    return *levels ? LENET5_OK : lenet5_fail_memory(error);
}

/* The reciprocal of a side in units of 1 / 65536: exact for sums of that many levels. */
static uint16_t share_of(size_t side)
{
    return (uint16_t)((65536 + side - 1) / side);
}

static uint8_t mean_of(uint16_t sum, uint16_t share)
{
    return (uint8_t)(((uint32_t)sum * share) >> 16);
}

/*
 * Averages over side levels of a row, the window beginning before levels ahead; end levels continue. padded: (width +
 * side).
 */
static void average_row(uint8_t *to, const uint8_t *from, size_t width, size_t side, size_t before, uint8_t *padded)
{
    assert(before <= side);
    const uint16_t share = share_of(side);
    uint16_t sum = (uint16_t)(side / 2);
    memset(padded, from[0], before);
    memcpy(padded + before, from, width);
    memset(padded + before + width, from[width - 1], side - before);
    for (size_t i = 0; i < side; i++)
        sum = (uint16_t)(sum + padded[i]);
    for (size_t x = 0; x < width; x++) {
        to[x] = mean_of(sum, share);
        sum = (uint16_t)(sum + padded[x + side] - padded[x]);
    }
}

/* Moves column sums down by one row. */
static void move_down(uint16_t *sums, const uint8_t *come, const uint8_t *go, size_t width)
{
    for (size_t x = 0; x < width; x++)
        sums[x] = (uint16_t)(sums[x] + come[x] - go[x]);
}

/* The same down all columns; sums: (width). */
static void average_columns(uint8_t *to, const uint8_t *from, const ink_map *map, size_t side, size_t before,
                            uint16_t *sums)
{
    const size_t width = map->width, last = map->height - 1;
    const uint16_t share = share_of(side);
    for (size_t x = 0; x < width; x++)
        sums[x] = (uint16_t)(side / 2);
    for (size_t i = 0; i < side; i++) {
        const uint8_t *row = from + (i < before ? 0 : i - before < last ? i - before : last) * width;
        for (size_t x = 0; x < width; x++)
            sums[x] = (uint16_t)(sums[x] + row[x]);
    }
    for (size_t y = 0; y <= last; y++) {
        const size_t next = y + side - before;
        for (size_t x = 0; x < width; x++)
            to[y * width + x] = mean_of(sums[x], share);
        move_down(sums, from + (next < last ? next : last) * width, from + (y > before ? y - before : 0) * width,
                  width);
    }
}

/* Averages over squares twice, the second time with the window shifted the other way if side is even. */
static lenet5_status smooth(uint8_t *levels, uint8_t *spare, const ink_map *map, size_t side, budget *b,
                            lenet5_error *error)
{
    const size_t width = map->width;
    uint16_t *sums = malloc(width * sizeof *sums);
    uint8_t *padded = malloc(width + side);
    const bool enough = sums && padded;
    const lenet5_status status =
        enough ? lenet5_check_time(b, 4 * width * map->height, error) : lenet5_fail_memory(error);
    for (size_t y = 0; y < map->height && status == LENET5_OK; y++) {
        average_row(spare + y * width, levels + y * width, width, side, side / 2, padded);
        average_row(levels + y * width, spare + y * width, width, side, (side - 1) / 2, padded);
    }
    if (status == LENET5_OK) {
        average_columns(spare, levels, map, side, side / 2, sums);
        average_columns(levels, spare, map, side, (side - 1) / 2, sums);
    }
    free(padded);
    free(sums);
    return status;
}

static lenet5_status smooth_twice(smoothed *s, const ink_map *map, size_t side, budget *b, lenet5_error *error)
{
    const size_t count = map->width * map->height;
    memcpy(s->fine, map->ink, count);
    lenet5_status status = smooth(s->fine, s->spare, map, side, b, error);
    if (status != LENET5_OK)
        return status;
    memcpy(s->coarse, s->fine, count);
    return smooth(s->coarse, s->spare, map, side, b, error);
}

/* Whether any level within reach pixels, in a square, is above the threshold. */
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

static bool any_above(const uint8_t *levels, size_t count, unsigned threshold)
{
    uint8_t greatest = 0;
    for (size_t i = 0; i < count; i++)
        greatest = levels[i] > greatest ? levels[i] : greatest;
    return greatest > threshold;
}

/*
 * Extends the reach of each column by a row's ink: the first row more than AWAY below all ink near it. *farthest: the
 * maximum.
 */
static void spread_row(size_t *reach, size_t *farthest, const ink_map *contrast, size_t row, unsigned threshold)
{
    const uint8_t *levels = contrast->ink + row * contrast->width;
    if (!any_above(levels, contrast->width, threshold))
        return;
    *farthest = row + AWAY + 1;
    for (size_t x = 0; x < contrast->width; x++)
        if (levels[x] > threshold)
            for (size_t i = x > AWAY ? x - AWAY : 0; i <= x + AWAY && i < contrast->width; i++)
                reach[i] = row + AWAY + 1;
}

/* Counts the runs of a row that ink does not reach. */
static void add_paper(level_counts *counts, const size_t *reach, const ink_map *contrast, size_t row)
{
    const uint8_t *levels = contrast->ink + row * contrast->width;
    for (size_t x = 0; x < contrast->width; x++) {
        const size_t first = x;
        while (x < contrast->width && reach[x] <= row)
            x++;
        add_levels(counts, levels + first, x - first);
    }
}

lenet5_status lenet5_paper_levels(uint32_t histogram[256], const ink_map *contrast, unsigned threshold, budget *b,
                                  lenet5_error *error)
{
    level_counts counts = {0};
    size_t *reach = calloc(contrast->width, sizeof *reach); /* (width) */
    size_t farthest = 0;
    lenet5_status status = reach ? LENET5_OK : lenet5_fail_memory(error);
    for (size_t y = 0; y < AWAY && y < contrast->height && status == LENET5_OK; y++)
        spread_row(reach, &farthest, contrast, y, threshold);
    for (size_t y = 0; y < contrast->height && status == LENET5_OK; y++) {
        status = lenet5_check_time(b, 8 * contrast->width, error);
        if (y + AWAY < contrast->height)
            spread_row(reach, &farthest, contrast, y + AWAY, threshold);
        if (farthest > y)
            add_paper(&counts, reach, contrast, y);
        else
            add_levels(&counts, contrast->ink + y * contrast->width, contrast->width);
    }
    free(reach);
    sum_levels(histogram, &counts);
    return status;
}

lenet5_status lenet5_paper_noise(double *noise, const ink_map *contrast, unsigned threshold, budget *b,
                                 lenet5_error *error)
{
    uint32_t histogram[256];
    size_t count = 0;
    const lenet5_status status = lenet5_paper_levels(histogram, contrast, threshold, b, error);
    for (size_t level = 0; level < 256; level++)
        count += histogram[level];
    *noise = count ? (quantile(histogram, count, 0.84) - quantile(histogram, count, 0.16)) / 2.0 : 0;
    return status;
}

static double share_above(const ink_map *levels, box tile, unsigned threshold)
{
    size_t above = 0;
    for (size_t y = tile.top; y < tile.bottom; y++)
        for (size_t x = tile.left; x < tile.right; x++)
            above += levels->ink[y * levels->width + x] > threshold;
    return (double)above / (double)box_area(tile);
}

bool lenet5_is_uniform(const ink_map *levels, unsigned threshold, double stroke)
{
    const double side = fmax(MIN_TILE, TILE_STROKES * stroke);
    const size_t across = (size_t)((double)levels->width / side), down = (size_t)((double)levels->height / side);
    double sum = 0, squares = 0;
    if (across * down < MIN_TILES)
        return false;
    for (size_t row = 0; row < down; row++)
        for (size_t column = 0; column < across; column++) {
            const box tile = {column * levels->width / across, row * levels->height / down,
                              (column + 1) * levels->width / across, (row + 1) * levels->height / down};
            const double share = share_above(levels, tile, threshold);
            sum += share;
            squares += share * share;
        }
    const double mean = sum / (double)(across * down);
    return sqrt(fmax(0, squares / (double)(across * down) - mean * mean)) < EVEN * mean;
}

/* The contrast of ink over the deviation of the paper; 0 if the contrast is below min. */
static double clearance(const binarisation *d, const uint32_t counts[256], size_t count, double min)
{
    const double middle = quantile(counts, count, 0.5);
    const double noise = fmax(1, middle - quantile(counts, count, 0.16));
    return d->ink - middle >= min ? (d->ink - middle) / noise : 0;
}

/* Marks pixels of strokes with 255. */
static void mark_strokes(ink_map *marks, const uint8_t *coarse, const parting *p)
{
    const unsigned weak = (unsigned)(p->d.paper + WEAK * (p->d.ink - p->d.paper));
    for (size_t y = 0; y < marks->height; y++)
        for (size_t x = 0; x < marks->width; x++) {
            const size_t at = y * marks->width + x;
            const bool ink = coarse[at] > weak && above_near(coarse, marks, x, y, p->side / 2, p->d.threshold);
            marks->ink[at] = ink ? 255 : 0;
        }
}

/* Erases marks of components too small for strokes. */
static lenet5_status drop_specks(ink_map *marks, size_t side, budget *b, lenet5_error *error)
{
    components c;
    const lenet5_status status = lenet5_find_components(&c, marks, b, error);
    if (status != LENET5_OK)
        return status;
    for (size_t i = 0; i < marks->width * marks->height; i++)
        if (c.labels[i] && (double)c.list[c.labels[i] - 1].area < MIN_AREA * (double)(side * side))
            marks->ink[i] = 0;
    lenet5_components_free(&c);
    return LENET5_OK;
}

/* Fine levels of paper and ink. */
typedef struct fine_range {
    double middle, max, ink; /* median of the paper, its POINT_PAPER quantile, mean of strong ink */
} fine_range;

static fine_range range_of(const smoothed *s, const ink_map *marks, unsigned threshold)
{
    uint32_t paper[256] = {0};
    size_t papers = 0;
    double ink = 0, inks = 0;
    for (size_t i = 0; i < marks->width * marks->height; i++) {
        const bool strong = s->coarse[i] > threshold;
        ink += strong ? s->fine[i] : 0;
        inks += strong;
        if (!marks->ink[i]) {
            paper[s->fine[i]]++;
            papers++;
        }
    }
    return (fine_range){quantile(paper, papers, 0.5), quantile(paper, papers, POINT_PAPER), ink / fmax(1, inks)};
}

static bool is_point(const component *c, size_t side)
{
    const double max = POINT_SIDE * (double)side;
    return (double)c->area >= POINT_LEAST * (double)(side * side) && (double)(c->box.right - c->box.left) <= max &&
           (double)(c->box.bottom - c->box.top) <= max;
}

/* Marks points away from the strokes, as of an amount. */
static lenet5_status mark_points(ink_map *marks, const smoothed *s, const parting *p, budget *b, lenet5_error *error)
{
    const size_t count = marks->width * marks->height;
    ink_map points = {marks->width, marks->height, calloc(count, 1)};
    components c = {0};
    if (!points.ink)
        return lenet5_fail_memory(error);
    const fine_range r = range_of(s, marks, p->d.threshold);
    const double min = r.middle + fmax(POINT_CLEAR * (r.max - r.middle), POINT_INK * (r.ink - r.middle));
    for (size_t y = 0; y < marks->height; y++)
        for (size_t x = 0; x < marks->width; x++) {
            const size_t at = y * marks->width + x;
            if ((double)s->fine[at] >= min && !above_near(marks->ink, marks, x, y, POINT_NEAR, 0))
                points.ink[at] = 255;
        }
    const lenet5_status status = lenet5_find_components(&c, &points, b, error);
    for (size_t i = 0; i < count && status == LENET5_OK; i++)
        if (c.labels[i] && is_point(&c.list[c.labels[i] - 1], p->side))
            marks->ink[i] = 255;
    if (status == LENET5_OK)
        lenet5_components_free(&c);
    free(points.ink);
    return status;
}

/* Fills the map with the marked fine levels, scaled from the paper's median, 0, to the mean of strong ink, 255. */
static void show_strokes(ink_map *map, const ink_map *marks, const smoothed *s, unsigned threshold)
{
    const fine_range r = range_of(s, marks, threshold);
    for (size_t i = 0; i < map->width * map->height; i++) {
        const double share = ((s->fine[i] - r.middle) / (r.ink - r.middle) - FLOOR) / (1 - FLOOR);
        map->ink[i] = (uint8_t)(!marks->ink[i] || share <= 0 ? 0 : share >= 1 ? 255 : 255 * share + 0.5);
    }
}

static lenet5_status part(ink_map *map, smoothed *s, const parting *p, budget *b, lenet5_error *error)
{
    ink_map marks = {map->width, map->height, s->spare};
    lenet5_status status = smooth_twice(s, map, p->side, b, error);
    if (status == LENET5_OK)
        status = lenet5_check_time(b, 16 * map->width * map->height, error);
    if (status != LENET5_OK)
        return status;
    mark_strokes(&marks, s->coarse, p);
    status = drop_specks(&marks, p->side, b, error);
    if (status == LENET5_OK)
        status = mark_points(&marks, s, p, b, error);
    if (status == LENET5_OK)
        show_strokes(map, &marks, s, p->d.threshold);
    return status;
}

/* Finds the square after which strokes stand out most, on paper that they do not cover evenly. side 0: none. */
static lenet5_status find_parting(parting *best, smoothed *s, const ink_map *map, double raw, budget *b,
                                  lenet5_error *error)
{
    const size_t shorter = map->width < map->height ? map->width : map->height;
    const size_t count = map->width * map->height;
    const double min = fmax(MIN_CONTRAST, MIN_LEFT * raw);
    lenet5_status status = LENET5_OK;
    *best = (parting){.clearance = MIN_CLEARANCE};
    for (size_t i = 0; i < sizeof sides / sizeof sides[0] && status == LENET5_OK; i++) {
        uint32_t counts[256];
        if (i > 0 && MIN_SIDES * sides[i] > shorter)
            break;
        status = smooth_twice(s, map, sides[i], b, error);
        count_levels(counts, s->coarse, count);
        const binarisation d = lenet5_otsu(counts, 0);
        const ink_map coarse = {map->width, map->height, s->coarse};
        const parting p = {sides[i], d, clearance(&d, counts, count, min)};
        const bool even = lenet5_is_uniform(&coarse, d.threshold, lenet5_stroke_width(&coarse, d.threshold));
        if (!even && p.clearance > (best->side ? CLEARER : 1) * best->clearance)
            *best = p;
    }
    return status;
}

lenet5_status lenet5_remove_pattern(double *contrast, ink_map *map, budget *b, lenet5_error *error)
{
    parting p = {0};
    smoothed s = {0};
    lenet5_status status = new_levels(&s.fine, map, error);
    if (status == LENET5_OK)
        status = new_levels(&s.coarse, map, error);
    if (status == LENET5_OK)
        status = new_levels(&s.spare, map, error);
    if (status == LENET5_OK)
        status = find_parting(&p, &s, map, *contrast, b, error);
    if (status == LENET5_OK && p.side > 0)
        status = part(map, &s, &p, b, error);
    *contrast = status == LENET5_OK && p.side > 0 ? p.d.ink - p.d.paper : 0;
    free(s.fine);
    free(s.coarse);
    free(s.spare);
    return status == LENET5_CROWDED ? LENET5_OK : status;
}
