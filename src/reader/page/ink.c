/*
 * Binarisation that is independent of light and paper.
 *
 *     polarity     tile by tile, what stands out from the median: dark things, or light ones if the border is dark
 *     paper        the paper's level of each tile, by a quantile; closed over neighbours, interpolated in between
 *     contrast     the share of the paper's light that a pixel lacks, or adds: the same in shadow and in the sun
 *     ink          contrast scaled from the paper's noise, 0, to the typical ink, 255
 *
 * The threshold between paper and ink is Otsu's (1979). If there is too little ink for it, ink is what exceeds the
 * noise clearly. If it finds something faint everywhere and something far darker, it is applied again to these two.
 */
#include "ink.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clamp.h"
#include "base/error.h"
#include "histogram.h"
#include "hysteresis.h"
#include "pattern.h"
#include "shadow.h"
#include "threshold.h"
#include "wedges.h"

/* The side of a tile, in pixels. Fewer pixels show little of the light, and many small tiles take long. */
#define MIN_TILE 12
#define MAX_TILE 64
#define MIN_TILE_PIXELS (MIN_TILE * MIN_TILE)

#define FALL 0.8         /* light of a tile at the border to that of its neighbours, at least, for it to be paper */
#define MIN_CONTRAST 0.1 /* of ink: share of the paper's light that it lacks, at least */
#define MIN_ROOM 128.0f  /* levels that paper is assumed to lack of white, at least, for light ink */
#define MIN_CLEARANCE 5  /* of ink from paper, in standard deviations of the paper */
#define EXTREME 0.002    /* share of the pixels that may be lighter or darker than any ink or paper */
#define MIN_INK 30       /* pixels of ink, at least, or this share of a small picture: */
#define MIN_INK_SHARE 0.02
#define BEYOND_NOISE 8        /* standard deviations of the paper from which on contrasts are ink */
#define DARKER_THAN_LINES 2.0 /* times the contrast of squared paper's lines: what is written on them */
#define HALF 127              /* of 255: ink is above this */
#define MIN_PATTERN 4         /* of 255: less is the noise of a camera */
#define MAX_NOISE 0.08        /* deviation of the paper over contrast of the ink: beyond it the paper has a pattern */
#define PARTS 32 /* parts of the picture each way: cells of a table are larger, squares of squared paper are not */
#define MIN_FAINT 0.01 /* share of a part's pixels, at least: lines of squared paper go through it */
#define MIN_SPREAD 0.7 /* share of the parts that have such lines */
#define SHADOW 0.7     /* lowest to highest light of the paper: less is uneven */

/* Measures of tiles, which divide a picture evenly. */
typedef struct tiles {
    size_t across, down;
    float *low, *high; /* the levels' first and third quartiles */
    float *level;      /* of the paper */
    float *spare;
} tiles;

static uint32_t tile_histogram(uint32_t histogram[256], const lenet5_picture *p, const tiles *t, size_t column,
                               size_t row)
{
    level_counts counts = {0};
    const size_t left = column * p->width / t->across, right = (column + 1) * p->width / t->across;
    const size_t top = row * p->height / t->down, bottom = (row + 1) * p->height / t->down;
    for (size_t y = top; y < bottom; y++)
        add_levels(&counts, p->grey + y * p->width + left, right - left);
    sum_levels(histogram, &counts);
    return (uint32_t)((right - left) * (bottom - top));
}

static lenet5_status new_tiles(tiles *t, const lenet5_picture *p, lenet5_error *error)
{
    const size_t least = p->width < p->height ? p->width : p->height;
    const size_t side = least / 4 < MIN_TILE ? MIN_TILE : least / 4 > MAX_TILE ? MAX_TILE : least / 4;
    const size_t length = side < least ? side : MIN_TILE_PIXELS / least; /* if the picture is narrower than a tile */
    t->across = p->width / length > 0 ? p->width / length : 1;
    t->down = p->height / length > 0 ? p->height / length : 1;
    const size_t count = t->across * t->down;
    t->low = malloc(4 * count * sizeof *t->low);
    if (!t->low)
        return lenet5_fail_memory(error);
    t->high = t->low + count;
    t->level = t->high + count;
    t->spare = t->level + count;
    return LENET5_OK;
}

/* Whether the border is light: nearer to the lightest levels than to the darkest. */
static bool border_is_light(const lenet5_picture *p)
{
    uint32_t all[256], border[256] = {0};
    const size_t count = p->width * p->height;
    count_levels(all, p->grey, count);
    for (size_t x = 0; x < p->width; x++) {
        border[p->grey[x]]++;
        border[p->grey[count - 1 - x]]++;
    }
    for (size_t y = 0; y < p->height; y++) {
        border[p->grey[y * p->width]]++;
        border[p->grey[(y + 1) * p->width - 1]]++;
    }
    const unsigned darkest = quantile(all, count, EXTREME), lightest = quantile(all, count, 1 - EXTREME);
    return 2 * quantile(border, 2 * (p->width + p->height), 0.5) > darkest + lightest;
}

/*
 * Measures the tiles, and sets whether ink is lighter than paper. With a thick pen most tiles may be ink; then the
 * border decides.
 */
static lenet5_status measure_tiles(tiles *t, bool *light, const lenet5_picture *p, budget *b, lenet5_error *error)
{
    double darker = 0;
    double lighter = 0;
    lenet5_status status = LENET5_OK;
    for (size_t row = 0; row < t->down && status == LENET5_OK; row++) {
        status = lenet5_check_time(b, 2 * p->width * (p->height / t->down + 1), error);
        for (size_t column = 0; column < t->across; column++) {
            uint32_t histogram[256];
            const uint32_t count = tile_histogram(histogram, p, t, column, row);
            const double middle = quantile(histogram, count, 0.5);
            const double below = middle - quantile(histogram, count, 0.03);
            const double above = quantile(histogram, count, 0.97) - middle;
            darker += below * below;
            lighter += above * above;
            t->low[row * t->across + column] = (float)quantile(histogram, count, 0.25);
            t->high[row * t->across + column] = (float)quantile(histogram, count, 0.75);
        }
    }
    *light = lighter > darker && !border_is_light(p);
    return status;
}

/* Dilates or erodes: the greatest (or least) of each tile and its neighbours. */
static void extend(float *to, const float *from, const tiles *t, bool greatest)
{
    for (size_t row = 0; row < t->down; row++)
        for (size_t column = 0; column < t->across; column++) {
            float found = from[row * t->across + column];
            for (size_t y = row > 0 ? row - 1 : 0; y <= row + 1 && y < t->down; y++)
                for (size_t x = column > 0 ? column - 1 : 0; x <= column + 1 && x < t->across; x++) {
                    const float there = from[y * t->across + x];
                    found = greatest ? fmaxf(found, there) : fminf(found, there);
                }
            to[row * t->across + column] = found;
        }
}

static bool at_border(const tiles *t, size_t tile)
{
    const size_t row = tile / t->across, column = tile % t->across;
    return row == 0 || row + 1 == t->down || column == 0 || column + 1 == t->across;
}

static bool alike(float a, float b)
{
    return fminf(a, b) >= FALL * fmaxf(a, b);
}

/* Closes tiles that are full of ink; at the border, light may fall off instead. */
static void find_paper(tiles *t, bool light)
{
    const float *paper = light ? t->low : t->high;
    extend(t->spare, paper, t, !light);
    extend(t->level, t->spare, t, light);
    for (size_t i = 0; i < t->across * t->down; i++)
        t->level[i] = at_border(t, i) && alike(paper[i], t->level[i]) ? paper[i] : t->level[i];
}

/* Two neighbouring tiles, and a position between their centres. */
typedef struct step {
    size_t first, second;
    float share;
} step;

/* Beyond the centres of the outermost tiles light is extrapolated. */
static step step_at(size_t x, size_t size, size_t count)
{
    if (count == 1)
        return (step){0, 0, 0};
    const float at = ((float)x + 0.5f) * (float)count / (float)size - 0.5f;
    const float first = fmaxf(0, fminf(floorf(at), (float)(count - 2)));
    return (step){(size_t)first, (size_t)first + 1, at - first};
}

/* The paper's level at the tiles of one row of pixels. */
typedef struct light_row {
    float *paper; /* (across) */
    float *share; /* (width): from the tile on the left, 0, to the one on the right, 1 */
    size_t *end;  /* (across): the end of the columns that have this tile on their left */
} light_row;

static lenet5_status new_light_row(light_row *l, const lenet5_picture *p, const tiles *t, lenet5_error *error)
{
    l->paper = malloc(t->across * sizeof *l->paper);
    l->share = malloc(p->width * sizeof *l->share);
    l->end = calloc(t->across, sizeof *l->end);
    if (!l->paper || !l->share || !l->end)
        return lenet5_fail_memory(error);
    for (size_t x = 0; x < p->width; x++) {
        const step s = step_at(x, p->width, t->across);
        l->share[x] = s.share;
        l->end[s.first] = x + 1;
    }
    return LENET5_OK;
}

static void free_light_row(light_row *l)
{
    free(l->paper);
    free(l->share);
    free(l->end);
}

static void light_at(light_row *l, const tiles *t, const step *down)
{
    const float *above = t->level + down->first * t->across;
    const float *below = t->level + down->second * t->across;
    for (size_t i = 0; i < t->across; i++)
        l->paper[i] = above[i] + down->share * (below[i] - above[i]);
}

/* The paper's level along some pixels of a row: from + share * rise. */
typedef struct light_run {
    float from, rise;
    const float *share; /* of each pixel */
    bool light;         /* the ink is lighter than the paper */
} light_run;

/* Computes contrasts: 0 to 255 for a share of 0 to 1 of the paper's light. */
static void measure_run(uint8_t *contrast, const uint8_t *picture, size_t count, const light_run *run)
{
    const float from = run->from, rise = run->rise, *share = run->share;
    const bool light = run->light;
    for (size_t x = 0; x < count; x++) {
        const float level = clamp(from + share[x] * rise, 0, 255);
        const float grey = picture[x];
        const float room = light ? clamp(256 - level, MIN_ROOM, 256) : level + 1;
        const float found = 255 * ((light ? grey - level : level - grey) / room);
        contrast[x] = (uint8_t)(int)(found <= 0 ? 0 : found);
    }
}

static lenet5_status measure_contrast(uint8_t *contrast, const lenet5_picture *p, const tiles *t, bool light, budget *b,
                                      lenet5_error *error)
{
    light_row l;
    lenet5_status status = new_light_row(&l, p, t, error);
    for (size_t y = 0; y < p->height && status == LENET5_OK; y++) {
        const step down = step_at(y, p->height, t->down);
        light_at(&l, t, &down);
        for (size_t i = 0, x = 0; i < t->across && l.end[i] > 0; x = l.end[i++]) {
            const float rise = i + 1 < t->across ? l.paper[i + 1] - l.paper[i] : 0;
            const light_run run = {l.paper[i], rise, l.share + x, light};
            measure_run(contrast + y * p->width + x, p->grey + y * p->width + x, l.end[i] - x, &run);
        }
        status = lenet5_check_time(b, p->width, error);
    }
    free_light_row(&l);
    return status;
}

/* ---- From contrast to ink ---------------------------------------------------------------------------------------- */

/* With too little ink for Otsu's threshold, ink is what exceeds the noise clearly. */
static binarisation divide_tail(const uint32_t counts[256], size_t count)
{
    const double middle = quantile(counts, count, 0.5);
    const double deviation = fmax(1, quantile(counts, count, 0.84) - middle);
    return lenet5_binarise_at(counts, 0, (unsigned)fmin(254, middle + BEYOND_NOISE * deviation));
}

/* The share of PARTS by PARTS parts of a map with contrasts above low, but not above high. */
static double spread(const uint8_t *contrast, size_t width, size_t height, unsigned low, unsigned high)
{
    size_t found[PARTS * PARTS] = {0};
    size_t parts = 0;
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            found[y * PARTS / height * PARTS + x * PARTS / width] +=
                contrast[y * width + x] > low && contrast[y * width + x] <= high;
    for (size_t i = 0; i < PARTS * PARTS; i++)
        parts += (double)found[i] >= MIN_FAINT * (double)(width * height) / (PARTS * PARTS);
    return (double)parts / (PARTS * PARTS);
}

static bool shows_ink(const binarisation *d)
{
    return d->ink_count >= fmin(MIN_INK, MIN_INK_SHARE * (d->paper_count + d->ink_count)) &&
           d->ink >= 255 * MIN_CONTRAST && d->ink - d->paper >= MIN_CLEARANCE * d->noise;
}

/* Divides again if the ink is faint lines everywhere and something far darker: the lines of squared paper are paper. */
static void divide_again(binarisation *d, const uint32_t counts[256], const uint8_t *contrast, size_t width,
                         size_t height)
{
    binarisation faint = lenet5_otsu(counts, d->threshold + 1);
    faint.above_lines = true;
    if (faint.ink < DARKER_THAN_LINES * faint.paper || faint.paper_count < faint.ink_count)
        return;
    if (spread(contrast, width, height, d->threshold, faint.threshold) >= MIN_SPREAD)
        *d = faint;
}

static void stretch(uint8_t *ink, size_t count, const binarisation *d)
{
    uint8_t to[256];
    const double floor = fmin(d->paper + 2 * d->noise, (d->paper + d->ink) / 2);
    for (unsigned level = 0; level < 256; level++) {
        const double share = (level - floor) / (d->ink - floor);
        to[level] = (uint8_t)(share <= 0 ? 0 : share >= 1 ? 255 : 255 * share + 0.5);
    }
    for (size_t i = 0; i < count; i++)
        ink[i] = to[ink[i]];
}

/* Counts the pixels of a row above a level. */
static size_t area_above(const uint8_t *row, size_t width, unsigned level)
{
    uint32_t area = 0;
    for (size_t x = 0; x < width; x++)
        area += row[x] > level;
    return area;
}

/* Counts the changes between above and not above a level along a row, borders included. */
static size_t edge_along(const uint8_t *row, size_t width, unsigned level)
{
    uint32_t edge = row[0] > level;
    edge += row[width - 1] > level;
    for (size_t x = 1; x < width; x++)
        edge += (row[x] > level) != (row[x - 1] > level);
    return edge;
}

/* The same between two rows. */
static size_t edge_across(const uint8_t *row, const uint8_t *other, size_t width, unsigned level)
{
    uint32_t edge = 0;
    for (size_t x = 0; x < width; x++)
        edge += (row[x] > level) != (other[x] > level);
    return edge;
}

double lenet5_stroke_width(const ink_map *map, unsigned level)
{
    const size_t width = map->width, last = map->height - 1;
    size_t area = 0;
    size_t edge = area_above(map->ink, width, level) + area_above(map->ink + last * width, width, level);
    for (size_t y = 0; y <= last; y++) {
        const uint8_t *row = map->ink + y * width;
        area += area_above(row, width, level);
        edge += edge_along(row, width, level) + (y < last ? edge_across(row, row + width, width, level) : 0);
    }
    return edge ? 2.5 * (double)area / (double)edge
                : 0; /* not 2, since slanted edges have more steps than their length */
}

static bool uneven(const tiles *t)
{
    float least = 255, greatest = 1;
    for (size_t i = 0; i < t->across * t->down; i++) {
        least = fminf(least, t->level[i]);
        greatest = fmaxf(greatest, t->level[i]);
    }
    return (double)(least / greatest) < SHADOW;
}

/* Fills the map with contrasts. */
static lenet5_status even_out(ink_map *map, ink_report *report, const lenet5_picture *picture, budget *b,
                              lenet5_error *error)
{
    tiles t = {0};
    lenet5_status status = new_tiles(&t, picture, error);
    if (status == LENET5_OK)
        status = measure_tiles(&t, &report->light, picture, b, error);
    if (status == LENET5_OK) {
        find_paper(&t, report->light);
        report->shadow = uneven(&t);
        status = measure_contrast(map->ink, picture, &t, report->light, b, error);
    }
    free(t.low);
    return status;
}

static binarisation divide_map(const ink_map *map)
{
    uint32_t counts[256];
    const size_t count = map->width * map->height;
    count_levels(counts, map->ink, count);
    binarisation d = lenet5_otsu(counts, 0);
    if (!shows_ink(&d))
        d = divide_tail(counts, count);
    divide_again(&d, counts, map->ink, map->width, map->height);
    return d;
}

/* Turns contrasts into ink without the paper's pattern. *contrast: of that ink; 0 if it does not stand out. */
static lenet5_status leave_out_pattern(double *contrast, ink_map *map, budget *b, lenet5_error *error)
{
    hysteresis_ink d;
    const lenet5_status status = lenet5_hysteresis_ink(&d, map, b, error);
    if (status != LENET5_OK || !d.map.ink)
        return status == LENET5_OK ? lenet5_remove_pattern(contrast, map, b, error) : status;
    lenet5_ink_free(map);
    *map = d.map;
    *contrast = d.contrast;
    return LENET5_OK;
}

/*
 * Removes the paper's pattern, if it has one. *parted: the map is ink already. Sets what report says of paper and
 * noise.
 */
static lenet5_status part_pattern(bool *parted, ink_map *map, ink_report *report, const binarisation *d, budget *b,
                                  lenet5_error *error)
{
    const bool ink = shows_ink(d);
    const bool even = ink && lenet5_is_uniform(map, d->threshold, lenet5_stroke_width(map, d->threshold));
    double noise, contrast = d->ink - d->paper;
    lenet5_status status = lenet5_paper_noise(&noise, map, ink && !even ? d->threshold : 255, b, error);
    if (status == LENET5_OK && (!ink || even || (noise > MAX_NOISE * contrast && !d->above_lines))) {
        status = leave_out_pattern(&contrast, map, b, error);
        *parted = status == LENET5_OK && contrast > 0;
    }
    report->empty = !*parted && (!ink || even);
    report->noise = fmin(1, noise / fmax(1, *parted ? contrast : d->ink - d->paper));
    report->pattern = noise >= MIN_PATTERN && (even || report->noise > MAX_NOISE);
    return status;
}

/* Turns contrasts into ink. */
static lenet5_status part_ink(ink_map *map, ink_report *report, budget *b, lenet5_error *error)
{
    binarisation d = divide_map(map);
    bool shadows = false, parted = false;
    lenet5_status status = lenet5_remove_wedges(&report->sheet, map, d.threshold, b, error);
    if (status == LENET5_OK)
        status = lenet5_remove_shadows(&shadows, map, d.threshold, b, error);
    if (status == LENET5_OK && (shadows || report->sheet)) {
        report->shadow |= shadows;
        d = divide_map(map);
    }
    if (status == LENET5_OK)
        status = part_pattern(&parted, map, report, &d, b, error);
    if (status != LENET5_OK || parted)
        return status;
    if (report->empty)
        memset(map->ink, 0, map->width * map->height);
    else
        stretch(map->ink, map->width * map->height, &d);
    return LENET5_OK;
}

lenet5_status lenet5_find_ink(ink_map *map, ink_report *report, const lenet5_picture *picture, budget *b,
                              lenet5_error *error)
{
    const size_t count = picture->width * picture->height;
    *report = (ink_report){0};
    *map = (ink_map){picture->width, picture->height, malloc(count)};
    lenet5_status status = map->ink ? even_out(map, report, picture, b, error) : lenet5_fail_memory(error);
    if (status == LENET5_OK)
        status = part_ink(map, report, b, error);
    if (status == LENET5_OK) {
        report->stroke = lenet5_stroke_width(map, HALF);
        status = lenet5_check_time(b, 4 * count, error);
    }
    if (status != LENET5_OK)
        lenet5_ink_free(map);
    return status;
}

double lenet5_interpolate_ink(const ink_map *map, double x, double y)
{
    if (x < 0 || y < 0 || x + 1 >= (double)map->width || y + 1 >= (double)map->height)
        return 0;
    const size_t left = (size_t)x, top = (size_t)y;
    const uint8_t *at = map->ink + top * map->width + left;
    const double fx = x - (double)left, fy = y - (double)top;
    return (1 - fy) * ((1 - fx) * at[0] + fx * at[1]) + fy * ((1 - fx) * at[map->width] + fx * at[map->width + 1]);
}

void lenet5_ink_free(ink_map *map)
{
    free(map->ink);
    *map = (ink_map){0};
}
