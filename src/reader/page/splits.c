/*
 * A 1 that reaches from the upper side of its box to the lower one divides it, as far as the eye of frames.c goes. But
 * then the two parts together are as large as the other boxes, and each of them is not:
 *
 *     +----+----+--+-+----+
 *     | 3  | 5  |  1 | 7  |
 *     +----+----+--+-+----+
 */
#include "splits.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

#define MOST_COMPARED 2000 /* frames: each is compared with each */
#define LEAST_OTHERS 2     /* frames of the size of both parts together */
#define SAME 0.12          /* of a side that it may differ, and 2 pixels */

static double width_of(const frame *f)
{
    return 0.5 * (f->corner[1].x - f->corner[0].x + f->corner[2].x - f->corner[3].x);
}

static double height_of(const frame *f)
{
    return 0.5 * (f->corner[3].y - f->corner[0].y + f->corner[2].y - f->corner[1].y);
}

static bool same(double a, double b)
{
    return fabs(a - b) <= SAME * fmax(a, b) + 2;
}

static size_t count_like(const frames *f, const frame *like)
{
    size_t count = 0;
    for (size_t i = 0; i < f->count; i++)
        count += same(width_of(&f->list[i]), width_of(like)) && same(height_of(&f->list[i]), height_of(like));
    return count;
}

/* What the frames before and after a segment are together: left and right of it, or above and below. */
static frame both(const frame *before, const frame *after, bool upright)
{
    frame f = *before;
    const int near = upright ? 1 : 3;
    f.corner[2] = after->corner[2];
    f.corner[near] = after->corner[near];
    f.side[upright ? 1 : 2] = after->side[upright ? 1 : 2];
    f.thickness = fmax(before->thickness, after->thickness);
    return f;
}

/* The frames on both sides of each segment, and how many it is a side of. */
typedef struct neighbours {
    size_t before, after, count;
} neighbours;

static void list_neighbours(neighbours *list, const frames *f)
{
    for (size_t i = 0; i < f->count; i++)
        for (int side = 0; side < 4; side++) {
            neighbours *n = &list[f->list[i].side[side]];
            n->count++;
            if (side == 1 || side == 2)
                n->before = i;
            else
                n->after = i;
        }
}

static bool is_split(frame *joined, const frames *f, const neighbours *n, bool upright)
{
    const int near = upright ? 1 : 2, far = upright ? 3 : 0;
    const frame *before = &f->list[n->before], *after = &f->list[n->after];
    if (n->count != 2 || before->side[near] != after->side[far])
        return false;
    *joined = both(before, after, upright);
    return count_like(f, joined) >= LEAST_OTHERS && count_like(f, before) <= LEAST_OTHERS &&
           count_like(f, after) <= LEAST_OTHERS;
}

lenet5_status lenet5_join_frames(frames *f, const segments *all, budget *b, lenet5_error *error)
{
    if (f->count > MOST_COMPARED || f->count < LEAST_OTHERS)
        return LENET5_OK;
    neighbours *list = calloc(all->count + 1, sizeof *list);
    if (!list)
        return lenet5_fail_memory(error);
    lenet5_status status = LENET5_OK;
    list_neighbours(list, f);
    for (size_t i = 0; i < all->count && status == LENET5_OK; i++) {
        frame joined;
        if (list[i].count != 2 || !is_split(&joined, f, &list[i], all->list[i].upright))
            continue;
        f->printed[i] = false;
        f->list[list[i].before] = joined;
        f->list[list[i].after] = f->list[--f->count];
        for (size_t k = 0; k < all->count; k++)
            list[k] = (neighbours){0};
        list_neighbours(list, f);
        status = lenet5_check_time(b, 10 * f->count + all->count, error);
    }
    free(list);
    return status;
}
