/*
 * Two runs over the map (Rosenfeld and Pfaltz 1966). In the first, each pixel of ink takes the label of a neighbour
 * that came before it, or a new one, and labels that meet are noted as the same; in the second every label becomes the
 * number of its component.
 */
#include "components.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

typedef struct labelling {
    const ink_map *map;
    uint32_t *labels;
    uint32_t *parent; /* (room): of each label, itself for the first of a component */
    size_t count, room;
    budget *budget;
} labelling;

static uint32_t root(labelling *l, uint32_t label)
{
    while (l->parent[label] != label)
        label = l->parent[label] = l->parent[l->parent[label]];
    return label;
}

static uint32_t join(labelling *l, uint32_t a, uint32_t b)
{
    if (a == 0 || b == 0)
        return a + b;
    a = root(l, a);
    b = root(l, b);
    const uint32_t first = a < b ? a : b;
    l->parent[a] = l->parent[b] = first;
    return first;
}

static bool new_label(labelling *l, uint32_t *label)
{
    if (l->count == l->room) {
        uint32_t *larger = realloc(l->parent, 2 * l->room * sizeof *larger);
        if (!larger)
            return false;
        l->parent = larger;
        l->room *= 2;
    }
    *label = (uint32_t)l->count;
    l->parent[l->count] = *label;
    l->count++;
    return true;
}

static bool label_row(labelling *l, size_t y)
{
    const size_t width = l->map->width;
    for (size_t x = 0; x < width; x++) {
        const size_t at = y * width + x;
        uint32_t label = 0;
        l->labels[at] = 0;
        if (l->map->ink[at] < SURELY_INK)
            continue;
        label = x > 0 ? l->labels[at - 1] : 0;
        if (y > 0) {
            label = join(l, label, l->labels[at - width]);
            label = join(l, label, x > 0 ? l->labels[at - width - 1] : 0);
            label = join(l, label, x + 1 < width ? l->labels[at - width + 1] : 0);
        }
        if (label == 0 && !new_label(l, &label))
            return false;
        l->labels[at] = label;
    }
    return true;
}

static lenet5_status label_pixels(labelling *l, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t y = 0; y < l->map->height && status == LENET5_OK; y++) {
        status = lenet5_check_time(l->budget, l->map->width, error);
        if (status == LENET5_OK && !label_row(l, y))
            status = lenet5_fail_memory(error);
    }
    return status;
}

/* Numbers the components in the order of their first pixels; parent becomes the number of each label's. */
static size_t number(labelling *l)
{
    uint32_t count = 0;
    l->parent[0] = 0;
    for (uint32_t label = 1; label < l->count; label++) {
        const uint32_t first = l->parent[label];
        l->parent[label] = first == label ? ++count : l->parent[first];
    }
    return count;
}

static void grow(component *c, size_t x, size_t y, unsigned edge)
{
    if (c->area++ == 0)
        c->box = (span){x, y, x + 1, y + 1};
    c->box.left = x < c->box.left ? x : c->box.left;
    c->box.right = x + 1 > c->box.right ? x + 1 : c->box.right;
    c->box.bottom = y + 1;
    c->edge += edge;
    c->x += (double)x;
    c->y += (double)y;
}

void lenet5_measure_components(components *found, const ink_map *map)
{
    const size_t width = map->width, height = map->height;
    const uint32_t *labels = found->labels;
    memset(found->list, 0, found->count * sizeof *found->list);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            const size_t at = y * width + x;
            if (labels[at] == 0)
                continue;
            assert(labels[at] <= found->count);
            unsigned edge = x == 0 || labels[at - 1] == 0;
            edge += x + 1 == width || labels[at + 1] == 0;
            edge += y == 0 || labels[at - width] == 0;
            edge += y + 1 == height || labels[at + width] == 0;
            grow(&found->list[labels[at] - 1], x, y, edge);
        }
    for (size_t i = 0; i < found->count; i++) {
        component *c = &found->list[i];
        c->x /= fmax(1, (double)c->area);
        c->y /= fmax(1, (double)c->area);
    }
}

/* Replaces labels by the numbers of components, and measures these. */
static lenet5_status list_components(components *found, labelling *l, lenet5_error *error)
{
    /* A label's parent is always an earlier one, so that one step from there is enough in number(). */
    for (uint32_t label = 1; label < l->count; label++)
        l->parent[label] = root(l, label);
    found->count = number(l);
    if (found->count > MOST_COMPONENTS)
        return LENET5_CROWDED;
    found->list = calloc(found->count + 1, sizeof *found->list);
    if (!found->list)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < l->map->width * l->map->height; i++)
        l->labels[i] = l->labels[i] ? l->parent[l->labels[i]] : 0;
    found->labels = l->labels;
    lenet5_measure_components(found, l->map);
    return LENET5_OK;
}

lenet5_status lenet5_find_components(components *found, const ink_map *map, budget *b, lenet5_error *error)
{
    labelling l = {.map = map, .count = 1, .room = 256, .budget = b};
    components listed = {0};
    *found = listed;
    l.labels = malloc(map->width * map->height * sizeof *l.labels);
    l.parent = calloc(l.room, sizeof *l.parent);
    lenet5_status status = l.labels && l.parent ? label_pixels(&l, error) : lenet5_fail_memory(error);
    if (status == LENET5_OK)
        status = list_components(&listed, &l, error);
    free(l.parent);
    if (status != LENET5_OK) {
        free(l.labels);
        return status;
    }
    *found = listed;
    return LENET5_OK;
}

lenet5_status lenet5_add_components(components *found, size_t count, lenet5_error *error)
{
    if (found->count + count > MOST_COMPONENTS)
        return LENET5_CROWDED;
    component *larger = realloc(found->list, (found->count + count + 1) * sizeof *larger);
    if (!larger)
        return lenet5_fail_memory(error);
    found->list = larger;
    for (size_t i = 0; i < count; i++)
        found->list[found->count++] = (component){.box = EMPTY_SPAN};
    return LENET5_OK;
}

void lenet5_components_free(components *found)
{
    free(found->list);
    free(found->labels);
    *found = (components){0};
}
