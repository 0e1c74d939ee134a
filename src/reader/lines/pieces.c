/*
 * From a line to pieces.
 *
 *     level         the slope of the components' middles is undone, and the slant at which columns are clearest
 *     joins         a component that lies over or under another one is a part of it: the bar of a 5
 *     cuts          where a component is wide, at columns with little ink: a straight cut leaves each digit what the
 *                   network can read, where a path round strokes gives one's parts to the other
 */
#include "pieces.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sort.h"

#define EDGE 20 /* of 255: ink that belongs to what it touches */
#define LEAST_FALL 0.01
#define STEEPEST_LEAN 0.6
#define SINGLE 1.4 /* of a digit's height: no wider than this is one digit */
#define LEAN_STEP 0.05
#define LEAN_GAIN 1.35  /* how much clearer columns have to become for a slant to be undone */
#define JOIN 0.6        /* of the narrower one's width that lies over the other one */
#define LOW 0.5         /* of the line's height: what is lower is no digit beside another */
#define ASIDE 0.5       /* of the lower one's height that two components share where they are side by side */
#define WIDE 0.52       /* of the line's height: components that may hold two digits */
#define SLIVER 0.03     /* of the square of the line's height: a piece with less ink is not cut off */
#define CUT_SPACING 0.1 /* the least distance of two cuts, and from the ends; of the line's height */
#define MOST_CUTS 12    /* of a component */

/* Pixels of a digit's height, at least, in a line that is made smaller; the network sees it in 20. */
#define ENOUGH_HEIGHT 192

/* ---- A line on its own ----------------------------------------------------------------------------------------------
 */

/* The slope that is worth undoing. */
static double find_fall(const line_group *line)
{
    const double width = (double)(line->box.right - line->box.left);
    return width < SINGLE * line->height || fabs(line->slope) < LEAST_FALL ? 0 : line->slope;
}

/* How clear the columns of a map are where its rows are moved by lean for each row: the sum of their squares. */
static double clearness(double *columns, const ink_map *map, size_t step, double lean)
{
    const double middle = (double)map->height / 2;
    const size_t offset = map->height;
    const size_t count = map->width + 2 * offset;
    memset(columns, 0, count * sizeof *columns);
    for (size_t y = 0; y < map->height; y += step) {
        double *column = columns + (size_t)((double)offset - lean * ((double)y - middle)) / step;
        for (size_t x = 0; x < map->width; x += step)
            *column++ += map->ink[y * map->width + x];
    }
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += columns[i] * columns[i];
    return sum;
}

static lenet5_status find_lean(double *lean, const ink_map *map, budget *b, lenet5_error *error)
{
    const size_t count = map->width + 2 * map->height;
    double *columns = malloc(count * sizeof *columns);
    if (!columns)
        return lenet5_fail_memory(error);
    const size_t step = map->height > 64 ? map->height / 32 : 1;
    const size_t work = count + map->width * map->height / (step * step);
    double most = LEAN_GAIN * clearness(columns, map, step, 0);
    lenet5_status status = LENET5_OK;
    *lean = 0;
    for (double tried = -STEEPEST_LEAN; tried <= STEEPEST_LEAN && status == LENET5_OK; tried += LEAN_STEP) {
        status = lenet5_spend(b, work, error);
        if (status != LENET5_OK)
            break;
        const double clear = clearness(columns, map, step, tried);
        if (clear > most) {
            most = clear;
            *lean = tried;
        }
    }
    free(columns);
    return status;
}

/* The map without its fall and lean. */
static lenet5_status straighten(text_line *l, double fall, double lean, budget *b, lenet5_error *error)
{
    const ink_map old = l->map;
    const double across = fabs(lean) * (double)old.height;
    const double down = fabs(fall) * (double)old.width;
    ink_map level = {old.width + (size_t)across + 2, old.height + (size_t)down + 2, NULL};
    if (level.width * level.height > MOST_LINE_PIXELS) {
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
            transform_place(at, &step, (double)x, (double)y);
            level.ink[y * level.width + x] = (uint8_t)(lenet5_ink_between(&old, at[0], at[1]) + 0.5);
        }
        status = lenet5_spend(b, 10 * level.width, error);
    }
    l->place = transform_both(&l->place, &step);
    free(old.ink);
    l->map = level;
    return status;
}

/* A pixel of a line: of its components, or next to one of them and of no other. */
static bool of_line(const line_groups *g, const ink_map *map, size_t x, size_t y, int32_t line)
{
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
 * Adds up in sums (l->map.width) the ink of those of the map's rows that a row of the line covers: all of it, or of
 * strokes that would become faint the greatest in place of all.
 */
static void sum_rows(uint32_t *sums, const text_line *l, size_t row, const line_groups *g, int32_t line,
                     const ink_map *map)
{
    const span *b = &g->list[line].box;
    const bool thin = l->scale > 1 && g->stroke < 2 * (double)l->scale;
    const uint32_t pixels = (uint32_t)(l->scale * l->scale);
    const size_t top = b->top + row * l->scale, left = b->left > 0 ? b->left - 1 : 0;
    memset(sums, 0, l->map.width * sizeof *sums);
    for (size_t i = 0; i < l->scale; i++) {
        const size_t y = top + i - MARGIN * l->scale; /* above the map it wraps round to what is not in it */
        if (y >= map->height || y > b->bottom)
            continue;
        for (size_t x = left; x < b->right + 1 && x < map->width; x++) {
            const uint8_t ink = map->ink[y * map->width + x];
            const size_t column = (x + MARGIN * l->scale - b->left) / l->scale;
            assert(column < l->map.width);
            if (ink == 0 || !of_line(g, map, x, y, line))
                continue;
            if (!thin)
                sums[column] += ink;
            else if (sums[column] < ink * pixels)
                sums[column] = ink * pixels;
        }
    }
}

/* The ink of a line, with its margin. */
static lenet5_status cut_out(text_line *l, const line_groups *g, int32_t line, const ink_map *map, budget *b,
                             lenet5_error *error)
{
    uint32_t *sums = malloc(l->map.width * sizeof *sums);
    l->map.ink = malloc(l->map.width * l->map.height);
    lenet5_status status = sums && l->map.ink ? LENET5_OK : lenet5_fail_memory(error);
    const uint32_t pixels = (uint32_t)(l->scale * l->scale);
    for (size_t y = 0; y < l->map.height && status == LENET5_OK; y++) {
        status = lenet5_spend(b, 4 * l->map.width * pixels, error);
        sum_rows(sums, l, y, g, line, map);
        for (size_t x = 0; x < l->map.width; x++)
            l->map.ink[y * l->map.width + x] = (uint8_t)(sums[x] / pixels);
    }
    free(sums);
    return status;
}

/* ---- Pieces ---------------------------------------------------------------------------------------------------------
 */

/*
 * Whether one lies over the other, as the bar of a 5 over its body. Neighbours that are both high and side by side only
 * share columns because they slant.
 */
static bool are_stacked(const component *one, const component *other, double height)
{
    const span *a = &one->box, *b = &other->box;
    const double across = fmin((double)a->right, (double)b->right) - fmax((double)a->left, (double)b->left);
    const double down = fmin((double)a->bottom, (double)b->bottom) - fmax((double)a->top, (double)b->top);
    const double lower = fmin((double)height_of(one), (double)height_of(other));
    const span both = span_of_both(*a, *b);
    const double tall = fmax(height, (double)(both.bottom - both.top));
    return across >= JOIN * fmin((double)width_of(one), (double)width_of(other)) &&
           (double)(both.right - both.left) <= 1.2 * tall && (lower < LOW * height || down < ASIDE * lower);
}

/* Which component each one has been joined to; itself if to none. */
static void join_stacked(size_t *part_of, const components *c, double height)
{
    for (size_t i = 0; i < c->count; i++)
        part_of[i] = i;
    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; k < c->count; k++) {
            if (part_of[k] == part_of[i] || !are_stacked(&c->list[i], &c->list[k], height))
                continue;
            const size_t old = part_of[k];
            for (size_t m = 0; m < c->count; m++)
                part_of[m] = part_of[m] == old ? part_of[i] : part_of[m];
        }
}

/* A part of a line: joined components, before they are cut. */
typedef struct part {
    span box;
    size_t area;
} part;

/* The columns with the least ink about them, none close to another, the least inked first; returns how many. */
static size_t choose_columns(size_t columns[MOST_CUTS], const double *ink, const span *box, double height)
{
    const size_t spacing = (size_t)fmax(2, CUT_SPACING * height);
    const size_t most = (size_t)fmin(MOST_CUTS, ceil(6 * (double)(box->right - box->left) / height));
    size_t count = 0;
    while (count < most) {
        size_t best = 0;
        for (size_t x = box->left + spacing; x + spacing < box->right; x++) {
            bool near = false;
            for (size_t i = 0; i < count; i++)
                near |= x < columns[i] + spacing && columns[i] < x + spacing;
            if (!near && ink[x] <= ink[x - 1] && ink[x] <= ink[x + 1] && (best == 0 || ink[x] < ink[best]))
                best = x;
        }
        if (best == 0 || ink[best] > 0.7 * height)
            break;
        columns[count++] = best;
    }
    return count;
}

static int by_column(const void *a, const void *b)
{
    const size_t left = *(const size_t *)a, right = *(const size_t *)b;
    return (left > right) - (left < right);
}

typedef struct cutting {
    text_line *line;
    const components *components;
    const size_t *part_of;
    budget *budget;
    double *ink;               /* (width): of each column of the part at hand, in pixels */
    size_t *area;              /* (width): how many pixels that is */
    unsigned *strokes;         /* (width): that each column goes through */
    size_t columns[MOST_CUTS]; /* of its cuts, from left to right */
} cutting;

static bool is_of(const cutting *c, size_t which, size_t x, size_t y)
{
    const uint32_t label = c->components->labels[y * c->line->map.width + x];
    return label && c->part_of[label - 1] == which;
}

static void sum_columns(cutting *c, size_t which, const span *box)
{
    const ink_map *map = &c->line->map;
    for (size_t x = box->left; x < box->right; x++) {
        c->ink[x] = 0;
        c->area[x] = 0;
        c->strokes[x] = 0;
        for (size_t y = box->top; y < box->bottom; y++)
            if (is_of(c, which, x, y)) {
                c->ink[x] += (double)map->ink[y * map->width + x] / 255;
                c->area[x]++;
                c->strokes[x] += y == box->top || !is_of(c, which, x, y - 1);
            }
    }
}

static void add_pixel(text_line *l, size_t piece, size_t x, size_t y)
{
    assert(piece < l->count);
    span *s = &l->pieces[piece];
    l->area[piece]++;
    s->left = x < s->left ? x : s->left;
    s->top = y < s->top ? y : s->top;
    s->right = x + 1 > s->right ? x + 1 : s->right;
    s->bottom = y + 1 > s->bottom ? y + 1 : s->bottom;
    l->owner[y * l->map.width + x] = (uint16_t)(piece + 1);
}

/* Makes pieces of a part, between its cuts. */
static void deal_out(cutting *c, size_t which, const span *box, size_t cuts)
{
    text_line *l = c->line;
    const size_t first = l->count;
    l->count += cuts + 1;
    assert(l->count <= MOST_PIECES);
    for (size_t i = 0; i <= cuts; i++) {
        l->pieces[first + i] = EMPTY_SPAN;
        l->area[first + i] = 0;
        l->cut[first + i] = i > 0 ? c->ink[c->columns[i - 1]] : -1;
        l->strokes[first + i] = i > 0 ? c->strokes[c->columns[i - 1]] : 0;
    }
    for (size_t y = box->top; y < box->bottom; y++)
        for (size_t x = box->left; x < box->right; x++) {
            if (!is_of(c, which, x, y))
                continue;
            size_t piece = 0;
            while (piece < cuts && x >= c->columns[piece])
                piece++;
            add_pixel(l, first + piece, x, y);
        }
}

/* The pixels of a part between a cut and the next. */
static size_t area_after(const cutting *c, const span *box, size_t cut, size_t cuts)
{
    const size_t end = cut < cuts ? c->columns[cut] : box->right;
    size_t area = 0;
    for (size_t x = cut > 0 ? c->columns[cut - 1] : box->left; x < end; x++)
        area += c->area[x];
    return area;
}

/* A cut beside a sliver is none. Returns how many cuts are left. */
static size_t drop_slivers(cutting *c, const span *box, size_t cuts)
{
    const double sliver = SLIVER * c->line->height * c->line->height;
    while (cuts > 0) {
        size_t least = 0, least_area = area_after(c, box, 0, cuts);
        for (size_t i = 1; i <= cuts; i++) {
            const size_t area = area_after(c, box, i, cuts);
            least = area < least_area ? i : least;
            least_area = area < least_area ? area : least_area;
        }
        if ((double)least_area >= sliver)
            break;
        const size_t dropped = least > 0 ? least - 1 : 0;
        memmove(c->columns + dropped, c->columns + dropped + 1, (cuts - dropped - 1) * sizeof *c->columns);
        cuts--;
    }
    return cuts;
}

static lenet5_status cut_part(cutting *c, size_t which, const part *p, lenet5_error *error)
{
    text_line *l = c->line;
    size_t cuts = 0;
    const lenet5_status status = lenet5_spend(c->budget, 4 * span_area(p->box), error);
    if (status != LENET5_OK)
        return status;
    if ((double)(p->box.right - p->box.left) > WIDE * l->height) {
        sum_columns(c, which, &p->box);
        cuts = choose_columns(c->columns, c->ink, &p->box, l->height);
        qsort(c->columns, cuts, sizeof *c->columns, by_column);
        cuts = drop_slivers(c, &p->box, cuts);
    }
    l->crowded = l->count + cuts + 1 > MOST_PIECES;
    if (!l->crowded)
        deal_out(c, which, &p->box, cuts);
    return LENET5_OK;
}

/* Pixels at the edge of ink, too faint to connect anything, go with a neighbour. */
static void own_edges(text_line *l)
{
    const size_t width = l->map.width;
    for (int round = 0; round < 2; round++)
        for (size_t y = 1; y + 1 < l->map.height; y++)
            for (size_t x = 1; x + 1 < width; x++) {
                const size_t at = y * width + x;
                if (l->owner[at] || l->map.ink[at] < EDGE)
                    continue;
                const size_t near[] = {at - 1, at + 1, at - width, at + width};
                for (size_t i = 0; i < 4 && !l->owner[at]; i++)
                    l->owner[at] = l->owner[near[i]];
                if (l->owner[at]) {
                    assert(l->owner[at] <= l->count);
                    const span here = {x, y, x + 1, y + 1};
                    span *s = &l->pieces[l->owner[at] - 1];
                    *s = span_of_both(*s, here);
                }
            }
}

static size_t list_parts(part *parts, placed *order, const components *c, const size_t *part_of)
{
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++)
        parts[i] = (part){EMPTY_SPAN, 0};
    for (size_t i = 0; i < c->count; i++) {
        part *p = &parts[part_of[i]];
        p->box = span_of_both(p->box, c->list[i].box);
        p->area += c->list[i].area;
    }
    for (size_t i = 0; i < c->count; i++)
        if (parts[i].area > 0)
            order[count++] = (placed){(double)(parts[i].box.left + parts[i].box.right) / 2, i};
    lenet5_sort_places(order, count);
    return count;
}

/* The height that digits of the line have: that of its tallest parts, the few that are far taller left out. */
static double digit_height(const part *parts, const placed *order, size_t count, double height)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < count; i++) {
        const span *b = &parts[order[i].index].box;
        const double tall = (double)(b->bottom - b->top);
        if (tall > 0.6 * height && tall < 1.6 * height) {
            sum += tall * tall;
            weight += tall;
        }
    }
    if (weight > 0)
        return sum / weight;
    for (size_t i = 0; i < count; i++) {
        const span *b = &parts[order[i].index].box;
        height = fmax(height, (double)(b->bottom - b->top));
    }
    return height;
}

/* The pieces of a line whose components are at hand. */
static lenet5_status make_pieces(cutting *c, part *parts, placed *order, size_t *part_of, lenet5_error *error)
{
    text_line *l = c->line;
    lenet5_status status = lenet5_spend(c->budget, c->components->count * c->components->count, error);
    if (status != LENET5_OK)
        return status;
    join_stacked(part_of, c->components, l->height);
    const size_t count = list_parts(parts, order, c->components, part_of);
    l->height = digit_height(parts, order, count, l->height);
    for (size_t i = 0; i < count && status == LENET5_OK && !l->crowded; i++)
        if ((double)parts[order[i].index].area >= SPECK * l->height * l->height)
            status = cut_part(c, order[i].index, &parts[order[i].index], error);
    if (status == LENET5_OK && !l->crowded)
        own_edges(l);
    return status;
}

static lenet5_status divide_line(text_line *l, const components *c, budget *b, lenet5_error *error)
{
    const size_t width = l->map.width;
    size_t *part_of = malloc((c->count + 1) * sizeof *part_of);
    part *parts = malloc((c->count + 1) * sizeof *parts);
    placed *order = malloc((c->count + 1) * sizeof *order);
    cutting cut = {.line = l, .components = c, .part_of = part_of, .budget = b};
    cut.ink = malloc(width * sizeof *cut.ink);
    cut.area = malloc(width * sizeof *cut.area);
    cut.strokes = malloc(width * sizeof *cut.strokes);
    l->owner = calloc(width * l->map.height, sizeof *l->owner);
    const bool enough = part_of && parts && order && cut.ink && cut.area && cut.strokes && l->owner;
    const lenet5_status status = enough ? make_pieces(&cut, parts, order, part_of, error) : lenet5_fail_memory(error);
    free(cut.strokes);
    free(cut.area);
    free(cut.ink);
    free(order);
    free(parts);
    free(part_of);
    return status;
}

static lenet5_status find_pieces(text_line *l, budget *b, lenet5_error *error)
{
    components c;
    lenet5_status status = lenet5_spend(b, 10 * l->map.width * l->map.height, error);
    if (status == LENET5_OK)
        status = lenet5_find_components(&c, &l->map, b, error);
    if (status != LENET5_OK)
        return status;
    l->crowded = c.count > MOST_PARTS;
    if (!l->crowded)
        status = divide_line(l, &c, b, error);
    lenet5_components_free(&c);
    return status;
}

void lenet5_line_free(text_line *l)
{
    lenet5_ink_free(&l->map);
    free(l->owner);
    l->owner = NULL;
}

/* A line that keeps nothing but its place. */
static void make_crowded(text_line *l, const span *box)
{
    lenet5_line_free(l);
    *l = (text_line){.crowded = true,
                     .map = {box->right - box->left, box->bottom - box->top, NULL},
                     .height = l->height,
                     .scale = 1,
                     .place = {1, 0, (double)box->left, 0, 1, (double)box->top}};
}

/* Where a line is, and at what resolution it is going to be cut out. */
static text_line place_line(const line_group *g)
{
    const span *box = &g->box;
    const size_t scale = g->height < 2 * ENOUGH_HEIGHT ? 1 : (size_t)(g->height / ENOUGH_HEIGHT);
    text_line l = {.height = g->height / (double)scale, .scale = scale, .left_out = g->left_out, .clipped = g->clipped};
    const double s = (double)scale;
    l.place = (transform){s, 0, (double)box->left - MARGIN * s, 0, s, (double)box->top - MARGIN * s};
    l.map.width = (box->right - box->left + scale - 1) / scale + 2 * MARGIN;
    l.map.height = (box->bottom - box->top + scale - 1) / scale + 2 * MARGIN;
    return l;
}

static lenet5_status make_level(text_line *l, double fall, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    double lean = 0;
    if ((double)l->map.width > SINGLE * l->height) /* the slant of one digit cannot be told from its shape */
        status = find_lean(&lean, &l->map, b, error);
    if (status == LENET5_OK && (fall != 0 || lean != 0))
        status = straighten(l, fall, lean, b, error);
    return status;
}

lenet5_status lenet5_cut_line(text_line *line, const line_groups *groups, size_t number, const ink_map *map, budget *b,
                              lenet5_error *error)
{
    const line_group *group = &groups->list[number];
    *line = place_line(group);
    line->crowded = group->count > MOST_PARTS || line->map.width * line->map.height > MOST_LINE_PIXELS;
    lenet5_status status = LENET5_OK;
    if (!line->crowded)
        status = cut_out(line, groups, (int32_t)number, map, b, error);
    if (status == LENET5_OK && !line->crowded)
        status = make_level(line, find_fall(group), b, error);
    if (status == LENET5_OK && !line->crowded)
        status = find_pieces(line, b, error);
    if (status != LENET5_OK)
        lenet5_line_free(line);
    else if (line->crowded)
        make_crowded(line, &group->box);
    return status;
}
