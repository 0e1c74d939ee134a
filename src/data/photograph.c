/*
 * Photographs of sheets.
 *
 *     place       where a pixel of the picture lies on the sheet; the light and the paper's grain there
 *     colour      paper under print under ink, in that light, with noise
 *     blur        of the whole picture
 */
#include "photograph.h"

#include <math.h>
#include <stdlib.h>

#include "base/angle.h"
#include "base/clamp.h"
#include "base/error.h"
#include "interpolate.h"

typedef struct colour {
    float level[3]; /* red, green, blue; 0 to 1 */
} colour;

#define GRAIN 8 /* pixels between the knots of the paper's grain */

typedef struct scene {
    colour paper, ink, print;
    float cosine, sine;             /* of the skew */
    float shadow, across, down, at; /* darkness of the shadow; direction and position of its edge */
    float grain, noise;
    uint32_t seed;
} scene;

static colour draw_colour(const colour *choices, size_t count, lenet5_random *random)
{
    colour c = choices[lenet5_random_below(random, (uint32_t)count)];
    for (size_t i = 0; i < 3; i++)
        c.level[i] = clamp(c.level[i] + either_way(random, 0.05f), 0, 1);
    return c;
}

static scene draw_scene(const lenet5_string_style *style, lenet5_random *random)
{
    static const colour white[] = {{{0.97f, 0.97f, 0.97f}}, {{0.96f, 0.94f, 0.88f}}, {{0.90f, 0.92f, 0.95f}}};
    static const colour inks[] = {
        {{0.08f, 0.08f, 0.10f}}, {{0.10f, 0.16f, 0.50f}}, {{0.12f, 0.22f, 0.65f}}, {{0.25f, 0.25f, 0.27f}}};
    static const colour prints[] = {
        {{0.55f, 0.70f, 0.85f}}, {{0.60f, 0.60f, 0.62f}}, {{0.88f, 0.55f, 0.52f}}, {{0.50f, 0.72f, 0.58f}}};
    scene s;
    s.paper = draw_colour(white, 3, random);
    s.ink = draw_colour(inks, style->printed ? 4 : 1, random);
    s.print = draw_colour(prints, 4, random);
    const float skew = either_way(random, style->skew);
    s.cosine = cosf(skew);
    s.sine = sinf(skew);
    s.shadow = lenet5_random_uniform(random, 0, style->shadow);
    const float direction = lenet5_random_uniform(random, 0, TURN);
    s.across = cosf(direction);
    s.down = sinf(direction);
    s.at = either_way(random, 0.4f);
    s.grain = style->shadow > 0 ? lenet5_random_uniform(random, 0, 0.04f) : 0;
    s.noise = lenet5_random_uniform(random, 0, style->noise) / 255;
    s.seed = (uint32_t)lenet5_random_bits(random);
    return s;
}

/* A hash of the arguments, from -1 to 1 (Wang's integer hash). */
static float chance_at(uint32_t x, uint32_t y, uint32_t seed)
{
    uint32_t h = x * 0x9E3779B1u ^ y * 0x85EBCA77u ^ seed;
    h = (h ^ h >> 16) * 0x7FEB352Du;
    h = (h ^ h >> 15) * 0x846CA68Bu;
    return (float)(h ^ h >> 16) * (2 / 4294967296.0f) - 1;
}

/* Value noise, smoothly interpolated between knots. */
static float grain_at(float x, float y, uint32_t seed)
{
    const long left = floor_of(x / GRAIN), top = floor_of(y / GRAIN);
    const uint32_t column = (uint32_t)left, row = (uint32_t)top;
    return between_four(chance_at(column, row, seed), chance_at(column + 1, row, seed),
                        chance_at(column, row + 1, seed), chance_at(column + 1, row + 1, seed), x / GRAIN - (float)left,
                        y / GRAIN - (float)top);
}

/* A position among four pixels of the sheet. */
typedef struct spot {
    bool inside;  /* it is among pixels */
    size_t at;    /* the upper left one */
    float fx, fy; /* shares of the right and the lower ones */
} spot;

static spot spot_at(const sheet *s, float x, float y)
{
    const long left = floor_of(x), top = floor_of(y);
    if (left < 0 || top < 0 || left + 1 >= (long)s->width || top + 1 >= (long)s->height)
        return (spot){.inside = false};
    return (spot){true, (size_t)top * s->width + (size_t)left, x - (float)left, y - (float)top};
}

static float coverage_at(const float *coverage, const sheet *s, const spot *at)
{
    const float *upper = coverage + at->at, *lower = upper + s->width;
    return between_four(upper[0], upper[1], lower[0], lower[1], at->fx, at->fy);
}

/* The fraction of the light at a position; both coordinates are -0.5 to 0.5 of the picture. */
static float light_at(const scene *sc, float x, float y)
{
    const float along = x * sc->across + y * sc->down - sc->at;
    const float soft = 1 / (1 + expf(-6 * along));
    return 1 - sc->shadow * soft;
}

/* A position on the sheet, and what the light and the paper's grain do there. */
typedef struct place {
    float x, y, light, grain;
} place;

static place place_of(const scene *sc, const sheet *s, const lenet5_string *picture, size_t x, size_t y)
{
    const float from_x = (float)x - (float)picture->width / 2;
    const float from_y = (float)y - (float)picture->height / 2;
    place p = {.x = (float)s->width / 2 + from_x * sc->cosine + from_y * sc->sine,
               .y = (float)s->height / 2 - from_x * sc->sine + from_y * sc->cosine,
               .light = 1,
               .grain = 1};
    if (sc->shadow > 0)
        p.light = light_at(sc, from_x / (float)picture->width, from_y / (float)picture->height);
    if (sc->grain > 0)
        p.grain = 1 + sc->grain * grain_at(p.x, p.y, sc->seed);
    return p;
}

/* What covers a position on the sheet; 0 to 1. */
typedef struct cover {
    float ink, print;
} cover;

static cover cover_at(const sheet *s, float x, float y)
{
    const spot at = spot_at(s, x, y);
    if (!at.inside)
        return (cover){0, 0};
    return (cover){coverage_at(s->ink, s, &at), s->print ? coverage_at(s->print, s, &at) : 0};
}

/* The colour of a pixel of the picture, without noise. */
static void colour_at(float seen[3], const scene *sc, const sheet *s, const place *p)
{
    const cover c = cover_at(s, p->x, p->y);
    for (size_t i = 0; i < 3; i++) {
        float level = sc->paper.level[i] * p->grain;
        level += c.print * (sc->print.level[i] - level);
        level += c.ink * (sc->ink.level[i] - level);
        seen[i] = level * p->light;
    }
}

/* Adds noise to the levels of row y, and rounds them. The compiler vectorises this. */
static void expose(uint8_t *restrict bytes, const float *restrict level, size_t count, size_t y, const scene *sc)
{
    for (uint32_t i = 0; i < (uint32_t)count; i++) {
        const float noisy = level[i] + sc->noise * chance_at(i, (uint32_t)y, sc->seed);
        const int32_t byte = (int32_t)(255 * noisy + 0.5f); /* clamped as a whole number, which takes no branch */
        bytes[i] = (uint8_t)(byte < 0 ? 0 : byte > 255 ? 255 : byte);
    }
}

/* Sets the pixels of a picture. row: space for a row of them. */
static void paint(lenet5_string *picture, float *row, const sheet *s, const scene *sc)
{
    for (size_t y = 0; y < picture->height; y++) {
        for (size_t x = 0; x < picture->width; x++) {
            const place p = place_of(sc, s, picture, x, y);
            colour_at(row + 3 * x, sc, s, &p);
        }
        expose(picture->rgb + 3 * picture->width * y, row, 3 * picture->width, y, sc);
    }
}

/* Moves each byte by `share` of the way to the weighted mean of itself and its neighbours, along rows or columns. */
static void blur_along(uint8_t *bytes, size_t lines, size_t length, size_t line_step, size_t step, float share)
{
    for (size_t line = 0; line < lines; line++) {
        uint8_t *at = bytes + line * line_step;
        float before = at[0];
        for (size_t i = 0; i + 1 < length; i++, at += step) {
            const float here = at[0];
            at[0] = (uint8_t)(here + share * ((before + here + (float)at[step]) / 3 - here) + 0.5f);
            before = here;
        }
    }
}

static void blur(lenet5_string *picture, float share)
{
    const size_t row = 3 * picture->width;
    for (size_t channel = 0; channel < 3; channel++) {
        blur_along(picture->rgb + channel, picture->height, picture->width, row, 3, share);
        blur_along(picture->rgb + channel, picture->width, picture->height, 3, row, share);
    }
}

lenet5_status lenet5_photograph(lenet5_string *picture, const sheet *s, const lenet5_string_style *style,
                                lenet5_random *random, lenet5_error *error)
{
    const scene sc = draw_scene(style, random);
    const float width = (float)s->width, height = (float)s->height;
    picture->width = (size_t)(width * sc.cosine + height * fabsf(sc.sine));
    picture->height = (size_t)(width * fabsf(sc.sine) + height * sc.cosine);
    picture->rgb = malloc(3 * picture->width * picture->height);
    float *row = malloc(3 * picture->width * sizeof *row);
    if (!picture->rgb || !row) {
        free(row);
        lenet5_string_free(picture);
        return lenet5_fail_memory(error);
    }
    paint(picture, row, s, &sc);
    free(row);
    if (style->blur > 0)
        blur(picture, lenet5_random_uniform(random, 0, style->blur));
    return LENET5_OK;
}
