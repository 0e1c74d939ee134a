/*
 * The one normaliser: whatever a digit was drawn on or scanned from, the network gets it as MNIST's digits were made.
 *
 *     grey levels     the median of the border is paper, or of its part that is not ink if the digit is cut tight. Ink
 *                     is the side with more contrast to it. Noise is subtracted, and the rest stretched.
 *     bounding box    of the ink
 *     20x20           the box scaled to fit, aspect kept; each new pixel is the mean of the area that it covers
 *     strokes         thicker than nine in ten of MNIST's: the digit is fitted larger and eroded until they are not
 *     28x28           shifted by whole pixels until the centre of mass is in the middle
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "crop.h"
#include "lenet5/reading.h"
#include "normalise.h"

#define FIT 20

/* Pixels of the 20x20. 92 % of MNIST's pictures have thinner strokes. Small scans in black and white have thicker ones,
 * which the network often misreads (docs/lab/2026-11-hands.md). */
#define THICKEST 3.4

/* Pixels by which the digit is fitted larger and its strokes are eroded, at most: more would erase thin parts. */
#define MOST_THINNER 3

#define FIT_MOST (FIT + MOST_THINNER)

/* grey levels between paper and the strongest ink, at least */
#define MIN_CONTRAST 24

/* Times the median deviation of the border: levels that differ from paper by less are paper. */
#define NOISE_FACTOR 4

/* share of full ink: where there is noise, fainter pixels do not extend the bounding box */
#define BOX_SHARE 0.15

/* share of full ink of a frame's pixels, at least */
#define FRAME_INK 0.3

typedef struct source {
    const uint8_t *grey;
    size_t width, height;
    box part;                         /* the part that is used */
    double paper, sign, floor, range; /* ink = (sign (grey - paper) - floor) / range */
    double ink[256];                  /* of each grey level, 0 to 1 */
} source;

static void tabulate_ink(source *s)
{
    for (unsigned grey = 0; grey < 256; grey++) {
        const double ink = (s->sign * ((double)grey - s->paper) - s->floor) / s->range;
        s->ink[grey] = ink < 0 ? 0 : ink > 1 ? 1 : ink;
    }
}

/* ---- Grey levels ------------------------------------------------------------------------------------------------- */

static size_t border_histogram(size_t histogram[256], const source *s)
{
    const box *p = &s->part;
    size_t count = 0;
    memset(histogram, 0, 256 * sizeof histogram[0]);
    for (size_t y = p->top; y < p->bottom; y++) {
        const bool whole_row = y == p->top || y + 1 == p->bottom || p->right - p->left < 2;
        const size_t step = whole_row ? 1 : p->right - p->left - 1;
        for (size_t x = p->left; x < p->right; x += step, count++)
            histogram[s->grey[y * s->width + x]]++;
    }
    return count;
}

static unsigned median(const size_t histogram[256], size_t count)
{
    size_t below = 0;
    for (unsigned level = 0; level < 256; level++) {
        below += histogram[level];
        if (2 * below >= count)
            return level;
    }
    return 255;
}

static unsigned median_deviation(const size_t histogram[256], size_t count, unsigned centre)
{
    size_t deviations[256] = {0};
    for (unsigned level = 0; level < 256; level++)
        deviations[level > centre ? level - centre : centre - level] += histogram[level];
    return median(deviations, count);
}

/* Takes the side of the paper's level with more contrast for ink, unless dark_ink is given. */
static void find_polarity(source *s, const bool *dark_ink)
{
    double darker = 0;
    double lighter = 0;
    double darkest = 0;
    double lightest = 0;
    for (size_t y = s->part.top; y < s->part.bottom; y++)
        for (size_t x = s->part.left; x < s->part.right; x++) {
            const double difference = (double)s->grey[y * s->width + x] - s->paper;
            if (difference < 0) {
                darker += difference * difference;
                darkest = fmax(darkest, -difference);
            } else {
                lighter += difference * difference;
                lightest = fmax(lightest, difference);
            }
        }
    const bool dark = dark_ink ? *dark_ink : darker > lighter;
    s->sign = dark ? -1 : 1;
    s->range = dark ? darkest : lightest;
}

/* Removes levels on the ink's side of a level from a histogram. Returns the pixels that are left. */
static size_t drop_ink(size_t histogram[256], unsigned level, bool dark_ink)
{
    size_t left = 0;
    for (unsigned i = 0; i < 256; i++) {
        histogram[i] = (i <= level) == dark_ink ? 0 : histogram[i];
        left += histogram[i];
    }
    return left;
}

static bool measure_grey(source *s)
{
    size_t histogram[256];
    const crop_analysis around = lenet5_analyse_crop(s->grey, s->width, s->height);
    s->part = around.part;
    size_t count = border_histogram(histogram, s);
    if (around.known)
        count = drop_ink(histogram, around.level, around.dark_ink);
    const unsigned paper = median(histogram, count);
    s->paper = (double)paper;
    s->floor = NOISE_FACTOR * (double)median_deviation(histogram, count, paper);
    find_polarity(s, around.known ? &around.dark_ink : NULL);
    s->range -= s->floor;
    return s->range >= MIN_CONTRAST;
}

/* ---- Box and scaling --------------------------------------------------------------------------------------------- */

/* The part of the picture inside the frame of the cell that it was cut out with. */
static box find_part(const source *s)
{
    crop c = {.grey = s->grey, .width = s->width, .height = s->height};
    for (unsigned level = 0; level < 256; level++)
        c.ink[level] = s->ink[level] > FRAME_INK;
    return lenet5_inside_frame(&c, s->part);
}

/* The bounding box of the ink in a part; its right is 0 if there is none. */
static box find_box(const source *s, const box *part)
{
    const double least = s->floor > 0 ? BOX_SHARE : 0;
    box b = {s->width, s->height, 0, 0};
    for (size_t y = part->top; y < part->bottom; y++)
        for (size_t x = part->left; x < part->right; x++)
            if (s->ink[s->grey[y * s->width + x]] > least) {
                b.left = x < b.left ? x : b.left;
                b.right = x + 1 > b.right ? x + 1 : b.right;
                b.top = y < b.top ? y : b.top;
                b.bottom = y + 1;
            }
    return b;
}

/* The pixels of a row or column that one new pixel covers, with the shares of the first and the last one. */
typedef struct cover {
    size_t first, last;
    double first_share, last_share;
} cover;

static cover cover_of(size_t index, size_t from, size_t to)
{
    const double begin = (double)index * (double)from / (double)to;
    const double end = (double)(index + 1) * (double)from / (double)to;
    cover c = {.first = (size_t)begin, .last = (size_t)ceil(end) - 1};
    c.last = c.last < from ? c.last : from - 1;
    c.first_share = (c.first == c.last ? end : (double)c.first + 1) - begin;
    c.last_share = end - (double)c.last;
    return c;
}

/* The ink of a row under a cover. */
static double ink_under(const source *s, const uint8_t *row, const cover *across)
{
    double sum = across->first_share * s->ink[row[across->first]];
    for (size_t x = across->first + 1; x < across->last; x++)
        sum += s->ink[row[x]];
    return across->last > across->first ? sum + across->last_share * s->ink[row[across->last]] : sum;
}

/* A digit's ink, 0 to 1, with a pixel of paper on each side. */
typedef struct digit {
    size_t width, height;
    double ink[FIT_MOST + 2][FIT_MOST + 2]; /* the digit's begins at [1][1] */
} digit;

static size_t scaled(size_t size, size_t longest, size_t side)
{
    const size_t result = (size_t)((double)(size * side) / (double)longest + 0.5);
    return result > 0 ? result : 1;
}

/* Scales the box to fit into side x side. */
static void fit(digit *d, size_t side, const source *s, const box *b)
{
    assert(b->left < b->right && b->top < b->bottom && side <= FIT_MOST);
    const size_t from_width = b->right - b->left;
    const size_t from_height = b->bottom - b->top;
    const size_t longest = from_width > from_height ? from_width : from_height;
    *d = (digit){.width = scaled(from_width, longest, side), .height = scaled(from_height, longest, side)};
    cover across[FIT_MOST];
    for (size_t x = 0; x < d->width; x++)
        across[x] = cover_of(x, from_width, d->width);
    const double area = (double)from_width / (double)d->width * (double)from_height / (double)d->height;
    for (size_t y = 0; y < d->height; y++) {
        const cover down = cover_of(y, from_height, d->height);
        double *restrict ink = d->ink[y + 1] + 1;
        for (size_t i = down.first; i <= down.last; i++) {
            const uint8_t *row = s->grey + (b->top + i) * s->width + b->left;
            const double share = i == down.first ? down.first_share : i == down.last ? down.last_share : 1;
            for (size_t x = 0; x < d->width; x++)
                ink[x] += share * ink_under(s, row, &across[x]) / area;
        }
    }
}

/*
 * Makes the strongest ink 1. Erosion leaves some: where every pixel with ink is beside paper, strokes measure at most
 * 2.83 pixels, the square root of 8.
 */
static void strengthen(digit *d)
{
    double strongest = 0;
    for (size_t y = 1; y <= d->height; y++)
        for (size_t x = 1; x <= d->width; x++)
            strongest = fmax(strongest, d->ink[y][x]);
    assert(strongest > 0);
    for (size_t y = 1; y <= d->height; y++)
        for (size_t x = 1; x <= d->width; x++)
            d->ink[y][x] /= strongest;
}

/* ---- Strokes ----------------------------------------------------------------------------------------------------- */

/*
 * The mean thickness of the strokes, in pixels, however strong the ink is: its area by half the length of its edge, the
 * sum of slopes.
 */
static double thickness(const digit *d)
{
    double area = 0;
    double edge = 0;
    for (size_t y = 0; y <= d->height; y++)
        for (size_t x = 0; x <= d->width; x++) {
            const double across = d->ink[y][x + 1] - d->ink[y][x];
            const double down = d->ink[y + 1][x] - d->ink[y][x];
            area += d->ink[y][x];
            edge += sqrt(across * across + down * down);
        }
    return 2 * area / edge;
}

/* Moves each pixel that share of the way to the minimum of it and its four neighbours. */
static void erode(digit *d, double share)
{
    const digit from = *d;
    for (size_t y = 1; y <= d->height; y++)
        for (size_t x = 1; x <= d->width; x++) {
            const double beside = fmin(from.ink[y][x - 1], from.ink[y][x + 1]);
            const double least = fmin(fmin(beside, from.ink[y][x]), fmin(from.ink[y - 1][x], from.ink[y + 1][x]));
            d->ink[y][x] += share * (least - d->ink[y][x]);
        }
}

/* A pixel less on each side of a stroke makes it two pixels thinner. */
static void make_thinner(digit *d, double pixels)
{
    for (; pixels > 2; pixels -= 2)
        erode(d, 1);
    erode(d, pixels / 2);
}

/* ---- Centring ---------------------------------------------------------------------------------------------------- */

/* MNIST's middle is that of pixel 14: half a pixel to the right of the true one, and below it. */
static size_t offset_for(double centre, size_t size)
{
    const double wanted = floor(LENET5_PICTURE_SIDE / 2.0 + 0.5 - centre + 0.5);
    const double most = (double)(LENET5_PICTURE_SIDE - size);
    return (size_t)fmax(0, fmin(wanted, most));
}

static void centre(uint8_t picture[LENET5_PICTURE_BYTES], const digit *d)
{
    double mass = 0;
    double x_moment = 0;
    double y_moment = 0;
    for (size_t y = 0; y < d->height; y++)
        for (size_t x = 0; x < d->width; x++) {
            const double ink = d->ink[y + 1][x + 1];
            mass += ink;
            x_moment += ink * ((double)x + 0.5);
            y_moment += ink * ((double)y + 0.5);
        }
    const size_t left = offset_for(x_moment / mass, d->width);
    const size_t top = offset_for(y_moment / mass, d->height);
    memset(picture, 0, LENET5_PICTURE_BYTES);
    for (size_t y = 0; y < d->height; y++) {
        uint8_t *restrict row = picture + (top + y) * LENET5_PICTURE_SIDE + left;
        for (size_t x = 0; x < d->width; x++)
            row[x] = (uint8_t)(int)(255 * d->ink[y + 1][x + 1] + 0.5);
    }
}

static void normalise_box(uint8_t picture[LENET5_PICTURE_BYTES], const source *s, const box *b)
{
    digit d;
    fit(&d, FIT, s, b);
    const double thick = thickness(&d);
    const double excess = fmin((thick - THICKEST) / (1 - thick / FIT), MOST_THINNER); /* fitted larger, it is thicker */
    if (excess > 0) {
        fit(&d, FIT + (size_t)(excess + 0.5), s, b);
        make_thinner(&d, excess);
    }
    strengthen(&d);
    centre(picture, &d);
}

lenet5_status lenet5_normalise(uint8_t picture[LENET5_PICTURE_BYTES], const uint8_t *grey, size_t width, size_t height,
                               lenet5_error *error)
{
    if (width == 0 || height == 0 || width > LENET5_DEFAULT_PICTURE_PIXELS / height)
        return lenet5_fail(error, LENET5_E_PICTURE_SIZE, LENET5_NO_OFFSET,
                           "a picture of %zux%zu; at most %u pixels can be read", width, height,
                           LENET5_DEFAULT_PICTURE_PIXELS);
    source s = {.grey = grey, .width = width, .height = height};
    if (!measure_grey(&s))
        return lenet5_fail(error, LENET5_E_PICTURE_EMPTY, LENET5_NO_OFFSET,
                           "no ink found: nothing differs from the border of the picture by %d grey levels",
                           MIN_CONTRAST);
    tabulate_ink(&s);
    const box part = find_part(&s);
    const box b = find_box(&s, &part);
    if (b.right == 0)
        return lenet5_fail(error, LENET5_E_PICTURE_EMPTY, LENET5_NO_OFFSET,
                           "no ink found: nothing is within the frame along the border of the picture");
    normalise_box(picture, &s, &b);
    return LENET5_OK;
}

void lenet5_normalise_ink(uint8_t picture[LENET5_PICTURE_BYTES], const uint8_t *ink, size_t width, size_t height)
{
    source s = {.grey = ink, .width = width, .height = height, .sign = 1, .range = 255};
    tabulate_ink(&s);
    const box b = {0, 0, width, height};
    normalise_box(picture, &s, &b);
}
