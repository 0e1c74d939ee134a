#include "show.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define SEEN 1000 /* pixels of a picture's longer side on a screen, about: outlines stay visible at that size */

static const uint8_t black[3], red[3] = {204, 0, 0};
static const uint8_t green[3] = {0, 158, 115}, blue[3] = {0, 114, 178}, orange[3] = {230, 159, 0};

/* Colours of pieces, in turn. */
static const uint8_t inks[][3] = {{0, 114, 178}, {213, 94, 0}, {0, 158, 115}, {204, 121, 167}, {90, 90, 90}};

static void put_ink(uint8_t rgb[3], uint8_t strength, const uint8_t ink[3])
{
    for (size_t k = 0; k < 3; k++)
        rgb[k] = (uint8_t)(255 - strength * (255 - ink[k]) / 255);
}

lenet5_status lenet5_show_map(const lenet5_read_options *options, const char *name, size_t line, const ink_map *map,
                              const uint16_t *owner, lenet5_error *error)
{
    const lenet5_observer *observer = options->observer;
    if (!observer || !observer->stage)
        return LENET5_OK;
    uint8_t *rgb = malloc(3 * map->width * map->height);
    if (!rgb)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < map->width * map->height; i++)
        put_ink(&rgb[3 * i], map->ink[i], owner && owner[i] ? inks[owner[i] % (sizeof inks / sizeof inks[0])] : black);
    observer->stage(observer->context, name, line, rgb, map->width, map->height);
    free(rgb);
    return LENET5_OK;
}

/* ---- The layout -------------------------------------------------------------------------------------------------- */

/* A picture of a map that is drawn on. */
typedef struct drawing {
    uint8_t *rgb; /* (height, width) */
    size_t width, height;
    size_t pen; /* width of an outline, in pixels */
} drawing;

static void fill(drawing *d, box area, const uint8_t colour[3])
{
    for (size_t y = area.top; y < area.bottom && y < d->height; y++)
        for (size_t x = area.left; x < area.right && x < d->width; x++)
            memcpy(&d->rgb[3 * (y * d->width + x)], colour, 3);
}

static size_t less(size_t from, size_t by)
{
    return from > by ? from - by : 0;
}

/* Draws an outline around a box, away pen widths from it. */
static void outline(drawing *d, box s, size_t away, const uint8_t colour[3])
{
    const size_t inner = away * d->pen, outer = inner + d->pen;
    const box o = {less(s.left, outer), less(s.top, outer), s.right + outer, s.bottom + outer};
    const box i = {less(s.left, inner), less(s.top, inner), s.right + inner, s.bottom + inner};
    fill(d, (box){o.left, o.top, o.right, i.top}, colour);
    fill(d, (box){o.left, i.bottom, o.right, o.bottom}, colour);
    fill(d, (box){o.left, o.top, i.left, o.bottom}, colour);
    fill(d, (box){i.right, o.top, o.right, o.bottom}, colour);
}

/* Draws ink that is read in black, and ink that is in no line in red. */
static void draw_ink(drawing *d, const line_groups *groups)
{
    const uint32_t *labels = groups->components.labels;
    for (size_t i = 0; i < d->width * d->height; i++) {
        const bool left_out = labels[i] > 0 && groups->line[labels[i] - 1] == NO_LINE;
        put_ink(&d->rgb[3 * i], groups->map->ink[i], left_out ? red : black);
    }
}

static void draw_boxes(drawing *d, const line_groups *groups)
{
    const layout *printed = groups->printed;
    for (size_t i = 0; i < printed->field_count; i++)
        outline(d, printed->fields[i].box, 1, blue);
    for (size_t i = 0; i < printed->cell_count; i++)
        outline(d, printed->cells[i].box, 0, green);
    for (size_t i = 0; i < groups->count; i++)
        outline(d, groups->list[i].box, 0, orange);
}

lenet5_status lenet5_show_layout(const lenet5_read_options *options, const line_groups *groups, lenet5_error *error)
{
    const ink_map *map = groups->map;
    const lenet5_observer *observer = options->observer;
    if (!observer || !observer->stage)
        return LENET5_OK;
    const size_t longer = map->width > map->height ? map->width : map->height;
    drawing d = {malloc(3 * map->width * map->height), map->width, map->height, 1 + longer / SEEN};
    if (!d.rgb)
        return lenet5_fail_memory(error);
    draw_ink(&d, groups);
    draw_boxes(&d, groups);
    observer->stage(observer->context, "layout", 0, d.rgb, d.width, d.height);
    free(d.rgb);
    return LENET5_OK;
}

/* ---- Lines ------------------------------------------------------------------------------------------------------- */

void lenet5_show_arcs(const lenet5_read_options *options, size_t line, const graph *g, const solution *best)
{
    const lenet5_observer *observer = options->observer;
    for (size_t i = 0; observer && observer->candidate && i < g->count; i++) {
        const arc *a = &g->arcs[i];
        lenet5_candidate c = {.first = a->first, .last = a->last, .prior = a->prior * a->shape};
        memcpy(c.picture, a->picture, sizeof c.picture);
        memcpy(c.posterior, a->posterior, sizeof c.posterior);
        for (size_t k = 0; best && k < best->length; k++) {
            const bool is_mark = !is_digit(symbol_of(best->digits[k]));
            if (best->arc[k] == i && is_mark)
                c.mark = best->digits[k];
            c.chosen |= best->arc[k] == i && !is_mark;
        }
        if (c.chosen || c.mark || options->method == LENET5_METHOD_PIECES) /* a sweep has too many arcs to show */
            observer->candidate(observer->context, line, &c);
    }
}

lenet5_status lenet5_show_sweep(const lenet5_read_options *options, size_t line, const sweep *s, lenet5_error *error)
{
    size_t width, height;
    const lenet5_observer *observer = options->observer;
    if (!observer || !observer->stage || s->width == 0)
        return LENET5_OK;
    uint8_t *rgb = lenet5_sweep_picture(&width, &height, s);
    if (!rgb)
        return lenet5_fail_memory(error);
    observer->stage(observer->context, "sweep", line, rgb, width, height);
    free(rgb);
    return LENET5_OK;
}
