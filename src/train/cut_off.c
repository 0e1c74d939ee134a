/*
 * A digit as the reader cuts it out of a string: next to a neighbour that it touches, or with the end of a ligature.
 */
#include "cut_off.h"

#include <math.h>
#include <string.h>

#include "data/dataset.h"
#include "data/ligature.h"
#include "ink.h"

#define SIDE LENET5_PICTURE_SIDE
#define BOX 20 /* pixels that the normaliser fits ink into */

/* ---- Neighbours -------------------------------------------------------------------------------------------------- */

/* The position of a neighbour of a digit, and the cut between the two. */
typedef struct neighbour {
    long dx, dy;    /* pixels: the neighbour's offset */
    float at, lean; /* the column of the cut in the middle row, and its change a row */
    bool right;     /* the neighbour is to the right */
} neighbour;

static neighbour draw_neighbour(lenet5_random *random, const range e[2], const uint8_t *other)
{
    range o[2];
    lenet5_ink_ranges(o, other);
    const bool right = lenet5_random_below(random, 2) == 0;
    const float gap = lenet5_random_uniform(random, -4, 1.5f);
    const float shift =
        right ? (float)e[0].last + 1 + gap - (float)o[0].first : (float)e[0].first - 1 - gap - (float)o[0].last;
    const float edge = right ? (float)e[0].last + 0.5f + gap / 2 : (float)e[0].first - 0.5f - gap / 2;
    const float off = lenet5_random_uniform(random, -1.5f, 1.5f);
    const float lean = lenet5_random_uniform(random, -0.2f, 0.2f);
    const float down = lenet5_random_uniform(random, -2.5f, 2.5f);
    return (neighbour){lrintf(shift), lrintf(down), edge + off, lean, right};
}

static uint8_t pixel_of(const uint8_t *picture, long x, long y)
{
    return x < 0 || y < 0 || x >= SIDE || y >= SIDE ? 0 : picture[y * SIDE + x];
}

/* Adds the ink of the neighbour on the digit's side of the cut, and erases the digit's ink on the other side. */
static void join_neighbour(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random, const uint8_t *other)
{
    range e[2];
    lenet5_ink_ranges(e, picture);
    const neighbour s = draw_neighbour(random, e, other);
    for (long y = 0; y < SIDE; y++)
        for (long x = 0; x < SIDE; x++) {
            uint8_t *here = &picture[y * SIDE + x];
            const float edge = s.at + s.lean * ((float)y - 13.5f);
            const uint8_t there = pixel_of(other, x - s.dx, y - s.dy);
            *here = (s.right ? (float)x > edge : (float)x < edge) ? 0 : *here > there ? *here : there;
        }
}

/* ---- Ligatures --------------------------------------------------------------------------------------------------- */

#define BOTH_SIDES 3 /* one digit in so many has ligatures at both sides */

static void draw_line(uint8_t picture[LENET5_PICTURE_BYTES], point from, point to, float radius)
{
    for (size_t i = 0; i < LENET5_PICTURE_BYTES; i++) {
        const point at = {(float)(i % SIDE), (float)(i / SIDE)};
        const uint8_t ink = (uint8_t)(255 * line_coverage(at, from, to, radius));
        picture[i] = ink > picture[i] ? ink : picture[i];
    }
}

/* Of the ink in the topmost eighth of the rows, or in the lowest, the pixel that is farthest to a side. */
static point beginning_of_ligature(const uint8_t picture[LENET5_PICTURE_BYTES], const range e[2], bool right, bool foot)
{
    const size_t rows = 1 + (e[1].last - e[1].first) / 8;
    const size_t top = foot ? e[1].last - (rows - 1) : e[1].first;
    point begin = {middle(e[0]), (float)top};
    bool found = false;
    for (size_t y = top; y < top + rows; y++)
        for (size_t x = e[0].first; x <= e[0].last; x++)
            if (picture[y * SIDE + x] > 128 && (!found || (right ? (float)x > begin.x : (float)x < begin.x))) {
                begin = (point){(float)x, (float)y};
                found = true;
            }
    return begin;
}

/* Draws the part of a ligature on this side of a cut: up to six pixels of it beyond the digit. */
static void draw_ligature(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random, bool right, bool foot)
{
    range e[2];
    lenet5_ink_ranges(e, picture);
    if (e[0].first > e[0].last)
        return;
    const point from = beginning_of_ligature(picture, e, right, foot);
    const float radius = ligature_radius(random);
    const float reach = lenet5_random_uniform(random, 0.5f, 6);
    const float high = lenet5_random_uniform(random, foot ? -9 : -2.5f, foot ? 1 : 2.5f); /* it rises from the foot */
    const float sag = lenet5_random_uniform(random, -1, 4);
    const point to = {right ? (float)e[0].last + reach : (float)e[0].first - reach, from.y + high};
    point at = from;
    for (int i = 1; i <= LIGATURE_LINES; i++) {
        const point next = ligature_knot(from, to, sag, i);
        draw_line(picture, at, next, radius);
        at = next;
    }
}

static void draw_ligatures(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random, bool zero)
{
    const bool foot = ligature_at_foot(random, zero);
    const bool right = lenet5_random_below(random, 2) == 0;
    draw_ligature(picture, random, right, foot);
    if (lenet5_random_below(random, BOTH_SIDES) == 0)
        draw_ligature(picture, random, !right, foot);
}

/* Draws no random number for a share of 0, so that a recipe without ligatures keeps its pictures. */
static bool has_ligature(lenet5_random *random, bool zero, const negatives *n)
{
    const float share = zero ? n->ligatures : n->ligatures / RARER_IN_OTHERS;
    return share > 0 && lenet5_random_uniform(random, 0, 1) < share;
}

/* ---- The picture ------------------------------------------------------------------------------------------------- */

static void centre_of_mass(float centre[2], const uint8_t picture[LENET5_PICTURE_BYTES])
{
    float mass = 0;
    centre[0] = centre[1] = 0;
    for (size_t i = 0; i < LENET5_PICTURE_BYTES; i++) {
        mass += picture[i];
        centre[0] += (float)(i % SIDE) * picture[i];
        centre[1] += (float)(i / SIDE) * picture[i];
    }
    for (size_t axis = 0; axis < 2; axis++)
        centre[axis] = mass > 0 ? centre[axis] / mass : 13.5f;
}

void lenet5_draw_cut_off(uint8_t shown[32][32], lenet5_random *random, const uint8_t digit[LENET5_PICTURE_BYTES],
                         unsigned label, const negatives *n)
{
    uint8_t picture[LENET5_PICTURE_BYTES];
    lenet5_warp warp;
    range e[2];
    float centre[2];
    memcpy(picture, digit, sizeof picture);
    if (has_ligature(random, label == 0, n))
        draw_ligatures(picture, random, label == 0);
    else
        join_neighbour(picture, random,
                       lenet5_dataset_picture(n->set, lenet5_random_below(random, (uint32_t)n->set->count)));
    lenet5_ink_ranges(e, picture);
    centre_of_mass(centre, picture);
    const float step = fmaxf(fmaxf(length(e[0]), length(e[1])), 6) / BOX;
    lenet5_draw_warp(&warp, random, n->distortion, 1);
    for (size_t axis = 0; axis < 2; axis++) {
        warp.by_column[axis] *= step;
        warp.by_row[axis] *= step;
        warp.middle[axis] += centre[axis] - 14 + 0.5f;
    }
    n->kernels->distort(shown, picture, &warp);
}
