/*
 * Negatives, the pictures that a reader of handwriting cuts out and that are no digits: a piece of one, parts of two,
 * or other marks on the paper. They are made from training digits and from the strokes of styles.c, at the size to which
 * the normaliser would scale them.
 */
#include "negatives.h"

#include <math.h>
#include <string.h>

#include "base/angle.h"
#include "base/clamp.h"
#include "data/dataset.h"
#include "distort.h"
#include "ink.h"

#define SIDE 32
#define DIGIT 28
#define BOX 20 /* pixels that the normaliser fits ink into */

typedef uint8_t canvas[SIDE][SIDE];

static const uint8_t *draw_digit(lenet5_random *random, const lenet5_dataset *set)
{
    return lenet5_dataset_picture(set, lenet5_random_below(random, (uint32_t)set->count));
}

/* ---- Pieces and pairs -------------------------------------------------------------------------------------------- */

/* A warp that enlarges a picture by 1 / step and centres it at (x, y). */
static lenet5_warp view(float x, float y, float step)
{
    return (lenet5_warp){.middle = {x, y}, .by_column = {step, 0}, .by_row = {0, step}, .strength = 256};
}

/* Erases the ink on one side of a random straight line near the ink's middle. */
static void cut(uint8_t picture[DIGIT * DIGIT], lenet5_random *random)
{
    range e[2];
    lenet5_ink_ranges(e, picture);
    const float angle = lenet5_random_uniform(random, 0, TURN);
    const bool straight = lenet5_random_below(random, 4) > 0; /* along an axis, as the reader cuts */
    const float turn = straight ? 1.5707963f * floorf(angle / 1.5707963f) : angle;
    const float c = cosf(turn);
    const float s = sinf(turn);
    const float off = lenet5_random_uniform(random, -0.2f, 0.03f) * (fabsf(c) * length(e[0]) + fabsf(s) * length(e[1]));
    for (size_t i = 0; i < DIGIT * DIGIT; i++) {
        const float x = (float)(i % DIGIT) - middle(e[0]);
        const float y = (float)(i / DIGIT) - middle(e[1]);
        if (c * x + s * y > off)
            picture[i] = 0;
    }
}

static void add(canvas shown, const canvas other)
{
    for (size_t row = 0; row < SIDE; row++)
        for (size_t x = 0; x < SIDE; x++)
            shown[row][x] = shown[row][x] > other[row][x] ? shown[row][x] : other[row][x];
}

/* Two digits, the left one first, and the ranges of their ink by axis. */
typedef struct digit_pair {
    const uint8_t *picture[2];
    range ink[2][2];
} digit_pair;

static digit_pair draw_digit_pair(lenet5_random *random, const lenet5_dataset *set)
{
    digit_pair c;
    for (size_t i = 0; i < 2; i++) {
        c.picture[i] = draw_digit(random, set);
        lenet5_ink_ranges(c.ink[i], c.picture[i]);
    }
    return c;
}

/* Draws both digits enlarged by 1 / step; column `left` of the first and `right` of the second are in the middle. */
static void show_digit_pair(canvas shown, const digit_pair *c, float left, float right, float step,
                            const lenet5_kernels *kernels)
{
    canvas other;
    const lenet5_warp left_view = view(left, middle(c->ink[0][1]), step);
    const lenet5_warp right_view = view(right, middle(c->ink[1][1]), step);
    kernels->distort(shown, c->picture[0], &left_view);
    kernels->distort(other, c->picture[1], &right_view);
    add(shown, (const uint8_t(*)[SIDE])other);
}

/* Two digits that touch or almost touch: both whole, in a box of the normaliser's width, or the gap between them. */
static void draw_pair(canvas shown, lenet5_random *random, const negatives *n)
{
    const digit_pair c = draw_digit_pair(random, n->set);
    const range l = c.ink[0][0], r = c.ink[1][0];
    const float gap = lenet5_random_uniform(random, -4, 3);
    const float width = length(l) + gap + length(r);
    const bool whole = lenet5_random_below(random, 2) == 0;
    const float step = whole ? fmaxf(width, 20) / BOX : lenet5_random_uniform(random, 0.9f, 1.3f);
    const float seam = whole ? width / 2 - length(l) - gap / 2 : 0;
    show_digit_pair(shown, &c, (float)l.last + gap / 2 + seam, (float)r.first - gap / 2 + seam, step, n->kernels);
}

/* Two touching digits with parts cut off: of both, or of one, so that a digit and a good part of another are left. */
static void draw_wrong_cut(canvas shown, lenet5_random *random, const negatives *n)
{
    const digit_pair c = draw_digit_pair(random, n->set);
    const range l = c.ink[0][0], r = c.ink[1][0];
    const float gap = lenet5_random_uniform(random, -3, 2);
    const bool left_whole = lenet5_random_below(random, 3) == 0;
    const bool right_whole = !left_whole && lenet5_random_below(random, 2) == 0;
    const float begin = left_whole ? 0 : lenet5_random_uniform(random, right_whole ? 0.2f : 0.25f, 0.6f) * length(l);
    const float to = right_whole ? 0 : lenet5_random_uniform(random, left_whole ? 0.2f : 0.25f, 0.6f) * length(r);
    const float end = length(l) + gap + length(r) - to; /* counted, as begin, from the left digit's first column */
    const float step = fmaxf(end - begin, fmaxf(length(c.ink[0][1]), length(c.ink[1][1]))) / BOX;
    const float centre = (begin + end) / 2;
    const float half = (end - begin) / 2 / step;
    show_digit_pair(shown, &c, (float)l.first + centre, (float)r.first + centre - length(l) - gap, step, n->kernels);
    for (size_t row = 0; row < SIDE; row++)
        for (size_t x = 0; x < SIDE; x++)
            if (fabsf((float)x - 15.5f) > half)
                shown[row][x] = 0;
}

/* Whether a piece of a digit is itself a digit: a vertical stem is a 1. */
static bool is_stem(const range e[2])
{
    return length(e[1]) > 2.2f * length(e[0]);
}

static void draw_piece(canvas shown, lenet5_random *random, const negatives *n)
{
    uint8_t picture[DIGIT * DIGIT];
    range e[2];
    memcpy(picture, draw_digit(random, n->set), sizeof picture);
    cut(picture, random);
    lenet5_ink_ranges(e, picture);
    if (is_stem(e)) {
        draw_pair(shown, random, n);
        return;
    }
    const float longest = fmaxf(length(e[0]), length(e[1]));
    const bool fitted = lenet5_random_below(random, 4) > 0; /* else it keeps its size */
    const lenet5_warp warp = view(middle(e[0]), middle(e[1]), fitted ? fmaxf(longest, 6) / BOX : 1);
    n->kernels->distort(shown, picture, &warp);
}

/* ---- Strokes ----------------------------------------------------------------------------------------------------- */

static void show_strokes(canvas shown, const uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random,
                         const negatives *n)
{
    static const lenet5_distortion none = {0};
    lenet5_warp warp;
    lenet5_draw_warp(&warp, random, n->distortion ? n->distortion : &none, 1);
    n->kernels->distort(shown, picture, &warp);
}

static void draw_strokes(canvas shown, lenet5_random *random, const negatives *n)
{
    uint8_t picture[LENET5_PICTURE_BYTES];
    lenet5_draw_sign(picture, random);
    show_strokes(shown, picture, random, n);
}

static void draw_letter(canvas shown, lenet5_random *random, const negatives *n)
{
    uint8_t picture[LENET5_PICTURE_BYTES];
    lenet5_draw_letter(picture, random);
    show_strokes(shown, picture, random, n);
}

/* ---- Textures and shapes ----------------------------------------------------------------------------------------- */

/* Smooth noise: a random picture, enlarged. */
static void draw_clouds(canvas shown, lenet5_random *random, float step, const lenet5_kernels *kernels)
{
    uint8_t picture[DIGIT * DIGIT];
    uint64_t bits = 0;
    for (size_t i = 0; i < sizeof picture; i++, bits >>= 8) {
        bits = i % 8 == 0 ? lenet5_random_bits(random) : bits;
        picture[i] = (uint8_t)bits;
    }
    const lenet5_warp warp = view(13.5f, 13.5f, step);
    kernels->distort(shown, picture, &warp);
}

static uint8_t grey_of(float value)
{
    return (uint8_t)clamp(value, 0, 255);
}

/* A patch with an irregular outline, plain or textured: a blot, a piece of cloth, the corner of a photograph. */
static void draw_patch(canvas shown, lenet5_random *random, const negatives *n)
{
    canvas outline, texture;
    const float wide = lenet5_random_uniform(random, 4, 15);
    const float high = lenet5_random_uniform(random, 4, 15);
    const float power = lenet5_random_uniform(random, 1.5f, 6); /* of the superellipse: almost a rhombus to a box */
    const float ragged = lenet5_random_uniform(random, 0, 1.2f);
    const float grey = lenet5_random_uniform(random, 60, 255);
    const float rough = lenet5_random_uniform(random, 0, 1);
    draw_clouds(outline, random, lenet5_random_uniform(random, 0.08f, 0.3f), n->kernels);
    draw_clouds(texture, random, lenet5_random_uniform(random, 0.15f, 1), n->kernels);
    for (size_t row = 0; row < SIDE; row++)
        for (size_t x = 0; x < SIDE; x++) {
            const float u = fabsf((float)x - 15.5f) / wide;
            const float v = fabsf((float)row - 15.5f) / high;
            const float depth =
                1 - powf(powf(u, power) + powf(v, power), 1 / power) + ragged * ((float)outline[row][x] - 128) / 255;
            const float level = grey * (1 - rough * (float)texture[row][x] / 255);
            shown[row][x] = grey_of(fminf(8 * depth, 1) * level);
        }
}

/* A filled shape: its distance from the middle is drawn at random for some directions and interpolated between them. */
static void draw_silhouette(canvas shown, lenet5_random *random, const negatives *n)
{
    enum { MAX_CORNERS = 9 };
    float reach[MAX_CORNERS + 1];
    const uint32_t corners = 3 + lenet5_random_below(random, MAX_CORNERS - 2);
    const float flat = lenet5_random_uniform(random, 0.5f, 1);
    const float turn = lenet5_random_uniform(random, 0, 1);
    const float ragged = lenet5_random_uniform(random, 0, 0.8f);
    const float size = lenet5_random_uniform(random, 8, 12);
    (void)n;
    for (uint32_t i = 0; i < corners; i++)
        reach[i] = size * (1 - lenet5_random_uniform(random, 0, ragged));
    reach[corners] = reach[0];
    for (size_t row = 0; row < SIDE; row++)
        for (size_t x = 0; x < SIDE; x++) {
            const float u = ((float)x - 15.5f) / flat;
            const float v = (float)row - 15.5f;
            const float at = (float)corners * fmodf(atan2f(v, u) / TURN + 1 + turn, 1);
            const uint32_t corner = (uint32_t)fminf(at, (float)corners - 1);
            const float edge = reach[corner] + (at - (float)corner) * (reach[corner + 1] - reach[corner]);
            shown[row][x] = grey_of(255 * (edge - sqrtf(u * u + v * v) + 0.5f));
        }
}

/* Blank paper with dust. */
static void draw_paper(canvas shown, lenet5_random *random, const negatives *n)
{
    (void)n;
    memset(shown, (int)lenet5_random_below(random, 30), SIDE * SIDE);
    for (uint32_t dust = lenet5_random_below(random, 12); dust > 0; dust--) {
        const uint32_t place = lenet5_random_below(random, SIDE * SIDE);
        shown[place / SIDE][place % SIDE] = (uint8_t)lenet5_random_below(random, 256);
    }
}

static void draw_noise(canvas shown, lenet5_random *random, const negatives *n)
{
    draw_clouds(shown, random, lenet5_random_uniform(random, 0.1f, 1), n->kernels);
    const float darkness = lenet5_random_uniform(random, 0, 1.2f);
    const float contrast = lenet5_random_uniform(random, 0.5f, 3);
    for (size_t row = 0; row < SIDE; row++)
        for (size_t x = 0; x < SIDE; x++)
            shown[row][x] = grey_of(128 + contrast * ((float)shown[row][x] - 255 * darkness));
}

/* ---- All kinds --------------------------------------------------------------------------------------------------- */

/* The relative frequency of each kind, for isolated digits and for strings. */
static const struct {
    void (*draw)(canvas shown, lenet5_random *random, const negatives *n);
    uint32_t share[2];
} kinds[] = {{draw_paper, {1, 1}},  {draw_noise, {1, 1}},      {draw_patch, {3, 4}},
             {draw_piece, {3, 5}},  {draw_pair, {3, 5}},       {draw_strokes, {5, 6}},
             {draw_letter, {0, 8}}, {draw_silhouette, {0, 4}}, {draw_wrong_cut, {0, 16}}};

#define KINDS (sizeof kinds / sizeof kinds[0])

void lenet5_draw_negative(uint8_t shown[32][32], lenet5_random *random, const negatives *n)
{
    uint32_t all = 0;
    for (size_t i = 0; i < KINDS; i++)
        all += kinds[i].share[n->strings];
    uint32_t drawn = lenet5_random_below(random, all);
    size_t kind = 0;
    while (drawn >= kinds[kind].share[n->strings])
        drawn -= kinds[kind++].share[n->strings];
    kinds[kind].draw(shown, random, n);
}
