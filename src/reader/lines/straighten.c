/*
 * Cuts the ink of a line out, at a suitable scale, and undoes its slope and its slant. The slant is the one at which
 * the columns' sums of ink vary most.
 */
#include "straighten.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "reader/page/blank.h"

#define MIN_FALL 0.01     /* slope that is undone, at least */
#define STEEPEST_LEAN 0.6 /* slant that is tried, at most: pixels to the right a pixel up */
#define SINGLE 1.4        /* of a digit's height: a line no wider is one digit */
#define LEAN_STEP 0.05    /* between slants that are tried */
#define LEAN_GAIN 1.35    /* times clearer columns: what a slant has to gain to be undone */
#define ANY_GAIN 1.1      /* the same for UNDO_ANY_SLANT; less may be chance (docs/lab/2026-11-amounts.md) */
#define LEAN_ROWS 32      /* rows in which slants are tried, at least, of a line of twice as many */

/* Pixels of a digit's height in a line that is reduced, at least; the network sees 20. */
#define ENOUGH_HEIGHT 192

/* The slope that is undone. */
static double find_fall(const line_group *line)
{
    const double width = (double)(line->box.right - line->box.left);
    return width < SINGLE * line->height || fabs(line->slope) < MIN_FALL ? 0 : line->slope;
}

/* A map with some of its rows and columns, in which slants are tried. */
typedef struct thinned {
    size_t step;          /* pixels between rows, and columns, that are kept */
    size_t width, height; /* of what is kept */
    uint8_t *ink;         /* (width * height) */
    size_t columns;       /* room for any slant */
    uint32_t *sums;       /* (columns) */
} thinned;

static lenet5_status new_thinned(thinned *t, const ink_map *map, lenet5_error *error)
{
    const size_t step = map->height > 2 * LEAN_ROWS ? map->height / LEAN_ROWS : 1;
    *t = (thinned){.step = step,
                   .width = (map->width + step - 1) / step,
                   .height = (map->height + step - 1) / step,
                   .columns = (map->width + 2 * map->height) / step + 2};
    t->ink = malloc(t->width * t->height);
    t->sums = malloc(t->columns * sizeof *t->sums);
    if (!t->ink || !t->sums)
        return lenet5_fail_memory(error);
    for (size_t y = 0; y < t->height; y++)
        for (size_t x = 0; x < t->width; x++)
            t->ink[y * t->width + x] = map->ink[y * step * map->width + x * step];
    return LENET5_OK;
}

static void free_thinned(thinned *t)
{
    free(t->ink);
    free(t->sums);
}

/*
 * The clearness of columns when each row is moved by lean: the sum of squares of their ink. height: of the whole map.
 */
static double clearness(thinned *t, size_t height, double lean)
{
    const double middle = (double)height / 2;
    memset(t->sums, 0, t->columns * sizeof *t->sums);
    for (size_t y = 0; y < t->height; y++) {
        const size_t first = (size_t)((double)height - lean * ((double)(y * t->step) - middle)) / t->step;
        const uint8_t *row = t->ink + y * t->width;
        uint32_t *sum = t->sums + first;
        assert(first + t->width <= t->columns);
        for (size_t x = 0; x < t->width; x++)
            sum[x] += row[x];
    }
    double clear = 0;
    for (size_t i = 0; i < t->columns; i++)
        clear += (double)t->sums[i] * (double)t->sums[i];
    return clear;
}

/* A slant, and how many times clearer it makes the columns. */
typedef struct slant {
    double lean, gain;
} slant;

static lenet5_status try_leans(slant *best, thinned *t, size_t height, budget *b, lenet5_error *error)
{
    const double upright = clearness(t, height, 0);
    double most = upright;
    lenet5_status status = LENET5_OK;
    for (double tried = -STEEPEST_LEAN; tried <= STEEPEST_LEAN; tried += LEAN_STEP) {
        status = lenet5_spend(b, t->columns + t->width * t->height, error);
        if (status != LENET5_OK)
            break;
        const double clear = clearness(t, height, tried);
        if (clear > most) {
            most = clear;
            best->lean = tried;
        }
    }
    best->gain = upright > 0 ? most / upright : 1;
    return status;
}

static lenet5_status find_slant(slant *best, const ink_map *map, budget *b, lenet5_error *error)
{
    thinned t;
    *best = (slant){0, 1};
    lenet5_status status = new_thinned(&t, map, error);
    if (status == LENET5_OK)
        status = try_leans(best, &t, map->height, b, error);
    free_thinned(&t);
    return status;
}

/* Undoes fall (slope) and lean (slant) by resampling. */
static lenet5_status straighten(text_line *l, double fall, double lean, budget *b, lenet5_error *error)
{
    const ink_map old = l->map;
    const double across = fabs(lean) * (double)old.height;
    const double down = fabs(fall) * (double)old.width;
    ink_map level = {old.width + (size_t)across + 2, old.height + (size_t)down + 2, NULL};
    if (level.width * level.height > MAX_LINE_PIXELS) {
        l->crowded = true;
        return LENET5_OK;
    }
    level.ink = malloc(level.width * level.height);
    if (!level.ink)
        return lenet5_fail_memory(error);
    const double middle_x = (double)level.width / 2, middle_y = (double)level.height / 2;
    const transform step = {1,    lean, ((double)old.width - (double)level.width) / 2 - lean * middle_y,
                            fall, 1,    ((double)old.height - (double)level.height) / 2 - fall * middle_x};
    lenet5_status status = LENET5_OK;
    for (size_t y = 0; y < level.height && status == LENET5_OK; y++) {
        for (size_t x = 0; x < level.width; x++) {
            double at[2];
            transform_point(at, &step, (double)x, (double)y);
            level.ink[y * level.width + x] = (uint8_t)(lenet5_interpolate_ink(&old, at[0], at[1]) + 0.5);
        }
        status = lenet5_spend(b, 10 * level.width, error);
    }
    l->to_page = transform_compose(&l->to_page, &step);
    free(old.ink);
    l->map = level;
    return status;
}

/* Whether a pixel belongs to a line: to its components, or next to one of them and to no other. */
static bool of_line(const line_groups *g, size_t x, size_t y, int32_t line)
{
    const ink_map *map = g->map;
    const uint32_t label = g->components.labels[y * map->width + x];
    if (label)
        return g->line[label - 1] == line;
    for (size_t i = y > 0 ? y - 1 : 0; i <= y + 1 && i < map->height; i++)
        for (size_t k = x > 0 ? x - 1 : 0; k <= x + 1 && k < map->width; k++) {
            const uint32_t near = g->components.labels[i * map->width + k];
            if (near && g->line[near - 1] == line)
                return true;
        }
    return false;
}

enum { MARGIN = 2 }; /* pixels around the ink of a line */

/*
 * Sums up the ink of the page's rows that a row of the line covers, in sums (l->map.width); the maximum in place of the
 * sum if thin strokes would become faint.
 */
static void sum_rows(uint32_t *sums, const text_line *l, size_t row, const line_groups *g, int32_t line)
{
    const ink_map *map = g->map;
    const box *b = &g->list[line].box;
    const bool thin = l->scale > 1 && g->stroke < 2 * (double)l->scale;
    const uint32_t pixels = (uint32_t)(l->scale * l->scale);
    const size_t top = b->top + row * l->scale, left = b->left > 0 ? b->left - 1 : 0;
    const size_t right = b->right < map->width ? b->right + 1 : map->width;
    memset(sums, 0, l->map.width * sizeof *sums);
    for (size_t i = 0; i < l->scale; i++) {
        const size_t y = top + i - MARGIN * l->scale; /* wraps around above the map, and is skipped below */
        if (y >= map->height || y > b->bottom)
            continue;
        const uint8_t *inks = map->ink + y * map->width;
        for (size_t x = skip_blank(inks, left, right); x < right; x = skip_blank(inks, x + 1, right)) {
            const uint8_t ink = inks[x];
            const size_t column = (x + MARGIN * l->scale - b->left) / l->scale;
            assert(column < l->map.width);
            if (!of_line(g, x, y, line))
                continue;
            if (!thin)
                sums[column] += ink;
            else if (sums[column] < ink * pixels)
                sums[column] = ink * pixels;
        }
    }
}

/* Copies the ink of a line, with its margin. */
static lenet5_status copy_ink(text_line *l, const line_groups *g, int32_t line, budget *b, lenet5_error *error)
{
    uint32_t *sums = malloc(l->map.width * sizeof *sums);
    l->map.ink = malloc(l->map.width * l->map.height);
    lenet5_status status = sums && l->map.ink ? LENET5_OK : lenet5_fail_memory(error);
    const uint32_t pixels = (uint32_t)(l->scale * l->scale);
    for (size_t y = 0; y < l->map.height && status == LENET5_OK; y++) {
        status = lenet5_spend(b, 4 * l->map.width * pixels, error);
        sum_rows(sums, l, y, g, line);
        for (size_t x = 0; x < l->map.width; x++)
            l->map.ink[y * l->map.width + x] = (uint8_t)(sums[x] / pixels);
    }
    free(sums);
    return status;
}

/* The place and scale of a line. */
static text_line place_line(const line_group *g)
{
    const box *bounds = &g->box;
    const size_t scale = g->height < 2 * ENOUGH_HEIGHT ? 1 : (size_t)(g->height / ENOUGH_HEIGHT);
    text_line l = {.height = g->height / (double)scale,
                   .scale = scale,
                   .left_out = g->left_out,
                   .widest = g->widest,
                   .clipped = g->clipped};
    const double s = (double)scale;
    l.to_page = (transform){s, 0, (double)bounds->left - MARGIN * s, 0, s, (double)bounds->top - MARGIN * s};
    l.map.width = (bounds->right - bounds->left + scale - 1) / scale + 2 * MARGIN;
    l.map.height = (bounds->bottom - bounds->top + scale - 1) / scale + 2 * MARGIN;
    return l;
}

static lenet5_status make_level(text_line *l, double fall, slant_undone undo, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    slant found = {0, 1};
    if ((double)l->map.width > SINGLE * l->height) /* the slant of one digit is a part of its shape */
        status = find_slant(&found, &l->map, b, error);
    const double lean = found.gain > (undo == UNDO_ANY_SLANT ? ANY_GAIN : LEAN_GAIN) ? found.lean : 0;
    l->slanted = lean == 0 && found.gain > ANY_GAIN;
    if (status == LENET5_OK && (fall != 0 || lean != 0))
        status = straighten(l, fall, lean, b, error);
    return status;
}

lenet5_status lenet5_straighten_line(text_line *line, const line_groups *groups, size_t number, bool in_cells,
                                     slant_undone undo, budget *b, lenet5_error *error)
{
    const line_group *group = &groups->list[number];
    *line = place_line(group);
    line->crowded = line->map.width * line->map.height > MAX_LINE_PIXELS;
    lenet5_status status = LENET5_OK;
    if (!line->crowded)
        status = copy_ink(line, groups, (int32_t)number, b, error);
    if (status == LENET5_OK && !line->crowded && !in_cells)
        status = make_level(line, find_fall(group), undo, b, error);
    return status;
}
