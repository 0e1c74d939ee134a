/*
 * A digit stays the same digit if it leans a little more or is written with another pen. The scores of such views show
 * how far the first score depends on chance (test-time augmentation).
 *
 * Views differ as two hands do: 17 degrees of slant, one pixel of the pen. Rotated, narrower and wider views besides
 * these did not improve the evidence.
 */
#include "augment.h"

#include <string.h>

#define SLANT 0.3f /* pixels to the right a row down */

enum { SIDE = LENET5_PICTURE_SIDE, FRAME = 6 }; /* columns of paper on each side: a slant moves a row by less */

/* A picture with paper around it, so that every pixel has neighbours. */
typedef struct framed {
    uint8_t ink[SIDE + 2][SIDE + 2 * FRAME]; /* a row of paper above and below */
} framed;

static void put_in_frame(framed *f, const uint8_t *picture)
{
    *f = (framed){0};
    for (size_t y = 0; y < SIDE; y++)
        memcpy(f->ink[y + 1] + FRAME, picture + y * SIDE, SIDE);
}

static void lean(uint8_t views[LENET5_PICTURE_BYTES], const framed *f, float slant)
{
    for (size_t y = 0; y < SIDE; y++) {
        const float shift = slant * ((float)y - (SIDE - 1) / 2.0f) + FRAME;
        const size_t first = (size_t)shift; /* rounded down, since FRAME keeps it above 0 */
        const float share = shift - (float)first;
        const uint8_t *ink = f->ink[y + 1] + first;
        for (size_t x = 0; x < SIDE; x++)
            views[y * SIDE + x] = (uint8_t)((1 - share) * (float)ink[x] + share * (float)ink[x + 1] + 0.5f);
    }
}

static uint8_t more(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

static uint8_t less(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

/*
 * Adds half a pixel of ink on every side: the mean of a pixel and the maximum around it. The same of paper, with the
 * minimum.
 */
static void change_pen(uint8_t wide[LENET5_PICTURE_BYTES], uint8_t narrow[LENET5_PICTURE_BYTES], const framed *f)
{
    for (size_t y = 0; y < SIDE; y++) {
        const uint8_t *here = f->ink[y + 1] + FRAME, *above = f->ink[y] + FRAME, *below = f->ink[y + 2] + FRAME;
        for (size_t x = 0; x < SIDE; x++) {
            const uint8_t left = (here - 1)[x], right = (here + 1)[x];
            const uint8_t most = more(more(more(left, right), more(above[x], below[x])), here[x]);
            const uint8_t least = less(less(less(left, right), less(above[x], below[x])), here[x]);
            wide[y * SIDE + x] = (uint8_t)((here[x] + most) / 2);
            narrow[y * SIDE + x] = (uint8_t)((here[x] + least) / 2);
        }
    }
}

void lenet5_augment(uint8_t views[VIEWS][LENET5_PICTURE_BYTES], const uint8_t picture[LENET5_PICTURE_BYTES])
{
    framed f;
    put_in_frame(&f, picture);
    lean(views[0], &f, SLANT);
    lean(views[1], &f, -SLANT);
    change_pen(views[2], views[3], &f);
}
