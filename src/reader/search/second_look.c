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

#define FRAME 2 /* pixels of paper on each side, so that the four around a place need no looking where they are */

typedef struct framed {
    float ink[SIDE + 2 * FRAME][SIDE + 2 * FRAME];
} framed;

static void put_in_frame(framed *f, const uint8_t *picture)
{
    *f = (framed){0};
    for (size_t y = 0; y < SIDE; y++)
        for (size_t x = 0; x < SIDE; x++)
            f->ink[y + FRAME][x + FRAME] = (float)picture[y * SIDE + x];
}

/* The pixel at a place or before it; all that is outside the picture is in its frame. Without floorf, which a processor
 * of the baseline has no instruction for. */
static int pixel_at(float x)
{
    const int whole = (int)x, floor = whole - ((float)whole > x);
    return floor < -FRAME ? -FRAME : floor > SIDE ? SIDE : floor;
}

/* Where a row of a variant is in the picture: the pixels above and left of each place, and the way to the next. */
typedef struct places {
    int at[SIDE]; /* in the framed picture */
    float right[SIDE], down[SIDE];
} places;

static void find_places(places *p, const variant *v, size_t row)
{
    const float middle = (SIDE - 1) / 2.0f, dy = (float)row - middle;
    for (size_t i = 0; i < SIDE; i++) {
        const float dx = (float)i - middle;
        const float x = middle + v->xx * dx + v->xy * dy, y = middle + v->yx * dx + v->yy * dy;
        const int column = pixel_at(x), line = pixel_at(y);
        p->right[i] = x - (float)column;
        p->down[i] = y - (float)line;
        p->at[i] = (line + FRAME) * (SIDE + 2 * FRAME) + column + FRAME;
    }
}

static void vary_row(uint8_t varied[SIDE], const framed *f, const variant *v, size_t row)
{
    places p;
    find_places(&p, v, row);
    for (size_t i = 0; i < SIDE; i++) {
        const float *above = &f->ink[0][0] + p.at[i], *below = above + SIDE + 2 * FRAME;
        const float fx = p.right[i], fy = p.down[i];
        varied[i] = (uint8_t)((1 - fy) * ((1 - fx) * above[0] + fx * above[1]) +
                              fy * ((1 - fx) * below[0] + fx * below[1]) + 0.5f);
    }
}

/* Half a pixel more or less of ink on every side: the mean of a pixel and the most (or least) of its neighbours. */
static uint8_t with_pen(const framed *f, size_t x, size_t y, int pen)
{
    const size_t row = y + FRAME, column = x + FRAME;
    const float here = f->ink[row][column];
    const float near[4] = {f->ink[row][column + 1], f->ink[row][column - 1], f->ink[row + 1][column],
                           f->ink[row - 1][column]};
    float extreme = here;
    for (size_t i = 0; i < 4; i++)
        extreme = (pen > 0 ? near[i] > extreme : near[i] < extreme) ? near[i] : extreme;
    return (uint8_t)((here + extreme) / 2);
}

static void change_pen(uint8_t varied[SIDE], const framed *f, int pen, size_t row)
{
    for (size_t x = 0; x < SIDE; x++)
        varied[x] = with_pen(f, x, row, pen);
}

static void vary(uint8_t varied[LENET5_PICTURE_BYTES], const framed *f, const variant *v)
{
    for (size_t y = 0; y < SIDE; y++)
        if (v->pen)
            change_pen(varied + y * SIDE, f, v->pen, y);
        else
            vary_row(varied + y * SIDE, f, v, y);
}

void lenet5_second_looks(uint8_t varied[SECOND_LOOKS][LENET5_PICTURE_BYTES],
                         const uint8_t picture[LENET5_PICTURE_BYTES])
{
    framed f;
    put_in_frame(&f, picture);
    for (size_t i = 0; i < SECOND_LOOKS; i++)
        vary(varied[i], &f, &variants[i]);
}
