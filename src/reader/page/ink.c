/*
 * Light and ink.
 *
 *     polarity     tile by tile, what stands out from the median: dark things, or light ones if the border is dark
 *     paper        for each tile a level that little of it exceeds; dark specks in that closed, interpolated in between
 *     contrast     how much of the paper's light a pixel lacks (or adds): the same in shadow and in the sun
 *     ink          contrast from the noise of the paper, 0, to the typical ink, 255
 *
 * The threshold between paper and ink is Otsu's (1979). Little ink on much paper is missed by it: then ink is what no
 * noise reaches. And where it finds something everywhere and part of that far darker, it is asked again about these
 * two.
 */
#include "ink.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/between.h"
#include "base/error.h"
#include "histogram.h"
#include "pattern.h"
#include "shadow.h"
#include "threshold.h"

#define LEAST_TILE 12
#define GREATEST_TILE 64
#define LEAST_TILE_PIXELS (LEAST_TILE * LEAST_TILE) /* fewer say little about light, and so many tiles take long */
#define FALL 0.8           /* the light of a tile at the border against that of its neighbours, at least */
#define LEAST_CONTRAST 0.1 /* of ink: the share of the paper's light that it lacks, or of what paper lacks of white */
#define LEAST_ROOM 128.0f  /* levels that paper is taken to lack at least, lest light paper have light ink */
#define LEAST_CLEARANCE 5  /* of ink from paper, in deviations of the paper */
#define EXTREME 0.002      /* the share of the pixels that may be lighter or darker than any ink or paper */
#define LEAST_INK 30       /* pixels, or the share below of a small picture */
#define LEAST_INK_SHARE 0.02
#define BEYOND_NOISE 8        /* deviations of the paper */
#define DARKER_THAN_LINES 2.0 /* times: what is written on squared paper */
#define HALF 127              /* of 255: what is above is ink */
#define LEAST_PATTERN 4       /* of 255: less is the noise of a camera */
#define MOST_NOISE 0.08       /* of the paper to the ink; beyond it the paper has a pattern */
#define PARTS 8               /* of the picture, each way */
#define LEAST_FAINT 0.01      /* of a part's pixels: squared paper's lines go through it */
#define LEAST_SPREAD 0.7      /* of the parts */
#define SHADOW 0.7            /* light is uneven where its least is less than this share of its greatest */

/* One value for each tile of a picture, which they divide evenly. */
typedef struct tiles {
    size_t across, down;
    float *level;
} tiles;

static uint32_t tile_histogram(uint32_t histogram[256], const lenet5_picture *p, const tiles *t, size_t column,
                               size_t row)
{
    const size_t left = column * p->width / t->across, right = (column + 1) * p->width / t->across;
    const size_t top = row * p->height / t->down, bottom = (row + 1) * p->height / t->down;
    memset(histogram, 0, 256 * sizeof histogram[0]);
    for (size_t y = top; y < bottom; y++)
        for (size_t x = left; x < right; x++)
            histogram[p->grey[y * p->width + x]]++;
    return (uint32_t)((right - left) * (bottom - top));
}

static lenet5_status new_tiles(tiles *t, const lenet5_picture *p, lenet5_error *error)
{
    const size_t least = p->width < p->height ? p->width : p->height;
    const size_t side = least / 4 < LEAST_TILE ? LEAST_TILE : least / 4 > GREATEST_TILE ? GREATEST_TILE : least / 4;
    const size_t length = side < least ? side : LEAST_TILE_PIXELS / least; /* of what is narrower than a tile */
    t->across = p->width / length > 0 ? p->width / length : 1;
    t->down = p->height / length > 0 ? p->height / length : 1;
    t->level = malloc(3 * t->across * t->down * sizeof *t->level);
    return t->level ? LENET5_OK : lenet5_fail_memory(error);
}

/* Whether paper reaches to the border on most sides, and is light: the border is nearer to the lightest that there is.
 */
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

/* Whether what stands out is lighter than what surrounds it; a thick pen's surroundings may be ink, but for the border.
 */
static lenet5_status find_polarity(bool *light, const lenet5_picture *p, const tiles *t, budget *b, lenet5_error *error)
{
    double darker = 0;
    double lighter = 0;
    lenet5_status status = LENET5_OK;
    for (size_t row = 0; row < t->down && status == LENET5_OK; row++) {
        status = lenet5_check_time(b, p->width * (p->height / t->down + 1), error);
        for (size_t column = 0; column < t->across; column++) {
            uint32_t histogram[256];
            const uint32_t count = tile_histogram(histogram, p, t, column, row);
            const double middle = quantile(histogram, count, 0.5);
            const double below = middle - quantile(histogram, count, 0.03);
            const double above = quantile(histogram, count, 0.97) - middle;
            darker += below * below;
            lighter += above * above;
        }
    }
    *light = lighter > darker && !border_is_light(p);
    return status;
}

/* The greatest (or least) of each tile and its neighbours. */
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

/* What fills a tile with ink is closed; but towards the border light may fall off. */
static lenet5_status measure_paper(tiles *t, const lenet5_picture *p, bool light, budget *b, lenet5_error *error)
{
    const size_t count = t->across * t->down;
    float *other = t->level + count;
    float *closed = other + count;
    lenet5_status status = LENET5_OK;
    for (size_t row = 0; row < t->down && status == LENET5_OK; row++) {
        status = lenet5_check_time(b, p->width * (p->height / t->down + 1), error);
        for (size_t column = 0; column < t->across; column++) {
            uint32_t histogram[256];
            const uint32_t pixels = tile_histogram(histogram, p, t, column, row);
            t->level[row * t->across + column] = (float)quantile(histogram, pixels, light ? 0.25 : 0.75);
        }
    }
    extend(other, t->level, t, !light);
    extend(closed, other, t, light);
    for (size_t i = 0; i < count; i++)
        t->level[i] = at_border(t, i) && alike(t->level[i], closed[i]) ? t->level[i] : closed[i];
    return status;
}

/* The tiles left and right of x (or above and below y), and how far it is from the first to the second. */
typedef struct step {
    size_t first, second;
    float share;
} step;

/* Beyond the middles of the outermost tiles light goes on as it does between them and the next. */
static step step_at(size_t x, size_t size, size_t count)
{
    if (count == 1)
        return (step){0, 0, 0};
    const float at = ((float)x + 0.5f) * (float)count / (float)size - 0.5f;
    const float first = fmaxf(0, fminf(floorf(at), (float)(count - 2)));
    return (step){(size_t)first, (size_t)first + 1, at - first};
}

/* Contrast as 0 to 255 for a share of 0 to 1 of the paper's light. */
static lenet5_status measure_contrast(uint8_t *contrast, const lenet5_picture *p, const tiles *t, bool light, budget *b,
                                      lenet5_error *error)
{
    step *across = malloc(p->width * sizeof *across);
    float *paper = malloc(t->across * sizeof *paper);
    if (!across || !paper) {
        free(across);
        free(paper);
        return lenet5_fail_memory(error);
    }
    for (size_t x = 0; x < p->width; x++)
        across[x] = step_at(x, p->width, t->across);
    lenet5_status status = LENET5_OK;
    for (size_t y = 0; y < p->height && status == LENET5_OK; y++) {
        status = lenet5_check_time(b, p->width, error);
        const step down = step_at(y, p->height, t->down);
        const float *above = t->level + down.first * t->across;
        const float *below = t->level + down.second * t->across;
        for (size_t i = 0; i < t->across; i++)
            paper[i] = above[i] + down.share * (below[i] - above[i]);
        for (size_t x = 0; x < p->width; x++) {
            const step s = across[x];
            const float level = between(paper[s.first] + s.share * (paper[s.second] - paper[s.first]), 0, 255);
            const float grey = p->grey[y * p->width + x];
            const float room = light ? between(256 - level, LEAST_ROOM, 256) : level + 1;
            const float share = (light ? grey - level : level - grey) / room;
            contrast[y * p->width + x] = (uint8_t)(share <= 0 ? 0 : 255 * share);
        }
    }
    free(across);
    free(paper);
    return status;
}

/* ---- From contrast to ink ------------------------------------------------------------------------------------------
 */

/* Where there is so little ink that Otsu's threshold parts paper from paper: what no noise of the paper reaches is ink.
 */
static division divide_tail(const uint32_t counts[256], size_t count)
{
    const double middle = quantile(counts, count, 0.5);
    const double deviation = fmax(1, quantile(counts, count, 0.84) - middle);
    return lenet5_describe(counts, 0, (unsigned)fmin(254, middle + BEYOND_NOISE * deviation));
}

/* The share of PARTS by PARTS parts of a map in which some pixels have contrasts above low, but not above high. */
static double spread(const uint8_t *contrast, size_t width, size_t height, unsigned low, unsigned high)
{
    size_t found[PARTS * PARTS] = {0};
    size_t parts = 0;
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            found[y * PARTS / height * PARTS + x * PARTS / width] +=
                contrast[y * width + x] > low && contrast[y * width + x] <= high;
    for (size_t i = 0; i < PARTS * PARTS; i++)
        parts += (double)found[i] >= LEAST_FAINT * (double)(width * height) / (PARTS * PARTS);
    return (double)parts / (PARTS * PARTS);
}

static bool shows_ink(const division *d)
{
    return d->ink_count >= fmin(LEAST_INK, LEAST_INK_SHARE * (d->paper_count + d->ink_count)) &&
           d->ink >= 255 * LEAST_CONTRAST && d->ink - d->paper >= LEAST_CLEARANCE * d->noise;
}

/* Where something faint is everywhere, the lines of squared paper, and something else far darker, that one is ink. */
static void divide_again(division *d, const uint32_t counts[256], const uint8_t *contrast, size_t width, size_t height)
{
    division faint = lenet5_divide(counts, d->threshold + 1);
    faint.above_lines = true;
    if (faint.ink < DARKER_THAN_LINES * faint.paper || faint.paper_count < faint.ink_count)
        return;
    if (spread(contrast, width, height, d->threshold, faint.threshold) >= LEAST_SPREAD)
        *d = faint;
}

static void stretch(uint8_t *ink, size_t count, const division *d)
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

double lenet5_stroke_width(const ink_map *map, unsigned level)
{
    size_t area = 0;
    size_t edge = 0;
    for (size_t y = 0; y < map->height; y++)
        for (size_t x = 0; x < map->width; x++) {
            if (map->ink[y * map->width + x] <= level)
                continue;
            area++;
            edge += x == 0 || map->ink[y * map->width + x - 1] <= level;
            edge += x + 1 == map->width || map->ink[y * map->width + x + 1] <= level;
            edge += y == 0 || map->ink[(y - 1) * map->width + x] <= level;
            edge += y + 1 == map->height || map->ink[(y + 1) * map->width + x] <= level;
        }
    return edge ? 2.5 * (double)area / (double)edge : 0; /* slanted edges count for more than they are long */
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

/* The map becomes the contrasts. */
static lenet5_status even_out(ink_map *map, ink_report *report, const lenet5_picture *picture, budget *b,
                              lenet5_error *error)
{
    tiles t = {0};
    lenet5_status status = new_tiles(&t, picture, error);
    if (status == LENET5_OK)
        status = find_polarity(&report->light, picture, &t, b, error);
    if (status == LENET5_OK)
        status = measure_paper(&t, picture, report->light, b, error);
    if (status == LENET5_OK) {
        report->shadow = uneven(&t);
        status = measure_contrast(map->ink, picture, &t, report->light, b, error);
    }
    free(t.level);
    return status;
}

static division divide_map(const ink_map *map)
{
    uint32_t counts[256];
    const size_t count = map->width * map->height;
    count_levels(counts, map->ink, count);
    division d = lenet5_divide(counts, 0);
    if (!shows_ink(&d))
        d = divide_tail(counts, count);
    divide_again(&d, counts, map->ink, map->width, map->height);
    return d;
}

/* Without the pattern of the paper, where that has one. Where there is no writing *parted becomes false. */
static lenet5_status part_pattern(bool *parted, ink_map *map, ink_report *report, const division *d, budget *b,
                                  lenet5_error *error)
{
    const bool ink = shows_ink(d);
    const bool even = ink && lenet5_is_even(map, d->threshold, lenet5_stroke_width(map, d->threshold));
    double noise, contrast = d->ink - d->paper;
    lenet5_status status = lenet5_paper_noise(&noise, map, ink && !even ? d->threshold : 255, b, error);
    if (status == LENET5_OK && (!ink || even || (noise > MOST_NOISE * contrast && !d->above_lines))) {
        status = lenet5_leave_out_pattern(&contrast, map, b, error);
        *parted = status == LENET5_OK && contrast > 0;
    }
    report->empty = !*parted && (!ink || even);
    report->noise = fmin(1, noise / fmax(1, *parted ? contrast : d->ink - d->paper));
    report->pattern = noise >= LEAST_PATTERN && (even || report->noise > MOST_NOISE);
    return status;
}

/* The map becomes ink, from contrasts. */
static lenet5_status part_ink(ink_map *map, ink_report *report, budget *b, lenet5_error *error)
{
    division d = divide_map(map);
    bool shadows, parted = false;
    lenet5_status status = lenet5_leave_out_shadows(&shadows, map, d.threshold, b, error);
    if (status == LENET5_OK && shadows) {
        report->shadow = true;
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

double lenet5_ink_between(const ink_map *map, double x, double y)
{
    const double left = floor(x), top = floor(y);
    if (left < 0 || top < 0 || left + 1 >= (double)map->width || top + 1 >= (double)map->height)
        return 0;
    const uint8_t *at = map->ink + (size_t)top * map->width + (size_t)left;
    const double fx = x - left, fy = y - top;
    return (1 - fy) * ((1 - fx) * at[0] + fx * at[1]) + fy * ((1 - fx) * at[map->width] + fx * at[map->width + 1]);
}

void lenet5_ink_free(ink_map *map)
{
    free(map->ink);
    *map = (ink_map){0};
}
