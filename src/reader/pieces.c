/*
 * Lines and pieces.
 *
 *     components    what is connected; specks, and what runs along the border of the picture, are dropped
 *     lines         tall components whose heights overlap; small ones go to the line in which they are
 *     level         the slope of the components' middles is undone, and the slant at which columns are clearest
 *     joins         a component that lies over or under another one is a part of it: the bar of a 5
 *     cuts          where a component is wide, at columns with little ink: a straight cut leaves each digit what the
 *                   network can read, where a path round strokes gives one's parts to the other
 */
#include "pieces.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "components.h"

#define TALL 0.5         /* of a digit's height: components that make lines */
#define EDGE 20          /* of 255: ink that belongs to what it touches */
#define SPECK 0.004      /* of the square of a digit's height: what has less ink is dropped */
#define HALVES 0.3       /* of the narrower part's width that lies over the other part */
#define HALVES_GAP 0.2   /* between them, of the height of both */
#define MOST_HALVES 8    /* lines; where there are more, it is no picture of single digits */
#define FIELD_GAP 2.5    /* of a digit's height: a gap so wide parts two lines */
#define BESIDE -0.05     /* of a small component's width that lies over or under a tall one; below 0: beyond it */
#define BESIDE_GAP 0.4   /* between them, of a digit's height */
#define BESIDE_AREA 0.01 /* of the square of a digit's height: what has less ink is left where it is */
#define OVERLAP 0.5      /* of the lower one's height, for two components to be of one line */
#define STEEPEST_FALL 0.25
#define LEAST_FALL 0.01
#define STEEPEST_LEAN 0.6
#define SINGLE 1.4 /* of a digit's height: no wider than this is one digit */
#define LEAN_STEP 0.05
#define LEAN_GAIN 1.35  /* how much clearer columns have to become for a slant to be undone */
#define JOIN 0.6        /* of the narrower one's width that lies over the other one */
#define WIDE 0.52       /* of the line's height: components that may hold two digits */
#define SLIVER 0.03     /* of the square of the line's height: a piece with less ink is not cut off */
#define CUT_SPACING 0.1 /* the least distance of two cuts, and from the ends; of the line's height */
#define MOST_CUTS 12    /* of a component */

/* ---- Components into lines ------------------------------------------------------------------------------------------
 */

static size_t height_of(const component *c)
{
    return c->box.bottom - c->box.top;
}

static size_t width_of(const component *c)
{
    return c->box.right - c->box.left;
}

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

enum { NO_LINE = -1 };

/* What a line is known by while it is put together. */
typedef struct gathering {
    double top, bottom; /* means over its last tall components, weighted by their heights */
    double weight;
    double left, right; /* how far it has come */
    int now;            /* the line that its next component goes to: itself, or one that is split from it */
} gathering;

typedef struct grouping {
    const components *components;
    int *line; /* of each component, or NO_LINE */
    gathering *lines;
    size_t count;
    double height; /* of a digit */
} grouping;

static bool along_border(const component *c, const ink_map *map, double height)
{
    const bool across = c->box.left == 0 || c->box.right == map->width;
    const bool down = c->box.top == 0 || c->box.bottom == map->height;
    return (across || down) &&
           ((double)height_of(c) > 1.8 * height || (double)width_of(c) > 4 * height ||
            (down && (double)height_of(c) < 0.4 * height) || (across && (double)width_of(c) < 0.12 * height));
}

static int line_for(const grouping *g, const component *c)
{
    const double top = (double)c->box.top, bottom = (double)c->box.bottom;
    for (size_t i = 0; i < g->count; i++) {
        const gathering *l = &g->lines[i];
        const double common = fmin(bottom, l->bottom) - fmax(top, l->top);
        if (common >= OVERLAP * fmin(bottom - top, l->bottom - l->top))
            return (int)i;
    }
    return NO_LINE;
}

/* The line of the tall component that a small one lies above or below, as the bar of a 5 or the foot of a 2 may. */
static int line_beside(const grouping *g, const component *small)
{
    for (size_t i = 0; i < g->components->count; i++) {
        const component *c = &g->components->list[i];
        if (g->line[i] == NO_LINE || (double)height_of(c) < TALL * g->height)
            continue;
        const double over =
            fmin((double)c->box.right, (double)small->box.right) - fmax((double)c->box.left, (double)small->box.left);
        const double gap =
            fmax((double)c->box.top, (double)small->box.top) - fmin((double)c->box.bottom, (double)small->box.bottom);
        if (over >= BESIDE * (double)width_of(small) && gap <= BESIDE_GAP * g->height)
            return g->line[i];
    }
    return NO_LINE;
}

/* What is sorted from left to right. */
typedef struct placed {
    double at;
    size_t index;
} placed;

static int by_place(const void *a, const void *b)
{
    const double left = ((const placed *)a)->at, right = ((const placed *)b)->at;
    return (left > right) - (left < right);
}

static void add_to_line(grouping *g, int line, const component *c)
{
    gathering *l = &g->lines[line];
    const double weight = (double)height_of(c);
    l->top += ((double)c->box.top - l->top) * weight / (l->weight + weight);
    l->bottom += ((double)c->box.bottom - l->bottom) * weight / (l->weight + weight);
    l->weight = fmin(l->weight + weight, g->height); /* no more, so that a line may rise and fall */
}

/* Tall components, from left to right so that a line may rise or fall, then what is small. */
static void group(grouping *g, const ink_map *map, const placed *order)
{
    const components *c = g->components;
    for (size_t i = 0; i < c->count; i++) {
        const component *one = &c->list[order[i].index];
        g->line[order[i].index] = NO_LINE;
        if ((double)height_of(one) < TALL * g->height || along_border(one, map, g->height))
            continue;
        int line = line_for(g, one);
        if (line == NO_LINE) {
            line = (int)g->count++;
            g->lines[line] = (gathering){.top = (double)one->box.top, .bottom = (double)one->box.bottom};
        }
        add_to_line(g, line, one);
        g->line[order[i].index] = line;
    }
    for (size_t i = 0; i < c->count; i++) {
        const component *one = &c->list[i];
        if (g->line[i] == NO_LINE && (double)one->area >= SPECK * g->height * g->height &&
            (double)height_of(one) < TALL * g->height && !along_border(one, map, g->height)) {
            g->line[i] = line_for(g, one);
            if (g->line[i] == NO_LINE && (double)one->area >= BESIDE_AREA * g->height * g->height)
                g->line[i] = line_beside(g, one);
        }
    }
}

static span bounds_of(const grouping *g, int line)
{
    span b = {SIZE_MAX, SIZE_MAX, 0, 0};
    for (size_t i = 0; i < g->components->count; i++)
        if (g->line[i] == line)
            b = span_of_both(b, g->components->list[i].box);
    return b;
}

static size_t tall_ones(const grouping *g, int line)
{
    size_t count = 0;
    for (size_t i = 0; i < g->components->count; i++)
        count += g->line[i] == line && (double)height_of(&g->components->list[i]) >= TALL * g->height;
    return count;
}

/* Whether two lines are the upper and the lower part of one digit, as of a 5 whose bar does not touch it. */
static bool are_halves(const grouping *g, int one, int other)
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
    for (int one = 0; one < (int)g->count; one++)
        for (int other = one + 1; other < (int)g->count; other++)
            if (are_halves(g, one, other))
                for (size_t i = 0; i < g->components->count; i++)
                    g->line[i] = g->line[i] == other ? one : g->line[i];
}

/* A line with a wide gap in it is two. */
static void split(grouping *g, const placed *order)
{
    for (size_t i = 0; i < g->count; i++) {
        g->lines[i].left = g->lines[i].right = -1;
        g->lines[i].now = (int)i;
    }
    for (size_t i = 0; i < g->components->count; i++) {
        const span *box = &g->components->list[order[i].index].box;
        int *line = &g->line[order[i].index];
        if (*line == NO_LINE)
            continue;
        gathering *from = &g->lines[*line];
        gathering *l = &g->lines[from->now];
        if (l->right >= 0 && (double)box->left - l->right > FIELD_GAP * g->height) {
            from->now = (int)g->count;
            g->lines[g->count] = *from;
            l = &g->lines[g->count++];
            l->right = -1;
        }
        l->left = l->right < 0 ? (double)box->left : l->left;
        l->right = fmax(l->right, (double)box->right);
        *line = from->now;
    }
}

static lenet5_status find_groups(grouping *g, const ink_map *map, double stroke, lenet5_error *error)
{
    const components *c = g->components;
    placed *order = malloc((c->count + 1) * sizeof *order);
    g->line = malloc((c->count + 1) * sizeof *g->line);
    g->lines = malloc((c->count + 1) * sizeof *g->lines);
    lenet5_status status = order && g->line && g->lines ? LENET5_OK : lenet5_fail_memory(error);
    if (status == LENET5_OK)
        status = typical_height(&g->height, c, stroke, error);
    if (status == LENET5_OK) {
        for (size_t i = 0; i < c->count; i++)
            order[i] = (placed){(double)c->list[i].box.left, i};
        qsort(order, c->count, sizeof *order, by_place);
        group(g, map, order);
        if (g->count <= MOST_HALVES)
            join_halves(g);
        split(g, order);
    }
    free(order);
    return status;
}

/* ---- A line on its own ----------------------------------------------------------------------------------------------
 */

/* The slope of the straight line through the middles of the tall components. */
static double find_fall(const grouping *g, int line)
{
    double weight = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < g->components->count; i++) {
        const component *c = &g->components->list[i];
        if (g->line[i] != line || (double)height_of(c) < TALL * g->height)
            continue;
        const double middle_x = (double)(c->box.left + c->box.right) / 2;
        const double middle_y = (double)(c->box.top + c->box.bottom) / 2;
        weight++;
        x += middle_x;
        y += middle_y;
        xx += middle_x * middle_x;
        xy += middle_x * middle_y;
    }
    const double spread = weight > 0 ? xx - x * x / weight : 0;
    if (weight < 3 || spread < 2 * g->height * g->height)
        return 0;
    const double fall = (xy - x * y / weight) / spread;
    return fabs(fall) < LEAST_FALL || fabs(fall) > STEEPEST_FALL ? 0 : fall;
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

static lenet5_status find_lean(float *lean, const ink_map *map, lenet5_error *error)
{
    double *columns = malloc((map->width + 2 * map->height) * sizeof *columns);
    if (!columns)
        return lenet5_fail_memory(error);
    const size_t step = map->height > 64 ? map->height / 32 : 1;
    double most = LEAN_GAIN * clearness(columns, map, step, 0);
    *lean = 0;
    for (double tried = -STEEPEST_LEAN; tried <= STEEPEST_LEAN; tried += LEAN_STEP) {
        const double clear = clearness(columns, map, step, tried);
        if (clear > most) {
            most = clear;
            *lean = (float)tried;
        }
    }
    free(columns);
    return LENET5_OK;
}

/* The map as it is without its fall and lean; place of the old one: as text_line says. */
static lenet5_status straighten(text_line *l, lenet5_error *error)
{
    const ink_map old = l->map;
    const double across = fabs((double)l->lean) * (double)old.height;
    const double down = fabs((double)l->fall) * (double)old.width;
    ink_map new = {old.width + (size_t)across + 2, old.height + (size_t)down + 2, NULL};
    new.ink = malloc(new.width *new.height);
    if (!new.ink)
        return lenet5_fail_memory(error);
    l->middle = (float)new.height / 2;
    l->centre = (float)new.width / 2;
    const double from_x = ((double)old.width - (double)new.width) / 2;
    const double from_y = ((double)old.height - (double)new.height) / 2;
    for (size_t y = 0; y < new.height; y++)
        for (size_t x = 0; x < new.width; x++) {
            const double there_x = (double)x + (double)l->lean * ((double)y - (double)l->middle) + from_x;
            const double there_y = (double)y + (double)l->fall * ((double)x - (double)l->centre) + from_y;
            new.ink[y * new.width + x] = (uint8_t)(lenet5_ink_between(&old, there_x, there_y) + 0.5);
        }
    l->from_x += (float)from_x;
    l->from_y += (float)from_y;
    free(old.ink);
    l->map = new;
    return LENET5_OK;
}

/* A pixel of a line: of its components, or next to one of them and of no other. */
static bool of_line(const grouping *g, const ink_map *map, size_t x, size_t y, int line)
{
    const uint32_t label = g->components->labels[y * map->width + x];
    if (label)
        return g->line[label - 1] == line;
    for (size_t i = y > 0 ? y - 1 : 0; i <= y + 1 && i < map->height; i++)
        for (size_t k = x > 0 ? x - 1 : 0; k <= x + 1 && k < map->width; k++) {
            const uint32_t near = g->components->labels[i * map->width + k];
            if (near && g->line[near - 1] == line)
                return true;
        }
    return false;
}

/* The ink of a line, with a margin of two pixels. */
static lenet5_status cut_out(text_line *l, const grouping *g, const ink_map *map, int line, lenet5_error *error)
{
    const span b = bounds_of(g, line);
    enum { MARGIN = 2 };
    *l = (text_line){.height = g->height, .from_x = (float)b.left - MARGIN, .from_y = (float)b.top - MARGIN};
    l->map = (ink_map){b.right - b.left + 2 * MARGIN, b.bottom - b.top + 2 * MARGIN, NULL};
    l->map.ink = calloc(l->map.width, l->map.height);
    if (!l->map.ink)
        return lenet5_fail_memory(error);
    for (size_t y = b.top > 0 ? b.top - 1 : 0; y < b.bottom + 1 && y < map->height; y++)
        for (size_t x = b.left > 0 ? b.left - 1 : 0; x < b.right + 1 && x < map->width; x++) {
            const uint8_t ink = map->ink[y * map->width + x];
            if (ink > 0 && of_line(g, map, x, y, line))
                l->map.ink[(y + MARGIN - b.top) * l->map.width + x + MARGIN - b.left] = ink;
        }
    return LENET5_OK;
}

/* ---- Pieces ---------------------------------------------------------------------------------------------------------
 */

/* Which component each one has been joined to; itself if to none. */
static void join_stacked(size_t *part_of, const components *c, double height)
{
    for (size_t i = 0; i < c->count; i++)
        part_of[i] = i;
    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; k < c->count; k++) {
            const span *a = &c->list[i].box, *b = &c->list[k].box;
            if (i == k || part_of[k] == part_of[i] || a->right <= b->left || b->right <= a->left)
                continue;
            const size_t left = a->left > b->left ? a->left : b->left;
            const size_t right = a->right < b->right ? a->right : b->right;
            const size_t narrower =
                width_of(&c->list[i]) < width_of(&c->list[k]) ? width_of(&c->list[i]) : width_of(&c->list[k]);
            const span both = span_of_both(*a, *b);
            const double tall = fmax(height, (double)(both.bottom - both.top));
            if ((double)(right - left) < JOIN * (double)narrower || (double)(both.right - both.left) > 1.2 * tall)
                continue;
            const size_t old = part_of[k], new = part_of[i];
            for (size_t m = 0; m < c->count; m++)
                part_of[m] = part_of[m] == old ? new : part_of[m];
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
    double *ink;               /* (width): of each column of the part at hand, in pixels */
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
        c->strokes[x] = 0;
        for (size_t y = box->top; y < box->bottom; y++)
            if (is_of(c, which, x, y)) {
                c->ink[x] += (double)map->ink[y * map->width + x] / 255;
                c->strokes[x] += y == box->top || !is_of(c, which, x, y - 1);
            }
    }
}

static void add_pixel(text_line *l, size_t piece, size_t x, size_t y)
{
    span *s = &l->pieces[piece];
    l->area[piece]++;
    s->left = x < s->left ? x : s->left;
    s->top = y < s->top ? y : s->top;
    s->right = x + 1 > s->right ? x + 1 : s->right;
    s->bottom = y + 1 > s->bottom ? y + 1 : s->bottom;
    l->owner[y * l->map.width + x] = (uint16_t)(piece + 1);
}

/* Gives the pixels of a part to the pieces from first on, between its cuts. */
static void deal_out(cutting *c, size_t which, const span *box, size_t first, size_t cuts)
{
    text_line *l = c->line;
    for (size_t i = 0; i <= cuts; i++) {
        l->pieces[first + i] = (span){SIZE_MAX, SIZE_MAX, 0, 0};
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

static void drop_cut(cutting *c, size_t which, size_t cuts)
{
    memmove(c->columns + which, c->columns + which + 1, (cuts - which - 1) * sizeof *c->columns);
}

/* Makes pieces of a part; a cut beside a sliver is none. */
static void divide_part(cutting *c, size_t which, const span *box, size_t cuts)
{
    text_line *l = c->line;
    const double sliver = SLIVER * l->height * l->height;
    for (;;) {
        size_t least = 0;
        deal_out(c, which, box, l->count, cuts);
        for (size_t i = 1; i <= cuts; i++)
            least = l->area[l->count + i] < l->area[l->count + least] ? i : least;
        if (cuts == 0 || (double)l->area[l->count + least] >= sliver)
            break;
        drop_cut(c, least > 0 ? least - 1 : 0, cuts);
        cuts--;
    }
    l->count += cuts + 1;
}

static void cut_part(cutting *c, size_t which, const part *p)
{
    text_line *l = c->line;
    size_t cuts = 0;
    if ((double)(p->box.right - p->box.left) > WIDE * l->height) {
        sum_columns(c, which, &p->box);
        cuts = choose_columns(c->columns, c->ink, &p->box, l->height);
        qsort(c->columns, cuts, sizeof *c->columns, by_column);
    }
    cuts = cuts < MOST_PIECES - l->count - 1 ? cuts : MOST_PIECES - l->count - 1;
    divide_part(c, which, &p->box, cuts);
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
        parts[i] = (part){{SIZE_MAX, SIZE_MAX, 0, 0}, 0};
    for (size_t i = 0; i < c->count; i++) {
        part *p = &parts[part_of[i]];
        p->box = span_of_both(p->box, c->list[i].box);
        p->area += c->list[i].area;
    }
    for (size_t i = 0; i < c->count; i++)
        if (parts[i].area > 0)
            order[count++] = (placed){(double)(parts[i].box.left + parts[i].box.right) / 2, i};
    qsort(order, count, sizeof *order, by_place);
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

static lenet5_status find_pieces(text_line *l, lenet5_error *error)
{
    components c;
    lenet5_status status = lenet5_find_components(&c, &l->map, error);
    if (status != LENET5_OK)
        return status;
    size_t *part_of = malloc((c.count + 1) * sizeof *part_of);
    part *parts = malloc((c.count + 1) * sizeof *parts);
    placed *order = malloc((c.count + 1) * sizeof *order);
    cutting cut = {.line = l, .components = &c, .part_of = part_of};
    cut.ink = malloc(l->map.width * sizeof *cut.ink);
    cut.strokes = malloc(l->map.width * sizeof *cut.strokes);
    l->owner = calloc(l->map.width * l->map.height, sizeof *l->owner);
    if (!part_of || !parts || !order || !cut.ink || !cut.strokes || !l->owner)
        status = lenet5_fail_memory(error);
    if (status == LENET5_OK) {
        join_stacked(part_of, &c, l->height);
        const size_t count = list_parts(parts, order, &c, part_of);
        l->height = digit_height(parts, order, count, l->height);
        for (size_t i = 0; i < count && l->count < MOST_PIECES; i++)
            if ((double)parts[order[i].index].area >= SPECK * l->height * l->height)
                cut_part(&cut, order[i].index, &parts[order[i].index]);
        own_edges(l);
    }
    free(cut.strokes);
    free(cut.ink);
    free(order);
    free(parts);
    free(part_of);
    lenet5_components_free(&c);
    return status;
}

static void free_line(text_line *l)
{
    lenet5_ink_free(&l->map);
    free(l->owner);
}

static lenet5_status make_line(text_line *l, const grouping *g, const ink_map *map, int line, lenet5_error *error)
{
    lenet5_status status = cut_out(l, g, map, line, error);
    if (status != LENET5_OK)
        return status;
    l->fall = (float)find_fall(g, line);
    if ((double)l->map.width > SINGLE * g->height) /* the slant of one digit cannot be told from its shape */
        status = find_lean(&l->lean, &l->map, error);
    if (status == LENET5_OK && (l->fall != 0 || l->lean != 0))
        status = straighten(l, error);
    if (status == LENET5_OK)
        status = find_pieces(l, error);
    if (status != LENET5_OK)
        free_line(l);
    return status;
}

static lenet5_status make_lines(text_lines *lines, const grouping *g, const ink_map *map, lenet5_error *error)
{
    placed *order = malloc((g->count + 1) * sizeof *order);
    lines->line = calloc(g->count + 1, sizeof *lines->line);
    lenet5_status status = order && lines->line ? LENET5_OK : lenet5_fail_memory(error);
    for (size_t i = 0; status == LENET5_OK && i < g->count; i++)
        order[i] = (placed){g->lines[i].top + g->lines[i].bottom + 1e-6 * g->lines[i].left, i};
    if (status == LENET5_OK)
        qsort(order, g->count, sizeof *order, by_place);
    for (size_t i = 0; i < g->count && status == LENET5_OK; i++) {
        if (bounds_of(g, (int)order[i].index).right == 0) /* it has been joined to another one */
            continue;
        status = make_line(&lines->line[lines->count], g, map, (int)order[i].index, error);
        lines->count += status == LENET5_OK;
    }
    free(order);
    return status;
}

static bool touches_border(const grouping *g, const ink_map *map)
{
    for (size_t i = 0; i < g->components->count; i++) {
        const span *b = &g->components->list[i].box;
        if (g->line[i] != NO_LINE &&
            (b->left == 0 || b->top == 0 || b->right == map->width || b->bottom == map->height))
            return true;
    }
    return false;
}

lenet5_status lenet5_find_lines(text_lines *lines, const ink_map *map, double stroke, lenet5_error *error)
{
    components c;
    *lines = (text_lines){0};
    lenet5_status status = lenet5_find_components(&c, map, error);
    if (status != LENET5_OK)
        return status;
    grouping g = {.components = &c};
    status = find_groups(&g, map, stroke, error);
    if (status == LENET5_OK) {
        lines->border = touches_border(&g, map);
        status = make_lines(lines, &g, map, error);
    }
    free(g.line);
    free(g.lines);
    lenet5_components_free(&c);
    if (status != LENET5_OK)
        lenet5_lines_free(lines);
    return status;
}

void lenet5_lines_free(text_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free_line(&lines->line[i]);
    free(lines->line);
    *lines = (text_lines){0};
}
