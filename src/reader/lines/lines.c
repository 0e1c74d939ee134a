/*
 * From components to lines of writing. lenet5_find_lines() runs the stages:
 *
 *     strokes       components of some size that are no shadows; those in cells belong to the line of their field
 *     cell_lines    strokes one below the other in a cell make several lines
 *     chains        neighbours of about a digit's height make lines
 *     attach        tall digits join lines or make their own; later parts, halves and marks join their digits
 *     divide        where digits of two lines touch, components are divided, and all stages run again
 *     gaps          lines are split at wide gaps
 *     result        lines in reading order, with what is left out beside them and what the border cuts
 */
#include "lines.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "assign_cells.h"
#include "attach.h"
#include "base/error.h"
#include "cell_lines.h"
#include "digit_size.h"
#include "divide.h"
#include "gaps.h"
#include "sort.h"
#include "strikethrough.h"

#define MIN_LINE_STROKE 0.5    /* of a digit's height: strokes that make lines, at least */
#define HIGHER 1.5             /* of a digit's height: a higher stroke may be more than a digit */
#define WIDER 4.0              /* of a digit's height: a wider component at the border is an edge */
#define ALONE 0.35             /* of a digit's height: a lower stroke is no digit where it stands alone */
#define ALONE_WIDE 1.6         /* of its own height: width of a digit that stands alone, at most */
#define MAX_SLIVER_HEIGHT 0.4  /* of a digit's height: a lower component along the border is an edge */
#define MIN_BORDER_HEIGHT 1.8  /* of a digit's height: a higher component at the border, and */
#define SLIM 0.3               /* of a digit's height: a slimmer one from top to bottom of the picture, is an edge */
#define RULE 3.0               /* of a digit's height: a longer component is a rule, if it is */
#define RULE_HEIGHT 0.3        /* no higher than this, of a digit's height */
#define MIN_BORDER_WIDTH 0.12  /* of a digit's height: a slimmer component along the border is an edge */
#define LOWEST_IN_CELL 0.35    /* of a cell's height: height of the digits in it, at least */
#define MIN_SIDE_BY_SIDE 0.5   /* of the lower one's height: what two lines side by side have in common, at least */
#define AT_HAND 1.0            /* of a line's height: how far something beside it may be */
#define CUT_THROUGH 2          /* widths of a stroke: a component that crosses the border for longer is cut */
#define MIN_REST_THICKNESS 0.7 /* of a stroke's width: the rest of a stroke along the border is cut if it is thinner */
#define MAX_REST_THICKNESS 1.7 /* the same: if it is thicker, it goes across the border */

/* ---- Strokes ----------------------------------------------------------------------------------------------------- */

/* Whether a component at the border may be the edge of something. */
static bool along_border(const component *c, const ink_map *map, double height)
{
    const double wide = (double)width_of(c), high = (double)height_of(c);
    const bool across = c->box.left == 0 || c->box.right == map->width;
    const bool down = c->box.top == 0 || c->box.bottom == map->height;
    const bool is_edge =
        high > MIN_BORDER_HEIGHT * height && wide < SLIM * height && c->box.top == 0 && c->box.bottom == map->height;
    return (across || down) &&
           (is_edge ||
            (wide > WIDER * height && (high < MIN_LINE_STROKE * height || high > MIN_BORDER_HEIGHT * height)) ||
            (down && high < MAX_SLIVER_HEIGHT * height) || (across && wide < MIN_BORDER_WIDTH * height));
}

static stroke_kind kind_of(const component *c, const ink_map *map, double height)
{
    if (along_border(c, map, height))
        return DOUBTFUL;
    const double high = (double)height_of(c);
    return high < MIN_LINE_STROKE * height ? LOW : high > HIGHER * height ? HIGH : REGULAR;
}

/* Whether a component is a horizontal rule that was left on the paper: marks are shorter. */
static bool is_rule(const component *c, double height)
{
    return (double)width_of(c) > RULE * height && (double)height_of(c) < RULE_HEIGHT * height;
}

static bool is_stroke(const component *c, const ink_map *map, const digit_size *size)
{
    const bool tall = (double)height_of(c) >= MIN_LINE_STROKE * size->height;
    return (tall || (double)c->area >= SPECK * size->height * size->height) && !is_rule(c, size->height) &&
           !lenet5_is_shadow(c, map, size->stroke);
}

static lenet5_status find_strokes(strokes *s, const components *c, const ink_map *map, const cell_assignment *cells,
                                  const digit_size *size, lenet5_error *error)
{
    s->count = 0;
    for (size_t i = 0; i < c->count; i++) {
        const int32_t of = cells->field[i];
        if (c->list[i].area == 0 || (of == NO_FIELD && !is_stroke(&c->list[i], map, size)))
            continue;
        if (s->count == MAX_STROKES)
            return LENET5_CROWDED;
        stroke *one = &s->list[s->count];
        s->boxes[s->count++] = c->list[i].box;
        *one = (stroke){.component = i, .line = NO_LINE, .kind = IN_CELL};
        if (of == NO_FIELD)
            one->kind = kind_of(&c->list[i], map, size->height);
        else
            one->line = of;
    }
    return lenet5_box_index_new(&s->index, s->boxes, s->count, s->height, error);
}

/* Makes a line of each field of the layout; their numbers are those of the fields. */
static lenet5_status begin_lines(strokes *s, const layout *printed)
{
    if (printed->field_count > MAX_LINES)
        return LENET5_CROWDED;
    for (size_t i = 0; i < printed->field_count; i++)
        s->lines[i] = (baseline){.field = (int32_t)i};
    s->line_count = printed->field_count;
    return LENET5_OK;
}

/* ---- Lines ------------------------------------------------------------------------------------------------------- */

/* Whether a line passes a stroke, which then is beside it. */
static bool is_beside_line(const strokes *s, size_t number)
{
    box_query search = lenet5_box_query(&s->index, box_grown(s->boxes[number], AT_HAND * s->height, 0));
    size_t k;
    while (lenet5_box_query_next(&search, &k))
        if (s->list[k].line != NO_LINE)
            return true;
    return false;
}

/* Whether a stroke without a line may be a digit of larger or smaller writing. */
static bool may_be_alone(const strokes *s, size_t number, stroke_kind kind)
{
    const box *b = &s->boxes[number];
    if (s->list[number].kind != kind || s->list[number].line != NO_LINE)
        return false;
    return kind == HIGH || (box_height(b) > ALONE * s->height &&
                            (double)(b->right - b->left) < ALONE_WIDE * box_height(b) && !is_beside_line(s, number));
}

/* Makes lines of such strokes. */
static lenet5_status make_other_lines(strokes *s, stroke_kind kind, lenet5_error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++)
        if (may_be_alone(s, i, kind)) {
            s->list[i].kind = REGULAR;
            count++;
        }
    return count > 0 ? lenet5_make_chains(s, error) : LENET5_OK;
}

static lenet5_status make_lines(strokes *s, lenet5_error *error)
{
    lenet5_status status = lenet5_make_chains(s, error);
    if (status == LENET5_OK)
        status = lenet5_attach_high(s, error);
    if (status == LENET5_OK)
        status = make_other_lines(s, HIGH, error);
    return status;
}

/* Drops marks whose line has no digit after splitting. */
static void drop_marks(strokes *s)
{
    for (size_t i = 0; i < s->line_count; i++)
        s->lines[i].digits = 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->list[i].line != NO_LINE && s->list[i].kind != LOW && s->list[i].kind != DOUBTFUL)
            s->lines[s->list[i].line].digits++;
    for (size_t i = 0; i < s->count; i++)
        if (s->list[i].line != NO_LINE && s->lines[s->list[i].line].digits == 0)
            s->list[i].line = NO_LINE;
    for (size_t i = 0; i < s->line_count; i++)
        s->lines[i].count = s->lines[i].digits > 0 ? s->lines[i].count : 0;
}

static lenet5_status finish_lines(strokes *s, lenet5_error *error)
{
    lenet5_status status = lenet5_absorb_parts(s, error);
    lenet5_fit_lines(s);
    if (status == LENET5_OK)
        status = lenet5_join_halves(s, error);
    lenet5_fit_lines(s);
    if (status == LENET5_OK)
        status = lenet5_attach_low(s, error);
    if (status == LENET5_OK)
        status = make_other_lines(s, LOW, error);
    lenet5_fit_lines(s);
    if (status == LENET5_OK)
        status = lenet5_number_rows(s, error);
    if (status == LENET5_OK)
        status = lenet5_split_lines(s, error);
    lenet5_fit_lines(s);
    drop_marks(s);
    return status;
}

/* ---- The result -------------------------------------------------------------------------------------------------- */

/* The height of a line's digits; in a cell with one line they are not much lower than the cell. */
static double line_height(const baseline *l, const layout *printed)
{
    if (l->field == NO_FIELD || l->shares)
        return l->height;
    const box *in = &printed->cells[printed->fields[l->field].first].box;
    return fmax(l->height, LOWEST_IN_CELL * box_height(in));
}

/* Lists the lines with strokes in reading order. renamed: (line_count) the new number of each line. */
static lenet5_status order_lines(line_groups *to, int32_t *renamed, const strokes *s, const layout *printed,
                                 lenet5_error *error)
{
    sort_key *order = malloc((s->line_count + 1) * sizeof *order);
    if (!order)
        return lenet5_fail_memory(error);
    size_t width = 1;
    for (size_t i = 0; i < s->count; i++)
        width = s->boxes[i].right > width ? s->boxes[i].right : width;
    to->count = 0;
    for (size_t i = 0; i < s->line_count; i++)
        if (s->lines[i].count > 0)
            order[to->count++] = (sort_key){(double)s->lines[i].row * (double)width + (double)s->lines[i].box.left, i};
    assert(to->count <= s->line_count);
    lenet5_sort_keys(order, to->count);
    for (size_t i = 0; i < to->count; i++) {
        const baseline *l = &s->lines[order[i].index];
        renamed[order[i].index] = (int32_t)i;
        to->list[i] = (line_group){.box = l->box,
                                   .field = l->field,
                                   .height = line_height(l, printed),
                                   .slope = l->tall < 3 ? 0 : l->slope,
                                   .widest = l->widest};
    }
    free(order);
    return LENET5_OK;
}

/* Lists the components of each line, in their order. */
static void list_members(line_groups *to, const int32_t *renamed, const strokes *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->list[i].line != NO_LINE)
            to->list[renamed[s->list[i].line]].count++;
    for (size_t i = 1; i < to->count; i++)
        to->list[i].first = to->list[i - 1].first + to->list[i - 1].count;
    for (size_t i = 0; i < to->count; i++)
        to->list[i].count = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (s->list[i].line == NO_LINE)
            continue;
        line_group *l = &to->list[renamed[s->list[i].line]];
        assert(l->first + l->count < s->count);
        to->members[l->first + l->count++] = s->list[i].component;
        to->line[s->list[i].component] = renamed[s->list[i].line];
    }
}

static lenet5_status list_lines(line_groups *to, const strokes *s, const layout *printed, lenet5_error *error)
{
    int32_t *renamed = malloc((s->line_count + 1) * sizeof *renamed);
    to->list = calloc(s->line_count + 1, sizeof *to->list);
    to->members = malloc((s->count + 1) * sizeof *to->members);
    to->line = malloc((to->components.count + 1) * sizeof *to->line);
    const bool enough = renamed && to->list && to->members && to->line;
    lenet5_status status = enough ? order_lines(to, renamed, s, printed, error) : lenet5_fail_memory(error);
    if (status == LENET5_OK) {
        for (size_t i = 0; i < to->components.count; i++)
            to->line[i] = NO_LINE;
        list_members(to, renamed, s);
    }
    free(renamed);
    return status;
}

/* ---- Surroundings of a line -------------------------------------------------------------------------------------- */

/* The line beside which a component without a line is, or NO_LINE. *visited: work. */
static int32_t line_beside(const line_groups *g, const strokes *s, const component *c, size_t *visited)
{
    box_query search = lenet5_box_query(&s->index, box_grown(c->box, AT_HAND * s->height, 0));
    int32_t line = NO_LINE;
    size_t k;
    while (line == NO_LINE && lenet5_box_query_next(&search, &k))
        line = g->line[s->list[k].component];
    *visited = search.visited;
    return line;
}

static lenet5_status count_left_out(line_groups *g, const strokes *s, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < g->components.count && status == LENET5_OK; i++) {
        const component *c = &g->components.list[i];
        if (g->line[i] != NO_LINE || is_rule(c, s->height) || (double)c->area < SPECK * s->height * s->height)
            continue;
        size_t visited;
        const int32_t line = line_beside(g, s, c, &visited);
        status = lenet5_spend(s->budget, 10 * visited, error);
        if (line != NO_LINE)
            g->list[line].left_out += (double)c->area / (g->list[line].height * g->list[line].height);
    }
    return status;
}

/*
 * Whether a component continues beyond the border, by one row of pixels that begins at end. step: 1 from the left
 * border, -1 from the right one.
 */
static bool goes_on(const components *c, size_t number, size_t end, ptrdiff_t step, double thick)
{
    const size_t most = width_of(&c->list[number]);
    size_t run = 0;
    while (run < most && c->labels[end + (size_t)((ptrdiff_t)run * step)] == number + 1)
        run++;
    return run > 0 && ((double)run < MIN_REST_THICKNESS * thick ||
                       (double)run > MAX_REST_THICKNESS * fmax(thick, lenet5_stroke_thickness(&c->list[number])));
}

/* Whether the left or the right border cuts a component. A stroke along the border of full width is whole. */
static bool is_clipped(const components *c, size_t number, const ink_map *map, double thick)
{
    const box *b = &c->list[number].box;
    size_t left = 0, right = 0;
    for (size_t y = b->top; y < b->bottom; y++) {
        left += b->left == 0 && goes_on(c, number, y * map->width, 1, thick);
        right += b->right == map->width && goes_on(c, number, (y + 1) * map->width - 1, -1, thick);
    }
    return (double)(left > right ? left : right) > CUT_THROUGH * thick;
}

static void look_at_border(line_groups *g, const ink_map *map)
{
    for (size_t i = 0; i < g->components.count; i++) {
        const box *b = &g->components.list[i].box;
        if (g->line[i] == NO_LINE || (b->left > 0 && b->top > 0 && b->right < map->width && b->bottom < map->height))
            continue;
        g->border = true;
        g->list[g->line[i]].clipped |= is_clipped(&g->components, i, map, g->stroke);
    }
}

/* ---- The stage --------------------------------------------------------------------------------------------------- */

static lenet5_status new_strokes(strokes *s, size_t count, budget *b, lenet5_error *error)
{
    const size_t most = count < MAX_STROKES ? count : MAX_STROKES;
    *s = (strokes){.budget = b};
    s->list = malloc((most + 1) * sizeof *s->list);
    s->boxes = malloc((most + 1) * sizeof *s->boxes);
    s->lines = malloc(MAX_LINES * sizeof *s->lines);
    return s->list && s->boxes && s->lines ? LENET5_OK : lenet5_fail_memory(error);
}

static void free_strokes(strokes *s)
{
    lenet5_box_index_free(&s->index);
    free(s->list);
    free(s->boxes);
    free(s->lines);
    *s = (strokes){0};
}

/* Makes strokes, and lines of the regular and high ones. Free the strokes, whatever the status. */
static lenet5_status gather_strokes(strokes *s, line_groups *groups, const ink_map *map, const layout *printed,
                                    budget *b, lenet5_error *error)
{
    digit_size size;
    cell_assignment cells;
    lenet5_status status = new_strokes(s, groups->components.count, b, error);
    if (status == LENET5_OK)
        status = lenet5_find_digit_size(&size, &groups->components, map, error);
    if (status != LENET5_OK)
        return status;
    s->height = size.height;
    s->horizontals = printed->horizontals;
    s->horizontal_count = printed->horizontal_count;
    groups->stroke = size.stroke;
    status = lenet5_assign_cells(&cells, &groups->components, printed, b, error);
    if (status == LENET5_OK)
        status = begin_lines(s, printed);
    if (status == LENET5_OK)
        status = find_strokes(s, &groups->components, map, &cells, &size, error);
    lenet5_cell_assignment_free(&cells);
    if (status == LENET5_OK)
        status = lenet5_split_cell_lines(s, printed, error);
    return status == LENET5_OK ? make_lines(s, error) : status;
}

/* Finds the components of a map, and divides those in several cells. */
static lenet5_status find_components(components *c, const ink_map *map, const layout *printed, budget *b,
                                     lenet5_error *error)
{
    box *cells = malloc((printed->cell_count + 1) * sizeof *cells);
    lenet5_status status = cells ? lenet5_find_components(c, map, b, error) : lenet5_fail_memory(error);
    for (size_t i = 0; i < printed->cell_count && status == LENET5_OK; i++)
        cells[i] = printed->cells[i].box;
    if (status == LENET5_OK)
        status = lenet5_divide_between_cells(c, map, cells, printed->cell_count, b, error);
    free(cells);
    return status;
}

/* Gathers strokes, and again if components were divided between lines. */
static lenet5_status gather_all(strokes *s, line_groups *groups, const ink_map *map, const layout *printed, budget *b,
                                lenet5_error *error)
{
    bool divided = false;
    lenet5_status status = gather_strokes(s, groups, map, printed, b, error);
    if (status == LENET5_OK)
        status = lenet5_divide_between_lines(&divided, &groups->components, s, map, error);
    if (status != LENET5_OK || !divided)
        return status;
    free_strokes(s);
    return gather_strokes(s, groups, map, printed, b, error);
}

lenet5_status lenet5_find_lines(line_groups *groups, const ink_map *map, const layout *printed, budget *b,
                                lenet5_error *error)
{
    strokes s = {0};
    *groups = (line_groups){.map = map, .printed = printed};
    lenet5_status status = find_components(&groups->components, map, printed, b, error);
    if (status == LENET5_OK)
        status = gather_all(&s, groups, map, printed, b, error);
    if (status == LENET5_OK)
        status = finish_lines(&s, error);
    if (status == LENET5_OK)
        status = list_lines(groups, &s, printed, error);
    if (status == LENET5_OK)
        status = count_left_out(groups, &s, error);
    if (status == LENET5_OK)
        status = lenet5_count_strikethrough(groups, b, error);
    if (status == LENET5_OK)
        look_at_border(groups, map);
    free_strokes(&s);
    return status;
}

double lenet5_gap_beside(const line_groups *groups, size_t number)
{
    const line_group *line = &groups->list[number];
    double least = INFINITY;
    for (size_t i = 0; i < groups->count && line->field == NO_FIELD; i++) {
        const box *a = &line->box, *b = &groups->list[i].box;
        const double common = fmin((double)a->bottom, (double)b->bottom) - fmax((double)a->top, (double)b->top);
        const double lower = fmin((double)(a->bottom - a->top), (double)(b->bottom - b->top));
        if (i == number || groups->list[i].field != NO_FIELD || common < MIN_SIDE_BY_SIDE * lower)
            continue;
        const double gap = fmax((double)a->left, (double)b->left) - fmin((double)a->right, (double)b->right);
        least = fmin(least, fmax(0, gap) / line->height);
    }
    return least;
}

void lenet5_lines_free(line_groups *groups)
{
    lenet5_components_free(&groups->components);
    free(groups->line);
    free(groups->members);
    free(groups->list);
    *groups = (line_groups){0};
}
