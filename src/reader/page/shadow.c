/*
 * The map is divided into square cells. Solid cells, all of whose pixels are ink, are a shadow if they touch the
 * border, are two or more each way, and all other ink is strokes narrower than a cell: a bold digit at the border
 * stays. The shadow's cells become paper, and those around, which hold its edge.
 */
#include "shadow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "components.h"

#define CELLS 20     /* along the shorter side: a stroke that fills a cell would be of the only digit of a line */
#define MIN_SIDE 6   /* pixels of a cell's side */
#define MIN_ACROSS 2 /* cells of a shadow, each way */
#define BLOCK 0.75   /* share of its box that a shadow fills, at least; a digit has paper in its box */

typedef struct grid {
    size_t side;   /* of a cell, in pixels; the last cells are cut off */
    ink_map solid; /* one pixel a cell: 255 if solid; later, of shadows and their edges */
} grid;

static bool all_above(const ink_map *map, size_t left, size_t top, size_t side, unsigned threshold)
{
    for (size_t y = top; y < top + side && y < map->height; y++)
        for (size_t x = left; x < left + side && x < map->width; x++)
            if (map->ink[y * map->width + x] <= threshold)
                return false;
    return true;
}

static lenet5_status new_grid(grid *g, const ink_map *map, unsigned threshold, lenet5_error *error)
{
    const size_t shorter = map->width < map->height ? map->width : map->height;
    g->side = shorter / CELLS > MIN_SIDE ? shorter / CELLS : MIN_SIDE;
    g->solid.width = (map->width + g->side - 1) / g->side;
    g->solid.height = (map->height + g->side - 1) / g->side;
    g->solid.ink = malloc(g->solid.width * g->solid.height);
    if (!g->solid.ink)
        return lenet5_fail_memory(error);
    for (size_t row = 0; row < g->solid.height; row++)
        for (size_t column = 0; column < g->solid.width; column++)
            g->solid.ink[row * g->solid.width + column] =
                all_above(map, column * g->side, row * g->side, g->side, threshold) ? 255 : 0;
    return LENET5_OK;
}

/* Counts the cells of a component along a side of the grid, from first on, step apart. */
static size_t along(const components *c, uint32_t label, size_t first, size_t step, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += c->labels[first + i * step] == label;
    return found;
}

/* Whether a component is a block wider than any stroke, or covers half of a side. */
static bool is_shadow(const components *c, uint32_t label, const ink_map *cells)
{
    const box s = c->list[label - 1].box;
    const size_t width = cells->width, height = cells->height;
    const size_t across = s.right - s.left, down = s.bottom - s.top;
    const size_t narrower = across < down ? across : down, shorter = width < height ? width : height;
    const bool border = s.left == 0 || s.right == width || s.top == 0 || s.bottom == height;
    if (!border || narrower < MIN_ACROSS)
        return false;
    const bool block = 4 * narrower >= shorter && (double)c->list[label - 1].area >= BLOCK * (double)box_area(s);
    return block || 2 * along(c, label, 0, 1, width) >= width ||
           2 * along(c, label, (height - 1) * width, 1, width) >= width ||
           2 * along(c, label, 0, width, height) >= height || 2 * along(c, label, width - 1, width, height) >= height;
}

/* Keeps shadows and the cells around them in the grid. */
static lenet5_status find_shadows(bool *found, grid *g, budget *b, lenet5_error *error)
{
    components c;
    const size_t width = g->solid.width, height = g->solid.height;
    const lenet5_status status = lenet5_find_components(&c, &g->solid, b, error);
    if (status != LENET5_OK)
        return status;
    bool *shadow = malloc((c.count + 1) * sizeof *shadow);
    if (!shadow) {
        lenet5_components_free(&c);
        return lenet5_fail_memory(error);
    }
    for (uint32_t label = 1; label <= c.count; label++)
        shadow[label] = is_shadow(&c, label, &g->solid);
    memset(g->solid.ink, 0, width * height);
    *found = false;
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            const uint32_t label = c.labels[y * width + x];
            if (label == 0 || !shadow[label])
                continue;
            *found = true;
            for (size_t j = y > 0 ? y - 1 : 0; j <= y + 1 && j < height; j++)
                for (size_t i = x > 0 ? x - 1 : 0; i <= x + 1 && i < width; i++)
                    g->solid.ink[j * width + i] = 255;
        }
    free(shadow);
    lenet5_components_free(&c);
    return LENET5_OK;
}

/* Makes a copy of the map without shadows. */
static lenet5_status without(ink_map *rest, const ink_map *map, const grid *g, lenet5_error *error)
{
    *rest = (ink_map){map->width, map->height, malloc(map->width * map->height)};
    if (!rest->ink)
        return lenet5_fail_memory(error);
    for (size_t y = 0; y < map->height; y++) {
        const uint8_t *cells = g->solid.ink + y / g->side * g->solid.width;
        for (size_t x = 0; x < map->width; x++)
            rest->ink[y * map->width + x] = cells[x / g->side] ? 0 : map->ink[y * map->width + x];
    }
    return LENET5_OK;
}

lenet5_status lenet5_remove_shadows(bool *found, ink_map *contrast, unsigned threshold, budget *b, lenet5_error *error)
{
    grid g;
    ink_map rest = {0};
    *found = false;
    lenet5_status status = lenet5_check_time(b, 4 * contrast->width * contrast->height, error);
    if (status == LENET5_OK)
        status = new_grid(&g, contrast, threshold, error);
    if (status != LENET5_OK)
        return status;
    status = find_shadows(found, &g, b, error);
    if (status == LENET5_OK && *found)
        status = without(&rest, contrast, &g, error);
    if (status == LENET5_OK && *found) {
        const double stroke = lenet5_stroke_width(&rest, threshold);
        *found = stroke > 0 && stroke <= (double)g.side;
    }
    if (*found && status == LENET5_OK) {
        free(contrast->ink);
        contrast->ink = rest.ink;
        rest.ink = NULL;
    }
    free(rest.ink);
    free(g.solid.ink);
    return status;
}
