/*
 * From colours to grey. There are four mixes: brightness and the three channels.
 *
 * Where two inks of different colours are on the paper, and the fainter one is straight lines, as frames and rules are,
 * the mix is taken in which that one is faintest beside the pen's. Else it is the one in which ink stands out most: how
 * far the darkest or lightest hundredth is from the middle, measured by how far apart the middle half is. Red lines
 * vanish so under blue ink, and blue ones under black.
 */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "decode.h"
#include "reader/page/histogram.h"

#define MIXES 4
#define SAMPLES 40000 /* pixels that are looked at */
#define UNREST 12     /* grey levels that the middle half may always be apart */
#define CLEARLY 1.15  /* how many times better a channel has to be than brightness */

#define LEAST_DARK 24   /* of 256: brightness that the paper has more than any ink */
#define INK 0.35        /* of what the darkest ink lacks of the paper's light: fainter pixels have no colour to go by */
#define DARKEST 0.005   /* share of the pixels */
#define ROUNDS 6        /* of assigning pixels to two colours, and of taking the means of those */
#define MOST_ALIKE 0.95 /* cosine between the colours of two inks */
#define LEAST_SHARE 0.08   /* of the ink that each has */
#define FAINTER 0.85       /* brightness that a frame lacks to what the pen lacks, at most */
#define LONG 5             /* times that a line is longer than wide */
#define FARTHEST 64        /* pixels that a line is followed each way */
#define LEAST_STRAIGHT 0.6 /* of the pixels of a frame that are in such lines */
#define MOST_LEFT 0.6      /* of a frame, to the pen, in the mix that is taken */

static const unsigned char mixes[MIXES][3] = {{77, 150, 29}, {255, 1, 0}, {0, 255, 1}, {0, 1, 255}}; /* of 256 */

typedef struct colours {
    const uint8_t *rgb;
    size_t width, height;
} colours;

typedef struct colour {
    double part[3];
} colour;

/* The paper, and the directions in which two inks take its light. */
typedef struct inks {
    uint8_t paper[3];
    double least; /* brightness that ink lacks of the paper's */
    colour ink[2];
    double count[2], dark[2]; /* the sampled pixels of each, and the brightness they lack in all */
} inks;

static uint8_t mixed(const uint8_t *rgb, const unsigned char mix[3])
{
    return (uint8_t)((rgb[0] * mix[0] + rgb[1] * mix[1] + rgb[2] * mix[2] + 128) >> 8);
}

static double dot(colour a, colour b)
{
    return a.part[0] * b.part[0] + a.part[1] * b.part[1] + a.part[2] * b.part[2];
}

/* ---- Two inks -------------------------------------------------------------------------------------------------------
 */

static colour lack(const inks *k, const uint8_t *rgb)
{
    return (colour){{k->paper[0] - rgb[0], k->paper[1] - rgb[1], k->paper[2] - rgb[2]}};
}

static double mixed_lack(colour c, const unsigned char mix[3])
{
    return (c.part[0] * mix[0] + c.part[1] * mix[1] + c.part[2] * mix[2]) / 256;
}

/* 0 or 1; -1: paper. */
static int ink_of(const inks *k, const uint8_t *rgb)
{
    const colour c = lack(k, rgb);
    if (mixed_lack(c, mixes[0]) < k->least)
        return -1;
    return dot(c, k->ink[0]) >= dot(c, k->ink[1]) ? 0 : 1;
}

/* Returns whether there is ink that is darker than the paper. */
static bool measure_paper(inks *k, const colours *c, size_t step)
{
    uint32_t histogram[4][256] = {{0}};
    const size_t count = c->width * c->height;
    size_t seen = 0;
    for (size_t i = 0; i < count; i += step, seen++) {
        for (size_t part = 0; part < 3; part++)
            histogram[part][c->rgb[3 * i + part]]++;
        histogram[3][mixed(c->rgb + 3 * i, mixes[0])]++;
    }
    for (size_t part = 0; part < 3; part++)
        k->paper[part] = (uint8_t)quantile(histogram[part], seen, 0.5);
    const double lacks = mixed(k->paper, mixes[0]) - (double)quantile(histogram[3], seen, DARKEST);
    k->least = INK * lacks;
    return lacks >= LEAST_DARK;
}

static colour unit(colour c)
{
    const double length = sqrt(fmax(1e-9, dot(c, c)));
    return (colour){{c.part[0] / length, c.part[1] / length, c.part[2] / length}};
}

/* The first colour is that of most ink, the second the one that is least like it. */
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

/* Takes the means of the pixels that are nearer to the one colour and to the other. */
static void refine(inks *k, const colours *c, size_t step)
{
    const size_t count = c->width * c->height;
    colour sum[2] = {{{0}}, {{0}}};
    k->count[0] = k->count[1] = k->dark[0] = k->dark[1] = 0;
    for (size_t i = 0; i < count; i += step) {
        const int ink = ink_of(k, c->rgb + 3 * i);
        if (ink < 0)
            continue;
        const colour l = lack(k, c->rgb + 3 * i), u = unit(l);
        for (size_t part = 0; part < 3; part++)
            sum[ink].part[part] += u.part[part];
        k->count[ink]++;
        k->dark[ink] += mixed_lack(l, mixes[0]);
    }
    for (size_t ink = 0; ink < 2; ink++)
        k->ink[ink] = k->count[ink] > 0 ? unit(sum[ink]) : k->ink[ink];
}

/* How many pixels there are of an ink from (x, y) on each way, with that one. */
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

/* The share of an ink's pixels that are in lines along the picture's sides. */
static double straightness(const inks *k, const colours *c, int ink, size_t step)
{
    const size_t count = c->width * c->height;
    double straight = 0;
    for (size_t i = 0; i < count; i += step) {
        if (ink_of(k, c->rgb + 3 * i) != ink)
            continue;
        const size_t across = run(k, c, i % c->width, i / c->width, ink, false);
        const size_t down = run(k, c, i % c->width, i / c->width, ink, true);
        straight += across >= LONG * down || down >= LONG * across;
    }
    return straight / fmax(1, k->count[ink]);
}

/* The mix in which a frame of another colour is faintest beside the pen's ink. Returns MIXES if there is no frame. */
static size_t mix_without_frame(const colours *c, size_t step)
{
    inks k = {.least = 0};
    if (!measure_paper(&k, c, step))
        return MIXES;
    start(&k, c, step);
    for (int i = 0; i < ROUNDS; i++)
        refine(&k, c, step);
    const int frame = k.dark[0] * k.count[1] < k.dark[1] * k.count[0] ? 0 : 1, pen = 1 - frame;
    const double fainter = k.dark[frame] / fmax(1, k.count[frame]) / fmax(1, k.dark[pen] / fmax(1, k.count[pen]));
    const double share = fmin(k.count[0], k.count[1]) / fmax(1, k.count[0] + k.count[1]);
    if (dot(k.ink[0], k.ink[1]) > MOST_ALIKE || share < LEAST_SHARE || fainter > FAINTER ||
        straightness(&k, c, frame, step) < LEAST_STRAIGHT)
        return MIXES;
    size_t best = MIXES;
    double least = MOST_LEFT;
    for (size_t i = 0; i < MIXES; i++) {
        const double left = fmax(0, mixed_lack(k.ink[frame], mixes[i])) / fmax(1e-9, mixed_lack(k.ink[pen], mixes[i]));
        if (left < least) {
            least = left;
            best = i;
        }
    }
    return best;
}

/* ---- One ink --------------------------------------------------------------------------------------------------------
 */

static double clearness(const colours *c, size_t step, const unsigned char mix[3])
{
    uint32_t histogram[256] = {0};
    const size_t count = c->width * c->height;
    size_t seen = 0;
    for (size_t i = 0; i < count; i += step, seen++)
        histogram[mixed(c->rgb + 3 * i, mix)]++;
    const double middle = quantile(histogram, seen, 0.5);
    const double out = fmax(middle - quantile(histogram, seen, 0.01), quantile(histogram, seen, 0.99) - middle);
    return out / (UNREST + (double)(quantile(histogram, seen, 0.75) - quantile(histogram, seen, 0.25)));
}

static size_t clearest_mix(const colours *c, size_t step)
{
    size_t best = 0;
    double most = CLEARLY * clearness(c, step, mixes[0]);
    for (size_t i = 1; i < MIXES; i++) {
        const double clear = clearness(c, step, mixes[i]);
        if (clear > most) {
            most = clear;
            best = i;
        }
    }
    return best;
}

lenet5_status lenet5_mix(lenet5_picture *picture, const uint8_t *rgb, size_t width, size_t height, lenet5_error *error)
{
    const colours c = {rgb, width, height};
    const size_t count = width * height, step = count / SAMPLES + 1;
    const size_t framed = mix_without_frame(&c, step);
    const size_t best = framed < MIXES ? framed : clearest_mix(&c, step);
    uint8_t *grey = malloc(count);
    if (!grey)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < count; i++)
        grey[i] = mixed(rgb + 3 * i, mixes[best]);
    *picture = (lenet5_picture){width, height, grey};
    return LENET5_OK;
}
