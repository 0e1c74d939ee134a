/* Ligatures: strokes that join two neighbouring digits, written without lifting the pen. */
#ifndef LENET5_DATA_LIGATURE_H
#define LENET5_DATA_LIGATURE_H

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "base/clamp.h"
#include "base/random.h"

#define LIGATURE_LINES 8  /* that a ligature is drawn as */
#define ZEROS_AT_FOOT 3   /* one in so many ligatures of zeros is at the foot, as on the cheques of docs/hands.md */
#define RARER_IN_OTHERS 4 /* other digits are joined that many times more rarely than zeros */

typedef struct point {
    float x, y;
} point;

/* Whether a ligature joins the feet of digits. Most zeros are joined along their tops, other digits at the foot. */
static inline bool ligature_at_foot(lenet5_random *random, bool zeros)
{
    return !zeros || lenet5_random_below(random, ZEROS_AT_FOOT) == 0;
}

/* Half the width of a ligature, in pixels of a digit. */
static inline float ligature_radius(lenet5_random *random)
{
    return lenet5_random_uniform(random, 0.5f, 1.3f);
}

/* The end of line number i, from 1, of a ligature that sags by sag in its middle. */
static inline point ligature_knot(point from, point to, float sag, int i)
{
    const float way = (float)i / LIGATURE_LINES;
    return (point){from.x + way * (to.x - from.x), from.y + way * (to.y - from.y) + 4 * way * (1 - way) * sag};
}

/* The coverage, 0 to 1, of a pixel at `at` by a line with round ends and half a width of radius. */
static inline float line_coverage(point at, point from, point to, float radius)
{
    const float x = at.x - from.x, y = at.y - from.y, dx = to.x - from.x, dy = to.y - from.y;
    const float way = clamp((x * dx + y * dy) / fmaxf(dx * dx + dy * dy, FLT_MIN), 0, 1);
    const float off_x = x - way * dx, off_y = y - way * dy;
    return clamp(radius + 0.5f - sqrtf(off_x * off_x + off_y * off_y), 0, 1);
}

#endif
