/*
 * From a line to pieces (heuristic over-segmentation, section V of the paper).
 *
 *     joins    a component above or below another one is a part of it; so is one that extends to the right from its
 *              top: the bar of a 5
 *     cuts     a wide component is cut at columns with little ink: a straight cut leaves each digit readable, where a
 *              path around strokes would give parts of one digit to the other
 *
 * In: the straightened ink of a line. Out: at most MAX_PIECES pieces from left to right, and the owner of each pixel.
 * Cost: O(components²) for joins, and a few passes over the pixels.
 */
#include "pieces.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assign_cells.h"
#include "base/ascending.h"
#include "base/error.h"
#include "holes.h"
#include "reader/page/blank.h"
#include "sort.h"
#include "straighten.h"

#define MIN_PIECE_INK 20     /* of 255: ink that goes with the piece it touches, at least */
#define JOIN 0.6             /* of the narrower one's width: what lies above or below the other one, at least */
#define LOWER 0.5            /* of the line's height: a lower component is no digit beside another */
#define POINT 0.28           /* of the line's height: sides of a point, at most */
#define POINT_UNDER 0.25     /* of the line's height: paper above a point, at least */
#define POINT_OFF 0.3        /* of the line's height: distance of its foot from that of its digit, at most */
#define BAR_FLAT 1.3         /* width to height of the bar of a 5, at least */
#define BAR_WIDE 0.2         /* of the line's height: width of the bar, at least */
#define BAR_BESIDE 0.06      /* of the line's height: gap to the right of its body, at most */
#define BAR_DOWN 0.1         /* of the line's height: its top below that of its body, at most; a hyphen is lower */
#define BAR_HIGH 0.35        /* of the line's height: its foot above that of its body, at least */
#define BAR_APART 0.15       /* of the line's height: vertical gap between the two, at most */
#define ASIDE 0.5            /* of the lower one's height: what components side by side have in common, at least */
#define MAX_DIGIT_WIDTH 0.52 /* of the line's height: a wider component may be two digits */
#define SLIVER 0.03          /* squares of the line's height: a piece with less ink is not cut off */
#define CUT_SPACING 0.1      /* of the line's height: distance between two cuts, and from the ends, at least */
#define PASSED 1.6         /* times the distance of neighbouring cells: a larger distance has room for a cell between */
#define LOOP_HEIGHT 0.2    /* of the line's height: a digit's loop, at least */
#define LOOPS_BESIDE 0.6   /* of the lower one's height: what two loops that share a stroke have in common, at least */
#define LOOPS_COMMON 0.4   /* of the narrower one's width: the columns that both are in, at most; zeros slant */
#define SHARED_STROKE 0.25 /* of the line's height: what is between them, at most */
#define MAX_CUTS 12        /* of one component */

/* ---- Pieces ------------------------------------------------------------------------------------------------------ */

/* Whether a component is as small as a point, with paper above it; a part broken off a digit has ink there. */
static bool may_be_point(const components *c, size_t which, size_t width, double height)
{
    const component *one = &c->list[which];
    const box *bounds = &one->box;
    if ((double)width_of(one) > POINT * height || (double)height_of(one) > POINT * height)
        return false;
    const double top = (double)bounds->top - POINT_UNDER * height;
    for (size_t y = (size_t)fmax(0, top); y < bounds->top; y++)
        for (size_t x = bounds->left; x < bounds->right; x++)
            if (c->labels[y * width + x])
                return false;
    return true;
}

/* Whether a point is at the foot of a digit, as under the bar of a 7. */
static bool is_at_foot(const component *point, const component *digit, double height)
{
    const double down = (double)digit->box.bottom - (double)point->box.bottom;
    return (double)height_of(digit) >= LOWER * height && fabs(down) <= POINT_OFF * height;
}

/*
 * Whether one component is above the other, as the bar of a 5 above its body. High neighbours side by side share
 * columns only because they slant.
 */
static bool are_stacked(const component *one, const component *other, double height)
{
    const box *a = &one->box, *b = &other->box;
    const double across = box_common_width(*a, *b);
    const double down = fmin((double)a->bottom, (double)b->bottom) - fmax((double)a->top, (double)b->top);
    const double lower = fmin((double)height_of(one), (double)height_of(other));
    const box both = box_union(*a, *b);
    const double tall = fmax(height, (double)(both.bottom - both.top));
    return across >= JOIN * fmin((double)width_of(one), (double)width_of(other)) &&
           (double)(both.right - both.left) <= 1.2 * tall && (lower < LOWER * height || down < ASIDE * lower);
}

/* Whether a component extends to the right from the top of another, as the bar of a 5 after the pen was lifted. */
static bool is_bar(const component *bar, const component *body, double height)
{
    const box *a = &bar->box, *b = &body->box;
    const double wide = (double)width_of(bar), high = (double)height_of(bar);
    return wide >= BAR_FLAT * high && wide >= BAR_WIDE * height && high < LOWER * height && body->area > bar->area &&
           a->left + a->right > b->left + b->right && box_common_width(*a, *b) >= -BAR_BESIDE * height &&
           (double)a->top <= (double)b->top + BAR_DOWN * height &&
           (double)b->bottom - (double)a->bottom >= BAR_HIGH * height &&
           (double)b->top - (double)a->bottom <= BAR_APART * height;
}

/* The body of a bar; the component itself if it is no bar, or is as much above the next digit as above its body. */
static size_t body_of(const components *c, size_t bar, double height)
{
    size_t best = bar;
    double most = -INFINITY;
    for (size_t i = 0; i < c->count; i++) {
        const double common = box_common_width(c->list[bar].box, c->list[i].box);
        if (i == bar || common < most || (double)height_of(&c->list[i]) < BAR_HIGH * height)
            continue;
        most = common;
        best = is_bar(&c->list[bar], &c->list[i], height) ? i : bar;
    }
    return best;
}

static void join(size_t *part_of, size_t count, size_t to, size_t old)
{
    for (size_t i = 0; i < count; i++)
        part_of[i] = part_of[i] == old ? to : part_of[i];
}

/* Sets the component that each one is joined to, within its cell; itself if to none. */
static void join_stacked(size_t *part_of, const components *c, const int16_t *in_cell, const bool *point, double height)
{
    for (size_t i = 0; i < c->count; i++)
        part_of[i] = i;
    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; k < c->count; k++)
            if (part_of[k] != part_of[i] && in_cell[k] == in_cell[i] && are_stacked(&c->list[i], &c->list[k], height) &&
                !(point[i] && is_at_foot(&c->list[i], &c->list[k], height)) &&
                !(point[k] && is_at_foot(&c->list[k], &c->list[i], height)))
                join(part_of, c->count, part_of[i], part_of[k]);
    for (size_t i = 0; i < c->count; i++) {
        const size_t body = part_of[i] == i ? body_of(c, i, height) : i;
        if (part_of[body] != i && in_cell[body] == in_cell[i])
            join(part_of, c->count, part_of[body], i);
    }
}

/* A part of a line: joined components before cutting. */
typedef struct part {
    box box;
    size_t area;
} part;

/* Whether what is between two loops may be a stroke of both. */
static bool share_a_stroke(const box *left, const box *right, double height)
{
    const double lower = fmin((double)(left->bottom - left->top), (double)(right->bottom - right->top));
    const double narrower = fmin((double)(left->right - left->left), (double)(right->right - right->left));
    const double down = fmin((double)left->bottom, (double)right->bottom) - fmax((double)left->top, (double)right->top);
    const double across = box_common_width(*left, *right);
    return down >= LOOPS_BESIDE * lower && across <= LOOPS_COMMON * narrower && across >= -SHARED_STROKE * height;
}

static bool is_near(const size_t *columns, size_t count, size_t column, size_t spacing)
{
    bool near = false;
    for (size_t i = 0; i < count; i++)
        near |= column < columns[i] + spacing && columns[i] < column + spacing;
    return near;
}

/* Chooses the middles of strokes that two loops share, as of two zeros. Returns their number. */
static size_t choose_shared_strokes(size_t columns[MAX_CUTS], const loops *l, size_t left, double height,
                                    size_t spacing, size_t most)
{
    size_t count = 0;
    for (size_t i = 1; i < l->count; i++)
        for (size_t k = 0; k < i && count < most; k++) {
            const size_t column = left + (l->list[k].right + l->list[i].left) / 2;
            if (!share_a_stroke(&l->list[k], &l->list[i], height) || is_near(columns, count, column, spacing))
                continue;
            assert(count < MAX_CUTS);
            columns[count++] = column;
        }
    return count;
}

/*
 * Chooses cuts that are not near each other: along strokes that two loops share, where there is most ink; then columns
 * with locally least ink, the least inked first. Returns their number.
 */
static size_t choose_columns(size_t columns[MAX_CUTS], const double *ink, const loops *l, const box *bounds,
                             double height)
{
    const size_t spacing = (size_t)fmax(2, CUT_SPACING * height);
    const size_t most = (size_t)fmin(MAX_CUTS, ceil(6 * (double)(bounds->right - bounds->left) / height));
    size_t count = choose_shared_strokes(columns, l, bounds->left, height, spacing, most);
    while (count < most) {
        size_t best = 0;
        for (size_t x = bounds->left + spacing; x + spacing < bounds->right; x++)
            if (ink[x] <= ink[x - 1] && ink[x] <= ink[x + 1] && (best == 0 || ink[x] < ink[best]) &&
                !is_near(columns, count, x, spacing))
                best = x;
        if (best == 0 || ink[best] > 0.7 * height)
            break;
        assert(count < MAX_CUTS);
        columns[count++] = best;
    }
    return count;
}

typedef struct cutting {
    text_line *line;
    const components *components;
    const box *cells;  /* (cell_count), from left to right */
    size_t cell_count; /* 0 if the line is in no cells */
    int16_t *cell;     /* (components): cell, or NO_CELL */
    bool *point;       /* (components): may be a point, and is in no cell */
    const size_t *part_of;
    budget *budget;
    double *ink;              /* (width): ink of each column of the present part, in full pixels */
    size_t *area;             /* (width): pixels of ink of each column */
    unsigned *strokes;        /* (width): strokes that each column goes through */
    size_t *holes;            /* (width of the part): pixels of enclosed paper in each column */
    loops loops;              /* of the present part */
    size_t columns[MAX_CUTS]; /* cuts of the present part, from left to right */
} cutting;

static bool is_of(const cutting *c, size_t which, size_t x, size_t y)
{
    const uint32_t label = c->components->labels[y * c->line->map.width + x];
    return label && c->part_of[label - 1] == which;
}

static void sum_columns(cutting *c, size_t which, const box *bounds)
{
    const ink_map *map = &c->line->map;
    for (size_t x = bounds->left; x < bounds->right; x++) {
        c->ink[x] = 0;
        c->area[x] = 0;
        c->strokes[x] = 0;
    }
    for (size_t y = bounds->top; y < bounds->bottom; y++)
        for (size_t x = bounds->left; x < bounds->right; x++)
            if (is_of(c, which, x, y)) {
                c->ink[x] += (double)map->ink[y * map->width + x] / 255;
                c->area[x]++;
                c->strokes[x] += y == bounds->top || !is_of(c, which, x, y - 1);
            }
}

static lenet5_status find_holes(cutting *c, size_t which, const box *bounds, lenet5_error *error)
{
    const size_t width = bounds->right - bounds->left, height = bounds->bottom - bounds->top;
    uint8_t *pixels = malloc(width * height);
    if (!pixels)
        return lenet5_fail_memory(error);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            pixels[y * width + x] = is_of(c, which, bounds->left + x, bounds->top + y) ? HOLE_INK : HOLE_PAPER;
    const size_t least = (size_t)(LOOP_HEIGHT * c->line->height);
    const lenet5_status status = lenet5_find_holes(c->holes, &c->loops, pixels, width, height, least, error);
    free(pixels);
    return status;
}

static void add_pixel(text_line *l, size_t piece, size_t x, size_t y)
{
    assert(piece < l->count);
    box *s = &l->pieces[piece];
    l->area[piece]++;
    s->left = x < s->left ? x : s->left;
    s->top = y < s->top ? y : s->top;
    s->right = x + 1 > s->right ? x + 1 : s->right;
    s->bottom = y + 1 > s->bottom ? y + 1 : s->bottom;
    l->owner[y * l->map.width + x] = (uint16_t)(piece + 1);
}

/* Makes pieces of a part, between its cuts. */
static void deal_out(cutting *c, size_t which, const box *bounds, size_t cuts)
{
    text_line *l = c->line;
    const size_t first = l->count;
    l->count += cuts + 1;
    assert(l->count <= MAX_PIECES);
    for (size_t i = 0; i <= cuts; i++) {
        l->pieces[first + i] = EMPTY_BOX;
        l->area[first + i] = 0;
        l->cut[first + i] = i > 0 ? c->ink[c->columns[i - 1]] : -1;
        l->strokes[first + i] = i > 0 ? c->strokes[c->columns[i - 1]] : 0;
        l->hole[first + i] = i > 0 ? (double)c->holes[c->columns[i - 1] - bounds->left] : 0;
        l->cell[first + i] = c->cell[which];
    }
    for (size_t y = bounds->top; y < bounds->bottom; y++)
        for (size_t x = bounds->left; x < bounds->right; x++) {
            if (!is_of(c, which, x, y))
                continue;
            size_t piece = 0;
            while (piece < cuts && x >= c->columns[piece])
                piece++;
            add_pixel(l, first + piece, x, y);
        }
}

/* The pixels of a part between a cut and the next. */
static size_t area_after(const cutting *c, const box *bounds, size_t cut, size_t cuts)
{
    const size_t end = cut < cuts ? c->columns[cut] : bounds->right;
    size_t area = 0;
    for (size_t x = cut > 0 ? c->columns[cut - 1] : bounds->left; x < end; x++)
        area += c->area[x];
    return area;
}

/* Drops cuts beside slivers; returns the number of cuts left. */
static size_t drop_slivers(cutting *c, const box *bounds, size_t cuts)
{
    const double sliver = SLIVER * c->line->height * c->line->height;
    while (cuts > 0) {
        size_t least = 0, min_area = area_after(c, bounds, 0, cuts);
        for (size_t i = 1; i <= cuts; i++) {
            const size_t area = area_after(c, bounds, i, cuts);
            least = area < min_area ? i : least;
            min_area = area < min_area ? area : min_area;
        }
        if ((double)min_area >= sliver)
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
    lenet5_status status = lenet5_spend(c->budget, 10 * box_area(p->box), error);
    const bool may_be_cut = c->cell_count == 0 && (double)(p->box.right - p->box.left) > MAX_DIGIT_WIDTH * l->height;
    if (status == LENET5_OK && may_be_cut)
        status = find_holes(c, which, &p->box, error);
    if (status != LENET5_OK)
        return status;
    if (may_be_cut) {
        sum_columns(c, which, &p->box);
        cuts = choose_columns(c->columns, c->ink, &c->loops, &p->box, l->height);
        qsort(c->columns, cuts, sizeof *c->columns, ascending_sizes);
        cuts = drop_slivers(c, &p->box, cuts);
    }
    l->crowded = l->count + cuts + 1 > MAX_PIECES;
    if (!l->crowded)
        deal_out(c, which, &p->box, cuts);
    return LENET5_OK;
}

/* Gives pixels too faint to connect anything to a neighbouring piece. */
static void own_edges(text_line *l)
{
    const size_t width = l->map.width;
    for (int round = 0; round < 2; round++)
        for (size_t y = 1; y + 1 < l->map.height; y++) {
            const uint8_t *row = l->map.ink + y * width;
            for (size_t x = skip_blank(row, 1, width); x + 1 < width; x = skip_blank(row, x + 1, width)) {
                const size_t at = y * width + x;
                if (l->owner[at] || l->map.ink[at] < MIN_PIECE_INK)
                    continue;
                const size_t near[] = {at - 1, at + 1, at - width, at + width};
                for (size_t i = 0; i < 4 && !l->owner[at]; i++)
                    l->owner[at] = l->owner[near[i]];
                if (l->owner[at]) {
                    assert(l->owner[at] <= l->count);
                    const box here = {x, y, x + 1, y + 1};
                    box *s = &l->pieces[l->owner[at] - 1];
                    *s = box_union(*s, here);
                }
            }
        }
}

/* The cell whose middle is nearest to a component's centre of mass, or NO_CELL. */
static int16_t cell_of(const cutting *c, const component *one)
{
    int16_t best = NO_CELL;
    double nearest = INFINITY;
    for (size_t i = 0; i < c->cell_count; i++) {
        const double off = fabs((double)(c->cells[i].left + c->cells[i].right) / 2 - one->x);
        if (off < nearest) {
            nearest = off;
            best = (int16_t)i;
        }
    }
    return best;
}

/* Lists the parts cell by cell and from left to right; returns their number. */
static size_t list_parts(part *parts, sort_key *order, const cutting *c)
{
    const components *all = c->components;
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        parts[i] = (part){EMPTY_BOX, 0};
    for (size_t i = 0; i < all->count; i++) {
        part *p = &parts[c->part_of[i]];
        p->box = box_union(p->box, all->list[i].box);
        p->area += all->list[i].area;
    }
    for (size_t i = 0; i < all->count; i++)
        if (parts[i].area > 0)
            order[count++] = (sort_key){(double)c->cell[i] * (double)c->line->map.width +
                                            (double)(parts[i].box.left + parts[i].box.right) / 2,
                                        i};
    lenet5_sort_keys(order, count);
    return count;
}

/*
 * The height of a line's digits: the mean of its taller parts, weighted by height, without the few that are far taller.
 */
static double digit_height(const part *parts, const sort_key *order, size_t count, double height)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < count; i++) {
        const box *b = &parts[order[i].index].box;
        const double tall = (double)(b->bottom - b->top);
        if (tall > 0.6 * height && tall < 1.6 * height) {
            sum += tall * tall;
            weight += tall;
        }
    }
    if (weight > 0)
        return sum / weight;
    for (size_t i = 0; i < count; i++) {
        const box *b = &parts[order[i].index].box;
        height = fmax(height, (double)(b->bottom - b->top));
    }
    return height;
}

/* Makes the pieces of a line of components. */
static lenet5_status make_pieces(cutting *c, part *parts, sort_key *order, size_t *part_of, lenet5_error *error)
{
    text_line *l = c->line;
    const components *all = c->components;
    const size_t over = (size_t)(POINT * POINT_UNDER * l->height * l->height);
    lenet5_status status = lenet5_spend(c->budget, all->count * (2 * all->count + c->cell_count + over), error);
    if (status != LENET5_OK)
        return status;
    for (size_t i = 0; i < all->count; i++) {
        c->cell[i] = cell_of(c, &all->list[i]);
        c->point[i] = c->cell[i] == NO_CELL && may_be_point(all, i, l->map.width, l->height);
    }
    join_stacked(part_of, all, c->cell, c->point, l->height);
    const size_t count = list_parts(parts, order, c);
    l->height = digit_height(parts, order, count, l->height);
    for (size_t i = 0; i < count && status == LENET5_OK && !l->crowded; i++)
        if ((double)parts[order[i].index].area >= SPECK * l->height * l->height)
            status = cut_part(c, order[i].index, &parts[order[i].index], error);
    if (status == LENET5_OK && !l->crowded)
        own_edges(l);
    return status;
}

/* Makes the pieces of a line; cells (count): that it is written in, 0 if in none. */
static lenet5_status divide_line(text_line *l, const components *c, const box *cells, size_t count, budget *b,
                                 lenet5_error *error)
{
    const size_t width = l->map.width;
    size_t *part_of = malloc((c->count + 1) * sizeof *part_of);
    part *parts = malloc((c->count + 1) * sizeof *parts);
    sort_key *order = malloc((c->count + 1) * sizeof *order);
    cutting cut = {.line = l, .components = c, .cells = cells, .cell_count = count, .part_of = part_of, .budget = b};
    cut.cell = malloc((c->count + 1) * sizeof *cut.cell);
    cut.point = malloc((c->count + 1) * sizeof *cut.point);
    cut.ink = malloc(width * sizeof *cut.ink);
    cut.area = malloc(width * sizeof *cut.area);
    cut.strokes = malloc(width * sizeof *cut.strokes);
    cut.holes = malloc(width * sizeof *cut.holes);
    l->owner = calloc(width * l->map.height, sizeof *l->owner);
    const bool enough = part_of && parts && order && cut.cell && cut.point && cut.ink && cut.area && cut.strokes &&
                        cut.holes && l->owner;
    const lenet5_status status = enough ? make_pieces(&cut, parts, order, part_of, error) : lenet5_fail_memory(error);
    free(cut.holes);
    free(cut.strokes);
    free(cut.area);
    free(cut.ink);
    free(cut.point);
    free(cut.cell);
    free(order);
    free(parts);
    free(part_of);
    return status;
}

static lenet5_status find_pieces(text_line *l, const box *cells, size_t count, budget *b, lenet5_error *error)
{
    components c;
    lenet5_status status = lenet5_spend(b, 10 * l->map.width * l->map.height, error);
    if (status == LENET5_OK)
        status = lenet5_find_components(&c, &l->map, b, error);
    if (status != LENET5_OK)
        return status;
    if (count > 0)
        status = lenet5_divide_between_cells(&c, &l->map, cells, count, b, error);
    l->crowded = c.count > MAX_PARTS;
    if (status == LENET5_OK && !l->crowded)
        status = divide_line(l, &c, cells, count, b, error);
    lenet5_components_free(&c);
    return status;
}

/* The coordinate in a line that was neither rotated nor slanted of one of the page. */
static size_t in_line(double at, double from, double scale, size_t size)
{
    return (size_t)fmax(0, fmin((at - from) / scale, (double)size));
}

static double middle_of(const box *s)
{
    return 0.5 * ((double)s->left + (double)s->right);
}

/* The least distance between the middles of neighbouring cells. */
static double pitch_of(const box *cells, size_t count)
{
    double least = INFINITY;
    for (size_t i = 1; i < count; i++)
        least = fmin(least, middle_of(&cells[i]) - middle_of(&cells[i - 1]));
    return fmax(1, least);
}

/* Counts the neighbouring pieces between which there is room for an empty cell. */
static size_t count_holes(const text_line *l, const box *cells, size_t count)
{
    const double pitch = pitch_of(cells, count);
    size_t holes = 0;
    for (size_t i = 1; i < l->count; i++) {
        assert(l->cell[i] >= 0 && (size_t)l->cell[i] < count);
        const double away = middle_of(&cells[l->cell[i]]) - middle_of(&cells[l->cell[i - 1]]);
        holes += away > PASSED * pitch;
    }
    return holes;
}

/* Finds the pieces of a line in the cells of a field. */
static lenet5_status find_pieces_in_cells(text_line *l, const field *f, const layout *printed, budget *b,
                                          lenet5_error *error)
{
    box *cells = malloc((f->count + 1) * sizeof *cells);
    if (!cells)
        return lenet5_fail_memory(error);
    for (size_t i = 0; i < f->count; i++) {
        const box *s = &printed->cells[f->first + i].box;
        const double scale = (double)l->scale;
        cells[i] = (box){in_line((double)s->left, l->to_page.x0, scale, l->map.width),
                         in_line((double)s->top, l->to_page.y0, scale, l->map.height),
                         in_line((double)s->right, l->to_page.x0, scale, l->map.width),
                         in_line((double)s->bottom, l->to_page.y0, scale, l->map.height)};
    }
    const lenet5_status status = find_pieces(l, cells, f->count, b, error);
    l->holes = status == LENET5_OK ? count_holes(l, cells, f->count) : 0;
    free(cells);
    return status;
}

void lenet5_line_free(text_line *l)
{
    lenet5_ink_free(&l->map);
    free(l->owner);
    l->owner = NULL;
}

/* Turns a line into a crowded one, which keeps only its place. */
static void make_crowded(text_line *l, const box *bounds)
{
    lenet5_line_free(l);
    *l = (text_line){.crowded = true,
                     .map = {bounds->right - bounds->left, bounds->bottom - bounds->top, NULL},
                     .height = l->height,
                     .scale = 1,
                     .to_page = {1, 0, (double)bounds->left, 0, 1, (double)bounds->top}};
}

lenet5_status lenet5_cut_line(text_line *line, const line_groups *groups, size_t number, slant_undone undo, budget *b,
                              lenet5_error *error)
{
    const layout *printed = groups->printed;
    assert(number < groups->count);
    const line_group *group = &groups->list[number];
    const bool in_cells = group->field != NO_FIELD && printed->fields[group->field].count > 1;
    lenet5_status status = lenet5_straighten_line(line, groups, number, in_cells, undo, b, error);
    line->crowded |= group->count > MAX_PARTS;
    line->gap = lenet5_gap_beside(groups, number);
    if (status == LENET5_OK && !line->crowded)
        status = in_cells ? find_pieces_in_cells(line, &printed->fields[group->field], printed, b, error)
                          : find_pieces(line, NULL, 0, b, error);
    if (status != LENET5_OK)
        lenet5_line_free(line);
    else if (line->crowded)
        make_crowded(line, &group->box);
    return status;
}
