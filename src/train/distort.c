/*
 * Random distortions: planar affine maps as in section III-C of the paper (translation, scaling, squeezing, shearing),
 * rotation, elastic displacements (Simard, Steinkraus and Platt 2003), and variations of pen, paper and scanner.
 */
#include "distort.h"

#include <math.h>

/* Approximately normal, with mean 0 and standard deviation 1: the sum of four uniform 16-bit numbers. */
static float normal(lenet5_random *random)
{
    uint64_t bits = lenet5_random_bits(random);
    int32_t sum = -2 * 0xFFFF;
    for (int i = 0; i < 4; i++, bits >>= 16)
        sum += (int32_t)(bits & 0xFFFF);
    return (float)sum * (1.7320508f / 0x10000);
}

static void draw_affine(lenet5_warp *warp, lenet5_random *random, const lenet5_distortion *d, float strength)
{
    const float turn = either_way(random, strength * d->rotation);
    const float shear = either_way(random, strength * d->shear);
    const float size = either_way(random, strength * d->scale);
    const float squeeze = either_way(random, strength * d->squeeze);
    const float wide = expf(size + squeeze);
    const float high = expf(size - squeeze);
    const float c = cosf(turn);
    const float s = sinf(turn);
    warp->by_column[0] = c * wide;
    warp->by_column[1] = s * wide;
    warp->by_row[0] = (shear * c - s) * high;
    warp->by_row[1] = (shear * s + c) * high;
    for (size_t axis = 0; axis < 2; axis++)
        warp->middle[axis] = 13.5f + either_way(random, strength * d->shift);
}

static void draw_field(lenet5_warp *warp, lenet5_random *random, float amount)
{
    for (size_t axis = 0; axis < 2; axis++)
        for (size_t i = 0; i < LENET5_FIELD; i++)
            for (size_t k = 0; k < LENET5_FIELD; k++)
                warp->field[axis][i][k] = amount > 0 ? amount * normal(random) : 0;
}

/* Draws nothing for a share of 0, so that a recipe without it keeps its pictures. */
static bool chance(lenet5_random *random, float share)
{
    return share > 0 && lenet5_random_uniform(random, 0, 1) < share;
}

static void draw_ink(lenet5_warp *warp, lenet5_random *random, const lenet5_distortion *d, float strength)
{
    warp->thickness = warp->blur = warp->noise = 0;
    warp->strength = 256;
    warp->seed = (uint32_t)lenet5_random_bits(random);
    if (lenet5_random_uniform(random, 0, 1) >= d->ink)
        return;
    warp->thickness = (int)lrintf(either_way(random, 256 * strength * d->thickness));
    warp->blur = (int)lrintf(lenet5_random_uniform(random, 0, 256 * strength * d->blur));
    warp->strength = 256 + (int)lrintf(either_way(random, 256 * strength * d->contrast));
    warp->noise = (int)lrintf(lenet5_random_uniform(random, 0, strength * d->noise));
}

static void draw_pen(lenet5_warp *warp, lenet5_random *random, const lenet5_distortion *d, float strength)
{
    if (chance(random, d->pen))
        warp->thickness =
            (int)lrintf(lenet5_random_uniform(random, -256 * strength * d->thinner, 256 * strength * d->thicker));
}

/* A digit fills 20 of the input's 32 pixels. */
#define COARSEST (8 * 32 / 20)
#define FINEST (16 * 32 / 20)

static void draw_scanner(lenet5_warp *warp, lenet5_random *random, const lenet5_distortion *d, float strength)
{
    warp->hardness = 256;
    warp->coarse = 0;
    if (chance(random, strength * d->hard))
        warp->hardness = (int)lrintf(lenet5_random_uniform(random, 256, 256 * d->hardness));
    if (chance(random, strength * d->coarse))
        warp->coarse = COARSEST + (int)lenet5_random_below(random, FINEST - COARSEST + 1);
}

void lenet5_draw_warp(lenet5_warp *warp, lenet5_random *random, const lenet5_distortion *distortion, float strength)
{
    draw_affine(warp, random, distortion, strength);
    draw_field(warp, random, strength * distortion->elastic);
    draw_ink(warp, random, distortion, strength);
    draw_pen(warp, random, distortion, strength);
    draw_scanner(warp, random, distortion, strength);
}
