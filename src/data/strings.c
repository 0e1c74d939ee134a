/*
 * Synthetic photographs of handwritten strings of digits: digits of a set, side by side, on paper.
 *
 *     digits      scaled, slanted, resized a little, off the base line; spaced or overlapping
 *     sheet       coverage, 0 to 1, by ink and by preprinted rules or boxes
 *     picture     photograph.c
 *
 * Lengths are in pixels of the sheet unless a comment names another unit; a pixel of a digit is `scale` pixels of the
 * sheet.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clamp.h"
#include "base/error.h"
#include "chain.h"
#include "dataset.h"
#include "interpolate.h"
#include "ligature.h"
#include "photograph.h"

#define MIDDLE 13.5f  /* row and column in the middle of a digit's 28 */
#define TALLEST 20.0f /* rows of MNIST's 28 that the tallest digit fills */

static const lenet5_string_style styles[] = {
    {.name = "spaced",
     .description = "clear gaps on clean paper",
     .scale = {3, 5},
     .gap = {4, 10},
     .slant = 0.15f,
     .slant_each = 0.05f,
     .size = 0.1f,
     .wander = 1,
     .noise = 4},
    {.name = "touching",
     .description = "gaps from -2 to +4 pixels of a digit",
     .scale = {3, 5},
     .gap = {-2, 4},
     .slant = 0.15f,
     .slant_each = 0.05f,
     .size = 0.1f,
     .wander = 1,
     .noise = 4},
    {.name = "form",
     .description = "ruled or boxed paper, coloured ink, shadow, skew, blur, noise",
     .scale = {3, 5},
     .gap = {1, 8},
     .slant = 0.15f,
     .slant_each = 0.05f,
     .size = 0.1f,
     .wander = 1,
     .skew = 0.175f,
     .printed = true,
     .shadow = 0.45f,
     .blur = 1,
     .noise = 10},
    {.name = "ligatures",
     .description = "joined by ligatures: zeros at the top or foot or in chains, other digits at the foot",
     .scale = {3, 5},
     .gap = {-1, 6},
     .slant = 0.25f,
     .slant_each = 0.05f,
     .size = 0.15f,
     .wander = 1.5f,
     .noise = 8,
     .ligatures = 0.6f},
};

const lenet5_string_style *lenet5_string_style_at(size_t index)
{
    return index < sizeof styles / sizeof styles[0] ? &styles[index] : NULL;
}

/* A digit on the sheet. */
typedef struct glyph {
    const uint8_t *pixels;
    float x, y;        /* of the digit's middle on the sheet */
    float size;        /* pixels of the sheet for one of the digit */
    float slant;       /* to the right, a row upwards */
    float hardness;    /* slope of the pen's edge */
    float left, right; /* bounds of its ink, relative to x */
    float top, bottom; /* relative to y */
    bool zero;
    bool chained; /* one of a chain, which is drawn instead of it */
} glyph;

#define BLANK 1 /* pixels of paper on each side of a digit's */

/* A row across a glyph, between two rows of the digit's pixels. */
typedef struct glyph_row {
    float upper[LENET5_PICTURE_SIDE + 2 * BLANK], lower[LENET5_PICTURE_SIDE + 2 * BLANK]; /* 0 to 1 */
    float y;     /* relative to the middle, in pixels of the digit */
    float share; /* of the lower row */
} glyph_row;

static void take_pixels(float row[LENET5_PICTURE_SIDE + 2 * BLANK], const uint8_t *pixels, long y)
{
    memset(row, 0, (LENET5_PICTURE_SIDE + 2 * BLANK) * sizeof *row);
    if (y < 0 || y >= LENET5_PICTURE_SIDE)
        return;
    for (size_t x = 0; x < LENET5_PICTURE_SIDE; x++)
        row[x + BLANK] = (float)pixels[(size_t)y * LENET5_PICTURE_SIDE + x] / 255;
}

/* The row of a glyph at a position relative to its middle. */
static glyph_row row_at(const glyph *g, float y)
{
    glyph_row row = {.y = y / g->size};
    const float from_top = MIDDLE + row.y;
    const long top = floor_of(from_top);
    row.share = from_top - (float)top;
    take_pixels(row.upper, g->pixels, top);
    take_pixels(row.lower, g->pixels, top + 1);
    return row;
}

/* The coverage by ink at a position of a row, relative to the glyph's middle. */
static float ink_at(const glyph *g, const glyph_row *row, float x)
{
    const float from_left = MIDDLE + (x / g->size + g->slant * row->y);
    const long left = floor_of(from_left);
    if (left < -BLANK || left >= LENET5_PICTURE_SIDE)
        return 0;
    const size_t at = (size_t)(left + BLANK);
    const float value = between_four(row->upper[at], row->upper[at + 1], row->lower[at], row->lower[at + 1],
                                     from_left - (float)left, row->share);
    return clamp((value - 0.5f) * g->hardness + 0.5f, 0, 1);
}

#define REACH 20 /* pixels of a digit: a glyph's ink is that close to its middle along each axis */

/* The columns, relative to a glyph's middle, that the row at y can have ink in. */
static void reach_of_row(float *from, float *to, const glyph *g, float y)
{
    const float middle = -g->slant * y, half = (LENET5_PICTURE_SIDE / 2.0f + 1) * g->size;
    *from = fmaxf(-REACH * g->size, middle - half);
    *to = fminf(REACH * g->size, middle + half);
}

/* Sets the bounds of a glyph's ink. */
static void measure(glyph *g)
{
    const float reach = REACH * g->size;
    float from, to;
    g->left = g->top = reach;
    g->right = g->bottom = -reach;
    for (float y = -reach; y <= reach; y++) {
        const glyph_row row = row_at(g, y);
        reach_of_row(&from, &to, g, y);
        for (float x = -reach + ceilf(fmaxf(0, from + reach)); x <= to; x++)
            if (ink_at(g, &row, x) > 0.5f) {
                g->left = fminf(g->left, x);
                g->right = fmaxf(g->right, x);
                g->top = fminf(g->top, y);
                g->bottom = fmaxf(g->bottom, y);
            }
    }
    if (g->right < g->left) /* a blank digit */
        g->left = g->right = g->top = g->bottom = 0;
}

static void write_glyph(sheet *s, const glyph *g)
{
    const float reach = REACH * g->size;
    float from, to;
    for (size_t y = (size_t)fmaxf(0, g->y - reach); y < s->height && (float)y <= g->y + reach; y++) {
        const glyph_row row = row_at(g, (float)y - g->y);
        reach_of_row(&from, &to, g, (float)y - g->y);
        for (size_t x = (size_t)fmaxf(0, g->x + from); x < s->width && (float)x <= g->x + to; x++) {
            float *ink = &s->ink[y * s->width + x];
            *ink = fmaxf(*ink, ink_at(g, &row, (float)x - g->x));
        }
    }
}

/* ---- Ligatures --------------------------------------------------------------------------------------------------- */

static void write_line(sheet *s, point from, point to, float radius)
{
    const float reach = radius + 1;
    const float last_x = fmaxf(from.x, to.x) + reach, last_y = fmaxf(from.y, to.y) + reach;
    for (size_t y = (size_t)fmaxf(0, fminf(from.y, to.y) - reach); y < s->height && (float)y <= last_y; y++)
        for (size_t x = (size_t)fmaxf(0, fminf(from.x, to.x) - reach); x < s->width && (float)x <= last_x; x++) {
            float *ink = &s->ink[y * s->width + x];
            *ink = fmaxf(*ink, line_coverage((point){(float)x, (float)y}, from, to, radius));
        }
}

/* Of the ink in the topmost eighth of a glyph, or in the lowest, what is farthest to the right or left. */
static point end_of_ligature(const glyph *g, bool right, bool foot)
{
    const float depth = (g->bottom - g->top) / 8;
    const float begin = foot ? g->bottom - depth : g->top;
    point end = {right ? g->left : g->right, foot ? g->bottom : g->top};
    for (float y = begin; y <= begin + depth; y++) {
        const glyph_row row = row_at(g, y);
        for (float x = g->left; x <= g->right; x++)
            if (ink_at(g, &row, x) > 0.5f && (right ? x >= end.x : x <= end.x))
                end = (point){x, y};
    }
    return (point){g->x + end.x, g->y + end.y};
}

static void write_ligature(sheet *s, const glyph *left, const glyph *right, lenet5_random *random)
{
    const bool foot = ligature_at_foot(random, left->zero && right->zero);
    const point from = end_of_ligature(left, true, foot), to = end_of_ligature(right, false, foot);
    const float radius = ligature_radius(random) * left->size;
    const float sag = lenet5_random_uniform(random, -0.5f, 3) * left->size;
    point at = from;
    for (int i = 1; i <= LIGATURE_LINES; i++) {
        const point next = ligature_knot(from, to, sag, i);
        write_line(s, at, next, radius);
        at = next;
    }
}

static void write_ligatures(sheet *s, const glyph *glyphs, size_t count, float share, lenet5_random *random)
{
    for (size_t i = 1; share > 0 && i < count; i++) {
        const glyph *left = &glyphs[i - 1], *right = &glyphs[i];
        const float here = left->zero && right->zero ? share : share / RARER_IN_OTHERS;
        if (!(left->chained && right->chained) && lenet5_random_uniform(random, 0, 1) < here)
            write_ligature(s, left, right, random);
    }
}

/* ---- Chains of zeros --------------------------------------------------------------------------------------------- */

static size_t zeros_from(const glyph *glyphs, size_t first, size_t count)
{
    size_t end = first;
    while (end < count && glyphs[end].zero)
        end++;
    return end - first;
}

static void write_chain(sheet *s, const glyph *glyphs, size_t count, lenet5_random *random)
{
    point knots[MAX_CHAIN_KNOTS(LENET5_MAX_STRING)];
    bool lifted[MAX_CHAIN_KNOTS(LENET5_MAX_STRING)];
    const glyph *first = &glyphs[0], *last = &glyphs[count - 1];
    const float radius = ligature_radius(random) * first->size;
    const chain_space space = {first->x + first->left, last->x + last->right, first->y + first->top,
                               first->y + first->bottom, first->slant};
    const size_t used = lenet5_draw_chain(knots, lifted, &space, count, random);
    for (size_t i = 1; i < used; i++)
        if (!lifted[i])
            write_line(s, knots[i - 1], knots[i], radius);
}

/*
 * Writes some runs of zeros as chains instead; of a run that is none, the zeros behind the first have their chance too. A
 * share of 0 draws no random number.
 */
static void write_chains(sheet *s, glyph *glyphs, size_t count, float share, lenet5_random *random)
{
    for (size_t i = 0; share > 0 && i < count; i++) {
        const size_t zeros = zeros_from(glyphs, i, count);
        if (zeros < 2 || lenet5_random_uniform(random, 0, 1) >= share)
            continue;
        write_chain(s, glyphs + i, zeros, random);
        for (size_t k = 0; k < zeros; k++)
            glyphs[i + k].chained = true;
        i += zeros;
    }
}

/* ---- Print: rules and boxes -------------------------------------------------------------------------------------- */

static void print_box(sheet *s, float left, float top, float right, float bottom, float coverage)
{
    for (size_t y = (size_t)fmaxf(0, top); y < s->height && (float)y < bottom; y++)
        for (size_t x = (size_t)fmaxf(0, left); x < s->width && (float)x < right; x++)
            s->print[y * s->width + x] = coverage;
}

static void print_rules(sheet *s, float base, float spacing, float thickness, float coverage)
{
    for (float y = base - floorf(base / spacing) * spacing; y < (float)s->height; y += spacing)
        print_box(s, 0, y, (float)s->width, y + thickness, coverage);
}

/* A row of adjacent boxes, one for each glyph. */
static void print_boxes(sheet *s, const glyph *glyphs, size_t count, float margin, float thickness, float coverage)
{
    float top = glyphs[0].y;
    float bottom = top;
    for (size_t i = 0; i < count; i++) {
        top = fminf(top, glyphs[i].y + glyphs[i].top);
        bottom = fmaxf(bottom, glyphs[i].y + glyphs[i].bottom);
    }
    const float left = glyphs[0].x + glyphs[0].left - margin;
    const float right = glyphs[count - 1].x + glyphs[count - 1].right + margin;
    top -= margin;
    bottom += margin;
    print_box(s, left, top, right, top + thickness, coverage);
    print_box(s, left, bottom - thickness, right, bottom, coverage);
    print_box(s, left, top, left + thickness, bottom, coverage);
    print_box(s, right - thickness, top, right, bottom, coverage);
    for (size_t i = 1; i < count; i++) {
        const float middle = (glyphs[i - 1].x + glyphs[i - 1].right + glyphs[i].x + glyphs[i].left) / 2;
        print_box(s, middle, top, middle + thickness, bottom, coverage);
    }
}

static void print_form(sheet *s, const glyph *glyphs, size_t count, float scale, lenet5_random *random)
{
    const uint32_t kind = lenet5_random_below(random, 3);
    const float thickness = lenet5_random_uniform(random, 0.3f, 0.7f) * scale;
    const float coverage = lenet5_random_uniform(random, 0.5f, 1);
    const float margin = lenet5_random_uniform(random, 1.5f, 4) * scale;
    const float spacing = lenet5_random_uniform(random, 28, 40) * scale;
    const float base = glyphs[0].y + glyphs[0].bottom + lenet5_random_uniform(random, -1, 2) * scale;
    if (kind == 0)
        print_boxes(s, glyphs, count, margin, thickness, coverage);
    else
        print_rules(s, base, spacing, thickness, coverage);
}

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

/* Places the glyphs side by side, the first one from x = 0, their base lines near y = 0. Returns the total width. */
static float set_glyphs(glyph *glyphs, size_t count, const lenet5_dataset *set, size_t first, float scale,
                        const lenet5_string_style *style, lenet5_random *random)
{
    const float slant = either_way(random, style->slant);
    const float hardness = lenet5_random_uniform(random, 1.5f, 3);
    float end = 0;
    for (size_t i = 0; i < count; i++) {
        glyph *g = &glyphs[i];
        const float size = expf(either_way(random, style->size));
        const float gap = lenet5_random_uniform(random, style->gap[0], style->gap[1]);
        const float wander = either_way(random, style->wander);
        *g = (glyph){.pixels = lenet5_dataset_picture(set, (first + i) % set->count),
                     .size = scale * size,
                     .slant = slant + either_way(random, style->slant_each),
                     .hardness = hardness,
                     .zero = set->labels[(first + i) % set->count] == 0};
        measure(g);
        g->x = end + (i > 0 ? gap * scale : 0) - g->left;
        g->y = wander * scale;
        end = g->x + g->right;
    }
    return end;
}

static lenet5_status new_sheet(sheet *s, float width, float height, bool printed, lenet5_error *error)
{
    *s = (sheet){.width = (size_t)ceilf(width), .height = (size_t)ceilf(height)};
    s->ink = calloc(s->width * s->height, sizeof *s->ink);
    s->print = printed ? calloc(s->width * s->height, sizeof *s->print) : NULL;
    if (s->ink && (s->print || !printed))
        return LENET5_OK;
    free(s->ink);
    free(s->print);
    return lenet5_fail_memory(error);
}

static lenet5_status write_sheet(sheet *s, const lenet5_dataset *set, size_t first, size_t count,
                                 const lenet5_string_style *style, lenet5_random *random, lenet5_error *error)
{
    glyph glyphs[LENET5_MAX_STRING];
    const float scale = lenet5_random_uniform(random, style->scale[0], style->scale[1]);
    const float width = set_glyphs(glyphs, count, set, first, scale, style, random);
    const float margin = lenet5_random_uniform(random, 8, 16) * scale;
    const lenet5_status status =
        new_sheet(s, width + 2 * margin, (TALLEST + 6) * scale + 2 * margin, style->printed, error);
    if (status != LENET5_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        glyphs[i].x += margin;
        glyphs[i].y += (float)s->height / 2;
    }
    write_chains(s, glyphs, count, style->ligatures, random);
    for (size_t i = 0; i < count; i++)
        if (!glyphs[i].chained)
            write_glyph(s, &glyphs[i]);
    write_ligatures(s, glyphs, count, style->ligatures, random);
    if (style->printed)
        print_form(s, glyphs, count, scale, random);
    return LENET5_OK;
}

/* ---- Strings ------------------------------------------------------------------------------------------------------- */

static const lenet5_string_style *find_style(const char *name)
{
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++)
        if (strcmp(styles[i].name, name) == 0)
            return &styles[i];
    return NULL;
}

lenet5_status lenet5_string_draw(lenet5_string *string, const lenet5_dataset *set, const char *style, size_t digits,
                                 size_t index, uint64_t seed, lenet5_error *error)
{
    const lenet5_string_style *found = find_style(style);
    if (!found || digits < 1 || digits > LENET5_MAX_STRING)
        return lenet5_fail(
            error, LENET5_E_ARGUMENT, LENET5_NO_OFFSET,
            "%zu digits in the style \"%.40s\"; the number is 1 to %d, and lenet5_string_style_at has the styles",
            digits, style ? style : "", LENET5_MAX_STRING);
    lenet5_status status = lenet5_check_digits(set, error);
    if (status != LENET5_OK)
        return status;
    lenet5_random random;
    sheet s;
    lenet5_random_seed(&random, seed, index);
    status = write_sheet(&s, set, digits * index, digits, found, &random, error);
    if (status != LENET5_OK)
        return status;
    lenet5_string drawn = {0};
    for (size_t i = 0; i < digits; i++)
        drawn.text[i] = (char)('0' + set->labels[(digits * index + i) % set->count]);
    status = lenet5_photograph(&drawn, &s, found, &random, error);
    free(s.ink);
    free(s.print);
    if (status == LENET5_OK)
        *string = drawn;
    return status;
}

void lenet5_string_free(lenet5_string *string)
{
    free(string->rgb);
    *string = (lenet5_string){0};
}
