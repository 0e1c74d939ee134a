#include "show.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Colours for pieces, one after the other. */
static const uint8_t inks[][3] = {{0, 114, 178}, {213, 94, 0}, {0, 158, 115}, {204, 121, 167}, {90, 90, 90}};

lenet5_status lenet5_show_map(const lenet5_read_options *options, const char *name, size_t line, const ink_map *map,
                              const uint16_t *owner, lenet5_error *error)
{
    static const uint8_t black[3];
    const lenet5_observer *observer = options->observer;
    if (!observer || !observer->stage)
        return LENET5_OK;
    uint8_t *rgb = malloc(3 * map->width * map->height);
    if (!rgb)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < map->width * map->height; i++) {
        const uint8_t *ink = owner && owner[i] ? inks[owner[i] % (sizeof inks / sizeof inks[0])] : black;
        for (size_t k = 0; k < 3; k++)
            rgb[3 * i + k] = (uint8_t)(255 - map->ink[i] * (255 - ink[k]) / 255);
    }
    observer->stage(observer->context, name, line, rgb, map->width, map->height);
    free(rgb);
    return LENET5_OK;
}

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
        if (c.chosen || c.mark || options->method == LENET5_METHOD_PIECES) /* places are too many to be looked at */
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
