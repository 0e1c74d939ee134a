/*
 * The picture is divided into square cells. At each of several thresholds the largest component of lighter cells is a
 * sheet if it fills its convex hull, the hull is large and nearly a rectangle, and most of the picture's border is
 * dark. The sheet whose edge has the highest contrast, times its size, is used, since a shadow may part it.
 *
 *     . . . . . . . .
 *     . . # # # # # .        hull: between the ends of its rows;
 *     . # # # # # # .        it loses MARGIN cells on every side, since the edge of paper casts a shadow
 *     . # # # # # . .
 *     . . . . . . . .
 *
 * If there is none, a much smaller component may be a slip of paper, which is found again in smaller cells.
 */
#include "sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "components.h"

#define MIN_SIDE 300    /* pixels: smaller pictures have been cut out of others */
#define MAX_TIMES 8     /* longer to shorter side, at most, so that there are cells along it */
#define CELLS 160       /* along the longer side */
#define STEP 8          /* grey levels between thresholds */
#define MIN_FILLED 0.85 /* share of its hull that a sheet fills, at least */
#define MIN_SQUARE 0.82 /* share of its minimum bounding rectangle that the hull fills; less than 1 in perspective */
#define MIN_ACROSS 0.2  /* shorter to longer side of that rectangle, at least */
#define MARGIN 2        /* cells */
#define AROUND 4        /* cells around a slip that are kept with it */
#define INKED 30        /* grey levels that a cell with writing is darker than paper on both sides, at least */

/* Conditions of a sheet. */
typedef struct limits {
    double share;    /* of the picture, at least */
    double dark;     /* share of the picture's border that is dark, at least */
    double contrast; /* grey levels between paper and background, at least */
    double others;   /* light cells elsewhere, over its own, at most */
} limits;

static const limits sheet_limits = {0.1, 0.7, 25, INFINITY};
/*
 * A slip is a small sheet: 80 by 50 pixels of 1600 by 1200 are a share of 0.002. Light writing on a dark background is
 * no slip: it is several components, and nothing is written inside a stroke.
 */
static const limits slip_limits = {0.002, 0.97, 50, 0.25};
/* The same slip in the part of the picture around it. */
static const limits cropped_slip_limits = {0.05, 0.7, 50, INFINITY};

typedef struct grid {
    size_t side;          /* of a cell, in pixels */
    size_t width, height; /* cells */
    uint8_t *level;       /* (height, width): mean grey */
    uint8_t *patch;       /* (height, width): 1 for cells of the largest light component */
    long *left, *right;   /* (height): ends of the hull's rows; right is exclusive, and at most left in an empty row */
    size_t others;        /* light cells of other components */
    const limits *limits;
    budget *budget;
} grid;

static void free_grid(grid *g)
{
    free(g->level);
    free(g->patch);
    free(g->left);
    free(g->right);
}

static lenet5_status new_grid(grid *g, const lenet5_picture *p, size_t longer, budget *b, lenet5_error *error)
{
    *g = (grid){.side = (longer + CELLS - 1) / CELLS, .limits = &sheet_limits, .budget = b};
    g->width = p->width / g->side;
    g->height = p->height / g->side;
    g->level = malloc(g->width * g->height);
    g->patch = malloc(g->width * g->height);
    g->left = malloc(g->height * sizeof *g->left);
    g->right = malloc(g->height * sizeof *g->right);
    if (g->level && g->patch && g->left && g->right)
        return LENET5_OK;
    free_grid(g);
    return lenet5_fail_memory(error);
}

static lenet5_status measure_cells(grid *g, const lenet5_picture *p, lenet5_error *error)
{
    lenet5_status status = LENET5_OK;
    for (size_t row = 0; row < g->height && status == LENET5_OK; row++) {
        status = lenet5_check_time(g->budget, p->width * g->side, error);
        for (size_t column = 0; column < g->width; column++) {
            size_t sum = 0;
            for (size_t y = row * g->side; y < (row + 1) * g->side; y++)
                for (size_t x = column * g->side; x < (column + 1) * g->side; x++)
                    sum += p->grey[y * p->width + x];
            g->level[row * g->width + column] = (uint8_t)(sum / (g->side * g->side));
        }
    }
    return status;
}

/* Marks the largest component of cells above a threshold; *count becomes its size. */
static lenet5_status find_patch(grid *g, size_t *count, unsigned threshold, lenet5_error *error)
{
    components c;
    const ink_map light = {g->width, g->height, g->patch};
    const size_t cells = g->width * g->height;
    uint32_t largest = 0;
    *count = g->others = 0;
    for (size_t i = 0; i < cells; i++)
        g->patch[i] = g->level[i] > threshold ? 255 : 0;
    const lenet5_status status = lenet5_find_components(&c, &light, g->budget, error);
    if (status != LENET5_OK)
        return status;
    for (uint32_t i = 0; i < c.count; i++) {
        g->others += c.list[i].area;
        if (c.list[i].area > *count) {
            *count = c.list[i].area;
            largest = i + 1;
        }
    }
    g->others -= *count;
    for (size_t i = 0; i < cells; i++)
        g->patch[i] = largest > 0 && c.labels[i] == largest;
    lenet5_components_free(&c);
    return LENET5_OK;
}

/* ---- The hull ---------------------------------------------------------------------------------------------------- */

static void find_ends(grid *g)
{
    for (size_t y = 0; y < g->height; y++) {
        g->left[y] = (long)g->width;
        g->right[y] = 0;
        for (size_t x = 0; x < g->width; x++)
            if (g->patch[y * g->width + x]) {
                g->left[y] = (long)x < g->left[y] ? (long)x : g->left[y];
                g->right[y] = (long)x + 1;
            }
    }
}

/* Moves the ends of the rows between first and last outward to the line between those two. */
static void stretch(long *end, size_t first, size_t last, long sign)
{
    for (size_t y = first + 1; y < last; y++) {
        const double share = (double)(y - first) / (double)(last - first);
        const long line = lround((double)end[first] + share * (double)(end[last] - end[first]));
        if (sign * (line - end[y]) > 0)
            end[y] = line;
    }
}

/* Makes one side convex by gift wrapping: from each row to the one that is steepest outside. sign: 1 right, -1 left. */
static void make_convex(long *end, size_t first, size_t last, long sign)
{
    for (size_t from = first; from < last;) {
        size_t to = from + 1;
        double steepest = -INFINITY;
        for (size_t y = from + 1; y <= last; y++) {
            const double slope = (double)(sign * (end[y] - end[from])) / (double)(y - from);
            if (slope >= steepest) {
                steepest = slope;
                to = y;
            }
        }
        stretch(end, from, to, sign);
        from = to;
    }
}

/* Finds the convex hull, between rows *first and *last. Returns its cells. */
static size_t find_hull(grid *g, size_t *first, size_t *last)
{
    size_t cells = 0;
    find_ends(g);
    *first = 0;
    while (g->right[*first] == 0)
        ++*first;
    *last = g->height - 1;
    while (g->right[*last] == 0)
        --*last;
    make_convex(g->left, *first, *last, -1);
    make_convex(g->right, *first, *last, 1);
    for (size_t y = *first; y <= *last; y++)
        cells += (size_t)(g->right[y] - g->left[y]);
    return cells;
}

/*
 * The share of its minimum bounding rectangle that the hull fills. *across: shorter to longer side of that rectangle.
 */
static double squareness(const grid *g, size_t first, size_t last, size_t cells, double *across)
{
    double min = INFINITY;
    for (int degrees = 0; degrees < 90; degrees++) {
        const double c = cos(degrees * M_PI / 180), s = sin(degrees * M_PI / 180);
        double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
        for (size_t y = first; y <= last; y++)
            for (int corner = 0; corner < 4; corner++) {
                const double x = (double)(corner & 1 ? g->right[y] : g->left[y]);
                const double z = (double)(corner & 2 ? y + 1 : y);
                const double at[] = {c * x + s * z, c * z - s * x};
                for (int i = 0; i < 2; i++) {
                    low[i] = fmin(low[i], at[i]);
                    high[i] = fmax(high[i], at[i]);
                }
            }
        const double wide = high[0] - low[0], tall = high[1] - low[1];
        if (wide * tall < min) {
            min = wide * tall;
            *across = fmin(wide, tall) / fmax(wide, tall);
        }
    }
    return (double)cells / min;
}

static double dark_share_of_border(const grid *g, unsigned threshold)
{
    size_t dark = 0;
    for (size_t y = 0; y < g->height; y++)
        for (size_t x = 0; x < g->width; x++) {
            const bool border = x == 0 || y == 0 || x + 1 == g->width || y + 1 == g->height;
            dark += border && g->level[y * g->width + x] <= threshold;
        }
    return (double)dark / (double)(2 * (g->width + g->height) - 4);
}

static bool in_hull(const grid *g, long x, long y)
{
    return y >= 0 && y < (long)g->height && x >= g->left[y] && x < g->right[y];
}

/* The mean contrast across the edge of the hull, where the picture continues beyond. */
static double contrast(const grid *g)
{
    static const long steps[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    const long width = (long)g->width, height = (long)g->height;
    double sum = 0, count = 0;
    for (long y = 0; y < height; y++)
        for (long x = g->left[y]; x < g->right[y]; x++)
            for (int i = 0; i < 4; i++) {
                const long dx = steps[i][0], dy = steps[i][1];
                const long out_x = x + MARGIN * dx, out_y = y + MARGIN * dy, in_x = x - dx, in_y = y - dy;
                if (in_hull(g, x + dx, y + dy) || out_x < 0 || out_y < 0 || out_x >= width || out_y >= height ||
                    in_x < 0 || in_y < 0 || in_x >= width || in_y >= height)
                    continue;
                sum += g->level[in_y * width + in_x] - g->level[out_y * width + out_x];
                count++;
            }
    return count > 0 ? sum / count : 0;
}

/* The score of a component as a sheet: contrast times size, or 0. Finds its hull. */
static double score_patch(grid *g, size_t count)
{
    size_t first, last;
    double across = 0;
    if ((double)count < g->limits->share * (double)(g->width * g->height) ||
        (double)g->others > g->limits->others * (double)count || count == 0)
        return 0;
    const size_t hull = find_hull(g, &first, &last);
    const double edge = contrast(g);
    if ((double)count < MIN_FILLED * (double)hull || edge < g->limits->contrast)
        return 0;
    const bool square = squareness(g, first, last, hull, &across) >= MIN_SQUARE && across >= MIN_ACROSS;
    return square ? edge * (double)hull : 0;
}

/* The score of the largest component above a threshold. */
static lenet5_status score_above(double *score, grid *g, unsigned threshold, lenet5_error *error)
{
    size_t count;
    *score = 0;
    if (dark_share_of_border(g, threshold) < g->limits->dark)
        return LENET5_OK;
    const lenet5_status status = find_patch(g, &count, threshold, error);
    if (status == LENET5_OK)
        *score = score_patch(g, count);
    return status;
}

/* Finds the hull of the sheet with the highest score, if there is any. */
static lenet5_status find_sheet(bool *found, grid *g, lenet5_error *error)
{
    double max = 0, score;
    unsigned best = 0;
    lenet5_status status = LENET5_OK;
    for (unsigned threshold = STEP; threshold < 256 - STEP && status == LENET5_OK; threshold += STEP) {
        status = score_above(&score, g, threshold, error);
        if (status == LENET5_OK && score > max) {
            max = score;
            best = threshold;
        }
    }
    *found = max > 0;
    return status == LENET5_OK && *found ? score_above(&score, g, best, error) : status;
}

/* ---- Clearing ---------------------------------------------------------------------------------------------------- */

typedef struct range {
    long first, end; /* cells; empty if end is at most first */
} range;

/* The cells of a row that stay; at the border of the picture nothing is lost. */
static range inside(const grid *g, long row)
{
    const long width = (long)g->width;
    range r = {0, width};
    for (long y = row > MARGIN ? row - MARGIN : 0; y <= row + MARGIN && y < (long)g->height; y++) {
        const long left = g->left[y] > 0 ? g->left[y] + MARGIN : 0;
        const long right = g->right[y] < width ? g->right[y] - MARGIN : width;
        r.first = left > r.first ? left : r.first;
        r.end = right < r.end ? right : r.end;
    }
    return r;
}

/* The nearest row that keeps any cell; -1: none. */
static long row_with_paper(const grid *g, long row)
{
    for (long off = 0; off < (long)g->height; off++)
        for (int side = -1; side <= 1; side += 2) {
            const long y = row + side * off;
            const range r = y >= 0 && y < (long)g->height ? inside(g, y) : (range){0, 0};
            if (r.end > r.first)
                return y;
        }
    return -1;
}

/*
 * The level of paper near the end of a row's range that is nearest to a column: the maximum, since writing is darker.
 */
static uint8_t light_near(const grid *g, long row, range r, long column)
{
    const long nearest = column < r.first ? r.first : r.end - 1;
    uint8_t light = 0;
    for (long x = nearest - MARGIN; x <= nearest + MARGIN; x++)
        if (x >= r.first && x < r.end) {
            const uint8_t level = g->level[row * (long)g->width + x];
            light = level > light ? level : light;
        }
    return light;
}

/* Fills pixel rows first to end - 1, all in one row of cells, beyond the sheet. */
static void clear_rows(lenet5_picture *p, const grid *g, long row, size_t first, size_t end)
{
    const long near = row_with_paper(g, row);
    const range kept = inside(g, row);
    if (near < 0)
        return;
    const range paper = inside(g, near);
    for (size_t x = 0; x < p->width; x++) {
        const long column = (long)(x / g->side < g->width ? x / g->side : g->width - 1);
        if (column >= kept.first && column < kept.end)
            continue;
        const uint8_t light = light_near(g, near, paper, column);
        for (size_t y = first; y < end; y++)
            p->grey[y * p->width + x] = light;
    }
}

static lenet5_status clear(lenet5_picture *cleared, const lenet5_picture *p, const grid *g, lenet5_error *error)
{
    uint8_t *grey = malloc(p->width * p->height);
    if (!grey)
        return lenet5_fail_memory(error);
    memcpy(grey, p->grey, p->width * p->height);
    *cleared = (lenet5_picture){p->width, p->height, grey};
    for (size_t row = 0; row < g->height; row++)
        clear_rows(cleared, g, (long)row, row * g->side, row + 1 < g->height ? (row + 1) * g->side : p->height);
    return LENET5_OK;
}

/* Whether anything is written on the sheet: a cell is darker than paper on both sides. */
static bool has_ink(const grid *g)
{
    for (long row = 0; row < (long)g->height; row++) {
        const range r = inside(g, row);
        const uint8_t *level = g->level + row * (long)g->width;
        for (long x = r.first + MARGIN; x + MARGIN < r.end; x++)
            if (level[x] + INKED < level[x - MARGIN] && level[x] + INKED < level[x + MARGIN])
                return true;
    }
    return false;
}

/* ---- Slips ------------------------------------------------------------------------------------------------------- */

/* The pixels of the hull, with AROUND cells of the background. */
static box part_of_slip(const grid *g, const lenet5_picture *p)
{
    box s = EMPTY_BOX;
    for (size_t y = 0; y < g->height; y++)
        if (g->right[y] > g->left[y])
            s = box_union(s, (box){(size_t)g->left[y], y, (size_t)g->right[y], y + 1});
    s.left = (s.left > AROUND ? s.left - AROUND : 0) * g->side;
    s.top = (s.top > AROUND ? s.top - AROUND : 0) * g->side;
    s.right = (s.right + AROUND) * g->side < p->width ? (s.right + AROUND) * g->side : p->width;
    s.bottom = (s.bottom + AROUND) * g->side < p->height ? (s.bottom + AROUND) * g->side : p->height;
    return s;
}

/* Puts a part back into its place in a picture, and continues its edge beyond. */
static lenet5_status extend(lenet5_picture *whole, const lenet5_picture *p, const lenet5_picture *part, box bounds,
                            lenet5_error *error)
{
    uint8_t *grey = malloc(p->width * p->height);
    if (!grey)
        return lenet5_fail_memory(error);
    for (size_t y = 0; y < p->height; y++) {
        const size_t row = y < bounds.top ? 0 : y < bounds.bottom ? y - bounds.top : part->height - 1;
        const uint8_t *from = part->grey + row * part->width;
        memset(grey + y * p->width, from[0], bounds.left);
        memcpy(grey + y * p->width + bounds.left, from, part->width);
        memset(grey + y * p->width + bounds.right, from[part->width - 1], p->width - bounds.right);
    }
    *whole = (lenet5_picture){p->width, p->height, grey};
    return LENET5_OK;
}

/* Clears the part of a picture around a slip, if it finds the slip again. */
static lenet5_status clear_part(lenet5_picture *cleared, const lenet5_picture *part, budget *b, lenet5_error *error)
{
    grid g;
    bool found = false;
    const size_t longer = part->width > part->height ? part->width : part->height;
    lenet5_status status = new_grid(&g, part, longer, b, error);
    if (status != LENET5_OK)
        return status;
    g.limits = &cropped_slip_limits;
    status = measure_cells(&g, part, error);
    if (status == LENET5_OK)
        status = find_sheet(&found, &g, error);
    if (status == LENET5_OK && found && has_ink(&g))
        status = clear(cleared, part, &g, error);
    free_grid(&g);
    return status;
}

/* A slip has few cells; it is found again in smaller ones. */
static lenet5_status clear_slip(lenet5_picture *cleared, const lenet5_picture *p, const grid *g, lenet5_error *error)
{
    const box bounds = part_of_slip(g, p);
    lenet5_picture part = {bounds.right - bounds.left, bounds.bottom - bounds.top, malloc(box_area(bounds))};
    lenet5_picture alone = {0};
    if (!part.grey)
        return lenet5_fail_memory(error);
    for (size_t y = 0; y < part.height; y++)
        memcpy(part.grey + y * part.width, p->grey + (bounds.top + y) * p->width + bounds.left, part.width);
    lenet5_status status = clear_part(&alone, &part, g->budget, error);
    if (status == LENET5_OK && alone.grey)
        status = extend(cleared, p, &alone, bounds, error);
    free(alone.grey);
    free(part.grey);
    return status;
}

/* Clears the surroundings of a sheet or, if there is none, of a slip. */
static lenet5_status clear_around(lenet5_picture *cleared, const lenet5_picture *p, grid *g, lenet5_error *error)
{
    bool found = false;
    lenet5_status status = find_sheet(&found, g, error);
    if (status != LENET5_OK || found)
        return status == LENET5_OK ? clear(cleared, p, g, error) : status;
    g->limits = &slip_limits;
    status = find_sheet(&found, g, error);
    return status == LENET5_OK && found ? clear_slip(cleared, p, g, error) : status;
}

lenet5_status lenet5_clear_sheet(lenet5_picture *cleared, const lenet5_picture *picture, budget *b, lenet5_error *error)
{
    grid g;
    *cleared = (lenet5_picture){0};
    const size_t shorter = picture->width < picture->height ? picture->width : picture->height;
    const size_t longer = picture->width + picture->height - shorter;
    if (shorter < MIN_SIDE || longer > MAX_TIMES * shorter)
        return LENET5_OK;
    lenet5_status status = new_grid(&g, picture, longer, b, error);
    if (status != LENET5_OK)
        return status;
    status = measure_cells(&g, picture, error);
    if (status == LENET5_OK)
        status = clear_around(cleared, picture, &g, error);
    free_grid(&g);
    return status;
}
