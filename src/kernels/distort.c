/*
 * Distortion, by inverse mapping: a planar affine map and a smooth field of displacements give for each pixel of the
 * 32x32 input its position in the 28x28 picture, where it is interpolated between four pixels. Then the picture is made
 * coarse, its ink thicker or thinner, blurred, harder, stronger or fainter, and noise is added. The loops over a row are
 * plain C that the compiler vectorises.
 */
#include "isa.h"

#include <math.h>
#include <string.h>

#define MARGIN 8 /* pixels of blank paper around the picture; positions beyond it are clamped to it */
#define FRAME (28 + 2 * MARGIN)
#define SIDE 32

/* Packs each pixel with its right, lower and lower right neighbour, a byte each, so that one load gets all four. */
static void frame_corners(uint32_t corners[FRAME * FRAME], const uint8_t *picture)
{
    uint8_t framed[(FRAME + 2) * FRAME] = {0};
    for (size_t row = 0; row < 28; row++)
        memcpy(framed + (MARGIN + row) * FRAME + MARGIN, picture + row * 28, 28);
    for (size_t i = 0; i < FRAME * FRAME; i++)
        corners[i] = (uint32_t)framed[i] | (uint32_t)framed[i + 1] << 8 | (uint32_t)framed[i + FRAME] << 16 |
                     (uint32_t)framed[i + FRAME + 1] << 24;
}

/*
 * Cubic B-splines over a row of control points, LENET5_FIELD_SPACING pixels apart, the first of them one spacing before
 * the edge: weight[k][x] is that of point k at pixel x.
 */
static void splines(float weight[LENET5_FIELD][SIDE])
{
    for (size_t k = 0; k < LENET5_FIELD; k++)
        for (size_t x = 0; x < SIDE; x++) {
            const float t = fabsf(((float)x + 0.5f) / LENET5_FIELD_SPACING - (float)k + 1);
            const float far = t < 2 ? (2 - t) * (2 - t) * (2 - t) / 6 : 0;
            weight[k][x] = t < 1 ? 2.0f / 3 - t * t + t * t * t / 2 : far;
        }
}

/* The positions of the pixels of a row, along one axis of the picture. */
INLINE void trace(float place[SIDE], const lenet5_warp *warp, size_t axis, size_t row,
                  const float weight[LENET5_FIELD][SIDE])
{
    const float y = (float)row - 15.5f;
    const float begin = warp->middle[axis] + MARGIN + y * warp->by_row[axis];
    for (size_t x = 0; x < SIDE; x++)
        place[x] = begin + ((float)x - 15.5f) * warp->by_column[axis];
    for (size_t k = 0; k < LENET5_FIELD; k++) {
        float point = 0;
        for (size_t i = 0; i < LENET5_FIELD; i++)
            point += weight[i][row] * warp->field[axis][i][k];
        for (size_t x = 0; x < SIDE; x++)
            place[x] += point * weight[k][x];
    }
    const float last = FRAME - 1.5f;
    for (size_t x = 0; x < SIDE; x++)
        place[x] = place[x] > 0 ? (place[x] < last ? place[x] : last) : 0; /* NaN becomes 0 */
}

INLINE void sample(uint8_t out[SIDE], const uint32_t corners[FRAME * FRAME], const float x[SIDE], const float y[SIDE])
{
    for (size_t i = 0; i < SIDE; i++) {
        const int32_t left = (int32_t)x[i];
        const int32_t top = (int32_t)y[i];
        const float right_share = x[i] - (float)left;
        const float lower_share = y[i] - (float)top;
        const int32_t four = (int32_t)corners[top * FRAME + left];
        const float a = (float)(four & 255);
        const float b = (float)(four >> 8 & 255);
        const float c = (float)(four >> 16 & 255);
        const float d = (float)(four >> 24 & 255);
        const float upper = a + right_share * (b - a);
        const float lower = c + right_share * (d - c);
        out[i] = (uint8_t)(int32_t)(upper + lower_share * (lower - upper) + 0.5f);
    }
}

#define WIDE (SIDE + 2)

static void pad(uint8_t padded[WIDE][WIDE], const uint8_t pixels[SIDE][SIDE])
{
    memset(padded, 0, WIDE * WIDE);
    for (size_t row = 0; row < SIDE; row++)
        memcpy(&padded[row + 1][1], pixels[row], SIDE);
}

static uint8_t max(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

static uint8_t min(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

/*
 * The rows, or columns, of a coarse picture: 32 samples along a line become `left`, each the mean of what it covers, and
 * these become 32 again by linear interpolation. Both steps in fixed point.
 */
static void coarsen_line(uint8_t *line, size_t step, int left)
{
    int mean[SIDE + 2] = {0}; /* with the first and the last one twice */
    for (int i = 0; i < left; i++) {
        const int begin = i * SIDE, end = begin + SIDE; /* in units of 1 / left of a pixel */
        int sum = 0;
        for (int x = begin / left; x * left < end; x++) {
            const int from = x * left > begin ? x * left : begin;
            const int to = (x + 1) * left < end ? (x + 1) * left : end;
            sum += (to - from) * line[(size_t)x * step];
        }
        mean[i + 1] = sum * 8 / SIDE;
    }
    mean[0] = mean[1];
    mean[left + 1] = mean[left];
    for (int x = 0; x < SIDE; x++) {
        /* In units of 1 / 64 of a sample, from the middle of the doubled one. */
        const int at = (2 * x + 1) * left + SIDE;
        const int share = at % (2 * SIDE);
        const int low = mean[at / (2 * SIDE)], high = mean[at / (2 * SIDE) + 1];
        line[(size_t)x * step] = (uint8_t)((low * 2 * SIDE + share * (high - low)) / (16 * SIDE));
    }
}

/* Shows the picture as if sampled with `left` pixels along each side. */
static void coarsen(uint8_t pixels[SIDE][SIDE], int left)
{
    for (size_t i = 0; i < SIDE; i++)
        coarsen_line(pixels[i], 1, left);
    for (size_t i = 0; i < SIDE; i++)
        coarsen_line(&pixels[0][i], SIDE, left);
}

/* Moves each pixel by amount / 256 of the way to the maximum of it and its four neighbours; below 0, to the minimum. */
static void thicken_once(uint8_t pixels[SIDE][SIDE], int amount)
{
    uint8_t padded[WIDE][WIDE];
    pad(padded, (const uint8_t(*)[SIDE])pixels);
    for (size_t row = 0; row < SIDE; row++) {
        const uint8_t *up = &padded[row][1];
        const uint8_t *here = &padded[row + 1][1];
        const uint8_t *down = &padded[row + 2][1];
        for (size_t x = 0; x < SIDE; x++) {
            const uint8_t greatest = max(max(max(up[x], down[x]), max(here[x - 1], here[x + 1])), here[x]);
            const uint8_t smallest = min(min(min(up[x], down[x]), min(here[x - 1], here[x + 1])), here[x]);
            const int way = amount > 0 ? greatest - here[x] : here[x] - smallest;
            pixels[row][x] = (uint8_t)(here[x] + amount * way / 256);
        }
    }
}

/* The same, for lines that become more than a pixel thicker or thinner on each side too. */
static void thicken(uint8_t pixels[SIDE][SIDE], int amount)
{
    for (; amount > 256; amount -= 256)
        thicken_once(pixels, 256);
    for (; amount < -256; amount += 256)
        thicken_once(pixels, -256);
    thicken_once(pixels, amount);
}

/* Moves each pixel by amount / 256 of the way to the mean of its 3x3 neighbourhood, weighted 1 2 1, 2 4 2, 1 2 1. */
static void blur(uint8_t pixels[SIDE][SIDE], int amount)
{
    uint8_t padded[WIDE][WIDE];
    pad(padded, (const uint8_t(*)[SIDE])pixels);
    for (size_t row = 0; row < SIDE; row++) {
        int column[WIDE];
        for (size_t x = 0; x < WIDE; x++)
            column[x] = padded[row][x] + 2 * padded[row + 1][x] + padded[row + 2][x];
        for (size_t x = 0; x < SIDE; x++) {
            const int mean = (column[x] + 2 * column[x + 1] + column[x + 2] + 8) / 16;
            pixels[row][x] = (uint8_t)(pixels[row][x] + amount * (mean - pixels[row][x]) / 256);
        }
    }
}

/* A soft threshold at the middle of the range. */
static void harden(uint8_t pixels[SIDE][SIDE], int hardness)
{
    uint8_t *pixel = pixels[0];
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        const int value = 128 + (pixel[i] - 128) * hardness / 256;
        pixel[i] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

/* Multiplies by strength / 256 and adds noise from -noise to noise, uniform: a hash of i + seed. */
static void add_noise(uint8_t pixels[SIDE][SIDE], int strength, int noise, uint32_t seed)
{
    uint8_t *pixel = pixels[0];
    for (uint32_t i = 0; i < SIDE * SIDE; i++) {
        uint32_t bits = (i + seed) * 0x9E3779B1u;
        bits = (bits ^ bits >> 15) * 0x85EBCA77u;
        bits = (bits ^ bits >> 13) * 0xC2B2AE3Du;
        const int grain = (int)(bits >> 16 & 0xFFFF) - 0x8000;
        const int value = pixel[i] * strength / 256 + grain * noise / 0x8000;
        pixel[i] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

void ISA(lenet5_distort)(uint8_t out[SIDE][SIDE], const uint8_t *picture, const lenet5_warp *warp)
{
    uint32_t corners[FRAME * FRAME];
    float weight[LENET5_FIELD][SIDE];
    frame_corners(corners, picture);
    splines(weight);
    for (size_t row = 0; row < SIDE; row++) {
        float x[SIDE], y[SIDE];
        trace(x, warp, 0, row, (const float(*)[SIDE])weight);
        trace(y, warp, 1, row, (const float(*)[SIDE])weight);
        sample(out[row], corners, x, y);
    }
    if (warp->coarse != 0 && warp->coarse < SIDE)
        coarsen(out, warp->coarse);
    if (warp->thickness != 0)
        thicken(out, warp->thickness);
    if (warp->blur != 0)
        blur(out, warp->blur);
    if (warp->hardness > 256)
        harden(out, warp->hardness);
    if (warp->strength != 256 || warp->noise != 0)
        add_noise(out, warp->strength, warp->noise, warp->seed);
}
