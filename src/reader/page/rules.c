/*
 * Printed lines: the rules of ruled paper, boxes and combs.
 *
 * A rule shows as a straight line under many columns. For each angle the ink is projected along it, and what counts is
 * under how many different columns of the picture a line has ink (a Hough transform that digits do not fill: along no
 * line is there ink under half of the columns). The angle of the best line is the skew of the page. Once the map is
 * turned, rules are rows; what crosses one is left alone:
 *
 *         |                    |
 *     ====|=====   --->        |         ink above and below: a stroke goes through
 *         |                    |
 *
 *     ==========   --->                  nothing, or ink on one side: the rule goes, but for what is darker than it
 *
 * Uprights are looked for between two rules, from the one to the other, as combs have them.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "layout.h"

#define COARSE 512          /* columns of the map in which angles are tried */
#define COARSE_ROWS 4096    /* and its rows, at most: a page is not eight times as high as wide */
#define MOST_TURNED 2.5     /* of the map's area: a long strip on a slope is not turned */
#define STEEPEST 12.5       /* degrees */
#define ANGLE_STEP 0.25     /* degrees */
#define LEAST_SHARE 0.5     /* of the columns under which a rule has ink */
#define LEAST_ROW_SHARE 0.4 /* the same, of a row of the map once it is turned */
#define EDGE_SHARE 0.2      /* rows beside it that have so much are of the same rule */
#define THICKEST 0.12       /* of the height of all ink, or of the map where a rule is all that there is */
#define DARKER 70           /* than the rule: a stroke that runs along it */
#define INK 64              /* is there, however faint */
#define SURE_INK 140
#define UPRIGHT_SHARE 0.85 /* of the height between two rules that an upright fills */
#define LONG 1.8           /* a rule, to the height of all ink, or to the distance to the next one */
#define MOST_RULES 64
#define MOST_BARS 3      /* of a digit */
#define RUN_SHARE 0.3    /* of the map's width that a rule runs without a gap */
#define ALONE_SHARE 0.55 /* of a rule's columns that have no ink above it nor below */

/* ---- Turning --------------------------------------------------------------------------------------------------------
 */

/* The size of the map once it is turned. */
static ink_map turned_map(const ink_map *map, double angle)
{
    const double c = cos(angle), s = fabs(sin(angle));
    const double width = (double)map->width, height = (double)map->height;
    return (ink_map){(size_t)(width * c + height * s), (size_t)(width * s + height * c), NULL};
}

static bool may_be_turned(const ink_map *map, double angle)
{
    const ink_map t = turned_map(map, angle);
    return (double)t.width * (double)t.height <= MOST_TURNED * (double)map->width * (double)map->height;
}

/* Turns the map by an angle in radians: what fell that much from left to right becomes level. */
static lenet5_status turn(ink_map *to, transform *place, const ink_map *map, double angle, budget *b,
                          lenet5_error *error)
{
    ink_map turned = turned_map(map, angle);
    turned.ink = malloc(turned.width * turned.height);
    if (!turned.ink)
        return lenet5_fail_memory(error);
    const double c = cos(angle), s = sin(angle);
    const double from_x = (double)turned.width / 2, from_y = (double)turned.height / 2;
    *place = (transform){c, -s, (double)map->width / 2 - c * from_x + s * from_y,
                         s, c,  (double)map->height / 2 - s * from_x - c * from_y};
    lenet5_status status = LENET5_OK;
    for (size_t y = 0; y < turned.height && status == LENET5_OK; y++) {
        for (size_t x = 0; x < turned.width; x++) {
            double at[2];
            transform_place(at, place, (double)x, (double)y);
            turned.ink[y * turned.width + x] = (uint8_t)(lenet5_ink_between(map, at[0], at[1]) + 0.5);
        }
        status = lenet5_check_time(b, 10 * turned.width, error);
    }
    if (status == LENET5_OK)
        *to = turned;
    else
        free(turned.ink);
    return status;
}

/* ---- The angle ------------------------------------------------------------------------------------------------------
 */

typedef struct point {
    int x, y;
} point;

/* The map made smaller, the greatest ink of each block, as a list of its inked places, column by column. */
static size_t list_points(point *points, const ink_map *map, size_t block)
{
    size_t count = 0;
    for (size_t x = 0; x + block <= map->width; x += block)
        for (size_t y = 0; y + block <= map->height; y += block) {
            uint8_t greatest = 0;
            for (size_t i = 0; i < block; i++)
                for (size_t k = 0; k < block; k++) {
                    const uint8_t ink = map->ink[(y + i) * map->width + x + k];
                    greatest = ink > greatest ? ink : greatest;
                }
            if (greatest >= INK)
                points[count++] = (point){(int)(x / block), (int)(y / block)};
        }
    return count;
}

typedef struct bin {
    int last, count;
} bin;

/* The most columns under which a line of this angle has ink. */
static int columns_under(bin *bins, size_t bin_count, const point *points, size_t count, double angle, int offset)
{
    const double slope = tan(angle);
    int most = 0;
    int column = -1;
    bin *top = bins; /* of the bins, that of a point at the top of the column */
    for (size_t i = 0; i < bin_count; i++)
        bins[i] = (bin){-1, 0};
    for (size_t i = 0; i < count; i++) {
        if (points[i].x != column) {
            column = points[i].x;
            top = bins + (int)floor(-slope * column) + offset;
        }
        bin *b = top + points[i].y;
        if (b->last != points[i].x) {
            b->last = points[i].x;
            b->count++;
            most = b->count > most ? b->count : most;
        }
    }
    return most;
}

/* The angle of the most columns among those tried; most: at least so many. */
static lenet5_status try_angles(bool *found, double *angle, bin *bins, size_t bin_count, const point *points,
                                size_t count, int most, int offset, budget *b, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (double degrees = 0; degrees <= STEEPEST && status == LENET5_OK; degrees += ANGLE_STEP) {
        for (int side = -1; side <= 1; side += 2) {
            const double tried = side * degrees * M_PI / 180;
            const int columns = columns_under(bins, bin_count, points, count, tried, offset);
            if (columns > most) {
                most = columns;
                *angle = tried;
                *found = true;
            }
        }
        status = lenet5_check_time(b, 2 * (count + bin_count), error);
    }
    return status;
}

/* Returns whether there is a rule, and then its angle in radians. */
static lenet5_status find_angle(bool *found, double *angle, const ink_map *map, budget *b, lenet5_error *error)
{
    const size_t wide = (map->width + COARSE - 1) / COARSE, high = (map->height + COARSE_ROWS - 1) / COARSE_ROWS;
    const size_t block = wide > high ? wide : high;
    const size_t across = map->width / block, down = map->height / block;
    const int offset = (int)((double)across * tan(STEEPEST * M_PI / 180)) + 2;
    const size_t bin_count = down + 2 * (size_t)offset + 2;
    point *points = malloc((across * down + 1) * sizeof *points);
    bin *bins = malloc(bin_count * sizeof *bins);
    lenet5_status status = points && bins ? LENET5_OK : lenet5_fail_memory(error);
    *found = false;
    if (status == LENET5_OK) {
        const size_t count = list_points(points, map, block);
        assert(count <= across * down);
        status = try_angles(found, angle, bins, bin_count, points, count, (int)(LEAST_SHARE * (double)across), offset,
                            b, error);
    }
    free(points);
    free(bins);
    return status;
}

/* ---- Rows that are rules --------------------------------------------------------------------------------------------
 */

typedef struct rule {
    size_t first, last; /* rows */
    size_t left, right; /* columns between which it runs */
    unsigned level;     /* its ink, 0 to 255 */
} rule;

/* How many columns have ink at a row, and between which. */
static size_t row_extent(const ink_map *map, size_t row, size_t *left, size_t *right)
{
    size_t count = 0;
    for (size_t x = 0; x < map->width; x++) {
        if (map->ink[row * map->width + x] < INK)
            continue;
        *left = count == 0 ? x : *left;
        *right = x;
        count++;
    }
    return count;
}

static size_t height_of_ink(const ink_map *map)
{
    size_t first = map->height, last = 0, left, right;
    for (size_t y = 0; y < map->height; y++)
        if (row_extent(map, y, &left, &right) > 0) {
            first = y < first ? y : first;
            last = y;
        }
    return last - first + 1;
}

static unsigned rule_level(const ink_map *map, const rule *r)
{
    size_t histogram[256] = {0};
    size_t count = 0;
    for (size_t x = r->left; x <= r->right; x++) {
        uint8_t greatest = 0;
        for (size_t y = r->first; y <= r->last; y++)
            greatest = map->ink[y * map->width + x] > greatest ? map->ink[y * map->width + x] : greatest;
        histogram[greatest]++;
        count += greatest >= INK;
    }
    size_t below = 0;
    for (unsigned level = INK; level < 256; level++) {
        below += histogram[level];
        if (2 * below >= count)
            return level;
    }
    return 255;
}

/* Whether there is so much ink in rows first to last of a column or its neighbours. */
static bool inked(const ink_map *map, size_t x, long first, long last, unsigned least)
{
    for (long y = first < 0 ? 0 : first; y <= last && y < (long)map->height; y++)
        for (size_t i = x > 0 ? x - 1 : 0; i <= x + 1 && i < map->width; i++)
            if (map->ink[(size_t)y * map->width + i] >= least)
                return true;
    return false;
}

/* A rule has mostly paper above and below, and runs on and on; a row of digits does neither. */
static bool stands_alone(const ink_map *map, const rule *r)
{
    size_t columns = 0;
    size_t alone = 0;
    size_t run = 0;
    size_t longest = 0;
    for (size_t x = r->left; x <= r->right; x++) {
        if (!inked(map, x, (long)r->first, (long)r->last, INK)) {
            run = 0;
            continue;
        }
        columns++;
        longest = ++run > longest ? run : longest;
        alone += !inked(map, x, (long)r->first - 4, (long)r->first - 3, SURE_INK) &&
                 !inked(map, x, (long)r->last + 3, (long)r->last + 4, SURE_INK);
    }
    return (double)alone >= ALONE_SHARE * (double)columns && (double)longest >= RUN_SHARE * (double)map->width;
}

static bool is_thin(const rule *r, size_t high, const ink_map *map)
{
    const size_t thickness = r->last - r->first + 1;
    return (double)thickness <= THICKEST * (double)(high < 2 * thickness ? map->height : high);
}

static size_t find_rules(rule rules[MOST_RULES], const ink_map *map)
{
    size_t count = 0;
    const size_t high = height_of_ink(map);
    for (size_t y = 0; y < map->height && count < MOST_RULES; y++) {
        rule r = {.first = y, .last = y};
        if ((double)row_extent(map, y, &r.left, &r.right) < LEAST_ROW_SHARE * (double)map->width)
            continue;
        size_t left, right;
        while (r.first > 0 && (count == 0 || r.first - 1 > rules[count - 1].last) &&
               (double)row_extent(map, r.first - 1, &left, &right) >= EDGE_SHARE * (double)map->width)
            r.first--;
        while (r.last + 1 < map->height &&
               (double)row_extent(map, r.last + 1, &left, &right) >= EDGE_SHARE * (double)map->width)
            r.last++;
        y = r.last;
        if (!is_thin(&r, high, map))
            continue;
        r.level = rule_level(map, &r);
        if (stands_alone(map, &r)) {
            assert(count < MOST_RULES);
            rules[count++] = r;
        }
    }
    return count;
}

static void erase_rule(ink_map *map, const rule *r)
{
    const long first = (long)r->first - 1;
    const long last = (long)r->last + 1;
    for (size_t x = 0; x < map->width; x++) {
        const bool crossed =
            inked(map, x, first - 2, first - 1, SURE_INK) && inked(map, x, last + 1, last + 2, SURE_INK);
        for (long y = first < 0 ? 0 : first; !crossed && y <= last && y < (long)map->height; y++) {
            uint8_t *ink = &map->ink[(size_t)y * map->width + x];
            if (*ink < r->level + DARKER)
                *ink = 0;
        }
    }
}

/* ---- Uprights -------------------------------------------------------------------------------------------------------
 */

static double upright_share(const ink_map *map, size_t x, size_t top, size_t bottom)
{
    size_t count = 0;
    for (size_t y = top; y < bottom; y++) {
        bool there = false;
        for (size_t i = x > 0 ? x - 1 : 0; i <= x + 1 && i < map->width; i++)
            there |= map->ink[y * map->width + i] >= INK;
        count += there;
    }
    return (double)count / (double)(bottom - top);
}

/* The same as erase_rule, sideways. */
static void erase_upright(ink_map *map, size_t left, size_t right, size_t top, size_t bottom, unsigned level)
{
    const size_t before = left >= 2 ? left - 2 : 0;
    const size_t after = right + 2 < map->width ? right + 2 : map->width - 1;
    for (size_t y = top; y < bottom; y++) {
        uint8_t *row = map->ink + y * map->width;
        const bool crossed = row[before] >= SURE_INK && row[after] >= SURE_INK;
        for (size_t x = left > 0 ? left - 1 : 0; !crossed && x <= right + 1 && x < map->width; x++)
            if (row[x] < level + DARKER)
                row[x] = 0;
    }
}

typedef struct upright {
    size_t left, right; /* columns; right is the last */
} upright;

/* The first upright from column x on that reaches from rule above to rule below, and is as thin as they are. */
static bool next_upright(upright *u, const ink_map *map, size_t x, const rule *above, const rule *below)
{
    const size_t top = above->last + 2, bottom = below->first > 2 ? below->first - 2 : 0;
    const size_t thickest = 2 * (above->last - above->first + 1) + 4;
    if (bottom < top + 8)
        return false;
    for (; x < map->width; x++) {
        if (upright_share(map, x, top, bottom) < UPRIGHT_SHARE)
            continue;
        *u = (upright){x, x};
        while (u->right + 1 < map->width && upright_share(map, u->right + 1, top, bottom) >= UPRIGHT_SHARE)
            u->right++;
        if (u->right - u->left + 1 <= thickest)
            return true;
        x = u->right + 1;
    }
    return false;
}

static size_t count_uprights(const ink_map *map, const rule *above, const rule *below)
{
    upright u;
    size_t count = 0;
    for (size_t x = 0; next_upright(&u, map, x, above, below); x = u.right + 2)
        count++;
    return count;
}

static void erase_uprights(ink_map *map, const rule *above, const rule *below)
{
    upright u;
    for (size_t x = 0; next_upright(&u, map, x, above, below); x = u.right + 2)
        erase_upright(map, u.left, u.right, above->last + 2, below->first - 2, above->level);
}

/* ---- All of it ------------------------------------------------------------------------------------------------------
 */

/*
 * The bars of a 5 or a 3 are straight too, but they are no longer than the digit is high, few, and no sides of a box.
 * Of many rules one is long against the distance to the next.
 */
static bool are_printed(const ink_map *map, const rule *rules, size_t count)
{
    size_t longest = 0, apart = map->height, uprights = 0;
    const size_t high = height_of_ink(map);
    for (size_t i = 0; i < count; i++) {
        const size_t length = rules[i].right - rules[i].left + 1;
        longest = length > longest ? length : longest;
        if (i > 0) {
            const size_t between = rules[i].first - rules[i - 1].last;
            apart = between < apart ? between : apart;
            const size_t here = count_uprights(map, &rules[i - 1], &rules[i]);
            uprights = here > uprights ? here : uprights;
        }
    }
    if (uprights >= 2 || (double)longest >= LONG * (double)high)
        return true;
    return (double)longest >= LONG * (double)apart && (count > MOST_BARS || longest >= high);
}

/* Returns how many rules there were. */
static size_t erase_all(ink_map *map)
{
    rule rules[MOST_RULES];
    const size_t count = find_rules(rules, map);
    if (count == 0 || !are_printed(map, rules, count))
        return 0;
    for (size_t i = 0; i + 1 < count; i++)
        erase_uprights(map, &rules[i], &rules[i + 1]);
    for (size_t i = 0; i < count; i++)
        erase_rule(map, &rules[i]);
    return count;
}

lenet5_status lenet5_find_layout(layout *found, ink_map *map, transform *place, const ink_report *report, budget *b,
                                 lenet5_error *error)
{
    bool slanted;
    double angle = 0;
    (void)report;
    *found = (layout){0};
    *place = SAME_PLACE;
    lenet5_status status = find_angle(&slanted, &angle, map, b, error);
    if (status != LENET5_OK || !slanted || !may_be_turned(map, angle))
        return status;
    ink_map turned;
    transform turning;
    status = turn(&turned, &turning, map, angle, b, error);
    if (status != LENET5_OK)
        return status;
    found->rules = erase_all(&turned);
    if (found->rules == 0) {
        lenet5_ink_free(&turned);
        return LENET5_OK;
    }
    lenet5_ink_free(map);
    *map = turned;
    *place = turning;
    return lenet5_check_time(b, 20 * map->width * map->height, error);
}

void lenet5_layout_free(layout *found)
{
    free(found->cells);
    free(found->fields);
    *found = (layout){0};
}
