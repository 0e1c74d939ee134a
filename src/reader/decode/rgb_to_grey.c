/*
 * Colour to grey by one of four mixes: brightness, red, green and blue.
 *
 * If the paper has inks of two colours, one of which is straight lines, as frames and rules are, the mix in which that
 * ink is faintest beside the pen's is used, less what it still has of it: red lines vanish under blue ink, and blue
 * ones under black. Else the mix with the clearest ink is used: the distance of the darkest or lightest hundredth from
 * the median, over the interquartile range.
 */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "decode.h"
#include "reader/page/histogram.h"

#define MIXES 4
#define SAMPLES 40000 /* pixels that are sampled */
#define UNREST 12     /* grey levels added to the interquartile range */
#define CLEARLY 1.15  /* times as clear as brightness: what a channel has to be */

#define MIN_DARK 24      /* of 256: brightness of the paper above the darkest ink, at least */
#define INK 0.35         /* of that difference: fainter pixels have no reliable colour */
#define DARKEST 0.005    /* quantile of the pixels that is the darkest ink */
#define ROUNDS 6         /* iterations of k-means with two colours */
#define MAX_ALIKE 0.98   /* cosine between the colours of two inks, at most */
#define MIN_SHARE 0.08   /* share of the ink that each has, at least */
#define MAX_INK 0.3      /* share of the picture that is ink, at most; more is a table under the paper */
#define LONG 5           /* length to width of a line, at least */
#define FARTHEST 64      /* pixels that a line is followed each way */
#define MIN_STRAIGHT 0.6 /* share of a frame's pixels that are in lines, at least, and */
#define STRAIGHTER 1.4   /* times the share of the pen's */
#define MIN_ACROSS 0.15  /* share of a frame's pixels that are in horizontal lines, at least: ones are vertical */
#define LEFT 0.4 /* contrast of a frame to that of the pen that is left: faint beside a stroke, but more than noise */
#define MAX_LEFT 0.85 /* the same before any is removed, at most */

/* Grey is the weighted sum of the channels plus the offset; both are in 1 / 256. */
typedef struct mix {
    int weight[3], offset;
} mix;

static const mix mixes[MIXES] = {{{77, 150, 29}, 0}, {{255, 1, 0}, 0}, {{0, 255, 1}, 0}, {{0, 1, 255}, 0}};

typedef struct colours {
    const uint8_t *rgb;
    size_t width, height;
} colours;

typedef struct colour {
    double part[3];
} colour;

/* The paper, and the directions in colour space of two inks from it. */
typedef struct inks {
    uint8_t paper[3];
    double least; /* brightness below the paper's from which on a pixel is ink */
    colour ink[2];
    double count[2]; /* sampled pixels of each */
} inks;

static uint8_t mixed(const uint8_t *rgb, const mix *m)
{
    const int sum = rgb[0] * m->weight[0] + rgb[1] * m->weight[1] + rgb[2] * m->weight[2] + m->offset + 128;
    return (uint8_t)(sum < 0 ? 0 : sum >= 65536 ? 255 : sum >> 8);
}

static double dot(colour a, colour b)
{
    return a.part[0] * b.part[0] + a.part[1] * b.part[1] + a.part[2] * b.part[2];
}

/* ---- Two inks ---------------------------------------------------------------------------------------------------- */

static colour lack(const inks *k, const uint8_t *rgb)
{
    return (colour){{k->paper[0] - rgb[0], k->paper[1] - rgb[1], k->paper[2] - rgb[2]}};
}

static double mixed_lack(colour c, const mix *m)
{
    return (c.part[0] * m->weight[0] + c.part[1] * m->weight[1] + c.part[2] * m->weight[2]) / 256;
}

/* The ink of a pixel, 0 or 1; -1: paper. */
static int ink_of(const inks *k, const uint8_t *rgb)
{
    const colour c = lack(k, rgb);
    if (mixed_lack(c, &mixes[0]) < k->least)
        return -1;
    return dot(c, k->ink[0]) >= dot(c, k->ink[1]) ? 0 : 1;
}

/* Measures the paper; returns whether there is darker ink. */
static bool measure_paper(inks *k, const colours *c, size_t step)
{
    uint32_t histogram[4][256] = {{0}};
    const size_t count = c->width * c->height;
    size_t seen = 0;
    for (size_t i = 0; i < count; i += step, seen++) {
        for (size_t part = 0; part < 3; part++)
            histogram[part][c->rgb[3 * i + part]]++;
        histogram[3][mixed(c->rgb + 3 * i, &mixes[0])]++;
    }
    for (size_t part = 0; part < 3; part++)
        k->paper[part] = (uint8_t)quantile(histogram[part], seen, 0.5);
    const double lacks = mixed(k->paper, &mixes[0]) - (double)quantile(histogram[3], seen, DARKEST);
    k->least = INK * lacks;
    return lacks >= MIN_DARK;
}

static colour unit(colour c)
{
    const double length = sqrt(fmax(1e-9, dot(c, c)));
    return (colour){{c.part[0] / length, c.part[1] / length, c.part[2] / length}};
}

/* Starts with the mean colour of the ink and the one least like it. */
static void start(inks *k, const colours *c, size_t step)
{
    const size_t count = c->width * c->height;
    colour sum = {{0}};
    double least = 2;
    for (size_t i = 0; i < count; i += step)
        if (ink_of(k, c->rgb + 3 * i) >= 0) {
            const colour u = unit(lack(k, c->rgb + 3 * i));
            for (size_t part = 0; part < 3; part++)
                sum.part[part] += u.part[part];
        }
    k->ink[0] = unit(sum);
    k->ink[1] = k->ink[0];
    for (size_t i = 0; i < count; i += step)
        if (ink_of(k, c->rgb + 3 * i) >= 0) {
            const colour u = unit(lack(k, c->rgb + 3 * i));
            if (dot(u, k->ink[0]) < least) {
                least = dot(u, k->ink[0]);
                k->ink[1] = u;
            }
        }
}

/* One iteration of k-means. */
static void refine(inks *k, const colours *c, size_t step)
{
    const size_t count = c->width * c->height;
    colour sum[2] = {{{0}}, {{0}}};
    k->count[0] = k->count[1] = 0;
    for (size_t i = 0; i < count; i += step) {
        const int ink = ink_of(k, c->rgb + 3 * i);
        if (ink < 0)
            continue;
        const colour u = unit(lack(k, c->rgb + 3 * i));
        for (size_t part = 0; part < 3; part++)
            sum[ink].part[part] += u.part[part];
        k->count[ink]++;
    }
    for (size_t ink = 0; ink < 2; ink++)
        k->ink[ink] = k->count[ink] > 0 ? unit(sum[ink]) : k->ink[ink];
}

/* The length of the run of an ink through (x, y), along a row or a column. */
static size_t run(const inks *k, const colours *c, size_t x, size_t y, int ink, bool down)
{
    const size_t at = down ? y : x, end = down ? c->height : c->width;
    const size_t stride = 3 * (down ? c->width : 1);
    const uint8_t *here = c->rgb + 3 * (y * c->width + x);
    size_t length = 1;
    for (size_t i = 1; i <= FARTHEST && at + i < end && ink_of(k, here + i * stride) == ink; i++)
        length++;
    for (size_t i = 1; i <= FARTHEST && i <= at && ink_of(k, here - i * stride) == ink; i++)
        length++;
    return length;
}

typedef struct lines {
    double across, all; /* shares of an ink's pixels in horizontal lines, and in all lines */
} lines;

static lines find_lines(const inks *k, const colours *c, int ink, size_t step)
{
    const size_t count = c->width * c->height;
    double level = 0, upright = 0;
    for (size_t i = 0; i < count; i += step) {
        if (ink_of(k, c->rgb + 3 * i) != ink)
            continue;
        const size_t across = run(k, c, i % c->width, i / c->width, ink, false);
        const size_t down = run(k, c, i % c->width, i / c->width, ink, true);
        level += across >= LONG * down;
        upright += down >= LONG * across;
    }
    return (lines){level / fmax(1, k->count[ink]), (level + upright) / fmax(1, k->count[ink])};
}

/* Whether one of the inks, *frame, is a frame's: of another colour than the pen's, and in straight lines. */
static bool find_frame(int *frame, inks *k, const colours *c, size_t step)
{
    if (!measure_paper(k, c, step))
        return false;
    start(k, c, step);
    for (int i = 0; i < ROUNDS; i++)
        refine(k, c, step);
    const double all = k->count[0] + k->count[1], seen = (double)(c->width * c->height / step);
    if (all > MAX_INK * seen || fmin(k->count[0], k->count[1]) < MIN_SHARE * all)
        return false;
    if (dot(k->ink[0], k->ink[1]) > MAX_ALIKE)
        return false;
    const lines found[2] = {find_lines(k, c, 0, step), find_lines(k, c, 1, step)};
    *frame = found[0].all > found[1].all ? 0 : 1;
    return found[*frame].all >= MIN_STRAIGHT && found[*frame].all >= STRAIGHTER * found[1 - *frame].all &&
           found[*frame].across >= MIN_ACROSS;
}

/*
 * Removes most of a frame's colour from a mix, and keeps the paper's level. What is left shows where digits belong, but
 * is too faint for a stroke.
 */
static mix without(const mix *m, const inks *k, int frame)
{
    mix w = {.offset = m->offset};
    const double seen = mixed_lack(k->ink[frame], m), pen = mixed_lack(k->ink[1 - frame], m);
    const double alike = dot(k->ink[frame], k->ink[1 - frame]);
    const double left = (seen - LEFT * pen) / (1 - LEFT * alike);
    for (size_t part = 0; part < 3; part++) {
        w.weight[part] = m->weight[part] - (int)lround(256 * left * k->ink[frame].part[part]);
        w.offset += (m->weight[part] - w.weight[part]) * k->paper[part];
    }
    return w;
}

/* Finds the mix in which a frame is faintest beside the pen. false: there is no frame. */
static bool mix_without_frame(mix *found, const colours *c, size_t step)
{
    inks k = {.least = 0};
    int frame;
    const mix *best = NULL;
    double least = MAX_LEFT;
    if (!find_frame(&frame, &k, c, step))
        return false;
    for (size_t i = 0; i < MIXES; i++) {
        const double pen = mixed_lack(k.ink[1 - frame], &mixes[i]);
        const double left = fmax(0, mixed_lack(k.ink[frame], &mixes[i])) / fmax(1e-9, pen);
        if (left < least) {
            least = left;
            best = &mixes[i];
        }
    }
    if (!best)
        return false;
    *found = without(best, &k, frame);
    return true;
}

/* ---- One ink ----------------------------------------------------------------------------------------------------- */

static double clearness(const colours *c, size_t step, const mix *m)
{
    uint32_t histogram[256] = {0};
    const size_t count = c->width * c->height;
    size_t seen = 0;
    for (size_t i = 0; i < count; i += step, seen++)
        histogram[mixed(c->rgb + 3 * i, m)]++;
    const double middle = quantile(histogram, seen, 0.5);
    const double out = fmax(middle - quantile(histogram, seen, 0.01), quantile(histogram, seen, 0.99) - middle);
    return out / (UNREST + (double)(quantile(histogram, seen, 0.75) - quantile(histogram, seen, 0.25)));
}

static mix clearest_mix(const colours *c, size_t step)
{
    size_t best = 0;
    double most = CLEARLY * clearness(c, step, &mixes[0]);
    for (size_t i = 1; i < MIXES; i++) {
        const double clear = clearness(c, step, &mixes[i]);
        if (clear > most) {
            most = clear;
            best = i;
        }
    }
    return mixes[best];
}

lenet5_status lenet5_rgb_to_grey(lenet5_picture *picture, const uint8_t *rgb, size_t width, size_t height,
                                 lenet5_error *error)
{
    const colours c = {rgb, width, height};
    const size_t count = width * height, step = count / SAMPLES + 1;
    mix m;
    if (!mix_without_frame(&m, &c, step))
        m = clearest_mix(&c, step);
    uint8_t *grey = malloc(count);
    if (!grey)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < count; i++)
        grey[i] = mixed(rgb + 3 * i, &m);
    *picture = (lenet5_picture){width, height, grey};
    return LENET5_OK;
}
