#include "chain.h"

#include <assert.h>

#include "lenet5/base.h"

#define MIN_STEP 0.65f /* of a zero's width: from the middle of one to that of the next; below 1 they overlap */
#define MAX_STEP 1.15f
#define SMALLEST 0.45f /* of the height of the space: height of the first zero, at least */
#define NARROWEST 0.7f /* of the width of the space: width of the chain, at least */
#define SHRINK 0.85f   /* of a zero's height: height of the next, at least */
#define GROW 1.05f     /* the same, at most */
#define JOINED 0.75f   /* share of zeros from which the pen goes on to the next */

/* Angles in radians: 0 is to the right, a quarter of a turn is up. Zeros are written counter-clockwise. */
#define TURN 6.2831853f
#define MIN_BEGIN (0.05f * TURN)
#define MAX_BEGIN (0.32f * TURN)
#define MIN_SWEEP (0.85f * TURN) /* open at the top right */
#define MAX_SWEEP (1.15f * TURN)

typedef struct oval {
    point middle;
    float half_width, half_height;
    float begin, sweep;
} oval;

/* Ovals in a row whose widths and steps are random, scaled so that they fill the space. */
static void draw_ovals(oval *ovals, const chain_space *space, size_t count, lenet5_random *random)
{
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
        o->begin = lenet5_random_uniform(random, MIN_BEGIN, MAX_BEGIN);
        o->sweep = lenet5_random_uniform(random, MIN_SWEEP, MAX_SWEEP);
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
    const float up = o->half_height * sinf(angle);
    return (point){o->middle.x + o->half_width * cosf(angle) + slant * up, o->middle.y - up};
}

size_t lenet5_draw_chain(point *knots, bool *lifted, const chain_space *space, size_t count, lenet5_random *random)
{
    oval ovals[LENET5_MAX_STRING];
    size_t used = 0;
    assert(count <= LENET5_MAX_STRING);
    draw_ovals(ovals, space, count, random);
    for (size_t i = 0; i < count; i++) {
        const bool joined = i > 0 && lenet5_random_uniform(random, 0, 1) < JOINED;
        const point begin = point_of(&ovals[i], 0, space->slant);
        const float sag = lenet5_random_uniform(random, -0.2f, 0.4f) * ovals[i].half_height;
        const point from = joined ? knots[used - 1] : begin;
        for (int k = 1; joined && k < LIGATURE_LINES; k++) {
            lifted[used] = false;
            knots[used++] = ligature_knot(from, begin, sag, k);
        }
        for (int k = 0; k <= CHAIN_ZERO_KNOTS; k++) {
            lifted[used] = k == 0 && !joined;
            knots[used++] = point_of(&ovals[i], (float)k / CHAIN_ZERO_KNOTS, space->slant);
        }
    }
    assert(used <= count * CHAIN_KNOTS);
    return used;
}
