/*
 * What a reader of handwriting cuts out that is no digit: a piece of one, parts of two, what else is on the paper. They
 * are made of the training digits and of the pen that draws synthetic ones, and brought to the size that the normaliser
 * would bring them to.
 */
#include "negatives.h"

#include <math.h>
#include <string.h>

#include "data/dataset.h"
#include "distort.h"

#define SIDE 32
#define DIGIT 28
#define BOX 20 /* pixels that the normaliser fits ink into */

typedef uint8_t canvas[SIDE][SIDE];

static const uint8_t *any_digit(lenet5_random *random, const lenet5_dataset *set)
{
    return lenet5_dataset_picture(set, lenet5_random_below(random, (uint32_t)set->count));
}

/* ---- Pieces and pairs -------------------------------------------------------------------------------------------- */

typedef struct extent {
    size_t first, last; /* row or column; first above last: no ink */
} extent;

static void ink_extents(extent e[2], const uint8_t picture[DIGIT * DIGIT])
{
    e[0] = e[1] = (extent){DIGIT, 0};
    for (size_t i = 0; i < DIGIT * DIGIT; i++) {
        if (picture[i] < 64)
            continue;
        const size_t at[2] = {i % DIGIT, i / DIGIT};
        for (size_t axis = 0; axis < 2; axis++) {
            e[axis].first = at[axis] < e[axis].first ? at[axis] : e[axis].first;
            e[axis].last = at[axis] > e[axis].last ? at[axis] : e[axis].last;
        }
    }
}

static float middle(extent e)
{
    return (float)(e.first + e.last) / 2;
}

static float length(extent e)
{
    return (float)e.last - (float)e.first + 1;
}

/* A warp that shows a picture enlarged by 1 / step, with the given place in the middle. */
static lenet5_warp view(float x, float y, float step)
{
    return (lenet5_warp){.middle = {x, y}, .by_column = {step, 0}, .by_row = {0, step}, .strength = 256};
}

/* Keeps what lies on one side of a straight line through a place near the ink's middle. */
static void cut(uint8_t picture[DIGIT * DIGIT], lenet5_random *random)
{
    extent e[2];
    ink_extents(e, picture);
    const float angle = lenet5_random_uniform(random, 0, 6.2831853f);
    const bool straight = lenet5_random_below(random, 4) > 0; /* along an axis, as cuts between digits are */
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

/* Two digits that touch or nearly do: both whole, in a box of the normaliser's width, or the seam between them. */
static void draw_pair(canvas shown, lenet5_random *random, const lenet5_dataset *set, const lenet5_kernels *kernels)
{
    const uint8_t *left = any_digit(random, set);
    const uint8_t *right = any_digit(random, set);
    extent l[2], r[2];
    canvas other;
    ink_extents(l, left);
    ink_extents(r, right);
    const float gap = lenet5_random_uniform(random, -4, 3);
    const float width = length(l[0]) + gap + length(r[0]);
    const bool whole = lenet5_random_below(random, 2) == 0;
    const float step = whole ? fmaxf(width, 20) / BOX : lenet5_random_uniform(random, 0.9f, 1.3f);
    const float seam = whole ? width / 2 - length(l[0]) - gap / 2 : 0;
    const lenet5_warp left_view = view((float)l[0].last + gap / 2 + seam, middle(l[1]), step);
    const lenet5_warp right_view = view((float)r[0].first - gap / 2 + seam, middle(r[1]), step);
    kernels->distort(shown, left, &left_view);
    kernels->distort(other, right, &right_view);
    add(shown, (const uint8_t(*)[SIDE])other);
}

/* What is left of a digit may be another: a stem is a 1. */
static bool is_stem(const extent e[2])
{
    return length(e[1]) > 2.2f * length(e[0]);
}

static void draw_piece(canvas shown, lenet5_random *random, const lenet5_dataset *set, const lenet5_kernels *kernels)
{
    uint8_t picture[DIGIT * DIGIT];
    extent e[2];
    memcpy(picture, any_digit(random, set), sizeof picture);
    cut(picture, random);
    ink_extents(e, picture);
    if (is_stem(e)) {
        draw_pair(shown, random, set, kernels);
        return;
    }
    const float longest = fmaxf(length(e[0]), length(e[1]));
    const bool fitted = lenet5_random_below(random, 4) > 0; /* else it stays as small as it is */
    const lenet5_warp warp = view(middle(e[0]), middle(e[1]), fitted ? fmaxf(longest, 6) / BOX : 1);
    kernels->distort(shown, picture, &warp);
}

/* ---- Strokes ----------------------------------------------------------------------------------------------------- */

static void draw_strokes(canvas shown, lenet5_random *random, const lenet5_distortion *distortion,
                         const lenet5_kernels *kernels)
{
    static const lenet5_distortion none = {0};
    uint8_t picture[LENET5_PICTURE_BYTES];
    lenet5_warp warp;
    lenet5_draw_sign(picture, random);
    lenet5_draw_warp(&warp, random, distortion ? distortion : &none, 1);
    kernels->distort(shown, picture, &warp);
}

/* ---- What has no strokes ----------------------------------------------------------------------------------------- */

/* Noise of a few pixels' size: small random pictures, enlarged. */
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

static uint8_t clamp(float value)
{
    return (uint8_t)fminf(fmaxf(value, 0), 255);
}

/* A patch of some outline, evenly filled or textured: a blot, a piece of cloth, the corner of a photograph. */
static void draw_patch(canvas shown, lenet5_random *random, const lenet5_kernels *kernels)
{
    canvas outline, texture;
    const float wide = lenet5_random_uniform(random, 4, 15);
    const float high = lenet5_random_uniform(random, 4, 15);
    const float power = lenet5_random_uniform(random, 1.5f, 6); /* from a rhombus to a box */
    const float ragged = lenet5_random_uniform(random, 0, 1.2f);
    const float grey = lenet5_random_uniform(random, 60, 255);
    const float rough = lenet5_random_uniform(random, 0, 1);
    draw_clouds(outline, random, lenet5_random_uniform(random, 0.08f, 0.3f), kernels);
    draw_clouds(texture, random, lenet5_random_uniform(random, 0.15f, 1), kernels);
    for (size_t row = 0; row < SIDE; row++)
        for (size_t x = 0; x < SIDE; x++) {
            const float u = fabsf((float)x - 15.5f) / wide;
            const float v = fabsf((float)row - 15.5f) / high;
            const float depth =
                1 - powf(powf(u, power) + powf(v, power), 1 / power) + ragged * ((float)outline[row][x] - 128) / 255;
            const float level = grey * (1 - rough * (float)texture[row][x] / 255);
            shown[row][x] = clamp(fminf(8 * depth, 1) * level);
        }
}

/* Paper with nothing on it but dust. */
static void draw_paper(canvas shown, lenet5_random *random)
{
    memset(shown, (int)lenet5_random_below(random, 30), SIDE * SIDE);
    for (uint32_t dust = lenet5_random_below(random, 12); dust > 0; dust--) {
        const uint32_t place = lenet5_random_below(random, SIDE * SIDE);
        shown[place / SIDE][place % SIDE] = (uint8_t)lenet5_random_below(random, 256);
    }
}

static void draw_noise(canvas shown, lenet5_random *random, const lenet5_kernels *kernels)
{
    draw_clouds(shown, random, lenet5_random_uniform(random, 0.1f, 1), kernels);
    const float darkness = lenet5_random_uniform(random, 0, 1.2f);
    const float contrast = lenet5_random_uniform(random, 0.5f, 3);
    for (size_t row = 0; row < SIDE; row++)
        for (size_t x = 0; x < SIDE; x++)
            shown[row][x] = clamp(128 + contrast * ((float)shown[row][x] - 255 * darkness));
}

void lenet5_draw_negative(uint8_t shown[32][32], lenet5_random *random, const lenet5_dataset *set,
                          const lenet5_distortion *distortion, const lenet5_kernels *kernels)
{
    switch (lenet5_random_below(random, 16)) {
    case 0: draw_paper(shown, random); return;
    case 1: draw_noise(shown, random, kernels); return;
    case 2:
    case 3:
    case 4: draw_patch(shown, random, kernels); return;
    case 5:
    case 6:
    case 7: draw_piece(shown, random, set, kernels); return;
    case 8:
    case 9:
    case 10: draw_pair(shown, random, set, kernels); return;
    default: draw_strokes(shown, random, distortion, kernels);
    }
}
