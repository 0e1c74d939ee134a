/*
 * Two passes over the map (Rosenfeld and Pfaltz 1966). In the first, each run of ink in a row takes the label of a run
 * above that it touches, or a new one, and labels that meet are noted as the same; in the second every label becomes
 * the number of its component.
 */
#include "components.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "blank.h"

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

/* What the runs above a run are called that touch it, at the corners too; 0: there are none. */
static uint32_t label_above(labelling *l, size_t y, size_t first, size_t end)
{
    const size_t width = l->map->width;
    uint32_t label = 0, last = 0;
    if (y == 0)
        return 0;
    const uint32_t *above = l->labels + (y - 1) * width;
    for (size_t x = first > 0 ? first - 1 : 0; x <= end && x < width; x++)
        if (above[x] != last) {
            last = above[x];
            label = join(l, label, last);
        }
    return label;
}

/* A run of ink has one label. */
static bool label_row(labelling *l, size_t y)
{
    const size_t width = l->map->width;
    const uint8_t *ink = l->map->ink + y * width;
    uint32_t *labels = l->labels + y * width;
    for (size_t x = after_blank(ink, 0, width); x < width; x = after_blank(ink, x, width)) {
        const size_t first = x;
        while (x < width && ink[x] >= SURELY_INK)
            x++;
        if (x == first) {
            x++;
            continue;
        }
        uint32_t label = label_above(l, y, first, x);
        if (label == 0 && !new_label(l, &label))
            return false;
        for (size_t i = first; i < x; i++)
            labels[i] = label;
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

/* The sides of a run's pixels that are next to paper or outside the map. */
static size_t edge_of(const uint32_t *labels, const ink_map *map, size_t y, size_t first, size_t end)
{
    const size_t width = map->width;
    size_t edge = first == 0 || labels[first - 1] == 0;
    edge += end == width || labels[end] == 0;
    for (size_t x = first; x < end; x++) {
        edge += y == 0 || labels[x - width] == 0;
        edge += y + 1 == map->height || labels[x + width] == 0;
    }
    return edge;
}

/* Adds a run of pixels of a row. */
static void grow(component *c, size_t y, size_t first, size_t end, size_t edge)
{
    const size_t length = end - first;
    c->box = c->area == 0 ? (span){first, y, end, y + 1} : span_of_both(c->box, (span){first, y, end, y + 1});
    c->area += length;
    c->edge += edge;
    c->x += 0.5 * (double)(first + end - 1) * (double)length;
    c->y += (double)y * (double)length;
}

static void measure_row(components *found, const ink_map *map, size_t y)
{
    const size_t width = map->width;
    const uint8_t *ink = map->ink + y * width;
    const uint32_t *labels = found->labels + y * width;
    for (size_t x = after_blank(ink, 0, width); x < width; x = after_blank(ink, x, width)) {
        const size_t first = x;
        const uint32_t label = labels[first];
        for (x++; x < width && labels[x] == label && label > 0;)
            x++;
        assert(label <= found->count);
        if (label > 0)
            grow(&found->list[label - 1], y, first, x, edge_of(labels, map, y, first, x));
    }
}

void lenet5_measure_components(components *found, const ink_map *map)
{
    memset(found->list, 0, found->count * sizeof *found->list);
    for (size_t y = 0; y < map->height; y++)
        measure_row(found, map, y);
    for (size_t i = 0; i < found->count; i++) {
        component *c = &found->list[i];
        c->x /= fmax(1, (double)c->area);
        c->y /= fmax(1, (double)c->area);
    }
}

/* Replaces labels by the numbers of their components. */
static void renumber(labelling *l)
{
    const size_t size = l->map->width * l->map->height;
    for (size_t i = after_blank(l->map->ink, 0, size); i < size; i = after_blank(l->map->ink, i + 1, size))
        if (l->labels[i] > 0)
            l->labels[i] = l->parent[l->labels[i]];
}

/* Numbers the components, and measures them. */
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
    renumber(l);
    found->labels = l->labels;
    lenet5_measure_components(found, l->map);
    return LENET5_OK;
}

lenet5_status lenet5_find_components(components *found, const ink_map *map, budget *b, lenet5_error *error)
{
    labelling l = {.map = map, .count = 1, .room = 256, .budget = b};
    components listed = {0};
    *found = listed;
    l.labels = calloc(map->width * map->height, sizeof *l.labels);
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
