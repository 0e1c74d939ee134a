/*
 * A straight horizontal line through a number looks printed, but strikes the number out. A printed line is at the foot
 * of the writing, or extends far beyond:
 *
 *     --7-5-9-3--      struck out        ___7_5_9_3______________      written on a line
 */
#include "strikethrough.h"

#include <math.h>

#define ACROSS 1.0 /* of the digits' height: what a line strikes, at least, or */
#define MOST 0.7   /* of the width of a narrower number */
#define ASIDE 0.2  /* of the number's height: a line nearer to its top or foot does not go through it */
#define BEYOND 1.5 /* of the digits' height: how far the line extends beyond the number, at most */
#define WORK 10    /* units of work for each pair */

/* The length of a horizontal line through a number; 0 if it does not strike it out. */
static double length_through(const line_group *group, const horizontal_line *level)
{
    const double left = (double)group->box.left, right = (double)group->box.right, beyond = BEYOND * group->height;
    const double top = (double)group->box.top, high = (double)group->box.bottom - top;
    const double first = fmax(level->x0, left), last = fmin(level->x1, right);
    if (last - first < fmin(ACROSS * group->height, MOST * (right - left)) || level->x0 < left - beyond ||
        level->x1 > right + beyond)
        return 0;
    const double share = ((first + last) / 2 - level->x0) / (level->x1 - level->x0);
    const double middle = level->y0 + share * (level->y1 - level->y0);
    return middle > top + ASIDE * high && middle < top + (1 - ASIDE) * high ? last - first : 0;
}

lenet5_status lenet5_count_strikethrough(line_groups *groups, budget *b, lenet5_error *error)
{
    const layout *printed = groups->printed;
    lenet5_status status = LENET5_OK;
    for (size_t i = 0; i < groups->count && status == LENET5_OK; i++) {
        line_group *group = &groups->list[i];
        status = lenet5_spend(b, WORK * printed->horizontal_count, error);
        for (size_t k = 0; k < printed->horizontal_count && status == LENET5_OK; k++)
            group->left_out += length_through(group, &printed->horizontals[k]) * printed->horizontals[k].thickness /
                               (group->height * group->height);
    }
    return status;
}
