#include "chain.h"

#include <assert.h>

#include "base/angle.h"
#include "lenet5/base.h"

#define MIN_STEP 0.65f /* of a zero's width: from the middle of one to that of the next; below 1 they overlap */
#define MAX_STEP 1.15f
#define SMALLEST 0.45f  /* of the height of the space: height of the first zero, at least */
#define NARROWEST 0.7f  /* of the width of the space: width of the chain, at least */
#define SHRINK 0.85f    /* of a zero's height: height of the next, at least */
#define GROW 1.05f      /* the same, at most */
#define JOINED 0.75f    /* share of zeros from which the pen goes on to the next */
#define WITH_TAIL 0.25f /* share of chains from which it goes on to the right */
#define CLOCKWISE 0.2f  /* share of chains of zeros that are written clockwise */

/* Shapes of a zero, as shares of its radii. */
#define MAX_INWARD 0.4f    /* by which the pen comes nearer to the middle on its way, at most */
#define MAX_OUTWARD 0.1f   /* and by which it goes away from it */
#define MAX_FLATTENED 0.1f /* of its second harmonic: it is leaning or narrow */
#define MAX_DENTED 0.05f   /* of its third */

/* Angles: 0 is to the right, a quarter of a turn is up. */
#define MAX_SWEEP (1.2f * TURN)

/* How the zeros of a chain are joined: each begins between two angles, and the stroke to the next one starts at its end. */
typedef struct joint {
    float from, to;
    float min_sweep; /* below a turn: it may be open there */
    float share;     /* of chains, summed up */
} joint;

static const joint joints[] = {
    {0.05f * TURN, 0.32f * TURN, 0.78f * TURN, 0.6f}, /* along the top, as most on the cheques of docs/hands.md */
    {0.42f * TURN, 0.55f * TURN, 0.95f * TURN, 0.8f}, /* at the side, so that the stroke to the next one crosses it */
    {0.58f * TURN, 0.80f * TURN, 0.95f * TURN, 1},    /* at the foot */
};

typedef struct oval {
    point middle;
    float half_width, half_height;
    float begin, sweep;                      /* a clockwise sweep is negative */
    float inward;                            /* share of the radii lost on the way */
    float flattened, lean, dented, dents_at; /* amplitudes and phases of the harmonics */
} oval;

static const joint *choose_joint(lenet5_random *random)
{
    const float chosen = lenet5_random_uniform(random, 0, 1);
    const joint *j = joints;
    while (chosen >= j->share)
        j++;
    return j;
}

static void draw_shape(oval *o, const joint *j, bool clockwise, lenet5_random *random)
{
    const float sweep = lenet5_random_uniform(random, j->min_sweep, MAX_SWEEP);
    o->begin = lenet5_random_uniform(random, j->from, j->to);
    o->sweep = clockwise ? -fmaxf(TURN, sweep) : sweep;
    o->inward = lenet5_random_uniform(random, -MAX_OUTWARD, MAX_INWARD);
    o->flattened = lenet5_random_uniform(random, 0, MAX_FLATTENED);
    o->lean = lenet5_random_uniform(random, 0, TURN);
    o->dented = lenet5_random_uniform(random, 0, MAX_DENTED);
    o->dents_at = lenet5_random_uniform(random, 0, TURN);
}

/* Ovals in a row whose widths and steps are random, scaled so that they fill the space. */
static void draw_ovals(oval *ovals, const chain_space *space, size_t count, lenet5_random *random)
{
    const joint *same = choose_joint(random);
    const bool clockwise = lenet5_random_uniform(random, 0, 1) < CLOCKWISE;
    const float first = lenet5_random_uniform(random, SMALLEST, 1) * (space->bottom - space->top);
    const float step = lenet5_random_uniform(random, MIN_STEP, MAX_STEP);
    float height = first, middle = 0, end = 0;
    for (size_t i = 0; i < count; i++) {
        oval *o = &ovals[i];
        o->half_height = height / 2;
        o->half_width = lenet5_random_uniform(random, 0.8f, 1.25f);
        middle = i == 0 ? o->half_width : middle + step * 2 * o->half_width;
        o->middle =
            (point){middle, space->bottom - o->half_height + lenet5_random_uniform(random, -0.08f, 0.04f) * first};
        draw_shape(o, same, clockwise, random);
        end = fmaxf(end, middle + o->half_width);
        height = fminf(height * lenet5_random_uniform(random, SHRINK, GROW), space->bottom - space->top);
    }
    const float scale = lenet5_random_uniform(random, NARROWEST, 1) * (space->right - space->left) / end;
    for (size_t i = 0; i < count; i++) {
        ovals[i].middle.x = space->left + ovals[i].middle.x * scale;
        ovals[i].half_width *= scale;
    }
}

static point point_of(const oval *o, float way, float slant)
{
    const float angle = o->begin + way * o->sweep;
    const float radius =
        1 - o->inward * way + o->flattened * cosf(2 * angle + o->lean) + o->dented * cosf(3 * angle + o->dents_at);
    const float up = o->half_height * radius * sinf(angle);
    return (point){o->middle.x + o->half_width * radius * cosf(angle) + slant * up, o->middle.y - up};
}

/* A path as it grows. */
typedef struct path {
    point *knots;
    bool *lifted;
    size_t count;
} path;

static void add_knot(path *p, point knot, bool lifted)
{
    p->lifted[p->count] = lifted;
    p->knots[p->count++] = knot;
}

/* Goes on from the last knot; the point itself is the next knot. */
static void go_to(path *p, point to, float sag)
{
    const point from = p->knots[p->count - 1];
    for (int k = 1; k < LIGATURE_LINES; k++)
        add_knot(p, ligature_knot(from, to, sag, k), false);
}

static void write_zero(path *p, const oval *o, float slant, bool joined, lenet5_random *random)
{
    if (joined)
        go_to(p, point_of(o, 0, slant), lenet5_random_uniform(random, -0.4f, 0.5f) * o->half_height);
    for (int k = 0; k <= CHAIN_ZERO_LINES; k++)
        add_knot(p, point_of(o, (float)k / CHAIN_ZERO_LINES, slant), k == 0 && !joined);
}

static void write_tail(path *p, const oval *last, lenet5_random *random)
{
    const point from = p->knots[p->count - 1];
    const point to = {last->middle.x + last->half_width * lenet5_random_uniform(random, 1.1f, 2),
                      from.y + last->half_height * lenet5_random_uniform(random, -0.4f, 0.4f)};
    go_to(p, to, lenet5_random_uniform(random, -0.3f, 0.3f) * last->half_height);
    add_knot(p, to, false);
}

size_t lenet5_draw_chain(point *knots, bool *lifted, const chain_space *space, size_t count, lenet5_random *random)
{
    oval ovals[LENET5_MAX_STRING];
    path p = {knots, lifted, 0};
    assert(count > 0 && count <= LENET5_MAX_STRING);
    draw_ovals(ovals, space, count, random);
    for (size_t i = 0; i < count; i++)
        write_zero(&p, &ovals[i], space->slant, i > 0 && lenet5_random_uniform(random, 0, 1) < JOINED, random);
    if (lenet5_random_uniform(random, 0, 1) < WITH_TAIL)
        write_tail(&p, &ovals[count - 1], random);
    assert(p.count <= MAX_CHAIN_KNOTS(count));
    return p.count;
}
