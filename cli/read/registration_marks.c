#include "registration_marks.h"

#include <math.h>
#include <stdlib.h>

#define SEARCH 0.06  /* distance of a mark from its expected position, in shares of the picture's longer side */
#define AROUND 1.5   /* and in sizes of the mark, in addition */
#define CONTRAST 40  /* grey levels between a mark and the paper, at least */
#define SOLID 0.6    /* share of a mark's bounding box that is black, at least: a disc has 0.79, a tilted square less */
#define MIN_SIZE 0.6 /* in expected sizes */
#define MAX_SIZE 1.6

/* ---- Blobs in a window ------------------------------------------------------------------------------------------- */

typedef struct blob {
    size_t pixels;
    double x, y; /* sums */
    size_t left, top, right, bottom;
} blob;

/* A part of a picture, thresholded. */
typedef struct window {
    const lenet5_picture *picture;
    lenet5_box box;
    uint8_t black;     /* below it */
    uint8_t *open;     /* black pixels that belong to no blob yet */
    uint32_t *waiting; /* stack of the flood fill */
} window;

static uint8_t grey_in(const window *w, size_t x, size_t y)
{
    return w->picture->grey[(w->box.y + y) * w->picture->width + w->box.x + x];
}

static unsigned quantile_of(const uint32_t histogram[256], size_t rank)
{
    unsigned level = 0;
    for (size_t below = histogram[0]; below <= rank && level < 255; below += histogram[level])
        level++;
    return level;
}

/* Sets the threshold half way between paper and ink, by quantiles. Returns false if the contrast is too low for ink. */
static bool find_black(window *w)
{
    uint32_t histogram[256] = {0};
    const size_t pixels = w->box.width * w->box.height;
    for (size_t y = 0; y < w->box.height; y++)
        for (size_t x = 0; x < w->box.width; x++)
            histogram[grey_in(w, x, y)]++;
    const unsigned paper = quantile_of(histogram, pixels / 2);
    const unsigned ink = quantile_of(histogram, pixels / 500);
    w->black = (uint8_t)((paper + ink + 1) / 2);
    return paper >= ink + CONTRAST;
}

static void push(window *w, size_t *count, size_t x, size_t y)
{
    const size_t pixel = y * w->box.width + x;
    if (x >= w->box.width || y >= w->box.height || !w->open[pixel])
        return;
    w->open[pixel] = 0;
    w->waiting[(*count)++] = (uint32_t)pixel;
}

/* Flood fill: removes the blob of a black pixel from the window, and returns it. */
static blob take_blob(window *w, size_t x, size_t y)
{
    blob b = {.left = x, .top = y, .right = x, .bottom = y};
    size_t count = 0;
    push(w, &count, x, y);
    while (count > 0) {
        const size_t pixel = w->waiting[--count];
        x = pixel % w->box.width;
        y = pixel / w->box.width;
        b.pixels++;
        b.x += (double)x;
        b.y += (double)y;
        b.left = x < b.left ? x : b.left;
        b.right = x > b.right ? x : b.right;
        b.bottom = y > b.bottom ? y : b.bottom;
        b.top = y < b.top ? y : b.top;
        push(w, &count, x + 1, y);
        push(w, &count, x, y + 1);
        push(w, &count, x - 1, y);
        push(w, &count, x, y - 1);
    }
    return b;
}

static bool like_size(double length, double expected)
{
    return length >= MIN_SIZE * expected && length <= MAX_SIZE * expected;
}

/* Whether a blob is within the window, solid, and about as large as expected. */
static bool is_registration_mark(const blob *b, const window *w, double size)
{
    const double width = (double)(b->right - b->left + 1), height = (double)(b->bottom - b->top + 1);
    const bool cut = b->left == 0 || b->top == 0 || b->right == w->box.width - 1 || b->bottom == w->box.height - 1;
    return !cut && like_size(width, size) && like_size(height, size) && (double)b->pixels >= SOLID * width * height;
}

/* ---- Marks ------------------------------------------------------------------------------------------------------- */

/* The box around a position, clipped to the picture. */
static lenet5_box box_around(double x, double y, double reach, const lenet5_picture *p)
{
    const double left = fmax(0, floor(x - reach)), top = fmax(0, floor(y - reach));
    const double right = fmin((double)p->width, ceil(x + reach)), bottom = fmin((double)p->height, ceil(y + reach));
    if (right <= left || bottom <= top)
        return (lenet5_box){0};
    return (lenet5_box){(size_t)left, (size_t)top, (size_t)(right - left), (size_t)(bottom - top)};
}

/* Replaces position by the centre of the nearest mark. Returns false if there is none. */
static bool nearest_registration_mark(double position[2], window *w, double size)
{
    double nearest = INFINITY, found[2] = {0};
    for (size_t y = 0; y < w->box.height; y++)
        for (size_t x = 0; x < w->box.width; x++) {
            if (!w->open[y * w->box.width + x])
                continue;
            const blob b = take_blob(w, x, y);
            const double centre[2] = {(double)w->box.x + b.x / (double)b.pixels + 0.5,
                                      (double)w->box.y + b.y / (double)b.pixels + 0.5};
            const double away = hypot(centre[0] - position[0], centre[1] - position[1]);
            if (!is_registration_mark(&b, w, size) || away >= nearest)
                continue;
            nearest = away;
            found[0] = centre[0];
            found[1] = centre[1];
        }
    if (nearest == INFINITY)
        return false;
    position[0] = found[0];
    position[1] = found[1];
    return true;
}

/* Replaces the expected position of a mark by its actual one. Returns false if it is not found. */
static bool find_registration_mark(double position[2], const lenet5_picture *picture, double size)
{
    const double side = (double)(picture->width > picture->height ? picture->width : picture->height);
    window w = {.picture = picture,
                .box = box_around(position[0], position[1], AROUND * size + SEARCH * side, picture)};
    const size_t pixels = w.box.width * w.box.height;
    if (pixels == 0 || pixels > UINT32_MAX || !find_black(&w))
        return false;
    w.open = malloc(pixels);
    w.waiting = malloc(pixels * sizeof *w.waiting);
    bool found = false;
    if (w.open && w.waiting) {
        for (size_t i = 0; i < pixels; i++)
            w.open[i] = grey_in(&w, i % w.box.width, i / w.box.width) < w.black;
        found = nearest_registration_mark(position, &w, size);
    }
    free(w.open);
    free(w.waiting);
    return found;
}

/* ---- The map ----------------------------------------------------------------------------------------------------- */

typedef struct pairs {
    size_t count;
    double from[REGISTRATION_MARKS][2], to[REGISTRATION_MARKS][2];
} pairs;

static void mean_of(double mean[2], const double points[][2], size_t count)
{
    mean[0] = mean[1] = 0;
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < 2; k++)
            mean[k] += points[i][k] / (double)count;
}

/* Fits an affine map by least squares around the means. Returns false if the marks are on one line. */
static bool fit(affine *map, const pairs *p)
{
    double from[2], to[2], xx = 0, xy = 0, yy = 0, sums[2][2] = {{0}};
    mean_of(from, p->from, p->count);
    mean_of(to, p->to, p->count);
    for (size_t i = 0; i < p->count; i++) {
        const double x = p->from[i][0] - from[0], y = p->from[i][1] - from[1];
        xx += x * x;
        xy += x * y;
        yy += y * y;
        for (int k = 0; k < 2; k++) {
            sums[k][0] += x * (p->to[i][k] - to[k]);
            sums[k][1] += y * (p->to[i][k] - to[k]);
        }
    }
    const double determinant = xx * yy - xy * xy;
    if (!(determinant > 1e-6 * xx * yy))
        return false;
    map->xx = (sums[0][0] * yy - sums[0][1] * xy) / determinant;
    map->xy = (sums[0][1] * xx - sums[0][0] * xy) / determinant;
    map->yx = (sums[1][0] * yy - sums[1][1] * xy) / determinant;
    map->yy = (sums[1][1] * xx - sums[1][0] * xy) / determinant;
    map->x0 = to[0] - map->xx * from[0] - map->xy * from[1];
    map->y0 = to[1] - map->yx * from[0] - map->yy * from[1];
    return true;
}

/* Whether the map takes every mark to within half its size. */
static bool agrees(const affine *map, const pairs *p, double size)
{
    for (size_t i = 0; i < p->count; i++) {
        double x, y;
        affine_apply(&x, &y, map, p->from[i][0], p->from[i][1]);
        if (hypot(x - p->to[i][0], y - p->to[i][1]) > size / 2)
            return false;
    }
    return true;
}

size_t find_registration_marks(affine *map, const registration_marks *marks, const lenet5_picture *picture)
{
    pairs p = {0};
    affine fitted = {0};
    const double size = marks->size * sqrt(fabs(map->xx * map->yy - map->xy * map->yx));
    for (size_t i = 0; i < REGISTRATION_MARKS; i++) {
        double position[2];
        affine_apply(&position[0], &position[1], map, marks->centre[i][0], marks->centre[i][1]);
        if (!find_registration_mark(position, picture, size))
            continue;
        for (int k = 0; k < 2; k++) {
            p.from[p.count][k] = marks->centre[i][k];
            p.to[p.count][k] = position[k];
        }
        p.count++;
    }
    if (p.count < MIN_REGISTRATION_MARKS)
        return p.count;
    if (!fit(&fitted, &p) || !agrees(&fitted, &p, size))
        return 0;
    *map = fitted;
    return p.count;
}
