/*
 * From components to lines.
 *
 *     strokes    components of some size that do not run along the border of the picture
 *     group      tall ones whose heights overlap are of one line; small ones go to the line in which they are
 *     halves     two lines of one tall component each may be the upper and the lower part of one digit
 *     split      a line with a wide gap in it is two
 */
#include "lines.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"

#define TALL 0.5         /* of a digit's height: components that make lines */
#define HALVES 0.3       /* of the narrower part's width that lies over the other part */
#define HALVES_GAP 0.2   /* between them, of the height of both */
#define MOST_HALVES 8    /* lines; where there are more, it is no picture of single digits */
#define FIELD_GAP 2.5    /* of a digit's height: a gap so wide parts two lines */
#define BESIDE -0.05     /* of a small component's width that lies over or under a tall one; below 0: beyond it */
#define BESIDE_GAP 0.4   /* between them, of a digit's height */
#define BESIDE_AREA 0.01 /* of the square of a digit's height: what has less ink is left where it is */
#define OVERLAP 0.5      /* of the lower one's height, for two components to be of one line */

bool lenet5_is_tall(const component *c, double height)
{
    return (double)height_of(c) >= TALL * height;
}

static int by_place(const void *a, const void *b)
{
    const placed *left = a, *right = b;
    if (left->at != right->at)
        return left->at > right->at ? 1 : -1;
    return (left->index > right->index) - (left->index < right->index);
}

void lenet5_sort_places(placed *list, size_t count)
{
    qsort(list, count, sizeof *list, by_place);
}

/* ---- How high a digit is ------------------------------------------------------------------------------------------
 */

typedef struct weighed {
    size_t height, area;
} weighed;

static int by_height(const void *a, const void *b)
{
    const size_t left = ((const weighed *)a)->height, right = ((const weighed *)b)->height;
    return (left > right) - (left < right);
}

/* The height below which half of the ink lies, of components that are no mere dots. */
static lenet5_status typical_height(double *height, const components *c, double stroke, lenet5_error *error)
{
    weighed *list = malloc((c->count + 1) * sizeof *list);
    if (!list)
        return lenet5_fail_memory(error);
    size_t count = 0;
    size_t total = 0;
    for (size_t i = 0; i < c->count; i++)
        if ((double)height_of(&c->list[i]) > 2 * stroke) {
            list[count++] = (weighed){height_of(&c->list[i]), c->list[i].area};
            total += c->list[i].area;
        }
    qsort(list, count, sizeof *list, by_height);
    *height = 0;
    size_t below = 0;
    for (size_t i = 0; i < count && 2 * below < total; i++) {
        below += list[i].area;
        *height = (double)list[i].height;
    }
    free(list);
    return LENET5_OK;
}

/* ---- Strokes -------------------------------------------------------------------------------------------------------
 */

/* What a line is known by while it is put together. */
typedef struct gathering {
    double top, bottom; /* means over its last tall components, weighted by their heights */
    double weight;
    double right;    /* how far it has come */
    int32_t now;     /* the line that its next component goes to: itself, or one that is split from it */
    int32_t renamed; /* its place once those that have become empty are gone */
} gathering;

typedef struct grouping {
    const component *list;
    int32_t *line;   /* of each component, or NO_LINE */
    size_t *strokes; /* (stroke_count): numbers of components, in their order */
    size_t *order;   /* (stroke_count): the same, from left to right */
    size_t *tall;    /* (tall_count): those of strokes that are tall */
    size_t stroke_count, tall_count;
    gathering *lines; /* room for MOST_LINES */
    size_t count;
    double height; /* of a digit */
    budget *budget;
} grouping;

static bool along_border(const component *c, const ink_map *map, double height)
{
    const bool across = c->box.left == 0 || c->box.right == map->width;
    const bool down = c->box.top == 0 || c->box.bottom == map->height;
    return (across || down) &&
           ((double)height_of(c) > 1.8 * height || (double)width_of(c) > 4 * height ||
            (down && (double)height_of(c) < 0.4 * height) || (across && (double)width_of(c) < 0.12 * height));
}

static bool is_stroke(const component *c, const ink_map *map, double height)
{
    return (lenet5_is_tall(c, height) || (double)c->area >= SPECK * height * height) && !along_border(c, map, height);
}

static lenet5_status sort_strokes(grouping *g, lenet5_error *error)
{
    placed *list = malloc((g->stroke_count + 1) * sizeof *list);
    if (!list)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < g->stroke_count; i++)
        list[i] = (placed){(double)g->list[g->strokes[i]].box.left, g->strokes[i]};
    lenet5_sort_places(list, g->stroke_count);
    for (size_t i = 0; i < g->stroke_count; i++)
        g->order[i] = list[i].index;
    free(list);
    return LENET5_OK;
}

static lenet5_status find_strokes(grouping *g, const components *c, const ink_map *map, lenet5_error *error)
{
    for (size_t i = 0; i < c->count; i++) {
        g->line[i] = NO_LINE;
        if (!is_stroke(&c->list[i], map, g->height))
            continue;
        if (g->stroke_count == MOST_STROKES)
            return LENET5_CROWDED;
        g->strokes[g->stroke_count++] = i;
        if (lenet5_is_tall(&c->list[i], g->height))
            g->tall[g->tall_count++] = i;
    }
    assert(g->tall_count <= g->stroke_count && g->stroke_count <= c->count);
    return sort_strokes(g, error);
}

/* ---- Lines ---------------------------------------------------------------------------------------------------------
 */

static int32_t line_for(const grouping *g, const component *c)
{
    const double top = (double)c->box.top, bottom = (double)c->box.bottom;
    for (size_t i = 0; i < g->count; i++) {
        const gathering *l = &g->lines[i];
        const double common = fmin(bottom, l->bottom) - fmax(top, l->top);
        if (common >= OVERLAP * fmin(bottom - top, l->bottom - l->top))
            return (int32_t)i;
    }
    return NO_LINE;
}

/* The line of the tall component that a small one lies above or below, as the bar of a 5 or the foot of a 2 may. */
static int32_t line_beside(const grouping *g, const component *small)
{
    for (size_t i = 0; i < g->tall_count; i++) {
        const component *c = &g->list[g->tall[i]];
        const double over =
            fmin((double)c->box.right, (double)small->box.right) - fmax((double)c->box.left, (double)small->box.left);
        const double gap =
            fmax((double)c->box.top, (double)small->box.top) - fmin((double)c->box.bottom, (double)small->box.bottom);
        if (over >= BESIDE * (double)width_of(small) && gap <= BESIDE_GAP * g->height)
            return g->line[g->tall[i]];
    }
    return NO_LINE;
}

static void add_to_line(grouping *g, int32_t line, const component *c)
{
    gathering *l = &g->lines[line];
    const double weight = (double)height_of(c);
    l->top += ((double)c->box.top - l->top) * weight / (l->weight + weight);
    l->bottom += ((double)c->box.bottom - l->bottom) * weight / (l->weight + weight);
    l->weight = fmin(l->weight + weight, g->height); /* no more, so that a line may rise and fall */
}

static lenet5_status new_line(grouping *g, const gathering *line)
{
    if (g->count == MOST_LINES)
        return LENET5_CROWDED;
    g->lines[g->count++] = *line;
    return LENET5_OK;
}

/* Tall components, from left to right so that a line may rise or fall. */
static lenet5_status group_tall(grouping *g, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < g->stroke_count && status == LENET5_OK; i++) {
        const component *c = &g->list[g->order[i]];
        if (!lenet5_is_tall(c, g->height))
            continue;
        int32_t line = line_for(g, c);
        if (line == NO_LINE) {
            line = (int32_t)g->count;
            status = new_line(g, &(gathering){.top = (double)c->box.top, .bottom = (double)c->box.bottom});
            if (status != LENET5_OK)
                break;
        }
        add_to_line(g, line, c);
        g->line[g->order[i]] = line;
        status = lenet5_spend(g->budget, g->count, error);
    }
    return status;
}

static lenet5_status group_small(grouping *g, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < g->stroke_count && status == LENET5_OK; i++) {
        const component *c = &g->list[g->strokes[i]];
        if (lenet5_is_tall(c, g->height))
            continue;
        int32_t *line = &g->line[g->strokes[i]];
        *line = line_for(g, c);
        if (*line == NO_LINE && (double)c->area >= BESIDE_AREA * g->height * g->height)
            *line = line_beside(g, c);
        status = lenet5_spend(g->budget, g->count + g->tall_count, error);
    }
    return status;
}

static span bounds_of(const grouping *g, int32_t line)
{
    span b = EMPTY_SPAN;
    for (size_t i = 0; i < g->stroke_count; i++)
        if (g->line[g->strokes[i]] == line)
            b = span_of_both(b, g->list[g->strokes[i]].box);
    return b;
}

static size_t tall_ones(const grouping *g, int32_t line)
{
    size_t count = 0;
    for (size_t i = 0; i < g->tall_count; i++)
        count += g->line[g->tall[i]] == line;
    return count;
}

/* Whether two lines are the upper and the lower part of one digit, as of a 5 whose bar does not touch it. */
static bool are_halves(const grouping *g, int32_t one, int32_t other)
{
    if (tall_ones(g, one) != 1 || tall_ones(g, other) != 1)
        return false;
    const span a = bounds_of(g, one), b = bounds_of(g, other);
    const double common = fmin((double)a.right, (double)b.right) - fmax((double)a.left, (double)b.left);
    const double narrower = fmin((double)(a.right - a.left), (double)(b.right - b.left));
    const double gap = fmax((double)a.top, (double)b.top) - fmin((double)a.bottom, (double)b.bottom);
    const double height = fmax((double)a.bottom, (double)b.bottom) - fmin((double)a.top, (double)b.top);
    return common >= HALVES * narrower && gap <= HALVES_GAP * height;
}

static void join_halves(grouping *g)
{
    for (int32_t one = 0; one < (int32_t)g->count; one++)
        for (int32_t other = one + 1; other < (int32_t)g->count; other++)
            if (are_halves(g, one, other))
                for (size_t i = 0; i < g->stroke_count; i++) {
                    int32_t *line = &g->line[g->strokes[i]];
                    *line = *line == other ? one : *line;
                }
}

/* Lines whose components have all gone to another one are none, and the others move up. */
static void drop_empty(grouping *g)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->count; i++)
        g->lines[i].renamed = NO_LINE;
    for (size_t i = 0; i < g->stroke_count; i++)
        if (g->line[g->strokes[i]] != NO_LINE)
            g->lines[g->line[g->strokes[i]]].renamed = 0;
    for (size_t i = 0; i < g->count; i++)
        if (g->lines[i].renamed != NO_LINE)
            g->lines[i].renamed = (int32_t)kept++;
    for (size_t i = 0; i < g->stroke_count; i++) {
        int32_t *line = &g->line[g->strokes[i]];
        *line = *line == NO_LINE ? NO_LINE : g->lines[*line].renamed;
    }
    for (size_t i = 0; i < g->count; i++)
        if (g->lines[i].renamed != NO_LINE)
            g->lines[g->lines[i].renamed] = g->lines[i];
    g->count = kept;
}

/* A line with a wide gap in it is two. Each has a component at least, so that there are never more of them. */
static lenet5_status split(grouping *g)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < g->count; i++) {
        g->lines[i].right = -1;
        g->lines[i].now = (int32_t)i;
    }
    for (size_t i = 0; i < g->stroke_count && status == LENET5_OK; i++) {
        const span *box = &g->list[g->order[i]].box;
        int32_t *line = &g->line[g->order[i]];
        if (*line == NO_LINE)
            continue;
        gathering *from = &g->lines[*line];
        const double right = g->lines[from->now].right;
        if (right >= 0 && (double)box->left - right > FIELD_GAP * g->height) {
            from->now = (int32_t)g->count;
            status = new_line(g, from);
            if (status != LENET5_OK)
                break;
            g->lines[from->now].right = -1;
        }
        gathering *l = &g->lines[from->now];
        l->right = fmax(l->right, (double)box->right);
        *line = from->now;
    }
    return status;
}

/* ---- The result ----------------------------------------------------------------------------------------------------
 */

static int from_the_top(const void *a, const void *b)
{
    const line_group *left = a, *right = b;
    const double one = left->top + left->bottom + 1e-6 * (double)left->box.left;
    const double other = right->top + right->bottom + 1e-6 * (double)right->box.left;
    if (one != other)
        return one > other ? 1 : -1;
    return (left->first > right->first) - (left->first < right->first);
}

/* The lines in their order, and the components of each. */
static lenet5_status list_lines(line_groups *to, const grouping *g, lenet5_error *error)
{
    to->list = calloc(g->count + 1, sizeof *to->list);
    to->members = malloc((g->stroke_count + 1) * sizeof *to->members);
    if (!to->list || !to->members)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < g->count; i++)
        to->list[i] = (line_group){.box = EMPTY_SPAN, .top = g->lines[i].top, .bottom = g->lines[i].bottom};
    for (size_t i = 0; i < g->stroke_count; i++)
        if (g->line[g->strokes[i]] != NO_LINE) {
            line_group *l = &to->list[g->line[g->strokes[i]]];
            l->box = span_of_both(l->box, g->list[g->strokes[i]].box);
            l->count++;
        }
    for (size_t i = 1; i < g->count; i++)
        to->list[i].first = to->list[i - 1].first + to->list[i - 1].count;
    for (size_t i = 0; i < g->count; i++)
        to->list[i].count = 0;
    for (size_t i = 0; i < g->stroke_count; i++)
        if (g->line[g->strokes[i]] != NO_LINE) {
            line_group *l = &to->list[g->line[g->strokes[i]]];
            assert(l->first + l->count < g->stroke_count);
            to->members[l->first + l->count++] = g->strokes[i];
        }
    to->count = g->count;
    return LENET5_OK;
}

/* Sorts the lines, and gives the components their numbers. */
static void sort_lines(line_groups *groups)
{
    qsort(groups->list, groups->count, sizeof *groups->list, from_the_top);
    for (size_t i = 0; i < groups->count; i++)
        for (size_t k = 0; k < groups->list[i].count; k++)
            groups->line[groups->members[groups->list[i].first + k]] = (int32_t)i;
}

static bool touches_border(const line_groups *groups, const ink_map *map)
{
    for (size_t i = 0; i < groups->components.count; i++) {
        const span *b = &groups->components.list[i].box;
        if (groups->line[i] != NO_LINE &&
            (b->left == 0 || b->top == 0 || b->right == map->width || b->bottom == map->height))
            return true;
    }
    return false;
}

static lenet5_status group(grouping *g, lenet5_error *error)
{
    lenet5_status status = group_tall(g, error);
    if (status == LENET5_OK)
        status = group_small(g, error);
    if (status == LENET5_OK && g->count <= MOST_HALVES)
        join_halves(g);
    if (status != LENET5_OK)
        return status;
    drop_empty(g);
    return split(g);
}

static lenet5_status make_groups(line_groups *groups, const ink_map *map, budget *b, lenet5_error *error)
{
    const size_t count = groups->components.count;
    const size_t most = count < MOST_STROKES ? count : MOST_STROKES;
    grouping g = {.list = groups->components.list, .line = groups->line, .height = groups->height, .budget = b};
    g.strokes = malloc((most + 1) * sizeof *g.strokes);
    g.order = malloc((most + 1) * sizeof *g.order);
    g.tall = malloc((most + 1) * sizeof *g.tall);
    g.lines = malloc(MOST_LINES * sizeof *g.lines);
    lenet5_status status = g.strokes && g.order && g.tall && g.lines ? LENET5_OK : lenet5_fail_memory(error);
    if (status == LENET5_OK)
        status = find_strokes(&g, &groups->components, map, error);
    if (status == LENET5_OK)
        status = group(&g, error);
    if (status == LENET5_OK)
        status = list_lines(groups, &g, error);
    free(g.strokes);
    free(g.order);
    free(g.tall);
    free(g.lines);
    return status;
}

lenet5_status lenet5_find_lines(line_groups *groups, const ink_map *map, double stroke, budget *b, lenet5_error *error)
{
    *groups = (line_groups){.stroke = stroke};
    lenet5_status status = lenet5_find_components(&groups->components, map, b, error);
    if (status == LENET5_OK)
        status = typical_height(&groups->height, &groups->components, stroke, error);
    if (status != LENET5_OK)
        return status;
    groups->line = malloc((groups->components.count + 1) * sizeof *groups->line);
    status = groups->line ? make_groups(groups, map, b, error) : lenet5_fail_memory(error);
    if (status != LENET5_OK)
        return status;
    sort_lines(groups);
    groups->border = touches_border(groups, map);
    return LENET5_OK;
}

void lenet5_lines_free(line_groups *groups)
{
    lenet5_components_free(&groups->components);
    free(groups->line);
    free(groups->members);
    free(groups->list);
    *groups = (line_groups){0};
}
