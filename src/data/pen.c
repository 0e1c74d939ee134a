/*
 * A style becomes a picture of 28x28 as MNIST has it:
 *
 *     style          wobble           slant, rotation   path              distance         coverage
 *
 *     o---o          o--o             o--o              .......           3 2 1 2 3        .:+#+:.
 *        /             /                /                    ..           3 2 1 2 3         .+#+.
 *       o    --->     o     --->      o       --->         ..     --->    2 1 2 3    --->   :#+.
 *      /             (               /                   ..               1 2 3            .#+.
 *     o               o             o                   .                 1 2 3            +#:
 *
 *   1. Wobble: a smooth warp of the plane bends the path, widens its head or foot and moves its waist and its middle;
 *      then each knot is displaced a little on its own. In a hurry, corners become curves and curves flatter.
 *   2. An affine map sets proportions, slant and rotation.
 *   3. A Catmull-Rom spline through the knots becomes a polyline, which may tremble and have gaps.
 *   4. The path is scaled until its ink fills a box of about 20x20.
 *   5. The depth of a pixel in the ink is the pen's half width at the nearest line minus the distance to that line.
 *      Over a pixel or so of depth the edge fades from ink to paper.
 *   6. The path is moved until the ink's centre of mass is where MNIST has it, and drawn again.
 *
 * The code uses only + - * / and square roots, which IEEE 754 rounds alike everywhere, and draws one random number a
 * statement, because C does not fix the order within one. So the pictures are the same bytes on every machine.
 */
#include "pen.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/clamp.h"

#define SIDE LENET5_PICTURE_SIDE

/* The middle of pixel (14, 14): MNIST's pictures are shifted by whole pixels until their centre of mass is there. */
#define MIDDLE (SIDE / 2 + 0.5f)

typedef struct point {
    float x, y;
} point_t;

#define WARPS 4 /* terms of the warp */

/* A random hand with a pen. */
typedef struct hand {
    float warp_x[WARPS], warp_y[WARPS]; /* the smooth warp */
    float stray;                        /* displacement of each knot, in the units of knots */
    float width, slant, rotation;       /* the affine map; rotation is the tangent of half the angle */
    float box;                          /* pixels that the ink fills, without the faded edge */
    float pen;                          /* half the line's width, in pixels */
    float pressure;                     /* variation of the width along the path, as a fraction */
    point_t centre;                     /* of mass, in pixels from the top left */
    float edge;                         /* pixels over which ink fades into paper */
    float max_ink;                      /* pixels that the ink covers at most */

    /* The rest is 0 in hands like MNIST's. */
    float haste;     /* of the way from each knot to the middle of its neighbours, in the units of knots */
    float overshoot; /* deviation of each end of a stroke along its direction, as a fraction of the last piece */
    float tremor;    /* deviation of each node of the polyline, in the units of knots */
    float gaps;      /* probability that a piece of the polyline has no ink */
    float nib;       /* how much wider lines along the axis of x are than those along the axis of y, as a fraction */
} hand_t;

/* Approximately normal, and never more than three deviations from the mean: the sum of three uniform numbers. */
static float bell(lenet5_random *random, float mean, float deviation)
{
    float sum = 0;
    for (size_t i = 0; i < 3; i++)
        sum += lenet5_random_uniform(random, -1, 1);
    return mean + deviation * sum;
}

/* A long path drawn with a thick pen would fill the loops. */
#define MAX_INK 165

/* A hand whose pictures resemble MNIST's. */
static void draw_hand(hand_t *hand, lenet5_random *random)
{
    *hand = (hand_t){.max_ink = MAX_INK};
    for (size_t i = 0; i < WARPS; i++) {
        hand->warp_x[i] = bell(random, 0, 0.13f);
        hand->warp_y[i] = bell(random, 0, 0.1f);
    }
    hand->stray = lenet5_random_uniform(random, 0.5f, 3.5f);
    hand->width = clamp(bell(random, 1.07f, 0.19f), 0.7f, 1.6f);
    hand->slant = clamp(bell(random, 0.14f, 0.25f), -0.35f, 0.6f);
    hand->rotation = bell(random, 0, 0.05f);
    hand->box = lenet5_random_uniform(random, 17.9f, 19.4f);
    hand->pen = clamp(bell(random, 1.3f, 0.4f), 0.7f, 2.1f);
    hand->pressure = lenet5_random_uniform(random, 0, 0.18f);
    hand->centre.x = lenet5_random_uniform(random, MIDDLE - 0.5f, MIDDLE + 0.5f);
    hand->centre.y = lenet5_random_uniform(random, MIDDLE - 0.5f, MIDDLE + 0.5f);
    hand->edge = lenet5_random_uniform(random, 0.9f, 1.5f);
}

/* A number from 0 to most in the given share of cases, else 0. */
static float sometimes(lenet5_random *random, float share, float most)
{
    const bool drawn = lenet5_random_uniform(random, 0, 1) < share;
    const float amount = lenet5_random_uniform(random, 0, most);
    return drawn ? amount : 0;
}

/* Any hand with any pen. */
static void draw_any_hand(hand_t *hand, lenet5_random *random)
{
    draw_hand(hand, random);
    hand->width = clamp(bell(random, 1.05f, 0.25f), 0.55f, 1.8f);
    hand->slant = clamp(bell(random, 0.15f, 0.3f), -0.5f, 0.75f);
    hand->rotation = bell(random, 0, 0.06f);
    hand->pen = clamp(bell(random, 1.25f, 0.45f), 0.5f, 2);
    hand->pressure = lenet5_random_uniform(random, 0, 0.25f);
    hand->edge = lenet5_random_uniform(random, 0.7f, 1.7f);
    hand->max_ink = 220;
    hand->haste = sometimes(random, 0.5f, 0.35f);
    hand->overshoot = sometimes(random, 0.5f, 0.2f);
    hand->tremor = sometimes(random, 0.3f, 0.8f);
    hand->gaps = sometimes(random, 0.1f, 0.08f);
    hand->nib = lenet5_random_uniform(random, -0.3f, 0.3f);
}

/* A point of the polyline. radius is half the line's width, at first as a multiple of hand->pen, then in pixels. */
typedef struct node {
    float x, y, radius;
    bool down; /* a line leads here from the node before */
} node_t;

/* Lines of the polyline between two knots. */
#define PIECES 5
#define MAX_NODES (MAX_KNOTS * PIECES)

typedef struct path {
    node_t nodes[MAX_NODES];
    size_t count;
} path_t;

/* Step 1, the warp about the middle of the paper: u and v are -1 to 1 from left to right and from top to bottom. */
static point_t warp(knot_t knot, const hand_t *hand)
{
    const float u = (float)(knot.x - 38) / 38;
    const float v = (float)(knot.y - 50) / 50;
    const float terms[WARPS] = {u * v, 1 - u * u, 1 - v * v, v * (1 - v * v)};
    point_t at = {u, v};
    for (size_t i = 0; i < WARPS; i++) {
        at.x += hand->warp_x[i] * terms[i];
        at.y += hand->warp_y[i] * terms[i];
    }
    return (point_t){38 * at.x, 50 * at.y};
}

/* Step 2. */
static point_t affine(point_t at, const hand_t *hand)
{
    const float x = at.x * hand->width - at.y * hand->slant;
    const float scale = 1 / (1 + hand->rotation * hand->rotation);
    const float cosine = (1 - hand->rotation * hand->rotation) * scale;
    const float sine = 2 * hand->rotation * scale;
    return (point_t){x * cosine - at.y * sine, x * sine + at.y * cosine};
}

static bool same(knot_t a, knot_t b)
{
    return a.x == b.x && a.y == b.y;
}

/* Steps 1 and 2 for the knots of one stroke. Returns the number of nodes. */
static size_t place_knots(node_t nodes[MAX_KNOTS], const knot_t *knots, const hand_t *hand, lenet5_random *random)
{
    size_t count = 0;
    for (; count < MAX_KNOTS && knots[count].x > 0; count++) {
        if (count > 0 && same(knots[count], knots[count - 1])) {
            nodes[count] = nodes[count - 1];
            continue;
        }
        point_t at = warp(knots[count], hand);
        at.x += bell(random, 0, hand->stray);
        at.y += bell(random, 0, hand->stray);
        at = affine(at, hand);
        nodes[count] = (node_t){at.x, at.y, bell(random, 1, hand->pressure), count > 0};
    }
    return count;
}

/* In a hurry the pen turns before it reaches a knot, so that a corner becomes a curve. */
static void hurry(node_t *nodes, size_t count, float haste)
{
    for (size_t i = 1; i + 1 < count; i++) {
        nodes[i].x += haste * ((nodes[i - 1].x + nodes[i + 1].x) / 2 - nodes[i].x);
        nodes[i].y += haste * ((nodes[i - 1].y + nodes[i + 1].y) / 2 - nodes[i].y);
    }
}

/* Moves the end of a stroke along the direction from the node before it. */
static void move_end(node_t *end, const node_t *before, float amount)
{
    end->x += amount * (end->x - before->x);
    end->y += amount * (end->y - before->y);
}

/* What a hurried hand does to the knots of one stroke. */
static void hurry_stroke(node_t *nodes, size_t count, const hand_t *hand, lenet5_random *random)
{
    if (hand->haste > 0)
        hurry(nodes, count, hand->haste);
    if (hand->overshoot > 0 && count > 1) {
        move_end(&nodes[0], &nodes[1], bell(random, 0, hand->overshoot));
        move_end(&nodes[count - 1], &nodes[count - 2], bell(random, 0, hand->overshoot));
    }
}

/* Catmull and Rom's cubic from b to c, t from 0 to 1; its slopes at b and c are (c - a) / 2 and (d - b) / 2. */
static float spline(float a, float b, float c, float d, float t)
{
    return b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/* Step 3. */
static void add_stroke(path_t *path, const node_t *nodes, size_t count)
{
    assert(path->count + 1 + (count - 1) * PIECES <= MAX_NODES);
    path->nodes[path->count++] = nodes[0];
    for (size_t i = 1; i < count; i++) {
        const node_t *b = &nodes[i - 1], *c = &nodes[i];
        const node_t *a = i > 1 ? b - 1 : b;
        const node_t *d = i + 1 < count ? c + 1 : c;
        if (b->x == c->x && b->y == c->y)
            continue;
        for (size_t piece = 1; piece <= PIECES; piece++) {
            const float t = (float)piece / PIECES;
            path->nodes[path->count++] = (node_t){spline(a->x, b->x, c->x, d->x, t), spline(a->y, b->y, c->y, d->y, t),
                                                  b->radius + t * (c->radius - b->radius), true};
        }
    }
}

/* What the pen does along the polyline: it trembles, leaves gaps, and is wider in some directions than in others. */
static void write_path(path_t *path, const hand_t *hand, lenet5_random *random)
{
    for (size_t i = 1; i < path->count; i++) {
        node_t *node = &path->nodes[i];
        const float x = node->x - node[-1].x, y = node->y - node[-1].y;
        const float square = x * x + y * y;
        if (node->down && square > 0)
            node->radius *= 1 + hand->nib * (x * x - y * y) / square;
        if (hand->gaps > 0)
            node->down = node->down && lenet5_random_uniform(random, 0, 1) >= hand->gaps;
        if (hand->tremor > 0) {
            node->x += bell(random, 0, hand->tremor);
            node->y += bell(random, 0, hand->tremor);
        }
    }
}

static signed char between(signed char from, signed char to, float way)
{
    return (signed char)((float)from + way * (float)(to - from) + 0.5f);
}

/* A member of a style that is a range. */
static void choose_path(knot_t path[MAX_KNOTS], const style_t *style, lenet5_random *random)
{
    const knot_t *to = style->path[1];
    memcpy(path, style->path[0], sizeof style->path[0]);
    if (to->x == 0)
        return;
    const float way = lenet5_random_uniform(random, 0, 1);
    for (size_t i = 0; path[i].x != 0; i++)
        if (path[i].x > 0)
            path[i] = (knot_t){between(path[i].x, to[i].x, way), between(path[i].y, to[i].y, way)};
}

static void make_path(path_t *path, const style_t *style, const hand_t *hand, lenet5_random *random)
{
    knot_t chosen[MAX_KNOTS];
    node_t nodes[MAX_KNOTS];
    path->count = 0;
    choose_path(chosen, style, random);
    for (const knot_t *knots = chosen; knots->x > 0;) {
        const size_t count = place_knots(nodes, knots, hand, random);
        hurry_stroke(nodes, count, hand, random);
        add_stroke(path, nodes, count);
        knots += count;
        knots += knots->x < 0;
    }
    write_path(path, hand, random);
}

/* ---- The picture ------------------------------------------------------------------------------------------------- */

typedef struct box {
    float left, right, top, bottom;
} box_t;

/* The bounding box of the ink of a pen of that half width; 0 for the bare path. */
static box_t bounds(const path_t *path, float pen)
{
    box_t box = {FLT_MAX, -FLT_MAX, FLT_MAX, -FLT_MAX};
    for (size_t i = 0; i < path->count; i++) {
        const node_t *node = &path->nodes[i];
        const float radius = node->radius * pen;
        box.left = node->x - radius < box.left ? node->x - radius : box.left;
        box.right = node->x + radius > box.right ? node->x + radius : box.right;
        box.top = node->y - radius < box.top ? node->y - radius : box.top;
        box.bottom = node->y + radius > box.bottom ? node->y + radius : box.bottom;
    }
    return box;
}

static float line_length(const node_t *from, const node_t *to)
{
    const float x = to->x - from->x;
    const float y = to->y - from->y;
    return sqrtf(x * x + y * y);
}

static float path_length(const path_t *path)
{
    float length = 0;
    for (size_t i = 1; i < path->count; i++)
        length += path->nodes[i].down ? line_length(&path->nodes[i - 1], &path->nodes[i]) : 0;
    return length;
}

/* Step 4: scales the path so that its ink fills the box; coordinates and radii become pixels. */
static void enlarge(path_t *path, const hand_t *hand)
{
    const box_t box = bounds(path, 0);
    const float width = box.right - box.left, height = box.bottom - box.top;
    const float side = width > height ? width : height;
    const float length = path_length(path) * hand->box / side;
    const float pen = clamp(hand->max_ink / (2 * length), 0, hand->pen);
    const float scale = (hand->box - 2 * pen) / side;
    for (size_t i = 0; i < path->count; i++) {
        node_t *node = &path->nodes[i];
        *node = (node_t){node->x * scale, node->y * scale, node->radius * pen, node->down};
    }
}

/* The shift from centre to goal, or as far as [low, high] stays inside the picture's outermost pixels. */
static float shift(float goal, float centre, float low, float high)
{
    return clamp(goal - centre, 1 - low, SIDE - 1 - high);
}

/* Step 6: moves the path so that `centre` comes to hand->centre. */
static void move(path_t *path, const hand_t *hand, point_t centre)
{
    const box_t box = bounds(path, 1);
    const float edge = hand->edge / 2;
    const float x = shift(hand->centre.x, centre.x, box.left - edge, box.right + edge);
    const float y = shift(hand->centre.y, centre.y, box.top - edge, box.bottom + edge);
    for (size_t i = 0; i < path->count; i++) {
        path->nodes[i].x += x;
        path->nodes[i].y += y;
    }
}

static point_t middle(const path_t *path)
{
    const box_t box = bounds(path, 1);
    return (point_t){(box.left + box.right) / 2, (box.top + box.bottom) / 2};
}

static point_t centre_of_mass(const uint8_t picture[LENET5_PICTURE_BYTES])
{
    uint32_t mass = 0, x = 0, y = 0;
    for (uint32_t i = 0; i < LENET5_PICTURE_BYTES; i++) {
        mass += picture[i];
        x += picture[i] * (i % SIDE);
        y += picture[i] * (i / SIDE);
    }
    return (point_t){(float)x / (float)mass + 0.5f, (float)y / (float)mass + 0.5f};
}

/* The depth of each pixel's middle in the ink; negative outside. */
typedef float depths[SIDE][SIDE];

/* The range [first, last) of the pixels whose middle is between low and high. */
static size_t first_pixel(float low)
{
    return low > 0.5f ? (size_t)(low + 0.5f) : 0;
}

static size_t last_pixel(float high)
{
    return high < (float)SIDE - 0.5f ? (size_t)(high + 0.5f) : SIDE;
}

/* Step 5 for one line: raises the depth of the pixels around to their depth in the line's ink. */
static void draw_line(depths depth, const node_t *from, const node_t *to, float edge)
{
    const float reach = (from->radius > to->radius ? from->radius : to->radius) + edge / 2;
    const float x = to->x - from->x, y = to->y - from->y;
    const float square = x * x + y * y;
    const float inverse = square > 0 ? 1 / square : 0;
    const size_t left = first_pixel((x < 0 ? to->x : from->x) - reach);
    const size_t right = last_pixel((x < 0 ? from->x : to->x) + reach);
    const size_t bottom = last_pixel((y < 0 ? from->y : to->y) + reach);
    for (size_t row = first_pixel((y < 0 ? to->y : from->y) - reach); row < bottom; row++)
        for (size_t column = left; column < right; column++) {
            const float u = (float)column + 0.5f - from->x, v = (float)row + 0.5f - from->y;
            const float t = clamp((u * x + v * y) * inverse, 0, 1);
            const float off_x = u - t * x, off_y = v - t * y;
            const float here = from->radius + t * (to->radius - from->radius) - sqrtf(off_x * off_x + off_y * off_y);
            depth[row][column] = here > depth[row][column] ? here : depth[row][column];
        }
}

static void draw_path(uint8_t picture[LENET5_PICTURE_BYTES], const path_t *path, float edge)
{
    depths depth;
    for (size_t i = 0; i < LENET5_PICTURE_BYTES; i++)
        depth[i / SIDE][i % SIDE] = -SIDE;
    for (size_t i = 1; i < path->count; i++)
        if (path->nodes[i].down)
            draw_line(depth, &path->nodes[i - 1], &path->nodes[i], edge);
    for (size_t i = 0; i < LENET5_PICTURE_BYTES; i++)
        picture[i] = (uint8_t)(clamp(depth[i / SIDE][i % SIDE] / edge + 0.5f, 0, 1) * 255 + 0.5f);
}

static void draw(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random, const style_t *style, const hand_t *hand)
{
    path_t path;
    make_path(&path, style, hand, random);
    enlarge(&path, hand);
    move(&path, hand, middle(&path));
    draw_path(picture, &path, hand->edge);
    move(&path, hand, centre_of_mass(picture));
    draw_path(picture, &path, hand->edge);
}

void lenet5_draw_style(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random, const style_t *style)
{
    hand_t hand;
    draw_hand(&hand, random);
    draw(picture, random, style, &hand);
}

void lenet5_draw_form(uint8_t picture[LENET5_PICTURE_BYTES], lenet5_random *random, const style_t *style)
{
    hand_t hand;
    draw_any_hand(&hand, random);
    draw(picture, random, style, &hand);
}
