/*
 * What is a digit to the network and to people alike stays the same digit if it leans a little more or is drawn with
 * another pen. What the network says of such variants tells how far its first answer depends on chance.
 */
#include "second_look.h"

#include <math.h>

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

static float ink_at(const uint8_t *picture, int x, int y)
{
    return x < 0 || y < 0 || x >= SIDE || y >= SIDE ? 0 : (float)picture[y * SIDE + x];
}

/* Without floorf, which a processor of the baseline has no instruction for. */
static int floor_of(float x)
{
    const int whole = (int)x;
    return whole - ((float)whole > x);
}

static float ink_between(const uint8_t *picture, float x, float y)
{
    const int i = floor_of(x), k = floor_of(y);
    if (i < -1 || k < -1 || i >= SIDE || k >= SIDE)
        return 0;
    const float fx = x - (float)i, fy = y - (float)k;
    return (1 - fy) * ((1 - fx) * ink_at(picture, i, k) + fx * ink_at(picture, i + 1, k)) +
           fy * ((1 - fx) * ink_at(picture, i, k + 1) + fx * ink_at(picture, i + 1, k + 1));
}

/* Half a pixel more or less of ink on every side: the mean of a pixel and the most (or least) of its neighbours. */
static uint8_t with_pen(const uint8_t *picture, int x, int y, int pen)
{
    static const int near[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    const float here = ink_at(picture, x, y);
    float extreme = here;
    for (int i = 0; i < 4; i++) {
        const float there = ink_at(picture, x + near[i][0], y + near[i][1]);
        extreme = pen > 0 ? fmaxf(extreme, there) : fminf(extreme, there);
    }
    return (uint8_t)((here + extreme) / 2);
}

void lenet5_second_look(uint8_t varied[LENET5_PICTURE_BYTES], const uint8_t picture[LENET5_PICTURE_BYTES],
                        unsigned number)
{
    const variant *v = &variants[number % SECOND_LOOKS];
    const float middle = (SIDE - 1) / 2.0f;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const float dx = (float)x - middle, dy = (float)y - middle;
            varied[y * SIDE + x] = v->pen ? with_pen(picture, x, y, v->pen)
                                          : (uint8_t)(ink_between(picture, middle + v->xx * dx + v->xy * dy,
                                                                  middle + v->yx * dx + v->yy * dy) +
                                                      0.5f);
        }
}
