/*
 * Connected components by runs of ink (Rosenfeld and Pfaltz 1966).
 *
 * One pass over the rows: each run takes the label of a run above that it touches, or a new one; labels that meet are
 * joined in a union-find forest whose roots are the smallest labels. Then labels become component numbers in the order
 * of first pixels, and the runs add up area, edge and centre of mass without visiting pixels again.
 *
 * Cost: O(pixels + runs). Invariants: label 0 is paper; parent[label] <= label; a run touches only runs of the row
 * above.
 */
#include "components.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "blank.h"

/* A maximal run of ink in a row: columns first to end - 1. */
typedef struct run {
    uint32_t y, first, end, label;
    uint32_t below; /* its pixels with ink right above */
} run;

typedef struct labelling {
    const ink_map *map;
    uint32_t *parent; /* (room): of each label; a root is its own parent */
    size_t count, room;
    run *runs; /* (run_room), row by row */
    size_t run_count, run_room;
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

static bool new_run(labelling *l, const run *r)
{
    if (l->run_count == l->run_room) {
        run *larger = realloc(l->runs, 2 * l->run_room * sizeof *larger);
        if (!larger)
            return false;
        l->runs = larger;
        l->run_room *= 2;
    }
    l->runs[l->run_count++] = *r;
    return true;
}

/*
 * Joins a run with the runs above that touch it, at corners too; its label is 0 if there are none. *above: the first
 * run above that may touch it, and becomes that of the next run; end: the end of the row above.
 */
static void join_runs_above(labelling *l, run *r, size_t *above, size_t end)
{
    while (*above < end && l->runs[*above].end < r->first)
        ++*above;
    for (size_t i = *above; i < end && l->runs[i].first <= r->end; i++) {
        const run *a = &l->runs[i];
        const uint32_t first = a->first > r->first ? a->first : r->first, last = a->end < r->end ? a->end : r->end;
        r->below += last > first ? last - first : 0;
        r->label = join(l, r->label, a->label);
    }
}

/* Labels the runs of a row. above: the first run of the row above. false: no memory. */
static bool label_row(labelling *l, size_t y, size_t above)
{
    const size_t width = l->map->width, end = l->run_count;
    const uint8_t *ink = l->map->ink + y * width;
    for (size_t x = skip_blank(ink, 0, width); x < width; x = skip_blank(ink, x, width)) {
        const size_t first = x;
        while (x < width && ink[x] >= SURELY_INK)
            x++;
        if (x == first) {
            x++;
            continue;
        }
        run r = {(uint32_t)y, (uint32_t)first, (uint32_t)x, 0, 0};
        join_runs_above(l, &r, &above, end);
        if ((r.label == 0 && !new_label(l, &r.label)) || !new_run(l, &r))
            return false;
    }
    return true;
}

static lenet5_status label_runs(labelling *l, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    size_t above = 0;
    for (size_t y = 0; y < l->map->height && status == LENET5_OK; y++) {
        const size_t begin = l->run_count;
        status = lenet5_check_time(l->budget, l->map->width, error);
        if (status == LENET5_OK && !label_row(l, y, above))
            status = lenet5_fail_memory(error);
        above = begin;
    }
    return status;
}

/*
 * Numbers the components in the order of their first pixels; parent becomes the component of each label. Returns their
 * number.
 */
static size_t number_components(labelling *l)
{
    uint32_t count = 0;
    l->parent[0] = 0;
    for (uint32_t label = 1; label < l->count; label++) {
        const uint32_t first = l->parent[label];
        l->parent[label] = first == label ? ++count : l->parent[first];
    }
    return count;
}

/* The sides of a run's pixels that adjoin paper or the border of the map. */
static size_t edge_of(const uint32_t *labels, const ink_map *map, size_t y, size_t first, size_t end)
{
    const size_t width = map->width;
    size_t edge = first == 0 || labels[first - 1] == 0;
    edge += end == width || labels[end] == 0;
    for (size_t x = first; x < end; x++) {
        edge += y == 0 || (labels - width)[x] == 0;
        edge += y + 1 == map->height || (labels + width)[x] == 0;
    }
    return edge;
}

/* Adds a run to a component. */
static void add_run_to(component *c, size_t y, size_t first, size_t end, size_t edge)
{
    assert(first < end);
    const size_t length = end - first;
    c->box = c->area == 0 ? (box){first, y, end, y + 1} : box_union(c->box, (box){first, y, end, y + 1});
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
    for (size_t x = skip_blank(ink, 0, width); x < width; x = skip_blank(ink, x, width)) {
        const size_t first = x;
        const uint32_t label = labels[first];
        for (x++; x < width && labels[x] == label && label > 0;)
            x++;
        assert(label <= found->count);
        if (label > 0)
            add_run_to(&found->list[label - 1], y, first, x, edge_of(labels, map, y, first, x));
    }
}

static void find_centres(components *found)
{
    for (size_t i = 0; i < found->count; i++) {
        component *c = &found->list[i];
        c->x /= fmax(1, (double)c->area);
        c->y /= fmax(1, (double)c->area);
    }
}

void lenet5_measure_components(components *found, const ink_map *map)
{
    memset(found->list, 0, found->count * sizeof *found->list);
    for (size_t y = 0; y < map->height; y++)
        measure_row(found, map, y);
    find_centres(found);
}

/*
 * Measures components by their runs. A run has edges at both ends, and above and below each pixel, except where a run
 * of the same component is above or below it.
 */
static void measure_runs(components *found, const labelling *l)
{
    for (size_t i = 0; i < l->run_count; i++) {
        const run *r = &l->runs[i];
        const uint32_t label = l->parent[r->label];
        assert(label > 0 && label <= found->count);
        component *c = &found->list[label - 1];
        add_run_to(c, r->y, r->first, r->end, 2 + 2 * (size_t)(r->end - r->first));
        c->edge -= 2 * (size_t)r->below;
    }
    find_centres(found);
}

/* Numbers and measures the components. */
static lenet5_status list_components(components *found, labelling *l, lenet5_error *error)
{
    /* A root is the smallest of its labels, so that number() reaches it first. */
    for (uint32_t label = 1; label < l->count; label++)
        l->parent[label] = root(l, label);
    found->count = number_components(l);
    if (found->count > MAX_COMPONENTS)
        return LENET5_CROWDED;
    found->list = calloc(found->count + 1, sizeof *found->list);
    if (!found->list)
        return lenet5_fail_memory(error);
    measure_runs(found, l);
    return LENET5_OK;
}

/* Fills the label map. */
static lenet5_status fill_labels(components *found, const labelling *l, lenet5_error *error)
{
    found->labels = calloc(l->map->width * l->map->height, sizeof *found->labels);
    if (!found->labels)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < l->run_count; i++) {
        const run *r = &l->runs[i];
        uint32_t *labels = found->labels + r->y * l->map->width;
        assert(r->end <= l->map->width && l->parent[r->label] <= found->count);
        for (size_t x = r->first; x < r->end; x++)
            labels[x] = l->parent[r->label];
    }
    return LENET5_OK;
}

static lenet5_status find_all(components *found, const ink_map *map, bool labels, budget *b, lenet5_error *error)
{
    labelling l = {.map = map, .count = 1, .room = 256, .run_room = 256, .budget = b};
    *found = (components){0};
    l.parent = calloc(l.room, sizeof *l.parent);
    l.runs = malloc(l.run_room * sizeof *l.runs);
    lenet5_status status = l.parent && l.runs ? label_runs(&l, error) : lenet5_fail_memory(error);
    if (status == LENET5_OK)
        status = list_components(found, &l, error);
    if (status == LENET5_OK && labels)
        status = fill_labels(found, &l, error);
    free(l.parent);
    free(l.runs);
    if (status != LENET5_OK)
        lenet5_components_free(found);
    return status;
}

lenet5_status lenet5_find_components(components *found, const ink_map *map, budget *b, lenet5_error *error)
{
    return find_all(found, map, true, b, error);
}

lenet5_status lenet5_list_components(components *found, const ink_map *map, budget *b, lenet5_error *error)
{
    return find_all(found, map, false, b, error);
}

lenet5_status lenet5_add_components(components *found, size_t count, lenet5_error *error)
{
    if (found->count + count > MAX_COMPONENTS)
        return LENET5_CROWDED;
    component *larger = realloc(found->list, (found->count + count + 1) * sizeof *larger);
    if (!larger)
        return lenet5_fail_memory(error);
    found->list = larger;
    for (size_t i = 0; i < count; i++)
        found->list[found->count++] = (component){.box = EMPTY_BOX};
    return LENET5_OK;
}

void lenet5_components_free(components *found)
{
    free(found->list);
    free(found->labels);
    *found = (components){0};
}
