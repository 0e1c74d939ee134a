/*
 * What is a digit to the network and to people alike stays the same digit if it leans a little more or is drawn with
 * another pen. What the network says of such variants tells how far its first answer depends on chance.
 */
#include "second_look.h"

enum { SIDE = LENET5_PICTURE_SIDE };

/* How a variant is drawn: the place of the picture that each pixel of it shows, and the pen's change. */
typedef struct variant {
    float xx, xy, yx, yy; /* about the middle */
    int pen;              /* pixels that strokes become wider by: -1, 0 or 1 */
} variant;

/*
 * As far as two people's hands are apart: up to 22 degrees of slant, 12 of turning, a fifth of width and of height, a
 * pixel of the pen.
 */
static const variant variants[SECOND_LOOKS] = {
    {1, 0.2f, 0, 1, 0},
    {1, -0.2f, 0, 1, 0},
    {1, 0.4f, 0, 1, 0},
    {1, -0.4f, 0, 1, 0},
    {0.9925f, 0.122f, -0.122f, 0.9925f, 0},
    {0.9925f, -0.122f, 0.122f, 0.9925f, 0},
    {0.978f, 0.208f, -0.208f, 0.978f, 0},
    {0.978f, -0.208f, 0.208f, 0.978f, 0},
    {1.2f, 0, 0, 1, 0},
    {0.85f, 0, 0, 1, 0},
    {1, 0, 0, 1.2f, 0},
    {1, 0, 0, 0.9f, 0},
    {1, 0, 0, 1, 1},
    {1, 0, 0, 1, -1},
    {1.1f, 0.15f, 0, 1.1f, 0},
    {1.1f, -0.15f, 0, 1.1f, 0},
};

/* A picture with paper around it, so that the four pixels around a place need no looking where they are. */
typedef struct framed {
    float ink[SIDE + 2][SIDE + 2];
} framed;

static void put_in_frame(framed *f, const uint8_t *picture)
{
    *f = (framed){0};
    for (size_t y = 0; y < SIDE; y++)
        for (size_t x = 0; x < SIDE; x++)
            f->ink[y + 1][x + 1] = (float)picture[y * SIDE + x];
}

/* Without floorf, which a processor of the baseline has no instruction for. */
static int floor_of(float x)
{
    const int whole = (int)x;
    return whole - ((float)whole > x);
}

static float ink_between(const framed *f, float x, float y)
{
    const int i = floor_of(x), k = floor_of(y);
    if (i < -1 || k < -1 || i >= SIDE || k >= SIDE)
        return 0;
    const float fx = x - (float)i, fy = y - (float)k;
    const float *above = &f->ink[k + 1][i + 1], *below = &f->ink[k + 2][i + 1];
    return (1 - fy) * ((1 - fx) * above[0] + fx * above[1]) + fy * ((1 - fx) * below[0] + fx * below[1]);
}

/* Half a pixel more or less of ink on every side: the mean of a pixel and the most (or least) of its neighbours. */
static uint8_t with_pen(const framed *f, size_t x, size_t y, int pen)
{
    const float here = f->ink[y + 1][x + 1];
    const float near[4] = {f->ink[y + 1][x + 2], f->ink[y + 1][x], f->ink[y + 2][x + 1], f->ink[y][x + 1]};
    float extreme = here;
    for (size_t i = 0; i < 4; i++)
        extreme = (pen > 0 ? near[i] > extreme : near[i] < extreme) ? near[i] : extreme;
    return (uint8_t)((here + extreme) / 2);
}

static void vary(uint8_t varied[LENET5_PICTURE_BYTES], const framed *f, const variant *v)
{
    const float middle = (SIDE - 1) / 2.0f;
    for (size_t y = 0; y < SIDE; y++)
        for (size_t x = 0; x < SIDE; x++) {
            const float dx = (float)x - middle, dy = (float)y - middle;
            varied[y * SIDE + x] =
                v->pen ? with_pen(f, x, y, v->pen)
                       : (uint8_t)(ink_between(f, middle + v->xx * dx + v->xy * dy, middle + v->yx * dx + v->yy * dy) +
                                   0.5f);
        }
}

void lenet5_second_looks(uint8_t varied[SECOND_LOOKS][LENET5_PICTURE_BYTES],
                         const uint8_t picture[LENET5_PICTURE_BYTES])
{
    framed f;
    put_in_frame(&f, picture);
    for (size_t i = 0; i < SECOND_LOOKS; i++)
        vary(varied[i], &f, &variants[i]);
}
